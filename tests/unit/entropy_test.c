#include "track/entropy.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define CLOSE 1e-5

static struct entropy entropy;

static void set_up(void)
{
    memset(&entropy, 0xa5, sizeof(entropy)); /* only 'total' makes it new */
    entropy.total = 0;
}

static double bits_in_pieces(const uint8_t *data, size_t len, size_t piece)
{
    double bits = -1;

    set_up();
    for (size_t i = 0; i < len; i += piece)
        entropy_add(&entropy, data + i, piece < len - i ? piece : len - i);
    ck_assert(entropy_bits(&entropy, &bits));
    return bits;
}

static double bits_of(const uint8_t *data, size_t len)
{
    return bits_in_pieces(data, len, len);
}

/* n values equally often have log2(n) bits (Shannon 1948). */
START_TEST(equal_shares_have_the_logarithm_of_their_number)
{
    size_t values = (size_t)1 << _i;
    uint8_t data[1024];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i % values);
    ck_assert_double_eq_tol(bits_of(data, sizeof(data)), _i, CLOSE);
}
END_TEST

/* H(1/4) = 2 - 3/4 log2(3) */
START_TEST(a_quarter_and_three_quarters)
{
    uint8_t data[256];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = i % 4 == 0 ? 'a' : 'b';
    ck_assert_double_eq_tol(bits_of(data, sizeof(data)), 0.811278, CLOSE);
}
END_TEST

START_TEST(one_value_never_goes_below_zero)
{
    static uint8_t data[ENTROPY_BYTES_MAX];

    for (size_t len = ENTROPY_BYTES_MIN; len <= ENTROPY_BYTES_MAX; len += 97) {
        double bits = bits_of(data, len);

        ck_assert_double_ge(bits, 0);
        ck_assert_double_eq_tol(bits, 0, CLOSE);
    }
}
END_TEST

START_TEST(too_few_bytes_are_unknown)
{
    static const uint8_t data[ENTROPY_BYTES_MIN];
    double bits = -1;

    ck_assert(!entropy_bits(&entropy, &bits));
    ck_assert(!entropy_add(&entropy, data, ENTROPY_BYTES_MIN - 1));
    ck_assert(!entropy_bits(&entropy, &bits));
    ck_assert_double_eq(bits, -1);
    entropy_add(&entropy, data, 1);
    ck_assert(entropy_bits(&entropy, &bits));
}
END_TEST

START_TEST(bytes_behind_the_last_do_not_count)
{
    static uint8_t data[ENTROPY_BYTES_MAX + 1000];
    double bits;

    memset(data + ENTROPY_BYTES_MAX, 'x', 1000);
    ck_assert(entropy_add(&entropy, data, sizeof(data)));
    ck_assert(entropy_add(&entropy, data + ENTROPY_BYTES_MAX, 1000));
    ck_assert_uint_eq(entropy.total, ENTROPY_BYTES_MAX);
    ck_assert_uint_eq(entropy.counts['x'], 0);
    ck_assert(entropy_bits(&entropy, &bits));
    ck_assert_double_eq_tol(bits, 0, CLOSE);
}
END_TEST

START_TEST(it_tells_when_it_is_full)
{
    static const uint8_t data[ENTROPY_BYTES_MAX];

    ck_assert(!entropy_add(&entropy, data, ENTROPY_BYTES_MAX - 1));
    ck_assert(!entropy_add(&entropy, data, 0));
    ck_assert(entropy_add(&entropy, data, 1));
}
END_TEST

START_TEST(pieces_count_like_the_whole)
{
    uint8_t data[2000];
    unsigned seed = 1;
    double whole, pieces;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)rand_r(&seed);
    whole = bits_of(data, sizeof(data));
    pieces = bits_in_pieces(data, sizeof(data), 1);
    ck_assert_double_eq(whole, pieces);
    ck_assert_double_gt(whole, 7.8); /* random bytes, biased down by 255 / (2 n ln 2) = 0.09 */
}
END_TEST

/* Padding is counted in longer steps. */
START_TEST(runs_of_one_byte_count_like_the_bytes)
{
    uint8_t data[4000];
    unsigned seed = 1;
    double whole, pieces;

    for (size_t i = 0, end = 0; i < sizeof(data); i++) {
        if (i >= end)
            end = i + 1 + (size_t)rand_r(&seed) % 60;
        data[i] = (uint8_t)end;
    }
    whole = bits_of(data, sizeof(data));
    pieces = bits_in_pieces(data, sizeof(data), 1);
    ck_assert_double_eq(whole, pieces);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("entropy");
    TCase *cases = tcase_create("entropy");

    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_loop_test(cases, equal_shares_have_the_logarithm_of_their_number, 0, 9);
    tcase_add_test(cases, a_quarter_and_three_quarters);
    tcase_add_test(cases, one_value_never_goes_below_zero);
    tcase_add_test(cases, too_few_bytes_are_unknown);
    tcase_add_test(cases, bytes_behind_the_last_do_not_count);
    tcase_add_test(cases, it_tells_when_it_is_full);
    tcase_add_test(cases, pieces_count_like_the_whole);
    tcase_add_test(cases, runs_of_one_byte_count_like_the_bytes);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
