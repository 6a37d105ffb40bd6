#include "enrich/risk_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "enrich/geo.h"

#define NETWORK_SIZE 64

static const struct {
    const char *name;
    uint8_t flag;
} flags[] = {
    { "flag:anycast", GEO_ANYCAST },
    { "flag:anonymous-proxy", GEO_ANONYMOUS_PROXY },
    { "flag:satellite", GEO_SATELLITE },
    { "flag:hostile", GEO_HOSTILE },
};

#define FLAGS (sizeof(flags) / sizeof(flags[0]))

struct risk_key risk_key_asn(uint32_t asn)
{
    return (struct risk_key){ RISK_KIND_ASN, { (uint8_t)(asn >> 24), (uint8_t)(asn >> 16),
                                     (uint8_t)(asn >> 8), (uint8_t)asn } };
}

struct risk_key risk_key_flag(uint8_t flag)
{
    return (struct risk_key){ RISK_KIND_FLAG, { flag } };
}

struct risk_key risk_key_prefix(const struct address *address, unsigned bits)
{
    struct risk_key key = { .kind = (uint8_t)bits };

    memcpy(key.bytes, address->bytes, (bits + 7) / 8);
    if (bits % 8 != 0)
        key.bytes[bits / 8] &= (uint8_t)(0xff << (8 - bits % 8));
    return key;
}

/* Digits only, at most 'max'. */
static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > max)
            return false;
    }
    *out = value;
    return true;
}

static bool parse_network(const char *text, struct risk_key *out)
{
    struct prefix prefix;
    uint64_t asn;

    if (strncasecmp(text, "AS", 2) == 0 && parse_number(text + 2, UINT32_MAX, &asn) && asn > 0) {
        *out = risk_key_asn((uint32_t)asn);
        return true;
    }
    for (size_t i = 0; i < FLAGS; i++)
        if (strcmp(text, flags[i].name) == 0) {
            *out = risk_key_flag(flags[i].flag);
            return true;
        }
    if (!prefix_parse(text, &prefix))
        return false;
    *out = risk_key_prefix(&prefix.address, prefix.bits);
    return true;
}

bool risk_row_is_header(const struct csv_record *record)
{
    static const char *const names[] = { "network", "score", "source", "comment" };
    char text[NETWORK_SIZE];

    for (size_t i = 0; i < 4; i++) {
        if (i >= record->count)
            return false;
        csv_text(&record->fields[i], text, sizeof(text));
        if (strcasecmp(text, names[i]) != 0)
            return false;
    }
    return record->count == 4;
}

__attribute__((format(printf, 2, 3))) static bool refuse(char why[RISK_WHY_SIZE],
                                                         const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, RISK_WHY_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

bool risk_row_parse(const struct csv_record *record, struct risk_key *key, uint8_t *score,
                    char why[RISK_WHY_SIZE])
{
    char network[NETWORK_SIZE], digits[NETWORK_SIZE];
    uint64_t number;

    if (record->broken)
        return refuse(why, "a quote that is not closed, or text after it; write a quote inside a "
                           "quoted comment twice");
    if (record->count != 4)
        return refuse(why, "%zu columns instead of 4; write network,score,source,comment, with "
                           "quotes around a comment that has a comma in it", record->count);
    csv_text(&record->fields[0], network, sizeof(network));
    csv_text(&record->fields[1], digits, sizeof(digits));
    if (!parse_network(network, key))
        return refuse(why, "'%s' is not a network; write one like AS64496, 203.0.113.0/24, "
                           "2001:db8::/32 or flag:hostile", network);
    if (!parse_number(digits, 100, &number))
        return refuse(why, "'%s' is not a score; write a whole number from 0 (cleared) to 100",
                      digits);
    *score = (uint8_t)number;
    return true;
}
