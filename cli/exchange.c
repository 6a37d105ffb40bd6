#include "exchange.h"

#include <stdlib.h>

static bool is_of(const struct exchange *exchange, uint64_t number)
{
    return exchange != NULL && exchange->number == number;
}

/* Room that is there is used again. */
static void keep(struct held *held, struct stream_budget *budget, struct cursor bytes)
{
    held->len = 0;
    if (bytes.left > 0)
        held_add(held, budget, bytes, bytes.left);
}

void exchange_ask(struct exchange **exchange, struct stream_budget *budget, uint64_t number,
        struct cursor request)
{
    if (*exchange == NULL)
        *exchange = calloc(1, sizeof(**exchange));
    if (*exchange == NULL)
        return;
    keep(&(*exchange)->request, budget, request);
    (*exchange)->number = number;
    (*exchange)->response.len = 0;
    (*exchange)->length = 0;
}

void exchange_answer(struct exchange *exchange, struct stream_budget *budget, uint64_t number,
        struct cursor response)
{
    if (is_of(exchange, number))
        keep(&exchange->response, budget, response);
}

void exchange_lengthen(struct exchange *exchange, uint64_t number, size_t bytes)
{
    if (is_of(exchange, number))
        exchange->length += bytes;
}

static struct cursor kept(const struct held *held)
{
    return held->len > 0 ? cursor_over(held->bytes, held->len) : cursor_over(NULL, 0);
}

struct cursor exchange_request(const struct exchange *exchange, uint64_t number)
{
    return is_of(exchange, number) ? kept(&exchange->request) : cursor_over(NULL, 0);
}

struct cursor exchange_response(const struct exchange *exchange, uint64_t number)
{
    return is_of(exchange, number) ? kept(&exchange->response) : cursor_over(NULL, 0);
}

void exchange_free(struct exchange **exchange, struct stream_budget *budget)
{
    if (*exchange == NULL)
        return;
    held_drop(&(*exchange)->request, budget);
    held_drop(&(*exchange)->response, budget);
    free(*exchange);
    *exchange = NULL;
}
