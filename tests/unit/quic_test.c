#include "parse/quic.h"

#include <stdlib.h>

#include "quic_seal.h"
#include "run_suite.h"

/* The ClientHello of RFC 9001 appendix A.2, without its CRYPTO frame's header. */
static const uint8_t hello_bytes[] = {
    0x01, 0x00, 0x00, 0xed, 0x03, 0x03, 0xeb, 0xf8, 0xfa, 0x56, 0xf1, 0x29, 0x39, 0xb9, 0x58, 0x4a,
    0x38, 0x96, 0x47, 0x2e, 0xc4, 0x0b, 0xb8, 0x63, 0xcf, 0xd3, 0xe8, 0x68, 0x04, 0xfe, 0x3a, 0x47,
    0xf0, 0x6a, 0x2b, 0x69, 0x48, 0x4c, 0x00, 0x00, 0x04, 0x13, 0x01, 0x13, 0x02, 0x01, 0x00, 0x00,
    0xc0, 0x00, 0x00, 0x00, 0x10, 0x00, 0x0e, 0x00, 0x00, 0x0b, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c,
    0x65, 0x2e, 0x63, 0x6f, 0x6d, 0xff, 0x01, 0x00, 0x01, 0x00, 0x00, 0x0a, 0x00, 0x08, 0x00, 0x06,
    0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, 0x00, 0x10, 0x00, 0x07, 0x00, 0x05, 0x04, 0x61, 0x6c, 0x70,
    0x6e, 0x00, 0x05, 0x00, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x33, 0x00, 0x26, 0x00, 0x24,
    0x00, 0x1d, 0x00, 0x20, 0x93, 0x70, 0xb2, 0xc9, 0xca, 0xa4, 0x7f, 0xba, 0xba, 0xf4, 0x55, 0x9f,
    0xed, 0xba, 0x75, 0x3d, 0xe1, 0x71, 0xfa, 0x71, 0xf5, 0x0f, 0x1c, 0xe1, 0x5d, 0x43, 0xe9, 0x94,
    0xec, 0x74, 0xd7, 0x48, 0x00, 0x2b, 0x00, 0x03, 0x02, 0x03, 0x04, 0x00, 0x0d, 0x00, 0x10, 0x00,
    0x0e, 0x04, 0x03, 0x05, 0x03, 0x06, 0x03, 0x02, 0x03, 0x08, 0x04, 0x08, 0x05, 0x08, 0x06, 0x00,
    0x2d, 0x00, 0x02, 0x01, 0x01, 0x00, 0x1c, 0x00, 0x02, 0x40, 0x01, 0x00, 0x39, 0x00, 0x32, 0x04,
    0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x05, 0x04, 0x80, 0x00, 0xff, 0xff, 0x07,
    0x04, 0x80, 0x00, 0xff, 0xff, 0x08, 0x01, 0x10, 0x01, 0x04, 0x80, 0x00, 0x75, 0x30, 0x09, 0x01,
    0x10, 0x0f, 0x08, 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08, 0x06, 0x04, 0x80, 0x00, 0xff,
    0xff,
};

enum {
    HELLO_LENGTH = sizeof(hello_bytes),
    RFC_FRAMES_LENGTH = 1162, /* of both appendices: the rest is PADDING */
    DATAGRAM_LENGTH = RFC_FRAMES_LENGTH + SEAL_OVERHEAD,
};

/* RFC 9369 appendix A.1 */
static const struct seal rfc_9369 = {
    .first = 0xd0,
    .version = { 0x6b, 0x33, 0x43, 0xcf },
    .id = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 },
    .key = { 0x8b, 0x1a, 0x0b, 0xc1, 0x21, 0x28, 0x42, 0x90, 0xa2, 0x9e, 0x09, 0x71, 0xb5, 0xcd,
        0x04, 0x5d },
    .iv = { 0x91, 0xf7, 0x3e, 0x23, 0x51, 0xd8, 0xfa, 0x91, 0x66, 0x0e, 0x90, 0x9f },
    .hp = { 0x45, 0xb9, 0x5e, 0x15, 0x23, 0x5d, 0x6f, 0x45, 0xa6, 0xb1, 0x9c, 0xbc, 0xb0, 0x29,
        0x4b, 0xa9 },
};

