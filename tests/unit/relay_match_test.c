#include "track/relay_match.h"

#include <string.h>

#include "run_suite.h"

static struct match_block block;
static struct match_load loads[3];

static void set_up(void)
{
    memset(&block, 0, sizeof(block));
    memset(loads, 0, sizeof(loads));
    for (unsigned i = 0; i < 3; i++)
        loads[i] = (struct match_load){ .bytes = 1000, .weight = 1, .at = MATCH_REACH + 5,
            .moment = 8, .row = (uint8_t)i };
    block.loads = loads;
    block.load_count = 1;
}

/* In the order of time. */
static void channel(int at, uint32_t bytes, uint8_t moment)
{
    block.channel[block.channel_count++] =
            (struct match_bin){ .bytes = bytes, .at = (uint8_t)at, .moment = moment };
}

static float matched(int from, int to)
{
    return match_loads(&block, (struct match_window){ from, to }, NULL).weight;
}

START_TEST(a_request_follows_its_bytes_and_an_answer_precedes_them)
{
    block.leg = MATCH_REQUEST;
    channel(MATCH_REACH + 3, 1000, 0);
    ck_assert_float_eq(matched(0, 2), 1);
    ck_assert_float_eq(matched(2, 2), 1);
    ck_assert_float_eq(matched(0, 1), 0);
    ck_assert_float_eq(matched(-3, -1), 0);
    block.leg = MATCH_ANSWER;
    ck_assert_float_eq(matched(0, 2), 0);
    ck_assert_float_eq(matched(-3, -1), 1);
}
END_TEST

START_TEST(within_a_bin_the_moments_tell_the_order)
{
    block.leg = MATCH_REQUEST;
    channel(MATCH_REACH + 5, 1000, 8);
    ck_assert_float_eq(matched(0, 1), 1);
    block.channel[0].moment = 9;
    ck_assert_float_eq(matched(0, 1), 0);
    block.leg = MATCH_ANSWER;
    ck_assert_float_eq(matched(0, 1), 1);
    block.channel[0].moment = 7;
    ck_assert_float_eq(matched(0, 1), 0);
}
END_TEST

START_TEST(no_byte_is_given_twice)
{
    float by_row[3] = { 0, 0, 0 };
    struct match_sum sum;

    block.leg = MATCH_ANSWER;
    block.load_count = 3;
    channel(MATCH_REACH + 5, 1200, 15);
    channel(MATCH_REACH + 6, 1200, 0);
    sum = match_loads(&block, (struct match_window){ 0, 1 }, by_row);
    ck_assert_float_eq(sum.weight, 2);
    ck_assert_float_eq(sum.bytes, 2 * (1000 + 62 + 100)); /* with what framing may take */
    ck_assert_float_eq(by_row[0], 1000);
    ck_assert_float_eq(by_row[1], 1000);
    ck_assert_float_eq(by_row[2], 0);
}
END_TEST

START_TEST(the_profile_peaks_at_the_lag)
{
    struct match_profile profile = { .before = 0 };
    struct match_lags lags;

    block.leg = MATCH_ANSWER;
    channel(MATCH_REACH + 5 - MATCH_REACH - 1, 500, 0);
    channel(MATCH_REACH + 5 - MATCH_REACH, 200, 0);
    channel(MATCH_REACH + 5 - 7, 300, 0);
    channel(MATCH_REACH + 5 + 20, 900, 0);
    channel(MATCH_REACH + 5 + MATCH_REACH, 500, 0);
    lags = match_profile(&block, &profile);
    ck_assert_uint_eq(lags.after, UINT64_C(1) << 20);
    ck_assert_uint_eq(lags.before, UINT64_C(1) << 6 | UINT64_C(1) << 63);
    ck_assert_float_eq(profile.at[20], 900);
    ck_assert_float_eq(profile.at[0], 0);
    ck_assert_float_eq(profile.at[MATCH_REACH - 1], 0);
    ck_assert_float_eq(profile.before, 500);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_request_follows_its_bytes_and_an_answer_precedes_them,
        within_a_bin_the_moments_tell_the_order,
        no_byte_is_given_twice,
        the_profile_peaks_at_the_lag,
    };
    Suite *suite = suite_create("relay_match");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, NULL);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
