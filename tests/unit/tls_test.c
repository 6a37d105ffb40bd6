#include "parse/tls.h"

#include <stdlib.h>

#include "run_suite.h"

/* The ClientHello of RFC 8448 section 3. */
static const uint8_t rfc_hello[] = {
    0x01, 0x00, 0x00, 0xc0, 0x03, 0x03, 0xcb, 0x34, 0xec, 0xb1, 0xe7, 0x81, 0x63, 0xba, 0x1c, 0x38,
    0xc6, 0xda, 0xcb, 0x19, 0x6a, 0x6d, 0xff, 0xa2, 0x1a, 0x8d, 0x99, 0x12, 0xec, 0x18, 0xa2, 0xef,
    0x62, 0x83, 0x02, 0x4d, 0xec, 0xe7, 0x00, 0x00, 0x06, 0x13, 0x01, 0x13, 0x03, 0x13, 0x02, 0x01,
    0x00, 0x00, 0x91, 0x00, 0x00, 0x00, 0x0b, 0x00, 0x09, 0x00, 0x00, 0x06, 0x73, 0x65, 0x72, 0x76,
    0x65, 0x72, 0xff, 0x01, 0x00, 0x01, 0x00, 0x00, 0x0a, 0x00, 0x14, 0x00, 0x12, 0x00, 0x1d, 0x00,
    0x17, 0x00, 0x18, 0x00, 0x19, 0x01, 0x00, 0x01, 0x01, 0x01, 0x02, 0x01, 0x03, 0x01, 0x04, 0x00,
    0x23, 0x00, 0x00, 0x00, 0x33, 0x00, 0x26, 0x00, 0x24, 0x00, 0x1d, 0x00, 0x20, 0x99, 0x38, 0x1d,
    0xe5, 0x60, 0xe4, 0xbd, 0x43, 0xd2, 0x3d, 0x8e, 0x43, 0x5a, 0x7d, 0xba, 0xfe, 0xb3, 0xc0, 0x6e,
    0x51, 0xc1, 0x3c, 0xae, 0x4d, 0x54, 0x13, 0x69, 0x1e, 0x52, 0x9a, 0xaf, 0x2c, 0x00, 0x2b, 0x00,
    0x03, 0x02, 0x03, 0x04, 0x00, 0x0d, 0x00, 0x20, 0x00, 0x1e, 0x04, 0x03, 0x05, 0x03, 0x06, 0x03,
    0x02, 0x03, 0x08, 0x04, 0x08, 0x05, 0x08, 0x06, 0x04, 0x01, 0x05, 0x01, 0x06, 0x01, 0x02, 0x01,
    0x04, 0x02, 0x05, 0x02, 0x06, 0x02, 0x02, 0x02, 0x00, 0x2d, 0x00, 0x02, 0x01, 0x01, 0x00, 0x1c,
    0x00, 0x02, 0x40, 0x01,
};

enum {
    HELLO_LENGTH = sizeof(rfc_hello),
    BODY_LENGTH = HELLO_LENGTH - 4,
    EXTENSIONS_AT = 45, /* where in the body their list begins */
    RECORD_HEADER_LENGTH = 5,
};

static const uint8_t record_header[] = { 22, 3, 1, 0, HELLO_LENGTH };

static uint8_t *heap_copy(const void *data, size_t length)
{
    uint8_t *block = malloc(length + 1); /* never empty; the copy ends where the block does */

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, data, length);
    return block;
}

/* A TLS 1.2 hello with these extensions and nothing else. */
static enum tattler_status parse_with(const void *extensions, size_t length, struct tls_hello *out)
{
    uint8_t message[1024] = { 1, 0, (uint8_t)((43 + length) >> 8), (uint8_t)(43 + length), 3, 3,
        [39 + 1] = 2, 0x13, 0x01, 1, 0, (uint8_t)(length >> 8), (uint8_t)length };

    ck_assert_uint_le(47 + length, sizeof(message));
    memcpy(message + 47, extensions, length);
    return tls_hello_parse(cursor_over(message, 47 + length), out);
}

