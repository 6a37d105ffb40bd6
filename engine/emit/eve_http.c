/* The object "http" (Suricata's output-json-http.c, with its extended fields). */
#include <string.h>

#include "emit/eve_common.h"
#include "emit/eve_message.h"
#include "parse/http.h"
#include "parse/http_response.h"

/* A field of a head, and its key; of some only what is in front of a ';' is told. */
struct told_field {
    const char *name, *key;
    bool cut;
};

static void put_text(struct json *json, const char *key, struct cursor text)
{
    if (text.at != NULL)
        json_bytes(json, key, (const char *)text.at, text.left);
}

static void put_fields(struct json *json, struct http_work *work, const struct told_field *fields,
        size_t count)
{
    struct cursor value;

    for (size_t i = 0; i < count; i++) {
        if (!http_field_find(work, fields[i].name, &value))
            continue;
        if (fields[i].cut && value.left > 0 && memchr(value.at, ';', value.left) != NULL)
            value.left = (size_t)((const uint8_t *)memchr(value.at, ';', value.left) - value.at);
        put_text(json, fields[i].key, value);
    }
}

/* Where the target names no host the Host field's is told. */
static void put_port(struct json *json, struct cursor head)
{
    struct http_head read;
    uint16_t port;

    if (head.left > HTTP_HEAD_MAX)
        head.left = HTTP_HEAD_MAX;
    if (http_head_parse(head, &read) != TATTLER_OK)
        return;
    port = read.authority.name.left > 0 ? read.authority.port : read.host.port;
    if (port != 0)
        json_unsigned(json, "http_port", port);
}

static void put_request(struct json *json, const struct eve_message *message)
{
    static const struct told_field fields[] = {
        { "user-agent", "http_user_agent", false },
        { "x-forwarded-for", "xff", false },
        { "referer", "http_refer", false },
    };
    struct http_request request;

    if (message->request.at == NULL ||
            http_request_read(message->request, message->work, &request) != TATTLER_OK)
        return;
    put_text(json, "hostname", request.host);
    put_port(json, message->request);
    put_text(json, "url", request.target);
    put_fields(json, message->work, fields, sizeof(fields) / sizeof(fields[0]));
    put_text(json, "http_method", request.method);
    put_text(json, "protocol", request.version);
}

static void put_response(struct json *json, const struct eve_message *message)
{
    static const struct told_field fields[] = {
        { "content-type", "http_content_type", true },
        { "location", "redirect", false },
    };
    struct http_response response;

    if (message->response.at == NULL ||
            http_response_read(message->response, message->work, &response) != TATTLER_OK)
        return;
    put_fields(json, message->work, fields, sizeof(fields) / sizeof(fields[0]));
    if (response.status > 0)
        json_unsigned(json, "status", response.status);
}

void eve_put_http(struct json *json, const struct eve_message *message)
{
    json_open_object(json, "http");
    put_request(json, message);
    put_response(json, message);
    if (message->has_length)
        json_unsigned(json, "length", message->length);
    json_close_object(json);
}
