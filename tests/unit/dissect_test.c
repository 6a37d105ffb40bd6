#include "dissect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quic_seal.h"
#include "run_suite.h"

#define HTTP_REQUEST "GET / HTTP/1.1\r\nHost: web.example\r\n\r\n"

/* A record with a ClientHello (RFC 8446 sections 4.1.2 and 5.1) whose only extension is the server
 * name "tls.example" (RFC 6066 section 3). */
static const uint8_t hello_record[] = {
    22, 3, 1, 0, 67, /* handshake, TLS 1.0, length */
    1, 0, 0, 63, 3, 3, [43] = 0, /* random, no session */
    0, 2, 0x13, 1, 1, 0, /* one cipher, null compression */
    0, 20, 0, 0, 0, 16, 0, 14, 0, 0, 11, 't', 'l', 's', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e',
};

/* A question for dns.example, and the same as the answer's head (RFC 1035 section 4). */
static const uint8_t dns_message[] = { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'd', 'n', 's',
    7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1 };

static struct dissectors *dissectors;
static struct flow flow; /* all that the dissectors read of it is its service */
static struct connection connection;
static char events[256]; /* what was told, a word each */
static uint32_t next_seq[2];

static void tell(const char *kind, const char *name, size_t len, bool forward)
{
    size_t used = strlen(events);

    snprintf(events + used, sizeof(events) - used, "%s%s:%.*s%s", used > 0 ? " " : "", kind,
            (int)len, name, forward ? "" : "<");
}

static void on_hello(void *user, struct connection *from, const struct tls_hello *hello, bool quic,
        bool to_server)
{
    (void)user;
    (void)from;
    tell(quic ? "quic" : "tls", hello->sni, hello->sni_length, to_server);
}

static void on_http(void *user, struct connection *from, const struct http_head *head,
        bool to_server)
{
    const struct cursor *host =
            head->authority.name.left > 0 ? &head->authority.name : &head->host.name;

    (void)user;
    (void)from;
    tell("http", (const char *)host->at, host->left, to_server);
}

static void on_dns(void *user, struct connection *from, struct cursor message, bool to_server)
{
    char length[8];

    (void)user;
    (void)from;
    snprintf(length, sizeof(length), "%zu", message.left);
    tell("dns", length, strlen(length), to_server);
}

static const struct dissect_events handlers = { .hello = on_hello, .http = on_http, .dns = on_dns };

static void set_up(void)
{
    dissectors = dissectors_new(&handlers, NULL);
    ck_assert_ptr_nonnull(dissectors);
    flow = (struct flow){ .service = SERVICE_OTHER };
    memset(&connection, 0, sizeof(connection));
    connection.flow = &flow;
    events[0] = '\0';
    next_seq[0] = 1000;
    next_seq[1] = UINT32_MAX - 10;
}

static void tear_down(void)
{
    dissect_end(dissectors, &connection);
    dissectors_free(dissectors);
}

/* From a heap block of exactly this size, so a sanitizer sees one byte too far. */
static void hand_in(struct connection *to, struct packet packet, const void *data, size_t len,
        bool forward)
{
    uint8_t *block = malloc(len + 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, data, len);
    packet.payload = cursor_over(block + 1, len);
    if (packet.kind == PACKET_TCP)
        tcp_track(&to->tcp, forward, packet.tcp.flags, packet.tcp.seq);
    dissect_packet(dissectors, to, &packet, forward);
    free(block);
}

static void send_at(uint32_t seq, const void *data, size_t len, bool forward)
{
    struct packet packet = { .kind = PACKET_TCP, .tcp = { .seq = seq, .flags = PACKET_TCP_ACK } };

    hand_in(&connection, packet, data, len, forward);
}

static void send_next(const void *data, size_t len, bool forward)
{
    uint32_t *seq = &next_seq[forward ? 0 : 1];

    send_at(*seq, data, len, forward);
    *seq += (uint32_t)len;
}

static void say(const char *text)
{
    send_next(text, strlen(text), true);
}

static void reply(const char *text)
{
    send_next(text, strlen(text), false);
}

