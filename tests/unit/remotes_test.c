#include "track/remotes.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define NOW (19675 * DAY)

static struct remotes remotes;
static struct remotes_budget budget;

static void set_up(void)
{
    remotes = (struct remotes){ 0 };
    budget = (struct remotes_budget){ .max_entries = 1000, .max_per_device = 100 };
}

static void tear_down(void)
{
    remotes_clear(&remotes, &budget);
    ck_assert_uint_eq(budget.entries, 0);
    ck_assert_ptr_null(remotes.by_key);
}

static struct remote *use_of(struct remotes *device, uint64_t hash, uint64_t now_us)
{
    const struct remote_identity who = { REMOTE_NAME, hash, "cloud.example", 13 };

    return remotes_use(device, &budget, &who, now_us);
}

static struct remote *use(uint64_t hash, uint64_t now_us)
{
    return use_of(&remotes, hash, now_us);
}

/* Used twice, so long apart that the entry settles. */
static void settle(struct remotes *device, uint64_t hash, uint64_t now_us)
{
    use_of(device, hash, now_us - REMOTES_SETTLE_S * SECOND);
    use_of(device, hash, now_us);
}

static bool has(uint64_t hash)
{
    return remotes_find(&remotes, REMOTE_NAME, hash) != NULL;
}

START_TEST(a_remote_keeps_what_is_counted_for_it)
{
    struct remote *entry = use(1, NOW);

    ck_assert_ptr_nonnull(entry);
    ck_assert_str_eq(entry->label, "cloud.example");
    ck_assert_int_eq(entry->kind, REMOTE_NAME);
    upload_add(&(struct upload){ 0 }, &entry->upload, 77, NOW);
    use(2, NOW + 1);
    entry = use(1, NOW + MINUTE);
    ck_assert_uint_eq(entry->first_us, NOW);
    ck_assert_uint_eq(entry->last_us, NOW + MINUTE);
    ck_assert_uint_eq(upload_window_bytes(&entry->upload, NOW + MINUTE), 77);
    ck_assert_uint_eq(budget.entries, 2);
}
END_TEST

START_TEST(a_name_and_a_domain_that_read_the_same_are_two_remotes)
{
    const struct remote_identity domain = { REMOTE_DOMAIN, 1, "cloud.example", 13 };
    struct remote *name = use(1, NOW);

    ck_assert_ptr_null(remotes_find(&remotes, REMOTE_DOMAIN, 1));
    ck_assert_ptr_ne(remotes_use(&remotes, &budget, &domain, NOW), name);
    ck_assert_ptr_eq(remotes_find(&remotes, REMOTE_NAME, 1), name);
}
END_TEST

START_TEST(a_long_label_keeps_its_end)
{
    const char text[] = "0123456789012345678901234567890123456789012345678901234567890.example.com";
    const struct remote_identity longer = { REMOTE_NAME, 1, text, strlen(text) };
    const struct remote_identity none = { REMOTE_ADDRESS, 1, NULL, 0 };
    const struct remote_identity brief = { REMOTE_NAME, 2, text, 3 };

    ck_assert_str_eq(remotes_use(&remotes, &budget, &longer, NOW)->label,
            text + strlen(text) - (REMOTE_LABEL_SIZE - 1));
    ck_assert_str_eq(remotes_use(&remotes, &budget, &none, NOW)->label, "");
    ck_assert_str_eq(remotes_use(&remotes, &budget, &brief, NOW)->label, "012");
}
END_TEST

START_TEST(a_remote_that_is_dropped_starts_anew)
{
    remotes_drop(&remotes, &budget, use(1, NOW));
    ck_assert(!has(1));
    ck_assert_uint_eq(budget.entries, 0);
    ck_assert_uint_eq(budget.forgotten, 0);
    ck_assert_uint_eq(use(1, NOW + HOUR)->first_us, NOW + HOUR);
}
END_TEST

/* --- full tables --- */

START_TEST(a_full_device_forgets_what_was_unused_for_longest)
{
    budget.max_per_device = 3;
    for (uint64_t hash = 1; hash <= 3; hash++)
        use(hash, NOW + hash);
    use(1, NOW + 4);
    use(4, NOW + 5);
    ck_assert(has(1) && !has(2) && has(3) && has(4));
    ck_assert_uint_eq(budget.forgotten, 1);
}
END_TEST

START_TEST(looking_at_a_remote_does_not_keep_it)
{
    budget.max_per_device = 2;
    use(1, NOW);
    use(2, NOW);
    ck_assert(has(1));
    use(3, NOW);
    ck_assert(!has(1));
}
END_TEST

