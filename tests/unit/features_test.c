/* Every row of the feature table: complete, and known exactly when there is something to know. */
#include "scene.h"

#include <ctype.h>
#include <stdio.h>

#include "run_suite.h"

/* A flow of which nothing is known yet, and one of which everything is. */
static struct device nobody, somebody;
static struct flow empty, full;
static char *const full_name = (char[]){ "www.example.com" };

static struct flow_relay some_relay = { .known = true,
    .view = { .score = 0.875, .lag_ms = 12.5, .flows = 17, .role = RELAY_TARGET },
    .controller = "203.0.113.9" };
static struct finding some_finding = { .id = "exfil", .score = 0.75 };
static struct findings some_findings = { 1, { &some_finding } };

static void set_up_devices(void)
{
    memset(&nobody, 0, sizeof(nobody));
    memset(&somebody, 0, sizeof(somebody));
    atomic_init(&nobody.name, "");
    atomic_init(&somebody.name, "kitchen-camera");
    atomic_init(&nobody.type, "");
    atomic_init(&somebody.type, "camera");
    somebody.has_mac = true;
    snprintf(somebody.mac_text, sizeof(somebody.mac_text), "02:00:00:00:00:0a");
    snprintf(somebody.vendor, sizeof(somebody.vendor), "Example Ltd");
}

static void set_up(void)
{
    set_up_devices();
    empty = (struct flow){ .device = &nobody, .service = SERVICE_OTHER };
    full = (struct flow){
        .device = &somebody,
        .remote_is_public = true,
        .device_is_first = true,
        .first_us = 1000000,
        .last_us = 8999999,
        .bytes = { 1001, 2002 },
        .packets = { 11, 22 },
        .hour = 23,
        .service = SERVICE_P2P,
        .name_source = NAME_SNI,
        .name = full_name,
        .domain = full_name + 4,
        .ech = YES,
        .sni_is_ip = NO,
        .sni_mismatch = YES,
        .no_dns = NO,
        .geo = { .asn = 64496, .as_org = "Example Org and more", .as_org_len = 11,
                .country = "DE" },
        .risk = 70,
        .symmetry = { .sum = { 10000, 30000 } },
        .relay = &some_relay,
        .dns = { .dga_known = true, .dga = 0.75, .tunnel_known = true, .tunnel = { 99.5, 77 },
                .nxdomain = 8, .mail = 12, .bypass = YES },
        .outlook = {
            .fanout = { 5, 6, 7, 8 },
            .unanswered = 9,
            .unanswered_known = true,
            .refused = 3,
            .beats_lost = 2,
            .strangers = 11,
            .domains = 13,
            .absent = 40,
            .usurps = true,
            .intervenes = true,
            .leases = true,
            .claims = 5,
            .accepted = 0.25,
            .accepted_known = true,
            .upload_burst = 12.5,
            .upload_burst_known = true,
            .upload_day = 1.5,
            .upload_day_known = true,
            .upload_24h = 4444,
            .new_device = NO,
            .new_domain = YES,
            .new_asn = YES,
            .new_port = NO,
            .common_known = true,
            .common = 7,
            .series = { .known = true, .period_known = true, .score = 0.9, .period_s = 60.5,
                    .jitter = 0.125, .bytes = 333, .state = BEAT_STEADY },
        },
        .entropy_done = true,
        .entropy = 7.5,
        .findings = &some_findings,
    };
}

