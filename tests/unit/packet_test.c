#include "parse/packet.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"

/* Frames are written in hexadecimal, blanks allowed, from these pieces. Source 192.0.2.1 or
 * 2001:db8::1, destination 198.51.100.2 or 2001:db8::2. */
#define ETHERNET(type) "0200000000bb 0200000000aa " type " "
#define IPV4(total, fragment, protocol) \
    "4500 " total " 1234 " fragment " 40 " protocol " 0000 c0000201 c6336402 "
#define V6(last) "20010db8 00000000 00000000 000000" last " "
#define IPV6(payload, next) "60000000 " payload " " next " ff " V6("01") V6("02")
#define UDP(length) "c000 0035 " length " 0000 "
#define TCP "c000 0050 01020304 05060708 5018 0400 0000 0000 "
#define DATA "61626364 "
#define DATAGRAM4 IPV4("0020", "0000", "11") UDP("000c") DATA
#define DATAGRAM6 IPV6("000c", "11") UDP("000c") DATA

static uint8_t frame[4096];

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct cursor bytes_of(const char *hex)
{
    size_t n = 0;

    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        ck_assert_uint_lt(n, sizeof(frame));
        frame[n++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
        hex++;
    }
    return cursor_over(frame, n);
}

static struct packet decoded(int link_type, const char *hex)
{
    struct packet packet;

    ck_assert_int_eq(packet_decode(link_type, bytes_of(hex), &packet), TATTLER_OK);
    return packet;
}

static enum tattler_status status_of(int link_type, const char *hex)
{
    struct packet packet;

    return packet_decode(link_type, bytes_of(hex), &packet);
}

static void assert_address(const struct address *address, const char *text)
{
    struct address expected;

    ck_assert(address_parse(text, &expected));
    ck_assert_mem_eq(address->bytes, expected.bytes, sizeof(expected.bytes));
}

static void assert_datagram(const struct packet *packet)
{
    ck_assert_int_eq(packet->kind, PACKET_UDP);
    ck_assert_uint_eq(packet->src_port, 49152);
    ck_assert_uint_eq(packet->dst_port, 53);
    ck_assert_uint_eq(packet->payload.left, 4);
    ck_assert_mem_eq(packet->payload.at, "abcd", 4);
    ck_assert_uint_eq(packet->payload_wire, 4);
    ck_assert(packet->wants_flow && !packet->cut);
    if (packet->ip_version == 4) {
        assert_address(&packet->src, "192.0.2.1");
        assert_address(&packet->dst, "198.51.100.2");
    } else {
        assert_address(&packet->src, "2001:db8::1");
        assert_address(&packet->dst, "2001:db8::2");
    }
}

