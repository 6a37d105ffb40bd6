/* Names that hosts say are their own, and how many a device has. */
#include "parse/claim.h"

#include <stdio.h>

#include "run_suite.h"
#include "scene.h"

#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)

#define OWNER "192.168.1.7"
#define OWNED "\xc0\xa8\1\7"
#define OTHER "\xc0\xa8\1\x8"
#define LLMNR(flags, name, data) \
    "\0\1" flags "\0\1\0\1\0\0\0\0" name "\0\1\0\1" name "\0\1\0\1\0\0\0\x1e\0\4" data
#define DESK "\4Desk\0"
/* RFC 1001 section 14.1; the last two letters tell what is named. */
#define NETBIOS_DESK "EEEFFDELCACACACACACACACACACACA"
#define NETBIOS_ALL(flags, name, size, data) \
    "\0\1" flags "\0\0\0\1\0\0\0\0" "\x20" name "\0" "\0\x20\0\1\0\0\0\x1e\0" size data
#define NETBIOS(flags, name, data) NETBIOS_ALL(flags, name, "\6", data)

static const char netbios[] = NETBIOS("\x85\0", NETBIOS_DESK "AA", "\0\0" OWNED);
static char name[CLAIM_NAME_SIZE];

static enum tattler_status read(struct cursor payload)
{
    const struct address sender = at(OWNER);

    return claim_read(payload, &sender, name);
}

static void assert_named(struct cursor payload, const char *expected)
{
    ck_assert_int_eq(read(payload), TATTLER_OK);
    ck_assert_str_eq(name, expected);
}

#define assert_none(payload) ck_assert_int_eq(read(payload), TATTLER_UNSUPPORTED)

START_TEST(a_name_is_the_same_in_both_protocols)
{
    assert_named(BYTES(LLMNR("\x80\0", DESK, OWNED)), "desk");
    assert_named(BYTES(NETBIOS("\x85\0", NETBIOS_DESK "AA", "\0\0" OWNED)), "desk");
    assert_named(BYTES(NETBIOS("\x85\0", NETBIOS_DESK "CA", "\0\0" OWNED)), "desk"); /* its shares */
}
END_TEST

START_TEST(long_names_are_cut_as_for_netbios)
{
    assert_named(BYTES(LLMNR("\x80\0", "\x11" "desktop-in-office\0", OWNED)), "desktop-in-offi");
}
END_TEST