/* draft-ietf-quic-tls-29 appendix A.1 */
static const struct seal draft_29 = {
    .first = 0xc0,
    .version = { 0xff, 0, 0, 29 },
    .id = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 },
    .key = { 0x17, 0x52, 0x57, 0xa3, 0x1e, 0xb0, 0x9d, 0xea, 0x93, 0x66, 0xd8, 0xbb, 0x79, 0xad,
        0x80, 0xba },
    .iv = { 0x6b, 0x26, 0x11, 0x4b, 0x9c, 0xba, 0x2b, 0x63, 0xa9, 0xe8, 0xdd, 0x4f },
    .hp = { 0x9d, 0xdd, 0x12, 0xc9, 0x94, 0xc0, 0x69, 0x8b, 0x89, 0x37, 0x4a, 0x9c, 0x07, 0x7a,
        0x30, 0x77 },
};

/* The server ID of RFC 9001 appendix A.3 after a Retry; keys from HMAC-SHA256 in node's crypto
 * module. */
static const struct seal after_retry = {
    .first = 0xc0,
    .version = { 0, 0, 0, 1 },
    .id = { 0xf0, 0x67, 0xa5, 0x50, 0x2a, 0x42, 0x62, 0xb5 },
    .key = { 0x6e, 0x5b, 0xc5, 0xc7, 0x26, 0x60, 0xb0, 0x12, 0x02, 0x4b, 0x7c, 0x90, 0x44, 0xc9,
        0x31, 0xe3 },
    .iv = { 0xa2, 0xfa, 0xc7, 0xfa, 0xa8, 0x3f, 0x7b, 0x58, 0x7d, 0xf5, 0xfa, 0x2c },
    .hp = { 0xa1, 0x3b, 0xe4, 0xc1, 0xb9, 0x51, 0xb2, 0x19, 0xf2, 0x00, 0x25, 0xc3, 0x87, 0xd7,
        0x4e, 0xad },
};

static struct quic_stream *stream;
static struct tls_hello hello;
static uint8_t frames[2048];
static size_t frames_length;

static void set_up(void)
{
    stream = NULL;
    memset(&hello, 0, sizeof(hello));
    frames_length = 0;
}

static void tear_down(void)
{
    quic_free(stream);
}

static void put_bytes(const void *bytes, size_t length)
{
    ck_assert_uint_le(frames_length + length, sizeof(frames));
    memcpy(frames + frames_length, bytes, length);
    frames_length += length;
}

static void put_crypto(size_t offset, const void *data, size_t length)
{
    put_bytes((uint8_t[]){ 6, (uint8_t)(0x80 | offset >> 24), (uint8_t)(offset >> 16),
            (uint8_t)(offset >> 8), (uint8_t)offset, (uint8_t)(0x40 | length >> 8),
            (uint8_t)length }, 7);
    put_bytes(data, length);
}

static void put_hello(size_t from, size_t to)
{
    put_crypto(from, hello_bytes + from, to - from);
}

/* From a heap block of its size. */
static enum tattler_status feed(const void *bytes, size_t length)
{
    uint8_t *block = malloc(length + 1);
    enum tattler_status status;

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, bytes, length);
    status = quic_read(&stream, cursor_over(block + 1, length), &hello);
    free(block);
    return status;
}

/* Sends the frames gathered so far as one datagram. */
static enum tattler_status send_with(const struct seal *seal)
{
    uint8_t packet[sizeof(frames) + SEAL_OVERHEAD];
    size_t length = seal_packet(seal, 0, frames, frames_length, packet);

    frames_length = 0;
    return feed(packet, length);
}

static enum tattler_status send_frames(void)
{
    return send_with(&rfc_9001);
}

