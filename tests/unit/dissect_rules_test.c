#include "dissect.h"
#include "dissect_http.h"
#include "exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define ALL_BUFFERS 0xffffu

/* A question for dns.example (RFC 1035 section 4). */
static const uint8_t dns_message[] = { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'd', 'n', 's',
    7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1 };

/* A ClientHello with the server name "tls.example" (RFC 8446 section 4.1.2). */
static const uint8_t hello_record[] = {
    22, 3, 1, 0, 67, 1, 0, 0, 63, 3, 3, [43] = 0, 0, 2, 0x13, 1, 1, 0, 0, 20, 0, 0, 0, 16, 0, 14, 0,
    0, 11, 't', 'l', 's', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e',
};

/* CONNECT of "id", SUBSCRIBE to "a" and "b", PUBLISH to "t" (MQTT 3.1.1). */
static const uint8_t mqtt_client[] = { 0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 2, 'i', 'd',
    0x82, 10, 0, 1, 0, 1, 'a', 0, 0, 1, 'b', 0, 0x30, 5, 0, 1, 't', 'h', 'i' };

static struct dissectors *dissectors;
static struct flow flow;
static struct connection connection;
static char told[4096];
static struct match_message last; /* told; its bytes may be gone */
static uint32_t next_seq[2];

static void note(const char *format, ...)
{
    size_t used = strlen(told);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(told + used, sizeof(told) - used, format, arguments);
    va_end(arguments);
}

static void on_hello(void *user, struct connection *from, const struct tls_hello *hello, bool quic,
        bool to_server)
{
    (void)user;
    (void)from;
    (void)hello;
    (void)quic;
    (void)to_server;
}

static void on_http(void *user, struct connection *from, const struct http_head *head,
        bool to_server)
{
    (void)user;
    (void)from;
    (void)head;
    (void)to_server;
}

static void on_dns(void *user, struct connection *from, struct cursor message, bool to_server)
{
    (void)user;
    (void)from;
    (void)message;
    (void)to_server;
}

static void on_stream(void *user, struct connection *from, bool to_server, struct cursor bytes,
        uint64_t offset)
{
    (void)user;
    (void)from;
    note("%c%llu:%.*s ", to_server ? '>' : '<', (unsigned long long)offset, (int)bytes.left,
            (const char *)bytes.at);
}

static void on_message_end(void *user, struct connection *from, bool to_server)
{
    (void)user;
    (void)from;
    note("%c| ", to_server ? '>' : '<');
}

static const char *const names[] = { [BUFFER_DNS_QUERY] = "query", [BUFFER_TLS_SNI] = "sni",
    [BUFFER_QUIC_SNI] = "quic", [BUFFER_HTTP_METHOD] = "method", [BUFFER_HTTP_URI] = "uri",
    [BUFFER_HTTP_HOST] = "host", [BUFFER_HTTP_USER_AGENT] = "agent",
    [BUFFER_HTTP_HEADER] = "fields", [BUFFER_HTTP_REQUEST_BODY] = "body",
    [BUFFER_MQTT_CLIENT_ID] = "client", [BUFFER_MQTT_USERNAME] = "user",
    [BUFFER_MQTT_PASSWORD] = "password", [BUFFER_MQTT_PUBLISH_TOPIC] = "publish",
    [BUFFER_MQTT_SUBSCRIBE_TOPIC] = "subscribe" };

static void on_transaction(void *user, struct connection *from,
        const struct match_transaction *transaction)
{
    static const char *const stages[] = { [MATCH_WHOLE] = "whole", [MATCH_HEAD] = "head",
        [MATCH_BODY] = "again" };

    (void)user;
    (void)from;
    last = transaction->message;
    note("%s%s{", stages[transaction->stage], transaction->to_server ? "" : "<");
    for (size_t i = 0; i < transaction->count; i++)
        note("%s%s=%.*s", i > 0 ? " " : "", names[transaction->buffers[i].kind],
                (int)transaction->buffers[i].bytes.left,
                (const char *)transaction->buffers[i].bytes.at);
    note("} ");
}

static const struct dissect_events events = { .hello = on_hello, .http = on_http, .dns = on_dns,
    .stream = on_stream, .message_end = on_message_end, .transaction = on_transaction };

static void start_over(void)
{
    memset(&connection, 0, sizeof(connection));
    flow = (struct flow){ .service = SERVICE_OTHER };
    connection.flow = &flow;
    connection.destination_port = 80;
    told[0] = '\0';
    next_seq[0] = 1000;
    next_seq[1] = UINT32_MAX - 10;
}

static void set_up(void)
{
    dissectors = dissectors_new(&events, NULL);
    ck_assert_ptr_nonnull(dissectors);
    start_over();
}

static void finish(void)
{
    dissect_end(dissectors, &connection);
    dissect_forget(dissectors, &connection);
}

static void tear_down(void)
{
    finish();
    dissectors_free(dissectors);
}

static void want(uint32_t buffers)
{
    ck_assert(dissectors_want(dissectors, buffers));
}

#define BIT(kind) (1u << (kind))

/* From a heap block of exactly this size, so a sanitizer sees one byte too far. */
static void send_flags(uint32_t seq, uint8_t flags, const void *data, size_t len, bool forward)
{
    struct packet packet = { .kind = PACKET_TCP,
        .tcp = { .seq = seq, .ack = next_seq[forward ? 1 : 0], .flags = flags } };
    uint8_t *block = malloc(len + 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, data, len);
    packet.payload = cursor_over(block + 1, len);
    tcp_track(&connection.tcp, forward, flags, seq);
    dissect_packet(dissectors, &connection, &packet, forward);
    free(block);
}

