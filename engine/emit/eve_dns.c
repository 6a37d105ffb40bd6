/* DNS (Suricata's rust/src/dns/log.rs, version 3) and multicast DNS (rust/src/mdns/log.rs): two
 * forms made of the same values. */
#include <stdio.h>
#include <string.h>

#include "emit/eve_common.h"
#include "emit/eve_dns_data.h"
#include "parse/dns.h"

#define HEADER_SIZE 12 /* RFC 1035 section 4.1.1 */

struct record_log {
    struct json *json;
    const struct dns_message *opened; /* to be copied for each walk */
    bool mdns;
    bool in_alert; /* which tells less: no unknown types of questions, no groups */
    bool whole[DNS_SECTIONS]; /* all of it can be read */
};

/* --- what can be read --- */

/* As probe_header_validity() in Suricata's rust/src/dns/dns.rs. */
static bool is_plausible(const struct dns_message *message, size_t size)
{
    size_t records = 0;

    for (size_t i = 0; i < DNS_SECTIONS; i++)
        records += message->counts[i];
    if (records == 0)
        return size == HEADER_SIZE && message->response;
    return 2 * records <= size && (message->response || message->counts[DNS_QUESTION] > 0);
}

/* Up to the section 'last'; those behind it count as not whole. */
static void find_whole_sections(struct record_log *log, enum dns_section last)
{
    struct dns_message message = *log->opened;
    unsigned read[DNS_SECTIONS] = { 0 };
    size_t wanted = 0;
    struct dns_question question;
    struct dns_record record;
    struct eve_dns_data data;

    while (dns_next_question(&message, &question))
        read[DNS_QUESTION]++;
    for (size_t i = DNS_ANSWER; i <= last; i++)
        wanted += message.counts[i];
    while (wanted-- > 0 && dns_next_raw(&message, &record) &&
            eve_dns_data_read(&message, &record, &data))
        read[record.section]++;
    for (size_t i = 0; i <= last; i++)
        log->whole[i] = read[i] == message.counts[i];
}

/* The next record of one section. */
static bool next_of(struct dns_message *message, enum dns_section section,
        struct dns_record *record, struct eve_dns_data *data)
{
    while (dns_next_raw(message, record) && record->section <= section)
        if (record->section == section)
            return eve_dns_data_read(message, record, data);
    return false;
}

/* --- records --- */

static void put_name(struct json *json, const char *key, const struct dns_name *name)
{
    json_bytes(json, key, name->text, name->length);
}

static void put_type(const struct record_log *log, uint16_t type)
{
    char text[EVE_DNS_TYPE_SIZE];

    eve_dns_type_text(type, log->mdns, text);
    json_text(log->json, "rrtype", text);
}

static void put_mdns_record(const struct record_log *log, const struct dns_record *record,
        const struct eve_dns_data *data)
{
    char type[EVE_DNS_TYPE_SIZE];

    eve_dns_type_text(record->type, true, type);
    json_open_object(log->json, NULL);
    put_name(log->json, "rrname", &record->name);
    eve_dns_data_put(log->json, type, data);
    json_close_object(log->json);
}

static void open_dns_record(const struct record_log *log, const struct dns_record *record)
{
    json_open_object(log->json, NULL);
    put_name(log->json, "rrname", &record->name);
    put_type(log, record->type);
    json_unsigned(log->json, "ttl", record->ttl_s);
}

/* One record for each string of a TXT. */
static void put_dns_strings(const struct record_log *log, const struct dns_record *record,
        struct cursor rest)
{
    struct cursor string;

    while (eve_dns_next_string(&rest, &string)) {
        open_dns_record(log, record);
        json_bytes(log->json, "rdata", (const char *)string.at, string.left);
        json_close_object(log->json);
    }
}

