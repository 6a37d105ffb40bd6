#include "track/seen.h"

#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define NOW (19675 * DAY)
#define LEARNED (NOW + 7 * DAY)

static struct seen seen;
static struct seen_budget budget;

static void set_up(void)
{
    seen = (struct seen){ 0 };
    budget = (struct seen_budget){ .learning_s = 7 * 86400, .max_items = 10000 };
}

static void tear_down(void)
{
    seen_clear(&seen, &budget);
    ck_assert_uint_eq(budget.items, 0);
}

static enum seen_verdict note_in(struct seen *in, enum seen_kind kind, uint64_t key, uint64_t now_us)
{
    const struct seen_fact fact = { .kind = kind, .key = key };

    return seen_note(in, &budget, &fact, now_us);
}

static enum seen_verdict note(uint64_t key, uint64_t now_us)
{
    return note_in(&seen, SEEN_DOMAIN, key, now_us);
}

START_TEST(nothing_is_said_while_a_device_learns)
{
    ck_assert_int_eq(note(1, NOW), SEEN_UNSURE);
    ck_assert_int_eq(note(1, NOW + DAY), SEEN_UNSURE);
    ck_assert_int_eq(note(2, LEARNED - 1), SEEN_UNSURE);
}
END_TEST

START_TEST(what_was_learned_is_known)
{
    note(1, NOW);
    note(2, LEARNED - 1);
    ck_assert_int_eq(note(1, LEARNED), SEEN_BEFORE);
    ck_assert_int_eq(note(2, LEARNED), SEEN_BEFORE);
}
END_TEST

START_TEST(a_text_made_to_have_the_key_of_another_stays_new)
{
    const struct seen_fact cloud = { .kind = SEEN_RULE, .key = 1, .text = "1:2 cloud", .len = 9 };
    const struct seen_fact made[] = {
        { .kind = SEEN_RULE, .key = 1, .text = "1:2 cnc", .len = 7 },
        { .kind = SEEN_RULE, .key = 1, .text = "1:2 cloud.example", .len = 17 },
        { .kind = SEEN_RULE, .key = 1, .text = "1:2 clou", .len = 8 },
    };

    ck_assert_int_eq(seen_note(&seen, &budget, &cloud, NOW), SEEN_UNSURE);
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        ck_assert_int_eq(seen_note(&seen, &budget, &made[i], NOW + 1), SEEN_UNSURE);
        ck_assert_int_eq(seen_note(&seen, &budget, &made[i], LEARNED), SEEN_NEW);
        ck_assert_int_eq(seen_note(&seen, &budget, &made[i], LEARNED + DAY), SEEN_NEW);
        ck_assert(!seen_is_usual(&seen, &budget, &made[i], LEARNED + 30 * DAY));
    }
    ck_assert_int_eq(seen_note(&seen, &budget, &cloud, LEARNED), SEEN_BEFORE);
    ck_assert(seen_is_usual(&seen, &budget, &cloud, LEARNED));
}
END_TEST

START_TEST(what_comes_later_is_new_for_an_hour_and_then_known)
{
    uint64_t first_us = LEARNED + 3 * DAY;

    note(1, NOW);
    ck_assert_int_eq(note(9, first_us), SEEN_NEW);
    ck_assert_int_eq(note(9, first_us + HOUR - 1), SEEN_NEW);
    ck_assert_int_eq(note(9, first_us + HOUR), SEEN_BEFORE);
    ck_assert_int_eq(note(9, first_us + YEAR), SEEN_BEFORE);
    ck_assert_int_eq(note(1, first_us), SEEN_BEFORE);
}
END_TEST

START_TEST(domains_networks_and_ports_are_kept_apart_and_learned_together)
{
    note(443, NOW);
    ck_assert_int_eq(note_in(&seen, SEEN_PORT, 443, LEARNED), SEEN_NEW);
    ck_assert_int_eq(note_in(&seen, SEEN_ASN, 443, LEARNED), SEEN_NEW);
    ck_assert_int_eq(note(443, LEARNED), SEEN_BEFORE);
}
END_TEST

START_TEST(each_device_learns_from_its_own_first_key)
{
    ck_assert_int_eq(note(1, NOW + YEAR), SEEN_UNSURE);
    ck_assert_int_eq(note(2, NOW + YEAR + 7 * DAY - 1), SEEN_UNSURE);
    ck_assert_int_eq(note(3, NOW + YEAR + 7 * DAY), SEEN_NEW);
}
END_TEST

