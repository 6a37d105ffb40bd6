#include "track/beat.h"

#include <math.h>
#include <string.h>

#include "run_suite.h"
#include "track/burst.h"

#define SECOND UINT64_C(1000000)
#define DAY (86400 * SECOND)
#define YEAR (365 * DAY)
#define US(seconds) ((uint64_t)((seconds) * 1e6))

static struct beat beat;
static struct beat_view view;
static struct beat_report last; /* the latest that was told */
static unsigned reports;
static uint64_t now;

static void set_up(void)
{
    memset(&beat, 0, sizeof(beat));
    memset(&last, 0, sizeof(last));
    reports = 0;
    now = 50 * YEAR;
}

static void keep(bool told, const struct beat_report *report)
{
    ck_assert_int_eq(told, report->change != BEAT_AS_IT_WAS);
    if (!told)
        return;
    last = *report;
    reports++;
}

/* Packets go by: whatever is due is done within a second. */
static void pass(double seconds)
{
    uint64_t until = now + US(seconds);
    struct beat_report report;

    while (beat_due_us(&beat) < until) {
        now = beat_due_us(&beat) > now ? beat_due_us(&beat) : now;
        keep(beat_clock(&beat, now, &report), &report);
    }
    now = until;
}

static void burst_of(uint64_t bytes)
{
    struct beat_report report;

    keep(beat_note(&beat, now, &report), &report);
    keep(beat_add(&beat, now, bytes, &report), &report);
    beat_read(&beat, &view);
}

static void beats_of(unsigned count, double period_s, uint64_t bytes)
{
    for (unsigned i = 0; i < count; i++) {
        burst_of(bytes);
        pass(period_s);
    }
    beat_read(&beat, &view);
}

static void forget_reports(void)
{
    reports = 0;
    last.change = BEAT_AS_IT_WAS;
}

static void steady_beats(unsigned count, double period_s, uint64_t bytes)
{
    beats_of(count, period_s, bytes);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_BECAME_STEADY);
    forget_reports();
}

START_TEST(nothing_is_known_before_seven_gaps)
{
    beat_read(&beat, &view);
    ck_assert(!view.known);
    for (unsigned bursts = 1; bursts <= 7; bursts++) {
        burst_of(10);
        ck_assert(!view.known);
        ck_assert_uint_eq(beat_due_us(&beat), UINT64_MAX);
        pass(bursts % 2 == 0 ? 20 : 300);
    }
    burst_of(10);
    ck_assert(view.known);
    ck_assert(!view.period_known);
    ck_assert_int_eq(view.state, BEAT_NONE);
}
END_TEST

START_TEST(even_bursts_are_steady_at_the_eighth)
{
    beats_of(7, 60, 100);
    ck_assert_double_lt(view.score, 0.5);
    ck_assert_int_ne(view.state, BEAT_STEADY);
    burst_of(100);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_double_ge(view.score, 0.8);
    ck_assert_double_eq_tol(view.period_s, 60, 0.01);
    ck_assert_double_lt(view.jitter, 0.03);
    ck_assert_uint_eq(view.bytes, 100);
    ck_assert_int_eq(last.change, BEAT_BECAME_STEADY);
    ck_assert_double_eq(last.period_before_s, 0);
    ck_assert_double_eq_tol(last.period_after_s, 60, 0.01);
}
END_TEST

/* A bot that asks for commands each two seconds, against an app that polls for a minute. */
START_TEST(quick_bursts_must_last_three_minutes)
{
    beats_of(85, 2, 100);
    ck_assert_int_eq(view.state, BEAT_FORMING);
    ck_assert_double_lt(view.score, 0.5);
    beats_of(10, 2, 100);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_double_eq_tol(view.period_s, 2, 0.01);
}
END_TEST

START_TEST(a_stop_is_told_before_the_third_beat_is_overdue)
{
    steady_beats(100, 60, 100);
    pass(60);
    beat_read(&beat, &view);
    ck_assert_int_eq(view.state, BEAT_LATE);
    ck_assert_uint_eq(reports, 0);
    pass(60);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_STOPPED);
    ck_assert_double_eq_tol(last.period_before_s, 60, 0.01);
    ck_assert_double_eq(last.period_after_s, 0);
    ck_assert_uint_eq(last.bytes_before, 100);
    ck_assert_uint_le(last.time_us, now);
    pass(86400);
    beat_read(&beat, &view);
    ck_assert_int_eq(view.state, BEAT_LOST);
    ck_assert_uint_eq(reports, 1);
    ck_assert_uint_eq(beat_due_us(&beat), UINT64_MAX);
}
END_TEST

