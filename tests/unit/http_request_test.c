#include "parse/http_request.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"

static struct http_work *work;
static struct http_request request;

static void set_up(void)
{
    work = http_work_new();
    ck_assert_ptr_nonnull(work);
}

static void tear_down(void)
{
    http_work_free(work);
}

static enum tattler_status read_bytes(const char *text, size_t length)
{
    return http_request_read(cursor_over(text, length), work, &request);
}

static void read_good(const char *text)
{
    ck_assert_int_eq(read_bytes(text, strlen(text)), TATTLER_OK);
}

static void assert_text(struct cursor found, const char *expected)
{
    if (expected == NULL) {
        ck_assert_ptr_null(found.at);
        return;
    }
    ck_assert_ptr_nonnull(found.at);
    ck_assert_uint_eq(found.left, strlen(expected));
    ck_assert_mem_eq(found.at, expected, found.left);
}

static const char good[] = "POST /a/../b?c HTTP/1.1\r\n"
                           "Host: Www.Example.com:8080\r\n"
                           "User-Agent: curl/7.64.1\r\n"
                           "Cookie: secret\r\n"
                           "Content-Length: 12\r\n"
                           "\r\n";

START_TEST(a_head_is_read)
{
    read_good(good);
    assert_text(request.method, "POST");
    assert_text(request.uri, "/b?c");
    assert_text(request.host, "www.example.com");
    assert_text(request.user_agent, "curl/7.64.1");
    assert_text(request.fields, "Host: Www.Example.com:8080\r\nUser-Agent: curl/7.64.1\r\n"
                                "Content-Length: 12\r\n");
    ck_assert(request.has_version);
    ck_assert(!request.is_connect);
    ck_assert_int_eq(request.body, HTTP_SIZED_BODY);
    ck_assert_uint_eq(request.body_size, 12);
}
END_TEST

START_TEST(a_truncated_head_is_read_as_far_as_it_goes)
{
    size_t length = (size_t)_i, from = 0;
    char *block = malloc(length + 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, good, length);
    ck_assert_uint_eq(http_head_length(cursor_over(block + 1, length), &from), 0);
    if (length < 25) {
        ck_assert_int_eq(read_bytes(block + 1, length), TATTLER_TRUNCATED);
    } else {
        ck_assert_int_eq(read_bytes(block + 1, length), TATTLER_OK);
        assert_text(request.uri, "/b?c");
        assert_text(request.host, NULL);
        assert_text(request.user_agent, length < 78 ? NULL : "curl/7.64.1");
    }
    free(block);
}
END_TEST

START_TEST(the_length_of_a_head_is_found_byte_by_byte)
{
    size_t from = 0, length = strlen(good);

    for (size_t i = 0; i < length; i++)
        ck_assert_uint_eq(http_head_length(cursor_over(good, i), &from), 0);
    ck_assert_uint_eq(http_head_length(cursor_over(good, length), &from), length);
    from = 0;
    ck_assert_uint_eq(http_head_length(cursor_over("A\n\nB", 4), &from), 3);
}
END_TEST

/* What a Suricata 8.0.7 had in its buffers for these request lines. */
static const struct {
    const char *line, *method, *uri, *host;
    bool has_version;
} lines[] = {
    { "GET / HTTP/1.1", "GET", "/", NULL, true },
    { " GET  /a \tHTTP/1.0 ", "GET", "/a", NULL, true },
    { "get\t/a\thttp/1.1", "get", "/a", NULL, true },
    { "GET /a b c HTTP/1.1", "GET", "/a b c", NULL, true },
    { "GET /a\tb HTTP/1.1", "GET", "/a\tb", NULL, true },
    { "GET http://H.example:8/a HTTP/1.1", "GET", "/a", "h.example", true },
    { "CONNECT H.example:443 HTTP/1.1", "CONNECT", NULL, "h.example", true },
    { "connect H.example:443 HTTP/1.1", "connect", NULL, "443", true },
    { "GET /a", "GET", "/a", NULL, false },
    { "GET", "GET", NULL, NULL, false },
};

START_TEST(a_request_line_is_read_leniently)
{
    char head[128];

    snprintf(head, sizeof(head), "%s\r\n\r\n", lines[_i].line);
    read_good(head);
    assert_text(request.method, lines[_i].method);
    assert_text(request.uri, lines[_i].uri);
    assert_text(request.host, lines[_i].host);
    ck_assert_int_eq(request.has_version, lines[_i].has_version);
}
END_TEST

