/* Two servers of DHCP, and what only looks like two. */
#include "track/leases.h"

#include "run_suite.h"
#include "scene.h"

static struct leases leases;
static struct lease_rivals rivals;
static uint64_t now_us;

static void set_up(void)
{
    leases_init(&leases);
    now_us = 1700000000 * SECOND;
}

static void tear_down(void)
{
    leases_destroy(&leases);
}

static struct address server(unsigned number)
{
    const uint8_t bytes[4] = { 192, 168, 1, (uint8_t)number };

    return address_from_v4(bytes);
}

static bool answers_by(unsigned number, unsigned mac, uint64_t terms, unsigned client,
        uint32_t transaction)
{
    struct lease_answer answer = {
        .transaction = transaction,
        .client = { { 2, 0, 0, 0, 0, (uint8_t)client } },
        .server = { .address = server(number) },
        .terms = terms,
        .time_us = now_us,
    };

    if (mac != 0)
        answer.server.mac = (struct mac){ { 2, 0, 0, 0, 1, (uint8_t)mac } };
    return leases_note(&leases, &answer, &rivals);
}

/* Server 192.168.1.'number' answers this question of the client, in its way; its frames show no MAC. */
static bool answers(unsigned number, unsigned client, uint32_t transaction)
{
    return answers_by(number, 0, number, client, transaction);
}

static void assert_newer(unsigned number)
{
    struct address newer = server(number);

    ck_assert(!rivals.alike);
    ck_assert(address_equal(&rivals.newer.address, &newer));
}

START_TEST(one_server_answers_as_often_as_it_likes)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 8, 101));
}
END_TEST

START_TEST(of_two_the_later_one_intrudes_whoever_is_quicker)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 8, 101));
    ck_assert(answers(66, 8, 101));
    assert_newer(66);
    ck_assert(!answers(66, 9, 102));
    ck_assert(answers(1, 9, 102));
    assert_newer(66);
}
END_TEST

START_TEST(two_that_show_together_are_alike_for_good)
{
    ck_assert(!answers(66, 7, 100));
    ck_assert(answers(1, 7, 100));
    ck_assert(rivals.alike);
    ck_assert(!answers(1, 8, 101));
    ck_assert(answers(66, 8, 101));
    ck_assert(rivals.alike);
}
END_TEST

START_TEST(another_question_client_or_time_is_no_rivalry)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(2, 7, 101)); /* a router that was replaced */
    ck_assert(!answers(2, 8, 100)); /* another network */
    now_us += LEASE_ANSWERED_S * SECOND;
    ck_assert(!answers(2, 7, 100));
    now_us -= 3600 * SECOND;
    ck_assert(!answers(1, 7, 100)); /* the clock stepped back */
}
END_TEST

START_TEST(who_finds_no_room_counts_as_the_latest)
{
    for (unsigned i = 1; i <= LEASE_SERVERS_MAX; i++)
        ck_assert(!answers(i, 7, i));
    ck_assert(!answers(66, 7, 100));
    ck_assert_uint_eq(leases_refused(&leases), 1);
    ck_assert(answers(LEASE_SERVERS_MAX, 7, 100));
    assert_newer(66);
    ck_assert_uint_eq(leases_refused(&leases), 1);
}
END_TEST

START_TEST(questions_make_room_for_later_ones)
{
    ck_assert(!answers(1, 7, 100));
    for (uint32_t i = 0; i < LEASE_QUESTIONS_MAX; i++)
        ck_assert(!answers(1, 8, 200 + i));
    ck_assert(!answers(66, 7, 100));
    ck_assert(answers(66, 8, 200 + LEASE_QUESTIONS_MAX - 1));
}
END_TEST

START_TEST(who_takes_the_address_of_the_server_is_another_one)
{
    ck_assert(!answers_by(1, 1, 10, 7, 100));
    ck_assert(!answers_by(1, 1, 10, 8, 101));
    ck_assert(answers_by(1, 66, 20, 8, 101));
    ck_assert(!rivals.alike);
    ck_assert_uint_eq(rivals.newer.mac.bytes[5], 66);
}
END_TEST

START_TEST(a_server_that_answers_by_two_addresses_is_one)
{
    ck_assert(!answers_by(1, 1, 10, 7, 100));
    ck_assert(!answers_by(2, 1, 20, 7, 100));
}
END_TEST

START_TEST(servers_that_say_the_same_of_the_network_are_no_rivals)
{
    ck_assert(!answers_by(1, 1, 10, 7, 100)); /* one stands in for the other */
    ck_assert(!answers_by(2, 2, 10, 7, 100));
    ck_assert(!answers_by(1, 3, 10, 7, 100)); /* behind a repeater with a MAC of its own */
}
END_TEST

