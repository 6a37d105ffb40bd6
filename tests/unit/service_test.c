#include "parse/service.h"

#include <stdlib.h>

#include "run_suite.h"

/* Ports that mean nothing. */
#define CLIENT 50000
#define SERVER 40000

struct sample {
    enum service service;
    enum service_transport transport;
    uint16_t server_port;
    struct cursor client, server;
};

#define BYTES(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define NONE { NULL, 0 }
#define TCP(service, port, client, server) { SERVICE_##service, SERVICE_TCP, port, client, server }
#define UDP(service, port, client, server) { SERVICE_##service, SERVICE_UDP, port, client, server }

#define ZERO16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ZERO44 ZERO16 ZERO16 "\0\0\0\0\0\0\0\0\0\0\0\0"
#define HELLO "\x16\3\1\2\0\1\0\1\xfc\3\3" ZERO16
#define INITIAL(version) "\xc0" version "\x08" "12345678\0\0\x44\x9e" ZERO16
#define QUESTION "\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
#define BINDING "\0\1\0\0\x21\x12\xa4\x42" "abcdefghijkl"
#define MQTT_CONNECT "\x10\x11\0\4MQTT\4\2\0\x3c\0\5plug1"

/* Good openings; each has to stay recognised, and nothing of it may be read past its end. */
static const struct sample good[] = {
    TCP(TLS, SERVER, BYTES(HELLO), NONE),
    TCP(TLS, SERVER, BYTES("\x16\3\3\0\x7a\2"), NONE), /* a ServerHello of swapped sides */
    TCP(TLS, SERVER, BYTES("\x17\3\3\0\x40" ZERO16), NONE), /* from the middle */
    TCP(TLS, SERVER, NONE, BYTES("\x15\3\3\0\2\2\x28")),
    TCP(DOT, 853, BYTES(HELLO), NONE),
    UDP(QUIC, 443, BYTES(INITIAL("\0\0\0\1")), NONE),           /* RFC 9000 */
    UDP(QUIC, SERVER, BYTES(INITIAL("\x6b\x33\x43\xcf")), NONE), /* RFC 9369 */
    UDP(QUIC, SERVER, BYTES(INITIAL("\xff\0\0\x1d")), NONE),
    UDP(QUIC, SERVER, BYTES(INITIAL("\x1a\x2a\x3a\x4a")), NONE),
    UDP(QUIC, SERVER, BYTES("\x0d" "12345678Q043\1" ZERO16), NONE),
    UDP(QUIC, SERVER, BYTES("\xc3Q046\x50" "12345678" ZERO16), NONE),
    UDP(QUIC, SERVER, NONE, BYTES("\x80\0\0\0\0\0\x04" "1234\0\0\0\1")), /* negotiation */
    UDP(DOQ, 853, BYTES(INITIAL("\0\0\0\1")), NONE),
    TCP(HTTP, SERVER, BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), NONE),
    TCP(HTTP, SERVER, BYTES("POST /a/very/long/path?that=is&cut"), NONE),
    TCP(HTTP, SERVER, BYTES("POST "), NONE), /* some devices send the method alone first */
    TCP(HTTP, SERVER, BYTES("CONNECT a.example:443 HTTP/1.1\r\n\r\n"), NONE),
    TCP(HTTP, SERVER, NONE, BYTES("HTTP/1.1 200 OK\r\n")),
    TCP(HTTP, SERVER, BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), NONE),
    UDP(HTTP, 1900, BYTES("M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\n\r\n"), NONE),
    TCP(RTSP, SERVER, BYTES("OPTIONS rtsp://192.0.2.1/ch0 RTSP/1.0\r\nCSeq: 1\r\n\r\n"), NONE),
    TCP(RTSP, SERVER, BYTES("DESCRIBE rtsp://192.0.2.1/cut"), NONE),
    TCP(RTSP, SERVER, NONE, BYTES("RTSP/1.0 401 Unauthorized\r\n")),
    UDP(DNS, 53, BYTES(QUESTION), NONE),
    UDP(DNS, 5353, BYTES("\0\0\x84\0\0\0\0\1\0\0\0\0\1a\0\0\1\x80\1\0\0\0\x78\0\4\xc0\0\2\1"),
        NONE),
    UDP(DNS, SERVER, BYTES(QUESTION), NONE),
    TCP(DNS, 53, BYTES("\0\x1d" QUESTION), NONE),
    TCP(DNS, 53, BYTES("\0\x1d"), NONE), /* its length alone, or less, or a little more */
    TCP(DNS, 53, BYTES("\1"), NONE),
    TCP(DNS, 53, BYTES("\0\x1d\x12\x34\1\0\0\1\0\0\0\0\0\0\7exam"), NONE),
    UDP(NTP, 123, BYTES("\x23\0\6\xec" ZERO44), NONE), /* version 4, client */
    UDP(NTP, 123, BYTES("\x16\2\0\1\0\0\0\0\0\0\0\0"), NONE), /* control, read variables */
    UDP(NTP, 123, BYTES("\x17\0\3\x2a\0\0\0\0"), NONE), /* private, the "monlist" of floods */
    UDP(STUN, SERVER, BYTES(BINDING), NONE),
    TCP(STUN, SERVER, BYTES(BINDING "and more"), NONE),
    TCP(STUN, SERVER, BYTES("\0\x14" BINDING), NONE), /* RFC 4571 framing */
    UDP(STUN, SERVER, BYTES("\0\1\0\x08" ZERO16 "\0\3\0\4\0\0\0\0"), NONE), /* RFC 3489 */
    UDP(STUN, 3478, BYTES("\x40\1\0\5hello\0\0\0"), NONE), /* ChannelData, RFC 8656 */
    TCP(MQTT, SERVER, BYTES(MQTT_CONNECT), NONE),
    TCP(MQTT, SERVER, BYTES("\x10\x10\0\6MQIsdp\3\2\0\x3c\0\2ab"), NONE),
    TCP(MQTT, 1883, BYTES("\xc0\0"), BYTES("\xd0\0")), /* a ping from the middle */
    TCP(MQTT, 1883, NONE, BYTES("\x30\5\0\1aXY\xc0\0")),
    UDP(COAP, SERVER, BYTES("\x40\1\x30\x39\xb2rd\x44time"), NONE), /* GET /rd/time */
    UDP(COAP, 5683, NONE, BYTES("\x60\x45\x30\x39\xc1\x28\xff{}")), /* 2.05, a format, {} */
    UDP(COAP, 5683, BYTES("\x40\0\x30\x39"), NONE), /* ping */
    TCP(SSH, SERVER, BYTES("SSH-2.0-dropbear_2019.78\r\n"), NONE),
    TCP(SSH, SERVER, NONE, BYTES("SSH-1.99-OpenSSH_3\n")),
    TCP(TELNET, SERVER, NONE, BYTES("\xff\xfd\1\xff\xfd\x1f\xff\xfb\1\xff\xfb\3")),
    TCP(TELNET, 23, NONE, BYTES("\r\nBusyBox login: ")),
    TCP(SOCKS, SERVER, BYTES("\5\2\0\2"), NONE),
    TCP(SOCKS, SERVER, NONE, BYTES("\5\1\0")), /* dialled back: the server's side asks */
    TCP(SOCKS, SERVER, BYTES("\4\1\0\x50\xc0\0\2\1\0"), NONE),
    TCP(SOCKS, SERVER, BYTES("\4\1\1\xbb\0\0\0\1me\0a.example\0"), NONE), /* 4A */
    TCP(IRC, SERVER, BYTES("NICK bot\r\nUSER a b c :d\r\n"), NONE),
    TCP(IRC, SERVER, BYTES("PASS x\r\nNICK bot\r\n"), NONE),
    TCP(IRC, SERVER, NONE, BYTES(":irc.example NOTICE AUTH :*** Looking up\r\n")),
    TCP(IRC, SERVER, NONE, BYTES(":irc.example 001 bot :Welcome\r\n")),
    TCP(SMTP, SERVER, NONE, BYTES("220 mail.example ESMTP Postfix\r\n")),
    TCP(SMTP, SERVER, BYTES("EHLO plug\r\n"), NONE),
    TCP(SMTP, 25, NONE, BYTES("554 no\r\n")),
    UDP(P2P, 32100, BYTES("\xf1\0\0\0"), NONE), /* HELLO */
    UDP(P2P, SERVER, BYTES("\xf1\x41\0\x14" "ABCD\0\0\0\0\0\1\xe2\x40" "EFGHI\0\0\0"), NONE),
    UDP(P2P, 32108, BYTES("\x2c\xba\x5f\x5d"), NONE), /* LAN_SEARCH under "camera" */
    UDP(P2P, SERVER, BYTES("\x51\xcc\0\0\2\x12\4\0\0\0\0\0" "1234"), NONE),
};

