#include "stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"

static struct stream stream;
static struct stream_budget budget;
static char got[1024];
static size_t got_len;
static size_t enough; /* the reader is done at so many bytes */

static void set_up(void)
{
    stream = (struct stream){ 0 };
    budget = (struct stream_budget){ .max = 1 << 20 };
    got_len = 0;
    enough = sizeof(got);
    memset(got, 0, sizeof(got));
}

static void tear_down(void)
{
    stream_end(&stream, &budget);
    ck_assert_uint_eq(budget.used, 0);
}

static bool take(void *user, struct cursor bytes)
{
    (void)user;
    for (size_t i = 0; i < bytes.left && got_len + 1 < sizeof(got); i++)
        got[got_len++] = (char)bytes.at[i];
    return got_len < enough;
}

/* From a heap block of exactly this size, so a sanitizer sees one byte too far. */
static void add_bytes(uint32_t seq, bool syn, const void *data, size_t len)
{
    char *block = malloc(len + 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, data, len);
    stream_add(&stream, &budget, seq, syn, cursor_over(block + 1, len), take, NULL);
    free(block);
}

static void add(uint32_t seq, const char *text)
{
    add_bytes(seq, false, text, strlen(text));
}

static void add_syn(uint32_t seq)
{
    add_bytes(seq, true, "", 0);
}

