#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define START_US (1000 * SECOND)
#define SYN PACKET_TCP_SYN
#define ACK PACKET_TCP_ACK
#define FIN PACKET_TCP_FIN
#define RST PACKET_TCP_RST
#define A "192.0.2.1"
#define B "198.51.100.2"

static struct connections *connections;
static unsigned ends[4]; /* by enum connection_end */
static uint64_t last_ended;
static uint64_t now_us;
static bool is_new, to_server;

static void note_end(void *user, struct connection *connection, enum connection_end why)
{
    (void)user;
    ends[why]++;
    last_ended = connection->id;
}

static void start(size_t max)
{
    connections = connections_new(max, note_end, NULL);
    ck_assert_ptr_nonnull(connections);
}

static void set_up(void)
{
    memset(ends, 0, sizeof(ends));
    now_us = START_US;
    start(100);
}

static void tear_down(void)
{
    connections_free(connections);
}

static struct packet packet_of(uint8_t protocol, const char *source, uint16_t source_port,
        const char *destination, uint16_t destination_port)
{
    struct packet packet = { .kind = PACKET_UDP, .bytes = 60, .ip_version = 4,
        .protocol = protocol, .src_port = source_port, .dst_port = destination_port };

    if (protocol == PACKET_PROTOCOL_TCP)
        packet.kind = PACKET_TCP;
    else if (protocol != PACKET_PROTOCOL_UDP)
        packet.kind = PACKET_IP;
    ck_assert(address_parse(source, &packet.src));
    ck_assert(address_parse(destination, &packet.dst));
    return packet;
}

static struct packet tcp(bool from_a, uint8_t flags, uint32_t seq)
{
    struct packet packet = from_a ? packet_of(PACKET_PROTOCOL_TCP, A, 5000, B, 80)
                                  : packet_of(PACKET_PROTOCOL_TCP, B, 80, A, 5000);

    packet.tcp.flags = flags;
    packet.tcp.seq = seq;
    return packet;
}

static struct packet udp(bool from_a)
{
    return from_a ? packet_of(PACKET_PROTOCOL_UDP, A, 5000, B, 53)
                  : packet_of(PACKET_PROTOCOL_UDP, B, 53, A, 5000);
}

static struct packet icmp(bool from_a, uint8_t type, uint8_t code)
{
    struct packet packet = from_a ? packet_of(PACKET_PROTOCOL_ICMP, A, 0, B, 0)
                                  : packet_of(PACKET_PROTOCOL_ICMP, B, 0, A, 0);

    packet.kind = PACKET_ICMP;
    packet.icmp = (struct packet_icmp){ .type = type, .code = code };
    return packet;
}

static struct connection *see_in(struct packet packet, unsigned depth)
{
    struct connection *connection =
            connections_find(connections, &packet, depth, now_us, &is_new, &to_server);

    if (connection != NULL)
        connections_update(connections, connection, &packet, to_server, now_us);
    return connection;
}

static struct connection *see(struct packet packet)
{
    return see_in(packet, 0);
}

static void assert_made(struct packet packet)
{
    ck_assert_ptr_nonnull(see(packet));
    ck_assert(is_new);
}

static void assert_found(struct packet packet)
{
    ck_assert_ptr_nonnull(see(packet));
    ck_assert(!is_new);
}

/* --- directions and keys --- */

START_TEST(both_directions_are_one_flow)
{
    struct connection *connection;

    assert_made(udp(true));
    ck_assert(to_server);
    connection = see(udp(false));
    ck_assert(!is_new);
    ck_assert(!to_server);
    see(udp(true));
    ck_assert(to_server);
    ck_assert_uint_eq(connection->packets[0], 2);
    ck_assert_uint_eq(connection->packets[1], 1);
    ck_assert_uint_eq(connection->bytes[0], 120);
    ck_assert_uint_eq(connection->source_port, 5000);
    ck_assert_uint_eq(connections_count(connections), 1);
}
END_TEST

START_TEST(both_directions_of_equal_ports_are_told_apart)
{
    assert_made(packet_of(PACKET_PROTOCOL_UDP, B, 123, A, 123));
    ck_assert(to_server);
    assert_found(packet_of(PACKET_PROTOCOL_UDP, A, 123, B, 123));
    ck_assert(!to_server);
}
END_TEST

START_TEST(a_flow_to_itself_has_two_directions)
{
    assert_made(packet_of(PACKET_PROTOCOL_UDP, A, 6000, A, 5000));
    ck_assert(to_server);
    assert_found(packet_of(PACKET_PROTOCOL_UDP, A, 5000, A, 6000));
    ck_assert(!to_server);
}
END_TEST

/* Whichever of them are kept at hand, of which some share a place: found each time, and nothing is left
 * of one that has ended. */