static void seal_rfc(const struct seal *seal, uint8_t out[DATAGRAM_LENGTH])
{
    uint8_t content[RFC_FRAMES_LENGTH] = { 0x06, 0x00, 0x40, 0xf1 };

    memcpy(content + 4, hello_bytes, HELLO_LENGTH);
    ck_assert_uint_eq(seal_packet(seal, 2, content, sizeof(content), out), DATAGRAM_LENGTH);
}

static void assert_hello(void)
{
    ck_assert_str_eq(hello.sni, "example.com");
    ck_assert_uint_eq(hello.version, 0x0304);
    ck_assert_uint_eq(hello.alpn_count, 1);
    ck_assert_str_eq(hello.alpn[0], "alpn");
    ck_assert_ptr_null(stream);
}

START_TEST(the_packet_of_rfc_9001_is_read)
{
    static const uint8_t start[] = { 0xc0, 0x00, 0x00, 0x00, 0x01, 0x08, 0x83, 0x94, 0xc8, 0xf0,
        0x3e, 0x51, 0x57, 0x08, 0x00, 0x00, 0x44, 0x9e, 0x7b, 0x9a, 0xec, 0x34, 0xd1, 0xb1, 0xc9,
        0x8d, 0xd7, 0x68, 0x9f, 0xb8, 0xec, 0x11, 0xd2, 0x42, 0xb1, 0x23, 0xdc, 0x9b };
    static const uint8_t tag[] = { 0xe2, 0x21, 0xaf, 0x44, 0x86, 0x00, 0x18, 0xab, 0x08, 0x56,
        0x97, 0x2e, 0x19, 0x4c, 0xd9, 0x34 };
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&rfc_9001, packet);
    ck_assert_mem_eq(packet, start, sizeof(start));
    ck_assert_mem_eq(packet + DATAGRAM_LENGTH - 16, tag, sizeof(tag));
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(the_packet_of_rfc_9369_is_read)
{
    static const uint8_t start[] = { 0xd7, 0x6b, 0x33, 0x43, 0xcf, 0x08, 0x83, 0x94, 0xc8, 0xf0,
        0x3e, 0x51, 0x57, 0x08, 0x00, 0x00, 0x44, 0x9e, 0xa0, 0xc9, 0x5e, 0x82, 0xff, 0xe6, 0x7b,
        0x6a, 0xbc, 0xdb, 0x42, 0x98, 0xb4, 0x85, 0xdd, 0x04, 0xde, 0x80, 0x60, 0x71 };
    static const uint8_t tag[] = { 0xa1, 0x8b, 0x2f, 0xaa, 0x74, 0x5b, 0x6f, 0xe1, 0x89, 0xcf,
        0x77, 0x2a, 0x9f, 0x84, 0xcb, 0xfc };
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&rfc_9369, packet);
    ck_assert_mem_eq(packet, start, sizeof(start));
    ck_assert_mem_eq(packet + DATAGRAM_LENGTH - 16, tag, sizeof(tag));
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(a_packet_of_draft_29_is_read)
{
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&draft_29, packet);
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(every_cut_datagram_brings_nothing)
{
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&rfc_9001, packet);
    ck_assert_int_eq(feed(packet, (size_t)_i), _i < 5 ? TATTLER_UNSUPPORTED : TATTLER_TRUNCATED);
    ck_assert_uint_eq(hello.version, 0);
}
END_TEST

START_TEST(every_cut_frame_is_malformed)
{
    static const uint8_t good[] = { 3, 0x40, 9, 0, 1, 2, 3, 4, 5, 6, 7, 0x1c, 0, 6, 2, 'n', 'o', 6,
        0x40, 0, 4, 1, 0, 0x40, 0 };
    static const size_t ends[] = { 0, 11, 17, 25 }; /* ACK with ECN, CONNECTION_CLOSE, CRYPTO */
    bool whole = false;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        whole = whole || ends[i] == (size_t)_i;
    put_bytes(good, (size_t)_i);
    ck_assert_int_eq(send_frames(), whole ? TATTLER_TRUNCATED : TATTLER_MALFORMED);
}
END_TEST

