/* How often rules alert: thresholds, filters, threshold.config. What is expected follows from
 * Suricata's documentation and its detect-engine-threshold.c. */
#include "detect/match/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_suite.h"
#include "temporary.h"

#define US_PER_S UINT64_C(1000000)
#define START_S 1700000000u
#define RULE "alert tcp any any -> any any "
#define MAX_ENTRIES 64

static struct rule_vars vars;
static struct rule_set *set;
static struct limits *limits;
static enum rule_action action;

static void set_up(void)
{
    ck_assert_int_eq(vars_default(&vars, "10.0.0.0/8"), TATTLER_OK);
    ck_assert_int_eq(rule_set_new(&vars, NULL, NULL, &set), TATTLER_OK);
}

static void tear_down(void)
{
    limits_free(limits);
    limits = NULL;
    rule_set_free(set);
    vars_clear(&vars);
}

/* 'config': of threshold.config, or "". */
static void load_for(const char *rules, const char *config, size_t max_entries)
{
    char path[TEMPORARY_SIZE];

    ck_assert_int_eq(rule_set_load_text(set, "test.rules", rules, strlen(rules)), TATTLER_OK);
    temporary_file(config, strlen(config), path);
    ck_assert_int_eq(rule_set_read_thresholds(set, path), TATTLER_OK);
    unlink(path);
    ck_assert_int_eq(limits_new(set, max_entries, &limits), TATTLER_OK);
}

static void load(const char *rules, const char *config)
{
    load_for(rules, config, MAX_ENTRIES);
}

static enum limit_verdict judge(uint32_t sid, uint64_t time_us, const char *source,
        const char *destination, struct limit_flow *flow)
{
    struct address from = { { 0 } }, to = { { 0 } };
    struct limit_packet packet = { time_us, &from, &to, flow };

    ck_assert(address_parse(source, &from));
    ck_assert(address_parse(destination, &to));
    return limits_judge(limits, rule_set_find(set, 1, sid), &packet, &action);
}

static char letter(enum limit_verdict verdict)
{
    static const char letters[] = { [LIMIT_NO_MATCH] = '.', [LIMIT_SILENT] = 's',
        [LIMIT_ALERT] = 'A' };

    return letters[verdict];
}

/* One match of rule 1 for each time in seconds, up to -1; what became of them. */
static const char *matches(const double times[], struct limit_flow *flow)
{
    static char out[64];
    size_t count = 0;

    for (; times[count] >= 0; count++)
        out[count] = letter(judge(1, START_S * US_PER_S + (uint64_t)(times[count] * 1e6),
                "10.0.0.1", "192.0.2.1", flow));
    out[count] = '\0';
    return out;
}

#define AT(...) ((const double[]){ __VA_ARGS__, -1 })

