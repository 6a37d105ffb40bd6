#include "parse/dns.h"

#include <stdlib.h>

#include "run_suite.h"

#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)

#define HEADER "\x12\x34\x81\x80\x00\x01\x00\x03\x00\x01\x00\x01"
#define WWW "\3www\7example\3com" /* behind the header: "example.com" is at 0x10 */

/* What a resolver answers when www.example.com is an alias. */
static const char answer[] =
    HEADER WWW "\0\0\1\0\1"
    "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\6\3cdn\xc0\x10"                        /* 0x2d: cdn.example.com */
    "\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"                           /* A 192.0.2.1 */
    "\xc0\x2d\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
    "\xc0\x10\0\2\0\1\0\1\x51\x80\0\6\3ns1\xc0\x10"
    "\0\0\x29\x84\xd0\0\0\x80\0\0\0";                                    /* OPT, size 0x84d0 */

/* A header with so many questions and answers. */
#define PLAIN(questions, answers) "\0\1\x80\0\0" questions "\0" answers "\0\0\0\0"

static struct dns_message open_ok(struct cursor payload)
{
    struct dns_message message;

    ck_assert_int_eq(dns_open(payload, &message), TATTLER_OK);
    return message;
}

static struct dns_record next_ok(struct dns_message *message)
{
    struct dns_record record;

    ck_assert(dns_next_record(message, &record));
    return record;
}

static void check_end(struct dns_message *message, enum tattler_status status)
{
    struct dns_record record;

    ck_assert(!dns_next_record(message, &record));
    ck_assert_int_eq(message->status, status);
    ck_assert(!dns_next_record(message, &record)); /* stays at the end */
    ck_assert_int_eq(message->status, status);
}

static void check_address(struct address address, const char *text)
{
    struct address expected;

    ck_assert(address_parse(text, &expected));
    ck_assert(address_equal(&address, &expected));
}

START_TEST(header_is_read)
{
    struct dns_message message = open_ok(BYTES(answer));

    ck_assert_uint_eq(message.id, 0x1234);
    ck_assert(message.response);
    ck_assert(!message.truncated);
    ck_assert_uint_eq(message.opcode, 0);
    ck_assert_uint_eq(message.rcode, 0);
    ck_assert_uint_eq(message.counts[DNS_ANSWER], 3);

    /* a status request, not answered for the server failed, and cut */
    message = open_ok(BYTES("\0\1\x12\x02\0\0\0\0\0\0\0\0"));
    ck_assert(!message.response);
    ck_assert(message.truncated);
    ck_assert_uint_eq(message.opcode, 2);
    ck_assert_uint_eq(message.rcode, 2);
}
END_TEST

START_TEST(all_sections_are_stepped_through)
{
    struct dns_message message = open_ok(BYTES(answer));
    struct dns_question question;
    struct dns_record record;

    ck_assert(dns_next_question(&message, &question));
    ck_assert_str_eq(question.name.text, "www.example.com");
    ck_assert_uint_eq(question.name.length, 15);
    ck_assert_uint_eq(question.type, DNS_TYPE_A);
    ck_assert_uint_eq(question.class, 1);
    ck_assert(!dns_next_question(&message, &question));

    record = next_ok(&message);
    ck_assert_int_eq(record.section, DNS_ANSWER);
    ck_assert_uint_eq(record.type, DNS_TYPE_CNAME);
    ck_assert_str_eq(record.name.text, "www.example.com");
    ck_assert_str_eq(record.target.text, "cdn.example.com");
    ck_assert_uint_eq(record.ttl_s, 300);
    record = next_ok(&message);
    ck_assert_str_eq(record.name.text, "cdn.example.com");
    ck_assert_uint_eq(record.rdata.left, 4);
    check_address(record.address, "192.0.2.1");
    record = next_ok(&message);
    ck_assert_uint_eq(record.type, DNS_TYPE_AAAA);
    check_address(record.address, "2001:db8::1");
    record = next_ok(&message);
    ck_assert_int_eq(record.section, DNS_AUTHORITY);
    ck_assert_str_eq(record.name.text, "example.com");
    ck_assert_str_eq(record.target.text, "ns1.example.com");
    record = next_ok(&message);
    ck_assert_int_eq(record.section, DNS_ADDITIONAL);
    ck_assert_uint_eq(record.type, DNS_TYPE_OPT);
    ck_assert_str_eq(record.name.text, "");
    ck_assert_uint_eq(record.class, 0x84d0); /* a size: the top bit is no flag */
    ck_assert_uint_eq(record.ttl_s, 0x8000); /* its DO flag */
    check_end(&message, TATTLER_OK);
}
END_TEST

