#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run_suite.h"

static struct settings settings;

static struct {
    size_t count;
    unsigned line, column;
    char what[1024];
} told;

static void note_problem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    (void)user;
    ck_assert_ptr_nonnull(file);
    if (told.count++ > 0)
        return; /* the first one is looked at */
    told.line = line;
    told.column = column;
    snprintf(told.what, sizeof(told.what), "%s", what);
}

static void start(void)
{
    memset(&told, 0, sizeof(told));
    ck_assert_int_eq(settings_default(&settings), TATTLER_OK);
}

static void stop(void)
{
    settings_clear(&settings);
}

/* From the very end of a block of exactly this size, so that a sanitizer sees overreads. */
static enum tattler_status read_bytes(const char *text, size_t len)
{
    char *block = malloc(len + 1), *exact = block + 1;
    enum tattler_status status;

    memcpy(exact, text, len);
    status = settings_read_yaml_text(&settings, "/etc/tattler/t.yaml", exact, len, note_problem,
            NULL);
    free(block);
    return status;
}

static enum tattler_status read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void expect_problem(const char *text, unsigned line, unsigned column, const char *part)
{
    memset(&told, 0, sizeof(told));
    ck_assert_msg(read_text(text) == TATTLER_MALFORMED, "%s", text);
    ck_assert_msg(told.line == line && told.column == column && strstr(told.what, part) != NULL,
            "%s\ngives %u:%u: %s", text, told.line, told.column, told.what);
}

static bool is_home(const char *text)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    for (size_t i = 0; i < settings.home_networks.count; i++)
        if (prefix_contains(&settings.home_networks.items[i], &address))
            return true;
    return false;
}

/* --- defaults --- */

START_TEST(defaults_are_those_of_the_manual)
{
    ck_assert_uint_eq(settings.warm_up_s, 600);
    ck_assert_uint_eq(settings.dns_grace_s, 86400);
    ck_assert_uint_eq(settings.max_flows, 65536);
    ck_assert_uint_eq(settings.max_devices, 4096);
    ck_assert_uint_eq(settings.max_names, 65536);
    ck_assert_uint_eq(settings.max_names_per_device, 2048);
    ck_assert_ptr_null(settings.timezone);
    ck_assert_ptr_null(settings.public_suffix_list);
    ck_assert_uint_eq(settings.device_count, 0);
    ck_assert_uint_eq(settings.suppress_count, 0);
    ck_assert(is_home("10.1.2.3") && is_home("172.31.0.1") && is_home("192.168.1.1"));
    ck_assert(is_home("169.254.1.1") && is_home("fd00::1") && is_home("fe80::1"));
    ck_assert(!is_home("172.32.0.1") && !is_home("203.0.113.1") && !is_home("2001:db8::1"));
}
END_TEST

