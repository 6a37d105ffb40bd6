/* exchange.h - the last request of a connection and what was answered, for the records of alerts.
 *
 * Rules on a request alert with a later packet, which the answer may have come before; those on an
 * answer are to tell what was asked. Of HTTP, and of MQTT a CONNECT and its CONNACK. What finds no room
 * in the budget is left out, which that counts. One thread. */
#ifndef TATTLER_CLI_EXCHANGE_H
#define TATTLER_CLI_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "held.h"

struct exchange {
    uint64_t number; /* of the request in its connection */
    struct held request, response; /* empty: not seen, or left out */
    uint64_t length; /* of the answer's body, as far as it has come */
};

/* '*exchange' is NULL at first, and stays so without memory; later calls then do nothing. */
void exchange_ask(struct exchange **exchange, struct stream_budget *budget, uint64_t number,
        struct cursor request);
/* These do nothing where 'number' is not that of the last request. */
void exchange_answer(struct exchange *exchange, struct stream_budget *budget, uint64_t number,
        struct cursor response);
void exchange_lengthen(struct exchange *exchange, uint64_t number, size_t bytes);

/* The request, or the answer; no 'at' where it is not there. */
struct cursor exchange_request(const struct exchange *exchange, uint64_t number);
struct cursor exchange_response(const struct exchange *exchange, uint64_t number);

void exchange_free(struct exchange **exchange, struct stream_budget *budget); /* accepts NULL */

#endif