START_TEST(records_come_without_asking_for_the_questions)
{
    struct dns_message message = open_ok(BYTES(answer));

    ck_assert_str_eq(next_ok(&message).target.text, "cdn.example.com");
}
END_TEST

START_TEST(bytes_behind_the_last_record_do_not_matter)
{
    static const char padded[] = PLAIN("\0", "\1") "\0\0\1\0\1\0\0\0\0\0\4\xc0\0\2\1garbage";
    struct dns_message message = open_ok(BYTES(padded));

    check_address(next_ok(&message).address, "192.0.2.1");
    check_end(&message, TATTLER_OK);
}
END_TEST

START_TEST(several_questions_are_read)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\2", "\1") "\1a\0\0\1\0\1" "\1b\0\0\x1c\0\1"
                  "\xc0\x13\0\1\0\1\0\0\0\0\0\4\xc0\0\2\1"));
    struct dns_question question;

    ck_assert(dns_next_question(&message, &question));
    ck_assert_str_eq(question.name.text, "a");
    ck_assert(dns_next_question(&message, &question));
    ck_assert_str_eq(question.name.text, "b");
    ck_assert_str_eq(next_ok(&message).name.text, "b");
    check_end(&message, TATTLER_OK);
}
END_TEST

START_TEST(flag_bits_of_multicast_dns_are_masked)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\1", "\1") "\1a\0\0\1\x80\1"
                  "\xc0\x0c\0\1\x80\1\0\0\0\x78\0\4\xc0\0\2\1"));
    struct dns_question question;

    ck_assert(dns_next_question(&message, &question));
    ck_assert_uint_eq(question.class, 1);
    ck_assert_uint_eq(next_ok(&message).class, 1);
}
END_TEST

/* RFC 9460 appendix D.2: "SVCB 1 example.com. ipv6hint=2001:db8::1,2001:db8::53:1" */
START_TEST(service_binding_hints_are_read)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\0", "\1") "\0\0\x40\0\1\0\0\0\0\0\x33\0\1\7example\3com\0\0\6\0\x20"
                  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\1"));
    struct dns_record record = next_ok(&message);

    ck_assert_uint_eq(record.type, DNS_TYPE_SVCB);
    ck_assert_uint_eq(record.priority, 1);
    ck_assert_str_eq(record.target.text, "example.com");
    ck_assert(!record.ech);
    ck_assert_uint_eq(record.hint_count, 2);
    check_address(record.hints[0], "2001:db8::1");
    check_address(record.hints[1], "2001:db8::53:1");
    check_end(&message, TATTLER_OK);
}
END_TEST

START_TEST(https_record_tells_of_ech_and_both_kinds_of_hints)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\0", "\1") "\0\0\x41\0\1\0\0\0\0\0\x32\0\1\0"
                  "\0\1\0\3\2h2"                 /* alpn */
                  "\0\4\0\x08\xc0\0\2\1\xc0\0\2\2" /* ipv4hint */
                  "\0\5\0\4\xab\xcd\xef\1"       /* ech */
                  "\0\6\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"));
    struct dns_record record = next_ok(&message);

    ck_assert_str_eq(record.target.text, ""); /* "." is the owner itself */
    ck_assert(record.ech);
    ck_assert_uint_eq(record.hint_count, 3);
    check_address(record.hints[1], "192.0.2.2");
    check_address(record.hints[2], "2001:db8::1");
}
END_TEST

START_TEST(hints_over_the_cap_are_left_out)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\0", "\1") "\0\0\x41\0\1\0\0\0\0\0\x2f\0\1\0\0\4\0\x28"
                  "\1\1\1\1\2\2\2\2\3\3\3\3\4\4\4\4\5\5\5\5\6\6\6\6\7\7\7\7\x8\x8\x8\x8"
                  "\x9\x9\x9\x9\xa\xa\xa\xa"));
    struct dns_record record = next_ok(&message);

    ck_assert_uint_eq(record.hint_count, DNS_HINTS_MAX);
    check_address(record.hints[DNS_HINTS_MAX - 1], "8.8.8.8");
}
END_TEST

START_TEST(records_whose_data_does_not_fit_are_passed_over)
{
    static const char bad[] = PLAIN("\0", "\6")
            "\0\0\1\0\1\0\0\0\0\0\3\xc0\0\2"         /* A of three bytes */
            "\0\0\x1c\0\1\0\0\0\0\0\4\xc0\0\2\1"     /* AAAA of four */
            "\0\0\5\0\1\0\0\0\0\0\3\1a\0"            /* fits */
            "\0\0\5\0\1\0\0\0\0\0\4\1a\0x"           /* CNAME and more */
            "\0\0\x41\0\1\0\0\0\0\0\7\0\1\0\0\4\0\4" /* a hint that is not there */
            "\0\0\1\0\3\0\0\0\0\0\4\xc0\0\2\1";      /* class CHAOS */
    struct dns_message message = open_ok(BYTES(bad));

    ck_assert_str_eq(next_ok(&message).target.text, "a");
    check_end(&message, TATTLER_OK);
}
END_TEST

