#include "eve_check.h"

#include <stdio.h>
#include <string.h>

#include "detect/features.h"
#include "run_suite.h"

/* --- flow --- */

static const struct eve_flow quiet = { .state = "new", .reason = "timeout" };

START_TEST(a_flow_has_the_fields_of_suricata)
{
    static const uint16_t vlans[] = { 100, 4094 };
    const struct eve_flow flow = {
        .packets = { 14, 9 },
        .bytes = { 1530, 4810 },
        .first_us = US(1385396821) + 13239,
        .last_us = US(1385396821) + 236922,
        .state = "closed",
        .reason = "shutdown",
        .transactions = 1,
        .is_tcp = true,
        .tcp_flags = { 0x1e, 0x1b },
        .tcp_state = "closed",
    };

    head.protocol = PACKET_PROTOCOL_TCP;
    head.packet_number = 0;
    head.vlans = vlans;
    head.vlan_count = 2;
    head.app_proto = "tls";
    eve_flow_record(&json, &head, &flow);
    check_record("{\"timestamp\":\"2023-11-14T22:13:20.000042+0000\",\"flow_id\":1365622752241858,"
                 "\"event_type\":\"flow\",\"vlan\":[100,4094],\"src_ip\":\"192.0.2.9\","
                 "\"src_port\":40000,\"dest_ip\":\"198.51.100.53\",\"dest_port\":53,\"ip_v\":4,"
                 "\"proto\":\"TCP\",\"app_proto\":\"tls\",\"flow\":{\"pkts_toserver\":14,"
                 "\"pkts_toclient\":9,\"bytes_toserver\":1530,\"bytes_toclient\":4810,"
                 "\"start\":\"2013-11-25T16:27:01.013239+0000\","
                 "\"end\":\"2013-11-25T16:27:01.236922+0000\",\"age\":0,\"state\":\"closed\","
                 "\"reason\":\"shutdown\",\"alerted\":false,\"tx_cnt\":1},"
                 "\"tcp\":{\"tcp_flags\":\"1f\",\"tcp_flags_ts\":\"1e\",\"tcp_flags_tc\":\"1b\","
                 "\"syn\":true,\"fin\":true,\"rst\":true,\"psh\":true,\"ack\":true,"
                 "\"state\":\"closed\"}}");
}
END_TEST

START_TEST(flags_not_seen_are_left_out)
{
    struct eve_flow flow = quiet;

    flow.is_tcp = true;
    flow.tcp_flags[0] = PACKET_TCP_SYN | PACKET_TCP_ECE | PACKET_TCP_CWR;
    flow.tcp_state = "syn_sent";
    eve_flow_record(&json, &head, &flow);
    check_object("tcp", "{\"tcp_flags\":\"c2\",\"tcp_flags_ts\":\"c2\",\"tcp_flags_tc\":\"00\","
                        "\"syn\":true,\"ecn\":true,\"cwr\":true,\"state\":\"syn_sent\"}");
}
END_TEST

START_TEST(what_is_not_known_of_a_flow_is_left_out)
{
    eve_flow_record(&json, &head, &quiet);
    check_key_absent("app_proto");
    check_key_absent("tcp");
    check_key_absent("vlan");
    check_key_absent("iot");
    check_object("flow", "{\"pkts_toserver\":0,\"pkts_toclient\":0,\"bytes_toserver\":0,"
                         "\"bytes_toclient\":0,\"start\":\"1970-01-01T00:00:00.000000+0000\","
                         "\"end\":\"1970-01-01T00:00:00.000000+0000\",\"age\":0,"
                         "\"state\":\"new\",\"reason\":\"timeout\",\"alerted\":false}");
}
END_TEST

/* Suricata says 1 for 0.002 seconds that span the turn of a second. */
/* A flow with these flowbits is told so. */
static void check_flowbits(const char *const bits[], size_t count, const char *traffic, const char *metadata)
{
    head.flowbits = bits;
    head.flowbit_count = count;
    eve_flow_record(&json, &head, &quiet);
    check_object("traffic", traffic);
    check_object("metadata", metadata);
}

START_TEST(flowbits_on_traffic_stand_by_themselves)
{
    static const char *const bits[] = { "traffic/label/web", "traffic/id", "traffic/id/a", "b",
        "traffic/id/" };

    check_flowbits(bits, 5, "{\"id\":[\"a\",\"\"],\"label\":[\"web\"]}",
            "{\"flowbits\":[\"traffic/id\",\"b\"]}");
}
END_TEST

START_TEST(flowbits_on_traffic_alone_leave_metadata_empty)
{
    static const char *const bits[] = { "traffic/label/web" };

    check_flowbits(bits, 1, "{\"label\":[\"web\"]}", "{}");
}
END_TEST