static const struct {
    int link_type;
    const char *hex;
} links[] = {
    { PACKET_LINK_ETHERNET, ETHERNET("0800") DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("86dd") DATAGRAM6 },
    { PACKET_LINK_ETHERNET, ETHERNET("8100") "0007 0800 " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("88a8") "e007 8100 0008 86dd " DATAGRAM6 },
    { PACKET_LINK_ETHERNET, ETHERNET("9100") "0007 8100 0008 8100 0009 0800 " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("0028") "aaaa03 000000 0800 " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("0023") "060603 " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("8847") "00010040 000201ff " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("8847") "000201ff 00000000 " ETHERNET("0800") DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("8848") "000021ff " DATAGRAM6 },
    { PACKET_LINK_ETHERNET, ETHERNET("8864") "1100 0001 0022 0021 " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("8864") "1100 0001 0022 57 " DATAGRAM6 },
    { PACKET_LINK_ETHERNET, ETHERNET("8926") "00000033 0800 " DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("88e7") "00000001 " ETHERNET("0800") DATAGRAM4 },
    { PACKET_LINK_ETHERNET, ETHERNET("8903") "0001 " ETHERNET("0800") DATAGRAM4 },
    { PACKET_LINK_LINUX_SLL, "0000 0001 0006 0200000000aa 0000 0800 " DATAGRAM4 },
    { PACKET_LINK_LINUX_SLL, "0000 0001 0006 0200000000aa 0000 0004 060603 " DATAGRAM4 },
    { PACKET_LINK_LINUX_SLL2, "86dd 0000 00000002 0001 00 06 0200000000aa 0000 " DATAGRAM6 },
    { PACKET_LINK_RAW, DATAGRAM4 },
    { PACKET_LINK_RAW_BSD, DATAGRAM6 },
    { PACKET_LINK_RAW_OPENBSD, DATAGRAM4 },
    { PACKET_LINK_IPV4, DATAGRAM4 },
    { PACKET_LINK_IPV6, DATAGRAM6 },
    { PACKET_LINK_NULL, "02000000 " DATAGRAM4 },
    { PACKET_LINK_NULL, "00000002 " DATAGRAM4 },
    { PACKET_LINK_NULL, "1e000000 " DATAGRAM6 },
    { PACKET_LINK_LOOP, "00000018 " DATAGRAM6 },
    { PACKET_LINK_PPP, "ff03 0021 " DATAGRAM4 },
    { PACKET_LINK_PPP, "0057 " DATAGRAM6 },
    { PACKET_LINK_PPP, "21 " DATAGRAM4 },
    { PACKET_LINK_PPP_HDLC, "ff03 0021 " DATAGRAM4 },
    { PACKET_LINK_PPP_HDLC, "0f00 0800 " DATAGRAM4 },
    { PACKET_LINK_CISCO_HDLC, "0f00 0800 " DATAGRAM4 },
    { PACKET_LINK_RAW,
            IPV6("001c", "00") "3c00 000000000000 1100 000000000000 " UDP("000c") DATA },
    { PACKET_LINK_RAW, IPV6("0024", "2b") "3300 000000000000 "
                               "1102 0000 00000001 00000002 00000000 " UDP("000c") DATA },
    { PACKET_LINK_RAW, IPV6("0014", "2c") "1100 0000 00000007 " UDP("000c") DATA },
    { PACKET_LINK_RAW, "4600 0024 1234 0000 40 11 0000 c0000201 c6336402 01010100 "
                       UDP("000c") DATA },
};

START_TEST(every_link_type_leads_to_the_same_datagram)
{
    struct packet packet = decoded(links[_i].link_type, links[_i].hex);

    assert_datagram(&packet);
    ck_assert(packet_link_is_read(links[_i].link_type));
}
END_TEST

/* At the edge of a heap block, so that a sanitizer sees any overread. */
START_TEST(every_cut_frame_is_told)
{
    struct cursor whole = bytes_of(links[_i].hex);

    for (size_t len = 0; len < whole.left; len++) {
        struct packet packet;
        uint8_t *block = malloc(len + 1);
        enum tattler_status status;

        memcpy(block + 1, whole.at, len);
        status = packet_decode(links[_i].link_type, cursor_over(block + 1, len), &packet);
        if (whole.left - len <= 4) { /* in the payload */
            ck_assert_int_eq(status, TATTLER_OK);
            ck_assert(packet.cut);
            ck_assert_uint_eq(packet.payload.left, 4 - (whole.left - len));
            ck_assert_uint_eq(packet.payload_wire, 4);
        } else if (status == TATTLER_OK) { /* too short to be known as LLC */
            ck_assert_int_eq(packet.kind, PACKET_OTHER);
        } else {
            ck_assert_int_eq(status, TATTLER_TRUNCATED);
        }
        free(block);
    }
}
END_TEST

