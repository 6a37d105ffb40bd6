#include "parse/mdns.h"

#include <stdlib.h>

#include "run_suite.h"

#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)

#define RESPONSE(answers) "\0\0\x84\0\0\0\0" answers "\0\0\0\0"
#define LOCAL "\5local"

/* A smart plug that announces HomeKit (RFC 6763). Behind a line: where its name or target is. */
static const char plug[] =
    RESPONSE("\4")
    "\4_hap\4_tcp" LOCAL "\0\0\x0c\0\1\0\0\x11\x94\0\x0f\x0cKitchen Plug\xc0\x0c" /* 0x27 */
    "\xc0\x27\0\x21\x80\1\0\0\0\x78\0\x15\0\0\0\0\0\x50\x0ckitchen-plug\xc0\x16" /* 0x48 */
    "\xc0\x27\0\x10\x80\1\0\0\x11\x94\0\x12\x0cmd=Plug Mini\4ci=7"
    "\xc0\x48\0\1\x80\1\0\0\0\x78\0\4\xc0\xa8\1\7";

static struct mdns_device read_ok(struct cursor payload)
{
    struct mdns_device device;

    ck_assert_int_eq(mdns_read(payload, &device), TATTLER_OK);
    return device;
}

START_TEST(a_device_names_itself)
{
    struct mdns_device device = read_ok(BYTES(plug));

    ck_assert_str_eq(device.host.text, "kitchen-plug");
    ck_assert_uint_eq(device.host.length, 12);
    ck_assert_str_eq(device.name.text, "Kitchen Plug");
    ck_assert_str_eq(device.model.text, "Plug Mini");
}
END_TEST

START_TEST(a_friendly_name_beats_the_instance)
{
    struct mdns_device device = read_ok(BYTES(
            RESPONSE("\1") "\x0e" "Chromecast-abc\x0b_googlecast\4_tcp" LOCAL "\0\0\x10\0\1"
            "\0\0\0\x78\0\x21\4id=a\x0dmd=Chromecast\x0d" "FN=Bedroom TV"));

    ck_assert_str_eq(device.name.text, "Bedroom TV");
    ck_assert_str_eq(device.model.text, "Chromecast");
    ck_assert_uint_eq(device.host.length, 0);
}
END_TEST

START_TEST(printers_and_computers_tell_their_model)
{
    ck_assert_str_eq(read_ok(BYTES(RESPONSE("\1") "\1P\4_ipp\4_tcp" LOCAL "\0\0\x10\0\1\0\0\0\x78"
                                   "\0\x0d\x0cty=Laser 100")).model.text, "Laser 100");
    ck_assert_str_eq(read_ok(BYTES(RESPONSE("\1") "\1M\x0c_device-info\4_tcp" LOCAL
                                   "\0\0\x10\0\1\0\0\0\x78\0\x0f\x0emodel=J105aAP\0")).model.text,
            "J105aAP");
}
END_TEST

START_TEST(instances_keep_their_dots)
{
    ck_assert_str_eq(read_ok(BYTES(RESPONSE("\1") "\x08v1.2 Lab\5_http\4_TCP\5LOCAL\0\0\x21\0\1"
                                   "\0\0\0\x78\0\7\0\0\0\0\0\x50\0")).name.text, "v1.2 Lab");
}
END_TEST

START_TEST(speakers_lose_the_address_before_their_name)
{
    ck_assert_str_eq(read_ok(BYTES(RESPONSE("\1") "\5_raop\4_tcp" LOCAL "\0\0\x0c\0\1\0\0\0\x78"
                                   "\0\x14\x11" "0123456789AB@Hall\xc0\x0c")).name.text, "Hall");
}
END_TEST

START_TEST(service_types_and_reverse_names_are_no_instances)
{
    struct mdns_device device = read_ok(BYTES(
            RESPONSE("\3")
            "\x09_services\7_dns-sd\4_udp" LOCAL "\0\0\x0c\0\1\0\0\0\x78"
            "\0\x12\4_hap\4_tcp" LOCAL "\0"
            "\1" "7\7in-addr\4arpa\0\0\x0c\0\1\0\0\0\x78\0\x0a\2pi" LOCAL "\0"
            "\3www\7example\3com\0\0\1\0\1\0\0\0\x78\0\4\xc0\0\2\1"));

    ck_assert_uint_eq(device.name.length, 0);
    ck_assert_uint_eq(device.host.length, 0); /* not a link-local name */
}
END_TEST

START_TEST(goodbyes_do_not_count)
{
    struct mdns_device device = read_ok(BYTES(
            RESPONSE("\1") "\3old" LOCAL "\0\0\1\x80\1\0\0\0\0\0\4\xc0\xa8\1\7"));

    ck_assert_uint_eq(device.host.length, 0);
}
END_TEST

START_TEST(queries_are_not_supported)
{
    struct mdns_device device;

    ck_assert_int_eq(mdns_read(BYTES("\0\0\0\0\0\1\0\0\0\0\0\0\3bob" LOCAL "\0\0\1\0\1"), &device),
            TATTLER_UNSUPPORTED);
}
END_TEST

START_TEST(long_values_are_cut)
{
    uint8_t bytes[256];
    struct mdns_device device;
    static const char head[] =
            RESPONSE("\1") "\1x\5_http\4_tcp" LOCAL "\0\0\x10\0\1\0\0\0\x78\0\x65\x64md=";
    size_t length = sizeof(head) - 1;

    memcpy(bytes, head, length);
    memset(bytes + length, 'y', 97);
    device = read_ok(cursor_over(bytes, length + 97));
    ck_assert_uint_eq(device.model.length, 63);
    ck_assert_uint_eq(strlen(device.model.text), 63);
}
END_TEST

/* Ends at the heap block's edge so a sanitizer sees overreads. What is whole counts. */
START_TEST(every_cut_message_gives_what_is_there)
{
    size_t length = (size_t)_i;
    uint8_t *block = malloc(length + 1), *cut = block + 1;
    struct mdns_device device;
    enum tattler_status status;

    memcpy(cut, plug, length);
    status = mdns_read(cursor_over(cut, length), &device);
    ck_assert_int_eq(status, length < 12 ? TATTLER_TRUNCATED : TATTLER_OK);
    if (status == TATTLER_OK) {
        ck_assert_uint_eq(device.host.length, 0);
        ck_assert(device.name.length == 0 || strcmp(device.name.text, "Kitchen Plug") == 0);
        ck_assert(device.model.length == 0 || strcmp(device.model.text, "Plug Mini") == 0);
    }
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mdns");
    TCase *cases = tcase_create("mdns");

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, a_device_names_itself);
    tcase_add_test(cases, a_friendly_name_beats_the_instance);
    tcase_add_test(cases, printers_and_computers_tell_their_model);
    tcase_add_test(cases, instances_keep_their_dots);
    tcase_add_test(cases, speakers_lose_the_address_before_their_name);
    tcase_add_test(cases, service_types_and_reverse_names_are_no_instances);
    tcase_add_test(cases, goodbyes_do_not_count);
    tcase_add_test(cases, queries_are_not_supported);
    tcase_add_test(cases, long_values_are_cut);
    tcase_add_loop_test(cases, every_cut_message_gives_what_is_there, 0, (int)sizeof(plug) - 1);
    return run_suite(suite);
}