START_TEST(a_rule_without_limit_alerts_each_time)
{
    load(RULE "(sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 0, 1, 2), NULL), "AAAA");
    ck_assert_uint_eq(limits_counters(limits).entries, 0);
}
END_TEST

START_TEST(limit_alerts_so_often_and_then_is_silent)
{
    load(RULE "(threshold:type limit, track by_src, count 2, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 10, 10.000001, 11, 12, 21), NULL), "AAssAAsA");
}
END_TEST

START_TEST(threshold_alerts_at_each_nth_match)
{
    load(RULE "(threshold:type threshold, track by_src, count 3, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 3, 4, 5, 6), NULL), "..A..A.");
    ck_assert_str_eq(matches(AT(20, 25, 31, 32, 33), NULL), "....A");
}
END_TEST

START_TEST(threshold_of_one_always_alerts)
{
    load(RULE "(threshold:type threshold, track by_src, count 1, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 20, 40), NULL), "AAAA");
}
END_TEST

START_TEST(both_alerts_once_at_the_nth_match)
{
    load(RULE "(threshold:type both, track by_dst, count 2, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 3, 11, 12, 13), NULL), ".Ass.As");
}
END_TEST

START_TEST(both_of_one_is_a_limit_of_one)
{
    load(RULE "(threshold:type both, track by_dst, count 1, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 10, 11, 12), NULL), "AssAs");
}
END_TEST

START_TEST(a_detection_filter_lets_through_what_exceeds_it)
{
    load(RULE "(detection_filter:track by_src, count 2, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 3, 10, 11, 12, 13), NULL), "..AAA..A");
}
END_TEST

START_TEST(backoff_alerts_ever_more_rarely_in_a_flow)
{
    struct limit_flow flow = { NULL }, other = { NULL };

    load(RULE "(threshold:type backoff, track by_flow, count 1, multiplier 3; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 3, 4, 5, 6, 700, 8000, 9000), &flow), "AsAsssssAs");
    ck_assert_str_eq(matches(AT(0, 1), &other), "As");
    ck_assert_str_eq(matches(AT(0), NULL), ".");
    limits_flow_end(limits, &flow);
    ck_assert_str_eq(matches(AT(0, 1), &flow), "As");
    limits_flow_end(limits, &flow);
    limits_flow_end(limits, &other);
    ck_assert_uint_eq(limits_counters(limits).entries, 0);
}
END_TEST

START_TEST(backoff_waits_for_its_count)
{
    struct limit_flow flow = { NULL };

    load(RULE "(threshold:type backoff, track by_flow, count 2, multiplier 2; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 3, 4, 5, 6, 7), &flow), ".AsAsssA");
    limits_flow_end(limits, &flow);
}
END_TEST

/* Suricata does not look at the count there. */
START_TEST(in_a_flow_a_later_window_of_a_threshold_of_one_begins_in_silence)
{
    struct limit_flow flow = { NULL };

    load(RULE "(threshold:type threshold, track by_flow, count 1, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(0, 1, 2, 11, 12), &flow), "AAA.A");
    limits_flow_end(limits, &flow);
}
END_TEST

static const struct {
    const char *track;
    const char *expected; /* for a > b, b > a, a > c, c > b, and a > b again */
} tracks[] = {
    { "by_src", "AAsAs" },
    { "by_dst", "AAAss" },
    { "by_both", "AsAAs" },
    { "by_rule", "Assss" },
};

START_TEST(tracks_tell_apart_what_they_say)
{
    static const char *const a = "10.0.0.1", *const b = "2001:db8::1", *const c = "10.0.0.2";
    const char *const ends[][2] = { { a, b }, { b, a }, { a, c }, { c, b }, { a, b } };
    char rule[256], got[6] = "";

    snprintf(rule, sizeof(rule), RULE "(threshold:type limit, track %s, count 1, seconds 10; sid:1;)",
            tracks[_i].track);
    load(rule, "");
    for (size_t i = 0; i < 5; i++)
        got[i] = letter(judge(1, START_S * US_PER_S, ends[i][0], ends[i][1], NULL));
    ck_assert_str_eq(got, tracks[_i].expected);
}
END_TEST

START_TEST(rules_count_apart)
{
    load(RULE "(threshold:type limit, track by_src, count 1, seconds 10; sid:1;)\n"
         RULE "(threshold:type limit, track by_src, count 1, seconds 10; sid:2;)\n", "");
    ck_assert_int_eq(judge(1, 0, "10.0.0.1", "10.0.0.2", NULL), LIMIT_ALERT);
    ck_assert_int_eq(judge(2, 0, "10.0.0.1", "10.0.0.2", NULL), LIMIT_ALERT);
    ck_assert_int_eq(judge(1, 0, "10.0.0.1", "10.0.0.2", NULL), LIMIT_SILENT);
}
END_TEST

START_TEST(a_window_is_not_lost_to_a_packet_out_of_order)
{
    load(RULE "(threshold:type limit, track by_src, count 1, seconds 5; sid:1;)", "");
    ck_assert_int_eq(judge(1, 10 * US_PER_S, "10.0.0.1", "192.0.2.1", NULL), LIMIT_ALERT);
    ck_assert_int_eq(judge(1, 16 * US_PER_S, "10.0.0.2", "192.0.2.1", NULL), LIMIT_ALERT);
    ck_assert_int_eq(judge(1, 14 * US_PER_S, "10.0.0.1", "192.0.2.1", NULL), LIMIT_SILENT);
}
END_TEST

START_TEST(time_that_steps_back_is_in_the_window)
{
    load(RULE "(threshold:type limit, track by_src, count 1, seconds 10; sid:1;)", "");
    ck_assert_str_eq(matches(AT(100, 90, 0, 110, 111), NULL), "AsssA");
}
END_TEST

#define OWN "threshold:type limit, track by_src, count 1, seconds 60; "
#define FILTER "detection_filter:track by_src, count 2, seconds 60; "
#define ONE "gen_id 1, sig_id 1"
#define GID "gen_id 1, sig_id 0"
#define ALL "gen_id 0, sig_id 0"
#define THIRD ", type threshold, track by_src, count 3, seconds 60\n"
#define RATE ", track by_src, count 1, seconds 60, new_action drop, timeout 60\n"

/* What four matches in a row become; 'D': an alert, and the packet is dropped. */
static const struct {
    const char *options, *config, *expected;
} lines[] = {
    { "", "event_filter " ONE THIRD, "..A." },
    { OWN, "event_filter " ONE THIRD, "..A." },
    { FILTER, "threshold " ONE THIRD, "..A." },
    { OWN, "event_filter " GID THIRD, "Asss" },
    { OWN, "event_filter " ALL THIRD, "Asss" },
    { FILTER, "event_filter " ALL THIRD, "..AA" },
    { "", "event_filter " GID THIRD, "..A." },
    { "", "event_filter " ALL THIRD, "..A." },
    { "", "event_filter gen_id 2, sig_id 0" THIRD, "AAAA" },
    { "", "event_filter gen_id 1, sig_id 2" THIRD, "AAAA" },
    { "", "rate_filter " ONE RATE, "ADDD" },
    { OWN, "rate_filter " ONE RATE, "Asss" },
    { "", "event_filter " ALL THIRD "rate_filter " ONE RATE, "..A." },
    { "", "rate_filter " ALL RATE "event_filter " ONE THIRD, "..A." },
    { "", "rate_filter " ALL RATE "event_filter " ALL THIRD, "ADDD" },
    { "", "event_filter " ONE ", type limit, track by_src, count 1, seconds 1\n"
          "event_filter " ONE THIRD, "..A." },
    { "", "suppress " ONE "\n", "ssss" },
    { "", "suppress " GID "\n", "ssss" },
    { "", "suppress " ALL "\n", "ssss" },
    { FILTER, "suppress " ONE "\n", "..ss" },
    { "", "suppress " ONE ", track by_src, ip 10.0.0.1\n", "ssss" },
    { "", "suppress " ONE ", track by_src, ip 192.0.2.1\n", "AAAA" },
    { "", "suppress " ONE ", track by_dst, ip 10.0.0.1\n", "AAAA" },
    { "", "suppress " ONE ", track by_dst, ip [192.0.2.0/24,198.51.100.1]\n", "ssss" },
    { "", "suppress " ONE ", track by_either, ip 192.0.2.1\n", "ssss" },
    { "", "suppress " ONE ", track by_either, ip $HOME_NET\n", "ssss" },
    { "", "suppress " GID ", track by_src, ip 10.0.0.0/24\n", "ssss" },
    { "", "suppress " ALL ", track by_src, ip 10.0.0.0/24\n", "ssss" },
    { "", "suppress gen_id 2, sig_id 0, track by_src, ip 10.0.0.0/24\n", "AAAA" },
    { "", "suppress " ONE ", track by_src, ip 10.0.0.9\nsuppress " ONE
          ", track by_src, ip 10.0.0.1\n", "ssss" },
    { FILTER, "suppress " ONE ", track by_src, ip 10.0.0.1\n", "ssss" },
};

START_TEST(lines_of_threshold_config_apply_as_in_suricata)
{
    char rule[256], got[5] = "";

    snprintf(rule, sizeof(rule), RULE "(%ssid:1;)", lines[_i].options);
    load(rule, lines[_i].config);
    for (unsigned i = 0; i < 4; i++) {
        got[i] = letter(judge(1, START_S * US_PER_S, "10.0.0.1", "192.0.2.1", NULL));
        if (got[i] == 'A' && action == ACTION_DROP)
            got[i] = 'D';
    }
    ck_assert_msg(strcmp(got, lines[_i].expected) == 0, "%s%s: %s", lines[_i].options,
            lines[_i].config, got);
}
END_TEST

/* The new action lasts 'timeout' whole seconds; then the window goes on as if nothing had been. */
START_TEST(a_rate_filter_changes_the_action_for_its_time)
{
    static const double times[] = { 0, 1, 2, 3, 7.9, 8, 8.1, 30, 31 };
    static const char expected[] = "AADDDADAA";

    load(RULE "(sid:1;)", "rate_filter " ONE ", track by_src, count 2, seconds 10, new_action drop, "
                                             "timeout 5\n");
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ck_assert_int_eq(judge(1, START_S * US_PER_S + (uint64_t)(times[i] * 1e6), "10.0.0.1",
                                 "192.0.2.1", NULL), LIMIT_ALERT);
        ck_assert_msg((action == ACTION_DROP) == (expected[i] == 'D'), "at %f", times[i]);
    }
}
END_TEST

static const struct {
    const char *word;
    enum rule_action action;
} new_actions[] = {
    { "alert", ACTION_ALERT },
    { "drop", ACTION_DROP },
    { "pass", ACTION_PASS },
    { "reject", ACTION_REJECT },
    { "log", ACTION_ALERT },   /* Suricata leaves the rule's action … */
    { "sdrop", ACTION_ALERT }, /* … in both cases */
};

START_TEST(new_actions_are_what_they_say)
{
    char config[256];

    snprintf(config, sizeof(config), "rate_filter " ONE ", track by_rule, count 1, seconds 60, "
                                     "new_action %s, timeout 60\n", new_actions[_i].word);
    load(RULE "(sid:1;)", config);
    ck_assert_str_eq(matches(AT(0, 1), NULL), "AA");
    ck_assert_int_eq(action, new_actions[_i].action);
}
END_TEST

START_TEST(a_pass_rule_still_passes_if_it_is_suppressed_as_a_whole)
{
    load("pass tcp any any -> any any (sid:1;)", "suppress " ONE "\n");
    ck_assert_str_eq(matches(AT(0), NULL), "A");
    ck_assert_int_eq(action, ACTION_PASS);
}
END_TEST

/* --- the table --- */

static enum limit_verdict judge_host(unsigned host, uint64_t time_s)
{
    char source[32];

    snprintf(source, sizeof(source), "10.1.%u.%u", host / 256, host % 256);
    return judge(1, time_s * US_PER_S, source, "192.0.2.1", NULL);
}

START_TEST(a_full_table_gives_up_the_window_made_first)
{
    load(RULE "(threshold:type limit, track by_src, count 1, seconds 1000; sid:1;)", "");
    for (unsigned host = 0; host <= MAX_ENTRIES; host++)
        ck_assert_int_eq(judge_host(host, host), LIMIT_ALERT);
    ck_assert_uint_eq(limits_counters(limits).entries, MAX_ENTRIES);
    ck_assert_uint_eq(limits_counters(limits).evicted, 1);
    ck_assert_int_eq(judge_host(1, 100), LIMIT_SILENT);
    ck_assert_int_eq(judge_host(0, 100), LIMIT_ALERT);
}
END_TEST

START_TEST(windows_that_are_over_make_room_in_silence)
{
    load(RULE "(threshold:type limit, track by_src, count 1, seconds 4; sid:1;)", "");
    for (unsigned host = 0; host < 1000; host++)
        ck_assert_int_eq(judge_host(host, host), LIMIT_ALERT);
    ck_assert_uint_eq(limits_counters(limits).evicted, 0);
    ck_assert_uint_lt(limits_counters(limits).entries, MAX_ENTRIES / 2 + 10);
}
END_TEST

START_TEST(flows_lose_their_counts_too_when_the_table_is_full)
{
    struct limit_flow flows[MAX_ENTRIES + 2] = { { NULL } };

    load(RULE "(threshold:type limit, track by_flow, count 1, seconds 1; sid:1;)", "");
    for (unsigned i = 0; i < MAX_ENTRIES + 2; i++)
        ck_assert_str_eq(matches(AT(0, 0, 1), &flows[i]), "Ass");
    ck_assert_ptr_null(flows[1].entries);
    ck_assert_uint_eq(limits_counters(limits).entries, MAX_ENTRIES);
    ck_assert_uint_eq(limits_counters(limits).evicted, 2);
    for (unsigned i = 0; i < MAX_ENTRIES + 2; i++)
        limits_flow_end(limits, &flows[i]);
    ck_assert_uint_eq(limits_counters(limits).entries, 0);
}
END_TEST

START_TEST(a_flow_ends_with_all_its_counts)
{
    struct limit_flow flow = { NULL };

    load(RULE "(threshold:type limit, track by_flow, count 1, seconds 60; sid:1;)\n"
         RULE "(threshold:type both, track by_flow, count 2, seconds 60; sid:2;)\n"
         RULE "(detection_filter:track by_flow, count 1, seconds 60; sid:3;)\n", "");
    for (uint32_t sid = 1; sid <= 3; sid++)
        (void)judge(sid, 0, "10.0.0.1", "10.0.0.2", &flow);
    ck_assert_int_eq(judge(2, 0, "10.0.0.1", "10.0.0.2", &flow), LIMIT_ALERT);
    ck_assert_uint_eq(limits_counters(limits).entries, 3);
    limits_flow_end(limits, &flow);
    ck_assert_ptr_null(flow.entries);
    ck_assert_uint_eq(limits_counters(limits).entries, 0);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *cases = tcase_create("limits");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_rule_without_limit_alerts_each_time);
    tcase_add_test(cases, limit_alerts_so_often_and_then_is_silent);
    tcase_add_test(cases, threshold_alerts_at_each_nth_match);
    tcase_add_test(cases, threshold_of_one_always_alerts);
    tcase_add_test(cases, both_alerts_once_at_the_nth_match);
    tcase_add_test(cases, both_of_one_is_a_limit_of_one);
    tcase_add_test(cases, a_detection_filter_lets_through_what_exceeds_it);
    tcase_add_test(cases, backoff_alerts_ever_more_rarely_in_a_flow);
    tcase_add_test(cases, backoff_waits_for_its_count);
    tcase_add_test(cases, in_a_flow_a_later_window_of_a_threshold_of_one_begins_in_silence);
    tcase_add_loop_test(cases, tracks_tell_apart_what_they_say, 0, COUNT(tracks));
    tcase_add_test(cases, rules_count_apart);
    tcase_add_test(cases, a_window_is_not_lost_to_a_packet_out_of_order);
    tcase_add_test(cases, time_that_steps_back_is_in_the_window);
    tcase_add_loop_test(cases, lines_of_threshold_config_apply_as_in_suricata, 0, COUNT(lines));
    tcase_add_test(cases, a_rate_filter_changes_the_action_for_its_time);
    tcase_add_loop_test(cases, new_actions_are_what_they_say, 0, COUNT(new_actions));
    tcase_add_test(cases, a_pass_rule_still_passes_if_it_is_suppressed_as_a_whole);
    tcase_add_test(cases, a_full_table_gives_up_the_window_made_first);
    tcase_add_test(cases, windows_that_are_over_make_room_in_silence);
    tcase_add_test(cases, flows_lose_their_counts_too_when_the_table_is_full);
    tcase_add_test(cases, a_flow_ends_with_all_its_counts);
    return run_suite(suite);
}
