#include "parse/http_response.h"

#include "parse/http_fields.h"
#include "parse/http_text.h"

#define STATUS_NO_CONTENT 204
#define STATUS_NOT_MODIFIED 304

static uint16_t read_status(struct cursor line)
{
    struct cursor word;
    uint16_t status = 0;
    uint8_t byte;

    http_take_word(&line);
    line = http_trim(line);
    word = http_take_word(&line);
    if (word.left != 3)
        return 0;
    while (cursor_u8(&word, &byte)) {
        if (!http_is_digit(byte))
            return 0;
        status = (uint16_t)(status * 10 + (byte - '0'));
    }
    return status;
}

enum tattler_status http_response_read(struct cursor head, struct http_work *work,
        struct http_response *out)
{
    struct http_response response = { .status = 0 };
    struct http_known_fields known = { .host = { .at = NULL } };
    struct cursor line;

    if (head.left > HTTP_REQUEST_MAX)
        return TATTLER_FULL;
    if (!http_take_line(&head, &line))
        return TATTLER_TRUNCATED;
    line = http_trim(line);
    if (line.left < 4 || strncasecmp((const char *)line.at, "HTTP", 4) != 0)
        return TATTLER_UNSUPPORTED;
    response.status = read_status(line);
    http_work_clear(work);
    if (http_fields_read(head, "Set-Cookie", work, &known, &response.fields) == TATTLER_FULL)
        return TATTLER_FULL;
    response.body = http_fields_body(&known, &response.body_size);
    *out = response;
    return TATTLER_OK;
}

bool http_response_is_bare(const struct http_response *response, bool to_head)
{
    return to_head || (response->body == HTTP_NO_BODY &&
                              (response->status / 100 == 1 ||
                                      response->status == STATUS_NO_CONTENT ||
                                      response->status == STATUS_NOT_MODIFIED));
}
