#include "defrag.h"

#include <stdlib.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)

static struct defrag *defrag;
static struct defrag_rebuilt rebuilt;
static uint8_t bytes[1024]; /* of the fragment at hand */

static void set_up(void)
{
    defrag = defrag_new();
    ck_assert_ptr_nonnull(defrag);
}

static void tear_down(void)
{
    defrag_free(defrag);
}

/* A piece of a datagram as it would be on the wire. */
struct piece {
    uint16_t id;
    uint16_t offset;
    bool more;
    const char *data;
};

/* From 192.0.2.1 to 198.51.100.2, UDP. */
static struct packet ipv4(struct piece piece)
{
    static const uint8_t header[20] = { 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198,
        51, 100, 2 };
    size_t len = strlen(piece.data);
    struct packet packet;

    memcpy(bytes, header, sizeof(header));
    memcpy(bytes + sizeof(header), piece.data, len);
    bytes[2] = (uint8_t)((sizeof(header) + len) >> 8);
    bytes[3] = (uint8_t)(sizeof(header) + len);
    bytes[4] = (uint8_t)(piece.id >> 8);
    bytes[5] = (uint8_t)piece.id;
    bytes[6] = (uint8_t)((piece.more ? 0x20 : 0) | piece.offset >> 11);
    bytes[7] = (uint8_t)(piece.offset >> 3);
    ck_assert_int_eq(
            packet_decode(PACKET_LINK_IPV4, cursor_over(bytes, sizeof(header) + len), &packet),
            TATTLER_OK);
    ck_assert_int_eq(packet.kind, PACKET_FRAGMENT);
    return packet;
}

/* From 2001:db8::1 to 2001:db8::2, UDP, with a hop-by-hop header before the fragment header. */
static struct packet ipv6(struct piece piece)
{
    static const uint8_t header[40] = { 0x60, [6] = 0, 64, 0x20, 0x01, 0x0d, 0xb8, [23] = 1, 0x20,
        0x01, 0x0d, 0xb8, [39] = 2 };
    static const uint8_t hop_by_hop[8] = { 44, 0, 1, 4 };
    uint8_t fragment[8] = { 17, 0, (uint8_t)(piece.offset >> 8),
        (uint8_t)(piece.offset | piece.more), 0, 0, (uint8_t)(piece.id >> 8), (uint8_t)piece.id };
    size_t len = strlen(piece.data);
    struct packet packet;

    memcpy(bytes, header, 40);
    memcpy(bytes + 40, hop_by_hop, 8);
    memcpy(bytes + 48, fragment, 8);
    memcpy(bytes + 56, piece.data, len);
    bytes[4] = (uint8_t)((16 + len) >> 8);
    bytes[5] = (uint8_t)(16 + len);
    ck_assert_int_eq(packet_decode(PACKET_LINK_IPV6, cursor_over(bytes, 56 + len), &packet),
            TATTLER_OK);
    ck_assert_int_eq(packet.kind, PACKET_FRAGMENT);
    return packet;
}

static enum tattler_status add(struct packet packet, uint64_t now_us)
{
    return defrag_add(defrag, &packet, 0, now_us, &rebuilt);
}

/* UDP from port 0x3030 to 0x3131 with a length of 0x0114 = 276. */
static const char header_8[] = "00" "11" "\x01\x14" "xx";

static void assert_payload(const char *text)
{
    struct packet packet;

    ck_assert_int_eq(packet_decode(rebuilt.link_type, rebuilt.datagram, &packet), TATTLER_OK);
    ck_assert_int_eq(packet.kind, PACKET_UDP);
    ck_assert_uint_eq(packet.src_port, 0x3030);
    ck_assert_uint_eq(packet.dst_port, 0x3131);
    ck_assert_uint_ge(packet.payload.left, strlen(text));
    ck_assert_mem_eq(packet.payload.at, text, strlen(text));
}

/* The UDP header above and 268 bytes, in three pieces: 8 + 256 + 12. */
static const struct piece *three_pieces(uint16_t id)
{
    static char middle[257];
    static struct piece pieces[3];

    memset(middle, 'm', 256);
    pieces[0] = (struct piece){ id, 0, true, header_8 };
    pieces[1] = (struct piece){ id, 8, true, middle };
    pieces[2] = (struct piece){ id, 264, false, "the last one" };
    return pieces;
}

