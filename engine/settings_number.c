/* Kinds of settings that are numbers, with a unit or without, or yes and no. */
#include "settings_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/time.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_S 3600

struct suffix {
    const char *text;
    uint64_t times;
};

static bool parse_number(const char *text, const struct suffix suffixes[], size_t n, uint64_t *out)
{
    char *end;
    unsigned long long number;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 10);
    for (size_t i = 0; errno == 0 && i < n; i++) {
        if (strcmp(end, suffixes[i].text) != 0)
            continue;
        return !__builtin_mul_overflow((uint64_t)number, suffixes[i].times, out);
    }
    return false;
}

static bool parse_duration(const char *text, uint64_t *out_s)
{
    static const struct suffix suffixes[] = {
        { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", HOUR_S }, { "d", DAY_S },
    };

    return parse_number(text, suffixes, COUNT_OF(suffixes), out_s);
}

static enum tattler_status set_duration(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    uint64_t duration_s;

    if (!parse_duration(entry->value, &duration_s))
        return settings_refuse(complaint, "'%.64s' is not a duration: write seconds, or 90s, 10m, "
                "24h, 7d", entry->value);
    if (duration_s < row->min || duration_s > row->max)
        return settings_refuse(complaint, "'%.64s' is out of range: write %llus to %llud",
                entry->value, (unsigned long long)row->min, (unsigned long long)row->max / DAY_S);
    *(uint64_t *)field = duration_s;
    return TATTLER_OK;
}

/* Limits of counts and sizes are round numbers of k or small. */
static enum tattler_status set_within(const struct settings_row *row, uint64_t value, const char *text,
        void *field, const struct complaint *complaint)
{
    unsigned long long unit = row->max % 1024 == 0 ? 1024 : 1;

    if (value < row->min || value > row->max)
        return settings_refuse(complaint, "'%.64s' is out of range: write %llu to %llu%s", text,
                (unsigned long long)row->min, (unsigned long long)row->max / unit,
                unit > 1 ? "k" : "");
    *(uint64_t *)field = value;
    return TATTLER_OK;
}

static enum tattler_status set_count(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    static const struct suffix suffixes[] = { { "", 1 }, { "k", 1024 } };
    uint64_t count;

    if (!parse_number(entry->value, suffixes, COUNT_OF(suffixes), &count))
        return settings_refuse(complaint, "'%.64s' is not a count: write a number such as 65536 "
                "or 64k", entry->value);
    return set_within(row, count, entry->value, field, complaint);
}

static enum tattler_status set_bytes(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    static const struct suffix suffixes[] = { { "", 1 }, { "k", 1024 }, { "m", 1024 * 1024 } };
    uint64_t bytes;

    if (!parse_number(entry->value, suffixes, COUNT_OF(suffixes), &bytes))
        return settings_refuse(complaint, "'%.64s' is not a size: write bytes, or 64k, 16m",
                entry->value);
    return set_within(row, bytes, entry->value, field, complaint);
}

static enum tattler_status set_bool(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

    (void)row;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcasecmp(entry->value, words[i]) == 0) {
            *(bool *)field = i % 2 == 1;
            return TATTLER_OK;
        }
    return settings_refuse(complaint, "'%.64s' is neither yes nor no", entry->value);
}

static bool same_number(const void *field, const void *other)
{
    const uint64_t *a = field, *b = other;

    return *a == *b;
}

static bool same_bool(const void *field, const void *other)
{
    const bool *a = field, *b = other;

    return *a == *b;
}

const struct settings_kind kind_duration = { "duration", false, false, set_duration, NULL, same_number };
const struct settings_kind kind_count = { "count", false, false, set_count, NULL, same_number };
const struct settings_kind kind_bool = { "yes or no", false, false, set_bool, NULL, same_bool };
const struct settings_kind kind_bytes = { "size", false, false, set_bytes, NULL, same_number };
