/* question.h - one DNS message as the features of questions see it: what was asked, what came of it,
 * and how much the answer carries besides addresses. Any thread; no allocation. */
#ifndef TATTLER_TRACK_QUESTION_H
#define TATTLER_TRACK_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"
#include "parse/dns.h"

struct question {
    char name[DNS_NAME_SIZE]; /* lower case, any bytes: trust 'len' */
    size_t len;
    uint16_t type; /* enum dns_type, or another one as sent; 0: unknown */
    bool answered; /* this is the response */
    uint8_t rcode;
    /* Of TXT, NULL and unknown records, and of names in CNAME and MX that lead back below the
     * domain asked for: what tunnels send down. */
    double data_bits;
    uint64_t data_hash; /* tells one such answer from another; 0: none */
};

/* TRUNCATED, MALFORMED: no DNS header, no question, or no query (opcode 0). A message that breaks
 * off after the question gives what was read. 'out' is written only on TATTLER_OK. */
enum tattler_status question_read(struct cursor payload, struct question *out);

/* The same in steps, for who reads the message for more than that: its first question (false: no query,
 * nothing was written), then each record of an answer's first section. */
bool question_begin(struct question *out, const struct dns_message *message,
        const struct dns_question *asked);
void question_add(struct question *question, struct dns_message *message,
        const struct dns_record *record);

/* For hosts with a DNS parser of their own: a response to this name without type and other data. */
void question_set(struct question *out, const char *name, size_t len, uint8_t rcode);

#endif
