/* What a household may share of its baselines. */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile_share.h"

#define SERIAL_DIGITS 5
#define SERIAL_HEX 8
#define SERIAL_HEX_DIGITS 3

static const char *const reasons[] = {
    [PROFILE_LEFT_UNKNOWN] = "devices of which neither type nor vendor is known",
    [PROFILE_LEFT_ACCUSED] = "facts met by connections that alerted, or under suspicion",
    [PROFILE_LEFT_SERIAL] = "names with a number like that of one device",
    [PROFILE_LEFT_CUSTOMER] = "names that a provider gives each customer",
    [PROFILE_LEFT_ADDRESS] = "heartbeats to an address",
    [PROFILE_LEFT_RARE_TYPE] = "types of which there are too few devices",
    [PROFILE_LEFT_RARE] = "facts that too few devices of the type share",
};

const char *profile_reason_text(enum profile_reason reason)
{
    return reasons[reason];
}

/* Does it hold five digits in a row, or eight hexadecimal ones of which three are digits? Then it may be
 * of one device alone. */
static bool is_serial(const char *text)
{
    unsigned digits = 0, hex = 0, hex_digits = 0;

    for (; *text != '\0'; text++) {
        bool digit = isdigit((unsigned char)*text) != 0;

        digits = digit ? digits + 1 : 0;
        if (isxdigit((unsigned char)*text)) {
            hex++;
            hex_digits += digit;
        } else if (*text != '-' && *text != ':') { /* as MAC addresses have them */
            hex = hex_digits = 0;
        }
        if (digits >= SERIAL_DIGITS || (hex >= SERIAL_HEX && hex_digits >= SERIAL_HEX_DIGITS))
            return true;
    }
    return false;
}

/* --- one device --- */

static bool may_share_domain(struct profile_collector *collector, const char *domain)
{
    enum profile_reason reason;

    if (is_serial(domain))
        reason = PROFILE_LEFT_SERIAL;
    else if (domain_is_customer(collector->domains, domain))
        reason = PROFILE_LEFT_CUSTOMER;
    else
        return true;
    collector->left_out[reason]++;
    return false;
}

static void count(struct profile_collector *collector, struct profile_type *type,
        enum profile_kind kind, const char *value)
{
    struct profile_use *use = profile_use(collector->profile, type, kind, value);

    if (use != NULL)
        use->count.devices++;
    else if (collector->profile->refused == 0)
        collector->no_memory = true;
}

static void take_item(struct profile_collector *collector, struct profile_type *type,
        const struct baseline_item *item)
{
    static const struct {
        bool shared;
        enum profile_kind kind;
    } kinds[SEEN_KINDS] = {
        [SEEN_DOMAIN] = { true, PROFILE_DOMAIN },
        [SEEN_ASN] = { true, PROFILE_ASN },
        [SEEN_PORT] = { true, PROFILE_PORT },
        [SEEN_SERVICE] = { true, PROFILE_SERVICE },
    };

    if (!kinds[item->kind].shared)
        return;
    if (item->accused || item->suspect)
        collector->left_out[PROFILE_LEFT_ACCUSED]++;
    else if (item->kind != SEEN_DOMAIN || may_share_domain(collector, item->value))
        count(collector, type, kinds[item->kind].kind, item->value);
}

/* To two digits: a crystal's drift tells devices apart. */
static double round_period(double period_s)
{
    double unit = pow(10, floor(log10(period_s)) - 1);

    return round(period_s / unit) * unit;
}

static uint64_t round_bytes(uint64_t bytes)
{
    uint64_t power = 1;

    while (power < bytes && power < UINT64_C(1) << 40)
        power *= 2;
    return power;
}

/* "vendor.example 60s 128B"; false: it goes to an address or a host of the home, or is none. */
static bool beat_text(const struct profile_collector *collector, const struct baseline_beat *beat,
        char domain[DOMAIN_NAME_SIZE], char out[PROFILE_VALUE_SIZE])
{
    const char *name = strncmp(beat->remote, "*.", 2) == 0 ? beat->remote + 2 : beat->remote;

    if (!(beat->period_s >= 0.001) || strchr(name, ' ') != NULL ||
            domain_registrable(collector->domains, name, strlen(name), domain) == 0)
        return false;
    snprintf(out, PROFILE_VALUE_SIZE, "%s %gs %" PRIu64 "B", domain, round_period(beat->period_s),
            round_bytes(beat->bytes));
    return true;
}

/* Has an earlier one of the device the same text? */
static bool is_repeated(const struct profile_collector *collector, const struct baseline *baseline,
        size_t index, const char *text)
{
    char domain[DOMAIN_NAME_SIZE], other[PROFILE_VALUE_SIZE];

    for (size_t i = 0; i < index; i++)
        if (beat_text(collector, &baseline->beats[i], domain, other) && strcmp(other, text) == 0)
            return true;
    return false;
}

static bool knows_domain(const struct baseline *baseline, const char *domain)
{
    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];

        if (item->kind == SEEN_DOMAIN && strcmp(item->value, domain) == 0)
            return !item->accused && !item->suspect;
    }
    return false;
}

static void take_beat(struct profile_collector *collector, struct profile_type *type,
        const struct baseline *baseline, size_t index)
{
    char domain[DOMAIN_NAME_SIZE], text[PROFILE_VALUE_SIZE];

    if (!beat_text(collector, &baseline->beats[index], domain, text))
        collector->left_out[PROFILE_LEFT_ADDRESS]++;
    else if (!knows_domain(baseline, domain))
        collector->left_out[PROFILE_LEFT_ACCUSED]++;
    else if (may_share_domain(collector, domain) && !is_repeated(collector, baseline, index, text))
        count(collector, type, PROFILE_HEARTBEAT, text);
}

void profile_collect(void *user, const struct baseline *baseline)
{
    struct profile_collector *collector = user;
    bool serial = is_serial(baseline->type);
    struct profile_type *type;
    char name[PROFILE_TYPE_SIZE];

    if (!profile_type_name(serial ? "" : baseline->type, baseline->vendor, name)) {
        collector->left_out[PROFILE_LEFT_UNKNOWN]++;
        return;
    }
    type = profile_type(collector->profile, name);
    if (type == NULL) {
        collector->no_memory |= collector->profile->refused == 0;
        return;
    }
    type->count.devices++;
    for (size_t i = 0; i < baseline->item_count; i++)
        take_item(collector, type, &baseline->items[i]);
    for (size_t i = 0; i < baseline->beat_count; i++)
        take_beat(collector, type, baseline, i);
}

/* --- all devices --- */

void profile_collect_end(struct profile_collector *collector, uint32_t min)
{
    struct profile *profile = collector->profile;

    collector->left_out[PROFILE_LEFT_RARE_TYPE] +=
            profile_prune(profile, PROFILE_BY_DEVICES, min, &collector->left_out[PROFILE_LEFT_RARE]);
    for (struct profile_type *type = profile->types; type != NULL; type = type->hh.next) {
        type->count.households = 1;
        for (unsigned kind = 0; kind < PROFILE_KINDS; kind++)
            for (struct profile_use *use = type->uses[kind]; use != NULL; use = use->hh.next)
                use->count.households = 2 * use->count.devices >= type->count.devices;
    }
}
