/* Answers to pings that bring something else. */
#include "track/echo.h"

#include <stdio.h>
#include <string.h>

#include "run_suite.h"
#include "scene.h"

static struct echo echo;
static char text[64];

static void set_up(void)
{
    echo = (struct echo){ 0 };
}

static struct cursor data(const char *what, unsigned number)
{
    snprintf(text, sizeof(text), "%s %04u, and then what is the same in all", what, number);
    return cursor_over(text, strlen(text));
}

/* How many of 100 pings it takes until a tunnel is told; 0: none. 'answer' NULL: it brings back the ping. */
static unsigned told_after(const char *answer, unsigned step, size_t answer_size)
{
    for (unsigned i = 1; i <= 100; i++) {
        struct cursor back;

        echo_note_sent(&echo, data("question", i));
        back = data(answer != NULL ? answer : "question", i * step);
        if (back.left > answer_size)
            back.left = answer_size;
        if (echo_note_answer(&echo, back))
            return i;
    }
    return 0;
}

START_TEST(answers_that_differ_are_a_tunnel)
{
    ck_assert_uint_eq(told_after("answer!!", 1, 99), ECHO_STRANGE);
}
END_TEST

START_TEST(what_comes_back_is_none)
{
    ck_assert_uint_eq(told_after(NULL, 1, 99), 0);
}
END_TEST

START_TEST(what_comes_back_cut_is_none)
{
    ck_assert_uint_eq(told_after(NULL, 1, ECHO_HEAD), 0);
    ck_assert_uint_eq(told_after("answer!!", 1, ECHO_HEAD - 1), 0);
}
END_TEST

START_TEST(one_answer_to_all_is_none)
{
    ck_assert_uint_eq(told_after("answer!!", 0, 99), 0);
}
END_TEST

START_TEST(answers_may_be_late_by_some_pings)
{
    for (unsigned i = 0; i < 100; i++) {
        echo_note_sent(&echo, data("question", i));
        if (i >= ECHO_SENT - 1)
            ck_assert(!echo_note_answer(&echo, data("question", i - ECHO_SENT + 1)));
    }
}
END_TEST

START_TEST(pings_that_a_capture_lacks_now_and_then_are_none)
{
    for (unsigned i = 0; i < 2000; i++) {
        if (i % 50 != 0)
            echo_note_sent(&echo, data("question", i));
        ck_assert(!echo_note_answer(&echo, data("question", i)));
    }
}
END_TEST

START_TEST(a_tunnel_beside_which_the_system_answers_is_told)
{
    bool told = false;

    for (unsigned i = 0; i < ECHO_STRANGE; i++) {
        echo_note_sent(&echo, data("question", i));
        ck_assert(!echo_note_answer(&echo, data("question", i)));
        told = echo_note_answer(&echo, data("answer!!", i));
    }
    ck_assert(told);
}
END_TEST

START_TEST(a_tunnel_stays_one)
{
    ck_assert_uint_ne(told_after("answer!!", 1, 99), 0);
    ck_assert(echo_note_answer(&echo, data("answer!!", 1)));
    ck_assert(echo_note_answer(&echo, cursor_over("", 0)));
}
END_TEST

/* Fills a message: the ping's number, and the byte's place in it. */
typedef uint8_t filling(unsigned number, size_t place);

static uint8_t by_place(unsigned number, size_t place)
{
    (void)number;
    return (uint8_t)place;
}

static uint8_t by_number(unsigned number, size_t place)
{
    (void)place;
    return (uint8_t)number;
}

static uint8_t by_both(unsigned number, size_t place)
{
    return (uint8_t)(number * 7 + place * place);
}

static uint8_t by_number_ahead(unsigned number, size_t place)
{
    return place < 24 ? by_both(number, place) : by_place(number, place);
}

static uint8_t by_number_behind(unsigned number, size_t place)
{
    return place >= ECHO_LONG - 8 ? by_both(number, place) : by_place(number, place);
}