START_TEST(a_lost_beat_resumes)
{
    steady_beats(100, 60, 100);
    pass(7200);
    forget_reports();
    beats_of(3, 60, 100);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_RESUMED);
    ck_assert_double_eq_tol(last.period_after_s, 60, 0.01);
    ck_assert_int_eq(view.state, BEAT_STEADY);
}
END_TEST

START_TEST(a_lost_beat_may_come_back_with_another_period)
{
    steady_beats(100, 60, 100);
    pass(7200);
    forget_reports();
    beats_of(12, 145, 100);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_MOVED);
    ck_assert_double_eq_tol(last.period_before_s, 60, 0.01);
    ck_assert_double_eq_tol(last.period_after_s, 145, 0.01);
}
END_TEST

/* Another process knew it: each 60 s, 100 bytes. */
static void remember(double jitter)
{
    struct beat_report report;

    beat_remember(&beat, 60, jitter, 100);
    beat_read(&beat, &view);
    ck_assert_int_eq(view.state, BEAT_FORMING);
    ck_assert(!view.period_known);
    ck_assert(!beat_is_sure(&beat));
    ck_assert_uint_eq(beat_due_us(&beat), UINT64_MAX);
    keep(beat_clock(&beat, now, &report), &report);
}

START_TEST(a_remembered_beat_is_steady_at_the_third)
{
    remember(0.01);
    beats_of(2, 60, 100);
    ck_assert_int_eq(view.state, BEAT_FORMING);
    burst_of(100);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_BECAME_STEADY);
    ck_assert_double_eq_tol(last.period_after_s, 60, 0.5);
    pass(60);
    forget_reports();
    beats_of(40, 60, 100);
    ck_assert_uint_eq(reports, 0);
    pass(600);
    ck_assert_int_eq(last.change, BEAT_STOPPED);
}
END_TEST

START_TEST(a_remembered_beat_of_another_period_has_moved)
{
    remember(0.01);
    beats_of(12, 145, 100);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_MOVED);
    ck_assert_double_eq_tol(last.period_before_s, 60, 0.01);
    ck_assert_double_eq_tol(last.period_after_s, 145, 0.01);
}
END_TEST

START_TEST(a_remembered_beat_that_carries_more_has_grown)
{
    remember(0.01);
    beats_of(4, 60, 100000);
    ck_assert_uint_eq(reports, 2);
    ck_assert_int_eq(last.change, BEAT_GREW);
    ck_assert_uint_eq(last.bytes_before, 100);
}
END_TEST

START_TEST(what_is_nothing_like_a_remembered_beat_is_no_change)
{
    static const double gaps_s[] = { 3, 17, 200, 8, 95, 31, 4, 140, 22, 75, 9, 37, 260, 13, 5, 48 };

    remember(0.01);
    for (unsigned i = 0; i < sizeof(gaps_s) / sizeof(gaps_s[0]); i++)
        beats_of(1, gaps_s[i], 100);
    ck_assert_uint_eq(reports, 0);
    ck_assert_int_ne(view.state, BEAT_LOST);
    ck_assert_int_ne(view.state, BEAT_STEADY);
}
END_TEST

START_TEST(a_reboot_is_no_change)
{
    steady_beats(100, 60, 100);
    pass(75);
    beats_of(100, 60, 100);
    ck_assert_uint_eq(reports, 0);
    ck_assert_int_eq(view.state, BEAT_STEADY);
}
END_TEST

/* Nothing at all was seen for six hours, so no clock ran. */
START_TEST(a_gap_in_the_capture_is_no_change)
{
    struct beat_report report;

    steady_beats(100, 60, 100);
    now += 6 * 3600 * SECOND;
    keep(beat_clock(&beat, now, &report), &report);
    pass(20);
    beats_of(100, 60, 100);
    ck_assert_uint_eq(reports, 0);
    ck_assert_int_eq(view.state, BEAT_STEADY);
}
END_TEST

static const double moves_to_s[] = { 120, 90, 30, 40 };

START_TEST(a_new_period_is_told_once_within_three_of_the_old)
{
    double after_s = moves_to_s[_i];

    steady_beats(200, 60, 100);
    now = now - 60 * SECOND + US(after_s);
    beats_of(after_s < 60 ? 4 : 3, after_s, 100);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_MOVED);
    ck_assert_double_eq_tol(last.period_before_s, 60, 2);
    ck_assert_double_eq_tol(last.period_after_s, after_s, 0.01);
    ck_assert_int_eq(view.state, BEAT_CHANGED);
    beats_of(BEAT_SETTLED, after_s, 100);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_double_ge(view.score, 0.8);
    ck_assert_uint_eq(reports, 1);
}
END_TEST

