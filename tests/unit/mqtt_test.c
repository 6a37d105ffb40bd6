#include "parse/mqtt.h"

#include <stdlib.h>

#include "run_suite.h"

static void assert_text(struct cursor found, const char *expected)
{
    if (expected == NULL) {
        ck_assert_ptr_null(found.at);
        return;
    }
    ck_assert_uint_eq(found.left, strlen(expected));
    ck_assert_mem_eq(found.at, expected, found.left);
}

/* MQTT 3.1.1, section 3.1: user name, password and a will, all flags of CONNECT but those left out. */
static const uint8_t connect4[] = { 0, 4, 'M', 'Q', 'T', 'T', 4, 0xc6, 0, 60, 0, 2, 'i', 'd', 0, 1,
    'w', 0, 2, 0xff, 0, 0, 4, 'u', 's', 'e', 'r', 0, 2, 'p', 'w' };

/* MQTT 5.0, section 3.1: the same with properties of the session and of the will. */
static const uint8_t connect5[] = { 0, 4, 'M', 'Q', 'T', 'T', 5, 0xc6, 0, 60, 5, 0x11, 0, 0, 0, 10, 0, 2,
    'i', 'd', 2, 0x01, 1, 0, 1, 'w', 0, 2, 0xff, 0, 0, 4, 'u', 's', 'e', 'r', 0, 2, 'p', 'w' };

/* MQTT 3.1 with nothing but an identifier. */
static const uint8_t connect3[] = { 0, 6, 'M', 'Q', 'I', 's', 'd', 'p', 3, 2, 0, 60, 0, 1, 'x' };

START_TEST(headers_are_read)
{
    static const struct {
        uint8_t bytes[MQTT_HEADER_MAX];
        size_t count;
        struct mqtt_header header;
    } rows[] = { { { 0x10, 0 }, 2, { 1, 0, false, false, 0 } },
        { { 0x3d, 127 }, 2, { 3, 2, true, true, 127 } },
        { { 0x34, 127 }, 2, { 3, 2, false, false, 127 } },
        { { 0x82, 0x80, 1 }, 3, { 8, 1, false, false, 128 } },
        { { 0x30, 0xff, 0xff, 0xff, 0x7f }, 5, { 3, 0, false, false, 268435455 } } };
    struct mqtt_header header;
    struct cursor in = cursor_over(rows[_i].bytes, rows[_i].count);

    ck_assert_int_eq(mqtt_header_read(&in, &header), TATTLER_OK);
    ck_assert_uint_eq(in.left, 0);
    ck_assert_uint_eq(header.type, rows[_i].header.type);
    ck_assert_uint_eq(header.quality, rows[_i].header.quality);
    ck_assert_uint_eq(header.length, rows[_i].header.length);
    ck_assert(header.retain == rows[_i].header.retain);
    ck_assert(header.again == rows[_i].header.again);
    for (size_t cut = 0; cut < rows[_i].count; cut++) {
        in = cursor_over(rows[_i].bytes, cut);
        ck_assert_int_eq(mqtt_header_read(&in, &header), TATTLER_TRUNCATED);
        ck_assert_uint_eq(in.left, cut);
    }
}
END_TEST

START_TEST(a_length_of_five_bytes_is_malformed)
{
    static const uint8_t bytes[] = { 0x10, 0x80, 0x80, 0x80, 0x80, 1 };
    struct cursor in = cursor_over(bytes, sizeof(bytes));
    struct mqtt_header header;

    ck_assert_int_eq(mqtt_header_read(&in, &header), TATTLER_MALFORMED);
}
END_TEST

static const struct {
    const uint8_t *bytes;
    size_t count;
    uint8_t version;
    const char *id, *user, *password;
} connects[] = {
    { connect3, sizeof(connect3), 3, "x", NULL, NULL },
    { connect4, sizeof(connect4), 4, "id", "user", "pw" },
    { connect5, sizeof(connect5), 5, "id", "user", "pw" },
};

START_TEST(who_connects_is_read_in_every_version)
{
    struct mqtt_connect connect;

    ck_assert_int_eq(mqtt_connect_read(cursor_over(connects[_i].bytes, connects[_i].count), &connect),
            TATTLER_OK);
    ck_assert_uint_eq(connect.version, connects[_i].version);
    assert_text(connect.client_id, connects[_i].id);
    assert_text(connect.username, connects[_i].user);
    assert_text(connect.password, connects[_i].password);
}
END_TEST