/* Near misses and strangers. */
static const struct sample others[] = {
    TCP(OTHER, SERVER, NONE, NONE),
    UDP(OTHER, SERVER, NONE, NONE),
    TCP(OTHER, SERVER, BYTES("\x16\3\1\2\0\3\0\1\xfc\3\3"), NONE), /* no hello */
    TCP(OTHER, SERVER, BYTES("\x16\3\1\xff\xff\1\0\1\xfc\3\3"), NONE),
    UDP(OTHER, SERVER, BYTES(HELLO), NONE), /* TLS over UDP is not */
    UDP(OTHER, SERVER, BYTES("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x6e\1" ZERO16), NONE), /* DTLS */
    UDP(OTHER, 443, BYTES(INITIAL("\0\0\0\3")), NONE),
    UDP(OTHER, 443, BYTES("\xc0\0\0\0\1\x15" ZERO16 ZERO16), NONE), /* an id of 21 bytes */
    TCP(OTHER, SERVER, BYTES("GET me out of here\r\n"), NONE),
    TCP(OTHER, SERVER, BYTES("OPTIONS sip:a@b.example SIP/2.0\r\n"), NONE),
    TCP(OTHER, SERVER, BYTES("GET /\r\n"), NONE),
    UDP(OTHER, 53, BYTES("\x12\x34\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1"), NONE),
    TCP(OTHER, 53, BYTES("\0\0\0\1"), NONE), /* Mirai's greeting, on whatever port */
    TCP(OTHER, 53, BYTES("\xff"), NONE),
    TCP(OTHER, 53, BYTES("\0\x1d\x12\x34\1\0\0\2"), NONE),
    UDP(OTHER, 137, BYTES("\x12\x34\1\x10\0\1\0\0\0\0\0\0\x20" ZERO16 ZERO16 "\0\0\x20\0\1"), NONE),
    UDP(OTHER, SERVER, BYTES("\x23\0\6\xec" ZERO44), NONE), /* NTP's port is all that tells */
    UDP(OTHER, 123, BYTES("\x23\0\6\xec" ZERO16), NONE),
    UDP(OTHER, SERVER, BYTES(BINDING "and more"), NONE),
    UDP(OTHER, SERVER, BYTES("\x40\1\0\5hello\0\0\0"), NONE),
    TCP(OTHER, SERVER, BYTES("\x10\x11\0\4MQTX\4\2\0\x3c\0\5plug1"), NONE),
    TCP(OTHER, SERVER, BYTES("\x10\x11\0\4MQTT\4\1\0\x3c\0\5plug1"), NONE), /* reserved flag */
    TCP(OTHER, SERVER, BYTES("\xc0\0"), NONE),
    TCP(OTHER, 1883, BYTES("\xc0\1"), NONE),
    UDP(OTHER, SERVER, BYTES("\x40\1\x30\x39"), NONE),
    UDP(OTHER, 5683, BYTES("\x40\1\x30\x39\xb2r"), NONE), /* an option past the end */
    UDP(OTHER, 5683, BYTES("\x40\1\x30\x39\xff"), NONE),  /* a marker without payload */
    UDP(OTHER, 5683, BYTES("\x49\1\x30\x39" ZERO16), NONE),
    TCP(OTHER, SERVER, BYTES("\5\2\0"), NONE),
    TCP(OTHER, SERVER, BYTES("\5\1\0x"), NONE),
    TCP(OTHER, SERVER, BYTES("\5\1\xee"), NONE),
    TCP(OTHER, SERVER, BYTES("\4\1\0\x50\xc0\0\2\1x"), NONE),
    TCP(OTHER, SERVER, BYTES("\4\1\0\x50\0\0\0\1\0"), NONE),
    TCP(OTHER, SERVER, BYTES("\xff\xfd\x80"), NONE),
    TCP(OTHER, SERVER, BYTES("\xff\xf0\1"), NONE),
    TCP(OTHER, SERVER, NONE, BYTES("\r\nBusyBox login: ")),
    TCP(OTHER, 21, BYTES("USER anonymous\r\n"), BYTES("220 FTP server ready\r\n")),
    TCP(OTHER, 110, BYTES("USER bob\r\nPASS x\r\n"), BYTES("+OK POP3\r\n")),
    UDP(OTHER, SERVER, BYTES("\xf1\0\0\1"), NONE),  /* a length that is not there */
    UDP(OTHER, SERVER, BYTES("\xf1\xb7\0\0"), NONE), /* no such type */
    UDP(OTHER, SERVER, BYTES("\xf1\x30\0\1x"), NONE), /* a search carries nothing */
};

