#include "track/upload.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define MB UINT64_C(1000000)
#define NOW (19675 * DAY) /* a midnight, so that slots begin here */

static struct upload upload;
static struct upload_window cloud, other;

static void set_up(void)
{
    upload = (struct upload){ 0 };
    cloud = other = (struct upload_window){ 0 };
}

static void tear_down(void)
{
}

/* Sends 'bytes' each ten seconds from 'from_us' until before 'to_us'. */
static void stream(struct upload_window *window, uint64_t bytes, uint64_t from_us, uint64_t to_us)
{
    for (uint64_t at_us = from_us; at_us < to_us; at_us += 10 * SECOND)
        upload_add(&upload, window, bytes, at_us);
}

static double burst_at(const struct upload_window *window, uint64_t now_us)
{
    double ratio = -1;

    ck_assert(upload_burst(&upload, window, now_us, &ratio));
    return ratio;
}

static void assert_between(double value, double low, double high)
{
    ck_assert_double_ge(value, low);
    ck_assert_double_le(value, high);
}

/* --- the last day --- */

START_TEST(a_day_holds_what_was_sent_in_it)
{
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW), 0);
    upload_add(&upload, &cloud, 100, NOW);
    upload_add(&upload, NULL, 7, NOW + HOUR);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + HOUR), 107);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + DAY - 1), 107);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + DAY), 7);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + DAY + HOUR), 0);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + YEAR), 0);
}
END_TEST

START_TEST(a_day_forgets_a_quarter_hour_at_a_time)
{
    stream(&cloud, 10, NOW, NOW + 3 * DAY);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + 3 * DAY - 1), 8640 * 10);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + 3 * DAY), 8640 * 10 - 900);
    upload_add(&upload, &cloud, 1, NOW + 3 * DAY + 12 * HOUR);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + 3 * DAY + 12 * HOUR), 8640 * 5 - 900 + 1);
}
END_TEST

/* Against the plain way: all that was ever sent, summed over the quarter hours that count. */
START_TEST(sums_agree_with_a_list_of_all_that_was_sent)
{
    enum { SENT = 3000 };
    static uint64_t times_us[SENT], bytes[SENT];
    unsigned seed = 3;
    uint64_t now_us = NOW;

    for (unsigned n = 0; n < SENT; n++) {
        uint64_t day = 0, window = 0;

        now_us += (uint64_t)rand_r(&seed) % (n % 100 == 0 ? 2 * DAY : 10 * MINUTE);
        times_us[n] = now_us;
        bytes[n] = (uint64_t)rand_r(&seed);
        upload_add(&upload, &cloud, bytes[n], now_us);
        for (unsigned i = 0; i <= n; i++) {
            day += now_us / (15 * MINUTE) - times_us[i] / (15 * MINUTE) < 96 ? bytes[i] : 0;
            window += now_us / (30 * SECOND) - times_us[i] / (30 * SECOND) < 10 ? bytes[i] : 0;
        }
        ck_assert_uint_eq(upload_day_bytes(&upload, now_us), day);
        ck_assert_uint_eq(upload_window_bytes(&cloud, now_us), window);
    }
}
END_TEST

/* --- bursts --- */

START_TEST(nothing_is_known_before_ten_minutes)
{
    double ratio = 42;

    ck_assert(!upload_burst(&upload, &cloud, NOW, &ratio));
    upload_add(&upload, &cloud, 50 * MB, NOW);
    ck_assert(!upload_burst(&upload, &cloud, NOW + 10 * MINUTE - 1, &ratio));
    ck_assert_double_eq(ratio, 42);
    ck_assert(upload_burst(&upload, &cloud, NOW + 10 * MINUTE, &ratio));
}
END_TEST

START_TEST(a_bulb_that_suddenly_sends_fifty_megabytes_has_a_burst_of_fifty)
{
    stream(&cloud, 300, NOW, NOW + DAY);
    ck_assert_double_lt(burst_at(&cloud, NOW + DAY), 0.1);
    stream(&other, 2 * MB, NOW + DAY, NOW + DAY + 250 * SECOND);
    assert_between(burst_at(&other, NOW + DAY + 250 * SECOND), 49.9, 50.1);
    ck_assert_double_lt(burst_at(&cloud, NOW + DAY + 250 * SECOND), 0.1);
}
END_TEST