START_TEST(without_a_learning_period_all_is_new_at_once)
{
    budget.learning_s = 0;
    ck_assert_int_eq(note(1, NOW), SEEN_NEW);
    ck_assert_int_eq(note(1, NOW + HOUR), SEEN_BEFORE);
}
END_TEST

START_TEST(keys_are_kept_sorted_with_the_time_they_were_first_noted)
{
    const uint64_t keys[] = { 5, 0, UINT64_MAX, 7, 6, 5 };

    for (unsigned i = 0; i < 6; i++)
        note(keys[i], NOW + i);
    ck_assert_uint_eq(seen.sets[SEEN_DOMAIN].count, 5);
    for (unsigned i = 1; i < 5; i++)
        ck_assert_uint_lt(seen.sets[SEEN_DOMAIN].items[i - 1].key,
                seen.sets[SEEN_DOMAIN].items[i].key);
    ck_assert_uint_eq(seen.sets[SEEN_DOMAIN].items[1].key, 5);
    ck_assert_uint_eq(seen.sets[SEEN_DOMAIN].items[1].first_us, NOW);
}
END_TEST

/* --- a new device --- */

START_TEST(a_device_is_new_if_it_comes_when_the_network_is_known)
{
    const uint64_t week_s = 7 * 86400;

    ck_assert_int_eq(seen_device(NOW, week_s, NOW, NOW), SEEN_UNSURE);
    ck_assert_int_eq(seen_device(NOW, week_s, LEARNED - 1, LEARNED - 1), SEEN_UNSURE);
    ck_assert_int_eq(seen_device(NOW, week_s, LEARNED - 1, LEARNED), SEEN_BEFORE);
    ck_assert_int_eq(seen_device(NOW, week_s, LEARNED, LEARNED), SEEN_NEW);
    ck_assert_int_eq(seen_device(NOW, week_s, LEARNED, LEARNED + HOUR - 1), SEEN_NEW);
    ck_assert_int_eq(seen_device(NOW, week_s, LEARNED, LEARNED + HOUR), SEEN_BEFORE);
}
END_TEST

/* --- bounds --- */

START_TEST(a_full_set_knows_what_it_has_and_is_unsure_of_the_rest)
{
    for (uint64_t key = 0; key < SEEN_DOMAINS_MAX + 3; key++)
        note(key * 2, NOW + key);
    ck_assert_uint_eq(budget.refused, 3);
    ck_assert_int_eq(note(2, LEARNED), SEEN_BEFORE);
    ck_assert_int_eq(note(1, LEARNED), SEEN_UNSURE);
    ck_assert_int_eq(note(SEEN_DOMAINS_MAX * 2, LEARNED), SEEN_UNSURE); /* it was turned away */
    ck_assert_int_eq(note_in(&seen, SEEN_ASN, 1, LEARNED), SEEN_NEW);
}
END_TEST

START_TEST(the_last_that_fits_is_new_and_the_next_is_unsure)
{
    note(0, NOW);
    for (uint64_t key = 1; key < SEEN_DOMAINS_MAX; key++)
        ck_assert_int_eq(note(key, LEARNED), SEEN_NEW);
    ck_assert_int_eq(note(SEEN_DOMAINS_MAX, LEARNED), SEEN_UNSURE);
    ck_assert_int_eq(note(1, LEARNED), SEEN_NEW);
    ck_assert_int_eq(note(1, LEARNED + HOUR), SEEN_BEFORE);
}
END_TEST

START_TEST(what_was_turned_away_is_not_new_when_there_is_room_again)
{
    struct seen other = { 0 };

    budget.max_items = 2;
    note_in(&other, SEEN_DOMAIN, 1, NOW);
    note(1, NOW);
    ck_assert_int_eq(note(2, NOW + 1), SEEN_UNSURE);
    seen_clear(&other, &budget); /* the device is gone and its room free */
    ck_assert_int_eq(note(2, LEARNED), SEEN_UNSURE);
    ck_assert_int_eq(note(2, LEARNED + 1), SEEN_BEFORE);
    ck_assert_int_eq(note(1, LEARNED), SEEN_BEFORE);
}
END_TEST

START_TEST(a_million_hostile_keys_stay_in_their_bounds)
{
    for (uint64_t i = 0; i < 1000000; i++) {
        enum seen_kind kind = (enum seen_kind)(i % SEEN_KINDS);

        note_in(&seen, kind, UINT64_MAX - i, NOW + i * SECOND);
    }
    ck_assert_uint_eq(seen.sets[SEEN_DOMAIN].room, SEEN_DOMAINS_MAX);
    ck_assert_uint_eq(seen.sets[SEEN_ASN].room, SEEN_ASNS_MAX);
    ck_assert_uint_eq(seen.sets[SEEN_PORT].room, SEEN_PORTS_MAX);
    ck_assert_uint_eq(budget.items, SEEN_DOMAINS_MAX + SEEN_ASNS_MAX + SEEN_PORTS_MAX +
                                            SEEN_NAMES_MAX + SEEN_SERVICES_MAX + SEEN_RULES_MAX);
    ck_assert_uint_eq(budget.refused, 1000000 - budget.items);
}
END_TEST

