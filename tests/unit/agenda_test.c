#include "track/agenda.h"

#include <string.h>

#include "run_suite.h"

#define MOST 64

static struct agenda agenda;
static struct turn turns[MOST];
static unsigned kept;

static void keep(struct turn *turn)
{
    ck_assert_ptr_nonnull(turn);
    kept++;
}

static void set_up(void)
{
    memset(turns, 0, sizeof(turns));
    kept = 0;
    ck_assert(agenda_init(&agenda, MOST));
}

static void tear_down(void)
{
    agenda_destroy(&agenda);
}

static struct turn *due_at(uint64_t now_us)
{
    return agenda_due(&agenda, now_us, keep);
}

START_TEST(nothing_is_due_before_its_time)
{
    ck_assert_ptr_null(due_at(UINT64_MAX - 1));
    agenda_set(&agenda, &turns[0], 100);
    ck_assert_ptr_null(due_at(99));
    ck_assert_uint_eq(kept, 0);
    ck_assert_ptr_eq(due_at(100), &turns[0]);
    ck_assert_ptr_eq(due_at(5000), &turns[0]);
    ck_assert_uint_eq(kept, 2);
}
END_TEST

START_TEST(a_turn_may_be_moved_and_given_up)
{
    agenda_set(&agenda, &turns[0], 100);
    agenda_set(&agenda, &turns[1], 200);
    agenda_set(&agenda, &turns[0], 300);
    ck_assert_ptr_eq(due_at(1000), &turns[1]);
    agenda_set(&agenda, &turns[1], AGENDA_NEVER);
    ck_assert_ptr_eq(due_at(1000), &turns[0]);
    agenda_set(&agenda, &turns[0], 50);
    ck_assert_ptr_eq(due_at(50), &turns[0]);
    agenda_set(&agenda, &turns[0], AGENDA_NEVER);
    agenda_set(&agenda, &turns[0], AGENDA_NEVER);
    ck_assert_ptr_null(due_at(1000));
}
END_TEST

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % below;
}

static uint64_t earliest(void)
{
    uint64_t first_us = AGENDA_NEVER;

    for (unsigned i = 0; i < MOST; i++)
        if (turns[i].place != 0 && turns[i].due_us < first_us)
            first_us = turns[i].due_us;
    return first_us;
}

START_TEST(to_set_one_may_tell_the_next)
{
    agenda_set(&agenda, &turns[0], 100);
    agenda_set(&agenda, &turns[1], 200);
    ck_assert_ptr_eq(agenda_set_and_due(&agenda, &turns[0], 300, 250, keep), &turns[1]);
    ck_assert_ptr_null(agenda_set_and_due(&agenda, &turns[1], AGENDA_NEVER, 250, keep));
    ck_assert_ptr_eq(agenda_set_and_due(&agenda, &turns[0], 250, 250, keep), &turns[0]);
    ck_assert_uint_eq(kept, 2);
}
END_TEST

START_TEST(whatever_is_set_the_earliest_comes_first)
{
    uint64_t state = 1;

    for (unsigned i = 0; i < 20000; i++) {
        struct turn *turn = &turns[draw(&state, MOST)], *first;
        uint64_t due_us = draw(&state, 4) == 0 ? AGENDA_NEVER : draw(&state, 1000);

        agenda_set(&agenda, turn, due_us);
        ck_assert(turn->place == 0 || turn->due_us == due_us);
        first = due_at(1000);
        if (first == NULL)
            ck_assert_uint_eq(earliest(), AGENDA_NEVER);
        else
            ck_assert_uint_eq(first->due_us, earliest());
    }
}
END_TEST

START_TEST(all_come_in_the_order_of_their_times)
{
    uint64_t before_us = 0;

    for (unsigned i = 0; i < MOST; i++)
        agenda_set(&agenda, &turns[i], (i * 37) % MOST + 1);
    for (unsigned i = 0; i < MOST; i++) {
        struct turn *turn = due_at(MOST);

        ck_assert_uint_eq(turn->due_us, before_us + 1);
        before_us = turn->due_us;
        agenda_set(&agenda, turn, AGENDA_NEVER);
    }
    ck_assert_ptr_null(due_at(UINT64_MAX - 1));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nothing_is_due_before_its_time,
        a_turn_may_be_moved_and_given_up,
        to_set_one_may_tell_the_next,
        whatever_is_set_the_earliest_comes_first,
        all_come_in_the_order_of_their_times,
    };
    Suite *suite = suite_create("agenda");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
