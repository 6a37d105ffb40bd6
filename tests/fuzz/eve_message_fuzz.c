#include "emit/eve_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One message, told as each application's in turn; what follows its first zero byte is its answer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum rule_application applications[] = { APPLICATION_DNS, APPLICATION_HTTP1,
        APPLICATION_MQTT };
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    struct http_work *work = http_work_new();
    struct eve_head head = { .cut = size % 2 == 0 };
    struct json json = { .data = NULL };

    for (size_t i = 0; work != NULL && i < sizeof(applications) / sizeof(applications[0]); i++) {
        struct eve_message message = { .application = applications[i],
            .request = cursor_over(data, size), .mqtt_version = (uint8_t)(4 + size % 2),
            .work = work };

        if (end != NULL)
            message.response = cursor_over(end, size - (size_t)(end - data));
        json_restart(&json);
        json_open_object(&json, NULL);
        eve_put_message(&json, &head, &message);
        json_close_object(&json);
    }
    json_free(&json);
    http_work_free(work);
    return 0;
}