START_TEST(data_folders_follow_the_environment_and_only_files_that_exist_count)
{
    char folder[] = "/tmp/settings-XXXXXX", path[64];
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(setenv("TATTLER_DATA", folder, 1), 0);
    ck_assert_int_eq(setenv("TATTLER_STATE", folder, 1), 0);
    snprintf(path, sizeof(path), "%s/risk.csv", folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    settings_clear(&settings);
    ck_assert_int_eq(settings_default(&settings), TATTLER_OK);
    ck_assert_uint_eq(settings.risk.count, 1);
    ck_assert_str_eq(settings.risk.items[0], path);
    ck_assert_uint_eq(settings.geo.count, 0);
    ck_assert_uint_eq(settings.resolvers.count, 0);
    unlink(path);
    rmdir(folder);
    unsetenv("TATTLER_DATA");
    unsetenv("TATTLER_STATE");
}
END_TEST

START_TEST(each_default_can_be_written_as_shown)
{
    struct settings_key key;
    char text[512];

    for (size_t i = 0; settings_describe(i, &key); i++) {
        if (*key.default_text == '\0' || strchr(key.key, '.') != NULL)
            continue;
        snprintf(text, sizeof(text), settings_is_list(key.key) ? "%s: [%s]\n" : "%s: %s\n",
                key.key, key.default_text);
        ck_assert_msg(read_text(text) == TATTLER_OK, "%s%s", text, told.what);
    }
    ck_assert_uint_eq(settings.home_networks.count, 6);
}
END_TEST

/* --- reading --- */

START_TEST(a_whole_file_is_read)
{
    ck_assert_int_eq(read_text(
            "# all of it\n"
            "home-networks:\n  - 198.51.100.0/24\n  - 2001:db8::/32\n"
            "warm-up: 90s\ndns-grace: 7d\ntimezone: Europe/Berlin\n"
            "geo: [a.mmdb, /b.mmdb]\nrisk: my.csv\npublic-suffix-list: psl.dat\n"
            "devices:\n"
            "  - mac: 02:00:5E:10:00:01\n    name: Robot\n    type: vacuum\n"
            "  - {address: 192.168.1.20, name: \"front door\"}\n"
            "limits:\n  flows: 128k\n  devices: 100\n  names-per-device: 64\n"), TATTLER_OK);
    ck_assert(is_home("198.51.100.7") && is_home("2001:db8::7") && !is_home("10.0.0.1"));
    ck_assert_uint_eq(settings.warm_up_s, 90);
    ck_assert_uint_eq(settings.dns_grace_s, 604800);
    ck_assert_str_eq(settings.timezone, "Europe/Berlin");
    ck_assert_uint_eq(settings.geo.count, 2);
    ck_assert_str_eq(settings.geo.items[0], "/etc/tattler/a.mmdb");
    ck_assert_str_eq(settings.geo.items[1], "/b.mmdb");
    ck_assert_str_eq(settings.risk.items[0], "/etc/tattler/my.csv");
    ck_assert_str_eq(settings.public_suffix_list, "/etc/tattler/psl.dat");
    ck_assert_uint_eq(settings.device_count, 2);
    ck_assert(settings.devices[0].has_mac && !settings.devices[0].has_address);
    ck_assert_uint_eq(settings.devices[0].mac.bytes[2], 0x5e);
    ck_assert_str_eq(settings.devices[0].type, "vacuum");
    ck_assert(!settings.devices[1].has_mac && settings.devices[1].has_address);
    ck_assert_str_eq(settings.devices[1].name, "front door");
    ck_assert_ptr_null(settings.devices[1].type);
    ck_assert_uint_eq(settings.max_flows, 131072);
    ck_assert_uint_eq(settings.max_devices, 100);
    ck_assert_uint_eq(settings.max_names, 65536);
    ck_assert_uint_eq(settings.max_names_per_device, 64);
}
END_TEST

START_TEST(a_second_file_goes_on_top_of_the_first)
{
    ck_assert_int_eq(read_text("warm-up: 1m\ngeo: a.mmdb\n"), TATTLER_OK);
    ck_assert_int_eq(read_text("geo: [b.mmdb, c.mmdb]\n"), TATTLER_OK);
    ck_assert_uint_eq(settings.warm_up_s, 60);
    ck_assert_uint_eq(settings.geo.count, 2);
    ck_assert_str_eq(settings.geo.items[0], "/etc/tattler/b.mmdb");
}
END_TEST

START_TEST(the_own_section_of_suricatas_file_is_enough)
{
    ck_assert_int_eq(read_text("%YAML 1.1\n---\nvars:\n  address-groups: {HOME_NET: any}\n"
            "warm-up: nonsense\ntattler:\n  warm-up: 5m\naf-packet: [{interface: eth0}]\n"),
            TATTLER_OK);
    ck_assert_uint_eq(settings.warm_up_s, 300);
    expect_problem("%YAML 1.1\n---\nvars: {}\ntattler:\n  warmup: 5m\n", 5, 3, "'warm-up'");
    /* Suricata takes the last of two sections, and nothing of the first. */
    ck_assert_int_eq(read_text("tattler: {warm-up: 6m, dns-grace: x}\ntattler: {warm-up: 7m}\n"), TATTLER_OK);
    ck_assert_uint_eq(settings.warm_up_s, 420);
    expect_problem("%YAML 1.1\n---\nvars: {}\noutputs: []\n", 3, 1, "section 'tattler'");
    ck_assert_uint_eq(told.count, 1);
}
END_TEST

START_TEST(empty_files_sections_and_values_change_nothing_or_unset)
{
    static const char *const empty[] = { "", "# nothing\n", "---\n", "tattler:\n", "limits:\n",
        "devices:\n", "devices: []\n", "limits: {}\n", "{}\n" };

    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        ck_assert_msg(read_text(empty[i]) == TATTLER_OK, "%s: %s", empty[i], told.what);
    ck_assert_int_eq(read_text("timezone: UTC\ngeo: a.mmdb\noui: b.csv\n"), TATTLER_OK);
    ck_assert_int_eq(read_text("timezone: ~\ngeo: []\noui:\n"), TATTLER_OK);
    ck_assert_ptr_null(settings.timezone);
    ck_assert_uint_eq(settings.geo.count, 0);
    ck_assert_uint_eq(settings.oui.count, 0);
    expect_problem("home-networks: []\n", 1, 16, "needs a value");
    ck_assert_uint_eq(settings.home_networks.count, 6);
    expect_problem("warm-up:\n", 1, 9, "needs a value (duration)");
}
END_TEST

START_TEST(an_anchor_stands_for_its_value)
{
    ck_assert_int_eq(read_text("warm-up: &t 2m\ndns-grace: *t\n"), TATTLER_OK);
    ck_assert_uint_eq(settings.dns_grace_s, 120);
    expect_problem("geo: &g [a.mmdb, *g]\n", 1, 6, "one value, not a list");
    expect_problem("warm-up: *nowhere\n", 1, 10, "undefined alias");
}
END_TEST

START_TEST(durations_and_counts_know_their_units)
{
    static const struct { const char *text; uint64_t warm_up_s; } good[] = {
        { "600", 600 }, { "0", 0 }, { "90s", 90 }, { "10m", 600 }, { "24h", 86400 },
        { "7d", 604800 }, { "30d", 2592000 }, { "'15m'", 900 },
    };
    static const char *const bad[] = { "ten", "-1", "10 m", "1w", "1.5h", "m", "1e3", "31d",
        "18446744073709551616", "18446744073709551615d", "0x10", "10mm" };
    char text[64];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(text, sizeof(text), "warm-up: %s\n", good[i].text);
        ck_assert_int_eq(read_text(text), TATTLER_OK);
        ck_assert_uint_eq(settings.warm_up_s, good[i].warm_up_s);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "warm-up: %s\n", bad[i]);
        expect_problem(text, 1, 10, "warm-up: '");
    }
    ck_assert_uint_eq(settings.warm_up_s, 900);
    expect_problem("limits: {names: 10m}\n", 1, 17, "64k");
    expect_problem("limits: {names: 0}\n", 1, 17, "out of range");
    expect_problem("limits: {names: 16385k}\n", 1, 17, "write 1 to 16384k");
    expect_problem("packet-alert-max: 0\n", 1, 19, "write 1 to 255");
}
END_TEST