/* VLANs, PPPoE sessions, interfaces. */
START_TEST(links_that_one_capture_holds_are_told_apart)
{
    static const struct {
        int type;
        const char *hex;
    } apart[] = {
        { PACKET_LINK_ETHERNET, ETHERNET("0800") DATAGRAM4 },
        { PACKET_LINK_ETHERNET, ETHERNET("8100") "0007 0800 " DATAGRAM4 },
        { PACKET_LINK_ETHERNET, ETHERNET("88a8") "0007 8100 0008 0800 " DATAGRAM4 },
        { PACKET_LINK_ETHERNET, ETHERNET("88a8") "0008 8100 0007 0800 " DATAGRAM4 },
        { PACKET_LINK_ETHERNET, ETHERNET("8864") "1100 0001 0022 0021 " DATAGRAM4 },
        { PACKET_LINK_ETHERNET, ETHERNET("8864") "1100 0002 0022 0021 " DATAGRAM4 },
        { PACKET_LINK_LINUX_SLL2, "0800 0000 00000003 0001 00 06 0200000000aa 0000 " DATAGRAM4 },
        { PACKET_LINK_LINUX_SLL2, "0800 0000 00000004 0001 04 06 0200000000aa 0000 " DATAGRAM4 },
    };
    struct packet same = decoded(PACKET_LINK_ETHERNET, ETHERNET("8100") "e007 0800 " DATAGRAM4);
    struct packet none = decoded(PACKET_LINK_ETHERNET, ETHERNET("8100") "e000 0800 " DATAGRAM4);
    uint32_t seen[sizeof(apart) / sizeof(apart[0])];

    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        seen[i] = decoded(apart[i].type, apart[i].hex).link;
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(seen[i], seen[j]);
    }
    ck_assert_uint_eq(seen[0], 0);
    ck_assert_uint_eq(seen[1], same.link); /* with a priority */
    ck_assert_uint_eq(none.link, 0); /* with nothing but a priority */
}
END_TEST

START_TEST(link_fields_are_kept_and_padding_is_no_payload)
{
    struct packet packet = decoded(PACKET_LINK_ETHERNET,
            ETHERNET("88a8") "e007 8100 0008 0800 " DATAGRAM4 "0000 0000 0000");

    assert_datagram(&packet);
    ck_assert(packet.has_src_mac && packet.has_dst_mac);
    ck_assert_uint_eq(packet.src_mac.bytes[5], 0xaa);
    ck_assert_uint_eq(packet.dst_mac.bytes[5], 0xbb);
    ck_assert_uint_eq(packet.vlan_count, 2);
    ck_assert_uint_eq(packet.vlans[0], 7);
    ck_assert_uint_eq(packet.vlans[1], 8);
    ck_assert_uint_eq(packet.link_bytes, 22);
    ck_assert_uint_eq(packet.bytes, 22 + 32 + 6);
    ck_assert_uint_eq(packet.ttl, 64);

    packet = decoded(PACKET_LINK_LINUX_SLL, links[15].hex);
    ck_assert(packet.has_src_mac && !packet.has_dst_mac);
    ck_assert_uint_eq(packet.src_mac.bytes[5], 0xaa);
}
END_TEST

START_TEST(a_tcp_header_is_read_and_its_options_are_skipped)
{
    struct packet packet = decoded(PACKET_LINK_RAW, IPV4("002d", "0000", "06")
            "c000 0050 01020304 05060708 6012 0400 0000 0000 020405b4 61");

    ck_assert_int_eq(packet.kind, PACKET_TCP);
    ck_assert(packet.wants_flow);
    ck_assert_uint_eq(packet.tcp.seq, 0x01020304);
    ck_assert_uint_eq(packet.tcp.ack, 0x05060708);
    ck_assert_uint_eq(packet.tcp.window, 1024);
    ck_assert_uint_eq(packet.tcp.flags, PACKET_TCP_SYN | PACKET_TCP_ACK);
    ck_assert_uint_eq(packet.payload.left, 1);
    ck_assert_uint_eq(packet.payload.at[0], 'a');
}
END_TEST

START_TEST(udp_goes_by_its_own_length)
{
    struct packet packet =
            decoded(PACKET_LINK_RAW, IPV4("0020", "0000", "11") UDP("000a") DATA);

    ck_assert_uint_eq(packet.payload.left, 2);
    ck_assert_uint_eq(packet.payload_wire, 2);
    ck_assert_int_eq(status_of(PACKET_LINK_RAW, IPV4("0020", "0000", "11") UDP("000d") DATA),
            TATTLER_MALFORMED);
    ck_assert_int_eq(status_of(PACKET_LINK_RAW, IPV4("0020", "0000", "11") UDP("0007") DATA),
            TATTLER_MALFORMED);
}
END_TEST