START_TEST(the_age_is_the_difference_of_whole_seconds)
{
    struct eve_flow flow = quiet;
    json_t *record;

    flow.first_us = US(11) - 1000;
    flow.last_us = US(11) + 1000;
    eve_flow_record(&json, &head, &flow);
    record = parsed();
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(record, "flow"), "age")),
            1);
    json_decref(record);
}
END_TEST

static void check_number(const char *key, json_int_t expected)
{
    json_t *record = parsed();

    ck_assert(json_is_integer(json_object_get(record, key)));
    ck_assert_int_eq(json_integer_value(json_object_get(record, key)), expected);
    json_decref(record);
}

START_TEST(icmp_has_types_in_place_of_ports)
{
    struct eve_flow flow = quiet;

    head.protocol = PACKET_PROTOCOL_ICMPV6;
    head.has_ports = false;
    head.source_port = 128 << 8 | 3;
    head.destination_port = 129 << 8 | 4;
    eve_flow_record(&json, &head, &flow);
    check_number("icmp_type", 128);
    check_number("icmp_code", 3);
    check_key_absent("response_icmp_type");
    check_key_absent("src_port");
    check_key_absent("dest_port");
    flow.packets[1] = 1;
    json_restart(&json);
    eve_flow_record(&json, &head, &flow);
    check_number("response_icmp_type", 129);
    check_number("response_icmp_code", 4);
}
END_TEST

static const struct {
    uint8_t number;
    const char *name;
} protocols[] = {
    { 1, "ICMP" },     { 2, "IGMP" },    { 4, "IP-in-IP" }, { 6, "TCP" },        { 17, "UDP" },
    { 41, "IPv6" },    { 47, "GRE" }, { 50, "ESP" },     { 58, "IPv6-ICMP" }, { 132, "SCTP" },
    { 0, "HOPOPT" }, { 44, "IPv6-Frag" }, { 89, "OSPF" }, { 103, "PIM" }, { 112, "VRRP" },
    { 143, "Ethernet" }, { 144, "144" }, { 255, "255" },
};

START_TEST(protocols_are_spelled_as_in_suricata)
{
    json_t *record;

    head.protocol = protocols[_i].number;
    eve_flow_record(&json, &head, &quiet);
    record = parsed();
    ck_assert_str_eq(json_string_value(json_object_get(record, "proto")), protocols[_i].name);
    json_decref(record);
}
END_TEST

/* --- tls, quic --- */

static const struct tls_hello browser = {
    .sni = "www.example.com",
    .sni_length = 15,
    .alpn = { "h2", "http/1.1" },
    .alpn_count = 2,
    .version = 0x0304,
};

START_TEST(tls_has_what_the_client_offers)
{
    head.packet_source = "defrag";
    eve_tls_record(&json, &head, &browser);
    check_record("{\"timestamp\":\"2023-11-14T22:13:20.000042+0000\",\"flow_id\":1365622752241858,"
                 "\"pcap_cnt\":7,\"event_type\":\"tls\",\"src_ip\":\"192.0.2.9\","
                 "\"src_port\":40000,\"dest_ip\":\"198.51.100.53\",\"dest_port\":53,"
                 "\"proto\":\"UDP\",\"ip_v\":4,\"pkt_src\":\"defrag\","
                 "\"tls\":{\"sni\":\"www.example.com\",\"client_alpns\":[\"h2\",\"http/1.1\"]}}");
}
END_TEST

START_TEST(a_hello_may_say_nothing)
{
    static const struct tls_hello silent;

    eve_tls_record(&json, &head, &silent);
    check_object("tls", "{}");
    json_restart(&json);
    eve_quic_record(&json, &head, &silent);
    check_object("quic", "{}");
}
END_TEST

START_TEST(an_sni_is_printed_whatever_it_holds)
{
    struct tls_hello odd = { .sni_length = 5 };

    memcpy(odd.sni, "a\0\"\xff\n", 5);
    eve_tls_record(&json, &head, &odd);
    check_object("tls", "{\"sni\":\"a\\u0000\\\"\\\\xff\\n\"}");
}
END_TEST

START_TEST(quic_has_the_name)
{
    eve_quic_record(&json, &head, &browser);
    check_object("quic", "{\"sni\":\"www.example.com\"}");
}
END_TEST

/* --- iot, stats --- */

static struct device *make_device(const char *name)
{
    static struct device device;

