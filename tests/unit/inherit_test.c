/* Rules that are exchanged between two packets: what is kept is what would be, had they always been
 * there. */
#include "match_scene.h"

#include "detect/match/inherit.h"

#include "run_suite.h"

#define UDP "alert udp any any -> any any "
#define TCP "alert tcp any any -> any any (flow:to_server; "
#define IP "alert ip any any -> any any "
#define MAX_ALERTS 15

static struct match_scene scene;
static struct scene_flow at;

static void begin(uint8_t protocol, const char *rules)
{
    scene_begin(&scene, rules, MAX_ALERTS);
    at = scene_open(protocol, 8080);
}

static void exchange(const char *rules)
{
    struct match_scene next = { .count = 0 };
    struct match_packet packet = at.packet;
    struct inheritance *inheritance;

    scene_load(&next, rules);
    ck_assert_int_eq(matcher_new(next.set, MAX_ALERTS, scene_on_alert, &scene, &next.matcher),
            TATTLER_OK);
    inheritance = inheritance_new(scene.matcher, next.matcher);
    ck_assert_ptr_nonnull(inheritance);
    inherit_all(inheritance);
    if (at.match != NULL)
        inherit_flow(inheritance, at.match, &packet);
    inheritance_free(inheritance);
    scene_finish(&scene);
    scene.vars = next.vars;
    scene.set = next.set;
    scene.matcher = next.matcher;
}

static const char *said(bool to_server, const char *text)
{
    scene_send(&scene, &at, to_server, text);
    return scene_told(&scene);
}

static void end(void)
{
    scene_close(&scene, &at);
    scene_finish(&scene);
}

START_TEST(a_flowbit_is_known_by_its_name)
{
    begin(PACKET_PROTOCOL_UDP, UDP "(content:\"one\"; flowbits:set,first; noalert; sid:1;)\n"
            UDP "(content:\"two\"; flowbits:set,second; noalert; sid:2;)\n");
    said(true, "one");
    exchange(UDP "(content:\"two\"; flowbits:set,second; noalert; sid:2;)\n"
             UDP "(content:\"x\"; flowbits:set,more; noalert; sid:5;)\n"
             UDP "(content:\"ask\"; flowbits:isset,second; sid:3;)\n"
             UDP "(content:\"ask\"; flowbits:isset,first; sid:4;)\n");
    ck_assert_str_eq(said(true, "ask"), "4");
    said(true, "two");
    ck_assert_str_eq(said(true, "ask"), "3 4");
    end();
}
END_TEST

START_TEST(a_flowbit_that_nobody_names_any_more_is_forgotten)
{
    begin(PACKET_PROTOCOL_UDP, UDP "(content:\"one\"; flowbits:set,first; noalert; sid:1;)\n");
    said(true, "one");
    exchange(UDP "(content:\"z\"; sid:9;)\n");
    exchange(UDP "(content:\"ask\"; flowbits:isset,first; sid:2;)\n");
    ck_assert_str_eq(said(true, "ask"), "");
    end();
}
END_TEST

START_TEST(what_alerted_on_a_flow_does_not_again)
{
    begin(PACKET_PROTOCOL_UDP, IP "(iot.hour:3; sid:1;)\n");
    at.flow.hour = 3;
    at.flow.changed = CHANGED_ALL;
    ck_assert_str_eq(said(true, ""), "1");
    exchange(IP "(iot.hour:3; sid:7;)\n" IP "(iot.hour:3; sid:1;)\n");
    ck_assert_str_eq(said(true, ""), "7");
    ck_assert_str_eq(said(true, ""), "");
    end();
}
END_TEST

START_TEST(limits_go_on_counting_as_long_as_they_are_the_same)
{
    static const char limited[] = UDP "(content:\"ab\"; threshold:type limit, track by_src, "
                                  "count 1, seconds 60; sid:1;)\n";

    begin(PACKET_PROTOCOL_UDP, limited);
    ck_assert_str_eq(said(true, "ab"), "1");
    exchange(UDP "(content:\"zz\"; sid:2;)\n" UDP "(content:\"ab\"; threshold:type limit, "
                 "track by_src, count 1, seconds 60; sid:1; rev:2;)\n");
    ck_assert_str_eq(said(true, "ab"), "");
    exchange(UDP "(content:\"ab\"; threshold:type limit, track by_src, count 2, seconds 60; "
                 "sid:1;)\n");
    ck_assert_str_eq(said(true, "ab"), "1");
    end();
}
END_TEST