START_TEST(ttl_with_the_top_bit_is_zero)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\0", "\1") "\0\0\1\0\1\x80\0\0\1\0\4\xc0\0\2\1"));

    ck_assert_uint_eq(next_ok(&message).ttl_s, 0);
}
END_TEST

START_TEST(names_keep_their_bytes)
{
    struct dns_message message = open_ok(BYTES(PLAIN("\1", "\0") "\5A.b\0\xff\2Cd\0\0\1\0\1"));
    struct dns_question question;

    ck_assert(dns_next_question(&message, &question));
    ck_assert_uint_eq(question.name.length, 8);
    ck_assert_mem_eq(question.name.text, "A.b\0\xff.Cd", 9);
}
END_TEST

/* Writes labels of 'length' bytes each and the root behind a header with one question. */
static size_t put_name(uint8_t *out, size_t labels, size_t length, size_t last)
{
    size_t at = 12;

    memcpy(out, PLAIN("\1", "\0"), 12);
    for (size_t i = 0; i < labels; i++) {
        size_t bytes = i + 1 < labels ? length : last;

        out[at++] = (uint8_t)bytes;
        memset(out + at, 'x', bytes);
        at += bytes;
    }
    memcpy(out + at, "\0\0\1\0\1", 5);
    return at + 5;
}

START_TEST(a_name_has_255_octets_at_most)
{
    uint8_t bytes[300];
    struct dns_question question;
    struct dns_message message;

    /* 3 * 64 + 62 and the root are 255 */
    message = open_ok(cursor_over(bytes, put_name(bytes, 4, 63, 61)));
    ck_assert(dns_next_question(&message, &question));
    ck_assert_uint_eq(question.name.length, 253);
    message = open_ok(cursor_over(bytes, put_name(bytes, 4, 63, 62)));
    ck_assert(!dns_next_question(&message, &question));
    ck_assert_int_eq(message.status, TATTLER_MALFORMED);
    message = open_ok(cursor_over(bytes, put_name(bytes, 1, 0, 64))); /* reserved label type */
    ck_assert(!dns_next_question(&message, &question));
    ck_assert_int_eq(message.status, TATTLER_MALFORMED);
}
END_TEST

START_TEST(pointers_that_do_not_lead_back_are_refused)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        { "\xc0\x0c\0\1\0\1", 6 },               /* to itself */
        { "\xc0\x0e\1a\0\0\1\0\1", 9 },          /* forward */
        { "\1a\xc0\x0c\0\1\0\1", 8 },            /* to the start of its own labels: a loop */
        { "\xc0\x00\0\1\0\1", 6 },               /* into the header */
        { "\xff\xff\0\1\0\1", 6 },               /* out of the message */
        { "\x80\x0c\0\1\0\1", 6 },               /* reserved */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[32];
        struct dns_question question;
        struct dns_message message;

        memcpy(bytes, PLAIN("\1", "\0"), 12);
        memcpy(bytes + 12, cases[i].bytes, cases[i].length);
        message = open_ok(cursor_over(bytes, 12 + cases[i].length));
        ck_assert(!dns_next_question(&message, &question));
        ck_assert_int_eq(message.status, TATTLER_MALFORMED);
    }
}
END_TEST

START_TEST(pointers_may_lead_to_pointers)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\3", "\0") "\1a\0\0\1\0\1" "\1b\xc0\x0c\0\1\0\1" "\xc0\x13\0\1\0\1"));
    struct dns_question question;

    for (int i = 0; i < 3; i++)
        ck_assert(dns_next_question(&message, &question));
    ck_assert_str_eq(question.name.text, "b.a");
    ck_assert_int_eq(message.status, TATTLER_OK);
}
END_TEST

/* A name of 126 labels, and 4000 CNAMEs from it to it: a megabyte of text out of 64 KiB. */
START_TEST(many_pointers_to_a_long_name_are_refused)
{
    static uint8_t bytes[12 + 126 * 2 + 5 + 4000 * 14];
    struct dns_message message;
    struct dns_record record;
    unsigned records = 0;
    size_t at = 12;

    memcpy(bytes, "\0\1\x80\0\0\1\x0f\xa0\0\0\0\0", 12);
    for (int i = 0; i < 126; i++) {
        bytes[at++] = 1;
        bytes[at++] = 'x';
    }
    memcpy(bytes + at, "\0\0\1\0\1", 5);
    for (at += 5; at < sizeof(bytes); at += 14)
        memcpy(bytes + at, "\xc0\x0c\0\5\0\1\0\0\0\0\0\2\xc0\x0c", 14);
    message = open_ok(cursor_over(bytes, sizeof(bytes)));
    while (dns_next_record(&message, &record))
        records++;
    ck_assert_int_eq(message.status, TATTLER_MALFORMED);
    ck_assert_uint_lt(records, 600);
}
END_TEST

