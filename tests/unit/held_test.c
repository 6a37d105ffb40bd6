#include "held.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

static struct held held;
static struct stream_budget budget;

static void set_up(void)
{
    held = (struct held){ 0 };
    budget = (struct stream_budget){ .max = 4096 };
}

static void tear_down(void)
{
    held_drop(&held, &budget);
    ck_assert_uint_eq(budget.used, 0);
}

static bool add(const void *bytes, size_t len)
{
    return held_add(&held, &budget, cursor_over(bytes, len), 100 * 1024);
}

/* How often is it worth looking, when text comes byte by byte? */
static unsigned tries(const char *text)
{
    unsigned count = 0;

    for (; *text != '\0'; text++) {
        ck_assert(add(text, 1));
        count += held_may_be_head(&held);
    }
    return count;
}

START_TEST(what_is_added_is_held_in_order)
{
    ck_assert(add("abc", 3));
    ck_assert(add("", 0));
    ck_assert(add("def", 3));
    ck_assert_uint_eq(held.len, 6);
    held_take(&held, &budget, 2);
    ck_assert_mem_eq(held.bytes, "cdef", 4);
    held_take(&held, &budget, 4);
    ck_assert_ptr_null(held.bytes);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(no_more_is_held_than_allowed)
{
    ck_assert(held_add(&held, &budget, cursor_over("abc", 3), 5));
    ck_assert(!held_add(&held, &budget, cursor_over("def", 3), 5));
    ck_assert_mem_eq(held.bytes, "abc", 3);
    ck_assert_uint_eq(held.len, 3);
    ck_assert_uint_eq(budget.refused, 0);
}
END_TEST

START_TEST(what_finds_no_room_in_the_budget_is_counted)
{
    static const char block[3000];
    struct held other = { 0 };

    ck_assert(add(block, sizeof(block)));
    ck_assert_uint_eq(budget.used, 4096);
    ck_assert(!held_add(&other, &budget, cursor_over("x", 1), 100));
    ck_assert_uint_eq(budget.refused, 1);
    held_drop(&held, &budget);
    ck_assert(held_add(&other, &budget, cursor_over("x", 1), 100));
    held_drop(&other, &budget);
}
END_TEST

/* RFC 9112 section 2.1: an empty line ends a head, also where lines end in LF alone. */
START_TEST(an_empty_line_is_worth_a_look)
{
    static const char *const heads[] = { "GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET / HTTP/1.1\n\n",
        "\r\n\r\nGET / HTTP/1.1\r\n\r\n" };

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        size_t len = strlen(heads[i]);

        ck_assert(add(heads[i], len - 1));
        held_may_be_head(&held);
        ck_assert(!held_may_be_head(&held));
        ck_assert(add(heads[i] + len - 1, 1));
        ck_assert(held_may_be_head(&held));
        held_drop(&held, &budget);
    }
}
END_TEST

START_TEST(an_empty_line_in_front_of_a_body_is_worth_a_look)
{
    static const char head[] = "POST / HTTP/1.1\r\nA: b\r\n", rest[] = "\r\nbody";

    ck_assert(add(head, sizeof(head) - 1));
    ck_assert(held_may_be_head(&held));
    ck_assert(add(rest, sizeof(rest) - 1));
    ck_assert(held_may_be_head(&held));
}
END_TEST

/* Not even if somebody sends nothing but empty lines in front. */
START_TEST(a_head_byte_by_byte_is_looked_at_a_dozen_times)
{
    static char text[16 * 1024 + 1];
    static const char *const lines[] = { "A: b\r\n", "\r\n", "\n", "\r", "x" };

    budget.max = 1 << 20;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        for (size_t at = 0; at < sizeof(text) - 1; at++)
            text[at] = lines[i][at % strlen(lines[i])];
        ck_assert_uint_le(tries(text), 16);
        held_drop(&held, &budget);
    }
}
END_TEST

static Suite *make_suite(void)
{
    const TTest *const tests[] = {
        what_is_added_is_held_in_order,
        no_more_is_held_than_allowed,
        what_finds_no_room_in_the_budget_is_counted,
        an_empty_line_is_worth_a_look,
        an_empty_line_in_front_of_a_body_is_worth_a_look,
        a_head_byte_by_byte_is_looked_at_a_dozen_times,
    };
    Suite *suite = suite_create("held");
    TCase *cases = tcase_create("held");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