    device = (struct device){
        .has_mac = true,
        .mac_text = "02:00:5e:00:00:01",
        .address = head.source,
        .vendor = "Example Corp.",
        .first_seen_us = US(1700000000),
        .joined = true,
        .dns_answers = 56,
        .totals = { 142, 3, 85504, 50788 },
    };
    atomic_init(&device.name, name);
    atomic_init(&device.type, "");
    atomic_init(&device.last_seen_us, US(1700000100));
    lock_init(&device.lock);
    return &device;
}

START_TEST(a_device_is_summed_up)
{
    struct device *device = make_device("plug");

    eve_device_record(&json, head.time_us, device);
    check_record("{\"timestamp\":\"2023-11-14T22:13:20.000042+0000\",\"event_type\":\"iot\","
                 "\"iot\":{\"type\":\"device\",\"device\":{\"name\":\"plug\","
                 "\"mac\":\"02:00:5e:00:00:01\",\"vendor\":\"Example Corp.\"},"
                 "\"address\":\"192.0.2.9\",\"first_seen\":\"2023-11-14T22:13:20.000000+0000\","
                 "\"last_seen\":\"2023-11-14T22:15:00.000000+0000\",\"joined\":true,"
                 "\"dns_answers\":56,\"encrypted_dns\":false,\"flows\":142,\"flows_no_dns\":3,"
                 "\"bytes_up\":85504,\"bytes_down\":50788,"
                 "\"suppressed\":0}}");
    lock_destroy(&device->lock);
}
END_TEST

START_TEST(a_flow_of_a_device_carries_its_features)
{
    struct flow flow = {
        .device = make_device(""),
        .bytes = { [UP] = 100, [DOWN] = 200 },
        .packets = { [UP] = 1, [DOWN] = 2 },
        .hour = 23,
        .ech = NO,
        .service = SERVICE_HTTP,
        .geo = { .asn = 64496, .country = "DE" },
    };

    const struct eve_flow volume = { .state = "new", .reason = "timeout" };

    head.flow = &flow;
    eve_tls_record(&json, &head, &browser); /* without what is of the moment */
    check_object("iot", "{\"name_source\":\"none\",\"ech\":false,\"asn\":64496,\"country\":\"DE\","
                        "\"service\":\"http\",\"device\":"
                        "{\"mac\":\"02:00:5e:00:00:01\",\"vendor\":\"Example Corp.\"}}");
    json_restart(&json);
    eve_flow_record(&json, &head, &volume);
    check_object("iot", "{\"name_source\":\"none\",\"ech\":false,\"asn\":64496,\"country\":\"DE\","
                        "\"service\":\"http\",\"bytes_up\":100,\"bytes_down\":200,\"pkts_up\":1,"
                        "\"pkts_down\":2,\"age_s\":0,\"domains\":0,\"hour\":23,\"device\":"
                        "{\"mac\":\"02:00:5e:00:00:01\",\"vendor\":\"Example Corp.\"}}");
    lock_destroy(&flow.device->lock);
}
END_TEST

START_TEST(statistics_are_nested_by_section)
{
    static const struct eve_counter counters[] = {
        { "decoder", "pkts", 5 },
        { "decoder", "bytes", 500 },
        { "flow", "total", 2 },
    };
    const struct engine_counters engine = { .flows = 2, .devices = 1, .entropy_skipped = 9 };
    const char *name, *doc;
    size_t offset, rows = 0;
    struct suppress_setting entries[] = { { .asn = 1 }, { .id = (char[]){ "mine" }, .asn = 2 } };
    const struct settings settings = { .suppress = entries, .suppress_count = 2 };
    struct suppressions *suppressions = suppressions_new(&settings, NULL);
    const struct suppress_alert alert = { .asn = 2 };
    json_t *record, *stats, *ours;

    ck_assert(suppress_take(suppressions, &alert));
    while (engine_counter_describe(rows, &name, &doc, &offset))
        rows++;
    eve_stats_record(&json, head.time_us, 60, &engine, suppressions, counters, 3);
    record = parsed();
    stats = json_object_get(record, "stats");
    ours = json_object_get(stats, "tattler");
    ck_assert_str_eq(json_string_value(json_object_get(record, "event_type")), "stats");
    check_json(json_object_get(stats, "decoder"), "{\"pkts\":5,\"bytes\":500}");
    check_json(json_object_get(stats, "flow"), "{\"total\":2}");
    check_json(json_object_get(stats, "suppressed"), "{\"entry-1\":0,\"mine\":1}");
    ck_assert_int_eq(json_integer_value(json_object_get(stats, "uptime")), 60);
    ck_assert_uint_eq(json_object_size(ours), rows);
    ck_assert_int_eq(json_integer_value(json_object_get(ours, "flows")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(ours, "entropy_skipped")), 9);
    json_decref(record);
    suppressions_free(suppressions);
}
END_TEST

