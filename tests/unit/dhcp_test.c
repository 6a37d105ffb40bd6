#include "parse/dhcp.h"

#include <stdlib.h>

#include "run_suite.h"

#define FIXED_SIZE 240 /* up to and with the magic cookie */
#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)

/* A request of 02:00:00:00:00:07, which uses 192.0.2.7, and room for options. */
static uint8_t packet[FIXED_SIZE + 600];

static struct cursor build(uint8_t operation, struct cursor options)
{
    memset(packet, 0, sizeof(packet));
    memcpy(packet, "\0\1\6\0", 4);
    packet[0] = operation;
    memcpy(packet + 4, "\x12\x34\x56\x78", 4);
    memcpy(packet + 12, "\xc0\0\2\7", 4);
    memcpy(packet + 28, "\2\0\0\0\0\7", 6);
    memcpy(packet + 236, "\x63\x82\x53\x63", 4);
    ck_assert_uint_le(options.left, sizeof(packet) - FIXED_SIZE);
    memcpy(packet + FIXED_SIZE, options.at, options.left);
    return cursor_over(packet, FIXED_SIZE + options.left);
}

static struct dhcp_message read_ok(struct cursor payload)
{
    struct dhcp_message message;

    ck_assert_int_eq(dhcp_read(payload, &message), TATTLER_OK);
    return message;
}

static void check_address(struct address address, const char *text)
{
    struct address expected;

    ck_assert(address_parse(text, &expected));
    ck_assert(address_equal(&address, &expected));
}

static void check_mac(struct mac mac, const char *text)
{
    struct mac expected;

    ck_assert(mac_parse(text, &expected));
    ck_assert(mac_equal(&mac, &expected));
}

static const char request_options[] =
    "\x35\1\3" "\x3d\7\1\2\0\0\0\0\7" "\0\0" "\x32\4\xc0\0\2\x08" "\x0c\x0ckitchen-plug"
    "\x3c\x0cudhcp 1.24.2" "\x37\4\1\3\6\x0f" "\x51\x0b\0\0\0plug.lan" "\xff" "\x0c\4late";

START_TEST(a_request_tells_who_asks)
{
    struct dhcp_message message = read_ok(build(1, BYTES(request_options)));

    ck_assert_uint_eq(message.type, DHCP_REQUEST);
    ck_assert(!message.from_server);
    check_mac(message.mac, "02:00:00:00:00:07");
    check_address(message.client, "192.0.2.7");
    check_address(message.assigned, "0.0.0.0");
    check_address(message.requested, "192.0.2.8");
    ck_assert_str_eq(message.host.text, "kitchen-plug");
    ck_assert_uint_eq(message.host.length, 12);
    ck_assert_str_eq(message.vendor.text, "udhcp 1.24.2");
    ck_assert_str_eq(message.fqdn.text, "plug.lan");
    ck_assert_uint_eq(message.wanted.length, 4);
    ck_assert_mem_eq(message.wanted.text, "\1\3\6\x0f", 4);
}
END_TEST

static uint64_t terms_of(struct cursor options)
{
    return read_ok(build(2, options)).terms;
}

START_TEST(what_is_said_of_the_network_is_the_same_in_any_order_and_for_any_lease)
{
    uint64_t terms = terms_of(BYTES("\x35\1\2" "\x36\4\xc0\0\2\1" "\x33\4\0\0\x0e\x10" "\3\4\xc0\0\2\1"
                                    "\6\4\xc0\0\2\2\xff"));

    ck_assert_uint_eq(terms_of(BYTES("\x35\1\5" "\6\4\xc0\0\2\2" "\3\4\xc0\0\2\1" "\x36\4\xc0\0\2\7\xff")),
            terms);
    ck_assert_uint_ne(terms_of(BYTES("\x35\1\2" "\6\4\xc0\0\2\1" "\3\4\xc0\0\2\2\xff")), terms);
    ck_assert_uint_ne(terms_of(BYTES("\x35\1\2" "\6\4\xc0\0\2\2" "\3\4\xc0\0\2\x09\xff")), terms);
}
END_TEST

START_TEST(who_gives_a_way_leads)
{
    static const uint8_t ways[] = { 3, 6, 121, 249, 252 }, others[] = { 1, 15, 43, 60, 66, 67 };
    uint8_t options[] = "\x35\1\5" ".\4\xc0\0\2\1\xff";

    for (size_t i = 0; i < sizeof(ways); i++) {
        options[3] = ways[i];
        ck_assert(read_ok(build(2, BYTES(options))).leads);
        ck_assert(!read_ok(build(1, BYTES(options))).leads); /* a client */
    }
    for (size_t i = 0; i < sizeof(others); i++) {
        options[3] = others[i];
        ck_assert(!read_ok(build(2, BYTES(options))).leads);
    }
}
END_TEST