START_TEST(many_flows_in_turn_are_each_found)
{
    enum { FLOWS = 1000, ROUNDS = 6 };

    connections_free(connections);
    start(FLOWS);
    for (unsigned round = 0; round < ROUNDS; round++)
        for (uint16_t i = 0; i < FLOWS; i++) {
            bool from_a = round % 2 == 0;
            const char *source = from_a ? A : B, *destination = from_a ? B : A;
            uint16_t port = (uint16_t)(1000 + i);
            struct connection *connection = see(packet_of(PACKET_PROTOCOL_UDP, source,
                    from_a ? port : 53, destination, from_a ? 53 : port));

            ck_assert(is_new == (round == 0));
            ck_assert(to_server == from_a);
            ck_assert_uint_eq(connection->id, i + 1u);
        }
    now_us += 1000 * SECOND;
    assert_made(packet_of(PACKET_PROTOCOL_UDP, A, 1500, B, 53));
    ck_assert_uint_eq(ends[END_TIMEOUT], FLOWS);
}
END_TEST

START_TEST(whatever_is_in_the_key_separates_flows)
{
    struct packet packets[] = { udp(true), udp(true), udp(true), udp(true), udp(true),
        packet_of(PACKET_PROTOCOL_TCP, A, 5000, B, 53),
        packet_of(PACKET_PROTOCOL_UDP, A, 5001, B, 53),
        packet_of(PACKET_PROTOCOL_UDP, A, 5000, B, 54),
        packet_of(PACKET_PROTOCOL_UDP, "192.0.2.3", 5000, B, 53),
        packet_of(PACKET_PROTOCOL_UDP, A, 53, B, 5000) };

    packets[1].vlan_count = 1;
    packets[1].vlans[0] = 10;
    packets[2].vlan_count = 1;
    packets[2].vlans[0] = 20;
    packets[3].vlan_count = 2;
    packets[3].vlans[0] = 10;
    packets[3].vlans[1] = 20;
    for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
        ck_assert_ptr_nonnull(see_in(packets[i], i == 4 ? 1 : 0));
        ck_assert_msg(is_new, "packet %zu", i);
    }
    for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
        ck_assert_ptr_nonnull(see_in(packets[i], i == 4 ? 1 : 0));
        ck_assert(!is_new);
        ck_assert(to_server);
    }
}
END_TEST

static struct packet tagged(struct packet packet, uint16_t vlan)
{
    packet.vlans[packet.vlan_count++] = vlan;
    return packet;
}

/* As a mirror port shows that tags one way alone, or each way otherwise. */
START_TEST(answers_with_other_tags_are_of_the_flow_they_answer)
{
    struct connection *connection;

    see(udp(true));
    assert_made(tagged(packet_of(PACKET_PROTOCOL_UDP, B, 53, A, 6000), 100));
    for (unsigned i = 1; i <= 3; i++) {
        connection = see(tagged(udp(false), 100));
        ck_assert(!is_new);
        ck_assert(!to_server);
        ck_assert_uint_eq(connection->packets[1], i);
        assert_found(udp(true));
        ck_assert(to_server);
    }
    assert_made(tagged(tcp(true, SYN, 1), 7));
    connection = see(tagged(tcp(false, SYN | ACK, 1), 100));
    ck_assert(!is_new);
    connection_turn(connection);
    assert_found(tagged(tcp(false, ACK, 2), 100));
    assert_found(tagged(tcp(true, ACK, 2), 7));
}
END_TEST

/* A trunk shows what is routed from one VLAN to the other twice. */
START_TEST(what_goes_the_same_way_in_two_vlans_is_two_flows)
{
    uint64_t first, second;

    see(udp(true)); /* what has no tag is not taken for either */
    first = see(tagged(udp(true), 1))->id;
    second = see(tagged(udp(true), 2))->id;
    ck_assert_uint_ne(first, second);
    ck_assert_uint_eq(see(tagged(udp(false), 2))->id, second);
    ck_assert_uint_eq(see(tagged(udp(false), 1))->id, first);
    assert_made(tagged(tcp(true, SYN, 1), 1));
    assert_made(tagged(tcp(false, SYN, 1), 2));
}
END_TEST

/* Of more VLANs than are remembered each is one by itself, as ever. */
START_TEST(few_vlans_are_tried_for_an_answer)
{
    see(udp(true));
    for (uint16_t vlan = 1; vlan <= 8; vlan++)
        assert_made(tagged(packet_of(PACKET_PROTOCOL_UDP, A, 6000, B, 53), vlan));
    assert_made(tagged(udp(false), 8));
}
END_TEST