START_TEST(a_bulb_is_known_to_be_quiet_soon_after_it_joins)
{
    stream(&cloud, 300, NOW, NOW + 12 * MINUTE);
    upload_add(&upload, &other, 50 * MB, NOW + 12 * MINUTE);
    assert_between(burst_at(&other, NOW + 12 * MINUTE), 49.9, 50.1);
}
END_TEST

/* 2 Mbit/s is 2.5 MB each ten seconds; wherever in five minutes it begins and whatever the rate. */
START_TEST(a_camera_that_always_streams_has_no_burst)
{
    for (uint64_t rate = MB / 10; rate < 100 * MB; rate = rate * 5 / 4) {
        uint64_t from_us = NOW + rate * 7919 % (300 * SECOND);

        set_up();
        stream(&cloud, rate, from_us, from_us + 10 * MINUTE);
        for (uint64_t at_us = from_us + 10 * MINUTE; at_us < from_us + 3 * HOUR; at_us += MINUTE) {
            stream(&cloud, rate, at_us, at_us + MINUTE);
            ck_assert_double_le(burst_at(&cloud, at_us + MINUTE - 1), 1.25);
        }
        ck_assert_double_ge(burst_at(&cloud, from_us + 3 * HOUR - 1), 0.8);
    }
}
END_TEST

START_TEST(a_camera_is_judged_as_one_among_a_thousand_small_services)
{
    static struct upload_window services[1000];

    for (uint64_t at_us = NOW; at_us < NOW + 6 * HOUR; at_us += 5 * MINUTE) {
        stream(&cloud, 2500000, at_us, at_us + 5 * MINUTE);
        for (unsigned i = 0; i < 1000; i++)
            upload_add(&upload, &services[i], 200, at_us + 5 * MINUTE - 1);
    }
    assert_between(burst_at(&cloud, NOW + 6 * HOUR - 1), 0.8, 1.25);
}
END_TEST

START_TEST(a_burst_stays_one_for_the_six_hours_it_goes_on)
{
    stream(&cloud, 300, NOW, NOW + DAY);
    for (uint64_t at_us = NOW + DAY; at_us < NOW + DAY + 6 * HOUR; at_us += 5 * MINUTE) {
        stream(&other, 2 * MB, at_us, at_us + 5 * MINUTE);
        assert_between(burst_at(&other, at_us + 5 * MINUTE - 1), 59.9, 60.1);
    }
    stream(&other, 2 * MB, NOW + DAY + 6 * HOUR, NOW + DAY + 7 * HOUR);
    assert_between(burst_at(&other, NOW + DAY + 7 * HOUR - 1), 0.8, 1.25);
}
END_TEST

START_TEST(a_short_burst_does_not_hide_the_next_one_on_a_device_that_always_sends)
{
    stream(&cloud, 300, NOW, NOW + 7 * DAY);
    stream(&other, 2 * MB, NOW + 7 * DAY, NOW + 7 * DAY + 5 * MINUTE);
    stream(&cloud, 300, NOW + 7 * DAY, NOW + 8 * DAY);
    upload_add(&upload, &other, 50 * MB, NOW + 8 * DAY);
    assert_between(burst_at(&other, NOW + 8 * DAY), 49.9, 50.1);
}
END_TEST

/* An hour of 3 Mbit/s each night, on a device that says something all day. */
START_TEST(a_nightly_backup_becomes_usual_after_a_night_or_two)
{
    double peaks[21];

    for (unsigned night = 0; night < 21; night++) {
        uint64_t from_us = NOW + night * DAY + 3 * HOUR;

        stream(&cloud, 300, NOW + night * DAY, from_us);
        for (uint64_t at_us = from_us; at_us < from_us + HOUR; at_us += 10 * SECOND) {
            upload_add(&upload, &other, 4 * MB, at_us);
            upload_add(&upload, &cloud, 300, at_us);
        }
        peaks[night] = burst_at(&other, from_us + HOUR - 1);
        stream(&cloud, 300, from_us + HOUR, NOW + (night + 1) * DAY);
    }
    ck_assert_double_gt(peaks[0], 100);
    for (unsigned night = 2; night < 21; night++)
        ck_assert_double_le(peaks[night], 1.25);
}
END_TEST