START_TEST(an_address_in_ipv6_counts_as_well)
{
    struct address sender = at("fe80::1");

    ck_assert_int_eq(claim_read(BYTES("\0\1\x80\0\0\0\0\1\0\0\0\0" DESK "\0\x1c\0\1\0\0\0\x1e\0\x10"
                                      "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
                             &sender, name),
            TATTLER_OK);
    ck_assert_str_eq(name, "desk");
}
END_TEST

/* A way around it else: the link brings both, and the address of the other is never the packet's. */
START_TEST(an_address_of_ipv4_may_come_by_ipv6)
{
    struct address sender = at("fe80::1");

    ck_assert_int_eq(claim_read(BYTES(LLMNR("\x80\0", DESK, OWNED)), &sender, name), TATTLER_OK);
    ck_assert_str_eq(name, "desk");
}
END_TEST

START_TEST(one_of_several_addresses_is_enough)
{
    assert_named(BYTES(NETBIOS_ALL("\x85\0", NETBIOS_DESK "AA", "\x0c", "\0\0" OTHER "\0\0" OWNED)), "desk");
}
END_TEST

START_TEST(what_is_another_hosts_does_not_count)
{
    assert_none(BYTES(LLMNR("\x80\0", DESK, OTHER)));
    assert_none(BYTES(NETBIOS("\x85\0", NETBIOS_DESK "AA", "\0\0" OTHER)));
}
END_TEST

START_TEST(groups_and_all_hosts_are_nobodys_own)
{
    assert_none(BYTES(NETBIOS("\x85\0", NETBIOS_DESK "AA", "\x80\0" OWNED)));
    assert_none(BYTES(NETBIOS("\x85\0", NETBIOS_DESK "BN", "\0\0" OWNED))); /* master browser */
    assert_none(BYTES(NETBIOS("\x85\0", "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\0\0" OWNED)));
}
END_TEST

START_TEST(questions_and_refusals_do_not_count)
{
    assert_none(BYTES(LLMNR("\0\0", DESK, OWNED)));
    assert_none(BYTES(LLMNR("\x80\3", DESK, OWNED)));
    assert_none(BYTES(NETBIOS("\xad\0", NETBIOS_DESK "AA", "\0\0" OWNED))); /* to a registration */
    assert_none(BYTES("\0\1\x80\0\0\0\0\0\0\0\0\0"));
}
END_TEST

START_TEST(what_is_no_name_of_netbios_does_not_count)
{
    assert_none(BYTES(NETBIOS("\x85\0", NETBIOS_DESK "A1", "\0\0" OWNED)));
    assert_none(BYTES("\0\1\x85\0\0\0\0\1\0\0\0\0" DESK "\0\x20\0\1\0\0\0\x1e\0\6\0\0" OWNED));
    ck_assert_int_eq(read(BYTES("\0\1\x80\0")), TATTLER_TRUNCATED);
}
END_TEST

/* Ends at the heap block's edge so a sanitizer sees overreads. */
START_TEST(every_cut_message_says_nothing)
{
    size_t length = (size_t)_i;
    uint8_t *block = malloc(length + 1), *cut = block + 1;

    memcpy(cut, netbios, length);
    ck_assert_int_eq(read(cursor_over(cut, length)), length < 12 ? TATTLER_TRUNCATED : TATTLER_UNSUPPORTED);
    free(block);
}
END_TEST

/* --- of a device --- */

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

/* The host tells its address for "host-NUMBER", in a flow of its own as LLMNR does. */
static struct flow *tell(const char *host, unsigned number, bool answers)
{
    static uint8_t bytes[] = "\0\1\x80\0\0\0\0\1\0\0\0\0" "\6host-0\0" "\0\1\0\1\0\0\0\x1e\0\4....";
    const size_t length = sizeof(bytes) - 1;
    struct packet_view packet =
            packet_from(&scene, host, CLAIM_PORT_LLMNR, "192.168.1.30", (uint16_t)(50000 + number), UDP);

    bytes[2] = answers ? 0x80 : 0;
    bytes[18] = (uint8_t)('0' + number);
    memcpy(bytes + length - 4, packet.source.bytes + 12, 4);
    packet.payload = cursor_over(bytes, length);
    return begin(&scene, &packet);
}

static struct flow *answer(const char *host, unsigned number)
{
    return tell(host, number, true);
}

START_TEST(names_are_counted_once_and_told_with_the_answer)
{
    struct flow *flow;

    for (unsigned i = 1; i <= 4; i++) {
        flow_close(scene.engine, answer(DEVICE, i));
        flow = answer(DEVICE, i);
        assert_number(flow, "names_claimed", i);
        ck_assert_uint_ne(flow->changed & CHANGED_FANOUT, 0);
        flow_close(scene.engine, flow);
    }
    scene.now_us += DAY;
    flow = answer(DEVICE, 5);
    assert_number(flow, "names_claimed", 1);
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(who_asks_or_is_a_router_claims_nothing)
{
    struct flow *flow = tell(DEVICE, 1, false);

    assert_unknown(flow, "names_claimed");
    flow_close(scene.engine, flow);
    flow_close(scene.engine, connect_from(&scene, DEVICE, REMOTE, 443)); /* by way of the router */
    flow = answer(ROUTER, 1);
    assert_unknown(flow, "names_claimed");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(what_a_router_claimed_before_it_was_known_as_one_is_forgotten)
{
    struct flow *flow = answer(ROUTER, 1);

    assert_number(flow, "names_claimed", 1);
    flow_close(scene.engine, flow);
    flow_close(scene.engine, connect_from(&scene, DEVICE, REMOTE, 443));
    flow = answer(ROUTER, 2);
    assert_unknown(flow, "names_claimed");
    flow_close(scene.engine, flow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claim");
    TCase *cases = tcase_create("claim"), *devices = tcase_create("devices");

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, a_name_is_the_same_in_both_protocols);
    tcase_add_test(cases, long_names_are_cut_as_for_netbios);
    tcase_add_test(cases, an_address_in_ipv6_counts_as_well);
    tcase_add_test(cases, an_address_of_ipv4_may_come_by_ipv6);
    tcase_add_test(cases, one_of_several_addresses_is_enough);
    tcase_add_test(cases, what_is_another_hosts_does_not_count);
    tcase_add_test(cases, groups_and_all_hosts_are_nobodys_own);
    tcase_add_test(cases, questions_and_refusals_do_not_count);
    tcase_add_test(cases, what_is_no_name_of_netbios_does_not_count);
    tcase_add_loop_test(cases, every_cut_message_says_nothing, 0, (int)sizeof(netbios) - 1);
    suite_add_tcase(suite, devices);
    tcase_add_checked_fixture(devices, set_up, tear_down);
    tcase_add_test(devices, names_are_counted_once_and_told_with_the_answer);
    tcase_add_test(devices, who_asks_or_is_a_router_claims_nothing);
    tcase_add_test(devices, what_a_router_claimed_before_it_was_known_as_one_is_forgotten);
    return run_suite(suite);
}