START_TEST(sctp_esp_and_unknown_protocols_are_told_apart)
{
    struct packet packet = decoded(PACKET_LINK_RAW,
            IPV4("0024", "0000", "84") "0b59 0b5a 00000001 00000000 01000004");

    ck_assert_int_eq(packet.kind, PACKET_SCTP);
    ck_assert_uint_eq(packet.src_port, 2905);
    ck_assert_uint_eq(packet.dst_port, 2906);
    packet = decoded(PACKET_LINK_RAW, IPV4("0020", "0000", "32") "deadbeef 00000001 00000000");
    ck_assert_int_eq(packet.kind, PACKET_IP);
    ck_assert(packet.wants_flow);
    ck_assert_uint_eq(packet.esp_spi, 0xdeadbeef);
    packet = decoded(PACKET_LINK_RAW, IPV4("001c", "0000", "02") "1164 0000 00000000");
    ck_assert_int_eq(packet.kind, PACKET_IP);
    ck_assert(!packet.wants_flow);
    ck_assert_uint_eq(packet.protocol, 2);
}
END_TEST

START_TEST(fragments_tell_where_they_belong)
{
    struct packet packet = decoded(PACKET_LINK_ETHERNET,
            ETHERNET("0800") IPV4("001c", "2003", "11") "0011223344556677 ");

    ck_assert_int_eq(packet.kind, PACKET_FRAGMENT);
    ck_assert(!packet.wants_flow);
    ck_assert_uint_eq(packet.fragment.id, 0x1234);
    ck_assert_uint_eq(packet.fragment.offset, 24);
    ck_assert(packet.fragment.more);
    ck_assert_uint_eq(packet.fragment.header.left, 20);
    ck_assert_uint_eq(packet.fragment.data.left, 8);

    packet = decoded(PACKET_LINK_RAW,
            IPV6("0018", "00") "2c00 000000000000 1100 0018 deadbeef 0011223344556677");
    ck_assert_int_eq(packet.kind, PACKET_FRAGMENT);
    ck_assert_uint_eq(packet.fragment.id, 0xdeadbeef);
    ck_assert_uint_eq(packet.fragment.offset, 24);
    ck_assert(!packet.fragment.more);
    ck_assert_uint_eq(packet.fragment.next_header, 17);
    ck_assert_uint_eq(packet.fragment.next_header_at, 40);
    ck_assert_uint_eq(packet.fragment.header.left, 48);
    ck_assert_uint_eq(packet.fragment.data.left, 8);
}
END_TEST

START_TEST(an_icmp_error_quotes_the_packet_it_is_about)
{
    struct packet packet = decoded(PACKET_LINK_RAW,
            IPV4("0038", "0000", "01") "0303 0000 00000000 " /* quotes: */
            IPV4("0040", "0000", "11") UDP("002c"));

    ck_assert_int_eq(packet.kind, PACKET_ICMP);
    ck_assert_uint_eq(packet.icmp.type, 3);
    ck_assert_uint_eq(packet.icmp.code, 3);
    ck_assert(packet.icmp.quotes);
    ck_assert_uint_eq(packet.icmp.quoted_protocol, 17);
    ck_assert_uint_eq(packet.icmp.quoted_src_port, 49152);
    ck_assert_uint_eq(packet.icmp.quoted_dst_port, 53);
    assert_address(&packet.icmp.quoted_src, "192.0.2.1");

    packet = decoded(PACKET_LINK_RAW,
            IPV6("0038", "3a") "0300 0000 00000000 " IPV6("0100", "06") "c000 0050 00000001");
    ck_assert(packet.icmp.quotes);
    ck_assert_uint_eq(packet.icmp.quoted_dst_port, 80);
    assert_address(&packet.icmp.quoted_dst, "2001:db8::2");

    packet = decoded(PACKET_LINK_RAW, IPV4("0020", "0000", "01") "0303 0000 00000000 45000020");
    ck_assert(!packet.icmp.quotes);
}
END_TEST