/* --- problems --- */

START_TEST(each_problem_says_where_it_is_and_what_to_write)
{
    expect_problem("warm-up: 5m\nhome-network: 10.0.0.0/8\n", 2, 1,
            "unknown key 'home-network': did you mean 'home-networks'?");
    expect_problem("limits:\n  flow: 3\n", 2, 3, "did you mean 'flows'?");
    expect_problem("limits:\n  warm-up: 3\n", 2, 3, "write one of flows, devices, names, nam");
    expect_problem("threads: 4\n", 1, 1, "write one of home-networks, warm-up");
    expect_problem("limits.flows: 4\n", 1, 1, "below it, indented");
    expect_problem("timezone: [UTC]\n", 1, 11, "takes one value, not a list");
    expect_problem("timezone: {a: b}\n", 1, 11, "takes one value, not keys");
    expect_problem("risk: {a: b}\n", 1, 7, "takes a list, not keys");
    expect_problem("risk: [a, [b]]\n", 1, 11, "one value, not a list");
    expect_problem("risk:\n  -\n  - a\n", 2, 4, "empty item");
    expect_problem("limits: 5\n", 1, 9, "keys: flows, devices");
    expect_problem("home-networks: $HOME_NET\n", 1, 16, "such as 192.168.1.1, 192.168.0.0/16");
    expect_problem("warm-up: 1m\nwarm-up: 2m\n", 2, 1, "already set in line 1");
    expect_problem("limits: {flows: 1}\nlimits: {names: 1}\n", 2, 1, "already set in line 1");
    expect_problem("? [a]\n: b\n", 1, 3, "a key is one word");
    expect_problem("timezone: \"a\\0b\"\n", 1, 11, "NUL");
    expect_problem("learning: 1d\ntimezone: Europe/Berlni\n", 2, 11,
            "timezone: unknown time zone 'Europe/Berlni': did you mean 'Europe/Berlin'?");
    expect_problem("timezone: ../../etc/passwd\n", 1, 11, "unknown time zone");
    expect_problem("hello\n", 1, 1, "one value where keys are needed");
    expect_problem("- a\n", 1, 1, "a list where keys are needed");
    expect_problem("warm-up: 1m\n---\nwarm-up: 2m\n", 2, 1, "second document");
}
END_TEST