START_TEST(on_a_device_that_rarely_sends_a_burst_is_usual_when_an_hour_has_passed)
{
    uint64_t first_us = NOW + 2 * HOUR, second_us = first_us + 45 * MINUTE;

    stream(&cloud, 300, NOW, NOW + 15 * MINUTE);
    upload_add(&upload, &other, 50 * MB, first_us);
    upload_add(&upload, &other, 50 * MB, second_us);
    assert_between(burst_at(&other, second_us), 49.9, 50.1);
    upload_add(&upload, &other, 50 * MB, second_us + 75 * MINUTE);
    assert_between(burst_at(&other, second_us + 75 * MINUTE), 0.8, 1.25);
}
END_TEST

START_TEST(each_burst_is_learned_at_its_own_level)
{
    uint64_t at_us = NOW + 8 * DAY;

    stream(&cloud, 300, NOW, NOW + 7 * DAY);
    upload_add(&upload, &other, 1000 * MB, NOW + 7 * DAY);
    stream(&cloud, 300, NOW + 7 * DAY, at_us);
    stream(&other, 3 * MB, at_us, at_us + 7 * HOUR);
    assert_between(burst_at(&other, at_us + 7 * HOUR - 1), 0.8, 1.25);
}
END_TEST

START_TEST(usual_is_the_99th_percentile)
{
    stream(&cloud, 300, NOW, NOW + 10 * MINUTE);
    for (unsigned i = 0; i < 1000; i++) { /* 995 of 1 MB, 5 of 1.9: one in two hundred */
        uint64_t at_us = NOW + (3 + 2 * i) * 5 * MINUTE;

        upload_add(&upload, &cloud, i % 200 == 0 ? 1900000 : 1000000, at_us);
    }
    upload_add(&upload, &other, 50 * MB, NOW + 3 * YEAR);
    assert_between(burst_at(&other, NOW + 3 * YEAR), 44, 50); /* the bin of 1 to 1.25 MB */
    set_up();
    stream(&cloud, 300, NOW, NOW + 10 * MINUTE);
    for (unsigned i = 0; i < 1000; i++) { /* one in fifty */
        uint64_t at_us = NOW + (3 + 2 * i) * 5 * MINUTE;

        upload_add(&upload, &cloud, i % 50 == 0 ? 1900000 : 1000000, at_us);
    }
    upload_add(&upload, &other, 50 * MB, NOW + 3 * YEAR);
    assert_between(burst_at(&other, NOW + 3 * YEAR), 25, 29); /* the bin of 1.75 to 2 MB */
}
END_TEST

START_TEST(what_a_device_no_longer_does_is_forgotten_at_last)
{
    stream(&cloud, 2500000, NOW, NOW + 10 * DAY);
    stream(&cloud, 300, NOW + 10 * DAY, NOW + 150 * DAY);
    upload_add(&upload, &other, 50 * MB, NOW + 150 * DAY);
    assert_between(burst_at(&other, NOW + 150 * DAY), 49.9, 50.1);
}
END_TEST

START_TEST(a_rest_of_months_makes_no_camera_suspect)
{
    stream(&cloud, 2500000, NOW, NOW + 2 * DAY);
    stream(&cloud, 2500000, NOW + 90 * DAY, NOW + 90 * DAY + HOUR);
    assert_between(burst_at(&cloud, NOW + 90 * DAY + HOUR - 1), 0.8, 1.25);
}
END_TEST

/* --- bounds and time --- */

/* A store adds up for as long as it is kept. */
START_TEST(samples_of_many_years_are_restored_in_their_proportion)
{
    uint32_t samples[UPLOAD_BINS] = { 3000000000, 1000000000 };

    upload_restore(&upload, samples, 0);
    ck_assert_uint_eq(upload.samples[0], UPLOAD_SAMPLES_MAX / 2 * 3 / 4);
    ck_assert_uint_eq(upload.samples[1], UPLOAD_SAMPLES_MAX / 2 / 4);
    ck_assert_uint_eq(upload.sample_count, UPLOAD_SAMPLES_MAX / 2);
}
END_TEST

START_TEST(absurd_amounts_stay_in_the_last_bin)
{
    for (unsigned i = 0; i < 100000; i++)
        upload_add(&upload, &cloud, UINT64_C(1) << 40, NOW + i * 5 * MINUTE);
    ck_assert_uint_le(upload.sample_count, UPLOAD_SAMPLES_MAX);
    ck_assert_uint_gt(upload.samples[UPLOAD_BINS - 1], 0);
    ck_assert_double_gt(burst_at(&cloud, NOW + 99999 * 5 * MINUTE), 1);
}
END_TEST

