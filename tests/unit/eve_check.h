/* eve_check.h - a record to be written and what is expected of it, shared by the tests of eve.h. */
#ifndef TATTLER_TESTS_EVE_CHECK_H
#define TATTLER_TESTS_EVE_CHECK_H

#include <check.h>
#include <stdlib.h>

#include <jansson.h>

#include "emit/eve.h"
#include "parse/packet.h"

#define US(seconds) (UINT64_C(seconds) * 1000000)

static struct json json;
static struct eve_head head;

static inline void set_up(void)
{
    static const uint8_t source[] = { 192, 0, 2, 9 }, destination[] = { 198, 51, 100, 53 };

    head = (struct eve_head){
        .time_us = US(1700000000) + 42,
        .flow_id = 1365622752241858,
        .packet_number = 7,
        .source = address_from_v4(source),
        .destination = address_from_v4(destination),
        .source_port = 40000,
        .destination_port = 53,
        .has_ports = true,
        .protocol = PACKET_PROTOCOL_UDP,
        .ip_version = 4,
    };
    json_restart(&json);
}

static inline void tear_down(void)
{
    json_free(&json);
}

static inline json_t *parsed(void)
{
    json_error_t error;
    json_t *value = json_loadb(json.data, json.len,
            JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);

    ck_assert(!json.failed);
    ck_assert_msg(value != NULL, "%s in %.*s", error.text, (int)json.len, json.data);
    return value;
}

static inline void check_json(const json_t *value, const char *expected_text)
{
    json_t *expected = json_loads(expected_text, JSON_ALLOW_NUL, NULL);
    char *found = json_dumps(value, JSON_SORT_KEYS);

    ck_assert_ptr_nonnull(expected);
    ck_assert_msg(json_equal(value, expected), "%s\nand not\n%s", found, expected_text);
    free(found);
    json_decref(expected);
}

static inline void check_record(const char *expected)
{
    json_t *record = parsed();

    check_json(record, expected);
    json_decref(record);
}

/* Only what stands below one key of the record. */
static inline void check_object(const char *key, const char *expected)
{
    json_t *record = parsed();

    ck_assert_ptr_nonnull(json_object_get(record, key));
    check_json(json_object_get(record, key), expected);
    json_decref(record);
}

static inline void check_key_absent(const char *key)
{
    json_t *record = parsed();

    ck_assert_ptr_null(json_object_get(record, key));
    json_decref(record);
}

#endif