START_TEST(syntax_errors_are_told_at_libyamls_mark)
{
    expect_problem("limits:\n\tflows: 1\n", 2, 1, "not with a tab");
    expect_problem("# für zu Hause\nlimits:\n\tflows: 1\n", 3, 1, "not with a tab");
    expect_problem("a: b: c\n", 1, 5, "not YAML: mapping values are not allowed");
    expect_problem("geo: [a\nrisk: b\n", 2, 5, "not YAML");
    expect_problem("geo: \xff\n", 0, 0, "UTF-8");
}
END_TEST

START_TEST(a_device_needs_something_to_be_known_by)
{
    expect_problem("devices:\n  - name: cam\n", 2, 5, "needs 'mac' or 'address'");
    expect_problem("devices:\n  - {}\n", 2, 5, "needs 'mac' or 'address'");
    expect_problem("devices:\n  - cam\n", 2, 5, "an item of 'devices' has keys");
    expect_problem("devices: cam\n", 1, 10, "'devices' is a list: write '- mac: ");
    expect_problem("devices: [{mac: 02:00}]\n", 1, 17, "'02:00' is not a MAC address");
    ck_assert_uint_eq(told.count, 1); /* not also that it lacks one */
    expect_problem("devices: [{address: cam.local}]\n", 1, 21, "not an address");
    expect_problem("devices: [{mac: '02:00:00:00:00:01', nmae: x}]\n", 1, 38, "'name'");
    expect_problem("devices: [{mac: '02:00:00:00:00:01'}]\n", 1, 11, "same 'mac'");
}
END_TEST

START_TEST(a_failed_key_does_not_leak_into_the_next_device)
{
    ck_assert_int_eq(read_text("devices:\n  - {mac: '02:00:00:00:00:01', name: one}\n"
            "  - {mac: zz, name: two}\n  - {mac: '02:00:00:00:00:03', name: three}\n"),
            TATTLER_MALFORMED);
    ck_assert_uint_eq(settings.device_count, 3);
    ck_assert_str_eq(settings.devices[0].name, "one");
    ck_assert_str_eq(settings.devices[1].name, "two");
    ck_assert(!settings.devices[1].has_mac);
    ck_assert_str_eq(settings.devices[2].name, "three");
}
END_TEST

START_TEST(what_is_good_beside_a_problem_is_taken)
{
    ck_assert_int_eq(read_text("warm-up: x\ndns-grace: 1h\n"
            "home-networks: [bad, 10.0.0.0/8, worse, fd00::/8]\n"), TATTLER_MALFORMED);
    ck_assert_uint_eq(told.count, 3);
    ck_assert_uint_eq(settings.warm_up_s, 600);
    ck_assert_uint_eq(settings.dns_grace_s, 3600);
    ck_assert_uint_eq(settings.home_networks.count, 2);
    ck_assert(is_home("fd00::1") && !is_home("192.168.1.1"));
}
END_TEST

