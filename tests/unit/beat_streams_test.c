/* Synthetic days, many seeds each: which share of them is judged rightly. The table is printed;
 * each row tells what share it must reach. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "track/beat.h"

#define SEEDS 200
#define BEGIN UINT64_C(1700000000000000)
#define DAY_S 86400.0
#define TIMES_MAX 20000

struct stream {
    double times_s[TIMES_MAX];
    unsigned count;
    bool is_ntp;
};

static struct stream stream;
static uint64_t random_state;

static void seed_random(uint64_t seed)
{
    random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 88172645463325252u;
}

/* Marsaglia 2003, xorshift64; 0 and 1 excluded. */
static double even(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return ((double)(random_state >> 11) + 0.5) * 0x1p-53;
}

static double exponential(double mean)
{
    return -mean * log(even());
}

static double normal(void)
{
    return sqrt(exponential(2)) * cos(6.283185307179586 * even());
}

static void put(double time_s)
{
    if (time_s >= 0 && time_s < DAY_S && stream.count < TIMES_MAX)
        stream.times_s[stream.count++] = time_s;
}

static int by_time(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

static void order(void)
{
    qsort(stream.times_s, stream.count, sizeof(stream.times_s[0]), by_time);
}

/* How beats come: gaps of period·(1 + jitter·u), or on a grid with each beat off by jitter·u. */
enum clock { WAITS, ON_GRID };

struct way {
    enum clock clock;
    double period_s, jitter, missed;
    double drift; /* of the period, in a day */
};

static void beat_from(const struct way *way, double from_s, double until_s)
{
    double grid_s = from_s, time_s = from_s;

    while (time_s < until_s) {
        double period_s = way->period_s * (1 + way->drift * time_s / DAY_S);
        double off_s = way->jitter * period_s * (2 * even() - 1);

        grid_s += period_s;
        time_s = way->clock == ON_GRID ? grid_s + off_s : time_s + period_s + off_s;
        if (even() >= way->missed && time_s < until_s)
            put(time_s);
    }
}

static void poisson(double mean_s)
{
    for (double time_s = exponential(mean_s); time_s < DAY_S; time_s += exponential(mean_s))
        put(time_s);
}

static void poisson_10(void)
{
    poisson(10);
}

static void poisson_60(void)
{
    poisson(60);
}

static void poisson_600(void)
{
    poisson(600);
}

static void two_poissons(void)
{
    poisson(60);
    poisson(120);
    order();
}

/* Three to ten polls at each level, each up to 'off_s' early or late. */
static void ntp(double off_s)
{
    double level_s = 64, time_s = 0;

    stream.is_ntp = true;
    while (time_s < DAY_S) {
        unsigned polls = 3 + (unsigned)(8 * even());

        for (unsigned i = 0; i < polls; i++) {
            put(time_s);
            time_s += level_s + off_s * (2 * even() - 1);
        }
        level_s = fmin(2 * level_s, 1024);
    }
}

static void ntp_2(void)
{
    ntp(2);
}

static void ntp_4(void)
{
    ntp(4);
}

/* Sessions of pages of objects; pauses and numbers have heavy tails (Barford and Crovella 1998). */
static void browsing(void)
{
    double time_s = 0;

    while ((time_s += 300 * pow(even(), -1 / 1.2)) < DAY_S)
        for (double pages = exponential(8) + 1; pages > 0; pages--) {
            for (double objects = fmin(pow(even(), -1 / 1.3), 10); objects > 0; objects--)
                put(time_s + exponential(1.5));
            time_s += exp(2.5 + normal());
        }
    order();
}

struct outcome {
    double best_score;
    bool steady_by_tenth;
    unsigned changes;
    struct beat_report first; /* change */
    unsigned first_at;        /* number of its burst */
};

static void keep_change(struct outcome *outcome, const struct beat_report *report, unsigned at)
{
    if (report->change == BEAT_AS_IT_WAS || report->change == BEAT_BECAME_STEADY)
        return;
    if (outcome->changes++ > 0)
        return;
    outcome->first = *report;
    outcome->first_at = at;
}

static void run_clock(struct beat *beat, uint64_t now_us, struct outcome *outcome, unsigned at)
{
    struct beat_report report;

    while (beat_due_us(beat) <= now_us) {
        beat_clock(beat, beat_due_us(beat), &report);
        keep_change(outcome, &report, at);
    }
}

static struct outcome watch(uint64_t (*bytes_of)(unsigned), double until_s)
{
    struct beat beat = { .may_be_poll = stream.is_ntp };
    struct outcome outcome = { .best_score = 0 };
    struct beat_report report;
    struct beat_view view;

    for (unsigned i = 0; i < stream.count; i++) {
        uint64_t now_us = BEGIN + (uint64_t)(stream.times_s[i] * 1e6);

        run_clock(&beat, now_us, &outcome, i);
        beat_note(&beat, now_us, &report);
        keep_change(&outcome, &report, i);
        beat_add(&beat, now_us, bytes_of == NULL ? 100 : bytes_of(i), &report);
        keep_change(&outcome, &report, i);
        beat_read(&beat, &view);
        outcome.best_score = fmax(outcome.best_score, view.score);
        outcome.steady_by_tenth |= i < 10 && view.state == BEAT_STEADY && view.score >= 0.8;
    }
    run_clock(&beat, BEGIN + (uint64_t)(until_s * 1e6), &outcome, stream.count);
    return outcome;
}

static uint64_t lognormal_bytes(unsigned i)
{
    (void)i;
    return (uint64_t)exp(5 + 1.5 * normal());
}

static void restart(unsigned seed)
{
    seed_random(seed + 1);
    stream.count = 0;
    stream.is_ntp = false;
}

static void row(const char *name, unsigned right, unsigned of, double must)
{
    printf("%-44s %5.1f %% (must be %g)\n", name, 100.0 * right / of, 100 * must);
    ck_assert_double_ge((double)right / of, must);
}

static const struct {
    const char *name;
    void (*make)(void);
    uint64_t (*bytes_of)(unsigned);
    unsigned seeds;
} random_streams[] = {
    { "Poisson, mean 10 s", poisson_10, NULL, SEEDS / 8 },
    { "Poisson, mean 60 s, equal sizes", poisson_60, NULL, SEEDS },
    { "Poisson, mean 60 s, log-normal sizes", poisson_60, lognormal_bytes, SEEDS },
    { "Poisson, mean 600 s", poisson_600, NULL, SEEDS },
    { "Poisson, means 60 s and 120 s together", two_poissons, NULL, SEEDS },
    { "NTP backing off, 64 to 1024 s, +-2 s", ntp_2, NULL, SEEDS },
    { "NTP backing off, 64 to 1024 s, +-4 s", ntp_4, NULL, SEEDS },
    { "browsing", browsing, NULL, SEEDS },
};

START_TEST(random_streams_score_below_a_half_all_day)
{
    unsigned right = 0, seeds = random_streams[_i].seeds;

    for (unsigned seed = 0; seed < seeds; seed++) {
        restart(seed);
        random_streams[_i].make();
        right += watch(random_streams[_i].bytes_of, DAY_S).best_score < 0.5;
    }
    row(random_streams[_i].name, right, seeds, 0.99);
}
END_TEST

static const double periods_s[] = { 10, 60, 900, 3600 };
#define PERIODS (sizeof(periods_s) / sizeof(periods_s[0]))

/* The share that must be steady at the tenth burst, over all periods. Beats that are far off and
 * missing as well look too much like random ones for as few. */
static const struct {
    const char *name;
    enum clock clock;
    double jitter, missed, drift, must;
} ways[] = {
    { "exact", WAITS, 0, 0, 0, 0.99 },
    { "waiting +-10 %", WAITS, 0.1, 0, 0, 0.95 },
    { "waiting +-30 %", WAITS, 0.3, 0, 0, 0.95 },
    { "on a grid +-10 %", ON_GRID, 0.1, 0, 0, 0.95 },
    { "on a grid +-30 %", ON_GRID, 0.3, 0, 0, 0.95 },
    { "exact, 10 % missed", WAITS, 0, 0.1, 0, 0.95 },
    { "waiting +-10 %, 10 % missed", WAITS, 0.1, 0.1, 0, 0.95 },
    { "on a grid +-10 %, 10 % missed", ON_GRID, 0.1, 0.1, 0, 0.95 },
    { "waiting +-30 %, 10 % missed", WAITS, 0.3, 0.1, 0, 0.88 },
    { "on a grid +-30 %, 10 % missed", ON_GRID, 0.3, 0.1, 0, 0.7 },
    { "drifting by 5 % in a day", WAITS, 0.05, 0, 0.05, 0.95 },
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static struct way way_of(unsigned i, double period_s)
{
    return (struct way){ ways[i].clock, period_s, ways[i].jitter, ways[i].missed, ways[i].drift };
}

START_TEST(beats_are_steady_at_the_tenth)
{
    unsigned right = 0;

    for (unsigned p = 0; p < PERIODS; p++)
        for (unsigned seed = 0; seed < SEEDS; seed++) {
            struct way way = way_of((unsigned)_i, periods_s[p]);

            restart(seed);
            beat_from(&way, even() * way.period_s, 16 * way.period_s);
            right += watch(NULL, 0).steady_by_tenth;
        }
    row(ways[_i].name, right, SEEDS * PERIODS, ways[_i].must);
}
END_TEST

static const struct way lasting[] = {
    { WAITS, 60, 0.3, 0.05, 0 },
    { ON_GRID, 60, 0.3, 0.05, 0 },
    { WAITS, 900, 0.3, 0.05, 0 },
    { WAITS, 60, 0.3, 0, 0 },
    { ON_GRID, 60, 0.3, 0, 0 },
    { WAITS, 60, 0.1, 0, 0.1 },
};

START_TEST(a_day_of_the_same_has_no_change)
{
    const struct way *way = &lasting[_i];
    unsigned right = 0;
    char name[80];

    for (unsigned seed = 0; seed < SEEDS; seed++) {
        restart(seed);
        beat_from(way, even() * way->period_s, DAY_S);
        right += watch(NULL, 0).changes == 0;
    }
    snprintf(name, sizeof(name), "no change: %g s, +-%g %%, %g %% missed%s", way->period_s,
            100 * way->jitter, 100 * way->missed, way->clock == ON_GRID ? ", on a grid" : "");
    row(name, right, SEEDS, 0.98);
}
END_TEST

#define BEATS_BEFORE 300

static uint64_t twentyfold(unsigned i)
{
    return i < BEATS_BEFORE ? 100 : 2000;
}

/* Was this told first, and not later than by so many beats after the change? */
static bool is_told(const struct outcome *outcome, enum beat_change change, unsigned within)
{
    return outcome->first.change == change && outcome->first_at >= BEATS_BEFORE &&
            outcome->first_at < BEATS_BEFORE + within;
}

static bool tells_stop(const struct way *way)
{
    struct outcome outcome;
    double stop_s;

    beat_from(way, 0, (BEATS_BEFORE + 0.5) * way->period_s);
    stop_s = stream.times_s[stream.count - 1];
    outcome = watch(NULL, DAY_S);
    return outcome.first.change == BEAT_STOPPED && outcome.changes == 1 &&
            (double)(outcome.first.time_us - BEGIN) / 1e6 <= stop_s + 3 * way->period_s;
}

static bool tells_double(const struct way *way)
{
    struct way slower = *way;
    struct outcome outcome;
    double change_s;

    beat_from(way, 0, 2 * BEATS_BEFORE * way->period_s);
    stream.count = BEATS_BEFORE;
    change_s = stream.times_s[BEATS_BEFORE - 1];
    slower.period_s *= 2;
    beat_from(&slower, change_s, change_s + 10 * slower.period_s);
    outcome = watch(NULL, 0);
    return is_told(&outcome, BEAT_MOVED, 3) && outcome.changes == 1 &&
            fabs(outcome.first.period_before_s / way->period_s - 1) < 0.1 &&
            fabs(outcome.first.period_after_s / slower.period_s - 1) < 0.3;
}

static bool tells_growth(const struct way *way)
{
    struct outcome outcome;

    beat_from(way, 0, (BEATS_BEFORE + 20) * way->period_s);
    outcome = watch(twentyfold, 0);
    return is_told(&outcome, BEAT_GREW, 3) && outcome.changes == 1 &&
            outcome.first.bytes_before == 100 && outcome.first.bytes_after == 2000;
}

static const struct {
    const char *name;
    bool (*tells)(const struct way *way);
    double jitter, must;
} changes[] = {
    { "stop told, exact", tells_stop, 0, 0.99 },
    { "stop told, +-10 %", tells_stop, 0.1, 0.99 },
    { "stop told, +-30 %", tells_stop, 0.3, 0.95 },
    { "doubled period told, exact", tells_double, 0, 0.99 },
    { "doubled period told, +-10 %", tells_double, 0.1, 0.99 },
    { "doubled period told, +-30 %", tells_double, 0.3, 0.9 },
    { "payload times 20 told, exact", tells_growth, 0, 0.99 },
    { "payload times 20 told, +-30 %", tells_growth, 0.3, 0.99 },
};

START_TEST(changes_are_told_once_within_three_periods)
{
    struct way way = { WAITS, 60, changes[_i].jitter, 0, 0 };
    unsigned right = 0;

    for (unsigned seed = 0; seed < SEEDS; seed++) {
        restart(seed);
        right += changes[_i].tells(&way);
    }
    row(changes[_i].name, right, SEEDS, changes[_i].must);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("beat streams");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, random_streams_score_below_a_half_all_day, 0, COUNT(random_streams));
    tcase_add_loop_test(all, beats_are_steady_at_the_tenth, 0, COUNT(ways));
    tcase_add_loop_test(all, a_day_of_the_same_has_no_change, 0, COUNT(lasting));
    tcase_add_loop_test(all, changes_are_told_once_within_three_periods, 0, COUNT(changes));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