START_TEST(an_acknowledgement_tells_the_address)
{
    struct dhcp_message message;

    (void)build(2, BYTES("\x35\1\5\xff"));
    memcpy(packet + 16, "\xc0\0\2\x09", 4);
    message = read_ok(cursor_over(packet, FIXED_SIZE + 4));
    ck_assert_uint_eq(message.type, DHCP_ACK);
    ck_assert(message.from_server);
    check_address(message.assigned, "192.0.2.9");
    check_address(message.requested, "0.0.0.0");
    ck_assert_uint_eq(message.host.length, 0);
    ck_assert_str_eq(message.host.text, "");
}
END_TEST

static const char acknowledge_options[] =
    "\x35\1\5" "\x36\4\xc0\0\2\1" "\6\x08\xc0\0\2\1" "\x08\x08\x08\x08" "\1\4\xff\xff\xff\0" "\xff";

START_TEST(an_acknowledgement_tells_the_resolvers)
{
    struct dhcp_message message = read_ok(build(2, BYTES(acknowledge_options)));

    ck_assert_uint_eq(message.transaction, 0x12345678);
    ck_assert(!message.relayed);
    check_address(message.server, "192.0.2.1");
    ck_assert_uint_eq(message.resolvers.count, 2);
    check_address(message.resolvers.items[0], "192.0.2.1");
    check_address(message.resolvers.items[1], "8.8.8.8");
    message = read_ok(build(1, BYTES(request_options))); /* asks for them in option 55 */
    ck_assert_uint_eq(message.resolvers.count, 0);
}
END_TEST

START_TEST(the_first_four_resolvers_are_kept)
{
    struct dhcp_message message = read_ok(build(2,
            BYTES("\x35\1\5\6\x0c\xc0\0\2\1\xc0\0\2\2\xc0\0\2\3\6\x08\xc0\0\2\4\xc0\0\2\5\xff")));

    ck_assert_uint_eq(message.resolvers.count, DHCP_RESOLVERS_MAX);
    check_address(message.resolvers.items[3], "192.0.2.4");
}
END_TEST

START_TEST(half_a_resolver_is_none)
{
    struct dhcp_message message = read_ok(build(2, BYTES("\x35\1\5\6\6\xc0\0\2\1\xc0\0\xff")));

    ck_assert_uint_eq(message.resolvers.count, 1);
    message = read_ok(build(2, BYTES("\x35\1\5\6\0\xff")));
    ck_assert_uint_eq(message.resolvers.count, 0);
}
END_TEST

START_TEST(every_cut_acknowledgement_is_read_as_far_as_it_goes)
{
    size_t length = FIXED_SIZE + 3 + (size_t)_i; /* from the message type on */
    uint8_t *block = malloc(length + 1), *cut = block + 1;
    struct dhcp_message message;

    (void)build(2, BYTES(acknowledge_options));
    memcpy(cut, packet, length);
    message = read_ok(cursor_over(cut, length));
    ck_assert_uint_eq(message.resolvers.count, length < FIXED_SIZE + 19 ? 0 : 2);
    free(block);
}
END_TEST

START_TEST(overloaded_fields_hold_more_options)
{
    struct dhcp_message message;
    size_t length = build(1, BYTES("\x35\1\1\x34\1\3\x0c\2ab\xff")).left;

    memcpy(packet + 108, "\x0c\2cd\xff", 5);                /* file: read before */
    memcpy(packet + 44, "\x0c\2" "ef\x3c\1v\x34\1\3\xff", 11); /* the server's name */
    message = read_ok(cursor_over(packet, length));
    ck_assert_str_eq(message.host.text, "abcdef"); /* in parts, RFC 3396 section 7 */
    ck_assert_str_eq(message.vendor.text, "v");
    packet[FIXED_SIZE + 5] = 1; /* the file only */
    message = read_ok(cursor_over(packet, length));
    ck_assert_str_eq(message.host.text, "abcd");
    ck_assert_uint_eq(message.vendor.length, 0);
}
END_TEST