START_TEST(lists_depth_and_problems_have_an_end)
{
    static const char piece[] = "10.0.0.0/8,";
    char text[2048] = "home-networks: [";
    size_t used = strlen(text);

    for (unsigned i = 0; i < 65; i++, used += sizeof(piece) - 1)
        memcpy(text + used, piece, sizeof(piece));
    text[used] = ']';
    text[used + 1] = '\0';
    expect_problem(text, 1, 17 + 64 * 11, "more than 64 items");
    ck_assert_uint_eq(settings.home_networks.count, 64);

    memset(text, '[', 1000);
    text[1000] = '\0';
    expect_problem(text, 1, 33, "nested deeper than 32");

    for (unsigned i = 0; i < 400; i++)
        memcpy(text + 5 * i, "x: 1\n", 6);
    expect_problem(text, 1, 1, "unknown key 'x'");
    ck_assert_uint_eq(told.count, 50);
}
END_TEST

START_TEST(every_cut_file_is_survived)
{
    static const char whole[] = "---\nhome-networks: [10.0.0.0/8]\nwarm-up: \"5m\"\ngeo: &a x\n"
                                "devices:\n  - mac: '02:00:5e:10:00:01'\n    name: *a\n";

    for (size_t len = 0; len < sizeof(whole); len++) {
        settings_clear(&settings);
        ck_assert_int_eq(settings_default(&settings), TATTLER_OK);
        read_bytes(whole, len);
        ck_assert_uint_gt(settings.home_networks.count, 0);
    }
    ck_assert_uint_eq(settings.device_count, 1);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_told)
{
    char path[] = "/tmp/settings-XXXXXX";
    int descriptor = mkstemp(path);

    ck_assert_int_eq(settings_read_yaml(&settings, "/nonexistent/t.yaml", note_problem, NULL),
            TATTLER_MALFORMED);
    ck_assert_uint_eq(told.line, 0);
    ck_assert_ptr_nonnull(strstr(told.what, "No such file"));
    memset(&told, 0, sizeof(told));
    ck_assert_int_eq(settings_read_yaml(&settings, "/tmp", note_problem, NULL), TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(told.what, "directory"));
    memset(&told, 0, sizeof(told));
    ck_assert_int_eq(ftruncate(descriptor, 1024 * 1024 + 1), 0);
    ck_assert_int_eq(settings_read_yaml(&settings, path, note_problem, NULL), TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(told.what, "larger than"));
    ck_assert_int_eq(ftruncate(descriptor, 0), 0);
    ck_assert_int_eq(pwrite(descriptor, "geo: a.mmdb\n", 12, 0), 12);
    ck_assert_int_eq(settings_read_yaml(&settings, path, note_problem, NULL), TATTLER_OK);
    ck_assert_str_eq(settings.geo.items[0], "/tmp/a.mmdb");
    close(descriptor);
    unlink(path);
}
END_TEST

/* As the plugin reads it: the section's own keys count for more. */
START_TEST(the_file_that_a_section_names_is_read_first)
{
    const char *named = "timezone: UTC\nlimits: {devices: 7, names: 8}\n";
    char path[] = "/tmp/settings-XXXXXX", text[128];
    int descriptor = mkstemp(path);

    ck_assert_int_eq(pwrite(descriptor, named, strlen(named), 0), (ssize_t)strlen(named));
    snprintf(text, sizeof(text), "tattler:\n  limits: {devices: 9}\n  config: %s\n", path);
    ck_assert_int_eq(read_text(text), TATTLER_OK);
    ck_assert_str_eq(settings.timezone, "UTC");
    ck_assert_uint_eq(settings.max_devices, 9);
    ck_assert_uint_eq(settings.max_names, 8);

    /* One that names itself is read once more, and told of. */
    ck_assert_int_eq(ftruncate(descriptor, 0), 0);
    ck_assert_int_eq(pwrite(descriptor, text, strlen(text), 0), (ssize_t)strlen(text));
    expect_problem(text, 3, 3, "unknown key 'config'");
    close(descriptor);
    unlink(path);

    expect_problem("tattler: {config: /nonexistent/t.yaml}\n", 0, 0, "No such file");
    expect_problem("tattler: {config: [a.yaml]}\n", 1, 19, "'config' takes one file, not a list");
    expect_problem("config: a.yaml\n", 1, 1, "unknown key 'config'");
    ck_assert_int_eq(read_text("tattler: {config: }\n"), TATTLER_OK);
}
END_TEST

