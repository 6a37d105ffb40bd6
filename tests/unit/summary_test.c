#include "summary.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "screen.h"

/* Flows are filled in by hand and owned by the test; devices come from a real engine. */
struct bench {
    struct settings settings;
    struct engine *engine;
    struct summary *summary;
};

static void ignore(void *user, const char *what)
{
    (void)user, (void)what;
}

static void set_up(struct bench *bench)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    unsetenv("NO_COLOR");
    ck_assert_int_eq(settings_default(&bench->settings), TATTLER_OK);
    bench->engine = engine_new(&bench->settings, 1, ignore, NULL);
    ck_assert_ptr_nonnull(bench->engine);
    bench->summary = summary_new(bench->engine);
    ck_assert_ptr_nonnull(bench->summary);
}

static void tear_down(struct bench *bench)
{
    summary_free(bench->summary);
    engine_free(bench->engine);
    settings_clear(&bench->settings);
}

static struct address address_of(const char *text)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    return address;
}

static struct device *device_at(struct bench *bench, const char *address)
{
    struct device_sighting sighting = { .time_us = 1000000, .address = address_of(address) };

    return devices_see(engine_devices(bench->engine), &sighting);
}

static struct flow flow_to(struct device *device, const char *remote, const char *name)
{
    struct flow flow = {
        .device = device,
        .device_address = device->address,
        .remote_address = address_of(remote),
        .remote_port = 443,
        .device_port = 50000,
        .protocol = 6,
        .device_initiated = true,
        .remote_is_public = true,
        .bytes = { 1000, 2000 },
        .service = SERVICE_TLS,
        .geo = { .asn = 64496, .as_org = "Example", .as_org_len = 7, .country = "DE" },
    };

    flow.name = name != NULL ? strdup(name) : NULL;
    return flow;
}

static void add(struct bench *bench, struct flow *flow)
{
    summary_add(bench->summary, flow);
    free(flow->name);
}

/* The caller frees it. */
static char *printed(struct bench *bench, int columns, bool on_terminal)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    summary_print(bench->summary, to, columns, on_terminal);
    fclose(to);
    return text;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part)) != NULL) {
        count++;
        text += strlen(part);
    }
    return count;
}

/* The line that begins with two blanks and this label; fails if there is none. */
static const char *row_of(const char *text, const char *label)
{
    char start[128];
    const char *found;

    snprintf(start, sizeof(start), "\n  %s ", label);
    found = strstr(text, start);
    ck_assert_msg(found != NULL, "no row '%s' in\n%s", label, text);
    return found + 1;
}

static const char *place_of(const char *text, const char *part)
{
    const char *found = strstr(text, part);

    ck_assert_msg(found != NULL, "no '%s' in\n%s", part, text);
    return found;
}

