#include "parse/http_response.h"

#include <stdlib.h>

#include "run_suite.h"

static struct http_work *work;
static struct http_response response;

static void set_up(void)
{
    work = http_work_new();
    ck_assert_ptr_nonnull(work);
}

static void tear_down(void)
{
    http_work_free(work);
}

static enum tattler_status read_text(const char *text)
{
    return http_response_read(cursor_over(text, strlen(text)), work, &response);
}

static void assert_text(struct cursor found, const char *expected)
{
    if (expected == NULL) {
        ck_assert_ptr_null(found.at);
        return;
    }
    ck_assert_uint_eq(found.left, strlen(expected));
    ck_assert_mem_eq(found.at, expected, found.left);
}

static const char good[] = "HTTP/1.1 200 OK\r\n"
                           "Server: a\r\n"
                           "Set-Cookie: b=c\r\n"
                           "server: d\r\n"
                           "Content-Length: 5\r\n"
                           "\r\n";

START_TEST(a_head_is_read)
{
    ck_assert_int_eq(read_text(good), TATTLER_OK);
    ck_assert_uint_eq(response.status, 200);
    assert_text(response.fields, "Server: a, d\r\nContent-Length: 5\r\n");
    ck_assert_int_eq(response.body, HTTP_SIZED_BODY);
    ck_assert_uint_eq(response.body_size, 5);
}
END_TEST

START_TEST(a_truncated_head_is_read_as_far_as_it_goes)
{
    size_t length = (size_t)_i;
    char *block = malloc(length + 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block + 1, good, length);
    ck_assert_int_eq(http_response_read(cursor_over(block + 1, length), work, &response),
            length < 17 ? TATTLER_TRUNCATED : TATTLER_OK);
    free(block);
}
END_TEST

static const struct {
    const char *head;
    enum tattler_status status;
    uint16_t code;
} lines[] = {
    { "HTTP/1.0 404\r\n\r\n", TATTLER_OK, 404 },
    { "http/1.1  301  Moved\n\n", TATTLER_OK, 301 },
    { "HTTP/1.1\r\n\r\n", TATTLER_OK, 0 },
    { "HTTP/1.1 20x OK\r\n\r\n", TATTLER_OK, 0 },
    { "HTTP/1.1 2000 OK\r\n\r\n", TATTLER_OK, 0 },
    { "HTT 200 OK\r\n\r\n", TATTLER_UNSUPPORTED, 0 },
    { "\x16\x03\x03\n\n", TATTLER_UNSUPPORTED, 0 },
};

START_TEST(a_status_line_is_read_leniently)
{
    ck_assert_int_eq(read_text(lines[_i].head), lines[_i].status);
    if (lines[_i].status == TATTLER_OK) {
        ck_assert_uint_eq(response.status, lines[_i].code);
        assert_text(response.fields, NULL);
    }
}
END_TEST

/* RFC 9110 section 6.4.1. */
START_TEST(some_responses_have_no_body)
{
    ck_assert_int_eq(read_text("HTTP/1.1 304 x\r\n\r\n"), TATTLER_OK);
    ck_assert(http_response_is_bare(&response, false));
    ck_assert_int_eq(read_text("HTTP/1.1 200 x\r\n\r\n"), TATTLER_OK);
    ck_assert(!http_response_is_bare(&response, false));
    ck_assert_int_eq(read_text("HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\n"), TATTLER_OK);
    ck_assert(http_response_is_bare(&response, true));
    ck_assert_int_eq(read_text("HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n"), TATTLER_OK);
    ck_assert(!http_response_is_bare(&response, false));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_response");
    TCase *tcase = tcase_create("http_response");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_head_is_read);
    tcase_add_loop_test(tcase, a_truncated_head_is_read_as_far_as_it_goes, 0,
            (int)sizeof(good) - 1);
    tcase_add_loop_test(tcase, a_status_line_is_read_leniently, 0,
            sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(tcase, some_responses_have_no_body);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
