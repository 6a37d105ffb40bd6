#include "parse/http.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"

static struct http_head head;

static enum tattler_status parse(const char *text)
{
    return http_head_parse(cursor_over(text, strlen(text)), &head);
}

static void assert_text(struct cursor found, const char *expected)
{
    ck_assert_uint_eq(found.left, strlen(expected));
    if (found.left > 0)
        ck_assert_mem_eq(found.at, expected, found.left);
}

/* RFC 9112 section 2.1 and what browsers add */
static const char good[] = "GET /hello.txt HTTP/1.1\r\n"
                           "Host: www.example.com:8080\r\n"
                           "User-Agent: curl/7.64.1\r\n"
                           "Accept-Language: en, mi\r\n"
                           "\r\n";

enum {
    GOOD_LENGTH = sizeof(good) - 1,
    HOST_KNOWN = 25 + 28 + 1, /* request line, Host line, a byte that shows it is not folded */
};

START_TEST(a_request_head_is_read)
{
    ck_assert_int_eq(parse(good), TATTLER_OK);
    assert_text(head.method, "GET");
    assert_text(head.target, "/hello.txt");
    assert_text(head.host.name, "www.example.com");
    ck_assert_uint_eq(head.host.port, 8080);
    assert_text(head.user_agent, "curl/7.64.1");
    ck_assert_uint_eq(head.authority.name.left, 0);
    ck_assert(head.complete);
}
END_TEST

START_TEST(every_cut_head_is_truncated_until_host_is_known)
{
    size_t length = (size_t)_i;
    uint8_t *block = malloc(length + 1);
    enum tattler_status status;

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, good, length);
    status = http_head_parse(cursor_over(block + 1, length), &head);
    if (length < HOST_KNOWN) {
        ck_assert_int_eq(status, TATTLER_TRUNCATED);
    } else {
        ck_assert_int_eq(status, TATTLER_OK);
        assert_text(head.host.name, "www.example.com");
        ck_assert(!head.complete);
    }
    free(block);
}
END_TEST

START_TEST(a_complete_head_needs_no_fields)
{
    ck_assert_int_eq(parse("OPTIONS * HTTP/1.0\r\n\r\n"), TATTLER_OK);
    assert_text(head.target, "*");
    ck_assert_uint_eq(head.host.name.left, 0);
    ck_assert_uint_eq(head.user_agent.left, 0);
    ck_assert(head.complete);
}
END_TEST

START_TEST(fields_are_read_leniently)
{
    ck_assert_int_eq(parse("\r\n\nGET  /a b  HTTP/1.1\nhOST :\t a.example \n"
                           "garbage\n"
                           "USER-AGENT: one\r\n two\n\n"), TATTLER_OK);
    assert_text(head.target, "/a b");
    assert_text(head.host.name, "a.example");
    assert_text(head.user_agent, "one\r\n two");
    ck_assert(head.complete);
    ck_assert_int_eq(parse("GET / HTTP/1.1\r\nHost:\r\n folded.example\r\n\r\n"), TATTLER_OK);
    assert_text(head.host.name, "folded.example");
}
END_TEST

START_TEST(the_first_field_of_a_name_counts)
{
    ck_assert_int_eq(parse("GET / HTTP/1.1\r\nX-Host: x\r\nHost: a\r\nHost: b\r\n"
                           "User-Agent:\r\nUser-Agent: c\r\n\r\n"), TATTLER_OK);
    assert_text(head.host.name, "a");
    ck_assert_uint_eq(head.user_agent.left, 0);
}
END_TEST

START_TEST(host_and_port_are_told_apart)
{
    static const struct {
        const char *text, *name;
        uint16_t port;
    } hosts[] = {
        { "a.example", "a.example", 0 },
        { "a.example:", "a.example", 0 },
        { "a.example:80", "a.example", 80 },
        { "a.example:65535", "a.example", 65535 },
        { "a.example:65536", "a.example", 0 },
        { "a.example:000080", "a.example", 0 },
        { "a.example:8x", "a.example", 0 },
        { "192.0.2.1:1", "192.0.2.1", 1 },
        { "[2001:db8::1]", "2001:db8::1", 0 },
        { "[2001:db8::1]:443", "2001:db8::1", 443 },
        { "2001:db8::1", "2001:db8::1", 0 },
        { "[2001:db8::1", "[2001:db8::1", 0 },
        { "user:secret@a.example:81", "a.example", 81 },
        { ":80", "", 80 },
        { "", "", 0 },
    };
    char text[128];

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i].text);
        ck_assert_int_eq(parse(text), TATTLER_OK);
        assert_text(head.host.name, hosts[i].name);
        ck_assert_uint_eq(head.host.port, hosts[i].port);
    }
}
END_TEST