/* How many of 100 pings it takes, each brought back as it is and larger by 'step' than the one before. */
static unsigned told_of(filling *fill, size_t size, size_t step)
{
    uint8_t message[1000];

    for (unsigned i = 1; i <= 100; i++, size += step) {
        struct cursor ping = cursor_over(message, size);

        for (size_t at = 0; at < size; at++)
            message[at] = fill(i, at);
        if (echo_note_sent(&echo, ping) || echo_note_answer(&echo, ping))
            return i;
    }
    return 0;
}

START_TEST(long_pings_that_differ_each_time_carry_data)
{
    ck_assert_uint_eq(told_of(by_both, ECHO_LONG, 0), ECHO_NEW);
    ck_assert_uint_eq(told_of(by_both, ECHO_LONG, 1), 1); /* as it stays one */
}
END_TEST

START_TEST(short_ones_may_be_filled_by_chance)
{
    ck_assert_uint_eq(told_of(by_both, ECHO_LONG - 1, 0), 0);
}
END_TEST

START_TEST(a_time_ahead_or_a_count_behind_is_no_data)
{
    ck_assert_uint_eq(told_of(by_number_ahead, ECHO_LONG, 0), 0);
    ck_assert_uint_eq(told_of(by_number_behind, ECHO_LONG, 0), 0);
}
END_TEST

/* Who looks for the largest that passes sends the same pattern, longer each time. */
START_TEST(a_pattern_is_none_at_any_size)
{
    ck_assert_uint_eq(told_of(by_place, ECHO_LONG, 1), 0);
    ck_assert_uint_eq(told_of(by_place, ECHO_LONG, 8), 0);
    ck_assert_uint_eq(told_of(by_number, ECHO_LONG, 1), 0);
}
END_TEST

/* --- which messages of ICMP are compared --- */

static const struct exchange {
    uint8_t protocol, question, answer; /* types of ICMP */
    const char *asks, *answers, *service;
} exchanges[] = {
    { ICMP, 8, 0, DEVICE, REMOTE, "ping-tunnel" },
    { ICMP6, 128, 129, "fd00::10", "2001:db8::9", "ping-tunnel" },
    { ICMP, 13, 14, DEVICE, REMOTE, "other" },           /* what time is it? (RFC 792) */
    { ICMP6, 135, 136, "fd00::10", "fd00::1", "other" }, /* who is there? (RFC 4861) */
};

START_TEST(only_pings_are_compared_with_their_answers)
{
    const struct exchange *kind = &exchanges[_i];
    struct scene scene;
    struct packet_view out, back;
    struct flow *flow;

    scene_open(&scene);
    out = packet_from(&scene, kind->asks, 0, kind->answers, 0, kind->protocol);
    back = answer_to(&out);
    out.icmp_type = kind->question;
    back.icmp_type = kind->answer;
    flow = flow_open(scene.worker, &out);
    ck_assert_ptr_nonnull(flow);
    for (unsigned i = 0; i < ECHO_STRANGE; i++) {
        assert_called(flow, "service", "other");
        out.payload = data("question", i);
        flow_packet(scene.worker, flow, &out);
        back.payload = data("answer!!", i);
        flow_packet(scene.worker, flow, &back);
    }
    assert_called(flow, "service", kind->service);
    flow_close(scene.engine, flow);
    scene_close(&scene);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("echo");
    TCase *tests = tcase_create("echo");

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, answers_that_differ_are_a_tunnel);
    tcase_add_test(tests, what_comes_back_is_none);
    tcase_add_test(tests, what_comes_back_cut_is_none);
    tcase_add_test(tests, one_answer_to_all_is_none);
    tcase_add_test(tests, answers_may_be_late_by_some_pings);
    tcase_add_test(tests, pings_that_a_capture_lacks_now_and_then_are_none);
    tcase_add_test(tests, a_tunnel_beside_which_the_system_answers_is_told);
    tcase_add_test(tests, a_tunnel_stays_one);
    tcase_add_test(tests, long_pings_that_differ_each_time_carry_data);
    tcase_add_test(tests, short_ones_may_be_filled_by_chance);
    tcase_add_test(tests, a_time_ahead_or_a_count_behind_is_no_data);
    tcase_add_test(tests, a_pattern_is_none_at_any_size);
    tcase_add_loop_test(tests, only_pings_are_compared_with_their_answers, 0,
            sizeof(exchanges) / sizeof(exchanges[0]));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
