/* The objects expected here are what Suricata 8.0.7 adds to alerts about the same messages. */
#include "emit/eve_message.h"

#include "eve_check.h"

#include <string.h>

#include "emit/eve_common.h"
#include "run_suite.h"

#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)

static const char request[] = "POST http://Shop.Example:8080/a%20b?q HTTP/1.1\r\nHost: other\r\n"
                              "User-Agent: curl\r\nReferer: http://r.example/\r\n"
                              "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n";
static const char response[] = "HTTP/1.1 302 Found\r\nContent-Type: text/html; charset=utf-8\r\n"
                               "Location: /login\r\nContent-Length: 5\r\n\r\n";

static struct http_work *work;

static void begin(void)
{
    set_up();
    work = http_work_new();
    ck_assert_ptr_nonnull(work);
}

static void end(void)
{
    http_work_free(work);
    tear_down();
}

static void put(const struct eve_message *message)
{
    json_restart(&json);
    json_open_object(&json, NULL);
    eve_put_message(&json, &head, message);
    json_close_object(&json);
}

static struct eve_message http(struct cursor asked, struct cursor answered)
{
    return (struct eve_message){ .application = APPLICATION_HTTP1, .request = asked,
        .response = answered, .has_length = true, .length = 5, .work = work };
}

static struct eve_message mqtt(struct cursor message, struct cursor answer)
{
    return (struct eve_message){ .application = APPLICATION_MQTT, .request = message,
        .response = answer, .mqtt_version = 4 };
}

START_TEST(http_has_the_request_and_what_was_answered)
{
    struct eve_message message = http(BYTES(request), BYTES(response));

    put(&message);
    check_record("{\"http\":{\"hostname\":\"shop.example\",\"http_port\":8080,"
                 "\"url\":\"http://Shop.Example:8080/a%20b?q\",\"http_user_agent\":\"curl\","
                 "\"xff\":\"192.0.2.1, 192.0.2.2\",\"http_refer\":\"http://r.example/\","
                 "\"http_method\":\"POST\",\"protocol\":\"HTTP/1.1\","
                 "\"http_content_type\":\"text/html\",\"redirect\":\"/login\",\"status\":302,"
                 "\"length\":5}}");
}
END_TEST

START_TEST(what_has_not_come_of_an_answer_is_left_out)
{
    struct eve_message message =
            http(BYTES("GET / HTTP/1.0\r\nHost: A:81\r\n\r\n"), cursor_over(NULL, 0));

    message.length = 0;
    put(&message);
    check_record("{\"http\":{\"hostname\":\"a\",\"http_port\":81,\"url\":\"/\","
                 "\"http_method\":\"GET\",\"protocol\":\"HTTP/1.0\",\"length\":0}}");
    message = http(cursor_over(NULL, 0), BYTES("HTTP/1.1 204 No\r\n\r\n"));
    message.has_length = false;
    put(&message);
    check_record("{\"http\":{\"status\":204}}");
}
END_TEST

/* MQTT 3.1.1 with a will and credentials, and a refusal (section 3.2.2.3). */
static const char connect[] = "\x10\x20\0\4MQTT\4\xe6\0\x3c\0\2id\0\1w\0\3bye\0\4user\0\2p\xff";

START_TEST(mqtt_tells_who_connects_and_whether_it_may)
{
    struct eve_message message = mqtt(BYTES(connect), BYTES("\x20\2\0\5"));

    put(&message);
    check_record("{\"mqtt\":{\"connect\":{\"qos\":0,\"retain\":false,\"dup\":false,"
                 "\"protocol_string\":\"MQTT\",\"protocol_version\":4,\"client_id\":\"id\","
                 "\"flags\":{\"username\":true,\"password\":true,\"will_retain\":true,"
                 "\"will\":true,\"clean_session\":true},"
                 "\"username\":\"user\",\"password\":\"p\\\\xff\","
                 "\"will\":{\"topic\":\"w\",\"message\":\"bye\"}},"
                 "\"connack\":{\"qos\":0,\"retain\":false,\"dup\":false,"
                 "\"session_present\":false,\"return_code\":5}}}");
}
END_TEST

START_TEST(mqtt_tells_what_is_published_and_asked_for)
{
    struct eve_message message =
            mqtt(BYTES("\x3b\7\0\1t\1\2hi"), BYTES("\x20\2\0\0")); /* not this one's answer */

    put(&message);
    check_record("{\"mqtt\":{\"publish\":{\"qos\":1,\"retain\":true,\"dup\":true,"
                 "\"topic\":\"t\",\"message_id\":258,\"message\":\"hi\"}}}");
    message = mqtt(BYTES("\x82\x0a\0\1\0\1a\0\0\1b\2"), cursor_over(NULL, 0));
    put(&message);
    check_record("{\"mqtt\":{\"subscribe\":{\"qos\":1,\"retain\":false,\"dup\":false,"
                 "\"message_id\":1,\"topics\":[{\"topic\":\"a\",\"qos\":0},"
                 "{\"topic\":\"b\",\"qos\":2}]}}}");
}
END_TEST