START_TEST(a_target_may_carry_its_own_authority)
{
    static const struct {
        const char *line, *name;
        uint16_t port;
    } targets[] = {
        { "CONNECT a.example:443", "a.example", 443 },
        { "CONNECT [2001:db8::1]:22", "2001:db8::1", 22 },
        { "GET http://a.example/b:1", "a.example", 0 },
        { "GET http://u@a.example:8080?q=/x", "a.example", 8080 },
        { "GET http://a.example#f", "a.example", 0 },
        { "GET /http://a.example/", "", 0 },
        { "GET a.example:80", "", 0 },
        { "GET *", "", 0 },
    };
    char text[128];

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\n\r\n", targets[i].line);
        ck_assert_int_eq(parse(text), TATTLER_OK);
        assert_text(head.authority.name, targets[i].name);
        ck_assert_uint_eq(head.authority.port, targets[i].port);
        assert_text(head.host.name, "h");
    }
}
END_TEST

START_TEST(what_is_no_request_is_told_early)
{
    static const char *const texts[] = { "\x16\x03\x01", "HTTP/1.1 200 OK\r\n", "HTTP/", " GET",
        "GET / HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\n", "GET /\r\n", "GET\r\n", "GET HTTP/1.1\r\n",
        "OPTIONS rtsp://a.example RTSP/1.0\r\n", "EHLO a.example\r\n", "\r\r", "\rG",
        "GET / HTTP/1.10\r\n", "abcdefghijklmnopqrstuvwxyzabcdefg" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_int_eq(parse(texts[i]), TATTLER_UNSUPPORTED);
}
END_TEST

START_TEST(a_head_without_end_is_full)
{
    static const char start[] = "GET / HTTP/1.1\r\nX: ";
    char *text = malloc(HTTP_HEAD_MAX + 1);

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', HTTP_HEAD_MAX + 1);
    memcpy(text, start, sizeof(start) - 1);
    ck_assert_int_eq(http_head_parse(cursor_over(text, HTTP_HEAD_MAX - 1), &head),
            TATTLER_TRUNCATED);
    ck_assert_int_eq(http_head_parse(cursor_over(text, HTTP_HEAD_MAX), &head), TATTLER_FULL);
    ck_assert_int_eq(http_head_parse(cursor_over(text, HTTP_HEAD_MAX + 1), &head), TATTLER_FULL);
    memcpy(text + HTTP_HEAD_MAX - 3, "\r\n\r\n", 4); /* its end is one byte too late */
    ck_assert_int_eq(http_head_parse(cursor_over(text, HTTP_HEAD_MAX + 1), &head), TATTLER_FULL);
    memcpy(text, "GET /", 5);
    memset(text + 5, 'x', HTTP_HEAD_MAX - 5);
    ck_assert_int_eq(http_head_parse(cursor_over(text, HTTP_HEAD_MAX), &head), TATTLER_FULL);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http");
    TCase *tests = tcase_create("http");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_request_head_is_read);
    tcase_add_loop_test(tests, every_cut_head_is_truncated_until_host_is_known, 0, GOOD_LENGTH);
    tcase_add_test(tests, a_complete_head_needs_no_fields);
    tcase_add_test(tests, fields_are_read_leniently);
    tcase_add_test(tests, the_first_field_of_a_name_counts);
    tcase_add_test(tests, host_and_port_are_told_apart);
    tcase_add_test(tests, a_target_may_carry_its_own_authority);
    tcase_add_test(tests, what_is_no_request_is_told_early);
    tcase_add_test(tests, a_head_without_end_is_full);
    return run_suite(suite);
}
