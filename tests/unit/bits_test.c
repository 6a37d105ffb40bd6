/* Flowbits and xbits. What is expected follows from Suricata's documentation and its flow-bit.c,
 * host-bit.c and ippair-bit.c. */
#include "detect/match/bits.h"

#include <stdlib.h>

#include "run_suite.h"

#define US_PER_S UINT64_C(1000000)

/* --- flowbits --- */

static struct flow_bits *flow;

static void flow_tear_down(void)
{
    flow_bits_free(flow);
    flow = NULL;
}

static bool flow_has(uint32_t bit)
{
    bool is_set = flow_bits_hold(flow, &(struct rule_flowbit){ &bit, 1, false });

    ck_assert_int_ne(is_set, flow_bits_hold(flow, &(struct rule_flowbit){ &bit, 1, true }));
    return is_set;
}

static void flow_change(enum rule_bit_command command, uint32_t bit)
{
    const struct rule_effect effect = { .command = command, .bits = &bit, .bit_count = 1 };

    ck_assert_int_eq(flow_bits_apply(&flow, &effect), TATTLER_OK);
}

START_TEST(nothing_is_kept_until_a_bit_is_set)
{
    flow_change(BIT_UNSET, 3);
    ck_assert(!flow_has(3));
    ck_assert_ptr_null(flow);
}
END_TEST

START_TEST(flowbits_are_set_unset_and_toggled)
{
    flow_change(BIT_SET, 3);
    flow_change(BIT_SET, 64);
    flow_change(BIT_SET, 1000);
    ck_assert(flow_has(3) && flow_has(64) && flow_has(1000));
    ck_assert(!flow_has(2) && !flow_has(63) && !flow_has(65) && !flow_has(999) && !flow_has(5000));
    flow_change(BIT_SET, 3);
    flow_change(BIT_UNSET, 64);
    flow_change(BIT_TOGGLE, 1000);
    flow_change(BIT_TOGGLE, 7);
    ck_assert(flow_has(3) && !flow_has(64) && !flow_has(1000) && flow_has(7));
}
END_TEST

START_TEST(flowbits_are_gone_through_in_order)
{
    uint32_t bit = 0;

    ck_assert(!flow_bits_next(flow, &bit));
    flow_change(BIT_SET, 64);
    flow_change(BIT_SET, 3);
    ck_assert(flow_bits_next(flow, &bit) && bit == 3);
    ck_assert(flow_bits_next(flow, &bit) && bit == 3);
    bit++;
    ck_assert(flow_bits_next(flow, &bit) && bit == 64);
    bit++;
    ck_assert(!flow_bits_next(flow, &bit));
}
END_TEST

START_TEST(of_several_flowbits_one_is_enough)
{
    static const uint32_t bits[] = { 1, 2 };
    const struct rule_flowbit any = { bits, 2, false }, any_not = { bits, 2, true };

    ck_assert(!flow_bits_hold(flow, &any));
    ck_assert(flow_bits_hold(flow, &any_not));
    flow_change(BIT_SET, 2);
    ck_assert(flow_bits_hold(flow, &any));
    ck_assert(flow_bits_hold(flow, &any_not));
    flow_change(BIT_SET, 1);
    ck_assert(!flow_bits_hold(flow, &any_not));
}
END_TEST

START_TEST(several_flowbits_at_once_are_not_changed)
{
    const struct rule_effect effect = { .command = BIT_SET };

    ck_assert_int_eq(flow_bits_apply(&flow, &effect), TATTLER_OK);
    ck_assert_ptr_null(flow);
}
END_TEST

/* --- xbits --- */

#define MAX_BITS 8
#define A 1
#define B 2
#define C 3

static struct xbits *xbits;
static struct address source, destination;

static void set_up(void)
{
    xbits = xbits_new(MAX_BITS);
    ck_assert_ptr_nonnull(xbits);
}

static void tear_down(void)
{
    xbits_free(xbits);
}

/* A packet from one host to another. */
static struct xbit_packet packet(uint64_t time_s, unsigned from, unsigned to)
{
    source = address_from_v4((uint8_t[]){ 10, 0, (uint8_t)(from / 256), (uint8_t)from });
    destination = address_from_v4((uint8_t[]){ 10, 0, (uint8_t)(to / 256), (uint8_t)to });
    return (struct xbit_packet){ time_s * US_PER_S, &source, &destination };
}