static bool line_has(const char *line, const char *part)
{
    const char *found = strstr(line, part);

    return found != NULL && found < strchr(line, '\n');
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;

    for (size_t len = 0; *text != '\0'; text += len + 1) {
        size_t columns = 0;

        len = strcspn(text, "\n");
        for (size_t i = 0; i < len; i++)
            columns += (text[i] & 0xc0) != 0x80; /* bytes that begin a character */
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

START_TEST(flows_to_one_name_are_one_row)
{
    struct bench bench;
    struct device *device;
    struct flow flow;
    char *text;

    set_up(&bench);
    device = device_at(&bench, "192.168.1.9");
    flow = flow_to(device, "203.0.113.5", "api.example.com");
    add(&bench, &flow);
    flow = flow_to(device, "203.0.113.6", "api.example.com");
    flow.geo.asn = 64497;
    flow.service = SERVICE_QUIC;
    add(&bench, &flow);
    text = printed(&bench, 100, false);
    ck_assert_uint_eq(count_of(text, "api.example.com"), 1);
    ck_assert(line_has(row_of(text, "api.example.com"), "several networks"));
    ck_assert(line_has(row_of(text, "api.example.com"), "tls,quic          2 2.0 kB 4.0 kB\n"));
    ck_assert_ptr_nonnull(strstr(text, "1 device, 2 connections, 2.0 kB up, 4.0 kB down\n"));
    free(text);
    device_release(engine_devices(bench.engine), device);
    tear_down(&bench);
}
END_TEST

START_TEST(only_known_lack_of_dns_is_marked_and_comes_first)
{
    static const enum ternary answers[] = { UNKNOWN, NO, YES };
    static const char *const remotes[] = { "203.0.113.1", "203.0.113.2", "203.0.113.3" };
    struct bench bench;
    struct device *device;
    char *text;

    set_up(&bench);
    device = device_at(&bench, "192.168.1.9");
    for (size_t i = 0; i < 3; i++) {
        struct flow flow = flow_to(device, remotes[i], NULL);

        flow.no_dns = answers[i];
        flow.bytes[UP] /= i + 1; /* the others sent more */
        add(&bench, &flow);
    }
    text = printed(&bench, 100, false);
    ck_assert_uint_eq(count_of(text, "no DNS"), 1);
    ck_assert(line_has(row_of(text, remotes[2]), "no DNS"));
    ck_assert(row_of(text, remotes[2]) < row_of(text, remotes[0]));
    ck_assert_ptr_nonnull(strstr(text, ", 1 without DNS\n"));
    free(text);
    device_release(engine_devices(bench.engine), device);
    tear_down(&bench);
}
END_TEST

START_TEST(devices_that_skip_dns_come_before_those_that_send_more)
{
    static const char *const addresses[] = { "192.168.1.1", "192.168.1.2", "192.168.1.3" };
    struct bench bench;
    char *text;

    set_up(&bench);
    for (size_t i = 0; i < 3; i++) {
        struct device *device = device_at(&bench, addresses[i]);
        struct flow flow = flow_to(device, "203.0.113.1", NULL);

        flow.no_dns = i == 1 ? YES : NO;
        flow.bytes[UP] = 1000 + i;
        add(&bench, &flow);
        device_release(engine_devices(bench.engine), device);
    }
    text = printed(&bench, 100, false);
    ck_assert(place_of(text, addresses[1]) < place_of(text, addresses[2]));
    ck_assert(place_of(text, addresses[2]) < place_of(text, addresses[0]));
    free(text);
    tear_down(&bench);
}
END_TEST

START_TEST(local_flows_are_one_line)
{
    struct bench bench;
    struct device *device;
    char *text;

    set_up(&bench);
    device = device_at(&bench, "192.168.1.9");
    for (size_t i = 0; i < 2; i++) {
        struct flow flow = flow_to(device, i == 0 ? "192.168.1.1" : "224.0.0.251", NULL);

        flow.remote_is_public = false;
        add(&bench, &flow);
    }
    text = printed(&bench, 100, false);
    ck_assert_ptr_nonnull(strstr(text,
            "\n  local and multicast: 2 connections, 2.0 kB up, 4.0 kB down\n"));
    ck_assert_ptr_null(strstr(text, "224.0.0.251"));
    free(text);
    device_release(engine_devices(bench.engine), device);
    tear_down(&bench);
}
END_TEST

START_TEST(many_names_of_a_domain_become_one_row)
{
    struct bench bench;
    struct device *device;
    char *text, name[32];

    set_up(&bench);
    device = device_at(&bench, "192.168.1.9");
    for (unsigned i = 0; i < 13; i++) {
        struct flow flow;

        snprintf(name, sizeof(name), "host%u.example.com", i);
        flow = flow_to(device, "203.0.113.1", name);
        flow.domain = strstr(flow.name, "example.com");
        add(&bench, &flow);
    }
    text = printed(&bench, 100, false);
    ck_assert_ptr_nonnull(row_of(text, "*.example.com (13 names)"));
    ck_assert_ptr_null(strstr(text, "host"));
    free(text);
    device_release(engine_devices(bench.engine), device);
    tear_down(&bench);
}
END_TEST

START_TEST(what_is_too_much_is_counted)
{
    struct bench bench;
    char *text, address[32];

    set_up(&bench);
    for (unsigned d = 0; d < 33; d++) {
        struct device *device;

        snprintf(address, sizeof(address), "192.168.1.%u", d + 1);
        device = device_at(&bench, address);
        for (unsigned r = 0; r < 15; r++) {
            struct flow flow;

            snprintf(address, sizeof(address), "203.0.113.%u", r + 1);
            flow = flow_to(device, address, NULL);
            add(&bench, &flow);
        }
        device_release(engine_devices(bench.engine), device);
    }
    text = printed(&bench, 100, false);
    ck_assert_uint_eq(count_of(text, "  203.0.113."), 30 * 12);
    ck_assert_uint_eq(count_of(text, "\n  and 3 more: 3 connections, 3.0 kB up, 6.0 kB down\n"),
            30);
    ck_assert_ptr_nonnull(strstr(text, "\nand 3 more devices\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n33 devices, 495 connections, "));
    free(text);
    tear_down(&bench);
}
END_TEST

START_TEST(a_device_with_endless_remotes_is_bounded)
{
    struct bench bench;
    struct device *device;
    char *text, address[32];

    set_up(&bench);
    device = device_at(&bench, "192.168.1.9");
    for (unsigned i = 0; i < 2000; i++) {
        struct flow flow;

        snprintf(address, sizeof(address), "203.0.%u.%u", i / 250, i % 250 + 1);
        flow = flow_to(device, address, NULL);
        add(&bench, &flow);
    }
    text = printed(&bench, 100, false);
    ck_assert_ptr_nonnull(strstr(text, "\n  and 1012 more: 1012 connections, "));
    ck_assert_ptr_nonnull(strstr(text, "room to tell apart: 976 connections, "));
    ck_assert_ptr_nonnull(strstr(text, "\n1 device, 2000 connections, "));
    free(text);
    device_release(engine_devices(bench.engine), device);
    tear_down(&bench);
}
END_TEST

START_TEST(hostile_text_neither_reaches_the_terminal_nor_breaks_the_table)
{
    static const char escape[] = "\033[2J\r\n\x9b" "31m\xc2\x9b.evil\xff.example";
    struct bench bench;
    struct device *device;
    struct flow flow;
    char *text, name[254];

    set_up(&bench);
    device = device_at(&bench, "192.168.1.9");
    device_set_name(device, DEVICE_NAME_DHCP, escape, strlen(escape));
    flow = flow_to(device, "203.0.113.1", escape);
    flow.geo.as_org = "\033]0;x\007\xe2\x80\xae"; /* and a right-to-left override */
    flow.geo.as_org_len = strlen(flow.geo.as_org);
    add(&bench, &flow);
    memset(name, 'a', sizeof(name) - 1);
    memcpy(name + sizeof(name) - 13, ".example.com", 13);
    flow = flow_to(device, "2001:db8:1111:2222:3333:4444:5555:6666", name);
    add(&bench, &flow);
    for (int columns = 20; columns <= 200; columns += 20) {
        int limit = columns < 80 ? 80 : columns > 160 ? 160 : columns;

        text = printed(&bench, columns, false);
        for (const char *at = text; *at != '\0'; at++)
            ck_assert((unsigned char)*at >= ' ' || *at == '\n');
        ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
        ck_assert_ptr_null(strstr(text, "\xe2\x80\xae"));
        ck_assert_ptr_null(strchr(text, '\x9b'));
        ck_assert_ptr_null(strchr(text, '\xff'));
        ck_assert_uint_le(widest_line(text), (size_t)limit);
        ck_assert_ptr_nonnull(strstr(text, "aaa.example.com "));
        free(text);
    }
    device_release(engine_devices(bench.engine), device);
    tear_down(&bench);
}
END_TEST

START_TEST(colour_needs_a_terminal_and_no_objection)
{
    struct bench bench;
    char *text;

    set_up(&bench);
    text = printed(&bench, 100, true);
    ck_assert_ptr_null(strchr(text, '\033')); /* nothing in it, nothing to paint */
    free(text);
    {
        struct device *device = device_at(&bench, "192.168.1.9");
        struct flow flow = flow_to(device, "203.0.113.1", NULL);

        add(&bench, &flow);
        device_release(engine_devices(bench.engine), device);
    }
    text = printed(&bench, 100, true);
    ck_assert_ptr_nonnull(strchr(text, '\033'));
    free(text);
    setenv("NO_COLOR", "1", 1);
    text = printed(&bench, 100, true);
    ck_assert_ptr_null(strchr(text, '\033'));
    free(text);
    tear_down(&bench);
}
END_TEST

/* --- screen.h --- */

static char *cell(const char *in, size_t columns, enum screen_keep keep)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    setlocale(LC_CTYPE, "C.UTF-8");
    screen_cell(to, cursor_over(in, strlen(in)), columns, keep);
    fclose(to);
    return text;
}

START_TEST(a_cell_has_its_width_whatever_is_in_it)
{
    static const struct {
        const char *in;
        size_t columns;
        enum screen_keep keep;
        const char *out;
    } cases[] = {
        { "abc", 5, SCREEN_KEEP_START, "abc  " },
        { "abcdef", 5, SCREEN_KEEP_START, "abcd…" },
        { "abcdef", 5, SCREEN_KEEP_END, "…cdef" },
        { "käse", 4, SCREEN_KEEP_START, "käse" },
        { "käsebrot", 4, SCREEN_KEEP_START, "käs…" },
        { "漢字漢字", 6, SCREEN_KEEP_START, "漢字… " }, /* two columns each */
        { "漢字漢字", 6, SCREEN_KEEP_END, "…漢字 " },
        { "a\xc3", 3, SCREEN_KEEP_START, "a? " }, /* cut in a character */
        { "", 2, SCREEN_KEEP_START, "  " },
        { "abc", 0, SCREEN_KEEP_END, "" },
        { "abc", 1, SCREEN_KEEP_END, "…" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *out = cell(cases[i].in, cases[i].columns, cases[i].keep);

        ck_assert_str_eq(out, cases[i].out);
        free(out);
    }
}
END_TEST

START_TEST(sizes_take_six_columns_at_most)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        { 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" }, { 9949, "9.9 kB" },
        { 9950, "10 kB" }, { 999499, "999 kB" }, { 999500, "1.0 MB" },
        { 1234567890, "1.2 GB" }, { UINT64_MAX, "18 EB" },
    };
    char text[SCREEN_SIZE_TEXT];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        screen_size(cases[i].bytes, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("summary");
    TCase *tests = tcase_create("summary");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, flows_to_one_name_are_one_row);
    tcase_add_test(tests, only_known_lack_of_dns_is_marked_and_comes_first);
    tcase_add_test(tests, devices_that_skip_dns_come_before_those_that_send_more);
    tcase_add_test(tests, local_flows_are_one_line);
    tcase_add_test(tests, many_names_of_a_domain_become_one_row);
    tcase_add_test(tests, what_is_too_much_is_counted);
    tcase_add_test(tests, a_device_with_endless_remotes_is_bounded);
    tcase_add_test(tests, hostile_text_neither_reaches_the_terminal_nor_breaks_the_table);
    tcase_add_test(tests, colour_needs_a_terminal_and_no_objection);
    tcase_add_test(tests, a_cell_has_its_width_whatever_is_in_it);
    tcase_add_test(tests, sizes_take_six_columns_at_most);
    return run_suite(suite);
}