/* 1024 bytes, but no half characters. */
START_TEST(long_texts_are_cut_and_say_by_how_much)
{
    char message[3 + 3 + 1030] = "\x30\x89\x08\0\1t", expected[1100];
    struct eve_message said = mqtt(cursor_over(message, sizeof(message)), cursor_over(NULL, 0));
    json_t *record;

    memset(message + 6, 'x', 1030);
    memcpy(message + 6 + 1023, "\xc3\xa4", 2);
    put(&said);
    record = parsed();
    memset(expected, 'x', 1023);
    memcpy(expected + 1023, "[truncated 6 additional bytes]", 31);
    ck_assert_str_eq(json_string_value(json_object_get(
                             json_object_get(json_object_get(record, "mqtt"), "publish"), "message")),
            expected);
    json_decref(record);
}
END_TEST

/* Unlike a record of its own: no groups, and no questions of types without a name. */
START_TEST(dns_has_less_than_its_own_record)
{
    static const char answer[] = "\x12\x34\x81\x80\0\2\0\1\0\0\0\0\1a\2xx\0\0\1\0\1"
                                 "\1b\2xx\0\xff\x77\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1";
    struct eve_message message = { .application = APPLICATION_DNS, .request = BYTES(answer) };

    head.transaction = 3;
    put(&message);
    check_record("{\"dns\":{\"version\":3,\"type\":\"response\",\"tx_id\":3,\"id\":4660,"
                 "\"flags\":\"8180\",\"qr\":true,\"rd\":true,\"ra\":true,\"opcode\":0,"
                 "\"rcode\":\"NOERROR\",\"queries\":[{\"rrname\":\"a.xx\",\"rrtype\":\"A\"}],"
                 "\"answers\":[{\"rrname\":\"a.xx\",\"rrtype\":\"A\",\"ttl\":60,"
                 "\"rdata\":\"192.0.2.1\"}]}}");
}
END_TEST

START_TEST(hellos_have_the_name)
{
    struct tls_hello hello = { .sni = "a.example", .sni_length = 9, .alpn = { "h2" },
        .alpn_count = 1 };
    struct eve_message message = { .application = APPLICATION_TLS,
        .request = cursor_over(&hello, sizeof(hello)) };

    put(&message);
    check_record("{\"tls\":{\"sni\":\"a.example\",\"client_alpns\":[\"h2\"]}}");
    message.application = APPLICATION_QUIC;
    put(&message);
    check_record("{\"quic\":{\"sni\":\"a.example\"}}");
    message.application = APPLICATION_SSH;
    put(&message);
    check_record("{}");
}
END_TEST

/* At the end of a block of exactly this size. */
static void put_cut(const struct eve_message *whole, size_t left)
{
    struct eve_message message = *whole;
    uint8_t *block = malloc(left + 1);
    json_t *record;

    memcpy(block + 1, whole->request.at, left);
    message.request = cursor_over(block + 1, left);
    put(&message);
    record = parsed();
    json_decref(record);
    free(block);
}

START_TEST(messages_that_break_off_make_good_records)
{
    struct eve_message messages[] = { http(BYTES(request), BYTES(response)),
        mqtt(BYTES(connect), cursor_over(NULL, 0)),
        mqtt(BYTES("\x3b\7\0\1t\1\2hi"), cursor_over(NULL, 0)),
        mqtt(BYTES("\x82\x0a\0\1\0\1a\0\0\1b\2"), cursor_over(NULL, 0)),
        { .application = APPLICATION_DNS, .request = BYTES("\1\2\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1") },
        { .application = APPLICATION_TLS, .request = BYTES("short") } };

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        for (size_t cut = 0; cut <= messages[i].request.left; cut++)
            put_cut(&messages[i], cut);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eve_message");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, http_has_the_request_and_what_was_answered);
    tcase_add_test(tcase, what_has_not_come_of_an_answer_is_left_out);
    tcase_add_test(tcase, mqtt_tells_who_connects_and_whether_it_may);
    tcase_add_test(tcase, mqtt_tells_what_is_published_and_asked_for);
    tcase_add_test(tcase, long_texts_are_cut_and_say_by_how_much);
    tcase_add_test(tcase, dns_has_less_than_its_own_record);
    tcase_add_test(tcase, hellos_have_the_name);
    tcase_add_test(tcase, messages_that_break_off_make_good_records);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
