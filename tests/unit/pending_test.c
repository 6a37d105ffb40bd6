/* Messages of streams that wait for the next packet. */
#include "detect/match/matcher_internal.h"

#include "match_scene.h"

#include "run_suite.h"

#define RULES                                                                                      \
    "alert http any any -> any any (http.uri; content:\"/one\"; sid:1;)\n"                           \
    "alert http any any -> any any (http.uri; content:\"/two\"; sid:2;)\n"                           \
    "alert http any any -> any any (http.method; content:\"GET\"; sid:3;)\n"

static struct match_scene scene;
static struct scene_flow at;
static struct matcher *matcher;

static void set_up(void)
{
    scene_begin(&scene, RULES, 15);
    at = scene_open(PACKET_PROTOCOL_TCP, 80);
    at.packet.application = APPLICATION_HTTP1;
    scene_send(&scene, &at, true, "");
    matcher = scene.matcher;
}

static void tear_down(void)
{
    scene_close(&scene, &at);
    scene_finish(&scene);
}

/* Its bytes are gone as soon as it was handed in. */
static bool keep(const char *uri, uint32_t sid)
{
    char method[] = "GET", *copy = strdup(uri);
    struct match_buffer buffers[] = {
        { BUFFER_HTTP_METHOD, cursor_over((const uint8_t *)method, 3) },
        { BUFFER_HTTP_URI, cursor_over((const uint8_t *)copy, strlen(copy)) },
    };
    struct match_transaction transaction = { APPLICATION_HTTP1, true, MATCH_WHOLE, buffers, 2,
        { sid, buffers[1].bytes, buffers[0].bytes } };
    bool kept;

    for (uint32_t i = 0; i < matcher->plans.count; i++)
        if (matcher->plans.rules[i].rule->sid == sid)
            candidates_add(matcher, i);
    kept = pending_keep(matcher, &transaction);
    matcher->candidates[OF_PACKET].count = 0;
    memset(method, 'x', sizeof(method));
    memset(copy, 'x', strlen(copy));
    free(copy);
    return kept;
}

START_TEST(they_are_looked_at_in_order_with_the_rules_that_they_brought_up)
{
    ck_assert(keep("/two", 2) && keep("/one", 1) && keep("/one", 2) && keep("/other", 3));
    ck_assert_uint_gt(matcher->windows.used, 0);
    scene_send(&scene, &at, false, ""); /* acknowledged, and told with the next one */
    ck_assert_uint_eq(scene.count, 0);
    scene_send(&scene, &at, true, "");
    ck_assert_uint_eq(scene.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(scene.told[i].sid, i + 1); /* with one packet, in the order of rules */
        ck_assert(scene.told[i].of_transaction);
    }
    ck_assert_str_eq(scene.messages, "1 /one GET, 2 /two GET, 3 /other GET, ");
    ck_assert_ptr_null(matcher->kept);
    ck_assert_uint_eq(matcher->windows.used, 0);
    scene_send(&scene, &at, true, "");
    ck_assert_uint_eq(scene.count, 3);
}
END_TEST

START_TEST(those_that_nobody_acknowledges_do_not_pile_up)
{
    size_t most = 0;

    for (unsigned i = 0; i < 200; i++) {
        scene_packet(&scene, &at, true, "GET /one", 0);
        matcher_stream(matcher, true, cursor_over("GET /one", 8));
        ck_assert(keep("/one", 1));
        matcher_message_end(matcher, true);
        matcher_settle(matcher);
        if (matcher->windows.used > most)
            most = matcher->windows.used;
    }
    ck_assert_uint_lt(most, 20 * MATCH_PIECE);
    ck_assert_uint_gt(scene.count, 180);
}
END_TEST

START_TEST(alerts_tell_whose_messages_they_are_when_the_flow_is_another_ones_by_now)
{
    ck_assert(keep("/one", 1));
    scene_send(&scene, &at, false, "");
    scene_packet(&scene, &at, true, "", 0);
    matcher_stream(matcher, true, cursor_over("", 0));
    at.packet.application = APPLICATION_TLS; /* a hello has been found in this packet */
    matcher_settle(matcher);
    ck_assert_uint_eq(scene.count, 1);
    ck_assert_int_eq(scene.application, APPLICATION_HTTP1);
}
END_TEST

/* The hello came in the packet that acknowledged the proxy's answer, as over a quick network. */
START_TEST(a_request_for_a_tunnel_is_told_within_the_tunnel)
{
    ck_assert(keep("/one", 1));
    at.packet.application = APPLICATION_TLS;
    scene_send(&scene, &at, false, "");
    scene_send(&scene, &at, true, "");
    ck_assert_uint_eq(scene.count, 1);
    ck_assert_int_eq(scene.application, APPLICATION_HTTP1);
}
END_TEST

START_TEST(what_has_no_room_is_refused_and_counted)
{
    size_t size;

    ck_assert(keep("/one", 1));
    size = matcher->windows.used;
    matcher->windows.max = 2 * size;
    ck_assert(keep("/one", 1));
    ck_assert(!keep("/one", 1));
    ck_assert_uint_eq(matcher->windows.refused, 1);
    ck_assert_uint_eq(matcher->windows.used, 2 * size);
    scene_send(&scene, &at, false, "");
    scene_send(&scene, &at, true, "");
    ck_assert_uint_eq(scene.count, 2);
    ck_assert(keep("/one", 1));
}
END_TEST

START_TEST(those_that_are_dropped_give_their_room_back)
{
    ck_assert(keep("/one", 1) && keep("/two", 2));
    pending_drop(matcher, at.match);
    ck_assert_uint_eq(matcher->windows.used, 0);
    scene_send(&scene, &at, true, "");
    ck_assert_uint_eq(scene.count, 0);
}
END_TEST

START_TEST(the_end_of_a_flow_brings_the_last)
{
    ck_assert(keep("/one", 1));
    scene_close(&scene, &at);
    ck_assert_uint_eq(scene.count, 1);
    ck_assert_uint_eq(matcher->windows.used, 0);
    at = scene_open(PACKET_PROTOCOL_TCP, 80);
    scene_send(&scene, &at, true, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pending");
    TCase *tests = tcase_create("pending");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, they_are_looked_at_in_order_with_the_rules_that_they_brought_up);
    tcase_add_test(tests, those_that_nobody_acknowledges_do_not_pile_up);
    tcase_add_test(tests, alerts_tell_whose_messages_they_are_when_the_flow_is_another_ones_by_now);
    tcase_add_test(tests, a_request_for_a_tunnel_is_told_within_the_tunnel);
    tcase_add_test(tests, what_has_no_room_is_refused_and_counted);
    tcase_add_test(tests, those_that_are_dropped_give_their_room_back);
    tcase_add_test(tests, the_end_of_a_flow_brings_the_last);
    return run_suite(suite);
}