static void send_next(const void *data, size_t len, bool forward)
{
    uint32_t *seq = &next_seq[forward ? 0 : 1];

    send_flags(*seq, PACKET_TCP_ACK, data, len, forward);
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

static void hang_up(void)
{
    send_flags(next_seq[0], PACKET_TCP_FIN | PACKET_TCP_ACK, "", 0, true);
}

#define URI_AND_BODY (BIT(BUFFER_HTTP_URI) | BIT(BUFFER_HTTP_REQUEST_BODY))

/* --- HTTP --- */

START_TEST(nothing_is_told_unless_it_is_wanted)
{
    say("GET /1 HTTP/1.1\r\nHost: h.example\r\n\r\n");
    reply("HTTP/1.1 200 OK\r\n\r\n");
    finish();
    ck_assert_str_eq(told, "");
    ck_assert_int_eq(connection.application, APPLICATION_HTTP1);
    ck_assert_str_eq(connection.app_proto, "http");
}
END_TEST

START_TEST(a_request_has_all_buffers)
{
    want(ALL_BUFFERS & ~BIT(BUFFER_HTTP_REQUEST_BODY));
    say("GET /%31 HTTP/1.1\r\nHost: H.example:8\r\nUser-Agent: a\r\n\r\n");
    ck_assert_str_eq(told, "whole{method=GET uri=/1 host=h.example agent=a "
                           "fields=Host: H.example:8\r\nUser-Agent: a\r\n} ");
}
END_TEST

START_TEST(all_requests_of_a_connection_are_told)
{
    want(BIT(BUFFER_HTTP_URI));
    say("GET /1 HTTP/1.1\r\n\r\n");
    reply("HTTP/1.1 200 OK\r\n\r\n");
    say("POST /2 HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"
        "GET /4 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{uri=/1} whole{uri=/2} whole{uri=/3} whole{uri=/4} ");
}
END_TEST

static const char pipelined[] = "GET /1 HTTP/1.1\r\nA: b\r\n\r\n"
                                "POST /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
                                "POST /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3;x\r\nabc\r\n1\r\nd\r\n0\r\nT: u\r\n\r\n"
                                "GET /4 HTTP/1.1\r\n\r\n";
static const char pipelined_told[] = "head{uri=/1} head{uri=/2} again{uri=/2 body=abc} head{uri=/3} "
                                     "again{uri=/3 body=abcd} head{uri=/4} ";

START_TEST(requests_are_found_wherever_they_are_cut)
{
    want(URI_AND_BODY);
    send_next(pipelined, (size_t)_i, true);
    send_next(pipelined + _i, sizeof(pipelined) - 1 - (size_t)_i, true);
    finish();
    ck_assert_str_eq(told, pipelined_told);
}
END_TEST

START_TEST(requests_are_found_byte_by_byte)
{
    want(URI_AND_BODY);
    for (size_t i = 0; i < sizeof(pipelined) - 1; i++)
        send_next(pipelined + i, 1, true);
    ck_assert_str_eq(told, pipelined_told);
}
END_TEST

START_TEST(a_head_that_breaks_off_is_told_at_the_end)
{
    want(BIT(BUFFER_HTTP_URI) | BIT(BUFFER_HTTP_USER_AGENT) | BIT(BUFFER_HTTP_HOST));
    say("GET /1 HTTP/1.1\r\nHost: h\r\nUser-Agent: a\r\nX: ");
    ck_assert_str_eq(told, "");
    if (_i == 0)
        hang_up();
    finish();
    ck_assert_str_eq(told, "whole{uri=/1 agent=a} ");
}
END_TEST

START_TEST(a_request_line_that_breaks_off_is_told_at_the_end)
{
    want(BIT(BUFFER_HTTP_URI));
    say("GET /1 HT");
    finish();
    ck_assert_str_eq(told, "whole{uri=/1} ");
}
END_TEST

START_TEST(a_body_that_breaks_off_is_told_at_the_end)
{
    want(URI_AND_BODY);
    say("POST /1 HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    ck_assert_str_eq(told, "head{uri=/1} ");
    hang_up();
    ck_assert_str_eq(told, "head{uri=/1} again{uri=/1 body=abc} ");
    finish();
    ck_assert_str_eq(told, "head{uri=/1} again{uri=/1 body=abc} ");
}
END_TEST

START_TEST(what_follows_in_a_segment_and_is_no_request_is_body)
{
    want(URI_AND_BODY);
    say("POST /1 HTTP/1.1\r\nContent-Length: 1\r\n\r\nab\r\nGET /2 HTTP/1.1\r\n\r\nNOTE /3 HTTP/1.1\r\n");
    ck_assert_str_eq(told, "head{uri=/1} again{uri=/1 body=ab\r\n} head{uri=/2} "
                           "again{uri=/2 body=NOTE /3 HTTP/1.1\r\n} ");
}
END_TEST

START_TEST(a_body_is_told_as_far_as_suricata_keeps_it)
{
    static const char head[] = "POST /1 HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n";
    static char block[1000];

    want(BIT(BUFFER_HTTP_REQUEST_BODY));
    memset(block, 'x', sizeof(block));
    say(head);
    for (int i = 0; i < 102; i++)
        send_next(block, sizeof(block), true);
    ck_assert_str_eq(told, "head{} ");
    send_next(block, sizeof(block), true);
    ck_assert_str_ne(told, "head{} ");
    told[0] = '\0';
    for (int i = 103; i < 1000; i++)
        send_next(block, sizeof(block), true);
    ck_assert_str_eq(told, "");
    say("GET /2 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "head{} ");
}
END_TEST

START_TEST(a_bad_chunk_ends_the_reading)
{
    want(URI_AND_BODY);
    say("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\nGET /2 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "head{uri=/1} again{uri=/1 body=a} ");
}
END_TEST

START_TEST(a_field_that_is_too_long_leaves_the_request_line)
{
    static char block[HTTP_LINE_MAX];

    memset(block, 'x', sizeof(block));
    want(BIT(BUFFER_HTTP_URI) | BIT(BUFFER_HTTP_HEADER) | BIT(BUFFER_HTTP_USER_AGENT));
    say("GET /1 HTTP/1.1\r\nUser-Agent: a\r\nX: ");
    send_next(block, sizeof(block), true);
    ck_assert_str_eq(told, "whole{uri=/1 agent=a} ");
    say("\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{uri=/1 agent=a} ");
}
END_TEST

START_TEST(a_request_of_http_0_9_is_a_line)
{
    want(BIT(BUFFER_HTTP_URI));
    say("GET /1\r\n");
    ck_assert_str_eq(told, "whole{uri=/1} ");
    say("GET /2 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{uri=/1} ");
}
END_TEST

#define METHOD_AND_FIELDS (BIT(BUFFER_HTTP_METHOD) | BIT(BUFFER_HTTP_HEADER))

START_TEST(a_tunnel_is_left_alone)
{
    want(METHOD_AND_FIELDS);
    say("CONNECT h:1 HTTP/1.1\r\nA: b\r\n\r\n");
    ck_assert_str_eq(told, "");
    reply("HTTP/1.1 200 OK\r\n\r\n");
    ck_assert_str_eq(told, "whole{method=CONNECT} ");
    say("PING /x\r\n\r\nGET /1 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{method=CONNECT} ");
}
END_TEST

START_TEST(requests_go_on_after_a_refused_tunnel)
{
    want(METHOD_AND_FIELDS);
    say("CONNECT h:1 HTTP/1.1\r\nA: b\r\n\r\n");
    reply("HTTP/1.1 403 no\r\n\r\n");
    say("GET /1 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{method=CONNECT fields=A: b\r\n} whole{method=GET} ");
}
END_TEST

START_TEST(a_tunnel_that_nobody_answers_is_told_at_the_end)
{
    want(METHOD_AND_FIELDS);
    say("CONNECT h:1 HTTP/1.1\r\nA: b\r\n\r\n");
    finish();
    ck_assert_str_eq(told, "whole{method=CONNECT} ");
}
END_TEST

START_TEST(rules_see_no_bytes_before_the_handshake)
{
    want(BIT(BUFFER_HTTP_METHOD));
    connection.wants_stream[0] = true;
    send_flags(next_seq[0] - 1, PACKET_TCP_SYN, "", 0, true);
    say("GET /1 HTTP/1.1\r\n\r\n");
    finish();
    ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_line_behind_a_request_is_its_body_at_the_end)
{
    want(URI_AND_BODY);
    say("GET /1 HTTP/1.1\r\n\r\nmore");
    ck_assert_str_eq(told, "head{uri=/1} ");
    finish();
    ck_assert_str_eq(told, "head{uri=/1} again{uri=/1 body=more} ");
}
END_TEST

#define FIELDS BIT(BUFFER_HTTP_HEADER)

START_TEST(the_fields_of_responses_are_told)
{
    want(FIELDS);
    say("GET / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    told[0] = '\0';
    reply("HTTP/1.1 100 Continue\r\nA: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    reply("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
    ck_assert_str_eq(told, "whole<{fields=Content-Length: 3\r\n} whole<{fields=Content-Length: 4\r\n} "
                           "whole<{fields=Transfer-Encoding: chunked\r\n} ");
}
END_TEST

START_TEST(responses_are_found_wherever_they_are_cut)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
                               "HTTP/1.1 404 no\r\nA: b\r\n\r\nthe rest";
    size_t cut = (size_t)_i % sizeof(text);

    want(FIELDS);
    if (_i < (int)sizeof(text))
        say("GET / HTTP/1.1\r\n\r\n");
    told[0] = '\0';
    send_next(text, cut, false);
    send_next(text + cut, sizeof(text) - 1 - cut, false);
    finish();
    ck_assert_str_eq(told, "whole<{fields=Content-Length: 3\r\n} "
                           "whole<{fields=Transfer-Encoding: chunked\r\n} whole<{fields=A: b\r\n} ");
}
END_TEST

START_TEST(a_gap_in_a_body_is_stepped_over)
{
    want(FIELDS);
    reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
    next_seq[1] += 6;
    reply("ijHTTP/1.1 200 OK\r\nA: b\r\n\r\n");
    say("");
    ck_assert_str_eq(told, "whole<{fields=Content-Length: 10\r\n} whole<{fields=A: b\r\n} ");
}
END_TEST

START_TEST(a_switch_of_protocols_ends_the_reading)
{
    want(FIELDS);
    reply("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n");
    ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(an_unknown_method_waits_for_the_server)
{
    want(BIT(BUFFER_HTTP_METHOD));
    say("SUBSCRIBE /x HTTP/1.1\r\n");
    say("NT: upnp:event\r\n\r\n");
    ck_assert_str_eq(told, "");
    ck_assert_int_eq(connection.application, APPLICATION_ANY);
    reply("HTTP/1.1 200 OK\r\n\r\n");
    ck_assert_str_eq(told, "whole{method=SUBSCRIBE} ");
    say("UNSUBSCRIBE /x HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{method=SUBSCRIBE} whole{method=UNSUBSCRIBE} ");
}
END_TEST

START_TEST(another_application_has_no_requests)
{
    want(ALL_BUFFERS);
    say("OPTIONS sip:a SIP/2.0\r\n\r\n");
    reply("SSH-2.0-x\r\n");
    finish();
    ck_assert_str_eq(told, "");
    ck_assert_str_eq(connection.app_proto, "sip");
}
END_TEST

START_TEST(a_gap_ends_the_reading_of_requests)
{
    connection.wants_stream[0] = true;
    want(BIT(BUFFER_HTTP_URI));
    say("GET /1 HTTP/1.1\r\n\r\n");
    told[0] = '\0';
    send_flags(next_seq[0] + 5, PACKET_TCP_ACK, "GET /2 HTTP/1.1\r\n\r\n", 19, true);
    next_seq[0] += 24;
    reply("x");
    ck_assert_str_eq(told, ">24:GET /2 HTTP/1.1\r\n\r\n ");
}
END_TEST

/* --- the others --- */

START_TEST(the_name_of_a_hello_is_told)
{
    want(BIT(BUFFER_TLS_SNI));
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_str_eq(told, "whole{sni=tls.example} ");
    ck_assert_int_eq(connection.application, APPLICATION_TLS);
    ck_assert(connection.dissected);
}
END_TEST

START_TEST(a_hello_without_a_name_has_none)
{
    uint8_t nameless[sizeof(hello_record)];

    memcpy(nameless, hello_record, sizeof(nameless));
    nameless[53] = 0x23; /* another extension in the place of the name's */
    want(BIT(BUFFER_TLS_SNI));
    send_next(nameless, sizeof(nameless), true);
    ck_assert_str_eq(told, "whole{} ");
}
END_TEST

static void send_datagram(const void *data, size_t len, bool forward)
{
    struct packet packet = { .kind = PACKET_UDP, .payload = cursor_over(data, len) };

    dissect_packet(dissectors, &connection, &packet, forward);
}

START_TEST(questions_are_told_but_not_answers)
{
    uint8_t answer[sizeof(dns_message)];

    memcpy(answer, dns_message, sizeof(answer));
    answer[2] |= 0x80;
    want(BIT(BUFFER_DNS_QUERY));
    flow.service = SERVICE_DNS;
    connection.destination_port = 53;
    send_datagram(dns_message, sizeof(dns_message), true);
    send_datagram(answer, sizeof(answer), false);
    ck_assert_str_eq(told, "whole{query=dns.example} ");
    ck_assert_int_eq(connection.application, APPLICATION_DNS);
}
END_TEST

START_TEST(a_question_that_breaks_off_is_not_told)
{
    want(BIT(BUFFER_DNS_QUERY));
    flow.service = SERVICE_DNS;
    send_datagram(dns_message, sizeof(dns_message) - 1, true);
    ck_assert_str_eq(told, "");
}
END_TEST

/* Questions enough for three transactions, the last of them for one name. */
START_TEST(many_questions_are_told_in_parts)
{
    uint8_t message[12 + 33 * 7] = { 0, 1, 1, 0, 0, 33 };

    for (size_t i = 0; i < 33; i++)
        memcpy(message + 12 + i * 7, "\1q\0\0\1\0\1", 7);
    want(BIT(BUFFER_DNS_QUERY));
    flow.service = SERVICE_DNS;
    send_datagram(message, sizeof(message), true);
    ck_assert_uint_eq(strlen(told), 3 * strlen("whole{} ") + 33 * strlen("query=q ") - 3);
}
END_TEST

START_TEST(multicast_questions_are_not_those_of_dns)
{
    want(BIT(BUFFER_DNS_QUERY));
    flow.service = SERVICE_DNS;
    connection.destination_port = 5353;
    send_datagram(dns_message, sizeof(dns_message), true);
    ck_assert_str_eq(told, "");
}
END_TEST

#define MQTT_TOLD "whole{client=id} whole{subscribe=a subscribe=b} whole{publish=t} "

START_TEST(mqtt_messages_are_found_wherever_they_are_cut)
{
    size_t cut = (size_t)_i;

    want(ALL_BUFFERS);
    connection.destination_port = 1883;
    send_next(mqtt_client, cut, true);
    send_next(mqtt_client + cut, sizeof(mqtt_client) - cut, true);
    ck_assert_str_eq(told, MQTT_TOLD);
    ck_assert_str_eq(connection.app_proto, "mqtt");
}
END_TEST

START_TEST(mqtt_messages_are_found_byte_by_byte)
{
    want(ALL_BUFFERS);
    connection.destination_port = 1883;
    for (size_t i = 0; i < sizeof(mqtt_client); i++)
        send_next(mqtt_client + i, 1, true);
    ck_assert_str_eq(told, MQTT_TOLD);
}
END_TEST

START_TEST(what_a_broker_publishes_is_told)
{
    want(BIT(BUFFER_MQTT_PUBLISH_TOPIC));
    connection.destination_port = 1883;
    send_next(mqtt_client, 16, true);
    send_next("\x20\2\0\0", 4, false);
    send_next("\x30\5\0\1thi", 7, false);
    ck_assert_str_eq(told, "whole{client=id} whole<{publish=t} ");
}
END_TEST

START_TEST(mqtt_is_only_told_on_its_port)
{
    want(ALL_BUFFERS);
    send_next(mqtt_client, sizeof(mqtt_client), true);
    ck_assert_str_eq(told, "");
}
END_TEST

/* A PUBLISH of 100,000 bytes, of which only the topic is looked at, then another. */
START_TEST(a_long_mqtt_message_is_read_by_its_beginning)
{
    static char block[1000];

    want(BIT(BUFFER_MQTT_PUBLISH_TOPIC));
    connection.destination_port = 1883;
    send_next("\x30\xa0\x8d\6\0\1t", 7, true);
    for (int i = 0; i < 99; i++)
        send_next(block, sizeof(block), true);
    send_next(block, 997, true);
    ck_assert_str_eq(told, "whole{publish=t} ");
    send_next("\x30\3\0\1u", 5, true);
    ck_assert_str_eq(told, "whole{publish=t} whole{publish=u} ");
}
END_TEST

START_TEST(a_bad_mqtt_message_ends_the_reading)
{
    want(BIT(BUFFER_MQTT_PUBLISH_TOPIC));
    connection.destination_port = 1883;
    send_next("\x30\3\0\1t\x30\3\0\7x\x30\3\0\1u", 15, true);
    ck_assert_str_eq(told, "whole{publish=t} ");
}
END_TEST

/* --- applications --- */

static const struct {
    const char *client, *server, *app_proto;
} applications[] = {
    { "GET / HTTP/1.1\r\n", "", "http" },
    { "get\t/", "", "http" },
    { "VERSION-CONTROL ", "", "http" },
    { "GETX / HTTP/1.1\r\n", "", NULL },
    { "", "HTTP/1.0 200 OK\r\n", "http" },
    { "", "SSH-2.0-x\r\n", "ssh" },
    { "SSH-1.99-x\r\n", "", "ssh" },
    { "\x16\x03\x01\x02", "", "tls" },
    { "", "\x15\x03\x03\x01", "tls" },
    { "\x15\x03\x03\x01", "", NULL },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", "http2" },
    { "EHLO x\r\n", "220 hello\r\n", NULL },
};

START_TEST(the_first_bytes_tell_the_application)
{
    reply(applications[_i].server);
    say(applications[_i].client);
    if (applications[_i].app_proto == NULL)
        ck_assert_ptr_null(connection.app_proto);
    else
        ck_assert_str_eq(connection.app_proto, applications[_i].app_proto);
}
END_TEST

START_TEST(the_first_bytes_may_come_one_by_one)
{
    for (const char *at = applications[_i].server; *at != '\0'; at++)
        send_next(at, 1, false);
    for (const char *at = applications[_i].client; *at != '\0'; at++)
        send_next(at, 1, true);
    if (applications[_i].app_proto == NULL)
        ck_assert_ptr_null(connection.app_proto);
    else
        ck_assert_str_eq(connection.app_proto, applications[_i].app_proto);
}
END_TEST

/* --- streams --- */

/* --- for alerts to tell --- */

static void check_kept(struct cursor kept, const char *expected)
{
    ck_assert_uint_eq(kept.left, strlen(expected));
    ck_assert(kept.left == 0 || memcmp(kept.at, expected, kept.left) == 0);
}

static void check_exchange(uint64_t number, const char *request, const char *response,
        uint64_t length)
{
    check_kept(exchange_request(connection.exchange, number), request);
    check_kept(exchange_response(connection.exchange, number), response);
    ck_assert_uint_eq(connection.exchange->number, number);
    ck_assert_uint_eq(connection.exchange->length, length);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define SIZED "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define OPEN "HTTP/1.1 200 OK\r\n\r\n"

START_TEST(the_last_request_and_its_answer_are_kept)
{
    want(BIT(BUFFER_HTTP_URI) | BIT(BUFFER_HTTP_HEADER));
    say(GET("/a"));
    check_exchange(0, GET("/a"), "", 0);
    ck_assert_uint_eq(last.number, 0);
    ck_assert_uint_eq(last.request.left, strlen(GET("/a")));
    reply(SIZED "ab");
    check_exchange(0, GET("/a"), SIZED, 2);
    ck_assert_uint_eq(last.request.left, strlen(GET("/a")));
    ck_assert_uint_eq(last.response.left, strlen(SIZED));
    reply("cd");
    check_exchange(0, GET("/a"), SIZED, 4);
    say(GET("/bc"));
    check_exchange(1, GET("/bc"), "", 0);
    check_kept(exchange_request(connection.exchange, 0), "");
    reply(CHUNKED "3\r\nabc\r\n0\r\n\r\n");
    check_exchange(1, GET("/bc"), CHUNKED, 3 + 3 + 2 + 3); /* with what chunks it, as in libhtp */
    say(GET("/"));
    reply(OPEN "abc");
    reply("def");
    check_exchange(2, GET("/"), OPEN, 6);
    ck_assert_uint_eq(last.number, 2);
}
END_TEST

/* The second is answered after the first, whose request is not kept any more. */
START_TEST(answers_belong_to_their_requests)
{
    want(BIT(BUFFER_HTTP_URI) | BIT(BUFFER_HTTP_HEADER));
    say(GET("/a") GET("/b"));
    reply(SIZED "abcd");
    check_exchange(1, GET("/b"), "", 0);
    ck_assert_uint_eq(last.number, 0);
    ck_assert_ptr_null(last.request.at);
    reply(OPEN);
    check_exchange(1, GET("/b"), OPEN, 0);
}
END_TEST

START_TEST(what_has_no_room_is_counted_and_left_out)
{
    static struct connection many[600];
    static char long_request[32 * 1024] = "GET / HTTP/1.1\r\nX: ";
    size_t count = 0;

    want(BIT(BUFFER_HTTP_URI));
    memset(long_request + strlen(long_request), 'x', sizeof(long_request) - 64);
    memcpy(long_request + sizeof(long_request) - 5, "\r\n\r\n", 5);
    while (dissect_count(dissectors).messages_lost == 0 && count < 600) {
        start_over();
        say(long_request);
        many[count++] = connection;
        connection.dissector = NULL;
        dissect_end(dissectors, &many[count - 1]);
    }
    ck_assert_uint_eq(dissect_count(dissectors).messages_lost, 1);
    ck_assert_uint_eq(count, DISSECT_TOLD_MAX / sizeof(long_request) + 1);
    check_kept(exchange_request(many[count - 1].exchange, 0), "");
    connection.exchange = NULL;
    for (size_t i = 0; i < count; i++)
        dissect_forget(dissectors, &many[i]);
}
END_TEST

START_TEST(the_answer_to_a_connect_of_mqtt_is_kept)
{
    static const uint8_t refusal[] = { 0x20, 2, 0, 5 };

    want(BIT(BUFFER_MQTT_CLIENT_ID));
    connection.destination_port = 1883;
    send_next(mqtt_client, 16, true);
    ck_assert_uint_eq(last.request.left, 16);
    send_next(refusal, sizeof(refusal), false);
    ck_assert_uint_eq(exchange_response(connection.exchange, 0).left, sizeof(refusal));
    ck_assert_uint_eq(connection.mqtt_version, 4);
}
END_TEST

START_TEST(streams_are_told_only_where_they_are_wanted)
{
    connection.wants_stream[1] = true;
    say("hello");
    reply("world");
    ck_assert_str_eq(told, "<0:world ");
}
END_TEST

START_TEST(a_stream_is_told_in_order)
{
    connection.wants_stream[0] = true;
    say("ab");
    send_flags(next_seq[0] + 2, PACKET_TCP_ACK, "ef", 2, true);
    say("cd");
    ck_assert_str_eq(told, ">0:ab >2:cd >4:ef ");
}
END_TEST

START_TEST(a_stream_goes_on_behind_a_hello)
{
    connection.wants_stream[0] = true;
    send_next(hello_record, sizeof(hello_record), true);
    told[0] = '\0';
    say("more");
    ck_assert_str_eq(told, ">72:more ");
}
END_TEST

/* A mark behind the bytes in which one ends. */
START_TEST(the_ends_of_messages_are_told_in_streams)
{
    connection.wants_stream[0] = connection.wants_stream[1] = true;
    want(BIT(BUFFER_DNS_QUERY) | BIT(BUFFER_HTTP_REQUEST_BODY));
    say("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
    told[0] = '\0';
    say("cd");
    ck_assert_str_eq(told, ">40:cd again{body=abcd} >| ");
    told[0] = '\0';
    reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    ck_assert_ptr_null(strchr(told, '|'));
    reply("ok");
    ck_assert_ptr_nonnull(strstr(told, "<38:ok <| "));
    told[0] = '\0';
    reply("HTTP/1.1 204 No Content\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(told, "<| "));
    reply("HTTP/1.1 200 OK\r\n\r\nbody");
    told[0] = '\0';
    send_flags(next_seq[1], PACKET_TCP_FIN | PACKET_TCP_ACK, "", 0, false);
    ck_assert_str_eq(told, "<| ");
}
END_TEST

START_TEST(the_ends_of_records_of_tls_are_told_in_streams)
{
    connection.wants_stream[0] = connection.wants_stream[1] = true;
    send_next(hello_record, sizeof(hello_record), true);
    ck_assert_ptr_nonnull(strchr(told, '|'));
    told[0] = '\0';
    send_next("\x16\x03\x03\x00", 4, false);
    send_next("\x03" "ab", 3, false);
    ck_assert_ptr_null(strchr(told, '|'));
    send_next("c\x16", 2, false);
    ck_assert_ptr_nonnull(strstr(told, "<| "));
}
END_TEST

START_TEST(a_record_of_tls_begins_with_bytes_that_told_nothing_yet)
{
    connection.wants_stream[0] = true;
    send_next(hello_record, 2, true);
    ck_assert_ptr_null(strchr(told, '|'));
    send_next(hello_record + 2, sizeof(hello_record) - 2, true);
    ck_assert_ptr_nonnull(strchr(told, '|'));
}
END_TEST

START_TEST(a_gap_that_the_other_side_acknowledges_is_skipped)
{
    connection.wants_stream[0] = true;
    say("ab");
    next_seq[0] += 3;
    say("cd");
    ck_assert_str_eq(told, ">0:ab ");
    reply("ok");
    ck_assert_str_eq(told, ">0:ab >5:cd ");
    ck_assert_uint_eq(dissect_count(dissectors).gaps, 1);
}
END_TEST

START_TEST(a_gap_is_skipped_when_too_much_waits)
{
    static char block[1024];

    memset(block, 'x', sizeof(block));
    connection.wants_stream[0] = true;
    say("ab");
    next_seq[0] += 3;
    for (int i = 0; i < 64; i++)
        send_next(block, sizeof(block), true);
    ck_assert_str_eq(told, ">0:ab ");
    send_next(block, sizeof(block), true);
    ck_assert_int_eq(strncmp(told, ">0:ab >5:xxx", 12), 0);
    ck_assert_uint_eq(dissect_count(dissectors).gaps, 1);
    ck_assert_uint_eq(dissect_count(dissectors).streams_refused, 0);
}
END_TEST

START_TEST(a_stream_is_told_up_to_its_depth)
{
    static char block[64 * 1024];

    connection.wants_stream[0] = true;
    for (int i = 0; i < DISSECT_STREAM_MAX / (int)sizeof(block); i++) {
        ck_assert(!connection.dissected);
        send_next(block, sizeof(block), true);
        send_next(block, sizeof(block), false);
    }
    ck_assert(connection.dissected);
    told[0] = '\0';
    say("more");
    ck_assert_str_eq(told, "");
}
END_TEST

/* --- connections picked up in the middle --- */

static bool turns(const char *text, bool to_server, uint8_t kind)
{
    struct packet packet = { .kind = kind == PACKET_PROTOCOL_TCP ? PACKET_TCP : PACKET_UDP,
        .payload = cursor_over(text, strlen(text)) };

    connection.key.protocol = kind;
    return dissect_turns(dissectors, &connection, &packet, to_server);
}

START_TEST(a_server_that_is_seen_first_is_no_client)
{
    connection.source_port = 80;
    connection.destination_port = 50000;
    connection.packets[0] = 3;
    ck_assert(turns("HTTP/1.1 200 OK\r\n", true, PACKET_PROTOCOL_TCP));
    ck_assert_uint_eq(connection.source_port, 50000);
    ck_assert_uint_eq(connection.destination_port, 80);
    ck_assert_uint_eq(connection.packets[1], 3);
    ck_assert(connection.server_was_first);
    ck_assert(!turns("HTTP/1.1 200 OK\r\n", false, PACKET_PROTOCOL_TCP));
}
END_TEST

START_TEST(only_what_has_no_begin_is_turned)
{
    connection.tcp.has_syn[0] = true;
    ck_assert(!turns("HTTP/1.1 200 OK\r\n", true, PACKET_PROTOCOL_TCP));
    start_over();
    ck_assert(!turns("GET / HTTP/1.1\r\n", true, PACKET_PROTOCOL_TCP));
    ck_assert(!turns("\x16\x03\x03", true, PACKET_PROTOCOL_TCP));
    ck_assert(!turns("anything", true, PACKET_PROTOCOL_TCP));
    ck_assert(!turns("", true, PACKET_PROTOCOL_TCP));
}
END_TEST

START_TEST(only_the_first_bytes_of_a_side_can_turn_it)
{
    connection.key.protocol = PACKET_PROTOCOL_TCP;
    say("xyz");
    ck_assert(!turns("HTTP/1.1 200 OK\r\n", true, PACKET_PROTOCOL_TCP));
    ck_assert(turns("GET / HTTP/1.1\r\n", false, PACKET_PROTOCOL_TCP));
}
END_TEST

START_TEST(requests_of_a_turned_connection_are_told)
{
    want(BIT(BUFFER_HTTP_URI));
    connection.key.protocol = PACKET_PROTOCOL_TCP;
    ck_assert(turns("HTTP/1.1 200 OK\r\n", true, PACKET_PROTOCOL_TCP));
    reply("HTTP/1.1 200 OK\r\n\r\n");
    say("GET /1 HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "whole{uri=/1} ");
}
END_TEST

START_TEST(an_answer_of_dns_that_is_seen_first_is_turned)
{
    struct packet packet = { .kind = PACKET_UDP, .src_port = 53 };
    uint8_t message[sizeof(dns_message)];

    memcpy(message, dns_message, sizeof(message));
    packet.payload = cursor_over(message, sizeof(message));
    ck_assert(!dissect_turns(dissectors, &connection, &packet, true));
    message[2] |= 0x80;
    connection.packets[0] = 1;
    ck_assert(!dissect_turns(dissectors, &connection, &packet, true));
    connection.packets[0] = 0;
    ck_assert(dissect_turns(dissectors, &connection, &packet, true));
}
END_TEST

START_TEST(a_client_in_the_middle_of_something_hides_the_application)
{
    want(BIT(BUFFER_HTTP_METHOD));
    connection.key.protocol = PACKET_PROTOCOL_TCP;
    if (_i == 0) {
        say("the rest of a body, or something else\r\n");
        reply("HTTP/1.1 200 OK\r\n\r\n");
    } else {
        reply("HTTP/1.1 200 OK\r\n\r\n");
        say("the rest of a body, or something else\r\n");
    }
    say("GET / HTTP/1.1\r\n\r\n");
    ck_assert_str_eq(told, "");
    ck_assert_ptr_null(connection.app_proto);
    ck_assert_int_eq(connection.application, APPLICATION_ANY);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

static void add_http(Suite *suite)
{
    TCase *tcase = tcase_create("http");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, nothing_is_told_unless_it_is_wanted);
    tcase_add_test(tcase, a_request_has_all_buffers);
    tcase_add_test(tcase, all_requests_of_a_connection_are_told);
    tcase_add_loop_test(tcase, requests_are_found_wherever_they_are_cut, 0, ROWS(pipelined));
    tcase_add_test(tcase, requests_are_found_byte_by_byte);
    tcase_add_loop_test(tcase, a_head_that_breaks_off_is_told_at_the_end, 0, 2);
    tcase_add_test(tcase, a_request_line_that_breaks_off_is_told_at_the_end);
    tcase_add_test(tcase, a_body_that_breaks_off_is_told_at_the_end);
    tcase_add_test(tcase, what_follows_in_a_segment_and_is_no_request_is_body);
    tcase_add_test(tcase, a_body_is_told_as_far_as_suricata_keeps_it);
    tcase_add_test(tcase, a_bad_chunk_ends_the_reading);
    tcase_add_test(tcase, a_field_that_is_too_long_leaves_the_request_line);
    tcase_add_test(tcase, a_request_of_http_0_9_is_a_line);
    tcase_add_test(tcase, a_tunnel_is_left_alone);
    tcase_add_test(tcase, requests_go_on_after_a_refused_tunnel);
    tcase_add_test(tcase, a_tunnel_that_nobody_answers_is_told_at_the_end);
    tcase_add_test(tcase, rules_see_no_bytes_before_the_handshake);
    tcase_add_test(tcase, a_line_behind_a_request_is_its_body_at_the_end);
    tcase_add_test(tcase, the_fields_of_responses_are_told);
    tcase_add_loop_test(tcase, responses_are_found_wherever_they_are_cut, 0, 2 * 136);
    tcase_add_test(tcase, a_gap_in_a_body_is_stepped_over);
    tcase_add_test(tcase, a_switch_of_protocols_ends_the_reading);
    tcase_add_test(tcase, an_unknown_method_waits_for_the_server);
    tcase_add_test(tcase, another_application_has_no_requests);
    tcase_add_test(tcase, a_gap_ends_the_reading_of_requests);
    suite_add_tcase(suite, tcase);
}

static void add_others(Suite *suite)
{
    TCase *tcase = tcase_create("others");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_name_of_a_hello_is_told);
    tcase_add_test(tcase, a_hello_without_a_name_has_none);
    tcase_add_test(tcase, questions_are_told_but_not_answers);
    tcase_add_test(tcase, a_question_that_breaks_off_is_not_told);
    tcase_add_test(tcase, many_questions_are_told_in_parts);
    tcase_add_test(tcase, multicast_questions_are_not_those_of_dns);
    tcase_add_loop_test(tcase, mqtt_messages_are_found_wherever_they_are_cut, 0, ROWS(mqtt_client));
    tcase_add_test(tcase, mqtt_messages_are_found_byte_by_byte);
    tcase_add_test(tcase, what_a_broker_publishes_is_told);
    tcase_add_test(tcase, mqtt_is_only_told_on_its_port);
    tcase_add_test(tcase, a_long_mqtt_message_is_read_by_its_beginning);
    tcase_add_test(tcase, a_bad_mqtt_message_ends_the_reading);
    tcase_add_loop_test(tcase, the_first_bytes_tell_the_application, 0, ROWS(applications));
    tcase_add_loop_test(tcase, the_first_bytes_may_come_one_by_one, 0, ROWS(applications));
    tcase_add_test(tcase, a_server_that_is_seen_first_is_no_client);
    tcase_add_test(tcase, only_what_has_no_begin_is_turned);
    tcase_add_test(tcase, only_the_first_bytes_of_a_side_can_turn_it);
    tcase_add_test(tcase, requests_of_a_turned_connection_are_told);
    tcase_add_test(tcase, an_answer_of_dns_that_is_seen_first_is_turned);
    tcase_add_loop_test(tcase, a_client_in_the_middle_of_something_hides_the_application, 0, 2);
    tcase_add_test(tcase, the_last_request_and_its_answer_are_kept);
    tcase_add_test(tcase, answers_belong_to_their_requests);
    tcase_add_test(tcase, what_has_no_room_is_counted_and_left_out);
    tcase_add_test(tcase, the_answer_to_a_connect_of_mqtt_is_kept);
    tcase_add_test(tcase, streams_are_told_only_where_they_are_wanted);
    tcase_add_test(tcase, a_stream_is_told_in_order);
    tcase_add_test(tcase, a_stream_goes_on_behind_a_hello);
    tcase_add_test(tcase, the_ends_of_messages_are_told_in_streams);
    tcase_add_test(tcase, the_ends_of_records_of_tls_are_told_in_streams);
    tcase_add_test(tcase, a_record_of_tls_begins_with_bytes_that_told_nothing_yet);
    tcase_add_test(tcase, a_gap_that_the_other_side_acknowledges_is_skipped);
    tcase_add_test(tcase, a_gap_is_skipped_when_too_much_waits);
    tcase_add_test(tcase, a_stream_is_told_up_to_its_depth);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("dissect_rules");

    add_http(suite);
    add_others(suite);
    return run_suite(suite);
}