START_TEST(hostile_counts_end_with_the_bytes)
{
    struct dns_message message = open_ok(
            BYTES("\0\1\x80\0\xff\xff\xff\xff\xff\xff\xff\xff" "\0\0\1\0\1"));
    struct dns_question question;

    ck_assert(dns_next_question(&message, &question));
    check_end(&message, TATTLER_TRUNCATED);
}
END_TEST

START_TEST(a_record_longer_than_the_message_is_truncated)
{
    struct dns_message message = open_ok(
            BYTES(PLAIN("\0", "\1") "\0\0\1\0\1\0\0\0\0\xff\xff\xc0\0\2\1"));

    check_end(&message, TATTLER_TRUNCATED);
}
END_TEST

START_TEST(stream_is_cut_into_messages)
{
    struct cursor stream = BYTES("\0\x0cHHHHHHHHHHHH" "\0\x0dIIIIIIIIIIIII" "\0\x20JJ");
    struct cursor message, before;

    ck_assert_int_eq(dns_tcp_split(&stream, &message), TATTLER_OK);
    ck_assert_uint_eq(message.left, 12);
    ck_assert_int_eq(dns_tcp_split(&stream, &message), TATTLER_OK);
    ck_assert_uint_eq(message.left, 13);
    ck_assert_uint_eq(message.at[0], 'I');
    before = stream;
    ck_assert_int_eq(dns_tcp_split(&stream, &message), TATTLER_TRUNCATED);
    ck_assert_ptr_eq(stream.at, before.at);
    stream = BYTES("\0\x0bKKKKKKKKKKK");
    ck_assert_int_eq(dns_tcp_split(&stream, &message), TATTLER_MALFORMED);
    stream = BYTES("\0");
    ck_assert_int_eq(dns_tcp_split(&stream, &message), TATTLER_TRUNCATED);
}
END_TEST

/* Every shorter length, ending at the heap block's edge so a sanitizer sees overreads. */
START_TEST(every_cut_message_is_truncated)
{
    size_t length = (size_t)_i;
    uint8_t *block = malloc(length + 1), *cut = block + 1;
    struct dns_message message;
    struct dns_record record;
    unsigned records = 0;

    memcpy(cut, answer, length);
    if (length < 12) {
        ck_assert_int_eq(dns_open(cursor_over(cut, length), &message), TATTLER_TRUNCATED);
    } else {
        message = open_ok(cursor_over(cut, length));
        while (dns_next_record(&message, &record))
            records++;
        ck_assert_uint_lt(records, 5);
        ck_assert_int_eq(message.status, TATTLER_TRUNCATED);
    }
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dns");
    TCase *cases = tcase_create("dns");

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, header_is_read);
    tcase_add_test(cases, all_sections_are_stepped_through);
    tcase_add_test(cases, records_come_without_asking_for_the_questions);
    tcase_add_test(cases, bytes_behind_the_last_record_do_not_matter);
    tcase_add_test(cases, several_questions_are_read);
    tcase_add_test(cases, flag_bits_of_multicast_dns_are_masked);
    tcase_add_test(cases, service_binding_hints_are_read);
    tcase_add_test(cases, https_record_tells_of_ech_and_both_kinds_of_hints);
    tcase_add_test(cases, hints_over_the_cap_are_left_out);
    tcase_add_test(cases, records_whose_data_does_not_fit_are_passed_over);
    tcase_add_test(cases, ttl_with_the_top_bit_is_zero);
    tcase_add_test(cases, names_keep_their_bytes);
    tcase_add_test(cases, a_name_has_255_octets_at_most);
    tcase_add_test(cases, pointers_that_do_not_lead_back_are_refused);
    tcase_add_test(cases, pointers_may_lead_to_pointers);
    tcase_add_test(cases, many_pointers_to_a_long_name_are_refused);
    tcase_add_test(cases, hostile_counts_end_with_the_bytes);
    tcase_add_test(cases, a_record_longer_than_the_message_is_truncated);
    tcase_add_test(cases, stream_is_cut_into_messages);
    tcase_add_loop_test(cases, every_cut_message_is_truncated, 0, (int)sizeof(answer) - 1);
    return run_suite(suite);
}