START_TEST(encoded_domain_names_become_text)
{
    struct dhcp_message message = read_ok(build(1,
            BYTES("\x35\1\1\x51\x0d\4\0\0\4plug\3lan\0\xff")));

    ck_assert_str_eq(message.fqdn.text, "plug.lan");
    message = read_ok(build(1, BYTES("\x35\1\1\x51\x08\4\0\0\x40plu\xff"))); /* no label */
    ck_assert_uint_eq(message.fqdn.length, 0);
    message = read_ok(build(1, BYTES("\x35\1\1\x51\2\4\0\xff"))); /* too short */
    ck_assert_uint_eq(message.fqdn.length, 0);
}
END_TEST

START_TEST(text_is_kept_as_sent)
{
    struct dhcp_message message = read_ok(build(1, BYTES("\x35\1\1\x0c\5" "a\n\xff" "b\0\xff")));

    ck_assert_uint_eq(message.host.length, 5);
    ck_assert_mem_eq(message.host.text, "a\n\xff" "b\0", 6);
}
END_TEST

START_TEST(long_texts_are_cut_at_the_cap)
{
    uint8_t options[3 + 2 * 257];
    struct dhcp_message message;

    memcpy(options, "\x35\1\1", 3);
    for (size_t i = 0; i < 2; i++) {
        options[3 + 257 * i] = 12;
        options[4 + 257 * i] = 255;
        memset(options + 5 + 257 * i, 'x', 255);
    }
    message = read_ok(build(1, cursor_over(options, sizeof(options))));
    ck_assert_uint_eq(message.host.length, 255);
    ck_assert_uint_eq(strlen(message.host.text), 255);
}
END_TEST

START_TEST(other_messages_are_told_apart)
{
    struct dhcp_message message;
    struct cursor payload = build(3, BYTES("\x35\1\1\xff"));

    ck_assert_int_eq(dhcp_read(payload, &message), TATTLER_MALFORMED); /* no operation */
    payload = build(1, BYTES("\x0c\1x\xff"));
    ck_assert_int_eq(dhcp_read(payload, &message), TATTLER_MALFORMED); /* no type */
    payload = build(1, BYTES("\x35\2\1\1\xff"));
    ck_assert_int_eq(dhcp_read(payload, &message), TATTLER_MALFORMED);
    payload = build(1, BYTES("\x35\1\1\xff"));
    packet[1] = 6; /* hardware */
    ck_assert_int_eq(dhcp_read(payload, &message), TATTLER_UNSUPPORTED);
    payload = build(1, BYTES("\x35\1\1\xff"));
    packet[239] = 0; /* BOOTP: another cookie */
    ck_assert_int_eq(dhcp_read(payload, &message), TATTLER_UNSUPPORTED);
}
END_TEST

/* Ends at the heap block's edge so a sanitizer sees overreads. */
START_TEST(every_cut_request_is_read_as_far_as_it_goes)
{
    size_t length = (size_t)_i;
    uint8_t *block = malloc(length + 1), *cut = block + 1;
    struct dhcp_message message;
    enum tattler_status status, expected = TATTLER_OK;

    (void)build(1, BYTES(request_options));
    memcpy(cut, packet, length);
    if (length < FIXED_SIZE)
        expected = TATTLER_TRUNCATED;
    else if (length < FIXED_SIZE + 3)
        expected = TATTLER_MALFORMED;
    status = dhcp_read(cursor_over(cut, length), &message);
    ck_assert_int_eq(status, expected);
    if (status == TATTLER_OK)
        ck_assert(message.host.length == 0 || strcmp(message.host.text, "kitchen-plug") == 0);
    free(block);
}
END_TEST

static const char solicit[] =
    "\1\x10\x20\x30"
    "\0\1\0\x0e\0\1\0\1\x2a\0\0\0\2\0\0\0\0\7"         /* client: DUID-LLT */
    "\0\x08\0\2\0\0"                                   /* elapsed time */
    "\0\x10\0\x10\0\0\1\x37\0\4MSFT\0\4more"           /* vendor class */
    "\0\x27\0\x0a\0\4plug\3lan";                       /* name without the root: partial */

static struct dhcp6_message read6_ok(struct cursor payload)
{
    struct dhcp6_message message;

    ck_assert_int_eq(dhcp6_read(payload, &message), TATTLER_OK);
    return message;
}

START_TEST(a_solicit_tells_who_asks)
{
    struct dhcp6_message message = read6_ok(BYTES(solicit));

    ck_assert_uint_eq(message.type, DHCP6_SOLICIT);
    ck_assert_uint_eq(message.transaction, 0x102030);
    ck_assert(message.has_mac);
    check_mac(message.mac, "02:00:00:00:00:07");
    ck_assert_str_eq(message.vendor.text, "MSFT");
    ck_assert_str_eq(message.fqdn.text, "plug.lan");
}
END_TEST

