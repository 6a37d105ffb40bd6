#include "detect/suppress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

static struct settings settings;
static struct suppressions *suppressions;
static struct zone *zone;

static void tell(void *user, const char *file, unsigned line, unsigned column, const char *what)
{
    char *text = user;

    (void)file;
    snprintf(text, 600, "%u:%u: %s", line, column, what);
}

static const char *problem_of(const char *yaml)
{
    static char text[600];

    text[0] = '\0';
    settings_clear(&settings);
    ck_assert_int_eq(settings_default(&settings), TATTLER_OK);
    settings_read_yaml_text(&settings, "t.yaml", yaml, strlen(yaml), tell, text);
    return text;
}

static void use(const char *yaml)
{
    ck_assert_str_eq(problem_of(yaml), "");
    suppressions_free(suppressions);
    suppressions = suppressions_new(&settings, zone);
    ck_assert_ptr_nonnull(suppressions);
}

static void set_up(void)
{
    settings = (struct settings){ 0 };
    suppressions = NULL;
    ck_assert_int_eq(zone_open("UTC", &zone, NULL, 0), TATTLER_OK);
}

static void tear_down(void)
{
    suppressions_free(suppressions);
    zone_close(zone);
    settings_clear(&settings);
}

/* --- alerts --- */

#define MARCH_1_US (UINT64_C(1772323200) * 1000000) /* date -u -d 2026-03-01 +%s */
#define HOUR_US (UINT64_C(3600) * 1000000)

static bool detects_beacon(const void *rule, const char *word)
{
    (void)rule;
    return strcmp(word, "beacon") == 0;
}

static struct mac mac;
static struct address device, remote;

static struct suppress_alert plain_alert(void)
{
    ck_assert(mac_parse("02:00:5e:10:00:01", &mac));
    ck_assert(address_parse("192.168.1.20", &device));
    ck_assert(address_parse("203.0.113.7", &remote));
    return (struct suppress_alert){ .sid = 1000001, .detects = detects_beacon,
        .time_us = MARCH_1_US + 30 * 60 * UINT64_C(1000000), .mac = &mac, .device = &device,
        .remote = &remote, .device_name = "Porch cam", .device_type = "camera",
        .name = "a.b.example.org", .asn = 64500 };
}

static bool is_silenced(const struct suppress_alert *alert)
{
    size_t index;

    return suppress_find(suppressions, alert, &index);
}

static const char *const holding[] = { "sid: 1000001", "sid: [7, 1000001]", "detects: beacon",
    "device: 02:00:5E:10:00:01", "device: 192.168.1.20", "device: 192.168.1.0/24",
    "device: porch cam", "device-type: camera", "domain: example.org", "domain: B.Example.Org",
    "domain: '*.example.org'", "domain: a.b.example.org", "name: A.b.example.org", "asn: 64500",
    "address: 203.0.113.7", "address: 203.0.113.0/24",
    "address: [192.0.2.1, 203.0.113.7]", "asn: 64500, hours: 0-1",
    "asn: 64500, hours: 22-6", "asn: 64500, hours: 0-24", "asn: 64500, expires: 2026-03-01" };
static const char *const failing[] = { "sid: 1000002", "detects: exfil",
    "device: 02:00:5e:10:00:02", "device: 192.168.1.21", "device: 192.168.2.0/24", "device: porch",
    "device-type: plug", "domain: ample.org", "domain: x.a.b.example.org", "domain: example.com",
    "name: b.example.org", "asn: 64501", "address: 203.0.114.0/24", "asn: 64500, hours: 1-24",
    "asn: 64500, hours: 6-22", "asn: 64500, expires: 2026-02-28",
    "sid: 1000001, device: 02:00:5e:10:00:02" };

START_TEST(each_key_names_what_it_says)
{
    struct suppress_alert alert = plain_alert();
    char yaml[128];

    for (size_t i = 0; i < sizeof(holding) / sizeof(holding[0]); i++) {
        snprintf(yaml, sizeof(yaml), "suppress:\n  - {%s}\n", holding[i]);
        use(yaml);
        ck_assert_msg(is_silenced(&alert), "%s", holding[i]);
    }
    for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
        snprintf(yaml, sizeof(yaml), "suppress:\n  - {%s}\n", failing[i]);
        use(yaml);
        ck_assert_msg(!is_silenced(&alert), "%s", failing[i]);
    }
}
END_TEST

START_TEST(what_is_not_known_is_not_named)
{
    static const char *const entries[] = { "device: 02:00:5e:10:00:01", "device: 0.0.0.0/0",
        "device: x", "device-type: x", "domain: org", "name: x", "asn: 5", "address: '::/0'" };
    const struct suppress_alert nothing = { .sid = 1, .detects = detects_beacon };
    char yaml[128];

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        snprintf(yaml, sizeof(yaml), "suppress: [{sid: 1, %s}]", entries[i]);
        use(yaml);
        ck_assert_msg(!is_silenced(&nothing), "%s", entries[i]);
    }
}
END_TEST

