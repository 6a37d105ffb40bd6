#include "parse/http_response.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t seen; /* so that what is found is read */

static void see(struct cursor text)
{
    for (size_t i = 0; i < text.left; i++)
        seen += text.at[i];
}

/* The length of a head must not hang on how it comes. */
static void check_length(struct cursor bytes)
{
    size_t from = 0, at_once = http_head_length(bytes, &from), bit_by_bit = 0;

    from = 0;
    for (size_t i = 0; i <= bytes.left && bit_by_bit == 0; i++)
        bit_by_bit = http_head_length(cursor_over(bytes.at, i), &from);
    if (at_once != bit_by_bit)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor bytes = cursor_over(data, size);
    struct http_work *work = http_work_new();
    struct http_request request;
    struct http_response response;
    uint64_t chunk;

    if (size > 0 && size < 4096)
        check_length(bytes);
    if (work != NULL && http_request_read(bytes, work, &request) == TATTLER_OK) {
        see(request.method);
        see(request.uri);
        see(request.host);
        see(request.user_agent);
        see(request.fields);
    }
    if (work != NULL && http_response_read(bytes, work, &response) == TATTLER_OK)
        see(response.fields);
    seen += http_may_be_request(bytes) ? 1 : 0;
    seen += http_is_method(bytes) ? 1 : 0;
    seen += http_chunk_size(bytes, &chunk) ? 1 : 0;
    http_work_free(work);
    return 0;
}