static void change(enum rule_bit_command command, uint32_t bit, enum rule_xbit_track track,
        struct xbit_packet at)
{
    const struct rule_effect effect = { .command = command, .is_xbit = true, .bits = &bit,
        .bit_count = 1, .track = track, .expire_s = 60 };

    xbits_apply(xbits, &effect, &at);
}

static bool has(uint32_t bit, enum rule_xbit_track track, struct xbit_packet at)
{
    bool is_not_set = xbits_hold(xbits, &(struct rule_xbit){ bit, track, true }, &at);
    bool is_set = xbits_hold(xbits, &(struct rule_xbit){ bit, track, false }, &at);

    ck_assert(track == XBIT_NO_TRACK || is_set != is_not_set);
    return is_set;
}

START_TEST(an_xbit_is_that_of_an_address_at_either_end)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, A, B));
    ck_assert(has(1, XBIT_SOURCE, packet(1, A, C)));
    ck_assert(has(1, XBIT_DESTINATION, packet(1, C, A)));
    ck_assert(!has(1, XBIT_DESTINATION, packet(1, A, B)));
    ck_assert(!has(1, XBIT_PAIR, packet(1, A, B)));
    ck_assert(!has(2, XBIT_SOURCE, packet(1, A, B)));
}
END_TEST

START_TEST(an_xbit_of_a_pair_is_that_of_both_directions)
{
    change(BIT_SET, 1, XBIT_PAIR, packet(0, B, A));
    ck_assert(has(1, XBIT_PAIR, packet(1, A, B)));
    ck_assert(has(1, XBIT_PAIR, packet(1, B, A)));
    ck_assert(!has(1, XBIT_PAIR, packet(1, A, C)));
    ck_assert(!has(1, XBIT_SOURCE, packet(1, A, B)));
}
END_TEST

START_TEST(xbits_are_unset_and_toggled)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, A, B));
    change(BIT_SET, 2, XBIT_SOURCE, packet(0, A, B));
    change(BIT_UNSET, 1, XBIT_SOURCE, packet(0, A, B));
    change(BIT_UNSET, 1, XBIT_SOURCE, packet(0, A, B));
    ck_assert(!has(1, XBIT_SOURCE, packet(0, A, B)));
    ck_assert(has(2, XBIT_SOURCE, packet(0, A, B)));
    change(BIT_TOGGLE, 2, XBIT_SOURCE, packet(0, A, B));
    change(BIT_TOGGLE, 3, XBIT_SOURCE, packet(0, A, B));
    ck_assert(!has(2, XBIT_SOURCE, packet(0, A, B)));
    ck_assert(has(3, XBIT_SOURCE, packet(0, A, B)));
    ck_assert_uint_eq(xbits_counters(xbits).bits, 1);
}
END_TEST

START_TEST(an_xbit_is_over_after_its_time)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(100, A, B));
    ck_assert(has(1, XBIT_SOURCE, packet(160, A, B)));
    ck_assert(!has(1, XBIT_SOURCE, packet(161, A, B)));
    ck_assert_uint_eq(xbits_counters(xbits).bits, 0);
    change(BIT_SET, 1, XBIT_SOURCE, packet(200, A, B));
    ck_assert(has(1, XBIT_SOURCE, packet(50, A, B))); /* time stepped back */
}
END_TEST

START_TEST(setting_it_again_does_not_prolong_an_xbit)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, A, B));
    change(BIT_SET, 1, XBIT_SOURCE, packet(50, A, B));
    ck_assert(!has(1, XBIT_SOURCE, packet(61, A, B)));
}
END_TEST

START_TEST(an_xbit_that_is_over_is_in_the_way_until_somebody_asks)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, A, B));
    change(BIT_SET, 1, XBIT_SOURCE, packet(61, A, B));
    ck_assert(!has(1, XBIT_SOURCE, packet(62, A, B)));
    change(BIT_SET, 1, XBIT_SOURCE, packet(63, A, B));
    ck_assert(has(1, XBIT_SOURCE, packet(64, A, B)));
}
END_TEST

START_TEST(toggling_an_xbit_that_is_over_removes_it)
{
    change(BIT_SET, 1, XBIT_PAIR, packet(0, A, B));
    change(BIT_TOGGLE, 1, XBIT_PAIR, packet(61, B, A));
    ck_assert_uint_eq(xbits_counters(xbits).bits, 0);
}
END_TEST