START_TEST(structures_are_small)
{
    ck_assert_uint_le(sizeof(struct upload), 1536);
    ck_assert_uint_le(sizeof(struct upload_window), 112);
}
END_TEST

START_TEST(time_that_steps_back_a_little_counts_as_the_newest)
{
    upload_add(&upload, &cloud, 5, NOW + 12 * MINUTE);
    upload_add(&upload, &cloud, 7, NOW + 10 * MINUTE);
    ck_assert_uint_eq(upload_window_bytes(&cloud, NOW + 12 * MINUTE), 12);
    ck_assert_uint_eq(upload_window_bytes(&cloud, NOW + 10 * MINUTE), 12);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW + 12 * MINUTE), 12);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW), 12);
}
END_TEST

START_TEST(time_that_steps_back_far_starts_the_sums_anew)
{
    upload_add(&upload, &cloud, 5, NOW + YEAR);
    upload_add(&upload, &cloud, 7, NOW);
    ck_assert_uint_eq(upload_window_bytes(&cloud, NOW), 7);
    ck_assert_uint_eq(upload_day_bytes(&upload, NOW), 7);
    ck_assert_uint_eq(upload_window_bytes(&cloud, NOW + 5 * MINUTE), 0);
}
END_TEST

START_TEST(samples_are_taken_in_a_capture_that_is_older_than_the_last)
{
    stream(&cloud, 300, NOW, NOW + HOUR);
    upload_add(&upload, &cloud, 300, NOW + 10 * DAY);
    stream(&other, 2 * MB, NOW + 5 * DAY, NOW + 5 * DAY + 7 * HOUR);
    assert_between(burst_at(&other, NOW + 5 * DAY + 7 * HOUR - 1), 0.8, 1.25);
}
END_TEST

START_TEST(a_year_later_all_figures_are_the_same)
{
    struct upload later = { 0 };
    struct upload_window later_cloud = { 0 };
    unsigned seed = 11;
    uint64_t now_us = NOW;

    for (unsigned i = 0; i < 20000; i++) {
        uint64_t bytes = UINT64_C(1) << ((unsigned)rand_r(&seed) % 30);
        double one = 0, two = 0;

        now_us += (uint64_t)rand_r(&seed) % (5 * MINUTE);
        upload_add(&upload, &cloud, bytes, now_us);
        upload_add(&later, &later_cloud, bytes, now_us + YEAR);
        ck_assert_int_eq(upload_burst(&upload, &cloud, now_us, &one),
                upload_burst(&later, &later_cloud, now_us + YEAR, &two));
        ck_assert_double_eq(one, two);
        ck_assert_uint_eq(upload_day_bytes(&upload, now_us),
                upload_day_bytes(&later, now_us + YEAR));
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_day_holds_what_was_sent_in_it,
        a_day_forgets_a_quarter_hour_at_a_time,
        sums_agree_with_a_list_of_all_that_was_sent,
        nothing_is_known_before_ten_minutes,
        a_bulb_that_suddenly_sends_fifty_megabytes_has_a_burst_of_fifty,
        a_bulb_is_known_to_be_quiet_soon_after_it_joins,
        a_camera_that_always_streams_has_no_burst,
        a_camera_is_judged_as_one_among_a_thousand_small_services,
        a_burst_stays_one_for_the_six_hours_it_goes_on,
        a_short_burst_does_not_hide_the_next_one_on_a_device_that_always_sends,
        a_nightly_backup_becomes_usual_after_a_night_or_two,
        on_a_device_that_rarely_sends_a_burst_is_usual_when_an_hour_has_passed,
        each_burst_is_learned_at_its_own_level,
        usual_is_the_99th_percentile,
        what_a_device_no_longer_does_is_forgotten_at_last,
        a_rest_of_months_makes_no_camera_suspect,
        samples_of_many_years_are_restored_in_their_proportion,
        absurd_amounts_stay_in_the_last_bin,
        structures_are_small,
        time_that_steps_back_a_little_counts_as_the_newest,
        time_that_steps_back_far_starts_the_sums_anew,
        samples_are_taken_in_a_capture_that_is_older_than_the_last,
        a_year_later_all_figures_are_the_same,
    };
    Suite *suite = suite_create("upload");
    TCase *cases = tcase_create("upload");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