/* --- the way in for another host --- */

static enum tattler_status set(const char *key, const char *value, bool first)
{
    struct settings_entry entry = { .key = key, .value = value, .first = first };

    return settings_set(&settings, &entry, told.what, sizeof(told.what));
}

START_TEST(another_host_sets_key_by_key)
{
    ck_assert_int_eq(set("limits.devices", "2k", true), TATTLER_OK);
    ck_assert_uint_eq(settings.max_devices, 2048);
    ck_assert_int_eq(set("geo", "a.mmdb", true), TATTLER_OK);
    ck_assert_int_eq(set("geo", "b.mmdb", false), TATTLER_OK);
    ck_assert_uint_eq(settings.geo.count, 2);
    ck_assert_str_eq(settings.geo.items[1], "b.mmdb");
    ck_assert_int_eq(set("devices.name", "cam", true), TATTLER_OK);
    ck_assert_ptr_nonnull(settings_record_problem(&settings, "devices", 0));
    ck_assert_int_eq(set("devices.address", "192.168.1.9", false), TATTLER_OK);
    ck_assert_ptr_null(settings_record_problem(&settings, "devices", 0));
    ck_assert_int_eq(set("devices.address", "192.168.1.9", true), TATTLER_OK);
    ck_assert_ptr_nonnull(strstr(settings_record_problem(&settings, "devices", 1), "same 'address'"));
    ck_assert_int_eq(set("timezone", "", true), TATTLER_OK);
    ck_assert_ptr_null(settings.timezone);
}
END_TEST

START_TEST(a_refused_value_changes_nothing_and_names_its_key)
{
    ck_assert_int_eq(set("limits.devices", "many", true), TATTLER_MALFORMED);
    ck_assert_uint_eq(settings.max_devices, 4096);
    ck_assert_ptr_eq(strstr(told.what, "limits.devices: 'many'"), told.what);
    ck_assert_int_eq(set("home-networks", "nowhere", true), TATTLER_MALFORMED);
    ck_assert_uint_eq(settings.home_networks.count, 6);
    ck_assert_int_eq(set("devices.mac", "nobody", true), TATTLER_MALFORMED);
    ck_assert_uint_eq(settings.device_count, 0);
    ck_assert_int_eq(set("limts.devices", "5", true), TATTLER_MALFORMED);
    ck_assert_str_eq(told.what, "unknown key 'limts': did you mean 'limits'?");
    ck_assert_int_eq(set("limits.device", "5", true), TATTLER_MALFORMED);
    ck_assert_str_eq(told.what, "unknown key 'device': did you mean 'devices'?");
    ck_assert_int_eq(set("geo.file", "5", true), TATTLER_MALFORMED);
    ck_assert_int_eq(set("limits", "5", true), TATTLER_MALFORMED);
    ck_assert_int_eq(set("", "5", true), TATTLER_MALFORMED);
    ck_assert_int_eq(set(".", "5", true), TATTLER_MALFORMED);
}
END_TEST

START_TEST(overlong_texts_and_paths_are_refused)
{
    char value[5000];

    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    ck_assert_int_eq(set("geo", value, true), TATTLER_MALFORMED);
    ck_assert_int_eq(set("public-suffix-list", value, true), TATTLER_MALFORMED);
    ck_assert_int_eq(set("timezone", value, true), TATTLER_MALFORMED);
    ck_assert_int_eq(set(value, value, true), TATTLER_MALFORMED);
    value[63] = '\0';
    ck_assert_int_eq(set("devices.name", value, true), TATTLER_OK);
    value[63] = 'x';
    value[64] = '\0';
    ck_assert_int_eq(set("devices.name", value, false), TATTLER_MALFORMED);
    ck_assert_uint_eq(strlen(settings.devices[0].name), 63);
}
END_TEST

