#include "track/question.h"

#include <string.h>

#include "base/hash.h"
#include "track/asked.h"

/* IANA registry; those of dns.h aside. 65280 and up are for private use: iodine takes 65399. */
#define TYPE_PRIVATE 65280

static void set_name(struct question *question, const char *name, size_t len)
{
    if (len >= sizeof(question->name))
        len = sizeof(question->name) - 1;
    for (size_t i = 0; i < len; i++)
        question->name[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A') : name[i];
    question->name[len] = '\0';
    question->len = len;
}

void question_set(struct question *out, const char *name, size_t len, uint8_t rcode)
{
    *out = (struct question){ .answered = true, .rcode = rcode };
    set_name(out, name, len);
}

static void add_data(struct question *question, const void *bytes, size_t len)
{
    question->data_bits += asked_bits(bytes, len);
    question->data_hash = question->data_hash * 31 + (hash_stable(bytes, len) | 1);
}

/* An alias below another domain is a content network's and says nothing. */
static void add_target(struct question *question, const struct dns_name *target)
{
    struct question alias;
    size_t start, domain = asked_domain(question->name, question->len);
    size_t domain_len = question->len - domain;

    set_name(&alias, target->text, target->length);
    start = asked_domain(alias.name, alias.len);
    if (alias.len - start == domain_len &&
            memcmp(alias.name + start, question->name + domain, domain_len) == 0)
        add_data(question, alias.name, start);
}

void question_add(struct question *question, struct dns_message *message,
        const struct dns_record *record)
{
    struct cursor rdata = record->rdata;
    struct dns_name host;

    if (record->type == DNS_TYPE_CNAME)
        add_target(question, &record->target);
    else if (record->type == DNS_TYPE_MX && cursor_skip(&rdata, 2) &&
             dns_read_name(message, &rdata, &host))
        add_target(question, &host);
    else if (record->type == DNS_TYPE_TXT || record->type == DNS_TYPE_NULL ||
             record->type >= TYPE_PRIVATE)
        add_data(question, rdata.at, rdata.left);
}

bool question_begin(struct question *out, const struct dns_message *message,
        const struct dns_question *asked)
{
    if (message->opcode != 0)
        return false;
    set_name(out, asked->name.text, asked->name.length);
    out->type = asked->type;
    out->answered = message->response;
    out->rcode = message->rcode;
    out->data_bits = 0;
    out->data_hash = 0;
    return true;
}

enum tattler_status question_read(struct cursor payload, struct question *out)
{
    struct dns_message message;
    struct dns_question asked;
    struct dns_record record;
    enum tattler_status status = dns_open(payload, &message);

    if (status != TATTLER_OK)
        return status;
    if (!dns_next_question(&message, &asked) || !question_begin(out, &message, &asked))
        return message.status != TATTLER_OK ? message.status : TATTLER_MALFORMED;
    while (out->answered && dns_next_record(&message, &record) && record.section == DNS_ANSWER)
        question_add(out, &message, &record);
    return TATTLER_OK;
}