static void put_dns_record(const struct record_log *log, const struct dns_record *record,
        const struct eve_dns_data *data)
{
    static const char *const keys[] = {
        [EVE_DNS_ADDRESS] = "rdata", [EVE_DNS_NAME] = "rdata", [EVE_DNS_EXCHANGE] = "rdata",
        [EVE_DNS_BYTES] = "rdata",   [EVE_DNS_OPTIONS] = "opt", [EVE_DNS_SOA] = "soa",
        [EVE_DNS_SSHFP] = "sshfp",   [EVE_DNS_SERVICE] = "srv",
    };

    if (data->shape == EVE_DNS_STRINGS) {
        put_dns_strings(log, record, data->rest);
        return;
    }
    open_dns_record(log, record);
    if (keys[data->shape] != NULL)
        eve_dns_data_put(log->json, keys[data->shape], data);
    json_close_object(log->json);
}

/* --- sections --- */

static void put_questions(const struct record_log *log)
{
    struct dns_message message = *log->opened;
    struct dns_question question;

    if (message.counts[DNS_QUESTION] == 0)
        return;
    json_open_array(log->json, "queries");
    while (dns_next_question(&message, &question)) {
        if (log->in_alert && !eve_dns_type_is_known(question.type))
            continue;
        json_open_object(log->json, NULL);
        put_name(log->json, "rrname", &question.name);
        put_type(log, question.type);
        json_close_object(log->json);
    }
    json_close_array(log->json);
}

/* The header extension without options, which nearly every message has, is not worth a line. */
static bool is_bare_opt(const struct dns_record *record)
{
    return record->section == DNS_ADDITIONAL && record->type == DNS_TYPE_OPT &&
           record->rdata.left == 0;
}

static void put_section(const struct record_log *log, enum dns_section section, const char *key)
{
    struct dns_message message = *log->opened;
    struct dns_record record;
    struct eve_dns_data data;
    bool open = false;

    if (!log->whole[section] || message.counts[section] == 0)
        return;
    while (next_of(&message, section, &record, &data)) {
        if (is_bare_opt(&record))
            continue;
        if (!open)
            json_open_array(log->json, key);
        open = true;
        if (log->mdns)
            put_mdns_record(log, &record, &data);
        else
            put_dns_record(log, &record, &data);
    }
    if (open)
        json_close_array(log->json);
}

/* --- answers grouped by type --- */

/* A bit for each type that the answers hold and that is grouped. */
static uint64_t types_to_group(const struct record_log *log)
{
    struct dns_message message = *log->opened;
    struct dns_record record;
    struct eve_dns_data data;
    uint64_t types = 0;

    while (next_of(&message, DNS_ANSWER, &record, &data))
        if (data.shape != EVE_DNS_OPAQUE && data.shape != EVE_DNS_OPTIONS)
            types |= UINT64_C(1) << record.type;
    return types;
}

static void put_group(const struct record_log *log, uint16_t type)
{
    struct dns_message message = *log->opened;
    struct dns_record record;
    struct eve_dns_data data;
    struct cursor string;
    char key[EVE_DNS_TYPE_SIZE];

    eve_dns_type_text(type, false, key);
    json_open_array(log->json, key);
    while (next_of(&message, DNS_ANSWER, &record, &data)) {
        if (record.type != type)
            continue;
        if (data.shape != EVE_DNS_STRINGS)
            eve_dns_data_put(log->json, NULL, &data);
        else
            while (eve_dns_next_string(&data.rest, &string))
                json_bytes(log->json, NULL, (const char *)string.at, string.left);
    }
    json_close_array(log->json);
}

static void put_grouped(const struct record_log *log)
{
    uint64_t types;

    if (log->opened->counts[DNS_ANSWER] == 0 || log->in_alert)
        return;
    types = types_to_group(log);
    json_open_object(log->json, "grouped");
    for (uint16_t type = 0; type < EVE_DNS_SHAPED_TYPES; type++)
        if ((types >> type & 1) != 0)
            put_group(log, type);
    json_close_object(log->json);
}

/* --- messages --- */

/* RFC 1035 section 4.1.1 and RFC 4035 section 3; in EVE's order. */
static const struct {
    uint16_t bit;
    const char *name;
} flags[] = {
    { 0x8000, "qr" }, { 0x0400, "aa" }, { 0x0200, "tc" }, { 0x0100, "rd" },
    { 0x0080, "ra" }, { 0x0040, "z" },  { 0x0020, "ad" }, { 0x0010, "cd" },
};
#define DNS_FLAGS 6       /* 'dns' leaves out the last two, */
#define MDNS_FLAGS 0x07f0 /* 'mdns' the first */

