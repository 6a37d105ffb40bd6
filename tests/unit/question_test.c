#include "track/question.h"

#include "scene.h"

#include "run_suite.h"

#define TYPE_NULL 10
#define TYPE_MX 15
#define TYPE_TXT 16
#define TYPE_IODINE 65399

static struct dns_reply reply;
static struct question question;

static enum tattler_status read_cut(size_t len)
{
    uint8_t *block = malloc(len + 1); /* ends where the message does */
    enum tattler_status status;

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, reply.bytes, len);
    status = question_read(cursor_over(block + 1, len), &question);
    free(block);
    return status;
}

static void read_reply(void)
{
    memset(&question, 0xff, sizeof(question)); /* nothing may be left of what was there */
    ck_assert_int_eq(read_cut(reply.len), TATTLER_OK);
}

static void put_exchange(const char *owner, const char *host)
{
    struct dns_reply data = { .len = 0 };

    put(&data, "\0\x0a", 2);
    put_name(&data, host);
    put_record(&reply, owner, TYPE_MX, 60, data.bytes, data.len);
}

START_TEST(a_query_tells_what_is_asked)
{
    reply_start(&reply, "Asked.Example");
    reply.bytes[2] = 1; /* QR cleared: RFC 1035 section 4.1.1 */
    reply.bytes[3] = 0;
    read_reply();
    ck_assert_str_eq(question.name, "asked.example");
    ck_assert_uint_eq(question.len, 13);
    ck_assert_uint_eq(question.type, DNS_TYPE_A);
    ck_assert(!question.answered);
    ck_assert_double_eq(question.data_bits, 0);
    ck_assert_uint_eq(question.data_hash, 0);
}
END_TEST

START_TEST(a_response_tells_its_code)
{
    reply_start(&reply, "gone.example");
    reply.bytes[3] |= DNS_RCODE_NXDOMAIN;
    read_reply();
    ck_assert(question.answered);
    ck_assert_uint_eq(question.rcode, DNS_RCODE_NXDOMAIN);
}
END_TEST

START_TEST(addresses_and_foreign_aliases_are_no_data)
{
    reply_start(&reply, "www.example.com");
    put_alias(&reply, "www.example.com", "d3p8zr0ffa9t17.cdn.example.net");
    put_address(&reply, "d3p8zr0ffa9t17.cdn.example.net", 60, "203.0.113.1");
    read_reply();
    ck_assert_double_eq(question.data_bits, 0);
    ck_assert_uint_eq(question.data_hash, 0);
}
END_TEST

START_TEST(text_and_unknown_records_are_data)
{
    static const uint16_t types[] = { TYPE_NULL, TYPE_TXT, TYPE_IODINE };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        reply_start(&reply, "a.t.example.com");
        put_record(&reply, "a.t.example.com", types[i], 0, "0123456789abcdef", 16);
        read_reply();
        ck_assert_double_eq_tol(question.data_bits, 64, 1e-9); /* 16 different bytes */
        ck_assert_uint_ne(question.data_hash, 0);
    }
}
END_TEST

START_TEST(names_that_lead_back_are_data)
{
    reply_start(&reply, "a.t.example.com");
    put_alias(&reply, "a.t.example.com", "0123456789abcdef.example.com");
    read_reply();
    ck_assert_double_gt(question.data_bits, 64);
    reply_start(&reply, "a.t.example.com");
    put_exchange("a.t.example.com", "0123456789abcdef.example.com");
    read_reply();
    ck_assert_double_gt(question.data_bits, 64);
    reply_start(&reply, "example.com");
    put_exchange("example.com", "mail.provider.example");
    read_reply();
    ck_assert_double_eq(question.data_bits, 0);
}
END_TEST

START_TEST(one_answer_is_told_from_another)
{
    uint64_t first;

    reply_start(&reply, "a.t.example.com");
    put_record(&reply, "a.t.example.com", TYPE_TXT, 0, "\3one", 4);
    read_reply();
    first = question.data_hash;
    read_reply();
    ck_assert_uint_eq(question.data_hash, first);
    reply_start(&reply, "a.t.example.com");
    put_record(&reply, "a.t.example.com", TYPE_TXT, 0, "\3two", 4);
    read_reply();
    ck_assert_uint_ne(question.data_hash, first);
}
END_TEST

/* RFC 1035 section 4.1.1: opcode, counts. */
START_TEST(what_asks_nothing_is_refused)
{
    reply_start(&reply, "a.example");
    reply.bytes[2] |= 0x28; /* UPDATE, RFC 2136 */
    ck_assert_int_eq(read_cut(reply.len), TATTLER_MALFORMED);
    reply_start(&reply, "a.example");
    reply.bytes[5] = 0;
    ck_assert_int_eq(read_cut(12), TATTLER_MALFORMED);
}
END_TEST

START_TEST(every_cut_message_is_read_as_far_as_it_goes)
{
    size_t asked = 12 + 17 + 4; /* header, name, type and class */

    reply_start(&reply, "a.t.example.com");
    put_record(&reply, "a.t.example.com", TYPE_TXT, 0, "\3one", 4);
    put_alias(&reply, "a.t.example.com", "b.t.example.com");
    for (size_t len = 0; len < reply.len; len++) {
        memset(&question, 0, sizeof(question));
        ck_assert_int_eq(read_cut(len), len < asked ? TATTLER_TRUNCATED : TATTLER_OK);
        ck_assert_uint_eq(question.len, len < asked ? 0 : 15);
    }
}
END_TEST

START_TEST(a_host_may_fill_in_what_it_parsed)
{
    question_set(&question, "Gone.Example", 12, DNS_RCODE_NXDOMAIN);
    ck_assert_str_eq(question.name, "gone.example");
    ck_assert(question.answered);
    ck_assert_uint_eq(question.rcode, DNS_RCODE_NXDOMAIN);
    ck_assert_uint_eq(question.data_hash, 0);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_cut)
{
    char name[300];

    memset(name, 'a', sizeof(name));
    question_set(&question, name, sizeof(name), 0);
    ck_assert_uint_eq(question.len, 255);
    ck_assert_uint_eq(strlen(question.name), 255);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("question");
    TCase *cases = tcase_create("question");

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, a_query_tells_what_is_asked);
    tcase_add_test(cases, a_response_tells_its_code);
    tcase_add_test(cases, addresses_and_foreign_aliases_are_no_data);
    tcase_add_test(cases, text_and_unknown_records_are_data);
    tcase_add_test(cases, names_that_lead_back_are_data);
    tcase_add_test(cases, one_answer_is_told_from_another);
    tcase_add_test(cases, what_asks_nothing_is_refused);
    tcase_add_test(cases, every_cut_message_is_read_as_far_as_it_goes);
    tcase_add_test(cases, a_host_may_fill_in_what_it_parsed);
    tcase_add_test(cases, a_name_that_is_too_long_is_cut);
    return run_suite(suite);
}