START_TEST(record_types_are_names_from_a_list)
{
    struct settings_entry first = { .key = "eve-types", .value = "dns", .first = true };
    struct settings_entry more = { .key = "eve-types", .value = "iot" };
    struct settings_entry wrong = { .key = "eve-types", .value = "flwo" };
    char error[256];

    ck_assert_uint_eq(settings.eve_types,
            EVE_FLOW | EVE_DNS | EVE_TLS | EVE_QUIC | EVE_IOT | EVE_STATS |
                    EVE_ALERT);
    ck_assert_int_eq(settings_set(&settings, &first, error, sizeof(error)), TATTLER_OK);
    ck_assert_int_eq(settings_set(&settings, &more, error, sizeof(error)), TATTLER_OK);
    ck_assert_int_ne(settings_set(&settings, &wrong, error, sizeof(error)), TATTLER_OK);
    ck_assert_ptr_nonnull(strstr(error, "'flow'"));
    ck_assert_uint_eq(settings.eve_types, EVE_DNS | EVE_IOT);
}
END_TEST

START_TEST(outputs_are_called_as_in_suricata)
{
    ck_assert_uint_eq(settings.eve_outputs.count, 1);
    ck_assert_str_eq(settings.eve_outputs.items[0], "regular:eve.json");
    ck_assert_int_eq(set("eve-outputs", "redis:[::1]:6379", true), TATTLER_OK);
    ck_assert_int_eq(set("eve-outputs", "unix_dgram:/run/eve", false), TATTLER_OK);
    ck_assert_uint_eq(settings.eve_outputs.count, 2);
    ck_assert_str_eq(settings.eve_outputs.items[0], "redis:[::1]:6379");
    ck_assert_int_eq(set("eve-outputs", "unix_stram:/run/eve", false), TATTLER_MALFORMED);
    ck_assert_int_eq(set("eve-outputs", "eve.json", false), TATTLER_MALFORMED);
    ck_assert_int_eq(set("eve-outputs", "regular:", false), TATTLER_MALFORMED);
    ck_assert_int_eq(set("eve-outputs", NULL, false), TATTLER_MALFORMED);
    ck_assert_uint_eq(settings.eve_outputs.count, 2);
}
END_TEST

START_TEST(sizes_and_switches_take_what_suricata_takes)
{
    ck_assert_int_eq(set("live.buffer", "2m", false), TATTLER_OK);
    ck_assert_uint_eq(settings.live.buffer_bytes, 2 * 1024 * 1024);
    ck_assert_int_eq(set("live.snap-length", "1500", false), TATTLER_OK);
    ck_assert_uint_eq(settings.live.snap_length, 1500);
    ck_assert_int_eq(set("live.snap-length", "64", false), TATTLER_MALFORMED);
    ck_assert_int_eq(set("live.snap-length", "1g", false), TATTLER_MALFORMED);
    ck_assert(settings.live.promiscuous);
    ck_assert_int_eq(set("live.promiscuous", "False", false), TATTLER_OK);
    ck_assert(!settings.live.promiscuous);
    ck_assert_int_eq(set("live.promiscuous", "maybe", false), TATTLER_MALFORMED);
}
END_TEST

START_TEST(no_rules_is_not_the_same_as_nothing_said_of_rules)
{
    ck_assert_ptr_null(settings.rule_files.items);
    ck_assert_int_eq(read_text("rule-files: []\n"), TATTLER_OK);
    ck_assert_uint_eq(settings.rule_files.count, 0);
    ck_assert_ptr_nonnull(settings.rule_files.items);
    ck_assert_int_eq(read_text("rule-files: [my.rules]\n"), TATTLER_OK);
    ck_assert_uint_eq(settings.rule_files.count, 1);
}
END_TEST