static void syn(struct connection *to, bool forward)
{
    struct packet packet = { .kind = PACKET_TCP,
        .tcp = { .seq = next_seq[forward ? 0 : 1] - 1, .flags = PACKET_TCP_SYN } };

    hand_in(to, packet, "", 0, forward);
}

static void begin(struct connection *to)
{
    struct packet packet = { .kind = PACKET_TCP, .tcp = { .seq = 1, .flags = PACKET_TCP_ACK } };

    hand_in(to, packet, "x", 1, true);
}

static void handshake(void)
{
    syn(&connection, true);
    syn(&connection, false);
}

static void datagram(const void *data, size_t len, bool forward)
{
    hand_in(&connection, (struct packet){ .kind = PACKET_UDP }, data, len, forward);
}

/* --- TLS --- */

START_TEST(a_hello_is_read_from_one_segment)
{
    handshake();
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_hello_is_read_wherever_it_is_cut)
{
    size_t cut = (size_t)_i;

    handshake();
    send_next(hello_record, cut, true);
    ck_assert_str_eq(events, "");
    send_next(hello_record + cut, sizeof(hello_record) - cut, true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_hello_is_read_from_segments_out_of_order)
{
    size_t cut = (size_t)_i;

    handshake();
    send_at(1000 + (uint32_t)cut, hello_record + cut, sizeof(hello_record) - cut, true);
    ck_assert_str_eq(events, "");
    send_at(1000, hello_record, cut, true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_hello_is_read_byte_by_byte)
{
    handshake();
    for (size_t i = 0; i < sizeof(hello_record); i++)
        send_next(hello_record + i, 1, true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_flow_is_left_alone_after_its_hello)
{
    handshake();
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert(connection.dissected);
    ck_assert_ptr_null(connection.dissector);
    send_next(hello_record, sizeof(hello_record), true);
    send_next(hello_record, sizeof(hello_record), false);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_hello_is_read_without_a_syn)
{
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

/* RFC 5246 appendix E.2. */
START_TEST(a_hello_in_the_framing_of_sslv2_has_no_name)
{
    static const uint8_t bytes[] = { 0x80, 28, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f, [29] = 0 };

    handshake();
    send_next(bytes, 1 + (size_t)_i, true);
    send_next(bytes + 1 + _i, sizeof(bytes) - 1 - (size_t)_i, true);
    ck_assert_str_eq(events, "tls:");
}
END_TEST

START_TEST(a_hello_against_the_flows_way_says_so)
{
    send_next(hello_record, sizeof(hello_record), false);
    ck_assert_str_eq(events, "tls:tls.example<");
}
END_TEST

START_TEST(a_hello_is_read_after_starttls)
{
    handshake();
    reply("220 mail.example ESMTP\r\n");
    say("EHLO a.example\r\n");
    reply("250-mail.example\r\n250 STARTTLS\r\n");
    say("STARTTLS\r\n");
    reply("220 ready\r\n");
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_hello_is_read_in_the_segment_of_starttls)
{
    static const char line[] = "STARTTLS\r\n";
    uint8_t bytes[sizeof(line) - 1 + sizeof(hello_record)];

    memcpy(bytes, line, sizeof(line) - 1);
    memcpy(bytes + sizeof(line) - 1, hello_record, sizeof(hello_record));
    handshake();
    send_next(bytes, sizeof(bytes), true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_hello_is_read_behind_connect)
{
    handshake();
    say("CONNECT proxied.example:443 HTTP/1.1\r\nHost: proxied.example:443\r\n\r\n");
    ck_assert_str_eq(events, "http:proxied.example");
    reply("HTTP/1.1 200 OK\r\n\r\n");
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "http:proxied.example tls:tls.example");
}
END_TEST

/* RFC 1928: methods, request, then what is carried. */
START_TEST(a_hello_is_read_behind_socks)
{
    handshake();
    send_next("\5\1\0", 3, true);
    send_next("\5\0", 2, false);
    send_next("\5\1\0\3\1a\1\xbb", 8, true);
    send_next("\5\0\0\1\0\0\0\0\0\0", 10, false);
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

START_TEST(a_stream_without_a_hello_is_left_alone_after_16_kib)
{
    char block[1024];

    memset(block, 'x', sizeof(block));
    handshake();
    for (int i = 0; i < 16; i++) {
        ck_assert(!connection.dissected);
        send_next(block, sizeof(block), true);
        send_next(block, sizeof(block), false);
    }
    ck_assert(connection.dissected);
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "");
}
END_TEST

/* --- HTTP --- */

START_TEST(the_first_request_is_read_however_it_is_cut)
{
    size_t cut = (size_t)_i;

    handshake();
    send_next(HTTP_REQUEST, cut, true);
    send_next(&HTTP_REQUEST[cut], strlen(HTTP_REQUEST) - cut, true);
    ck_assert_str_eq(events, "http:web.example");
}
END_TEST

START_TEST(only_the_first_request_is_read)
{
    handshake();
    say(HTTP_REQUEST);
    reply("HTTP/1.1 200 OK\r\n\r\n");
    say("GET /2 HTTP/1.1\r\nHost: other.example\r\n\r\n");
    ck_assert_str_eq(events, "http:web.example");
}
END_TEST

/* --- DNS over TCP --- */

/* Writes 'count' messages behind their lengths (RFC 1035 section 4.2.2). */
static size_t dns_stream(uint8_t *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *out++ = 0;
        *out++ = sizeof(dns_message);
        memcpy(out, dns_message, sizeof(dns_message));
        out += sizeof(dns_message);
    }
    return count * (2 + sizeof(dns_message));
}

START_TEST(two_dns_messages_in_one_segment_are_two)
{
    uint8_t bytes[256];

    flow.service = SERVICE_DNS;
    handshake();
    send_next(bytes, dns_stream(bytes, 2), true);
    ck_assert_str_eq(events, "dns:29 dns:29");
    send_next(bytes, dns_stream(bytes, 1), false);
    ck_assert_str_eq(events, "dns:29 dns:29 dns:29<");
}
END_TEST

START_TEST(a_dns_message_over_two_segments_is_one)
{
    uint8_t bytes[256];
    size_t len = dns_stream(bytes, 2), cut = (size_t)_i;

    flow.service = SERVICE_DNS;
    handshake();
    send_next(bytes, cut, true);
    send_next(bytes + cut, len - cut, true);
    ck_assert_str_eq(events, "dns:29 dns:29");
}
END_TEST

START_TEST(a_dns_message_byte_by_byte_is_one)
{
    uint8_t bytes[256];
    size_t len = dns_stream(bytes, 3);

    flow.service = SERVICE_DNS;
    handshake();
    for (size_t i = 0; i < len; i++)
        send_next(bytes + i, 1, true);
    ck_assert_str_eq(events, "dns:29 dns:29 dns:29");
}
END_TEST

START_TEST(a_length_that_cannot_be_ends_that_side)
{
    uint8_t bytes[256];

    flow.service = SERVICE_DNS;
    handshake();
    send_next("\0\5hello", 7, true);
    send_next(bytes, dns_stream(bytes, 1), true);
    send_next(bytes, dns_stream(bytes, 1), false);
    ck_assert_str_eq(events, "dns:29<");
}
END_TEST

/* --- UDP --- */

START_TEST(dns_datagrams_are_told_both_ways)
{
    flow.service = SERVICE_DNS;
    datagram(dns_message, sizeof(dns_message), true);
    datagram(dns_message, sizeof(dns_message), false);
    datagram("", 0, true);
    ck_assert_str_eq(events, "dns:29 dns:29<");
}
END_TEST

/* An Initial with the hello in one CRYPTO frame (RFC 9001 section 5.2, RFC 9000 section 19.6). */
static size_t quic_initial(uint8_t out[1500])
{
    uint8_t frames[1200] = { 6, 0, sizeof(hello_record) - 5 };

    frames[2] = (uint8_t)(0x40 | (sizeof(hello_record) - 5) >> 8);
    frames[3] = (uint8_t)(sizeof(hello_record) - 5);
    memcpy(frames + 4, hello_record + 5, sizeof(hello_record) - 5);
    return seal_packet(&rfc_9001, 0, frames, sizeof(frames), out);
}

START_TEST(a_hello_is_read_from_quic)
{
    uint8_t initial[1500];
    size_t len = quic_initial(initial);

    flow.service = SERVICE_QUIC;
    datagram("server", 6, false);
    datagram(initial, len, true);
    ck_assert_str_eq(events, "quic:tls.example");
    ck_assert(connection.dissected);
    datagram(initial, len, true);
    ck_assert_str_eq(events, "quic:tls.example");
}
END_TEST

START_TEST(a_flow_that_the_engine_gave_up_is_left_alone)
{
    uint8_t initial[1500];

    connection.flow = NULL;
    datagram(initial, quic_initial(initial), true);
    datagram(dns_message, sizeof(dns_message), true);
    ck_assert_str_eq(events, "");
}
END_TEST

/* --- bounds --- */

START_TEST(the_oldest_of_too_many_flows_is_given_up)
{
    struct connection *many = calloc(DISSECTORS_MAX, sizeof(*many));

    ck_assert_ptr_nonnull(many);
    handshake();
    send_next("x", 1, true);
    for (size_t i = 0; i < DISSECTORS_MAX; i++)
        begin(&many[i]);
    ck_assert_uint_eq(dissect_count(dissectors).given_up, 1);
    ck_assert(connection.dissected);
    ck_assert_ptr_null(connection.dissector);
    ck_assert_ptr_nonnull(many[0].dissector);
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "");
    for (size_t i = 0; i < DISSECTORS_MAX; i++)
        dissect_end(dissectors, &many[i]);
    free(many);
}
END_TEST

START_TEST(a_scan_of_syns_takes_no_place)
{
    struct connection *many = calloc(DISSECTORS_MAX, sizeof(*many));

    ck_assert_ptr_nonnull(many);
    handshake();
    send_next(hello_record, 10, true);
    for (size_t i = 0; i < DISSECTORS_MAX; i++)
        syn(&many[i], true);
    ck_assert_ptr_null(many[0].dissector);
    send_next(hello_record + 10, sizeof(hello_record) - 10, true);
    ck_assert_str_eq(events, "tls:tls.example");
    free(many);
}
END_TEST

/* The last SYN of those that were tried again says where bytes begin. */
START_TEST(what_came_before_the_first_byte_is_waited_for)
{
    struct packet packet = { .kind = PACKET_TCP, .tcp = { .seq = 5, .flags = PACKET_TCP_SYN } };

    hand_in(&connection, packet, "", 0, true);
    handshake();
    ck_assert_ptr_null(connection.dissector);
    send_at(1010, hello_record + 10, sizeof(hello_record) - 10, true);
    ck_assert_str_eq(events, "");
    send_at(1000, hello_record, 10, true);
    ck_assert_str_eq(events, "tls:tls.example");
}
END_TEST

/* Sends a message's first bytes on many flows until one is refused; how many there were. */
static size_t fill(struct connection many[DISSECTORS_MAX], const uint8_t *head, size_t head_len)
{
    static uint8_t bytes[16000];
    struct packet packet = { .kind = PACKET_TCP, .tcp = { .seq = 1, .flags = PACKET_TCP_ACK } };
    size_t i;

    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, head, head_len);
    for (i = 0; i < DISSECTORS_MAX && dissect_count(dissectors).streams_refused == 0; i++) {
        many[i].flow = &flow;
        hand_in(&many[i], packet, bytes, sizeof(bytes), true);
    }
    return i;
}

START_TEST(messages_not_whole_yet_share_a_budget)
{
    static const struct {
        enum service service;
        uint8_t head[14];
    } kinds[] = {
        { SERVICE_DNS, { 0xff, 0xff } },
        { SERVICE_OTHER, { 22, 3, 1, 0x40, 0, 1, 0, 0x7f, 0xf0 } },
    };
    struct connection *many = calloc(DISSECTORS_MAX, sizeof(*many));
    size_t count;

    ck_assert_ptr_nonnull(many);
    flow.service = kinds[_i].service;
    count = fill(many, kinds[_i].head, sizeof(kinds[_i].head));
    ck_assert_uint_le(count, DISSECT_WAITING_MAX / 16000 + 1);
    ck_assert_uint_ge(count, DISSECT_WAITING_MAX / (64 * 1024));
    for (size_t i = 0; i < count; i++)
        dissect_end(dissectors, &many[i]);
    flow.service = SERVICE_OTHER;
    handshake();
    send_next(hello_record, 40, true); /* what was held is free again */
    send_next(hello_record + 40, sizeof(hello_record) - 40, true);
    ck_assert_str_eq(events, "tls:tls.example");
    ck_assert_uint_eq(dissect_count(dissectors).streams_refused, 1);
    free(many);
}
END_TEST

/* Flows with nothing more to find make no room scarce. */
START_TEST(flows_that_were_read_are_not_given_up)
{
    struct connection *many = calloc(DISSECTORS_MAX, sizeof(*many));
    struct packet packet = { .kind = PACKET_TCP, .tcp = { .seq = 1, .flags = PACKET_TCP_ACK } };

    ck_assert_ptr_nonnull(many);
    for (size_t i = 0; i < DISSECTORS_MAX; i++) {
        events[0] = '\0';
        hand_in(&many[i], packet, hello_record, sizeof(hello_record), true);
        ck_assert_str_eq(events, "tls:tls.example");
    }
    handshake();
    ck_assert_uint_eq(dissect_count(dissectors).given_up, 0);
    for (size_t i = 0; i < DISSECTORS_MAX; i++)
        dissect_end(dissectors, &many[i]);
    free(many);
}
END_TEST

START_TEST(streams_with_too_much_ahead_are_counted)
{
    handshake();
    for (uint32_t i = 0; i <= 64; i++)
        send_at(2000 + 2 * i, "x", 1, true);
    ck_assert_uint_eq(dissect_count(dissectors).streams_refused, 1);
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(events, "");
}
END_TEST

static Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_hello_is_read_from_one_segment,
        a_hello_is_read_byte_by_byte,
        a_flow_is_left_alone_after_its_hello,
        a_hello_is_read_without_a_syn,
        a_hello_against_the_flows_way_says_so,
        a_hello_is_read_after_starttls,
        a_hello_is_read_in_the_segment_of_starttls,
        a_hello_is_read_behind_connect,
        a_hello_is_read_behind_socks,
        a_stream_without_a_hello_is_left_alone_after_16_kib,
        only_the_first_request_is_read,
        two_dns_messages_in_one_segment_are_two,
        a_dns_message_byte_by_byte_is_one,
        a_length_that_cannot_be_ends_that_side,
        dns_datagrams_are_told_both_ways,
        a_hello_is_read_from_quic,
        a_flow_that_the_engine_gave_up_is_left_alone,
        the_oldest_of_too_many_flows_is_given_up,
        a_scan_of_syns_takes_no_place,
        what_came_before_the_first_byte_is_waited_for,
        flows_that_were_read_are_not_given_up,
        streams_with_too_much_ahead_are_counted,
    };
    Suite *suite = suite_create("dissect");
    TCase *cases = tcase_create("dissect");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_hello_is_read_wherever_it_is_cut, 1, sizeof(hello_record));
    tcase_add_loop_test(cases, a_hello_is_read_from_segments_out_of_order, 1,
            sizeof(hello_record));
    tcase_add_loop_test(cases, the_first_request_is_read_however_it_is_cut, 1,
            sizeof(HTTP_REQUEST) - 1);
    tcase_add_loop_test(cases, a_hello_in_the_framing_of_sslv2_has_no_name, 0, 29);
    tcase_add_loop_test(cases, a_dns_message_over_two_segments_is_one, 1,
            2 * (2 + sizeof(dns_message)));
    tcase_add_loop_test(cases, messages_not_whole_yet_share_a_budget, 0, 2);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
