/* Pieces of streams, and what they may hold together. */
#include "detect/match/window.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

static struct window_budget budget;
static struct match_window window;

static void set_up(void)
{
    budget = (struct window_budget){ .max = 1024 };
    window = (struct match_window){ 0 };
}

static bool add(struct match_window *to, const char *bytes, size_t length)
{
    return window_add(to, &budget, cursor_over((const uint8_t *)bytes, length));
}

START_TEST(what_is_added_stands_in_a_row)
{
    ck_assert(add(&window, "abc", 3) && add(&window, "", 0) && add(&window, "defg", 4));
    ck_assert_uint_eq(window.len, 7);
    ck_assert_mem_eq(window.bytes, "abcdefg", 7);
    window_clear(&window, &budget);
    ck_assert_uint_eq(window.len, 0);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(what_has_no_room_is_refused_and_the_rest_stays)
{
    struct match_window other = { 0 };
    static const char bytes[600];

    ck_assert(add(&window, "abc", 3));
    ck_assert_uint_le(budget.used, budget.max);
    ck_assert(add(&other, bytes, 10));
    ck_assert(!add(&window, bytes, sizeof(bytes)));
    ck_assert_uint_eq(budget.refused, 1);
    ck_assert_uint_eq(window.len, 3);
    ck_assert_mem_eq(window.bytes, "abc", 3);
    window_clear(&other, &budget);
    ck_assert(add(&window, bytes, sizeof(bytes)));
    ck_assert_uint_eq(window.len, 603);
    window_clear(&window, &budget);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

/* Whatever is added and cleared: no more than is allowed, and in the end nothing. */
START_TEST(the_budget_holds_for_all_together)
{
    enum { WINDOWS = 16 };
    static const char bytes[3000];
    struct match_window windows[WINDOWS] = { { 0 } };
    size_t held[WINDOWS] = { 0 };

    budget.max = 20000;
    srand(3);
    for (unsigned i = 0; i < 3000; i++) {
        int at = rand() % WINDOWS;
        size_t length = (size_t)(rand() % (int)sizeof(bytes));

        if (rand() % 3 == 0) {
            window_clear(&windows[at], &budget);
            held[at] = 0;
        } else if (add(&windows[at], bytes, length)) {
            held[at] += length;
        }
        ck_assert_uint_le(budget.used, budget.max);
        ck_assert_uint_eq(windows[at].len, held[at]);
    }
    ck_assert_uint_gt(budget.refused, 0);
    for (unsigned i = 0; i < WINDOWS; i++)
        window_clear(&windows[i], &budget);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("window");
    TCase *tests = tcase_create("window");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, what_is_added_stands_in_a_row);
    tcase_add_test(tests, what_has_no_room_is_refused_and_the_rest_stays);
    tcase_add_test(tests, the_budget_holds_for_all_together);
    return run_suite(suite);
}
