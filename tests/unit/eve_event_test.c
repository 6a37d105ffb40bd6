#include "eve_event.h"

#include <stdio.h>

#include "run_suite.h"

static struct prefix home_networks[2];
static const struct prefix_list home = { home_networks, 2 };
static struct eve_event event;

static void set_up(void)
{
    ck_assert(prefix_parse("192.168.0.0/16", &home_networks[0]));
    ck_assert(prefix_parse("fd00::/8", &home_networks[1]));
    event = (struct eve_event){ .file = NULL };
}

static void tear_down(void)
{
    eve_event_clear(&event);
}

static bool read_text(const char *text)
{
    eve_event_clear(&event);
    return eve_event_read(&event, cursor_over(text, strlen(text)), &home);
}

static const char *address_of(const struct address *address)
{
    static char text[ADDRESS_TEXT_SIZE];

    address_text(address, text);
    return text;
}

START_TEST(an_alert_is_read_whole)
{
    char key[EVE_DEVICE_KEY_SIZE];

    ck_assert(read_text("{\"timestamp\":\"2026-11-21T04:49:21.399886+0000\",\"flow_id\":77,"
            "\"event_type\":\"alert\",\"src_ip\":\"198.51.100.7\",\"src_port\":443,"
            "\"dest_ip\":\"192.168.1.20\",\"dest_port\":50000,\"proto\":\"TCP\","
            "\"alert\":{\"action\":\"blocked\",\"gid\":1,\"signature_id\":4294967295,\"rev\":3,"
            "\"signature\":\"beats \\\"x\\\"\",\"category\":\"c\",\"severity\":2,"
            "\"metadata\":{\"detects\":[\"beacon\",\"exfil\"],\"other\":[\"y\"]}},"
            "\"app_proto\":\"tls\",\"direction\":\"to_client\","
            "\"flow\":{\"src_ip\":\"192.168.1.20\",\"dest_ip\":\"198.51.100.7\",\"src_port\":1},"
            "\"tls\":{\"sni\":\"not.this.example\"},"
            "\"iot\":{\"name\":\"a.example.org\",\"domain\":\"example.org\",\"asn\":64500,"
            "\"as_org\":\"Org\",\"country\":\"DE\",\"service\":\"tls\",\"heartbeat\":{\"score\":0.9},"
            "\"device\":{\"name\":\"cam\",\"mac\":\"02:00:5e:10:00:01\",\"type\":\"camera\","
            "\"vendor\":\"V\"}}}"));
    ck_assert(event.has_time);
    ck_assert_uint_eq(event.time_us, UINT64_C(1795236561399886));
    ck_assert_str_eq(event.type, "alert");
    ck_assert_uint_eq(event.flow_id, 77);
    ck_assert_str_eq(event.app_protocol, "tls");
    ck_assert(event.has_device && event.has_remote && event.has_mac);
    ck_assert_str_eq(address_of(&event.device_address), "192.168.1.20");
    ck_assert_uint_eq(event.device_port, 50000);
    ck_assert_str_eq(address_of(&event.remote_address), "198.51.100.7");
    ck_assert_uint_eq(event.remote_port, 443);
    ck_assert_str_eq(event.name, "a.example.org");
    ck_assert_str_eq(event.domain, "example.org");
    ck_assert_uint_eq(event.asn, 64500);
    ck_assert_str_eq(event.as_org, "Org");
    ck_assert_str_eq(event.device_name, "cam");
    ck_assert_str_eq(event.device_type, "camera");
    ck_assert_uint_eq(event.sid, UINT32_MAX);
    ck_assert_uint_eq(event.priority, 2);
    ck_assert_str_eq(event.message, "beats \"x\"");
    ck_assert_str_eq(event.detects, "exfil, beacon"); /* as in the rule: EVE has the last first */
    eve_event_device_key(&event, key);
    ck_assert_str_eq(key, "02:00:5e:10:00:01");
    ck_assert_double_eq(json_real_value(json_object_get(
            json_object_get(eve_event_iot(&event), "heartbeat"), "score")), 0.9);
    ck_assert_str_eq(json_string_value(json_object_get(eve_event_json(&event), "proto")), "TCP");
}
END_TEST

START_TEST(without_iot_the_home_networks_tell_the_device)
{
    char key[EVE_DEVICE_KEY_SIZE];

    ck_assert(read_text("{\"event_type\":\"alert\",\"src_ip\":\"203.0.113.9\",\"dest_ip\":\"fd00::5\","
            "\"http\":{\"hostname\":\"h.example\"},\"alert\":{\"signature_id\":5}}"));
    ck_assert(event.has_device && !event.has_mac && !event.has_time);
    ck_assert_str_eq(event.name, "h.example");
    eve_event_device_key(&event, key);
    ck_assert_str_eq(key, "fd00:0000:0000:0000:0000:0000:0000:0005");
    ck_assert(read_text("{\"event_type\":\"alert\",\"src_ip\":\"203.0.113.9\","
            "\"dest_ip\":\"203.0.113.10\"}"));
    ck_assert(!event.has_device);
    eve_event_device_key(&event, key);
    ck_assert_str_eq(key, "");
    ck_assert_ptr_null(eve_event_iot(&event));
}
END_TEST