/* Likewise. */
static const struct {
    const char *written, *fields;
} fields[] = {
    { "A:b\r\nC : d \r\n", "A: b\r\nC: d\r\n" },
    { "A: b\nC: d\n", "A: b\r\nC: d\r\n" },
    { "A: b\r\nC: d\r\na: e\r\n", "A: b, e\r\nC: d\r\n" },
    { "A: b\r\nA: c\r\nA:\r\n", "A: b, c, \r\n" },
    { "A: b\r\n c\r\n\td\r\n", "A: b c\td\r\n" },
    { "A:\r\n b\r\n", "A: b\r\n" },
    { "A: b\r\n  c\r\n", "A: b  c\r\n" },
    { "no colon\r\nA: b\r\n", ": no colon\r\nA: b\r\n" },
    { "one\r\ntwo\r\n", ": one, two\r\n" },
    { ": b\r\n", ": b\r\n" },
    { "no\r\n colon: b\r\n", "no\r\n colon: b\r\n" },
    { "A: b:c\r\n", "A: b:c\r\n" },
    { "COOKIE: a\r\n", NULL },
    { "Content-Length: 0\r\nContent-Length: 0\r\n", "Content-Length: 0\r\n" },
    { "A: b\r\n \nC: d\r\n", "A: b\r\n" },
    { "A: b\r\n \n c\r\n", "A: b  c\r\n" },
    { "", NULL },
};

START_TEST(fields_are_written_as_suricata_does)
{
    char head[128];

    snprintf(head, sizeof(head), "GET / HTTP/1.1\r\n%s\r\n", fields[_i].written);
    read_good(head);
    assert_text(request.fields, fields[_i].fields);
}
END_TEST

static const struct {
    const char *fields;
    enum http_body body;
    uint64_t size;
} bodies[] = {
    { "", HTTP_NO_BODY, 0 },
    { "Content-Length: 5\r\n", HTTP_SIZED_BODY, 5 },
    { "content-length: x 5y\r\n", HTTP_SIZED_BODY, 5 },
    { "Content-Length: 18446744073709551600\r\n", HTTP_SIZED_BODY, UINT64_MAX - 15 },
    { "Content-Length: 184467440737095516150\r\n", HTTP_BAD_BODY, 0 },
    { "Content-Length: x\r\n", HTTP_BAD_BODY, 0 },
    { "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", HTTP_CHUNKED_BODY, 0 },
    { "Transfer-Encoding: gzip\r\ntransfer-encoding: Chunked\r\n", HTTP_CHUNKED_BODY, 0 },
    { "Transfer-Encoding: identity\r\n", HTTP_BAD_BODY, 0 },
};

START_TEST(the_fields_tell_the_body)
{
    char head[128];

    snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nUser-Agent: a\r\n%s\r\n", bodies[_i].fields);
    read_good(head);
    ck_assert_int_eq(request.body, bodies[_i].body);
    if (request.body == HTTP_SIZED_BODY)
        ck_assert_uint_eq(request.body_size, bodies[_i].size);
    ck_assert_int_eq(request.fields.at == NULL, request.body == HTTP_BAD_BODY);
    assert_text(request.user_agent, "a");
}
END_TEST

static const struct {
    const char *written, *host;
} hosts[] = {
    { "Host: H.Example:80\r\n", "h.example" },
    { "host: [::1]:80\r\n", "[::1]" },
    { "Host: a\r\nHost: b\r\n", "a, b" },
    { "Host: h.\r\n", "h." },
    { "Host: /\r\n", NULL },
    { "Host:\r\n", NULL },
};

START_TEST(the_host_is_in_lower_case_without_port)
{
    char head[128];

    snprintf(head, sizeof(head), "GET / HTTP/1.1\r\n%s\r\n", hosts[_i].written);
    read_good(head);
    assert_text(request.host, hosts[_i].host);
}
END_TEST

/* As many names as fit, then one more. */
START_TEST(too_many_fields_leave_the_request_line)
{
    static char head[32 * 1024];
    size_t length = (size_t)snprintf(head, sizeof(head), "GET /a HTTP/1.1\r\n");

    for (int i = 0; i < HTTP_FIELDS_MAX + _i; i++)
        length += (size_t)snprintf(head + length, sizeof(head) - length, "X%d: y\r\n", i);
    length += (size_t)snprintf(head + length, sizeof(head) - length, "\r\n");
    ck_assert_int_eq(read_bytes(head, length), TATTLER_OK);
    assert_text(request.uri, "/a");
    ck_assert_int_eq(request.body, _i == 0 ? HTTP_NO_BODY : HTTP_BAD_BODY);
    ck_assert_int_eq(request.fields.at != NULL, _i == 0);
}
END_TEST