START_TEST(growth_is_told_once_within_three_beats)
{
    steady_beats(20, 60, 100);
    beats_of(3, 60, 2000);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_GREW);
    ck_assert_uint_eq(last.bytes_before, 100);
    ck_assert_uint_eq(last.bytes_after, 2000);
    ck_assert_double_eq_tol(last.period_after_s, 60, 0.01);
    ck_assert_int_eq(view.state, BEAT_CHANGED);
    beats_of(50, 60, 2000);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_uint_eq(view.bytes, 2000);
}
END_TEST

START_TEST(one_big_beat_is_no_growth)
{
    steady_beats(20, 60, 100);
    for (unsigned day = 0; day < 3; day++) {
        beats_of(1, 60, 500000);
        beats_of(200, 60, 100);
    }
    ck_assert_uint_eq(reports, 0);
    ck_assert_uint_eq(view.bytes, 100);
}
END_TEST

/* Bytes come while the burst lasts; nothing else begins. */
START_TEST(an_upload_is_told_while_it_lasts)
{
    struct beat_report report;

    steady_beats(20, 60, 100);
    burst_of(100);
    for (unsigned i = 0; i < 600; i++) {
        pass(1);
        keep(beat_add(&beat, now, 10000, &report), &report);
    }
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_GREW);
    ck_assert_uint_ge(last.bytes_after, BEAT_HEIST_BYTES);
    ck_assert_uint_le(last.bytes_after, BEAT_HEIST_BYTES + 10000);
}
END_TEST

START_TEST(sizes_that_always_vary_do_not_grow)
{
    static const uint64_t sizes[] = { 90, 1500, 200, 4000, 120, 700, 9000, 60, 300 };

    for (unsigned i = 0; i < 1440; i++)
        beats_of(1, 60, sizes[(i * 7 + i / 5) % 9]);
    ck_assert_uint_eq(reports, 1);
    ck_assert_int_eq(last.change, BEAT_BECAME_STEADY);
}
END_TEST

/* The server answers three seconds later. */
START_TEST(echoes_belong_to_their_beat)
{
    for (unsigned i = 0; i < 60; i++) {
        burst_of(50);
        pass(3);
        burst_of(30);
        pass(57);
    }
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_double_eq_tol(view.period_s, 60, 0.5);
    ck_assert_uint_eq(view.bytes, 80);
    ck_assert_uint_eq(reports, 1);
}
END_TEST

/* The timer runs from the last message of whatever kind, as MQTT's does (3.1.1, 3.1.2.10). */
START_TEST(a_keepalive_may_wait_for_silence)
{
    steady_beats(30, 60, 20);
    for (unsigned i = 0; i < 50; i++) {
        beats_of(1, 20 + i % 7 * 5, 400);
        beats_of(4, 60, 20);
    }
    ck_assert_int_eq(view.state, BEAT_STEADY);
    ck_assert_uint_eq(reports, 0);
    ck_assert_double_eq_tol(view.period_s, 60, 3);
}
END_TEST

START_TEST(a_beat_that_dissolves_is_forgotten)
{
    steady_beats(30, 60, 20);
    for (unsigned i = 0; i < 200; i++)
        beats_of(1, 5 + (i * i * 31 + i * 17) % 97, 20);
    ck_assert_int_ne(view.state, BEAT_STEADY);
    ck_assert_double_lt(view.score, 0.5);
}
END_TEST

START_TEST(each_64_seconds_is_a_heartbeat_where_it_is_no_poll)
{
    beats_of(10, 64, 100);
    ck_assert_int_eq(view.state, BEAT_STEADY);
    memset(&beat, 0, sizeof(beat));
    beat.may_be_poll = true;
    beats_of(10, 64, 100);
    ck_assert_int_ne(view.state, BEAT_STEADY);
}
END_TEST

/* 64 to 1024 s, six polls at each level, then hours at the top. */
START_TEST(ntp_backing_off_is_no_heartbeat)
{
    beat.may_be_poll = true;
    for (unsigned level = 64; level <= 1024; level *= 2)
        for (unsigned i = 0; i < (level < 1024 ? 6u : 75u); i++) {
            beats_of(1, level + (i % 3 - 1.0) * 2, 48);
            ck_assert_double_lt(view.score, 0.5);
        }
    ck_assert_uint_eq(reports, 0);
}
END_TEST

START_TEST(a_lossy_beat_is_given_more_time)
{
    for (unsigned i = 1; i < 600; i++)
        beats_of(1, i % 10 == 0 ? 120 : 60, 20);
    ck_assert_uint_eq(reports, 1);
    pass(180);
    ck_assert_uint_eq(reports, 1);
    pass(420);
    ck_assert_uint_eq(reports, 2);
    ck_assert_int_eq(last.change, BEAT_STOPPED);
}
END_TEST