START_TEST(a_duplicate_address_probe_names_its_target)
{
#define PROBE(hops) \
    "60000000 0018 3a " hops " 00000000000000000000000000000000 " \
    "ff020000000000000000 0001ff000001 " \
    "8700 0000 00000000 fe800000 00000000 000000ff fe000001"
    struct packet packet = decoded(PACKET_LINK_RAW, PROBE("ff"));

    ck_assert(packet.icmp.has_target);
    assert_address(&packet.icmp.target, "fe80::ff:fe00:1");
    packet = decoded(PACKET_LINK_RAW, PROBE("fe")); /* forwarded: RFC 4861 section 7.1.1 */
    ck_assert(!packet.icmp.has_target);
}
END_TEST

START_TEST(arp_names_sender_and_target)
{
    struct packet packet = decoded(PACKET_LINK_ETHERNET, ETHERNET("0806")
            "0001 0800 06 04 0001 0200000000aa 00000000 000000000000 c0000207");

    ck_assert_int_eq(packet.kind, PACKET_ARP);
    ck_assert_uint_eq(packet.ip_version, 0);
    ck_assert_uint_eq(packet.arp.operation, 1);
    ck_assert_uint_eq(packet.arp.sender_mac.bytes[5], 0xaa);
    assert_address(&packet.arp.sender, "0.0.0.0");
    assert_address(&packet.arp.target, "192.0.2.7");
    packet = decoded(PACKET_LINK_ETHERNET, ETHERNET("0806") "0006 0800 06 04 0001");
    ck_assert_int_eq(packet.kind, PACKET_OTHER);
}
END_TEST

static const struct {
    const char *hex; /* a raw IP packet around DATAGRAM4 or DATAGRAM6 */
    int link_type;   /* of the inner packet; -1: none */
    size_t bytes;    /* the inner packet's, as Suricata counts them */
} tunnels[] = {
    { IPV4("0034", "0000", "04") DATAGRAM4, PACKET_LINK_RAW, 32 },
    { IPV4("0048", "0000", "29") DATAGRAM6, PACKET_LINK_RAW, 52 },
    { IPV6("0020", "04") DATAGRAM4, PACKET_LINK_RAW, 32 },
    { IPV6("0034", "29") DATAGRAM6, PACKET_LINK_RAW, 52 },
    { IPV4("0038", "0000", "2f") "0000 0800 " DATAGRAM4, PACKET_LINK_ETHERTYPE | 0x0800, 32 },
    { IPV4("0044", "0000", "2f") "b000 0800 00000000 00000001 00000002 " DATAGRAM4,
            PACKET_LINK_ETHERTYPE | 0x0800, 32 },
    { IPV4("0046", "0000", "2f") "0000 6558 " ETHERNET("0800") DATAGRAM4,
            PACKET_LINK_ETHERNET, 46 },
    { IPV4("0046", "0000", "2f") "0000 88be " ETHERNET("0800") DATAGRAM4,
            PACKET_LINK_ETHERNET, 46 },
    { IPV4("0052", "0000", "2f") "1000 88be 00000001 1005 000000000000 " ETHERNET("0800") DATAGRAM4,
            PACKET_LINK_ETHERTYPE | 0x88be, 54 },
    { IPV4("0044", "0000", "2f") "3001 880b 0024 0001 00000001 ff03 0021 " DATAGRAM4,
            PACKET_LINK_PPP, 36 },
    { IPV4("0020", "0000", "2f") "2081 880b 0000 0001 00000001", -1, 0 },
    { IPV4("0038", "0000", "2f") "0002 0800 " DATAGRAM4, -1, 0 },
    { IPV4("0052", "0000", "11") "c000 12b5 003e 0000 08000000 00000100 " /* VXLAN */
              ETHERNET("0800") DATAGRAM4,
            PACKET_LINK_ETHERTYPE | 0x0800, 32 },
    { IPV4("0052", "0000", "11") "c000 12b5 003e 0000 00000000 00000100 " /* VXLAN */
              ETHERNET("0800") DATAGRAM4,
            -1, 0 },
    { IPV4("0056", "0000", "11") "c000 17c1 0042 0000 0100 6558 00000100 01020300 "
              ETHERNET("0800") DATAGRAM4, PACKET_LINK_ETHERNET, 46 },
    { IPV4("0050", "0000", "11") "0dd8 c000 003c 0000 " DATAGRAM6,
            PACKET_LINK_ETHERTYPE | 0x86dd, 52 },
    { IPV4("0058", "0000", "11") "0dd8 c000 0044 0000 0000 3fff 3ffffdfe " DATAGRAM6,
            PACKET_LINK_ETHERTYPE | 0x86dd, 52 },
    { IPV4("0051", "0000", "11") "0dd8 c000 003d 0000 " DATAGRAM6 "00", -1, 0 },
};