static enum service guess(const struct sample *sample)
{
    struct service_view view = { sample->transport, CLIENT, sample->server_port, sample->client,
        sample->server };

    return service_guess(&view);
}

START_TEST(openings_are_recognised)
{
    const struct sample *sample = &good[_i];

    ck_assert_str_eq(service_name(guess(sample)), service_name(sample->service));
}
END_TEST

START_TEST(near_misses_are_not)
{
    ck_assert_str_eq(service_name(guess(&others[_i])), "other");
}
END_TEST

START_TEST(swapped_sides_make_no_difference)
{
    const struct sample *sample = &good[_i];
    struct service_view view = { sample->transport, sample->server_port, CLIENT, sample->server,
        sample->client };

    ck_assert_str_eq(service_name(service_guess(&view)), service_name(sample->service));
}
END_TEST

START_TEST(a_clients_port_by_chance_does_not_count)
{
    static const struct cursor login = BYTES("USER admin\r\n");
    struct service_view view = { SERVICE_TCP, 2323, 21, login, NONE };

    ck_assert_int_eq(service_guess(&view), SERVICE_OTHER);
}
END_TEST

static uint32_t rotate_right(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static void rotate_words_right(uint8_t block[16], unsigned first)
{
    for (unsigned i = 0; i < 16; i += 4) {
        uint32_t word = 0;

        for (unsigned j = 0; j < 4; j++)
            word |= (uint32_t)block[i + j] << 8 * j;
        word = rotate_right(word, first + i);
        for (unsigned j = 0; j < 4; j++)
            block[i + j] = (uint8_t)(word >> 8 * j);
    }
}

/* As the devices do it: rotate, apply the key, shuffle, rotate. */
static void scramble(uint8_t block[16])
{
    static const uint8_t to[16] = { 11, 9, 8, 15, 13, 10, 12, 14, 2, 1, 5, 0, 6, 4, 7, 3 };
    uint8_t mixed[16];

    rotate_words_right(block, 1);
    for (size_t i = 0; i < 16; i++)
        mixed[to[i]] = block[i] ^ (uint8_t)"Charlie is the designer of P2P!!"[i];
    rotate_words_right(mixed, 3);
    memcpy(block, mixed, 16);
}

/* A keep-alive: 04 02 1a 0a, 8 bytes follow, command 0x0427. */
START_TEST(scrambled_kalay_is_recognised_by_its_header)
{
    uint8_t packet[24] = { 4, 2, 0x1a, 0x0a, 8, 0, 0, 0, 0x27, 4, 0x21, 0 };
    struct service_view view = { SERVICE_UDP, CLIENT, SERVER, cursor_over(packet, 24), NONE };

    ck_assert_int_eq(service_guess(&view), SERVICE_OTHER); /* in clear it is nothing */
    scramble(packet);
    ck_assert_int_eq(service_guess(&view), SERVICE_P2P);
    view.client.left--;
    ck_assert_int_eq(service_guess(&view), SERVICE_OTHER);
}
END_TEST

/* The public description of the scrambler names this: a block of zeros starts with 6e 2e 8d 8c. */
START_TEST(the_tests_scrambler_is_the_devices)
{
    uint8_t block[16] = { 0 };

    scramble(block);
    ck_assert_mem_eq(block, "\x6e\x2e\x8d\x8c", 4);
}
END_TEST

START_TEST(every_service_has_its_name)
{
    static const char *const names[] = { "tls", "quic", "http", "dns", "dot", "doh", "doq", "ntp",
        "stun", "mqtt", "coap", "ssh", "telnet", "socks", "irc", "smtp", "rtsp", "p2p", "ping-tunnel",
        "other" };

    ck_assert_uint_eq(sizeof(names) / sizeof(names[0]), SERVICE_COUNT);
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        ck_assert_str_eq(service_name((enum service)i), names[i]);
    ck_assert_str_eq(service_name(SERVICE_COUNT), "other");
}
END_TEST

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

START_TEST(random_payloads_are_other)
{
    uint64_t state = 1;
    unsigned wrong = 0;

    for (unsigned i = 0; i < 100000; i++) {
        uint8_t bytes[64];
        struct service_view view = { _i == 0 ? SERVICE_TCP : SERVICE_UDP, CLIENT,
            (uint16_t)next_random(&state), NONE, NONE };

        for (size_t j = 0; j < sizeof(bytes); j++)
            bytes[j] = (uint8_t)next_random(&state);
        view.client = cursor_over(bytes, 1 + next_random(&state) % sizeof(bytes));
        wrong += service_guess(&view) != SERVICE_OTHER;
    }
    ck_assert_uint_lt(wrong, 100); /* one in a thousand */
}
END_TEST

/* Every good payload cut everywhere, at the heap block's edge so a sanitizer sees overreads. Less
 * of it is recognised as the same, or not at all. */
START_TEST(cut_payloads_do_not_become_something_else)
{
    struct sample sample = good[_i];
    struct cursor whole = sample.client.left > 0 ? sample.client : sample.server;

    for (size_t length = 0; length < whole.left; length++) {
        uint8_t *block = malloc(length + 1), *cut = block + 1;
        enum service found;

        memcpy(cut, whole.at, length);
        sample.client = cursor_over(cut, length);
        sample.server = cursor_over(cut + length, 0);
        found = guess(&sample);
        ck_assert(found == SERVICE_OTHER || found == sample.service);
        free(block);
    }
}
END_TEST

int main(void)
{
    const int goods = (int)(sizeof(good) / sizeof(good[0]));
    Suite *suite = suite_create("service");
    TCase *cases = tcase_create("service");

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, openings_are_recognised, 0, goods);
    tcase_add_loop_test(cases, near_misses_are_not, 0, (int)(sizeof(others) / sizeof(others[0])));
    tcase_add_loop_test(cases, swapped_sides_make_no_difference, 0, goods);
    tcase_add_test(cases, a_clients_port_by_chance_does_not_count);
    tcase_add_test(cases, the_tests_scrambler_is_the_devices);
    tcase_add_test(cases, scrambled_kalay_is_recognised_by_its_header);
    tcase_add_test(cases, every_service_has_its_name);
    tcase_add_loop_test(cases, random_payloads_are_other, 0, 2);
    tcase_add_loop_test(cases, cut_payloads_do_not_become_something_else, 0, goods);
    return run_suite(suite);
}