START_TEST(a_syn_with_an_ack_makes_its_destination_the_client)
{
    struct connection *connection = see(tcp(false, SYN | ACK, 1));

    ck_assert(is_new);
    ck_assert(!to_server);
    ck_assert_uint_eq(connection->source_port, 5000);
    assert_found(tcp(true, ACK, 1));
    ck_assert(to_server);
}
END_TEST

START_TEST(an_answer_to_a_ping_belongs_to_it)
{
    assert_made(icmp(true, 8, 0));
    assert_found(icmp(false, 0, 0));
    ck_assert(!to_server);
    assert_made(icmp(true, 13, 0));
    assert_found(icmp(false, 14, 0));
    assert_made(icmp(false, 8, 0)); /* a ping back is one of its own */
}
END_TEST

/* Quotes the UDP packet of udp(true). */
static struct packet error_about_udp(uint8_t type)
{
    struct packet packet = icmp(false, type, 3), quoted = udp(true);

    packet.icmp.quotes = true;
    packet.icmp.quoted_protocol = PACKET_PROTOCOL_UDP;
    packet.icmp.quoted_src = quoted.src;
    packet.icmp.quoted_dst = quoted.dst;
    packet.icmp.quoted_src_port = quoted.src_port;
    packet.icmp.quoted_dst_port = quoted.dst_port;
    return packet;
}

START_TEST(an_unreachable_belongs_to_the_flow_it_is_about)
{
    struct connection *connection;

    assert_made(udp(true));
    connection = see(error_about_udp(3));
    ck_assert_ptr_nonnull(connection);
    ck_assert(!is_new);
    ck_assert(!to_server);
    ck_assert_uint_eq(connection->key.protocol, PACKET_PROTOCOL_UDP);
}
END_TEST

START_TEST(an_error_makes_no_flow)
{
    static const uint8_t types[] = { 3, 4, 5, 11, 12 };

    ck_assert_ptr_null(see(error_about_udp(types[_i])));
    ck_assert_ptr_null(see(icmp(true, types[_i], 0)));
    ck_assert_uint_eq(connections_count(connections), 0);
}
END_TEST

/* --- timeouts: Suricata's defaults --- */

static void assert_times_out_after(uint64_t seconds, struct packet packet)
{
    now_us += seconds * SECOND - 1;
    assert_found(packet);
    now_us += seconds * SECOND;
    assert_made(packet);
    ck_assert_uint_eq(ends[END_TIMEOUT], 1);
}

START_TEST(one_sided_flows_time_out_first)
{
    struct packet packets[] = { udp(true), icmp(true, 8, 0),
        packet_of(PACKET_PROTOCOL_GRE, A, 0, B, 0) };

    see(packets[_i]);
    assert_times_out_after(30, packets[_i]);
}
END_TEST

START_TEST(answered_flows_last_longer)
{
    struct packet packets[][2] = { { udp(true), udp(false) },
        { icmp(true, 8, 0), icmp(false, 0, 0) },
        { packet_of(PACKET_PROTOCOL_GRE, A, 0, B, 0),
                packet_of(PACKET_PROTOCOL_GRE, B, 0, A, 0) } };

    see(packets[_i][0]);
    see(packets[_i][1]);
    assert_times_out_after(300, packets[_i][0]);
}
END_TEST

START_TEST(tcp_times_out_by_its_state)
{
    struct connection *connection;

    connection = see(tcp(true, SYN, 1));
    ck_assert_int_eq(connection->state, CONNECTION_NEW);
    if (_i > 0) {
        see(tcp(false, SYN | ACK, 100));
        see(tcp(true, ACK, 2));
        ck_assert_int_eq(connection->state, CONNECTION_ESTABLISHED);
    }
    if (_i > 1) {
        see(tcp(true, RST, 2));
        ck_assert_int_eq(connection->state, CONNECTION_CLOSED);
    }
    assert_times_out_after(_i == 1 ? 600 : 60, tcp(true, ACK, 2));
}
END_TEST

START_TEST(other_traffic_ends_what_has_timed_out)
{
    see(udp(true));
    now_us += 31 * SECOND;
    see(tcp(true, SYN, 1));
    ck_assert_uint_eq(ends[END_TIMEOUT], 1);
    ck_assert_uint_eq(connections_count(connections), 1);
}
END_TEST

START_TEST(a_clock_that_steps_back_ends_nothing)
{
    see(udp(true));
    now_us -= 900 * SECOND;
    assert_found(udp(true));
    ck_assert_uint_eq(connections_count(connections), 1);
}
END_TEST

/* A capture that is older than the one before. */
START_TEST(timeouts_go_on_after_the_clock_stepped_back)
{
    now_us += 900 * SECOND;
    see(tcp(true, SYN, 1));
    connections_end_all(connections);
    now_us -= 900 * SECOND;
    see(udp(true));
    now_us += 31 * SECOND;
    see(tcp(true, SYN, 1));
    ck_assert_uint_eq(ends[END_TIMEOUT], 1);
}
END_TEST