START_TEST(no_flipped_byte_is_accepted)
{
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&rfc_9001, packet);
    packet[_i] ^= 0x40;
    ck_assert_int_ne(feed(packet, DATAGRAM_LENGTH), TATTLER_OK);
    ck_assert_uint_eq(hello.version, 0);
}
END_TEST

START_TEST(shuffled_overlapping_and_repeated_pieces_are_joined)
{
    put_bytes("\1\0\0\1", 4); /* PING, PADDING, PING */
    put_hello(200, HELLO_LENGTH);
    put_hello(50, 60);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(0, 20);
    put_bytes("\0", 1);
    put_hello(55, 120);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(0, 20);
    put_hello(10, 55);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(100, 220);
    ck_assert_int_eq(send_frames(), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(a_hello_may_be_cut_anywhere_and_come_in_reverse)
{
    put_hello((size_t)_i, HELLO_LENGTH);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(0, (size_t)_i);
    ck_assert_int_eq(send_frames(), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(packets_in_one_datagram_are_all_read)
{
    uint8_t datagram[1024];
    size_t length;

    put_hello(0, 100);
    length = seal_packet(&rfc_9001, 1, frames, frames_length, datagram);
    frames_length = 0;
    put_hello(100, HELLO_LENGTH);
    length += seal_packet(&rfc_9001, 2, frames, frames_length, datagram + length);
    ck_assert_int_eq(feed(datagram, length), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(a_zero_rtt_packet_is_skipped)
{
    uint8_t datagram[1024] = { 0xd0, 0, 0, 0, 1, 8, [14] = 0, 2, 0xaa, 0xbb };
    size_t length = 18;

    put_hello(0, HELLO_LENGTH);
    length += seal_packet(&rfc_9001, 0, frames, frames_length, datagram + length);
    ck_assert_int_eq(feed(datagram, 18), TATTLER_TRUNCATED);
    ck_assert_int_eq(feed(datagram, length), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(a_client_keeps_its_keys_when_it_takes_the_servers_id)
{
    struct seal moved = rfc_9001;

    memcpy(moved.id, after_retry.id, sizeof(moved.id));
    put_hello(0, 100);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(100, HELLO_LENGTH);
    ck_assert_int_eq(send_with(&moved), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(a_retry_starts_anew_with_keys_from_the_new_id)
{
    put_hello(100, HELLO_LENGTH);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(0, 100);
    ck_assert_int_eq(send_with(&after_retry), TATTLER_TRUNCATED);
    put_hello(100, HELLO_LENGTH);
    ck_assert_int_eq(send_with(&after_retry), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(version_negotiation_is_waited_for)
{
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&rfc_9001, packet);
    memcpy(packet + 1, "\x1a\x2a\x3a\x4a", 4);
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_TRUNCATED);
    put_hello(0, 100);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    seal_rfc(&rfc_9369, packet);
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(what_is_no_quic_is_unsupported)
{
    uint8_t packet[DATAGRAM_LENGTH];

    seal_rfc(&rfc_9001, packet);
    packet[4] = 7;
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_UNSUPPORTED);
    packet[0] = 0x40;
    ck_assert_int_eq(feed(packet, DATAGRAM_LENGTH), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(feed("", 0), TATTLER_UNSUPPORTED);
    ck_assert_ptr_null(stream);
}
END_TEST

START_TEST(what_does_not_authenticate_is_ignored_until_the_tries_end)
{
    struct seal foreign = rfc_9001;

    foreign.key[0] ^= 1;
    for (int i = 1; i < QUIC_TRIES_MAX; i++) {
        put_hello(0, HELLO_LENGTH);
        ck_assert_int_eq(send_with(&foreign), TATTLER_TRUNCATED);
    }
    ck_assert_int_eq(feed("\x40short header", 13), TATTLER_FULL);
    ck_assert_ptr_null(stream);
}
END_TEST

START_TEST(a_hello_on_the_last_try_still_counts)
{
    for (int i = 1; i < QUIC_TRIES_MAX; i++) {
        put_bytes("\1\1\1\1", 4);
        ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    }
    put_hello(0, HELLO_LENGTH);
    ck_assert_int_eq(send_frames(), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(frames_an_initial_may_not_carry_are_malformed)
{
    static const uint8_t types[] = { 0x04, 0x05, 0x07, 0x10, 0x18, 0x1d, 0x1e, 0x30 };

    for (size_t i = 0; i < sizeof(types); i++) {
        put_bytes(&types[i], 1);
        put_bytes("\0\0\0\0\0\0\0", 7);
        ck_assert_int_eq(send_frames(), TATTLER_MALFORMED);
        ck_assert_ptr_null(stream);
    }
}
END_TEST

START_TEST(a_handshake_that_starts_otherwise_ends_it)
{
    put_crypto(0, "\2\0\0\0", 4);
    ck_assert_int_eq(send_frames(), TATTLER_UNSUPPORTED);
    put_crypto(0, "\1\0\0\1\3", 5);
    ck_assert_int_eq(send_frames(), TATTLER_MALFORMED);
    put_crypto(0, "\1\0\x7f\xfd", 4); /* one byte over TLS_MESSAGE_MAX */
    ck_assert_int_eq(send_frames(), TATTLER_FULL);
    ck_assert_ptr_null(stream);
}
END_TEST

START_TEST(a_piece_far_ahead_is_dropped)
{
    put_crypto(TLS_MESSAGE_MAX - 1, "x", 1);
    put_crypto(0x3fffffff, "x", 1);
    put_bytes("\6\xff\xff\xff\xff\xff\xff\xff\xff\1x", 11);
    put_bytes("\6\0\0", 3);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(0, HELLO_LENGTH);
    ck_assert_int_eq(send_frames(), TATTLER_OK);
    assert_hello();
}
END_TEST

START_TEST(a_gap_too_many_is_filled_by_repetition)
{
    for (size_t i = 2; i < HELLO_LENGTH; i += 3)
        put_hello(i, i + 1);
    ck_assert_int_eq(send_frames(), TATTLER_TRUNCATED);
    put_hello(0, HELLO_LENGTH);
    ck_assert_int_eq(send_frames(), TATTLER_OK);
    assert_hello();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quic");
    TCase *tests = tcase_create("quic");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_packet_of_rfc_9001_is_read);
    tcase_add_test(tests, the_packet_of_rfc_9369_is_read);
    tcase_add_test(tests, a_packet_of_draft_29_is_read);
    tcase_add_loop_test(tests, every_cut_datagram_brings_nothing, 0, DATAGRAM_LENGTH);
    tcase_add_loop_test(tests, every_cut_frame_is_malformed, 0, 26);
    tcase_add_loop_test(tests, no_flipped_byte_is_accepted, 0, DATAGRAM_LENGTH);
    tcase_add_test(tests, shuffled_overlapping_and_repeated_pieces_are_joined);
    tcase_add_loop_test(tests, a_hello_may_be_cut_anywhere_and_come_in_reverse, 1, HELLO_LENGTH);
    tcase_add_test(tests, packets_in_one_datagram_are_all_read);
    tcase_add_test(tests, a_zero_rtt_packet_is_skipped);
    tcase_add_test(tests, a_client_keeps_its_keys_when_it_takes_the_servers_id);
    tcase_add_test(tests, a_retry_starts_anew_with_keys_from_the_new_id);
    tcase_add_test(tests, version_negotiation_is_waited_for);
    tcase_add_test(tests, what_is_no_quic_is_unsupported);
    tcase_add_test(tests, what_does_not_authenticate_is_ignored_until_the_tries_end);
    tcase_add_test(tests, a_hello_on_the_last_try_still_counts);
    tcase_add_test(tests, frames_an_initial_may_not_carry_are_malformed);
    tcase_add_test(tests, a_handshake_that_starts_otherwise_ends_it);
    tcase_add_test(tests, a_piece_far_ahead_is_dropped);
    tcase_add_test(tests, a_gap_too_many_is_filled_by_repetition);
    return run_suite(suite);
}