START_TEST(a_name_that_a_device_asked_a_proxy_for_is_not_the_proxys)
{
    ck_assert(read_text("{\"http\":{\"hostname\":\"shop.example\"},\"iot\":{\"name_source\":\"none\"}}"));
    ck_assert_str_eq(event.name, "");
    ck_assert(read_text("{\"iot\":{\"name\":\"proxy.example\"},\"http\":{\"hostname\":\"shop.example\"}}"));
    ck_assert_str_eq(event.name, "proxy.example");
}
END_TEST

START_TEST(between_two_devices_it_is_who_opened_the_flow)
{
    ck_assert(read_text("{\"src_ip\":\"192.168.1.2\",\"dest_ip\":\"192.168.1.3\","
            "\"flow\":{\"src_ip\":\"192.168.1.3\"}}"));
    ck_assert_str_eq(address_of(&event.device_address), "192.168.1.3");
    ck_assert(read_text("{\"src_ip\":\"192.168.1.2\",\"dest_ip\":\"192.168.1.3\","
            "\"direction\":\"to_client\"}"));
    ck_assert_str_eq(address_of(&event.device_address), "192.168.1.3");
    ck_assert(read_text("{\"src_ip\":\"192.168.1.2\",\"dest_ip\":\"192.168.1.3\"}"));
    ck_assert_str_eq(address_of(&event.device_address), "192.168.1.2");
}
END_TEST

/* A home's own public IPv6 prefix is in no home network; 'iot' says that a device is there. */
START_TEST(with_iot_a_device_may_be_outside_the_home_networks)
{
    ck_assert(read_text("{\"src_ip\":\"2001:db8::1\",\"dest_ip\":\"2001:db8:ffff::1\","
            "\"iot\":{\"device\":{\"mac\":\"02:00:5e:10:00:01\"}}}"));
    ck_assert(event.has_device && event.has_mac);
    ck_assert_str_eq(address_of(&event.device_address), "2001:0db8:0000:0000:0000:0000:0000:0001");
}
END_TEST

START_TEST(a_device_summary_has_a_device_and_no_remote)
{
    ck_assert(read_text("{\"event_type\":\"iot\",\"iot\":{\"type\":\"device\",\"device\":{},"
            "\"address\":\"192.168.1.20\"}}"));
    ck_assert(event.has_device && !event.has_remote);
    ck_assert_str_eq(address_of(&event.device_address), "192.168.1.20");
}
END_TEST

START_TEST(values_of_another_type_or_size_are_left_out)
{
    ck_assert(read_text("{\"timestamp\":5,\"event_type\":{},\"flow_id\":-1,\"src_port\":65536,"
            "\"dest_port\":\"80\",\"src_ip\":\"nowhere\",\"dest_ip\":\"192.168.1.1\","
            "\"alert\":{\"signature_id\":4294967296,\"rev\":1.5,\"metadata\":{\"detects\":7}},"
            "\"iot\":{\"asn\":99999999999999999999,\"device\":{\"mac\":\"02:00\"}}}"));
    ck_assert(!event.has_time && !event.has_device && !event.has_mac);
    ck_assert_str_eq(event.type, "");
    ck_assert_uint_eq(event.flow_id + event.source_port + event.destination_port + event.sid +
            event.rev + event.asn, 0);
    ck_assert_str_eq(event.detects, "");
}
END_TEST

START_TEST(what_is_no_record_is_refused)
{
    ck_assert(!read_text("{\"event_type\":\"alert\""));
    ck_assert(!read_text("[]"));
    ck_assert(!read_text("Oct 11 22:14:15 host suricata: {}"));
}
END_TEST

/* Worked out with 'date -u +%s -d …'. */
START_TEST(times_of_any_zone_are_read)
{
    static const struct {
        const char *text;
        uint64_t us;
    } times[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-11-21T04:49:21.399886+0000", UINT64_C(1795236561399886) },
        { "2026-11-21T05:49:21.3998861+01:00", UINT64_C(1795236561399886) },
        { "2026-11-20T23:19:21.4-0530", UINT64_C(1795236561400000) },
        { "2024-02-29T23:59:60Z", UINT64_C(1709251200000000) },
    };
    static const char *const wrong[] = { "", "2026-11-21", "2026-13-01T00:00:00Z",
        "2026-11-21T04:49:21", "2026-11-21T04:49:21+00", "2026-11-21T04:49:21Zx",
        "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+0100", "2026-11-21 04:49:21Z" };
    uint64_t us;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ck_assert_msg(eve_time_parse(times[i].text, &us), "%s", times[i].text);
        ck_assert_uint_eq(us, times[i].us);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(!eve_time_parse(wrong[i], &us), "%s", wrong[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eve_event");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_alert_is_read_whole);
    tcase_add_test(tcase, without_iot_the_home_networks_tell_the_device);
    tcase_add_test(tcase, a_name_that_a_device_asked_a_proxy_for_is_not_the_proxys);
    tcase_add_test(tcase, between_two_devices_it_is_who_opened_the_flow);
    tcase_add_test(tcase, with_iot_a_device_may_be_outside_the_home_networks);
    tcase_add_test(tcase, a_device_summary_has_a_device_and_no_remote);
    tcase_add_test(tcase, values_of_another_type_or_size_are_left_out);
    tcase_add_test(tcase, what_is_no_record_is_refused);
    tcase_add_test(tcase, times_of_any_zone_are_read);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