START_TEST(the_first_entry_that_holds_is_counted)
{
    struct suppress_alert alert = plain_alert();
    char name[SUPPRESS_NAME_SIZE];
    uint64_t count;

    use("suppress:\n  - {asn: 1}\n  - {id: second, asn: 64500}\n  - {sid: 1000001}\n");
    ck_assert(suppress_take(suppressions, &alert));
    alert.asn = 2;
    ck_assert(suppress_take(suppressions, &alert));
    ck_assert(suppress_take(suppressions, &alert));
    alert.sid = 5;
    ck_assert(!suppress_take(suppressions, &alert));
    ck_assert(suppress_count(suppressions, 0, name, &count));
    ck_assert_str_eq(name, "entry-1");
    ck_assert_uint_eq(count, 0);
    ck_assert(suppress_count(suppressions, 1, name, &count));
    ck_assert_str_eq(name, "second");
    ck_assert_uint_eq(count, 1);
    ck_assert(suppress_count(suppressions, 2, name, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert(!suppress_count(suppressions, 3, name, &count));
}
END_TEST

START_TEST(an_entry_is_in_force_to_the_end_of_its_last_day)
{
    struct suppress_alert alert = plain_alert();

    use("suppress:\n  - {sid: 1000001, expires: 2026-03-01}\n");
    alert.time_us = MARCH_1_US + 24 * HOUR_US - 1;
    ck_assert(is_silenced(&alert));
    alert.time_us++;
    ck_assert(!is_silenced(&alert));
    use("suppress:\n  - {sid: 1000001, expires: 2028-02-29}\n"); /* date -u -d 2028-03-01 +%s */
    ck_assert_uint_eq(settings.suppress[0].until_us, UINT64_C(1835481600000000));
}
END_TEST

START_TEST(of_many_entries_for_many_rules_the_right_one_is_found)
{
    struct suppress_alert alert = plain_alert();
    char *yaml = malloc(1 << 17), *at = yaml;
    size_t index;

    at += snprintf(at, 64, "suppress:\n");
    for (unsigned i = 0; i < 1000; i++)
        at += snprintf(at, 100, "  - {sid: [%u, %u], device: 192.168.1.20}\n", 5000 - i, 9000 + i);
    use(yaml);
    free(yaml);
    for (uint32_t i = 0; i < 1000; i++) {
        alert.sid = i % 2 == 0 ? 5000 - i : 9000 + i;
        ck_assert(suppress_find(suppressions, &alert, &index));
        ck_assert_uint_eq(index, i);
    }
    alert.sid = 4000;
    ck_assert(!suppress_find(suppressions, &alert, &index));
}
END_TEST

START_TEST(mistakes_are_told_with_their_place)
{
    static const struct {
        const char *yaml, *problem;
    } cases[] = {
        { "suppress: 5", "1:11: 'suppress' is a list: write '- sid: 1000001" },
        { "suppress: [5]", "1:12: an item of 'suppress' has keys" },
        { "suppress: [{}]", "1:12: a suppression needs to say of what" },
        { "suppress:\n  - reason: x", "2:5: a suppression needs to say of what" },
        { "suppress:\n  - {id: a, hours: 1-2}", "2:5: a suppression needs to say of what" },
        { "suppress:\n  - {id: a, asn: 1}\n  - {id: a, asn: 2}", "3:5: another suppression" },
        { "suppress: [{sid: 0}]", "1:18: suppress.sid: '0' is no number from 1" },
        { "suppress: [{sid: [1, x]}]", "1:22: suppress.sid: 'x' is no number from 1" },
        { "suppress: [{asn: 4294967296}]", "1:18: suppress.asn:" },
        { "suppress: [{asn: 1, hours: 8}]", "1:28: suppress.hours: '8' are no hours" },
        { "suppress: [{asn: 1, hours: 8-25}]", "1:28: suppress.hours:" },
        { "suppress: [{asn: 1, expires: 2026-02-29}]", "1:30: suppress.expires:" },
        { "suppress: [{asn: 1, expires: tomorrow}]", "1:30: suppress.expires:" },
        { "suppress: [{asn: 1, id: a.b}]", "1:25: suppress.id: 'a.b' is no id" },
        { "suppress: [{domain: 'a b'}]", "1:21: suppress.domain: 'a b' is no host name" },
        { "suppress: [{address: x}]", "1:22: suppress.address: 'x' is neither an address nor a network" },
        { "suppress: [{sids: 1}]", "1:13: unknown key 'sids': did you mean 'sid'?" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *told = problem_of(cases[i].yaml);

        ck_assert_msg(strncmp(told, cases[i].problem, strlen(cases[i].problem)) == 0, "%s\ngives %s",
                cases[i].yaml, told);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suppress");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, each_key_names_what_it_says);
    tcase_add_test(tcase, what_is_not_known_is_not_named);
    tcase_add_test(tcase, the_first_entry_that_holds_is_counted);
    tcase_add_test(tcase, an_entry_is_in_force_to_the_end_of_its_last_day);
    tcase_add_test(tcase, of_many_entries_for_many_rules_the_right_one_is_found);
    tcase_add_test(tcase, mistakes_are_told_with_their_place);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