/* What each feature says of 'full', as text; whether it is known of 'empty'. */
static const struct {
    const char *name, *value;
    bool always;
} expected[] = {
    { "name", "www.example.com", false },
    { "name_source", "sni", true },
    { "domain", "example.com", false },
    { "ech", "true", false },
    { "sni_is_ip", "false", false },
    { "sni_mismatch", "true", false },
    { "asn", "64496", false },
    { "as_org", "Example Org", false },
    { "country", "DE", false },
    { "asn_risk", "70", false },
    { "no_dns", "false", false },
    { "service", "p2p", true },
    { "bytes_up", "1001", true },
    { "bytes_down", "2002", true },
    { "pkts_up", "11", true },
    { "pkts_down", "22", true },
    { "age_s", "7", true },
    { "symmetry", "0.500", false },
    { "entropy", "7.500", false },
    { "heartbeat.score", "0.900", false },
    { "heartbeat.period_s", "60.500", false },
    { "heartbeat.jitter", "0.125", false },
    { "heartbeat.bytes", "333", false },
    { "heartbeat.state", "steady", false },
    { "heartbeat.lost", "2", false },
    { "relay.score", "0.875", false },
    { "relay.role", "target", false },
    { "relay.controller", "203.0.113.9", false },
    { "relay.lag_ms", "12.500", false },
    { "relay.flows", "17", false },
    { "dns.dga", "0.750", false },
    { "dns.nxdomain", "8", false },
    { "dns.mail", "12", false },
    { "dns.bypass", "true", false },
    { "dns.tunnel", "99.500", false },
    { "dns.names", "77", false },
    { "upload_burst", "12.500", false },
    { "upload_day", "1.500", false },
    { "upload_24h", "4444", false },
    { "unanswered", "9", false },
    { "refused", "3", false },
    { "fanout", "5", false },
    { "fanout_lan", "6", false },
    { "fanout_absent", "8", false },
    { "absent_24h", "40", false },
    { "router_claimed", "true", false },
    { "neighbours_claimed", "true", false },
    { "dhcp_claimed", "true", false },
    { "names_claimed", "5", false },
    { "fanout_ports", "7", false },
    { "accepted", "0.250", false },
    { "strangers", "11", false },
    { "domains", "13", true },
    { "new_device", "false", false },
    { "new_domain", "true", false },
    { "new_asn", "true", false },
    { "new_port", "false", false },
    { "common", "7", false },
    { "finding", "exfil 0.75", false },
    { "hour", "23", true },
    { "device.name", "kitchen-camera", false },
    { "device.mac", "02:00:00:00:00:0a", false },
    { "device.vendor", "Example Ltd", false },
    { "device.type", "camera", false },
};

static void print(const struct feature *feature, const struct feature_value *value, char out[64])
{
    switch (feature->type) {
    case FEATURE_STRING:
        snprintf(out, 64, "%.*s", (int)value->len, value->text);
        break;
    case FEATURE_NUMBER:
        snprintf(out, 64, "%llu", (unsigned long long)value->number);
        break;
    case FEATURE_REAL:
        snprintf(out, 64, "%.3f", value->real);
        break;
    case FEATURE_BOOLEAN:
    case FEATURE_NAMES:
        snprintf(out, 64, "%s", feature->value_name(value->number));
        break;
    case FEATURE_SET:
        snprintf(out, 64, "%s %.2f", value->findings->items[0]->id,
                value->findings->items[0]->score);
        break;
    }
}

START_TEST(every_row_is_tested_here)
{
    ck_assert_uint_eq(feature_count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < feature_count; i++)
        ck_assert_str_eq(features[i].name, expected[i].name);
}
END_TEST

START_TEST(a_feature_says_what_the_flow_holds)
{
    struct feature_value value = { .number = 0 };
    char text[64] = "";

    ck_assert_msg(features[_i].get(&full, &value), "%s is unknown", features[_i].name);
    print(&features[_i], &value, text);
    ck_assert_str_eq(text, expected[_i].value);
}
END_TEST

START_TEST(a_feature_without_data_is_unknown)
{
    struct feature_value value;

    ck_assert_msg(features[_i].get(&empty, &value) == expected[_i].always, "%s",
            features[_i].name);
}
END_TEST

START_TEST(a_row_is_complete)
{
    const struct feature *feature = &features[_i];
    char keyword[64];
    size_t doc_len = strlen(feature->doc);

    snprintf(keyword, sizeof(keyword), "iot.%s", feature->name);
    ck_assert_ptr_nonnull(feature->get);
    ck_assert_uint_gt(doc_len, 10);
    ck_assert(isupper((unsigned char)feature->doc[0]));
    ck_assert_int_eq(feature->doc[doc_len - 1], '.');
    ck_assert_msg(strncmp(feature->example, keyword, strlen(keyword)) == 0, "%s: %s", keyword,
            feature->example);
    ck_assert_int_eq(feature->example[strlen(feature->example) - 1], ';');
    ck_assert_ptr_nonnull(feature->unit);
    ck_assert_uint_ne(feature->changed, 0);
    ck_assert_uint_eq(feature->changed & ~(uint32_t)CHANGED_ALL, 0);
    for (const char *c = feature->name; *c != '\0'; c++)
        ck_assert(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_' ||
                  *c == '.');
    ck_assert_str_ne(feature_type_name(feature->type), "");
    ck_assert_str_ne(feature_scope_name(feature->scope), "");
}
END_TEST

