#include "enrich/zone.h"

#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/nearest.h"
#include "base/time.h"

/* No zone has changed twice within this time, nor will it by the rules known: the least are two in
 * 6.96 days, in Brazil in 2000 and in Gaza in 2040 (tzdata 2025b). */
#define STEP_S (6 * DAY_S)
#define FIRST_S INT64_C(631152000)  /* 1990-01-01 */
#define LAST_S INT64_C(2840140800) /* 2060-01-01 */
#define CHANGES_MAX 1024 /* the busiest, Morocco's, has four a year */
#define NAMES_MAX 4096   /* zoneinfo has some 600 */

struct change {
    int64_t at_s; /* the first second with this distance */
    int32_t east_s;
};

struct zone {
    int32_t east_before_s; /* until the first change */
    size_t count;
    struct change changes[CHANGES_MAX];
};

static int32_t east_of_utc(int64_t at_s)
{
    time_t at = (time_t)at_s;
    struct tm local;

    return localtime_r(&at, &local) != NULL ? (int32_t)local.tm_gmtoff : 0;
}

/* The distance differs between the two moments: the first second of the new one. */
static int64_t find_change(int64_t before_s, int64_t after_s, int32_t east_before_s)
{
    while (after_s - before_s > 1) {
        int64_t middle_s = before_s + (after_s - before_s) / 2;

        if (east_of_utc(middle_s) == east_before_s)
            before_s = middle_s;
        else
            after_s = middle_s;
    }
    return after_s;
}

/* Reads the zone that tzset() made current. */
static enum tattler_status collect(struct zone *zone)
{
    int32_t east_s = east_of_utc(FIRST_S);

    zone->east_before_s = east_s;
    for (int64_t at_s = FIRST_S; at_s < LAST_S; at_s += STEP_S) {
        int32_t next_s = east_of_utc(at_s + STEP_S);

        if (next_s == east_s)
            continue;
        if (zone->count == CHANGES_MAX)
            return TATTLER_FULL;
        zone->changes[zone->count++] =
                (struct change){ find_change(at_s, at_s + STEP_S, east_s), next_s };
        east_s = next_s;
    }
    return TATTLER_OK;
}

static const char *zoneinfo_folder(void)
{
    const char *folder = getenv("TZDIR");

    return folder != NULL && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/* The C library takes UTC for a name it does not know, so the file is looked at (RFC 8536). */
static bool is_zone(const char *name)
{
    char path[1024], magic[4] = "";
    FILE *file;
    bool found;

    if (*name == '/' || strstr(name, "..") != NULL ||
            snprintf(path, sizeof(path), "%s/%s", zoneinfo_folder(), name) >= (int)sizeof(path))
        return false;
    file = fopen(path, "rb");
    if (file == NULL)
        return false;
    found = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
            memcmp(magic, "TZif", sizeof(magic)) == 0;
    fclose(file);
    return found;
}

struct names {
    char *whole[NAMES_MAX];      /* owned: "Europe/Berlin" */
    const char *city[NAMES_MAX]; /* the last part of the same */
    size_t count;
};

static void note_name(struct names *names, const char *path)
{
    char *name;
    const char *slash;

    if (names->count == NAMES_MAX || !is_zone(path) || (name = strdup(path)) == NULL)
        return;
    slash = strrchr(name, '/');
    names->whole[names->count] = name;
    names->city[names->count++] = slash != NULL ? slash + 1 : name;
}

/* "posix" and "right" hold copies of the same names. */
static bool is_copy(const FTSENT *entry)
{
    return entry->fts_level == 1 &&
           (strcmp(entry->fts_name, "posix") == 0 || strcmp(entry->fts_name, "right") == 0);
}

static void list_names(struct names *names)
{
    const char *folder = zoneinfo_folder();
    char *root = strdup(folder), *roots[] = { root, NULL };
    FTS *tree = root != NULL ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
    FTSENT *entry;

    while (tree != NULL && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_D && is_copy(entry))
            fts_set(tree, entry, FTS_SKIP);
        else if (entry->fts_level > 0 && (entry->fts_info == FTS_F || entry->fts_info == FTS_SL))
            note_name(names, entry->fts_path + strlen(folder) + 1);
    }
    if (tree != NULL)
        fts_close(tree);
    free(root);
}