START_TEST(what_differs_is_told_where_it_needs_a_start)
{
    struct settings other;
    size_t row = 0;

    ck_assert_int_eq(settings_default(&other), TATTLER_OK);
    ck_assert_ptr_null(settings_next_differing(&settings, &other, &row));
    ck_assert_int_eq(read_text("warm-up: 1m\nbaseline: home.db\neve-outputs: [regular:a, regular:b]\n"
                               "live: {immediate: yes, user: me, snap-length: 200}\nredis: {key: other}\n"
                               "limits: {flows: 7}\nrule-files: []\n"),
            TATTLER_OK);
    row = 0;
    for (const char *const *key = (const char *const[]){ "baseline", "eve-outputs", "live.user",
                 "live.snap-length", "live.immediate", "redis.key", "limits.flows", NULL };
            *key != NULL; key++)
        ck_assert_str_eq(settings_next_differing(&settings, &other, &row), *key);
    ck_assert_ptr_null(settings_next_differing(&settings, &other, &row));
    settings_clear(&other);
}
END_TEST

START_TEST(the_table_tells_sections_lists_and_docs)
{
    struct settings_key key;
    size_t rows = 0;

    ck_assert(settings_is_section("limits") && settings_is_section("devices"));
    ck_assert(!settings_is_section("geo") && !settings_is_section("") &&
              !settings_is_section("limits.flows"));
    ck_assert(settings_is_list("geo") && settings_is_list("home-networks") &&
              settings_is_list("devices"));
    ck_assert(!settings_is_list("timezone") && !settings_is_list("limits") &&
              !settings_is_list("nonsense"));
    while (settings_describe(rows, &key)) {
        ck_assert_uint_gt(strlen(key.doc), 0);
        ck_assert_uint_gt(strlen(key.kind), 0);
        rows++;
    }
    ck_assert_uint_eq(rows, 67);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tests = tcase_create("settings");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, defaults_are_those_of_the_manual);
    tcase_add_test(tests, data_folders_follow_the_environment_and_only_files_that_exist_count);
    tcase_add_test(tests, each_default_can_be_written_as_shown);
    tcase_add_test(tests, a_whole_file_is_read);
    tcase_add_test(tests, a_second_file_goes_on_top_of_the_first);
    tcase_add_test(tests, the_own_section_of_suricatas_file_is_enough);
    tcase_add_test(tests, empty_files_sections_and_values_change_nothing_or_unset);
    tcase_add_test(tests, an_anchor_stands_for_its_value);
    tcase_add_test(tests, durations_and_counts_know_their_units);
    tcase_add_test(tests, each_problem_says_where_it_is_and_what_to_write);
    tcase_add_test(tests, syntax_errors_are_told_at_libyamls_mark);
    tcase_add_test(tests, a_device_needs_something_to_be_known_by);
    tcase_add_test(tests, a_failed_key_does_not_leak_into_the_next_device);
    tcase_add_test(tests, what_is_good_beside_a_problem_is_taken);
    tcase_add_test(tests, lists_depth_and_problems_have_an_end);
    tcase_add_test(tests, every_cut_file_is_survived);
    tcase_add_test(tests, files_that_cannot_be_read_are_told);
    tcase_add_test(tests, the_file_that_a_section_names_is_read_first);
    tcase_add_test(tests, another_host_sets_key_by_key);
    tcase_add_test(tests, a_refused_value_changes_nothing_and_names_its_key);
    tcase_add_test(tests, overlong_texts_and_paths_are_refused);
    tcase_add_test(tests, outputs_are_called_as_in_suricata);
    tcase_add_test(tests, sizes_and_switches_take_what_suricata_takes);
    tcase_add_test(tests, the_table_tells_sections_lists_and_docs);
    tcase_add_test(tests, no_rules_is_not_the_same_as_nothing_said_of_rules);
    tcase_add_test(tests, what_differs_is_told_where_it_needs_a_start);
    tcase_add_test(tests, record_types_are_names_from_a_list);
    return run_suite(suite);
}