/* Same bursts a year later: the same to the last bit. */
START_TEST(shifting_time_changes_nothing)
{
    struct beat_view views[2];

    for (unsigned run = 0; run < 2; run++) {
        set_up();
        now += run * YEAR + run;
        for (unsigned i = 0; i < 300; i++) {
            beats_of(1, 50 + (i * 37) % 11, 100 + i % 13);
            if (i == 200)
                pass(1000);
        }
        views[run] = view;
    }
    ck_assert_int_eq(memcmp(&views[0].score, &views[1].score, sizeof(double)), 0);
    ck_assert_int_eq(memcmp(&views[0].period_s, &views[1].period_s, sizeof(double)), 0);
    ck_assert_int_eq(memcmp(&views[0].jitter, &views[1].jitter, sizeof(double)), 0);
    ck_assert_uint_eq(views[0].bytes, views[1].bytes);
    ck_assert_int_eq(views[0].state, views[1].state);
}
END_TEST

START_TEST(bursts_told_late_are_part_of_the_latest)
{
    steady_beats(30, 60, 20);
    for (unsigned i = 0; i < 30; i++) {
        burst_of(20);
        now -= 2 * SECOND;
        burst_of(20);
        now += 2 * SECOND;
        pass(60);
    }
    ck_assert_uint_eq(reports, 0);
    ck_assert_double_eq_tol(view.period_s, 60, 0.1);
    ck_assert_uint_eq(view.bytes, 40);
}
END_TEST

static void check_sane(void)
{
    beat_read(&beat, &view);
    ck_assert(view.score >= 0 && view.score <= 1);
    ck_assert(isfinite(view.period_s) && view.period_s >= 0);
    ck_assert(isfinite(view.jitter) && view.jitter >= 0);
    ck_assert(!view.period_known || view.period_s > 0);
}

/* Whatever the times, it neither crashes nor divides by zero. */
START_TEST(hostile_times_do_no_harm)
{
    static const uint64_t steps[] = { 0, 1, 999999, 1000000, 1000001, 60000000, 60000000, 60000000,
        3600000000, UINT64_C(1) << 40, UINT64_C(1) << 62, UINT64_MAX, UINT64_MAX - 60000000 };
    uint64_t random = 88172645463325252u, time = 0;
    struct beat_report report;

    for (unsigned i = 0; i < 300000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if (i % 4096 == 0)
            memset(&beat, 0, sizeof(beat));
        time += i % 512 < 200 ? 60000000 : steps[random % 13]; /* wraps */
        if (random >> 60 == 0)
            beat_clock(&beat, time, &report);
        if (random >> 60 == 1)
            beat_clock(&beat, beat_due_us(&beat), &report);
        beat_note(&beat, time, &report);
        beat_add(&beat, time, random % 3 == 0 ? random : random % 2000, &report);
        ck_assert(isfinite(report.period_before_s) && isfinite(report.period_after_s));
        check_sane();
    }
}
END_TEST

START_TEST(it_stays_small)
{
    ck_assert_uint_le(sizeof(struct beat), 224);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nothing_is_known_before_seven_gaps,
        even_bursts_are_steady_at_the_eighth,
        quick_bursts_must_last_three_minutes,
        a_stop_is_told_before_the_third_beat_is_overdue,
        a_lost_beat_resumes,
        a_lost_beat_may_come_back_with_another_period,
        a_remembered_beat_is_steady_at_the_third,
        a_remembered_beat_of_another_period_has_moved,
        a_remembered_beat_that_carries_more_has_grown,
        what_is_nothing_like_a_remembered_beat_is_no_change,
        a_reboot_is_no_change,
        a_gap_in_the_capture_is_no_change,
        growth_is_told_once_within_three_beats,
        one_big_beat_is_no_growth,
        an_upload_is_told_while_it_lasts,
        sizes_that_always_vary_do_not_grow,
        echoes_belong_to_their_beat,
        a_keepalive_may_wait_for_silence,
        a_beat_that_dissolves_is_forgotten,
        each_64_seconds_is_a_heartbeat_where_it_is_no_poll,
        ntp_backing_off_is_no_heartbeat,
        a_lossy_beat_is_given_more_time,
        shifting_time_changes_nothing,
        bursts_told_late_are_part_of_the_latest,
        hostile_times_do_no_harm,
        it_stays_small,
    };
    Suite *suite = suite_create("beat");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, NULL);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    tcase_add_loop_test(all, a_new_period_is_told_once_within_three_of_the_old, 0,
            (int)(sizeof(moves_to_s) / sizeof(moves_to_s[0])));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