/* It offers what the network's own server offers, and sooner; what it gives in the end counts. */
START_TEST(who_says_the_same_at_first_is_told_by_what_it_says_in_the_end)
{
    ck_assert(!answers_by(1, 1, 10, 7, 100));
    ck_assert(!answers_by(66, 66, 10, 8, 101));
    ck_assert(!answers_by(1, 1, 10, 8, 101));
    ck_assert(!answers_by(2, 2, 10, 8, 101));
    ck_assert(answers_by(66, 66, 20, 8, 101));
    assert_newer(66);
    ck_assert_uint_eq(rivals.older.mac.bytes[5], 1);
}
END_TEST

START_TEST(made_up_answers_make_nobody_forget_a_question)
{
    ck_assert(!answers(1, 7, 100));
    ck_assert(!answers(1, 8, 101));
    for (unsigned i = 0; i < 2 * LEASE_QUESTIONS_MAX; i++)
        ck_assert(!answers(66, 9, 200 + i));
    ck_assert(answers(66, 8, 101));
    assert_newer(66);
}
END_TEST

START_TEST(without_a_mac_a_server_is_known_by_its_address)
{
    ck_assert(!answers_by(1, 1, 10, 7, 100));
    ck_assert(!answers_by(1, 0, 20, 7, 100));
    ck_assert(answers_by(2, 0, 20, 7, 100));
}
END_TEST

/* --- in the engine --- */

static struct scene scene;

/* An offer in the name of 192.168.1.1, sent from its address by the frame of 'mac', NULL: a link without
 * MACs; the way out is 192.168.1.'router'. */
static void offer(const struct mac *mac, uint8_t router, uint8_t assigned, uint32_t transaction)
{
    uint8_t message[240 + 16] = { 2, 1, 6, [7] = (uint8_t)transaction, [16] = 192, 168, 1, assigned, [28] = 2,
        [33] = 7, [236] = 0x63, 0x82, 0x53, 0x63, 53, 1, 2, 54, 4, 192, 168, 1, 1, 3, 4, 192, 168, 1, router,
        255 };
    struct packet_view packet = packet_from(&scene, ROUTER, 67, "255.255.255.255", 68, UDP);
    static struct flow *flow;

    packet.from_mac = mac;
    packet.payload = cursor_over(message, sizeof(message));
    if (transaction == 1)
        flow = begin(&scene, &packet);
    else
        flow_packet(scene.worker, flow, &packet);
    if (transaction == 0)
        flow_close(scene.engine, flow);
}

/* Is the device with this address told to hand out addresses, after two questions? Both servers answer the
 * second. */
static bool is_told(const char *device, const struct mac *second, uint8_t router, uint8_t assigned)
{
    struct feature_value value;
    struct flow *flow;
    bool told;

    scene_open(&scene);
    offer(second != NULL ? &router_mac : NULL, 1, 100, 1);
    offer(second != NULL ? &router_mac : NULL, 1, 100, 0x20);
    offer(second, router, assigned, 0x20);
    flow = connect_from(&scene, device, REMOTE, 443);
    told = known(flow, "dhcp_claimed", &value);
    flow_close(scene.engine, flow);
    offer(second, 1, 100, 0);
    scene_close(&scene);
    return told;
}

START_TEST(who_answers_in_the_name_of_the_server_is_told_by_its_frames)
{
    static const struct mac intruder = { { 2, 0, 0, 0, 0, 10 } }; /* DEVICE's */

    ck_assert(is_told(DEVICE, &intruder, 10, 110));
    ck_assert(!is_told(ROUTER, &intruder, 10, 110));
    ck_assert(!is_told(DEVICE, &intruder, 1, 100)); /* a repeater passes the answer on */
    ck_assert(!is_told(DEVICE, &router_mac, 10, 110));
    ck_assert(!is_told(DEVICE, NULL, 10, 110));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("leases");
    TCase *tests = tcase_create("leases");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, one_server_answers_as_often_as_it_likes);
    tcase_add_test(tests, of_two_the_later_one_intrudes_whoever_is_quicker);
    tcase_add_test(tests, two_that_show_together_are_alike_for_good);
    tcase_add_test(tests, another_question_client_or_time_is_no_rivalry);
    tcase_add_test(tests, who_finds_no_room_counts_as_the_latest);
    tcase_add_test(tests, questions_make_room_for_later_ones);
    tcase_add_test(tests, who_takes_the_address_of_the_server_is_another_one);
    tcase_add_test(tests, a_server_that_answers_by_two_addresses_is_one);
    tcase_add_test(tests, servers_that_say_the_same_of_the_network_are_no_rivals);
    tcase_add_test(tests, who_says_the_same_at_first_is_told_by_what_it_says_in_the_end);
    tcase_add_test(tests, made_up_answers_make_nobody_forget_a_question);
    tcase_add_test(tests, without_a_mac_a_server_is_known_by_its_address);
    tcase_add_test(tests, who_answers_in_the_name_of_the_server_is_told_by_its_frames);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
