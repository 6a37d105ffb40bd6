#include "parse/rdnss.h"

#include <stdlib.h>

#include "run_suite.h"

#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)
#define TIMERS "\0\0\0\0\0\0\0\0"
#define LINK_LAYER "\1\1\2\0\0\0\0\7"   /* source link-layer address, RFC 4861 section 4.6.1 */
#define LIFETIME "\0\0\7\x08"
#define FIRST "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53"
#define SECOND "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x35"

/* RFC 8106 section 5.1: type 25, length 2n+1 units, two reserved bytes, lifetime, addresses. */
static const char advertisement[] =
    TIMERS LINK_LAYER "\x19\5\0\0" LIFETIME FIRST SECOND "\x1f\1\0\0\0\0\0\0";

static struct rdnss rdnss;

static void read_ok(struct cursor in)
{
    rdnss.count = 0xff;
    ck_assert_int_eq(rdnss_read(in, &rdnss), TATTLER_OK);
}

static void check_resolver(size_t index, const char *text)
{
    struct address expected;

    ck_assert(address_parse(text, &expected));
    ck_assert_uint_lt(index, rdnss.count);
    ck_assert(address_equal(&rdnss.resolvers[index], &expected));
}

START_TEST(an_advertisement_tells_the_resolvers)
{
    read_ok(BYTES(advertisement));
    ck_assert_uint_eq(rdnss.count, 2);
    check_resolver(0, "2001:db8::53");
    check_resolver(1, "fd00::35");
}
END_TEST

START_TEST(one_without_the_option_tells_none)
{
    read_ok(BYTES(TIMERS LINK_LAYER));
    ck_assert_uint_eq(rdnss.count, 0);
    read_ok(BYTES(TIMERS));
    ck_assert_uint_eq(rdnss.count, 0);
}
END_TEST

START_TEST(withdrawn_resolvers_are_left_out)
{
    read_ok(BYTES(TIMERS "\x19\3\0\0\0\0\0\0" FIRST "\x19\3\0\0" LIFETIME SECOND));
    ck_assert_uint_eq(rdnss.count, 1);
    check_resolver(0, "fd00::35");
}
END_TEST

START_TEST(the_first_four_are_kept)
{
    read_ok(BYTES(TIMERS "\x19\x0d\0\0" LIFETIME FIRST SECOND FIRST SECOND FIRST SECOND));
    ck_assert_uint_eq(rdnss.count, RDNSS_RESOLVERS_MAX);
}
END_TEST

START_TEST(half_an_address_is_none)
{
    read_ok(BYTES(TIMERS "\x19\4\0\0" LIFETIME FIRST "\xfd\0\0\0\0\0\0\0"));
    ck_assert_uint_eq(rdnss.count, 1);
    read_ok(BYTES(TIMERS "\x19\1\0\0" LIFETIME));
    ck_assert_uint_eq(rdnss.count, 0);
}
END_TEST

START_TEST(an_option_of_no_length_spoils_the_message)
{
    rdnss.count = 7;
    ck_assert_int_eq(rdnss_read(BYTES(TIMERS "\1\0\2\0\0\0\0\7"), &rdnss), TATTLER_MALFORMED);
    ck_assert_uint_eq(rdnss.count, 7);
}
END_TEST

/* Ends at the heap block's edge so a sanitizer sees overreads. */
START_TEST(every_cut_advertisement_is_read_as_far_as_it_goes)
{
    size_t len = (size_t)_i, whole = 8 + 8 + 40;
    uint8_t *block = malloc(len + 1), *cut = block + 1;
    enum tattler_status status;

    memcpy(cut, advertisement, len);
    rdnss.count = 7;
    status = rdnss_read(cursor_over(cut, len), &rdnss);
    ck_assert_int_eq(status, len < 8 ? TATTLER_TRUNCATED : TATTLER_OK);
    ck_assert_uint_eq(rdnss.count, len < 8 ? 7 : len < whole ? 0 : 2);
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rdnss");
    TCase *cases = tcase_create("rdnss");

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, an_advertisement_tells_the_resolvers);
    tcase_add_test(cases, one_without_the_option_tells_none);
    tcase_add_test(cases, withdrawn_resolvers_are_left_out);
    tcase_add_test(cases, the_first_four_are_kept);
    tcase_add_test(cases, half_an_address_is_none);
    tcase_add_test(cases, an_option_of_no_length_spoils_the_message);
    tcase_add_loop_test(cases, every_cut_advertisement_is_read_as_far_as_it_goes, 0,
            (int)sizeof(advertisement));
    return run_suite(suite);
}
