/* What a flow learns from its payload and from parsers: names, hellos, services. */
#include "scene.h"

#include "run_suite.h"

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

static void end(struct flow *flow)
{
    flow_close(scene.engine, flow);
}

/* --- names --- */

START_TEST(the_name_comes_from_the_best_source)
{
    struct flow *flow;

    resolve(&scene, "Cloud.Example", REMOTE);
    flow = connect_to(&scene, REMOTE);
    assert_text(flow, "name", "cloud.example");
    assert_called(flow, "name_source", "dns");
    flow_learn_http(scene.worker, flow, "Web.Example.", 12);
    tick(&scene, flow);
    assert_text(flow, "name", "web.example");
    assert_called(flow, "name_source", "http");
    say_hello(&scene, flow, (struct hello_view){ .sni = "TLS.www.example.co.uk" });
    assert_text(flow, "name", "tls.www.example.co.uk");
    assert_called(flow, "name_source", "sni");
    assert_text(flow, "domain", "example.co.uk");
    flow_learn_http(scene.worker, flow, "later.example", 13);
    tick(&scene, flow);
    assert_text(flow, "name", "tls.www.example.co.uk");
    end(flow);
}
END_TEST

START_TEST(nothing_is_named_until_something_names_it)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    assert_unknown(flow, "name");
    assert_unknown(flow, "domain");
    assert_called(flow, "name_source", "none");
    end(flow);
}
END_TEST

START_TEST(the_name_is_the_one_asked_for_not_an_alias)
{
    struct dns_reply reply;
    struct flow *flow;

    reply_start(&reply, "asked.example");
    put_alias(&reply, "asked.example", "edge.cdn.example");
    put_address(&reply, "edge.cdn.example", 300, REMOTE);
    ask_router(&scene, DEVICE, reply.bytes, reply.len);
    flow = connect_to(&scene, REMOTE);
    assert_text(flow, "name", "asked.example");
    end(flow);
}
END_TEST

/* Who connects to a device says the device's name. */
START_TEST(a_request_from_outside_does_not_name_the_remote)
{
    struct packet_view in = packet_from(&scene, REMOTE, 50000, DEVICE, 443, TCP);
    struct flow *flow = begin(&scene, &in);

    say_hello(&scene, flow, (struct hello_view){ .sni = "my-camera.example" });
    flow_learn_http(scene.worker, flow, "my-camera.example", 17);
    tick(&scene, flow);
    assert_unknown(flow, "name");
    assert_unknown(flow, "sni_mismatch");
    assert_false(flow, "sni_is_ip");
    end(flow);
}
END_TEST

/* --- the hello --- */

START_TEST(what_a_hello_says_is_unknown_without_one)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    assert_unknown(flow, "ech");
    assert_unknown(flow, "sni_is_ip");
    assert_unknown(flow, "sni_mismatch");
    say_hello(&scene, flow, (struct hello_view){ .sni = NULL });
    assert_false(flow, "ech");
    assert_false(flow, "sni_is_ip");
    assert_unknown(flow, "sni_mismatch");
    assert_unknown(flow, "name");
    end(flow);
}
END_TEST

/* REMOTE was resolved as asked.example, through edge.cdn.example. */
static struct flow *connect_resolved(const char *sni, bool ech)
{
    struct dns_reply reply;
    struct flow *flow;

    reply_start(&reply, "asked.example");
    put_alias(&reply, "asked.example", "edge.cdn.example");
    put_address(&reply, "edge.cdn.example", 300, REMOTE);
    ask_router(&scene, DEVICE, reply.bytes, reply.len);
    flow = connect_to(&scene, REMOTE);
    say_hello(&scene, flow, (struct hello_view){ .sni = sni, .ech = ech });
    return flow;
}

START_TEST(an_sni_that_led_to_the_address_is_no_mismatch)
{
    static const char *const names[] = { "asked.example", "ASKED.example.", "edge.cdn.example" };
    struct flow *flow = connect_resolved(names[_i], _i == 1);

    assert_false(flow, "sni_mismatch");
    end(flow);
}
END_TEST