START_TEST(what_a_flow_counted_stays_its_own)
{
    static const char rules[] = UDP "(content:\"ab\"; threshold:type both, track by_flow, count 2, "
                                "seconds 60; sid:1;)\n";

    begin(PACKET_PROTOCOL_UDP, rules);
    ck_assert_str_eq(said(true, "ab"), "");
    exchange(rules);
    ck_assert_str_eq(said(true, "ab"), "1");
    ck_assert_str_eq(said(true, "ab"), "");
    end();
}
END_TEST

START_TEST(xbits_stay_set)
{
    begin(PACKET_PROTOCOL_UDP, UDP "(content:\"old\"; xbits:set,gone,track ip_src; noalert; sid:1;)\n"
            UDP "(content:\"set\"; xbits:set,mark,track ip_src,expire 60; noalert; sid:2;)\n");
    said(true, "old set");
    exchange(UDP "(content:\"ask\"; xbits:isset,mark,track ip_src; sid:3;)\n"
             UDP "(content:\"ask\"; xbits:isset,other,track ip_src; sid:4;)\n");
    ck_assert_str_eq(said(true, "ask"), "3");
    end();
}
END_TEST

START_TEST(a_stream_is_searched_over_the_exchange)
{
    begin(PACKET_PROTOCOL_TCP, TCP "content:\"needle\"; sid:1;)\n");
    said(true, "xxnee");
    exchange(TCP "content:\"other\"; sid:2;)\n" TCP "content:\"needle\"; sid:3;)\n");
    said(true, "dle");
    scene_close(&scene, &at);
    ck_assert_str_eq(scene_told(&scene), "3");
    scene_finish(&scene);
}
END_TEST

START_TEST(the_other_way_is_searched_though_no_packet_comes)
{
    begin(PACKET_PROTOCOL_TCP, "alert tcp any any -> any any (flow:to_client; content:\"needle\"; sid:1;)\n");
    said(false, "needle");
    exchange("alert tcp any any -> any any (flow:to_client; content:\"needle\"; sid:1;)\n");
    scene_close(&scene, &at);
    ck_assert_str_eq(scene_told(&scene), "1");
    scene_finish(&scene);
}
END_TEST

START_TEST(a_message_that_waits_is_told_by_the_new_number)
{
    static const char rule[] = "alert mqtt any any -> any any (mqtt.publish.topic; content:\"t\"; sid:5;)\n";
    const struct match_buffer buffer = { BUFFER_MQTT_PUBLISH_TOPIC, cursor_over("t", 1) };
    const struct match_transaction transaction = { .application = APPLICATION_MQTT,
        .to_server = true, .buffers = &buffer, .count = 1 };
    char more[512];

    begin(PACKET_PROTOCOL_TCP, rule);
    at.packet.application = APPLICATION_MQTT;
    scene_packet(&scene, &at, true, "", 0);
    matcher_transaction(scene.matcher, &transaction);
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "");
    snprintf(more, sizeof(more), "%s%s", UDP "(content:\"a\"; priority:1; sid:1;)\n", rule);
    exchange(more);
    ck_assert_str_eq(said(false, ""), "");
    ck_assert_str_eq(said(true, ""), "5");
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inherit");
    TCase *tests = tcase_create("inherit");

    tcase_add_test(tests, a_flowbit_is_known_by_its_name);
    tcase_add_test(tests, a_flowbit_that_nobody_names_any_more_is_forgotten);
    tcase_add_test(tests, what_alerted_on_a_flow_does_not_again);
    tcase_add_test(tests, limits_go_on_counting_as_long_as_they_are_the_same);
    tcase_add_test(tests, what_a_flow_counted_stays_its_own);
    tcase_add_test(tests, xbits_stay_set);
    tcase_add_test(tests, a_stream_is_searched_over_the_exchange);
    tcase_add_test(tests, the_other_way_is_searched_though_no_packet_comes);
    tcase_add_test(tests, a_message_that_waits_is_told_by_the_new_number);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