START_TEST(pieces_are_put_together_in_any_order)
{
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
        { 2, 0, 1 }, { 2, 1, 0 } };
    const struct piece *pieces = three_pieces(7);

    for (int i = 0; i < 3; i++) {
        struct piece piece = pieces[orders[_i % 6][i]];

        ck_assert_int_eq(add(_i < 6 ? ipv4(piece) : ipv6(piece), 0),
                i == 2 ? TATTLER_OK : TATTLER_TRUNCATED);
    }
    ck_assert_uint_eq(rebuilt.datagram.left, (_i < 6 ? 20 : 48) + 276);
    assert_payload("mmmmmmmm");
    ck_assert_mem_eq(rebuilt.datagram.at + rebuilt.datagram.left - 12, "the last one", 12);
    ck_assert_uint_eq(defrag_counters(defrag)->rebuilt, 1);
}
END_TEST

START_TEST(datagrams_do_not_mix)
{
    const struct piece *pieces = three_pieces(7);
    struct packet packet;

    ck_assert_int_eq(add(ipv4(pieces[0]), 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4(pieces[1]), 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4(three_pieces(8)[2]), 0), TATTLER_TRUNCATED); /* another id */
    packet = ipv4(three_pieces(7)[2]);
    packet.vlan_count = 1;
    packet.vlans[0] = 5;
    ck_assert_int_eq(add(packet, 0), TATTLER_TRUNCATED);
    packet = ipv4(three_pieces(7)[2]);
    ck_assert_int_eq(defrag_add(defrag, &packet, 1, 0, &rebuilt), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(packet, 0), TATTLER_OK);
}
END_TEST

START_TEST(repeated_pieces_do_no_harm)
{
    const struct piece *pieces = three_pieces(7);

    for (int i = 0; i < 2; i++)
        for (int again = 0; again < 2; again++)
            ck_assert_int_eq(add(_i == 0 ? ipv4(pieces[i]) : ipv6(pieces[i]), 0),
                    TATTLER_TRUNCATED);
    ck_assert_int_eq(add(_i == 0 ? ipv4(pieces[2]) : ipv6(pieces[2]), 0), TATTLER_OK);
    ck_assert_uint_eq(defrag_counters(defrag)->overlapping, 2);
}
END_TEST

START_TEST(what_came_first_wins_an_overlap_in_ipv4)
{
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 8, true, "AAAAAAAA" }), 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 8, true, "BBBBBBBBCCCCCCCC" }), 0),
            TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 24, false, "end" }), 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 0, true, "short" }), 0),
            TATTLER_MALFORMED); /* no whole unit */
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 0, true, header_8 }), 0), TATTLER_OK);
    ck_assert_uint_eq(rebuilt.datagram.left, 20 + 27);
    ck_assert_mem_eq(rebuilt.datagram.at + 28, "AAAAAAAACCCCCCCCend", 19);
}
END_TEST

START_TEST(an_overlap_in_ipv6_drops_the_datagram)
{
    const struct piece *pieces = three_pieces(7);

    ck_assert_int_eq(add(ipv6(pieces[0]), 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv6((struct piece){ 7, 0, true, "00119999" }), 0), TATTLER_MALFORMED);
    ck_assert_int_eq(add(ipv6(pieces[1]), 0), TATTLER_MALFORMED); /* nor what is still to come */
    ck_assert_int_eq(add(ipv6(pieces[2]), 0), TATTLER_MALFORMED);
    ck_assert_uint_eq(defrag_counters(defrag)->rebuilt, 0);
}
END_TEST

START_TEST(pieces_that_disagree_about_the_end_are_refused)
{
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 16, false, "last" }), 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 16, true, "lastlast" }), 0), TATTLER_MALFORMED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 16, false, "lasts" }), 0), TATTLER_MALFORMED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 8, false, "last" }), 0), TATTLER_MALFORMED);
    ck_assert_int_eq(add(ipv4((struct piece){ 7, 65528, false, "more than 64 KiB" }), 0),
            TATTLER_MALFORMED);
    ck_assert_uint_eq(defrag_counters(defrag)->refused, 4);
}
END_TEST

/* With a header of 20 bytes in front, 65,515 bytes of data are what a length of 16 bits holds. */
START_TEST(pieces_that_are_too_long_together_are_refused)
{
    char data[1001];

    for (uint16_t len = 515; len <= 516; len++) {
        memset(data, 'x', sizeof(data) - 1);
        data[1000] = '\0';
        for (uint16_t i = 0; i < 65; i++)
            ck_assert_int_eq(add(ipv4((struct piece){ len, (uint16_t)(i * 1000), true, data }), 0),
                    TATTLER_TRUNCATED);
        data[len] = '\0';
        ck_assert_int_eq(add(ipv4((struct piece){ len, 65000, false, data }), 0),
                len == 515 ? TATTLER_OK : TATTLER_MALFORMED);
    }
    ck_assert_uint_eq(defrag_counters(defrag)->refused, 1);
}
END_TEST