/* Whatever comes, and in whatever memory: what was noted before is never new more than an hour
 * after it first came. */
START_TEST(what_was_seen_is_never_called_new)
{
    enum { KEYS = 800 };
    struct seen devices[4] = { { 0 } };
    static uint64_t first_us[4][KEYS];
    unsigned seed = 5;
    uint64_t now_us = NOW;

    budget.max_items = 1500;
    for (unsigned i = 0; i < 100000; i++) {
        unsigned device = (unsigned)rand_r(&seed) % 4, key = (unsigned)rand_r(&seed) % KEYS;
        enum seen_verdict verdict;

        now_us += (uint64_t)rand_r(&seed) % (20 * 60 * SECOND);
        verdict = note_in(&devices[device], SEEN_DOMAIN,
                key * UINT64_C(0x9e3779b97f4a7c15), now_us);
        if (verdict == SEEN_NEW && first_us[device][key] != 0)
            ck_assert_uint_lt(now_us - first_us[device][key], HOUR);
        if (first_us[device][key] == 0)
            first_us[device][key] = now_us;
        ck_assert_uint_le(budget.items, budget.max_items);
        if (i % 30000 == 29999) { /* a device goes and frees its room */
            seen_clear(&devices[0], &budget);
            for (unsigned k = 0; k < KEYS; k++)
                first_us[0][k] = 0;
        }
    }
    for (unsigned device = 0; device < 4; device++)
        seen_clear(&devices[device], &budget);
}
END_TEST

START_TEST(an_ordinary_device_needs_a_few_hundred_bytes)
{
    ck_assert_uint_le(sizeof(struct seen), 144);
    ck_assert_uint_le(sizeof(struct seen_item), 48);
    for (uint64_t i = 0; i < 10000; i++)
        note(i % 8, NOW + i);
    ck_assert_uint_eq(seen.sets[SEEN_DOMAIN].room, 8);
}
END_TEST

/* --- time --- */

START_TEST(time_that_steps_back_makes_nothing_new)
{
    note(1, NOW);
    ck_assert_int_eq(note(2, NOW - YEAR), SEEN_UNSURE);
    ck_assert_int_eq(note(3, LEARNED), SEEN_NEW);
    ck_assert_int_eq(note(3, LEARNED - DAY), SEEN_UNSURE);
    ck_assert_int_eq(note(2, LEARNED), SEEN_BEFORE);
}
END_TEST

START_TEST(a_year_later_all_verdicts_are_the_same)
{
    struct seen later = { 0 };
    unsigned seed = 9;
    uint64_t now_us = NOW;

    for (unsigned i = 0; i < 20000; i++) {
        uint64_t key = (uint64_t)rand_r(&seed) % (50 + i / 40);

        now_us += (uint64_t)rand_r(&seed) % (10 * 60 * SECOND);
        ck_assert_int_eq(note(key, now_us),
                note_in(&later, SEEN_DOMAIN, key, now_us + YEAR));
    }
    seen_clear(&later, &budget);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nothing_is_said_while_a_device_learns,
        what_was_learned_is_known,
        a_text_made_to_have_the_key_of_another_stays_new,
        what_comes_later_is_new_for_an_hour_and_then_known,
        domains_networks_and_ports_are_kept_apart_and_learned_together,
        each_device_learns_from_its_own_first_key,
        without_a_learning_period_all_is_new_at_once,
        keys_are_kept_sorted_with_the_time_they_were_first_noted,
        a_device_is_new_if_it_comes_when_the_network_is_known,
        a_full_set_knows_what_it_has_and_is_unsure_of_the_rest,
        the_last_that_fits_is_new_and_the_next_is_unsure,
        what_was_turned_away_is_not_new_when_there_is_room_again,
        a_million_hostile_keys_stay_in_their_bounds,
        what_was_seen_is_never_called_new,
        an_ordinary_device_needs_a_few_hundred_bytes,
        time_that_steps_back_makes_nothing_new,
        a_year_later_all_verdicts_are_the_same,
    };
    Suite *suite = suite_create("seen");
    TCase *cases = tcase_create("seen");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