START_TEST(tunnels_hand_out_what_is_in_them)
{
    struct packet outer = decoded(PACKET_LINK_RAW, tunnels[_i].hex), inner;

    ck_assert_int_eq(outer.has_inner, tunnels[_i].link_type >= 0);
    if (!outer.has_inner)
        return;
    ck_assert_int_eq(outer.inner.link_type, tunnels[_i].link_type);
    ck_assert_int_eq(packet_decode(outer.inner.link_type, outer.inner.frame, &inner), TATTLER_OK);
    assert_datagram(&inner);
    ck_assert_uint_eq(inner.bytes, tunnels[_i].bytes);
    ck_assert(outer.wants_flow || outer.protocol == PACKET_PROTOCOL_GRE);
}
END_TEST

START_TEST(a_length_of_zero_means_the_rest_of_the_frame)
{
    struct packet packet = decoded(PACKET_LINK_RAW, IPV4("0000", "0000", "06") TCP "0102");

    ck_assert_uint_eq(packet.kind, PACKET_TCP);
    ck_assert_uint_eq(packet.payload.left, 2);
}
END_TEST

START_TEST(a_first_fragment_cut_by_the_capture_still_shows_its_ports)
{
    struct packet packet = decoded(PACKET_LINK_RAW,
            IPV4("05dc", "2000", "11") "0035 cc67 06b5 0000 0102030405");

    ck_assert_uint_eq(packet.kind, PACKET_UDP);
    ck_assert(packet.cut);
    ck_assert_uint_eq(packet.src_port, 53);
    ck_assert_uint_eq(packet.payload.left, 5);
}
END_TEST

static const struct {
    int link_type;
    const char *hex;
    enum tattler_status status;
} hostile[] = {
    { PACKET_LINK_RAW, "4400 0020 1234 0000 40 11 0000 c0000201 c6336402", TATTLER_MALFORMED },
    { PACKET_LINK_RAW, IPV4("0013", "0000", "11"), TATTLER_MALFORMED },
    { PACKET_LINK_RAW, "55000020", TATTLER_MALFORMED },
    { PACKET_LINK_IPV6, DATAGRAM4, TATTLER_MALFORMED },
    { PACKET_LINK_RAW, "4600 0018 1234 0000 40 02 0000 c0000201 c6336402 07010000",
            TATTLER_MALFORMED },
    { PACKET_LINK_RAW, "4600 0018 1234 0000 40 02 0000 c0000201 c6336402 07050000",
            TATTLER_MALFORMED },
    { PACKET_LINK_RAW, IPV4("0028", "0000", "06") "c000 0050 01020304 05060708 4018 0400 0000 0000",
            TATTLER_MALFORMED },
    { PACKET_LINK_RAW, IPV4("0028", "0000", "06") "c000 0050 01020304 05060708 6018 0400 0000 0000",
            TATTLER_MALFORMED },
    { PACKET_LINK_RAW, IPV4("0027", "0000", "06") TCP, TATTLER_MALFORMED },
    { PACKET_LINK_RAW, IPV6("0008", "00") "11ff 000000000000", TATTLER_MALFORMED },
    { PACKET_LINK_RAW, IPV6("0000", "00"), TATTLER_MALFORMED },
    { PACKET_LINK_ETHERNET, ETHERNET("8847") "00000000 00000000 00000000", TATTLER_TRUNCATED },
    { 127, DATAGRAM4, TATTLER_UNSUPPORTED },
    { -1, DATAGRAM4, TATTLER_UNSUPPORTED },
};