/* --- the end --- */

START_TEST(a_syn_after_the_end_starts_another_flow)
{
    uint64_t id;

    see(tcp(true, SYN, 1));
    see(tcp(false, SYN | ACK, 100));
    see(tcp(true, ACK, 2));
    see(tcp(true, FIN | ACK, 2));
    see(tcp(false, FIN | ACK, 101));
    id = see(tcp(true, ACK, 3))->id;
    assert_found(tcp(true, SYN, 1)); /* a repeated one */
    assert_made(tcp(true, SYN, 9000));
    ck_assert_uint_eq(ends[END_REUSE], 1);
    ck_assert_uint_eq(last_ended, id);
    assert_found(tcp(false, SYN | ACK, 9));
}
END_TEST

START_TEST(flags_are_gathered_by_direction)
{
    struct connection *connection;

    see(tcp(true, SYN, 1));
    see(tcp(false, SYN | ACK, 100));
    connection = see(tcp(true, ACK, 2));
    ck_assert_uint_eq(connection->tcp_flags[0], SYN | ACK);
    ck_assert_uint_eq(connection->tcp_flags[1], SYN | ACK);
    see(tcp(false, RST, 101));
    ck_assert_uint_eq(connection->tcp_flags[1], SYN | ACK | RST);
}
END_TEST

START_TEST(a_full_table_ends_the_flow_idle_for_longest)
{
    uint64_t idle;

    connections_free(connections);
    start(3);
    see(packet_of(PACKET_PROTOCOL_UDP, A, 1, B, 53));
    now_us += SECOND;
    idle = see(tcp(true, SYN, 1))->id;
    now_us += SECOND;
    see(packet_of(PACKET_PROTOCOL_UDP, A, 2, B, 53));
    now_us += SECOND;
    assert_found(packet_of(PACKET_PROTOCOL_UDP, A, 1, B, 53));
    assert_made(packet_of(PACKET_PROTOCOL_UDP, A, 3, B, 53));
    ck_assert_uint_eq(ends[END_CROWDED], 1);
    ck_assert_uint_eq(last_ended, idle);
    ck_assert_uint_eq(connections_crowded_out(connections), 1);
    ck_assert_uint_eq(connections_count(connections), 3);
    assert_found(packet_of(PACKET_PROTOCOL_UDP, A, 1, B, 53));
}
END_TEST

START_TEST(every_flow_ends_once)
{
    see(udp(true));
    see(tcp(true, SYN, 1));
    connections_end_all(connections);
    ck_assert_uint_eq(ends[END_SHUTDOWN], 2);
    ck_assert_uint_eq(connections_count(connections), 0);
    assert_made(udp(true));
    connections_free(connections);
    ck_assert_uint_eq(ends[END_SHUTDOWN], 3);
    start(1);
}
END_TEST

START_TEST(every_flow_has_an_id_of_its_own)
{
    uint64_t before = see(udp(true))->id;

    ck_assert_uint_ne(before, 0);
    ck_assert_uint_ne(see(tcp(true, SYN, 1))->id, before);
}
END_TEST

static Suite *make_suite(void)
{
    const TTest *const tests[] = {
        both_directions_are_one_flow,
        both_directions_of_equal_ports_are_told_apart,
        a_flow_to_itself_has_two_directions,
        many_flows_in_turn_are_each_found,
        whatever_is_in_the_key_separates_flows,
        answers_with_other_tags_are_of_the_flow_they_answer,
        what_goes_the_same_way_in_two_vlans_is_two_flows,
        few_vlans_are_tried_for_an_answer,
        a_syn_with_an_ack_makes_its_destination_the_client,
        an_answer_to_a_ping_belongs_to_it,
        an_unreachable_belongs_to_the_flow_it_is_about,
        other_traffic_ends_what_has_timed_out,
        a_clock_that_steps_back_ends_nothing,
        timeouts_go_on_after_the_clock_stepped_back,
        a_syn_after_the_end_starts_another_flow,
        flags_are_gathered_by_direction,
        a_full_table_ends_the_flow_idle_for_longest,
        every_flow_ends_once,
        every_flow_has_an_id_of_its_own,
    };
    Suite *suite = suite_create("connection");
    TCase *cases = tcase_create("connection");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, an_error_makes_no_flow, 0, 5);
    tcase_add_loop_test(cases, one_sided_flows_time_out_first, 0, 3);
    tcase_add_loop_test(cases, answered_flows_last_longer, 0, 3);
    tcase_add_loop_test(cases, tcp_times_out_by_its_state, 0, 3);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
