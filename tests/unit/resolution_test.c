#include "track/resolution.h"

#include "scene.h"

#include "run_suite.h"

static struct dns_reply reply;
static struct resolution resolution;
static struct question question;

static enum tattler_status read_cut(size_t len)
{
    uint8_t *block = malloc(len + 1); /* ends where the message does */
    enum tattler_status status;

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, reply.bytes, len);
    status = resolution_read(cursor_over(block + 1, len), &resolution, &question);
    free(block);
    return status;
}

static void read_reply(void)
{
    memset(&resolution, 0xff, sizeof(resolution)); /* nothing may be left of what was there */
    ck_assert_int_eq(read_cut(reply.len), TATTLER_OK);
}

static void assert_address(size_t index, const char *text, uint32_t ttl_s)
{
    struct address address = at(text);

    ck_assert_uint_lt(index, resolution.address_count);
    ck_assert(address_equal(&resolution.addresses[index].address, &address));
    ck_assert_uint_eq(resolution.addresses[index].ttl_s, ttl_s);
}

static void assert_alias(size_t index, const char *name)
{
    ck_assert_uint_lt(index, resolution.alias_count);
    ck_assert(resolution.aliases[index] == name_hash(name, strlen(name)));
}

START_TEST(addresses_count_for_the_name_that_was_asked)
{
    reply_start(&reply, "Asked.Example");
    put_alias(&reply, "Asked.Example", "edge.cdn.example");
    put_alias(&reply, "edge.cdn.example", "pop.cdn.example");
    put_address(&reply, "pop.cdn.example", 60, "203.0.113.1");
    put_address(&reply, "pop.cdn.example", 30, "2001:db8::1");
    read_reply();
    ck_assert(resolution.is_answer);
    ck_assert(!resolution.dropped);
    ck_assert_uint_eq(resolution.rcode, 0);
    ck_assert_str_eq(resolution.asked, "asked.example");
    ck_assert_uint_eq(resolution.asked_len, 13);
    ck_assert_uint_eq(resolution.address_count, 2);
    assert_address(0, "203.0.113.1", 60);
    assert_address(1, "2001:db8::1", 30);
    ck_assert_uint_eq(resolution.alias_count, 2);
    assert_alias(0, "edge.cdn.example");
    assert_alias(1, "pop.cdn.example");
}
END_TEST

/* RFC 9460 section 2.2: priority, target, then ipv4hint (4) and ipv6hint (6). */
START_TEST(hints_count_and_targets_are_aliases)
{
    static const uint8_t https[] = { 0, 1, 3, 's', 'v', 'c', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e',
        0, 0, 4, 0, 8, 203, 0, 113, 1, 203, 0, 113, 2, 0, 6, 0, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 1 };

    reply_start(&reply, "asked.example");
    put_record(&reply, "asked.example", 65, 120, https, sizeof(https));
    read_reply();
    ck_assert_uint_eq(resolution.address_count, 3);
    assert_address(0, "203.0.113.1", 120);
    assert_address(1, "203.0.113.2", 120);
    assert_address(2, "2001:db8::1", 120);
    assert_alias(0, "svc.example");
}
END_TEST

/* Who is told the name servers' addresses did not ask for them. */
START_TEST(only_the_answer_section_counts)
{
    reply_start(&reply, "asked.example");
    put_address(&reply, "asked.example", 60, "203.0.113.1");
    put_address(&reply, "ns.example", 60, "203.0.113.2");
    put_address(&reply, "ns.example", 60, "203.0.113.3");
    reply.bytes[7] = 1;  /* answers */
    reply.bytes[9] = 1;  /* authority */
    reply.bytes[11] = 1; /* additional */
    read_reply();
    ck_assert_uint_eq(resolution.address_count, 1);
    ck_assert(!resolution.dropped);
}
END_TEST

START_TEST(a_question_is_no_answer)
{
    reply_start(&reply, "asked.example");
    reply.bytes[2] = 1;
    reply.bytes[3] = 0;
    read_reply();
    ck_assert(!resolution.is_answer);
    ck_assert(!resolution.dropped);
    ck_assert_uint_eq(resolution.address_count, 0);
    ck_assert_str_eq(resolution.asked, "asked.example");
}
END_TEST

START_TEST(the_response_code_is_kept)
{
    reply_start(&reply, "no.example");
    reply.bytes[3] |= 3;
    read_reply();
    ck_assert(resolution.is_answer);
    ck_assert_uint_eq(resolution.rcode, 3);
    ck_assert(!resolution.dropped);
}
END_TEST

START_TEST(records_of_other_types_and_classes_do_not_count)
{
    reply_start(&reply, "asked.example");
    put_record(&reply, "asked.example", 16, 60, "\3txt", 4);
    put_record(&reply, "asked.example", 1, 60, "\1\2\3", 3); /* no IPv4 address has three bytes */
    put_record(&reply, "asked.example", 1, 60, "\1\2\3\4", 4);
    reply.bytes[reply.len - 4 - 2 - 4 - 1] = 3; /* its class, before TTL, length and data: CHAOS */
    read_reply();
    ck_assert_uint_eq(resolution.address_count, 0);
    ck_assert(!resolution.dropped);
}
END_TEST