START_TEST(a_scan_does_not_wash_away_the_beacon)
{
    for (uint64_t hash = 1; hash <= 10; hash++)
        settle(&remotes, hash, NOW);
    for (uint64_t i = 0; i < 100000; i++)
        use(1000 + i, NOW + i * SECOND / 100);
    for (uint64_t hash = 1; hash <= 10; hash++)
        ck_assert(has(hash));
    ck_assert(has(1000 + 99999));
    ck_assert_uint_eq(budget.entries, budget.max_per_device);
}
END_TEST

START_TEST(settled_remotes_leave_a_quarter_for_others)
{
    for (uint64_t hash = 1; hash <= 100; hash++)
        settle(&remotes, hash, NOW + hash * SECOND);
    for (uint64_t hash = 1001; hash <= 1100; hash++)
        use(hash, NOW + HOUR);
    ck_assert_uint_eq(remotes.count[0], 25);
    ck_assert_uint_eq(remotes.count[1], 75);
    ck_assert(!has(25) && has(26) && has(100)); /* the oldest of the settled made room */
}
END_TEST

START_TEST(attempts_to_connect_once_do_not_settle)
{
    for (unsigned wait_s = 1; wait_s < 128; wait_s *= 2) /* as Linux does, up to 127 s */
        use(1, NOW + (wait_s - 1) * SECOND);
    ck_assert_uint_eq(remotes.count[1], 0);
    use(1, NOW + REMOTES_SETTLE_S * SECOND);
    ck_assert_uint_eq(remotes.count[1], 1);
}
END_TEST

START_TEST(a_full_table_still_gives_each_device_some)
{
    struct remotes hog = { 0 };

    budget.max_entries = 50;
    for (uint64_t hash = 1; hash <= 50; hash++)
        use_of(&hog, hash, NOW);
    for (uint64_t hash = 1; hash <= 20; hash++)
        ck_assert_ptr_nonnull(use(hash, NOW));
    ck_assert_uint_eq(remotes.count[0], REMOTES_ALWAYS);
    ck_assert_uint_eq(hog.count[0], 50);
    ck_assert(has(20) && has(13) && !has(12));
    use_of(&hog, 51, NOW); /* who has many makes room out of its own */
    ck_assert_uint_eq(hog.count[0], 49 - REMOTES_ALWAYS + 1);
    remotes_clear(&hog, &budget);
}
END_TEST

START_TEST(without_pressure_nothing_is_too_old)
{
    for (uint64_t hash = 1; hash <= 75; hash++)
        use(hash, NOW);
    budget.max_entries = 100;
    ck_assert(!remotes_pressed(&budget));
    remotes_trim(&remotes, &budget, NOW + YEAR);
    ck_assert_uint_eq(budget.entries, 75);
    use(76, NOW);
    ck_assert(remotes_pressed(&budget));
}
END_TEST

START_TEST(under_pressure_dormant_devices_give_to_active_ones)
{
    struct remotes dormant[10] = { { 0 } };
    uint64_t later_us = NOW + 2 * HOUR;

    for (uint64_t device = 0; device < 10; device++)
        for (uint64_t hash = 1; hash <= 100; hash++)
            settle(&dormant[device], hash, NOW);
    use(1, later_us);
    ck_assert(remotes_pressed(&budget));
    for (uint64_t device = 0; device < 10; device++)
        remotes_trim(&dormant[device], &budget, later_us);
    remotes_trim(&remotes, &budget, later_us);
    ck_assert(has(1));
    for (uint64_t hash = 2; hash <= 100; hash++)
        use(hash, later_us);
    ck_assert_uint_eq(remotes.count[0], 100);
    ck_assert_uint_le(budget.entries, budget.max_entries);
    ck_assert_uint_gt(budget.entries, budget.max_entries / 2); /* no more than was needed */
    for (uint64_t device = 0; device < 10; device++)
        remotes_clear(&dormant[device], &budget);
}
END_TEST

START_TEST(under_pressure_the_settled_stay_longest)
{
    budget.max_entries = 40;
    for (uint64_t hash = 1; hash <= 20; hash++) {
        settle(&remotes, hash, NOW);
        use(100 + hash, NOW);
    }
    remotes_trim(&remotes, &budget, NOW + 3 * MINUTE); /* a sixteenth of forty minutes */
    ck_assert_uint_eq(remotes.count[0], 0);
    ck_assert_uint_eq(remotes.count[1], 20);
    remotes_trim(&remotes, &budget, NOW + YEAR); /* and half of the table is no pressure */
    ck_assert_uint_eq(remotes.count[1], 20);
}
END_TEST

