#include <stdlib.h>

#include <jansson.h>

#include "emit/eve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const char *app_proto, struct cursor message)
{
    struct eve_head head = { .protocol = 17, .ip_version = 4, .app_proto = app_proto };
    struct json json = { 0 };
    json_t *parsed;

    if (eve_dns_record(&json, &head, message) && !json.failed) {
        parsed = json_loadb(json.data, json.len, JSON_ALLOW_NUL, NULL);
        if (parsed == NULL)
            abort();
        json_decref(parsed);
    }
    json_free(&json);
}

/* Whatever a message holds, its record is JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_record("dns", cursor_over(data, size));
    check_record("mdns", cursor_over(data, size));
    return 0;
}