/* RFC 3646 section 3. */
START_TEST(a_reply_tells_the_resolvers)
{
    struct dhcp6_message message = read6_ok(BYTES("\7\0\0\0\0\x17\0\x28"
            "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53"
            "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x35" "\1\2\3\4\5\6\7\x08"));

    ck_assert_uint_eq(message.type, 7);
    ck_assert_uint_eq(message.resolvers.count, 2);
    check_address(message.resolvers.items[0], "2001:db8::53");
    check_address(message.resolvers.items[1], "fd00::35");
}
END_TEST

START_TEST(only_link_layer_identifiers_give_an_address)
{
    struct dhcp6_message message = read6_ok(BYTES("\3\0\0\0\0\1\0\x0a\0\3\0\1\2\0\0\0\0\7"));

    ck_assert(message.has_mac);
    check_mac(message.mac, "02:00:00:00:00:07");
    message = read6_ok(BYTES("\3\0\0\0\0\1\0\x0a\0\4\0\1\2\0\0\0\0\7")); /* UUID */
    ck_assert(!message.has_mac);
    message = read6_ok(BYTES("\3\0\0\0\0\1\0\x0a\0\3\0\x1b\2\0\0\0\0\7")); /* other hardware */
    ck_assert(!message.has_mac);
    message = read6_ok(BYTES("\3\0\0\0\0\1\0\x0b\0\3\0\1\2\0\0\0\0\7\7")); /* too long */
    ck_assert(!message.has_mac);
    message = read6_ok(BYTES("\7\0\0\0\0\2\0\x0a\0\3\0\1\2\0\0\0\0\7")); /* the server's */
    ck_assert(!message.has_mac);
}
END_TEST

START_TEST(relayed_and_unknown_messages_are_not_supported)
{
    struct dhcp6_message message;

    ck_assert_int_eq(dhcp6_read(BYTES("\x0c\0\0\0"), &message), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(dhcp6_read(BYTES("\0\0\0\0"), &message), TATTLER_UNSUPPORTED);
}
END_TEST

START_TEST(every_cut_solicit_is_read_as_far_as_it_goes)
{
    size_t length = (size_t)_i;
    uint8_t *block = malloc(length + 1), *cut = block + 1;
    struct dhcp6_message message;
    enum tattler_status status;

    memcpy(cut, solicit, length);
    status = dhcp6_read(cursor_over(cut, length), &message);
    ck_assert_int_eq(status, length < 4 ? TATTLER_TRUNCATED : TATTLER_OK);
    if (status == TATTLER_OK) {
        ck_assert_int_eq(message.has_mac, length >= 22);
        ck_assert_uint_eq(message.fqdn.length, 0);
    }
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dhcp");
    TCase *cases = tcase_create("dhcp");

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, a_request_tells_who_asks);
    tcase_add_test(cases, who_gives_a_way_leads);
    tcase_add_test(cases, an_acknowledgement_tells_the_address);
    tcase_add_test(cases, what_is_said_of_the_network_is_the_same_in_any_order_and_for_any_lease);
    tcase_add_test(cases, an_acknowledgement_tells_the_resolvers);
    tcase_add_test(cases, the_first_four_resolvers_are_kept);
    tcase_add_test(cases, half_a_resolver_is_none);
    tcase_add_loop_test(cases, every_cut_acknowledgement_is_read_as_far_as_it_goes, 0,
            (int)sizeof(acknowledge_options) - 3);
    tcase_add_test(cases, overloaded_fields_hold_more_options);
    tcase_add_test(cases, encoded_domain_names_become_text);
    tcase_add_test(cases, text_is_kept_as_sent);
    tcase_add_test(cases, long_texts_are_cut_at_the_cap);
    tcase_add_test(cases, other_messages_are_told_apart);
    tcase_add_loop_test(cases, every_cut_request_is_read_as_far_as_it_goes, 0,
            FIXED_SIZE + (int)sizeof(request_options) - 1);
    tcase_add_test(cases, a_solicit_tells_who_asks);
    tcase_add_test(cases, a_reply_tells_the_resolvers);
    tcase_add_test(cases, only_link_layer_identifiers_give_an_address);
    tcase_add_test(cases, relayed_and_unknown_messages_are_not_supported);
    tcase_add_loop_test(cases, every_cut_solicit_is_read_as_far_as_it_goes, 0,
            (int)sizeof(solicit) - 1);
    return run_suite(suite);
}