/* A capture that cuts packets: what is missing must not look as if it had not been said. */
START_TEST(a_cut_answer_is_read_as_far_as_it_goes)
{
    size_t whole, first;

    reply_start(&reply, "asked.example");
    put_address(&reply, "asked.example", 60, "203.0.113.1");
    first = reply.len;
    put_address(&reply, "asked.example", 60, "203.0.113.2");
    whole = reply.len;
    for (size_t len = 0; len <= whole; len++) {
        enum tattler_status status = read_cut(len);

        ck_assert_int_eq(status, len < 12 ? TATTLER_TRUNCATED : TATTLER_OK);
        if (len < 12)
            continue;
        ck_assert(resolution.is_answer);
        ck_assert_uint_eq(resolution.address_count, len < first ? 0 : len < whole ? 1 : 2);
        ck_assert_int_eq(resolution.dropped, len < whole);
    }
}
END_TEST

START_TEST(what_is_cut_behind_the_answers_is_not_missed)
{
    size_t answers;

    reply_start(&reply, "asked.example");
    put_address(&reply, "asked.example", 60, "203.0.113.1");
    put_address(&reply, "ns.example", 60, "203.0.113.2");
    answers = reply.len;
    put_address(&reply, "ns.example", 60, "203.0.113.3");
    reply.bytes[7] = 1;
    reply.bytes[9] = 2;
    ck_assert_int_eq(read_cut(answers), TATTLER_OK);
    ck_assert(!resolution.dropped);
}
END_TEST

START_TEST(more_addresses_than_fit_are_dropped)
{
    reply_start(&reply, "asked.example");
    for (unsigned i = 0; i < (unsigned)_i; i++)
        put_address(&reply, "", 60, "203.0.113.1");
    read_reply();
    ck_assert_uint_eq(resolution.address_count,
            _i > RESOLUTION_ADDRESSES_MAX ? RESOLUTION_ADDRESSES_MAX : (size_t)_i);
    ck_assert_int_eq(resolution.dropped, _i > RESOLUTION_ADDRESSES_MAX);
}
END_TEST

START_TEST(more_aliases_than_fit_are_left_out)
{
    reply_start(&reply, "asked.example");
    for (int i = 0; i <= RESOLUTION_ALIASES_MAX; i++)
        put_alias(&reply, "a", "b");
    read_reply();
    ck_assert_uint_eq(resolution.alias_count, RESOLUTION_ALIASES_MAX);
}
END_TEST

START_TEST(a_name_is_cut_to_what_fits_and_ends_at_a_nul)
{
    char name[300];

    memset(name, 'A', sizeof(name));
    memset(&resolution, 0, sizeof(resolution));
    resolution_ask(&resolution, name, sizeof(name));
    ck_assert_uint_eq(resolution.asked_len, NAME_SIZE - 1);
    ck_assert_uint_eq(strlen(resolution.asked), NAME_SIZE - 1);
    ck_assert_int_eq(resolution.asked[0], 'a');
    resolution_ask(&resolution, "a\0b", 3);
    ck_assert_str_eq(resolution.asked, "a");
    ck_assert_uint_eq(resolution.asked_len, 1);
}
END_TEST

/* An answer is read once for both. */
START_TEST(the_question_is_what_reads_of_it_alone_find)
{
    static const uint8_t text[] = { 5, 'h', 'e', 'l', 'l', 'o' };
    struct question alone;

    memset(&question, 0xff, sizeof(question));
    reply_start(&reply, "Asked.Example");
    put_alias(&reply, "Asked.Example", "down.asked.example");
    put_record(&reply, "asked.example", 16, 60, text, sizeof(text));
    read_reply();
    ck_assert_int_eq(question_read(cursor_over(reply.bytes, reply.len), &alone), TATTLER_OK);
    ck_assert(question.answered && alone.answered);
    ck_assert_str_eq(question.name, "asked.example");
    ck_assert_str_eq(question.name, alone.name);
    ck_assert_uint_eq(question.len, alone.len);
    ck_assert_uint_eq(question.type, alone.type);
    ck_assert_uint_eq(question.rcode, alone.rcode);
    ck_assert_double_gt(question.data_bits, 0);
    ck_assert_double_eq(question.data_bits, alone.data_bits);
    ck_assert(question.data_hash == alone.data_hash);
}
END_TEST

START_TEST(what_is_no_answer_to_a_query_has_no_question)
{
    reply_start(&reply, "asked.example");
    reply.bytes[2] |= 0x28; /* an update (RFC 2136) */
    read_reply();
    ck_assert(!question.answered);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        addresses_count_for_the_name_that_was_asked,
        hints_count_and_targets_are_aliases,
        only_the_answer_section_counts,
        a_question_is_no_answer,
        the_response_code_is_kept,
        records_of_other_types_and_classes_do_not_count,
        a_cut_answer_is_read_as_far_as_it_goes,
        what_is_cut_behind_the_answers_is_not_missed,
        more_aliases_than_fit_are_left_out,
        a_name_is_cut_to_what_fits_and_ends_at_a_nul,
        the_question_is_what_reads_of_it_alone_find,
        what_is_no_answer_to_a_query_has_no_question,
    };
    Suite *suite = suite_create("resolution");
    TCase *cases = tcase_create("resolution");

    tcase_add_loop_test(cases, more_addresses_than_fit_are_dropped, RESOLUTION_ADDRESSES_MAX - 1,
            RESOLUTION_ADDRESSES_MAX + 2);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