START_TEST(contradictions_are_refused)
{
    ck_assert_int_eq(status_of(hostile[_i].link_type, hostile[_i].hex), hostile[_i].status);
}
END_TEST

START_TEST(layers_and_extension_headers_are_bounded)
{
    uint8_t bytes[4 + 40 + 17 * 8 + 400] = { 0x60, [6] = 0 };
    struct packet packet;

    bytes[4] = 0;
    bytes[5] = 17 * 8; /* 17 empty hop-by-hop headers, each followed by another */
    ck_assert_int_eq(packet_decode(PACKET_LINK_RAW, cursor_over(bytes, sizeof(bytes)), &packet),
            TATTLER_MALFORMED);

    memset(bytes, 0, sizeof(bytes)); /* Ethernet in Ethernet without an end */
    for (size_t at = 12; at + 2 <= sizeof(bytes); at += 16) {
        bytes[at] = 0x89;
        bytes[at + 1] = 0x03;
    }
    ck_assert_int_eq(
            packet_decode(PACKET_LINK_ETHERNET, cursor_over(bytes, sizeof(bytes)), &packet),
            TATTLER_MALFORMED);

    packet = decoded(PACKET_LINK_ETHERNET,
            ETHERNET("8100") "0001 8100 0002 8100 0003 8100 0004 0800 " DATAGRAM4);
    ck_assert_int_eq(packet.kind, PACKET_OTHER); /* as Suricata: at most three tags */
    ck_assert_uint_eq(packet.vlan_count, 3);
}
END_TEST

START_TEST(link_types_have_names)
{
    ck_assert_str_eq(packet_link_name(PACKET_LINK_ETHERNET), "Ethernet");
    ck_assert_str_eq(packet_link_name(127), "IEEE 802.11 with radiotap header");
    ck_assert_str_eq(packet_link_name(9999), "unknown");
    ck_assert(!packet_link_is_read(127));
    ck_assert(!packet_link_is_read(-1));
    ck_assert(!packet_link_is_read(PACKET_LINK_ETHERTYPE | 0x0800));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet");
    TCase *tcase = tcase_create("packet");

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, every_link_type_leads_to_the_same_datagram, 0,
            (int)(sizeof(links) / sizeof(links[0])));
    tcase_add_loop_test(tcase, every_cut_frame_is_told, 0, (int)(sizeof(links) / sizeof(links[0])));
    tcase_add_test(tcase, links_that_one_capture_holds_are_told_apart);
    tcase_add_test(tcase, link_fields_are_kept_and_padding_is_no_payload);
    tcase_add_test(tcase, a_tcp_header_is_read_and_its_options_are_skipped);
    tcase_add_test(tcase, udp_goes_by_its_own_length);
    tcase_add_test(tcase, sctp_esp_and_unknown_protocols_are_told_apart);
    tcase_add_test(tcase, fragments_tell_where_they_belong);
    tcase_add_test(tcase, an_icmp_error_quotes_the_packet_it_is_about);
    tcase_add_test(tcase, a_duplicate_address_probe_names_its_target);
    tcase_add_test(tcase, arp_names_sender_and_target);
    tcase_add_loop_test(tcase, tunnels_hand_out_what_is_in_them, 0,
            (int)(sizeof(tunnels) / sizeof(tunnels[0])));
    tcase_add_loop_test(tcase, contradictions_are_refused, 0,
            (int)(sizeof(hostile) / sizeof(hostile[0])));
    tcase_add_test(tcase, a_length_of_zero_means_the_rest_of_the_frame);
    tcase_add_test(tcase, a_first_fragment_cut_by_the_capture_still_shows_its_ports);
    tcase_add_test(tcase, layers_and_extension_headers_are_bounded);
    tcase_add_test(tcase, link_types_have_names);
    return run_suite(suite);
}