START_TEST(the_largest_head_fits_whatever_it_is_made_of)
{
    static const char *const units[] = { "a:\n", "a\n", "\n ", "a:b\n", "a:\n ", ":\n" };
    static char head[HTTP_REQUEST_MAX + 1];
    size_t length = (size_t)snprintf(head, sizeof(head), "GET %%41 HTTP/1.1\nHost:H\n");

    while (length < HTTP_REQUEST_MAX) {
        const char *unit = units[_i];

        head[length] = unit[length % strlen(unit)];
        length++;
    }
    ck_assert_int_eq(read_bytes(head, length), TATTLER_OK);
    assert_text(request.method, "GET");
    ck_assert_int_eq(read_bytes(head, length + 1), TATTLER_FULL);
}
END_TEST

START_TEST(empty_lines_in_front_are_skipped)
{
    struct cursor bytes = cursor_over("\r\n\n\r\nGET", 8);

    http_skip_empty_lines(&bytes);
    ck_assert_uint_eq(bytes.left, 3);
}
END_TEST

static bool may_be(const char *text)
{
    return http_may_be_request(cursor_over(text, strlen(text)));
}

START_TEST(a_request_of_any_method_may_be_one)
{
    ck_assert(may_be(""));
    ck_assert(may_be("SUBSCRIBE /x"));
    ck_assert(may_be("SUBSCRIBE /x HTTP/1.1\r\n"));
    ck_assert(may_be("\r\nNOTIFY * http/1.0\n"));
    ck_assert(!may_be("SUBSCRIBE /x RTSP/1.0\r\n"));
    ck_assert(!may_be("\x16\x03"));
    ck_assert(!may_be("EHLO a.example\r\n"));
}
END_TEST

START_TEST(methods_are_known_in_capitals)
{
    ck_assert(http_is_method(cursor_over("GET /", 5)));
    ck_assert(http_is_method(cursor_over(" POST", 5)));
    ck_assert(http_is_method(cursor_over("BASELINE-CONTROL\t/", 18)));
    ck_assert(!http_is_method(cursor_over("get /", 5)));
    ck_assert(!http_is_method(cursor_over("GETX /", 6)));
    ck_assert(!http_is_method(cursor_over("", 0)));
}
END_TEST

static const struct {
    const char *line;
    bool good;
    uint64_t size;
} chunks[] = {
    { "1f\r\n", true, 31 },
    { " A \n", true, 10 },
    { "5;name=value\r\n", true, 5 },
    { "0\r\n", true, 0 },
    { "7fffffff\r\n", true, INT32_MAX },
    { "80000000\r\n", false, 0 },
    { "fffffffffffffffff\r\n", false, 0 },
    { "x\r\n", false, 0 },
    { "\r\n", false, 0 },
};

START_TEST(the_size_of_a_chunk_is_read)
{
    uint64_t size = 0;

    ck_assert_int_eq(http_chunk_size(cursor_over(chunks[_i].line, strlen(chunks[_i].line)), &size),
            chunks[_i].good);
    if (chunks[_i].good)
        ck_assert_uint_eq(size, chunks[_i].size);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
    Suite *suite = suite_create("http_request");
    TCase *tcase = tcase_create("http_request");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_head_is_read);
    tcase_add_loop_test(tcase, a_truncated_head_is_read_as_far_as_it_goes, 0,
            (int)sizeof(good) - 1);
    tcase_add_test(tcase, the_length_of_a_head_is_found_byte_by_byte);
    tcase_add_loop_test(tcase, a_request_line_is_read_leniently, 0, ROWS(lines));
    tcase_add_loop_test(tcase, fields_are_written_as_suricata_does, 0, ROWS(fields));
    tcase_add_loop_test(tcase, the_fields_tell_the_body, 0, ROWS(bodies));
    tcase_add_loop_test(tcase, the_host_is_in_lower_case_without_port, 0, ROWS(hosts));
    tcase_add_loop_test(tcase, too_many_fields_leave_the_request_line, 0, 2);
    tcase_add_loop_test(tcase, the_largest_head_fits_whatever_it_is_made_of, 0, 6);
    tcase_add_test(tcase, empty_lines_in_front_are_skipped);
    tcase_add_test(tcase, a_request_of_any_method_may_be_one);
    tcase_add_test(tcase, methods_are_known_in_capitals);
    tcase_add_loop_test(tcase, the_size_of_a_chunk_is_read, 0, ROWS(chunks));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
