#include "track/resolution.h"

#include <string.h>

#include "parse/dns.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

void resolution_ask(struct resolution *resolution, const char *name, size_t len)
{
    if (len >= sizeof(resolution->asked))
        len = sizeof(resolution->asked) - 1;
    for (size_t i = 0; i < len; i++)
        resolution->asked[i] = lower(name[i]);
    resolution->asked[len] = '\0';
    resolution->asked_len = strlen(resolution->asked); /* a NUL inside ends the name */
}

void resolution_add_address(struct resolution *resolution, const struct address *address,
        uint32_t ttl_s)
{
    if (resolution->address_count == RESOLUTION_ADDRESSES_MAX) {
        resolution->dropped = true;
        return;
    }
    resolution->addresses[resolution->address_count].address = *address;
    resolution->addresses[resolution->address_count++].ttl_s = ttl_s;
}

void resolution_add_alias(struct resolution *resolution, const char *name, size_t len)
{
    if (len == 0)
        return;
    if (resolution->alias_count < RESOLUTION_ALIASES_MAX)
        resolution->aliases[resolution->alias_count++] = name_hash(name, len);
}

static void add_record(struct resolution *resolution, const struct dns_record *record)
{
    switch (record->type) {
    case DNS_TYPE_A:
    case DNS_TYPE_AAAA:
        resolution_add_address(resolution, &record->address, record->ttl_s);
        break;
    case DNS_TYPE_CNAME:
        resolution_add_alias(resolution, record->target.text, record->target.length);
        break;
    case DNS_TYPE_HTTPS:
    case DNS_TYPE_SVCB:
        resolution_add_alias(resolution, record->target.text, record->target.length);
        for (size_t i = 0; i < record->hint_count; i++)
            resolution_add_address(resolution, &record->hints[i], record->ttl_s);
        break;
    default:
        break;
    }
}

enum tattler_status resolution_read(struct cursor payload, struct resolution *out,
        struct question *question)
{
    struct dns_message message;
    struct dns_question asked;
    struct dns_record record;
    bool whole = false; /* all answers were read */
    enum tattler_status status = dns_open(payload, &message);

    if (status != TATTLER_OK)
        return status;
    out->asked[0] = '\0';
    out->asked_len = out->address_count = out->alias_count = 0;
    out->dropped = false;
    out->is_answer = message.response;
    out->rcode = message.rcode;
    question->answered = false;
    if (dns_next_question(&message, &asked)) {
        resolution_ask(out, asked.name.text, asked.name.length);
        (void)question_begin(question, &message, &asked);
    }
    while (!whole && dns_next_record(&message, &record)) {
        whole = record.section != DNS_ANSWER;
        if (!whole)
            add_record(out, &record);
        if (!whole && question->answered)
            question_add(question, &message, &record);
    }
    if (!whole && message.status != TATTLER_OK && message.counts[DNS_ANSWER] > 0)
        out->dropped = true;
    return TATTLER_OK;
}
