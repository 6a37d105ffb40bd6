#include "detect/gate.h"

#include <stdlib.h>

#include "run_suite.h"
#include "track/flow.h"

static struct condition on(const char *feature, const char *text)
{
    struct condition condition;
    char error[512];

    ck_assert_msg(condition_parse(feature_find(feature), text, &condition, error, sizeof(error)) ==
                          TATTLER_OK,
            "%s", error);
    return condition;
}

static bool comes_first(const char *feature, const char *text, const char *other, const char *value)
{
    struct condition a = on(feature, text), b = on(other, value);

    return gate_compare(&a, &b) < 0 && gate_compare(&b, &a) > 0;
}

START_TEST(what_holds_rarely_is_asked_first)
{
    ck_assert(comes_first("heartbeat.state", "steady", "no_dns", "true"));
    ck_assert(comes_first("asn_risk", ">=70", "no_dns", "true"));
    ck_assert(comes_first("no_dns", "true", "service", "!ntp,dns"));
    ck_assert(comes_first("strangers", ">=8", "strangers", "<16"));
    ck_assert(comes_first("service", "tls", "bytes_up", ">100")); /* which may come with each packet */
    ck_assert(comes_first("bytes_up", ">100", "entropy", ">7"));
}
END_TEST

START_TEST(conditions_that_ask_the_same_are_equal)
{
    struct condition a = on("asn_risk", ">=70"), b = on("asn_risk", ">69"), c = on("asn_risk", ">70");

    ck_assert_int_eq(gate_compare(&a, &b), 0);
    ck_assert_int_lt(gate_compare(&a, &c), 0); /* the wider one first */
}
END_TEST

START_TEST(what_moves_unseen_is_no_gate)
{
    struct condition entropy = on("entropy", ">7"), risk = on("asn_risk", ">=70");

    ck_assert(!gate_is_possible(&entropy));
    ck_assert(gate_is_possible(&risk));
}
END_TEST

static bool passes(struct condition *gate, uint64_t number)
{
    struct feature_value value = { .number = number };

    return condition_accepts(gate, &value);
}

START_TEST(a_gate_of_numbers_passes_from_the_lowest_to_the_highest)
{
    struct condition gate = on("fanout", "=40"), low = on("fanout", "8-12"), other = on("fanout", "!5");

    gate_widen(&gate, &low);
    ck_assert(!passes(&gate, 8) && passes(&gate, 9) && passes(&gate, 40) && !passes(&gate, 41));
    gate_widen(&gate, &other);
    ck_assert(passes(&gate, 0) && passes(&gate, UINT64_MAX));
}
END_TEST

START_TEST(a_gate_of_reals_passes_their_ends)
{
    struct condition gate = on("upload_burst", ">4"), low = on("upload_burst", ">=2");
    struct feature_value at = { .real = 2 }, below = { .real = 1.9 };

    gate_widen(&gate, &low);
    ck_assert(condition_accepts(&gate, &at));
    ck_assert(!condition_accepts(&gate, &below));
}
END_TEST

START_TEST(a_gate_of_names_passes_each_of_them)
{
    struct condition gate = on("service", "ssh"), mqtt = on("service", "mqtt"), no = on("service", "!tls");

    gate_widen(&gate, &mqtt);
    ck_assert(passes(&gate, SERVICE_SSH) && passes(&gate, SERVICE_MQTT) && !passes(&gate, SERVICE_TLS));
    gate_widen(&gate, &no);
    ck_assert(passes(&gate, SERVICE_TLS));
}
END_TEST

START_TEST(a_gate_of_findings_passes_whatever_was_found)
{
    struct condition gate = on("finding", "relay"), other = on("finding", "spy>=0.8");
    struct findings found = { 0 };
    struct feature_value value = { .findings = &found };

    ck_assert(!condition_accepts(&gate, &value));
    gate_widen(&gate, &other);
    ck_assert(condition_accepts(&gate, &value));
}
END_TEST

static bool covers(const char *feature, const char *wide, const char *narrow)
{
    struct condition a = on(feature, wide), b = on(feature, narrow);

    return gate_covers(&a, &b);
}

START_TEST(what_is_wider_covers_what_is_narrower)
{
    struct condition risk = on("asn_risk", ">=0"), service = on("service", "tls");

    ck_assert(!gate_covers(&risk, &service));
    ck_assert(covers("asn_risk", ">=0", ">=70") && !covers("asn_risk", ">=70", ">=0"));
    ck_assert(covers("asn_risk", "!5", "!5") && !covers("asn_risk", "!5", "!6"));
    ck_assert(covers("entropy", ">=7", ">7") && !covers("entropy", ">7", ">=7"));
    ck_assert(covers("entropy", ">7", ">7") && covers("entropy", "<=7", "<7"));
    ck_assert(covers("service", "tls,quic", "tls") && !covers("service", "tls", "tls,quic"));
    ck_assert(covers("service", "!tls", "!tls,quic") && !covers("service", "!tls,quic", "!tls"));
    ck_assert(covers("service", "!tls", "p2p") && !covers("service", "!tls", "tls"));
    ck_assert(covers("finding", "relay", "relay>=0.5") && !covers("finding", "relay", "spy"));
}
END_TEST

static bool is_over(const char *feature, const char *text, const struct flow *flow)
{
    struct condition condition = on(feature, text);

    return gate_is_over(&condition, flow);
}

START_TEST(a_service_once_found_stays)
{
    struct flow flow = { .service = SERVICE_OTHER };

    ck_assert(!is_over("service", "!other,tls", &flow));
    flow.service = SERVICE_SSH;
    ck_assert(is_over("service", "!ssh", &flow) && !is_over("service", "ssh", &flow));
    flow.service = SERVICE_TLS; /* or encrypted DNS, as its greeting may show */
    ck_assert(!is_over("service", "!tls", &flow) && !is_over("service", "doh", &flow));
    ck_assert(is_over("service", "!tls,quic,dot,doh,doq", &flow));
    ck_assert(is_over("service", "http", &flow));
}
END_TEST

START_TEST(what_grows_or_is_fixed_can_be_over)
{
    struct flow flow = { .packets = { 5, 0 }, .risk = 10, .remote_is_public = true };

    ck_assert(is_over("pkts_up", "<5", &flow) && !is_over("pkts_up", ">=9", &flow));
    ck_assert(!is_over("pkts_up", "!5", &flow));
    ck_assert(is_over("asn_risk", ">=70", &flow) && !is_over("asn_risk", ">=0", &flow));
    flow.remote_is_public = false;
    ck_assert(is_over("asn_risk", ">=0", &flow));
    ck_assert(!is_over("strangers", ">=9", &flow)); /* may come */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gate");
    TCase *tests = tcase_create("gate");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, what_holds_rarely_is_asked_first);
    tcase_add_test(tests, conditions_that_ask_the_same_are_equal);
    tcase_add_test(tests, what_moves_unseen_is_no_gate);
    tcase_add_test(tests, a_gate_of_numbers_passes_from_the_lowest_to_the_highest);
    tcase_add_test(tests, a_gate_of_reals_passes_their_ends);
    tcase_add_test(tests, a_gate_of_names_passes_each_of_them);
    tcase_add_test(tests, a_gate_of_findings_passes_whatever_was_found);
    tcase_add_test(tests, what_is_wider_covers_what_is_narrower);
    tcase_add_test(tests, a_service_once_found_stays);
    tcase_add_test(tests, what_grows_or_is_fixed_can_be_over);
    return run_suite(suite);
}
