/* Who takes the addresses of neighbours that are there, and who only looks like it. */
#include "track/contest.h"

#include <stdio.h>

#include "engine_internal.h"

#include "run_suite.h"
#include "scene.h"

#define ONE "192.168.1.20"
#define OTHER "192.168.1.30"

static struct scene scene;

static void set_up(void)
{
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
}

static void say(const char *host, const char *address, const char *target)
{
    struct address from = at(host);
    struct neighbour_view said = { false, mac_of(&from), at(address), at(target) };

    engine_learn_neighbour(scene.engine, &said, scene.now_us);
}

static bool stands_between(void)
{
    struct flow *flow = connect_from(&scene, DEVICE, REMOTE, 443);
    struct feature_value value;
    bool told = known(flow, "neighbours_claimed", &value);

    flow_close(scene.engine, flow);
    return told;
}

/* Each says who it is; a second later the device claims both addresses. */
static void take(const char *one, const char *other, unsigned times, uint64_t every_us)
{
    for (unsigned i = 0; i < times; i++) {
        say(ONE, one, ROUTER);
        say(OTHER, other, ROUTER);
        scene.now_us += SECOND;
        say(DEVICE, one, ROUTER);
        say(DEVICE, other, ROUTER);
        scene.now_us += every_us;
    }
}

START_TEST(who_takes_the_addresses_of_two_again_and_again_is_told)
{
    take(ONE, OTHER, CONTEST_TAKEN - 1, 2 * SECOND);
    ck_assert(!stands_between());
    take(ONE, OTHER, 1, 2 * SECOND);
    ck_assert(stands_between());
    scene.now_us += HOUR;
    ck_assert(!stands_between());
}
END_TEST

START_TEST(so_it_is_in_ipv6)
{
    take("fe80::20", "fe80::30", CONTEST_TAKEN, 10 * SECOND);
    ck_assert(stands_between());
}
END_TEST

START_TEST(who_takes_many_is_told_by_the_first_two)
{
    for (unsigned i = 0; i < CONTEST_TAKEN; i++) {
        take(ONE, OTHER, 1, SECOND);
        for (unsigned host = 40; host < 60; host++) {
            char address[ADDRESS_TEXT_SIZE];

            snprintf(address, sizeof(address), "192.168.1.%u", host);
            say(address, address, ROUTER);
            say(DEVICE, address, ROUTER);
        }
    }
    ck_assert(stands_between());
}
END_TEST

/* A computer answers at either of its cards for the addresses of both. */
START_TEST(two_addresses_of_one_neighbour_are_none_of_two)
{
    for (unsigned i = 0; i < 9; i++) {
        say(ONE, ONE, ROUTER);
        say(ONE, OTHER, ROUTER);
        scene.now_us += SECOND;
        say(DEVICE, ONE, ROUTER);
        say(DEVICE, OTHER, ROUTER);
    }
    ck_assert(!stands_between());
}
END_TEST

/* The sensor counts who is fought for, not how many of its addresses. */
START_TEST(who_takes_all_addresses_of_two_is_told)
{
    for (unsigned i = 0; i < CONTEST_TAKEN; i++) {
        say(ONE, ONE, ROUTER);
        say(ONE, "fe80::20", ROUTER);
        say(OTHER, OTHER, ROUTER);
        scene.now_us += SECOND;
        say(DEVICE, ONE, ROUTER);
        say(DEVICE, "fe80::20", ROUTER);
        say(DEVICE, OTHER, ROUTER);
    }
    ck_assert(stands_between());
}
END_TEST

/* Linux answers at each card for the addresses of all (arp_ignore=0), first those whose they are or last. */
START_TEST(three_cards_of_a_computer_that_answer_for_each_other_are_none)
{
    static const char *const cards[] = { DEVICE, ONE, OTHER };

    for (unsigned i = 0; i < 90; i++) {
        for (unsigned card = 0; card < 3; card++)
            say(cards[(card + i) % 3], cards[i / 3 % 3], ROUTER);
        scene.now_us += 2 * SECOND;
        ck_assert(!stands_between());
    }
}
END_TEST

/* A proxy answers for who sleeps, each time it falls asleep. */
START_TEST(addresses_that_move_now_and_then_are_not_told)
{
    take(ONE, OTHER, 9, 2 * MINUTE);
    ck_assert(!stands_between());
}
END_TEST

START_TEST(neighbours_that_were_not_seen_again_count_once)
{
    take(ONE, OTHER, 1, SECOND);
    for (unsigned i = 0; i < 9; i++) {
        scene.now_us += SECOND;
        say(DEVICE, ONE, ROUTER);
        say(DEVICE, OTHER, ROUTER);
    }
    ck_assert(!stands_between());
}
END_TEST

static bool has(const char *host, const char *address)
{
    const struct address where = at(address), from = at(host);
    struct mac mac;

    return devices_mac_at(scene.engine->devices, &where, &mac) && mac_equal(&mac, mac_of(&from));
}

START_TEST(an_address_moves_once)
{
    say(ONE, ONE, ROUTER);
    say(DEVICE, ONE, ROUTER);
    ck_assert(has(DEVICE, ONE));
    say(ONE, ONE, ROUTER);
    say(DEVICE, ONE, ROUTER);
    ck_assert(has(ONE, ONE));
    scene.now_us += 2 * MINUTE;
    say(DEVICE, ONE, ROUTER);
    ck_assert(has(DEVICE, ONE));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("contest");
    TCase *tests = tcase_create("contest");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, who_takes_the_addresses_of_two_again_and_again_is_told);
    tcase_add_test(tests, so_it_is_in_ipv6);
    tcase_add_test(tests, who_takes_many_is_told_by_the_first_two);
    tcase_add_test(tests, two_addresses_of_one_neighbour_are_none_of_two);
    tcase_add_test(tests, who_takes_all_addresses_of_two_is_told);
    tcase_add_test(tests, three_cards_of_a_computer_that_answer_for_each_other_are_none);
    tcase_add_test(tests, addresses_that_move_now_and_then_are_not_told);
    tcase_add_test(tests, neighbours_that_were_not_seen_again_count_once);
    tcase_add_test(tests, an_address_moves_once);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