START_TEST(every_truncated_connect_is_truncated)
{
    for (size_t cut = 0; cut < connects[_i].count; cut++) {
        uint8_t *block = malloc(cut + 1);
        struct mqtt_connect connect = { .version = 99 };

        ck_assert_ptr_nonnull(block);
        memcpy(block + 1, connects[_i].bytes, cut);
        ck_assert_int_eq(mqtt_connect_read(cursor_over(block + 1, cut), &connect),
                TATTLER_TRUNCATED);
        ck_assert_uint_eq(connect.version, 99);
        free(block);
    }
}
END_TEST

/* Section 3.3: with an identifier if the quality asks for it, with properties from version 5 on. */
START_TEST(the_topic_of_a_publish_is_read)
{
    static const uint8_t plain[] = { 0, 3, 'a', '/', 'b', 'm' };
    static const uint8_t five[] = { 0, 3, 'a', '/', 'b', 0, 1, 2, 0x01, 1, 'm' };
    struct mqtt_publish got;

    ck_assert_int_eq(mqtt_publish_read(cursor_over(plain, sizeof(plain)), 0, 4, &got), TATTLER_OK);
    assert_text(got.topic, "a/b");
    assert_text(got.message, "m");
    ck_assert(!got.has_id);
    ck_assert_int_eq(mqtt_publish_read(cursor_over(plain, sizeof(plain)), 1, 4, &got),
            TATTLER_TRUNCATED);
    ck_assert_int_eq(mqtt_publish_read(cursor_over(five, sizeof(five)), 1, 5, &got), TATTLER_OK);
    assert_text(got.topic, "a/b");
    assert_text(got.message, "m");
    ck_assert(got.has_id);
    ck_assert_uint_eq(got.id, 1);
    for (size_t cut = 0; cut < sizeof(five) - 1; cut++)
        ck_assert_int_eq(mqtt_publish_read(cursor_over(five, cut), 1, 5, &got), TATTLER_TRUNCATED);
}
END_TEST

START_TEST(the_topics_of_a_subscribe_are_read)
{
    static const uint8_t bytes[] = { 0, 7, 0, 3, 'a', '/', '#', 0, 0, 1, '+', 1, 0, 9, 'x' };
    struct cursor in = cursor_over(bytes, sizeof(bytes)), topic;
    uint8_t options;
    uint16_t id;

    ck_assert_int_eq(mqtt_subscribe_open(&in, 4, &id), TATTLER_OK);
    ck_assert_uint_eq(id, 7);
    ck_assert(mqtt_next_topic(&in, &topic, &options));
    assert_text(topic, "a/#");
    ck_assert_uint_eq(options, 0);
    ck_assert(mqtt_next_topic(&in, &topic, &options));
    assert_text(topic, "+");
    ck_assert_uint_eq(options, 1);
    ck_assert(!mqtt_next_topic(&in, &topic, &options));
    assert_text(topic, "+");
}
END_TEST

START_TEST(properties_in_front_of_topics_are_skipped)
{
    static const uint8_t bytes[] = { 0, 7, 2, 0x0b, 1, 0, 1, 't', 0 };
    struct cursor in = cursor_over(bytes, sizeof(bytes)), topic;
    uint8_t options;
    uint16_t id;

    ck_assert_int_eq(mqtt_subscribe_open(&in, 5, &id), TATTLER_OK);
    ck_assert(mqtt_next_topic(&in, &topic, &options));
    assert_text(topic, "t");
    for (size_t cut = 0; cut < 5; cut++) {
        in = cursor_over(bytes, cut);
        ck_assert_int_eq(mqtt_subscribe_open(&in, 5, &id), TATTLER_TRUNCATED);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mqtt");
    TCase *tcase = tcase_create("mqtt");

    tcase_add_loop_test(tcase, headers_are_read, 0, 5);
    tcase_add_test(tcase, a_length_of_five_bytes_is_malformed);
    tcase_add_loop_test(tcase, who_connects_is_read_in_every_version, 0, 3);
    tcase_add_loop_test(tcase, every_truncated_connect_is_truncated, 0, 3);
    tcase_add_test(tcase, the_topic_of_a_publish_is_read);
    tcase_add_test(tcase, the_topics_of_a_subscribe_are_read);
    tcase_add_test(tcase, properties_in_front_of_topics_are_skipped);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
