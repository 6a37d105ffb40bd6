#include "parse/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct cursor payload)
{
    struct dns_message message;
    struct dns_question question;
    struct dns_record record;

    if (dns_open(payload, &message) != TATTLER_OK)
        return;
    while (dns_next_question(&message, &question))
        ;
    while (dns_next_record(&message, &record))
        ;
}

/* The bytes as a datagram, and as a stream. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor stream = cursor_over(data, size), message;

    walk(stream);
    while (dns_tcp_split(&stream, &message) == TATTLER_OK)
        walk(message);
    return 0;
}