/* An address is forgotten as a whole. */
START_TEST(tidying_forgets_addresses_whose_bits_are_all_over)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, A, B));
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, B, A));
    change(BIT_SET, 2, XBIT_SOURCE, packet(30, B, A));
    xbits_tidy(xbits, 61 * US_PER_S);
    ck_assert_uint_eq(xbits_counters(xbits).bits, 2);
    change(BIT_SET, 1, XBIT_SOURCE, packet(62, A, B));
    ck_assert(has(1, XBIT_SOURCE, packet(63, A, B)));
    change(BIT_SET, 1, XBIT_SOURCE, packet(62, B, A));
    ck_assert(!has(1, XBIT_SOURCE, packet(63, B, A)));
}
END_TEST

START_TEST(without_a_track_no_xbit_is_set_or_holds)
{
    change(BIT_SET, 1, XBIT_NO_TRACK, packet(0, A, B));
    ck_assert_uint_eq(xbits_counters(xbits).bits, 0);
    ck_assert(!has(1, XBIT_NO_TRACK, packet(0, A, B)));
}
END_TEST

START_TEST(a_full_table_gives_up_the_address_that_came_first)
{
    change(BIT_SET, 1, XBIT_SOURCE, packet(0, A, B));
    change(BIT_SET, 2, XBIT_SOURCE, packet(0, A, B));
    for (unsigned host = 10; host < 10 + MAX_BITS - 1; host++)
        change(BIT_SET, 1, XBIT_SOURCE, packet(1, host, B));
    ck_assert_uint_eq(xbits_counters(xbits).evicted, 2);
    ck_assert_uint_eq(xbits_counters(xbits).bits, MAX_BITS - 1);
    ck_assert(!has(1, XBIT_SOURCE, packet(1, A, B)));
    ck_assert(has(1, XBIT_SOURCE, packet(1, 10, B)));
}
END_TEST

START_TEST(an_address_may_fill_the_table_by_itself)
{
    for (uint32_t bit = 0; bit <= MAX_BITS; bit++)
        change(BIT_SET, bit, XBIT_SOURCE, packet(0, A, B));
    ck_assert_uint_eq(xbits_counters(xbits).evicted, MAX_BITS);
    ck_assert_uint_eq(xbits_counters(xbits).bits, 1);
    ck_assert(has(MAX_BITS, XBIT_SOURCE, packet(0, A, B)));
}
END_TEST

START_TEST(xbits_that_are_over_make_room_in_silence)
{
    for (unsigned host = 0; host < 1000; host++)
        change(BIT_SET, 1, XBIT_PAIR, packet(host * 30, host, 2000));
    ck_assert_uint_eq(xbits_counters(xbits).evicted, 0);
    ck_assert_uint_eq(xbits_counters(xbits).bits, MAX_BITS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bits");
    TCase *flowbits = tcase_create("flowbits"), *cases = tcase_create("xbits");

    suite_add_tcase(suite, flowbits);
    tcase_add_checked_fixture(flowbits, NULL, flow_tear_down);
    tcase_add_test(flowbits, nothing_is_kept_until_a_bit_is_set);
    tcase_add_test(flowbits, flowbits_are_set_unset_and_toggled);
    tcase_add_test(flowbits, flowbits_are_gone_through_in_order);
    tcase_add_test(flowbits, of_several_flowbits_one_is_enough);
    tcase_add_test(flowbits, several_flowbits_at_once_are_not_changed);
    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, an_xbit_is_that_of_an_address_at_either_end);
    tcase_add_test(cases, an_xbit_of_a_pair_is_that_of_both_directions);
    tcase_add_test(cases, xbits_are_unset_and_toggled);
    tcase_add_test(cases, an_xbit_is_over_after_its_time);
    tcase_add_test(cases, setting_it_again_does_not_prolong_an_xbit);
    tcase_add_test(cases, an_xbit_that_is_over_is_in_the_way_until_somebody_asks);
    tcase_add_test(cases, toggling_an_xbit_that_is_over_removes_it);
    tcase_add_test(cases, tidying_forgets_addresses_whose_bits_are_all_over);
    tcase_add_test(cases, without_a_track_no_xbit_is_set_or_holds);
    tcase_add_test(cases, a_full_table_gives_up_the_address_that_came_first);
    tcase_add_test(cases, an_address_may_fill_the_table_by_itself);
    tcase_add_test(cases, xbits_that_are_over_make_room_in_silence);
    return run_suite(suite);
}