START_TEST(segments_in_order_pass_through)
{
    add_syn(99);
    add(100, "abc");
    add(103, "def");
    ck_assert_str_eq(got, "abcdef");
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(segments_are_delivered_in_order_whatever_the_order_they_came_in)
{
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
        { 2, 0, 1 }, { 2, 1, 0 } };
    /* Sequence numbers wrap inside the second segment (RFC 9293 section 3.4). */
    static const uint32_t firsts[] = { 100, UINT32_MAX - 4, INT32_MAX - 4 };
    static const char *const texts[] = { "abc", "defgh", "ij" };
    static const uint32_t offsets[] = { 0, 3, 8 };
    uint32_t first = firsts[_i / 6];

    add_syn(first - 1);
    for (int i = 0; i < 3; i++) {
        int piece = orders[_i % 6][i];

        add(first + offsets[piece], texts[piece]);
    }
    ck_assert_str_eq(got, "abcdefghij");
    ck_assert(!stream.ended);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(repeated_bytes_are_delivered_once)
{
    add_syn(99);
    add(100, "abc");
    add(100, "XYZ");
    add(101, "XYd");
    add(102, "XYe");
    add(101, "XY");
    ck_assert_str_eq(got, "abcde");
}
END_TEST

START_TEST(of_segments_that_wait_for_the_same_bytes_the_first_seen_wins)
{
    add_syn(99);
    add(103, "def");
    add(103, "DEFG");
    add(103, "xy");
    add(100, "abc");
    ck_assert_str_eq(got, "abcdefG");
}
END_TEST

START_TEST(of_overlapping_segments_that_wait_the_one_that_starts_first_wins)
{
    add_syn(99);
    add(105, "FGH");
    add(103, "def");
    add(100, "abc");
    ck_assert_str_eq(got, "abcdefGH");
}
END_TEST

START_TEST(a_gap_holds_back_what_comes_after)
{
    add_syn(99);
    add(100, "abc");
    add(104, "efg");
    ck_assert_str_eq(got, "abc");
    ck_assert_uint_eq(budget.used, 3);
    add(103, "d");
    ck_assert_str_eq(got, "abcdefg");
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(without_a_syn_the_first_bytes_seen_are_the_start)
{
    add(100, "");
    add(103, "def");
    add(100, "abc");
    add(106, "g");
    ck_assert_str_eq(got, "defg");
}
END_TEST

START_TEST(bytes_on_a_syn_follow_it)
{
    add_bytes(99, true, "abc", 3); /* RFC 7413 */
    add(103, "def");
    ck_assert_str_eq(got, "abcdef");
}
END_TEST

/* A client that gave up and tries again from the same port. */
START_TEST(another_syn_before_any_byte_starts_over)
{
    add_syn(99);
    add_syn(5000000);
    add(5000001, "abc");
    add_syn(99); /* late: the stream is under way */
    add(5000004, "def");
    ck_assert_str_eq(got, "abcdef");
}
END_TEST

START_TEST(a_reader_that_is_done_hears_no_more)
{
    enough = 4;
    add_syn(99);
    add(104, "efg");
    add(107, "hij");
    add(100, "abcd");
    ck_assert_str_eq(got, "abcd");
    ck_assert(stream.ended);
    ck_assert_uint_eq(budget.used, 0);
    add(110, "k");
    add_syn(1);
    add(2, "x");
    ck_assert_str_eq(got, "abcd");
}
END_TEST

START_TEST(a_reader_may_be_done_with_what_waited)
{
    enough = 4;
    add_syn(99);
    add(107, "hij");
    add(103, "defg");
    add(100, "abc");
    ck_assert_str_eq(got, "abcdefg");
    ck_assert(stream.ended);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

/* --- caps --- */

static void assert_ended_for_want_of_room(void)
{
    ck_assert(stream.ended);
    ck_assert_uint_eq(budget.used, 0);
    ck_assert_uint_eq(budget.refused, 1);
    add(100, "abc");
    ck_assert_str_eq(got, "");
}

START_TEST(too_many_waiting_segments_end_the_stream)
{
    add_syn(99);
    for (uint32_t i = 0; i < STREAM_SEGMENTS_MAX; i++)
        add(200 + 2 * i, "x");
    ck_assert(!stream.ended);
    add(900, "x");
    assert_ended_for_want_of_room();
}
END_TEST

START_TEST(too_many_waiting_bytes_end_the_stream)
{
    char *block = calloc(1, STREAM_WAITING_MAX);

    ck_assert_ptr_nonnull(block);
    add_syn(99);
    add_bytes(200, false, block, STREAM_WAITING_MAX);
    ck_assert(!stream.ended);
    ck_assert_uint_eq(budget.used, STREAM_WAITING_MAX);
    add(200, "x");
    free(block);
    assert_ended_for_want_of_room();
}
END_TEST

START_TEST(all_streams_share_one_budget)
{
    struct stream other = { 0 };

    budget.max = 10;
    stream_add(&other, &budget, 99, true, cursor_over("", 0), take, NULL);
    stream_add(&other, &budget, 200, false, cursor_over("12345678", 8), take, NULL);
    ck_assert_uint_eq(budget.used, 8);
    add_syn(99);
    add(200, "123");
    ck_assert(stream.ended);
    ck_assert(!other.ended);
    ck_assert_uint_eq(budget.used, 8);
    ck_assert_uint_eq(budget.refused, 1);
    stream_end(&other, &budget);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

/* Any order and any cut of the same bytes gives the same bytes. */
START_TEST(random_cuts_in_random_order_give_the_whole)
{
    enum { LENGTH = 500, PIECES = 40 };
    char text[LENGTH + 1] = "";
    unsigned seed = (unsigned)_i + 1;
    uint32_t first = UINT32_MAX - 250;

    for (size_t i = 0; i < LENGTH; i++)
        text[i] = (char)('a' + i % 26);
    add_syn(first - 1);
    for (int i = 0; i < PIECES; i++) {
        uint32_t from = (uint32_t)rand_r(&seed) % LENGTH;
        uint32_t len = (uint32_t)rand_r(&seed) % (LENGTH - from);

        add_bytes(first + from, false, text + from, len);
        ck_assert_uint_le(got_len, LENGTH);
        ck_assert_mem_eq(got, text, got_len);
    }
    for (uint32_t from = 0; from < LENGTH; from += 50)
        add_bytes(first + from, false, text + from, 50);
    ck_assert_str_eq(got, text);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

/* --- streams that skip gaps --- */

START_TEST(a_gap_is_skipped_when_too_many_segments_wait)
{
    stream.skips_gaps = true;
    add_syn(99);
    add(100, "abc");
    for (uint32_t i = 0; i < STREAM_SEGMENTS_MAX; i++)
        add(110 + 2 * i, "x"); /* each with a gap in front of it */
    ck_assert_str_eq(got, "abc");
    add(110 + 2 * STREAM_SEGMENTS_MAX, "y");
    ck_assert_str_eq(got, "abcx");
    ck_assert_uint_eq(stream.offset, 11);
    ck_assert_uint_eq(budget.gaps, 1);
    ck_assert_uint_eq(budget.refused, 0);
    add(103, "defghij"); /* comes too late */
    ck_assert_str_eq(got, "abcx");
}
END_TEST

START_TEST(a_gap_is_skipped_when_there_is_no_room_at_all)
{
    budget.max = 0;
    stream.skips_gaps = true;
    add_syn(99);
    add(100, "abc");
    add(110, "xyz");
    ck_assert_str_eq(got, "abcxyz");
    ck_assert_uint_eq(stream.offset, 13);
}
END_TEST

static void acknowledge(uint32_t ack)
{
    stream_acknowledge(&stream, &budget, ack, take, NULL);
}

START_TEST(a_gap_is_skipped_once_it_is_acknowledged)
{
    stream.skips_gaps = true;
    add_syn(UINT32_MAX);
    add(0, "abc");
    add(10, "klm");
    add(20, "uvw");
    acknowledge(9);
    ck_assert_str_eq(got, "abc");
    acknowledge(10);
    ck_assert_str_eq(got, "abcklm");
    acknowledge(100);
    ck_assert_str_eq(got, "abcklmuvw");
    ck_assert_uint_eq(stream.offset, 23);
    ck_assert_uint_eq(budget.gaps, 2);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(a_stream_that_skips_no_gaps_does_not_heed_acknowledgements)
{
    add_syn(99);
    add(100, "abc");
    add(110, "xyz");
    acknowledge(113);
    ck_assert_str_eq(got, "abc");
}
END_TEST

START_TEST(a_reader_may_be_done_behind_a_gap)
{
    stream.skips_gaps = true;
    enough = 4;
    add_syn(99);
    add(100, "abc");
    add(110, "x");
    add(120, "y");
    acknowledge(121);
    ck_assert_str_eq(got, "abcx");
    ck_assert(stream.ended);
}
END_TEST

static Suite *make_suite(void)
{
    const TTest *const tests[] = {
        segments_in_order_pass_through,
        repeated_bytes_are_delivered_once,
        of_segments_that_wait_for_the_same_bytes_the_first_seen_wins,
        of_overlapping_segments_that_wait_the_one_that_starts_first_wins,
        a_gap_holds_back_what_comes_after,
        without_a_syn_the_first_bytes_seen_are_the_start,
        bytes_on_a_syn_follow_it,
        another_syn_before_any_byte_starts_over,
        a_reader_that_is_done_hears_no_more,
        a_reader_may_be_done_with_what_waited,
        too_many_waiting_segments_end_the_stream,
        too_many_waiting_bytes_end_the_stream,
        all_streams_share_one_budget,
        a_gap_is_skipped_when_too_many_segments_wait,
        a_gap_is_skipped_when_there_is_no_room_at_all,
        a_gap_is_skipped_once_it_is_acknowledged,
        a_stream_that_skips_no_gaps_does_not_heed_acknowledgements,
        a_reader_may_be_done_behind_a_gap,
    };
    Suite *suite = suite_create("stream");
    TCase *cases = tcase_create("stream");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases,
            segments_are_delivered_in_order_whatever_the_order_they_came_in, 0, 18);
    tcase_add_loop_test(cases, random_cuts_in_random_order_give_the_whole, 0, 50);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