/* Whatever is used, no cap is exceeded, the counter is exact and both lists hold all. */
START_TEST(caps_hold_in_any_course)
{
    struct remotes devices[5] = { { 0 } };
    unsigned seed = 1;
    uint64_t now_us = NOW;

    budget.max_entries = 60;
    budget.max_per_device = 30;
    for (unsigned i = 0; i < 50000; i++) {
        struct remotes *device = &devices[(unsigned)rand_r(&seed) % 5];
        size_t held = 0;

        now_us += (uint64_t)rand_r(&seed) % (i % 1000 == 0 ? 10 * DAY : 4 * MINUTE);
        ck_assert_ptr_nonnull(use_of(device, (uint64_t)rand_r(&seed) % 50, now_us));
        ck_assert_uint_le(HASH_COUNT(device->by_key), budget.max_per_device);
        if (rand_r(&seed) % 10 == 0)
            remotes_trim(device, &budget, now_us);
        for (unsigned n = 0; n < 5; n++) {
            held += HASH_COUNT(devices[n].by_key);
            ck_assert_uint_eq(devices[n].count[0] + devices[n].count[1],
                    HASH_COUNT(devices[n].by_key));
        }
        ck_assert_uint_eq(held, budget.entries);
        ck_assert_uint_le(held, budget.max_entries + 5 * REMOTES_ALWAYS);
    }
    for (unsigned n = 0; n < 5; n++)
        remotes_clear(&devices[n], &budget);
}
END_TEST

START_TEST(a_million_hostile_keys_stay_in_their_bounds)
{
    for (uint64_t i = 0; i < 1000000; i++)
        use(i * UINT64_C(0x100000000), NOW + i * SECOND);
    ck_assert_uint_eq(budget.entries, budget.max_per_device);
    ck_assert_uint_eq(budget.forgotten, 1000000 - budget.max_per_device);
}
END_TEST

START_TEST(caps_of_zero_still_keep_one)
{
    budget.max_entries = 0;
    budget.max_per_device = 0;
    use(1, NOW);
    ck_assert_ptr_nonnull(use(2, NOW));
    ck_assert_uint_eq(budget.entries, 1);
    remotes_trim(&remotes, &budget, NOW);
}
END_TEST

START_TEST(an_entry_is_small)
{
    ck_assert_uint_le(sizeof(struct remote) - sizeof(struct beat), 328);
    ck_assert_uint_le(sizeof(struct remotes), 40);
}
END_TEST

/* --- time --- */

START_TEST(a_year_later_all_entries_are_the_same)
{
    struct remotes later = { 0 };
    unsigned seed = 4;
    uint64_t now_us = NOW;

    budget.max_per_device = 20;
    budget.max_entries = 1000;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t hash = (uint64_t)rand_r(&seed) % 40;
        struct remote *one, *two;

        now_us += (uint64_t)rand_r(&seed) % (10 * MINUTE);
        one = use(hash, now_us);
        two = use_of(&later, hash, now_us + YEAR);
        ck_assert_uint_eq(one->first_us + YEAR, two->first_us);
        ck_assert_int_eq(one->settled, two->settled);
    }
    ck_assert_uint_eq(remotes.count[1], later.count[1]);
    remotes_clear(&later, &budget);
}
END_TEST

START_TEST(time_that_steps_back_leaves_an_entry_its_newest_use)
{
    use(1, NOW);
    ck_assert_uint_eq(use(1, NOW - YEAR)->last_us, NOW);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_remote_keeps_what_is_counted_for_it,
        a_name_and_a_domain_that_read_the_same_are_two_remotes,
        a_long_label_keeps_its_end,
        a_remote_that_is_dropped_starts_anew,
        a_full_device_forgets_what_was_unused_for_longest,
        looking_at_a_remote_does_not_keep_it,
        a_scan_does_not_wash_away_the_beacon,
        settled_remotes_leave_a_quarter_for_others,
        attempts_to_connect_once_do_not_settle,
        a_full_table_still_gives_each_device_some,
        without_pressure_nothing_is_too_old,
        under_pressure_dormant_devices_give_to_active_ones,
        under_pressure_the_settled_stay_longest,
        caps_hold_in_any_course,
        a_million_hostile_keys_stay_in_their_bounds,
        caps_of_zero_still_keep_one,
        an_entry_is_small,
        a_year_later_all_entries_are_the_same,
        time_that_steps_back_leaves_an_entry_its_newest_use,
    };
    Suite *suite = suite_create("remotes");
    TCase *cases = tcase_create("remotes");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