static void stream_of_rfc(uint8_t out[RECORD_HEADER_LENGTH + HELLO_LENGTH])
{
    memcpy(out, record_header, RECORD_HEADER_LENGTH);
    memcpy(out + RECORD_HEADER_LENGTH, rfc_hello, HELLO_LENGTH);
}

static enum tattler_status read_once(const void *bytes, size_t length)
{
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;
    enum tattler_status status = tls_stream_read(&stream, cursor_over(bytes, length), &hello);

    tls_stream_clear(&stream);
    return status;
}

static void assert_rfc_hello(const struct tls_hello *hello)
{
    ck_assert_str_eq(hello->sni, "server");
    ck_assert_uint_eq(hello->sni_length, 6);
    ck_assert_uint_eq(hello->version, 0x0304);
    ck_assert_uint_eq(hello->alpn_count, 0);
    ck_assert(!hello->ech);
}

START_TEST(the_hello_of_rfc_8448_is_read)
{
    struct tls_hello hello;

    ck_assert_int_eq(tls_hello_parse(cursor_over(rfc_hello, HELLO_LENGTH), &hello), TATTLER_OK);
    assert_rfc_hello(&hello);
}
END_TEST

START_TEST(every_cut_message_is_truncated)
{
    size_t length = (size_t)_i;
    struct tls_hello hello = { .version = 0 };
    uint8_t *block = heap_copy(rfc_hello, length);

    ck_assert_int_eq(tls_hello_parse(cursor_over(block + 1, length), &hello), TATTLER_TRUNCATED);
    ck_assert_uint_eq(hello.version, 0);
    free(block);
}
END_TEST

/* Only the cut right in front of the extensions leaves a hello, one without any. */
START_TEST(every_cut_body_is_malformed)
{
    size_t length = 4 + (size_t)_i;
    struct tls_hello hello;
    uint8_t *block = heap_copy(rfc_hello, length);

    block[1 + 3] = (uint8_t)_i;
    ck_assert_int_eq(tls_hello_parse(cursor_over(block + 1, length), &hello),
            _i == EXTENSIONS_AT ? TATTLER_OK : TATTLER_MALFORMED);
    free(block);
}
END_TEST

START_TEST(only_the_first_usable_host_name_counts)
{
    static const uint8_t names[] = { 0, 0, 0, 14, 0, 12, 7, 0, 1, 'x', 0, 0, 1, 'a', 0, 0, 1, 'b',
        0, 0, 0, 6, 0, 4, 0, 0, 1, 'c' };
    struct tls_hello hello;

    ck_assert_int_eq(parse_with(names, sizeof(names), &hello), TATTLER_OK);
    ck_assert_str_eq(hello.sni, "a");
}
END_TEST