static void put_rcode(struct json *json, uint8_t rcode)
{
    const char *name = eve_dns_rcode_name(rcode);
    char number[4];

    if (name == NULL) {
        snprintf(number, sizeof(number), "%u", rcode);
        name = number;
    }
    json_text(json, "rcode", name);
}

static void put_dns(const struct record_log *log, const struct eve_head *head)
{
    const struct dns_message *message = log->opened;
    struct json *json = log->json;
    char hex[5];

    snprintf(hex, sizeof(hex), "%x", message->flags);
    json_unsigned(json, "version", 3);
    json_text(json, "type", message->response ? "response" : "request");
    json_unsigned(json, "tx_id", head->transaction);
    json_unsigned(json, "id", message->id);
    json_text(json, "flags", hex);
    for (size_t i = 0; i < DNS_FLAGS; i++)
        if ((message->flags & flags[i].bit) != 0)
            json_bool(json, flags[i].name, true);
    json_unsigned(json, "opcode", message->opcode);
    put_rcode(json, message->rcode);
    put_questions(log);
    put_section(log, DNS_ANSWER, "answers");
    put_grouped(log);
    put_section(log, DNS_AUTHORITY, "authorities");
    put_section(log, DNS_ADDITIONAL, "additionals");
}

static void put_mdns(const struct record_log *log)
{
    const struct dns_message *message = log->opened;
    unsigned set = message->flags & MDNS_FLAGS;
    struct json *json = log->json;

    json_text(json, "type", message->response ? "response" : "request");
    json_unsigned(json, "id", message->id);
    if (set != 0) {
        json_open_array(json, "flags");
        for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
            if ((set & flags[i].bit) != 0)
                json_text(json, NULL, flags[i].name);
        json_close_array(json);
    }
    json_unsigned(json, "opcode", message->opcode);
    json_unsigned(json, "rcode", message->rcode);
    put_questions(log);
    put_section(log, DNS_ANSWER, "answers");
    put_section(log, DNS_AUTHORITY, "authorities");
    put_section(log, DNS_ADDITIONAL, "additionals");
}

static bool open_log(const struct eve_head *head, struct cursor message,
        struct dns_message *opened, struct record_log *log, enum dns_section last)
{
    if (dns_open(message, opened) != TATTLER_OK || !is_plausible(opened, message.left))
        return false;
    log->opened = opened;
    find_whole_sections(log, last);
    log->mdns = head->app_proto != NULL && strcmp(head->app_proto, "mdns") == 0;
    return log->whole[DNS_QUESTION] && (log->whole[DNS_ANSWER] || head->cut);
}

bool eve_dns_is_told(const struct eve_head *head, struct cursor message)
{
    struct dns_message opened;
    struct record_log log = { .json = NULL };

    return open_log(head, message, &opened, &log, DNS_ANSWER);
}

static void put_message(const struct record_log *log, const struct eve_head *head)
{
    json_open_object(log->json, log->mdns ? "mdns" : "dns");
    if (log->mdns)
        put_mdns(log);
    else
        put_dns(log, head);
    json_close_object(log->json);
}

void eve_put_dns(struct json *json, const struct eve_head *head, struct cursor message)
{
    struct dns_message opened;
    struct record_log log = { .json = json, .in_alert = true };

    if (open_log(head, message, &opened, &log, DNS_ADDITIONAL))
        put_message(&log, head);
}

bool eve_dns_record(struct json *json, const struct eve_head *head, struct cursor message)
{
    struct dns_message opened;
    struct record_log log = { .json = json };

    if (!open_log(head, message, &opened, &log, DNS_ADDITIONAL))
        return false;
    eve_open_packet(json, head, log.mdns ? "mdns" : "dns");
    put_message(&log, head);
    eve_close(json, head, IOT_MOMENTARY);
    return true;
}