START_TEST(an_sni_that_never_led_to_the_address_is_a_mismatch)
{
    struct flow *flow = connect_resolved("front.example", false);

    assert_true(flow, "sni_mismatch");
    assert_text(flow, "name", "front.example");
    end(flow);
}
END_TEST

START_TEST(the_outer_name_of_ech_is_no_mismatch)
{
    struct flow *flow = connect_resolved("public.provider.example", true);

    assert_unknown(flow, "sni_mismatch");
    assert_true(flow, "ech");
    end(flow);
}
END_TEST

START_TEST(a_mismatch_is_unknown_where_nothing_was_resolved)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    say_hello(&scene, flow, (struct hello_view){ .sni = "front.example" });
    assert_unknown(flow, "sni_mismatch");
    end(flow);
}
END_TEST

/* A content network's address has more names than are remembered. */
START_TEST(a_mismatch_is_unknown_where_names_were_forgotten)
{
    struct flow *flow;

    for (int i = 0; i < 20; i++) {
        char name[] = "a.example";

        name[0] = (char)('a' + i);
        resolve(&scene, name, REMOTE);
    }
    flow = connect_to(&scene, REMOTE);
    say_hello(&scene, flow, (struct hello_view){ .sni = "front.example" });
    assert_unknown(flow, "sni_mismatch");
    end(flow);
}
END_TEST

/* --- service --- */

START_TEST(the_first_payload_tells_the_service)
{
    struct flow *flow = connect_to(&scene, REMOTE);

    assert_called(flow, "service", "other");
    send_on(&scene, flow, DOWN, "SSH-2.0-dropbear\r\n", 18);
    tick(&scene, flow);
    assert_called(flow, "service", "ssh");
    send_on(&scene, flow, UP, "GET / HTTP/1.1\r\n\r\n", 18);
    tick(&scene, flow);
    assert_called(flow, "service", "ssh");
    end(flow);
}
END_TEST

START_TEST(a_hello_inside_another_service_does_not_change_it)
{
    static const char *const payloads[] = { "EHLO a.example\r\n", "CONNECT a:443 HTTP/1.1\r\n\r\n",
        "\x05\x01" };
    static const char *const services[] = { "smtp", "http", "socks" };
    struct flow *flow = connect_to(&scene, REMOTE);

    send_on(&scene, flow, UP, payloads[_i], strlen(payloads[_i]) + (_i == 2)); /* and its NUL */
    say_hello(&scene, flow, (struct hello_view){ .sni = "a.example", .dns_alpn = true });
    assert_called(flow, "service", services[_i]);
    assert_text(flow, "name", "a.example");
    end(flow);
}
END_TEST

START_TEST(a_hello_tells_quic_from_tls)
{
    struct packet_view packet = packet_from(&scene, DEVICE, 50000, REMOTE, 443, UDP);
    struct flow *flow = begin(&scene, &packet);

    say_hello(&scene, flow, (struct hello_view){ .sni = "q.example", .quic = true });
    assert_called(flow, "service", "quic");
    assert_called(flow, "name_source", "quic");
    end(flow);
}
END_TEST

static Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_name_comes_from_the_best_source,
        nothing_is_named_until_something_names_it,
        the_name_is_the_one_asked_for_not_an_alias,
        a_request_from_outside_does_not_name_the_remote,
        what_a_hello_says_is_unknown_without_one,
        an_sni_that_never_led_to_the_address_is_a_mismatch,
        the_outer_name_of_ech_is_no_mismatch,
        a_mismatch_is_unknown_where_nothing_was_resolved,
        a_mismatch_is_unknown_where_names_were_forgotten,
        the_first_payload_tells_the_service,
        a_hello_tells_quic_from_tls,
    };
    Suite *suite = suite_create("flow_learn");
    TCase *flow = tcase_create("flow");

    tcase_add_checked_fixture(flow, set_up, tear_down);
    tcase_add_loop_test(flow, an_sni_that_led_to_the_address_is_no_mismatch, 0, 3);
    tcase_add_loop_test(flow, a_hello_inside_another_service_does_not_change_it, 0, 3);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(flow, tests[i]);
    suite_add_tcase(suite, flow);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