START_TEST(a_piece_that_the_capture_cut_is_refused)
{
    /* Not the first one: of that the decoder makes a packet of its own. */
    struct packet packet = ipv4(three_pieces(7)[1]);

    ck_assert_int_eq(packet_decode(PACKET_LINK_IPV4, cursor_over(bytes, 24), &packet), TATTLER_OK);
    ck_assert_int_eq(add(packet, 0), TATTLER_MALFORMED);
}
END_TEST

START_TEST(time_runs_out_after_a_minute)
{
    const struct piece *pieces = three_pieces(7);

    ck_assert_int_eq(add(ipv4(pieces[0]), 10 * SECOND), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv4(pieces[1]), 70 * SECOND), TATTLER_TRUNCATED);
    ck_assert_uint_eq(defrag_counters(defrag)->timed_out, 0);
    ck_assert_int_eq(add(ipv4(pieces[2]), 70 * SECOND + 1), TATTLER_TRUNCATED);
    ck_assert_uint_eq(defrag_counters(defrag)->timed_out, 1);
    ck_assert_int_eq(add(ipv4(pieces[1]), 5 * SECOND), TATTLER_TRUNCATED); /* time went back */
    ck_assert_int_eq(add(ipv4(pieces[0]), 5 * SECOND), TATTLER_OK);
}
END_TEST

START_TEST(a_full_table_drops_the_oldest)
{
    for (uint16_t id = 0; id < DEFRAG_DATAGRAMS_MAX; id++)
        ck_assert_int_eq(add(ipv4((struct piece){ id, 0, true, header_8 }), id), TATTLER_TRUNCATED);
    ck_assert_uint_eq(defrag_counters(defrag)->crowded_out, 0);
    ck_assert_int_eq(add(ipv4((struct piece){ 999, 0, true, header_8 }), 999), TATTLER_TRUNCATED);
    ck_assert_uint_eq(defrag_counters(defrag)->crowded_out, 1);
    ck_assert_int_eq(add(ipv4((struct piece){ 1, 8, false, "end" }), 1000), TATTLER_OK);
    ck_assert_int_eq(add(ipv4((struct piece){ 0, 8, false, "end" }), 1000), TATTLER_TRUNCATED);
}
END_TEST

/* A datagram rebuilt from fragments can be a fragment itself. */
START_TEST(a_fragment_may_lie_in_the_datagram_handed_out_last)
{
    struct packet packet = ipv6((struct piece){ 7, 0, true, "abcdefgh" });

    ck_assert_int_eq(add(packet, 0), TATTLER_TRUNCATED);
    packet = ipv6((struct piece){ 7, 8, false, "ijklmnop" });
    ck_assert_int_eq(add(packet, 0), TATTLER_OK);
    packet.fragment.header = (struct cursor){ rebuilt.datagram.at, 48 };
    packet.fragment.data = (struct cursor){ rebuilt.datagram.at + 48, 16 };
    packet.fragment.offset = 0;
    packet.fragment.more = true;
    ck_assert_int_eq(add(packet, 0), TATTLER_TRUNCATED);
    ck_assert_int_eq(add(ipv6((struct piece){ 7, 16, false, "end" }), 0), TATTLER_OK);
    ck_assert_mem_eq(rebuilt.datagram.at + 48, "abcdefghijklmnopend", 19);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("defrag");
    TCase *tcase = tcase_create("defrag");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, pieces_are_put_together_in_any_order, 0, 12);
    tcase_add_test(tcase, datagrams_do_not_mix);
    tcase_add_loop_test(tcase, repeated_pieces_do_no_harm, 0, 2);
    tcase_add_test(tcase, what_came_first_wins_an_overlap_in_ipv4);
    tcase_add_test(tcase, an_overlap_in_ipv6_drops_the_datagram);
    tcase_add_test(tcase, pieces_that_disagree_about_the_end_are_refused);
    tcase_add_test(tcase, pieces_that_are_too_long_together_are_refused);
    tcase_add_test(tcase, a_piece_that_the_capture_cut_is_refused);
    tcase_add_test(tcase, time_runs_out_after_a_minute);
    tcase_add_test(tcase, a_full_table_drops_the_oldest);
    tcase_add_test(tcase, a_fragment_may_lie_in_the_datagram_handed_out_last);
    return run_suite(suite);
}