START_TEST(a_name_is_kept_as_on_the_wire)
{
    static const uint8_t name[] = { 0, 0, 0, 9, 0, 7, 0, 0, 4, 'A', 0, 0xff, 'b' };
    struct tls_hello hello;

    ck_assert_int_eq(parse_with(name, sizeof(name), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.sni_length, 4);
    ck_assert_mem_eq(hello.sni, "A\0\377b", 5);
}
END_TEST

START_TEST(an_empty_or_overlong_name_is_none)
{
    static const uint8_t no_list[] = { 0, 0, 0, 0 };
    static const uint8_t no_name[] = { 0, 0, 0, 5, 0, 3, 0, 0, 0 };
    uint8_t longest[9 + 255] = { 0, 0, 1, 4, 1, 2, 0, 0, 255 };
    uint8_t longer[9 + 256] = { 0, 0, 1, 5, 1, 3, 0, 1, 0 };
    struct tls_hello hello;

    memset(longest + 9, 'a', 255);
    memset(longer + 9, 'a', 256);
    ck_assert_int_eq(parse_with(no_list, sizeof(no_list), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.sni_length, 0);
    ck_assert_int_eq(parse_with(no_name, sizeof(no_name), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.sni_length, 0);
    ck_assert_int_eq(parse_with(longest, sizeof(longest), &hello), TATTLER_OK);
    ck_assert_uint_eq(strlen(hello.sni), 255);
    ck_assert_int_eq(parse_with(longer, sizeof(longer), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.sni_length, 0);
}
END_TEST

START_TEST(alpn_keeps_the_clients_order_and_skips_grease)
{
    static const uint8_t alpn[] = { 0, 16, 0, 17, 0, 15, 2, 0x5a, 0x5a, 2, 'h', '2', 8, 'h', 't',
        't', 'p', '/', '1', '.', '1' };
    struct tls_hello hello;

    ck_assert_int_eq(parse_with(alpn, sizeof(alpn), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.alpn_count, 2);
    ck_assert_str_eq(hello.alpn[0], "h2");
    ck_assert_str_eq(hello.alpn[1], "http/1.1");
}
END_TEST

START_TEST(what_alpn_cannot_hold_is_dropped)
{
    uint8_t many[6 + 2 * 9] = { 0, 16, 0, 2 + 2 * 9, 0, 2 * 9 };
    uint8_t overlong[6 + 34 + 3] = { 0, 16, 0, 39, 0, 37, 33 };
    static const uint8_t binary[] = { 0, 16, 0, 4, 0, 2, 1, 0 };
    struct tls_hello hello;

    for (size_t i = 6; i < sizeof(many); i += 2) {
        many[i] = 1;
        many[i + 1] = 'a';
    }
    memset(overlong + 7, 'x', 33);
    memcpy(overlong + 40, "\2h2", 3);
    ck_assert_int_eq(parse_with(many, sizeof(many), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.alpn_count, TLS_ALPN_MAX);
    ck_assert_int_eq(parse_with(overlong, sizeof(overlong), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.alpn_count, 1);
    ck_assert_str_eq(hello.alpn[0], "h2");
    ck_assert_int_eq(parse_with(binary, sizeof(binary), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.alpn_count, 0);
}
END_TEST

START_TEST(the_highest_version_skips_grease_and_drafts)
{
    static const uint8_t grease[] = { 0, 43, 0, 7, 6, 0xda, 0xda, 3, 4, 3, 3 };
    static const uint8_t draft[] = { 0, 43, 0, 5, 4, 0x7f, 0x1c, 3, 2 };
    static const uint8_t only_draft[] = { 0, 43, 0, 3, 2, 0x7f, 0x1c };
    struct tls_hello hello;

    ck_assert_int_eq(parse_with(grease, sizeof(grease), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.version, 0x0304);
    ck_assert_int_eq(parse_with(draft, sizeof(draft), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.version, 0x0302);
    ck_assert_int_eq(parse_with(only_draft, sizeof(only_draft), &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.version, 0x0303);
    ck_assert_int_eq(parse_with("", 0, &hello), TATTLER_OK);
    ck_assert_uint_eq(hello.version, 0x0303);
}
END_TEST

START_TEST(encrypted_client_hello_is_told)
{
    static const uint8_t ech[] = { 0xfe, 0x0d, 0, 1, 0 };
    struct tls_hello hello;

    ck_assert_int_eq(parse_with(ech, sizeof(ech), &hello), TATTLER_OK);
    ck_assert(hello.ech);
}
END_TEST

START_TEST(inner_lengths_cannot_reach_outside)
{
    static const uint8_t beyond[][11] = {
        { 0, 0, 0, 7, 0, 6, 0, 0, 3, 'a', 'b' },       /* list beyond its extension */
        { 0, 0, 0, 7, 0, 5, 0, 0, 3, 'a', 'b' },       /* name beyond the list */
        { 0, 0, 0, 8, 0, 5, 0, 0, 2, 'a', 'b' },       /* extension beyond the block */
        { 0, 16, 0, 7, 0, 5, 5, 'a', 'b', 'c', 'd' },  /* token beyond the list */
        { 0, 43, 0, 7, 7, 3, 4, 3, 3, 3, 2 },          /* versions beyond the extension */
        { 0, 43, 0, 7, 5, 3, 4, 3, 3, 3, 2 },          /* half a version */
    };
    struct tls_hello hello;

    for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
        ck_assert_int_eq(parse_with(beyond[i], 11, &hello), TATTLER_MALFORMED);
}
END_TEST

START_TEST(a_stream_may_be_cut_anywhere)
{
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;
    size_t cut = (size_t)_i;
    uint8_t bytes[RECORD_HEADER_LENGTH + HELLO_LENGTH], *head, *tail;

    stream_of_rfc(bytes);
    head = heap_copy(bytes, cut);
    tail = heap_copy(bytes + cut, sizeof(bytes) - cut);
    ck_assert_int_eq(tls_stream_read(&stream, cursor_over(head + 1, cut), &hello),
            TATTLER_TRUNCATED);
    free(head);
    ck_assert_int_eq(tls_stream_read(&stream, cursor_over(tail + 1, sizeof(bytes) - cut), &hello),
            TATTLER_OK);
    free(tail);
    assert_rfc_hello(&hello);
    ck_assert_ptr_null(stream.message);
}
END_TEST

START_TEST(records_of_one_byte_in_segments_of_one_byte_are_joined)
{
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;
    enum tattler_status status = TATTLER_TRUNCATED;

    for (size_t i = 0; i < HELLO_LENGTH; i++) {
        const uint8_t record[] = { 22, 3, 1, 0, 1, rfc_hello[i] };

        for (size_t j = 0; j < sizeof(record); j++) {
            ck_assert_int_eq(status, TATTLER_TRUNCATED);
            status = tls_stream_read(&stream, cursor_over(record + j, 1), &hello);
        }
    }
    ck_assert_int_eq(status, TATTLER_OK);
    assert_rfc_hello(&hello);
}
END_TEST

START_TEST(two_records_in_one_segment_are_joined)
{
    uint8_t bytes[2 * RECORD_HEADER_LENGTH + HELLO_LENGTH] = { 22, 3, 1, 0, 100 };
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;

    memcpy(bytes + 5, rfc_hello, 100);
    memcpy(bytes + 105, (uint8_t[]){ 22, 3, 1, 0, HELLO_LENGTH - 100 }, 5);
    memcpy(bytes + 110, rfc_hello + 100, HELLO_LENGTH - 100);
    ck_assert_int_eq(tls_stream_read(&stream, cursor_over(bytes, sizeof(bytes)), &hello),
            TATTLER_OK);
    assert_rfc_hello(&hello);
}
END_TEST

/* RFC 5246 appendix E.2: TLS 1.0, two cipher specs, no session, a challenge of 16. */
static const uint8_t v2_hello[] = { 0x80, 31, 1, 3, 1, 0, 6, 0, 0, 0, 16, 0, 0, 0x2f, 0, 0, 0x35, 1, 2,
    3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

START_TEST(a_hello_in_the_framing_of_sslv2_is_read_wherever_it_is_cut)
{
    size_t cut = (size_t)_i;
    uint8_t *head = heap_copy(v2_hello, cut), *tail = heap_copy(v2_hello + cut,
                                                      sizeof(v2_hello) - cut);
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;

    memset(&hello, 0xff, sizeof(hello));
    ck_assert_int_eq(tls_stream_read(&stream, cursor_over(head + 1, cut), &hello),
            TATTLER_TRUNCATED);
    ck_assert_int_eq(tls_stream_read(&stream, cursor_over(tail + 1, sizeof(v2_hello) - cut), &hello),
            TATTLER_OK);
    ck_assert_uint_eq(hello.version, 0x0301);
    ck_assert_uint_eq(hello.sni_length, 0);
    ck_assert_uint_eq(hello.alpn_count, 0);
    ck_assert(!hello.ech);
    ck_assert_ptr_null(stream.message);
    free(head);
    free(tail);
}
END_TEST

START_TEST(a_hello_in_the_framing_of_sslv2_is_read_byte_by_byte)
{
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;

    for (size_t i = 0; i < sizeof(v2_hello); i++)
        ck_assert_int_eq(tls_stream_read(&stream, cursor_over(v2_hello + i, 1), &hello),
                i + 1 < sizeof(v2_hello) ? TATTLER_TRUNCATED : TATTLER_OK);
}
END_TEST

START_TEST(a_wrong_hello_in_the_framing_of_sslv2_is_none)
{
    static const struct {
        uint8_t at, value;
        enum tattler_status status;
    } wrongs[] = {
        { 0, 0x81, TATTLER_UNSUPPORTED }, /* longer than anybody's */
        { 2, 4, TATTLER_UNSUPPORTED },    /* a server's hello */
        { 3, 0, TATTLER_UNSUPPORTED },    /* SSLv2 itself */
        { 1, 8, TATTLER_MALFORMED },
        { 1, 32, TATTLER_MALFORMED },
        { 6, 0, TATTLER_MALFORMED },
        { 6, 5, TATTLER_MALFORMED },
        { 6, 9, TATTLER_MALFORMED },
        { 8, 1, TATTLER_MALFORMED },
        { 8, 16, TATTLER_MALFORMED },
        { 10, 15, TATTLER_MALFORMED },
        { 10, 33, TATTLER_MALFORMED },
        { 9, 1, TATTLER_MALFORMED },
    };
    uint8_t bytes[sizeof(v2_hello)];

    memcpy(bytes, v2_hello, sizeof(bytes));
    bytes[wrongs[_i].at] = wrongs[_i].value;
    ck_assert_int_eq(read_once(bytes, sizeof(bytes)), wrongs[_i].status);
}
END_TEST

START_TEST(lengths_in_the_framing_of_sslv2_must_be_possible_even_if_they_add_up)
{
    static const struct {
        uint8_t at, value;
    } wrongs[] = { { 6, 0 }, { 6, 5 }, { 8, 15 }, { 10, 15 }, { 10, 33 } };
    uint8_t bytes[sizeof(v2_hello)];

    memcpy(bytes, v2_hello, sizeof(bytes));
    bytes[1] = (uint8_t)(bytes[1] + wrongs[_i].value - bytes[wrongs[_i].at]);
    bytes[wrongs[_i].at] = wrongs[_i].value;
    ck_assert_int_eq(read_once(bytes, sizeof(bytes)), TATTLER_MALFORMED);
}
END_TEST

START_TEST(what_is_no_clients_tls_is_unsupported)
{
    static const uint8_t server_hello[] = { 22, 3, 3, 0, 4, 2, 0, 0, 0 };
    static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
    static const uint8_t sslv2[] = { 0x80, 0x2e, 1, 0, 2, 0, 21, 0, 0, 0, 16 };

    ck_assert_int_eq(read_once(server_hello, sizeof(server_hello)), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once(server_hello, 6), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once(alert, sizeof(alert)), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once(sslv2, sizeof(sslv2)), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once("GET / HTTP/1.1", 14), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once("G", 1), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once("\26\4", 2), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(read_once("", 0), TATTLER_TRUNCATED);
}
END_TEST

START_TEST(broken_records_are_malformed)
{
    static const uint8_t empty[] = { 22, 3, 1, 0, 0 };
    static const uint8_t overlong[] = { 22, 3, 1, 0x41, 0x01 };
    static const uint8_t longest[] = { 22, 3, 1, 0x41, 0x00 };
    static const uint8_t alert_between[] = { 22, 3, 1, 0, 2, 1, 0, 21, 3, 1, 0, 2, 2, 40 };

    ck_assert_int_eq(read_once(empty, sizeof(empty)), TATTLER_MALFORMED);
    ck_assert_int_eq(read_once(overlong, sizeof(overlong)), TATTLER_MALFORMED);
    ck_assert_int_eq(read_once(longest, sizeof(longest)), TATTLER_TRUNCATED);
    ck_assert_int_eq(read_once(alert_between, sizeof(alert_between)), TATTLER_MALFORMED);
}
END_TEST

/* A hello of 'length' bytes, most of them padding (RFC 7685), in records of 16 KiB and segments of
 * 1400 bytes. */
static enum tattler_status read_padded(size_t length)
{
    uint8_t head[] = { 1, 0, (uint8_t)((length - 4) >> 8), (uint8_t)(length - 4), 3, 3, [40] = 2,
        0x13, 0x01, 1, 0, (uint8_t)((length - 47) >> 8), (uint8_t)(length - 47), 0, 21,
        (uint8_t)((length - 51) >> 8), (uint8_t)(length - 51) };
    size_t records = (length + 16383) / 16384, total = length + 5 * records, at = 0;
    uint8_t *message = calloc(1, length), *bytes = malloc(total);
    struct tls_stream stream = { .message = NULL };
    struct tls_hello hello;
    enum tattler_status status = TATTLER_TRUNCATED;

    ck_assert(message != NULL && bytes != NULL);
    memcpy(message, head, sizeof(head));
    for (size_t from = 0; from < length; from += 16384) {
        size_t n = length - from < 16384 ? length - from : 16384;

        memcpy(bytes + at, (uint8_t[]){ 22, 3, 1, (uint8_t)(n >> 8), (uint8_t)n }, 5);
        memcpy(bytes + at + 5, message + from, n);
        at += 5 + n;
    }
    for (at = 0; at < total && status == TATTLER_TRUNCATED; at += 1400)
        status = tls_stream_read(&stream,
                cursor_over(bytes + at, total - at < 1400 ? total - at : 1400), &hello);
    free(message);
    free(bytes);
    tls_stream_clear(&stream);
    return status;
}

START_TEST(a_hello_may_be_long_but_not_endless)
{
    ck_assert_int_eq(read_padded(17000), TATTLER_OK);
    ck_assert_int_eq(read_padded(TLS_MESSAGE_MAX), TATTLER_OK);
    ck_assert_int_eq(read_padded(TLS_MESSAGE_MAX + 1), TATTLER_FULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *tests = tcase_create("tls");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, the_hello_of_rfc_8448_is_read);
    tcase_add_loop_test(tests, a_hello_in_the_framing_of_sslv2_is_read_wherever_it_is_cut, 0,
            sizeof(v2_hello));
    tcase_add_test(tests, a_hello_in_the_framing_of_sslv2_is_read_byte_by_byte);
    tcase_add_loop_test(tests, a_wrong_hello_in_the_framing_of_sslv2_is_none, 0, 13);
    tcase_add_loop_test(tests, lengths_in_the_framing_of_sslv2_must_be_possible_even_if_they_add_up, 0,
            5);
    tcase_add_loop_test(tests, every_cut_message_is_truncated, 0, HELLO_LENGTH);
    tcase_add_loop_test(tests, every_cut_body_is_malformed, 0, BODY_LENGTH);
    tcase_add_test(tests, only_the_first_usable_host_name_counts);
    tcase_add_test(tests, a_name_is_kept_as_on_the_wire);
    tcase_add_test(tests, an_empty_or_overlong_name_is_none);
    tcase_add_test(tests, alpn_keeps_the_clients_order_and_skips_grease);
    tcase_add_test(tests, what_alpn_cannot_hold_is_dropped);
    tcase_add_test(tests, the_highest_version_skips_grease_and_drafts);
    tcase_add_test(tests, encrypted_client_hello_is_told);
    tcase_add_test(tests, inner_lengths_cannot_reach_outside);
    tcase_add_loop_test(tests, a_stream_may_be_cut_anywhere, 0,
            RECORD_HEADER_LENGTH + HELLO_LENGTH);
    tcase_add_test(tests, records_of_one_byte_in_segments_of_one_byte_are_joined);
    tcase_add_test(tests, two_records_in_one_segment_are_joined);
    tcase_add_test(tests, what_is_no_clients_tls_is_unsupported);
    tcase_add_test(tests, broken_records_are_malformed);
    tcase_add_test(tests, a_hello_may_be_long_but_not_endless);
    return run_suite(suite);
}
