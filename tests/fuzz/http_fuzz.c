#include "parse/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a result borrows must lie in the input: reads the bytes at its ends. */
static int ends_of(struct cursor text)
{
    return text.left > 0 ? text.at[0] + text.at[text.left - 1] : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head;
    volatile int sum = 0;

    if (http_head_parse(cursor_over(data, size), &head) == TATTLER_OK)
        sum = ends_of(head.method) + ends_of(head.target) + ends_of(head.host.name) +
              ends_of(head.authority.name) + ends_of(head.user_agent);
    (void)sum;
    return 0;
}