START_TEST(names_are_found_and_unique)
{
    ck_assert_ptr_eq(feature_find(features[_i].name), &features[_i]);
}
END_TEST

/* EVE and Lua nest at the dot: a name cannot be a value and hold others. */
START_TEST(no_name_is_the_first_part_of_another)
{
    for (size_t i = 0; i < feature_count; i++) {
        const char *dot = strchr(features[i].name, '.');

        if (dot == NULL)
            continue;
        for (size_t n = 0; n < feature_count; n++)
            ck_assert(strlen(features[n].name) != (size_t)(dot - features[i].name) ||
                      strncmp(features[n].name, features[i].name,
                              (size_t)(dot - features[i].name)) != 0);
    }
}
END_TEST

START_TEST(other_names_are_not_found)
{
    static const char *const others[] = { "", "iot.name", "Name", "name ", "device",
        "device.nam" };

    ck_assert_ptr_null(feature_find(others[_i]));
}
END_TEST

START_TEST(values_with_names_have_a_list_of_different_ones_that_ends)
{
    const struct feature *feature = &features[_i];
    size_t n = 0;

    if (feature->type != FEATURE_NAMES && feature->type != FEATURE_BOOLEAN) {
        ck_assert_ptr_null(feature->value_name);
        return;
    }
    for (; feature->value_name(n) != NULL; n++) {
        ck_assert_uint_lt(n, 100);
        ck_assert_str_ne(feature->value_name(n), "");
        for (size_t before = 0; before < n; before++)
            ck_assert_str_ne(feature->value_name(before), feature->value_name(n));
    }
    ck_assert_uint_ge(n, 2);
    ck_assert_ptr_null(feature->value_name(SIZE_MAX));
    ck_assert_ptr_null(feature->value_name((size_t)UINT32_MAX + 1));
}
END_TEST

START_TEST(the_lists_of_names_are_whole)
{
    static const char *const services[] = { "tls", "quic", "http", "dns", "dot", "doh", "doq",
        "ntp", "stun", "mqtt", "coap", "ssh", "telnet", "socks", "irc", "smtp", "rtsp", "p2p",
        "ping-tunnel", "other" };
    static const char *const sources[] = { "sni", "quic", "http", "dns", "none" };
    size_t found = 0;

    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        for (size_t n = 0; feature_find("service")->value_name(n) != NULL; n++)
            found += strcmp(services[i], feature_find("service")->value_name(n)) == 0;
    ck_assert_uint_eq(found, sizeof(services) / sizeof(services[0]));
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        for (size_t n = 0; feature_find("name_source")->value_name(n) != NULL; n++)
            found += strcmp(sources[i], feature_find("name_source")->value_name(n)) == 0;
    ck_assert_uint_eq(found, sizeof(services) / sizeof(services[0]) + 5);
}
END_TEST

START_TEST(risk_is_unknown_of_what_is_not_public)
{
    full.remote_is_public = false;
    assert_unknown(&full, "asn_risk");
    empty.remote_is_public = true;
    assert_number(&empty, "asn_risk", 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("features");
    TCase *cases = tcase_create("features");
    int rows = (int)feature_count;

    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, every_row_is_tested_here);
    tcase_add_loop_test(cases, a_feature_says_what_the_flow_holds, 0, rows);
    tcase_add_loop_test(cases, a_feature_without_data_is_unknown, 0, rows);
    tcase_add_loop_test(cases, a_row_is_complete, 0, rows);
    tcase_add_loop_test(cases, names_are_found_and_unique, 0, rows);
    tcase_add_loop_test(cases, values_with_names_have_a_list_of_different_ones_that_ends, 0, rows);
    tcase_add_test(cases, no_name_is_the_first_part_of_another);
    tcase_add_loop_test(cases, other_names_are_not_found, 0, 6);
    tcase_add_test(cases, the_lists_of_names_are_whole);
    tcase_add_test(cases, risk_is_unknown_of_what_is_not_public);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