/* --- doc/eve.schema.json --- */

static json_t *properties_of(json_t *definitions, const char *object)
{
    return json_object_get(json_object_get(definitions, object), "properties");
}

/* The properties of the object that stands below this name in 'iot'; NULL: it is no object. */
static json_t *inner_of(json_t *definitions, const char *name)
{
    json_t *entry = json_object_get(properties_of(definitions, "iot"), name);
    const char *reference = json_string_value(json_object_get(entry, "$ref"));

    return reference != NULL ? properties_of(definitions, strrchr(reference, '/') + 1) : NULL;
}

/* The schema's entry for a feature; a dot leads into an object. */
static json_t *schema_entry(json_t *definitions, const char *feature)
{
    const char *dot = strchr(feature, '.');
    char object[64];

    if (dot == NULL)
        return json_object_get(properties_of(definitions, "iot"), feature);
    snprintf(object, sizeof(object), "%.*s", (int)(dot - feature), feature);
    return json_object_get(inner_of(definitions, object), dot + 1);
}

/* Entries below "iot", those of the objects in it counted instead of these. */
static size_t count_entries(json_t *definitions)
{
    size_t count = 0;
    const char *name;
    json_t *entry;

    json_object_foreach(properties_of(definitions, "iot"), name, entry) {
        const json_t *inner = inner_of(definitions, name);

        count += inner != NULL ? json_object_size(inner) : 1;
    }
    return count;
}

static void check_names(const json_t *entry, const struct feature *feature)
{
    const json_t *names = json_object_get(entry, "enum");
    size_t count = 0;

    for (const char *name; (name = feature->value_name(count)) != NULL; count++)
        ck_assert_str_eq(json_string_value(json_array_get(names, count)), name);
    ck_assert_uint_eq(json_array_size(names), count);
}

static void check_entry(const json_t *entry, const struct feature *feature)
{
    static const char *const types[] = {
        [FEATURE_STRING] = "string",
        [FEATURE_NUMBER] = "integer",
        [FEATURE_REAL] = "number",
        [FEATURE_BOOLEAN] = "boolean",
        [FEATURE_SET] = "array",
    };
    const char *type = json_string_value(json_object_get(entry, "type"));

    ck_assert_msg(entry != NULL, "%s is not in the schema", feature->name);
    if (feature->type == FEATURE_NAMES)
        check_names(entry, feature);
    else if (json_object_get(entry, "$ref") != NULL)
        ck_assert_int_eq(feature->type, FEATURE_NUMBER);
    else
        ck_assert_str_eq(type, types[feature->type]);
}

START_TEST(the_schema_has_every_feature_and_no_other)
{
    const char *folder = getenv("srcdir"); /* set by 'make check' */
    char path[4096];
    json_t *schema, *definitions;

    snprintf(path, sizeof(path), "%s/doc/eve.schema.json", folder != NULL ? folder : ".");
    schema = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(schema != NULL, "%s is missing or no JSON", path);
    definitions = json_object_get(schema, "$defs");
    for (size_t i = 0; i < feature_count; i++)
        check_entry(schema_entry(definitions, features[i].name), &features[i]);
    ck_assert_uint_eq(count_entries(definitions), feature_count);
    json_decref(schema);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eve");
    TCase *cases = tcase_create("eve");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_flow_has_the_fields_of_suricata);
    tcase_add_test(cases, flags_not_seen_are_left_out);
    tcase_add_test(cases, what_is_not_known_of_a_flow_is_left_out);
    tcase_add_test(cases, flowbits_on_traffic_stand_by_themselves);
    tcase_add_test(cases, flowbits_on_traffic_alone_leave_metadata_empty);
    tcase_add_test(cases, the_age_is_the_difference_of_whole_seconds);
    tcase_add_test(cases, icmp_has_types_in_place_of_ports);
    tcase_add_loop_test(cases, protocols_are_spelled_as_in_suricata, 0,
            (int)(sizeof(protocols) / sizeof(protocols[0])));
    tcase_add_test(cases, tls_has_what_the_client_offers);
    tcase_add_test(cases, a_hello_may_say_nothing);
    tcase_add_test(cases, an_sni_is_printed_whatever_it_holds);
    tcase_add_test(cases, quic_has_the_name);
    tcase_add_test(cases, a_device_is_summed_up);
    tcase_add_test(cases, a_flow_of_a_device_carries_its_features);
    tcase_add_test(cases, statistics_are_nested_by_section);
    tcase_add_test(cases, the_schema_has_every_feature_and_no_other);
    return run_suite(suite);
}