static const char *nearest_name(const struct names *names, const char *word)
{
    const char *whole = nearest_word(word, (const char *const *)names->whole, names->count);
    const char *city;

    if (whole != NULL)
        return whole;
    city = nearest_word(word, names->city, names->count);
    for (size_t i = 0; city != NULL && i < names->count; i++)
        if (names->city[i] == city)
            return names->whole[i];
    return NULL;
}

static void explain_unknown(const char *name, char *error, size_t error_size)
{
    struct names *names = calloc(1, sizeof(*names));
    const char *near = NULL;

    if (names != NULL) {
        list_names(names);
        near = nearest_name(names, name);
    }
    if (near != NULL)
        snprintf(error, error_size, "unknown time zone '%.64s': did you mean '%s'?", name, near);
    else if (names != NULL && names->count == 0)
        snprintf(error, error_size, "no time zones in %s: install the package tzdata",
                zoneinfo_folder());
    else
        snprintf(error, error_size, "unknown time zone '%.64s': write an IANA name such as "
                "'Europe/Berlin'; %s holds them all", name, zoneinfo_folder());
    for (size_t i = 0; names != NULL && i < names->count; i++)
        free(names->whole[i]);
    free(names);
}

/* Runs collect() with TZ set to 'name'. */
static enum tattler_status collect_named(struct zone *zone, const char *name)
{
    const char *now = getenv("TZ");
    char *before = now != NULL ? strdup(now) : NULL;
    enum tattler_status status = TATTLER_NO_MEMORY;

    if ((now == NULL || before != NULL) && setenv("TZ", name, 1) == 0) {
        tzset();
        status = collect(zone);
        if (before == NULL)
            unsetenv("TZ");
        else if (setenv("TZ", before, 1) != 0)
            status = TATTLER_NO_MEMORY;
        tzset();
    }
    free(before);
    return status;
}

enum tattler_status zone_check(const char *name, char *error, size_t error_size)
{
    if (is_zone(name))
        return TATTLER_OK;
    explain_unknown(name, error, error_size);
    return TATTLER_MALFORMED;
}

enum tattler_status zone_open(const char *name, struct zone **out, char *error, size_t error_size)
{
    struct zone *zone;
    enum tattler_status status;

    if (name != NULL && zone_check(name, error, error_size) != TATTLER_OK)
        return TATTLER_MALFORMED;
    zone = calloc(1, sizeof(*zone));
    if (zone == NULL) {
        status = TATTLER_NO_MEMORY;
    } else if (name != NULL) {
        status = collect_named(zone, name);
    } else {
        tzset();
        status = collect(zone);
    }
    if (status != TATTLER_OK) {
        free(zone);
        snprintf(error, error_size, "%s", status == TATTLER_FULL ?
                "the time zone's rules change too often" : "out of memory");
        return status;
    }
    *out = zone;
    return TATTLER_OK;
}

void zone_close(struct zone *zone)
{
    free(zone);
}

static int32_t east_at(const struct zone *zone, int64_t at_s)
{
    size_t low = 0, high = zone->count; /* how many changes lie at or before 'at_s' */

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->changes[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? zone->east_before_s : zone->changes[low - 1].east_s;
}

int32_t zone_east_s(const struct zone *zone, uint64_t time_us)
{
    return zone != NULL ? east_at(zone, (int64_t)(time_us / 1000000)) : 0;
}

unsigned zone_hour(const struct zone *zone, uint64_t time_us)
{
    int64_t at_s = (int64_t)(time_us / 1000000);
    int64_t local_s = at_s + zone_east_s(zone, time_us) + DAY_S; /* never negative */

    return (unsigned)(local_s % DAY_S / 3600);
}
