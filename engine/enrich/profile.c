#include "enrich/profile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [PROFILE_DOMAIN] = "domain",
    [PROFILE_ASN] = "asn",
    [PROFILE_SERVICE] = "service",
    [PROFILE_PORT] = "port",
    [PROFILE_HEARTBEAT] = "heartbeat",
};

const char *profile_kind_name(size_t kind)
{
    return kind < PROFILE_KINDS ? kind_names[kind] : NULL;
}

static void free_use(struct profile_use *use)
{
    free(use->value);
    free(use);
}

static void clear_type(struct profile_type *type)
{
    for (unsigned kind = 0; kind < PROFILE_KINDS; kind++)
        HASH_FREE(type->uses[kind], free_use);
}

static void free_type(struct profile_type *type)
{
    clear_type(type);
    free(type);
}

void profile_clear(struct profile *profile)
{
    HASH_FREE(profile->types, free_type);
    HASH_FREE(profile->households, free);
    *profile = (struct profile){ 0 };
}

void profile_free(struct profile *profile)
{
    if (profile != NULL)
        profile_clear(profile);
    free(profile);
}

bool profile_type_name(const char *type, const char *vendor, char out[PROFILE_TYPE_SIZE])
{
    if (type[0] == '\0' && vendor[0] == '\0')
        return false;
    snprintf(out, PROFILE_TYPE_SIZE, "%s%s", type[0] != '\0' ? "" : "vendor:",
            type[0] != '\0' ? type : vendor);
    for (char *at = out; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return true;
}

/* --- what is counted --- */

struct profile_type *profile_type(struct profile *profile, const char *name)
{
    struct profile_type *type;

    HASH_FIND_STR(profile->types, name, type);
    if (type != NULL)
        return type;
    if (HASH_COUNT(profile->types) >= PROFILE_TYPES_MAX || strlen(name) >= sizeof(type->name)) {
        profile->refused++;
        return NULL;
    }
    type = calloc(1, sizeof(*type));
    if (type == NULL)
        return NULL;
    memcpy(type->name, name, strlen(name) + 1);
    HASH_ADD_STR(profile->types, name, type);
    if (type->hh.tbl != NULL)
        return type;
    free(type);
    return NULL;
}

static size_t count_uses(const struct profile_type *type)
{
    size_t count = 0;

    for (unsigned kind = 0; kind < PROFILE_KINDS; kind++)
        count += HASH_COUNT(type->uses[kind]);
    return count;
}

struct profile_use *profile_use(struct profile *profile, struct profile_type *type,
        enum profile_kind kind, const char *value)
{
    struct profile_use *use;

    HASH_FIND_STR(type->uses[kind], value, use);
    if (use != NULL)
        return use;
    if (count_uses(type) >= PROFILE_USES_MAX) {
        profile->refused++;
        return NULL;
    }
    use = calloc(1, sizeof(*use));
    if (use == NULL)
        return NULL;
    use->value = strdup(value);
    if (use->value != NULL)
        HASH_ADD_KEYPTR(hh, type->uses[kind], use->value, strlen(use->value), use);
    if (use->hh.tbl != NULL)
        return use;
    free(use->value);
    free(use);
    return NULL;
}

bool profile_add_household(struct profile *profile, const char *id)
{
    struct profile_household *household;

    HASH_FIND_STR(profile->households, id, household);
    if (household != NULL)
        return false;
    household = calloc(1, sizeof(*household));
    if (household == NULL)
        return false;
    snprintf(household->id, sizeof(household->id), "%s", id);
    HASH_ADD_STR(profile->households, id, household);
    if (household->hh.tbl != NULL)
        return true;
    free(household);
    return false;
}

/* --- adding up --- */

const char *profile_overlap(const struct profile *a, const struct profile *b)
{
    for (const struct profile_household *at = a->households; at != NULL; at = at->hh.next) {
        struct profile_household *found;

        HASH_FIND_STR(b->households, at->id, found);
        if (found != NULL)
            return found->id;
    }
    return NULL;
}

static uint32_t sum(uint32_t a, uint32_t b, uint32_t max)
{
    return b < max - a ? a + b : max;
}

static void count_up(struct profile_count *into, const struct profile_count *from, uint32_t weight,
        uint32_t households)
{
    uint32_t votes = households > weight
            ? (uint32_t)((uint64_t)from->households * weight / households) : from->households;

    into->households = sum(into->households, votes, PROFILE_HOUSEHOLDS_MAX);
    into->devices = sum(into->devices, from->devices, PROFILE_DEVICES_MAX);
}

static enum tattler_status add_type(struct profile *into, const struct profile_type *from,
        uint32_t weight)
{
    struct profile_type *type = profile_type(into, from->name);

    if (type == NULL)
        return HASH_COUNT(into->types) >= PROFILE_TYPES_MAX ? TATTLER_OK : TATTLER_NO_MEMORY;
    for (unsigned kind = 0; kind < PROFILE_KINDS; kind++)
        for (const struct profile_use *at = from->uses[kind]; at != NULL; at = at->hh.next) {
            struct profile_use *use =
                    profile_use(into, type, (enum profile_kind)kind, at->value);

            if (use != NULL)
                count_up(&use->count, &at->count, weight, from->count.households);
            else if (count_uses(type) < PROFILE_USES_MAX)
                return TATTLER_NO_MEMORY;
        }
    count_up(&type->count, &from->count, weight, from->count.households);
    return TATTLER_OK;
}

enum tattler_status profile_add(struct profile *into, const struct profile *from, uint32_t weight)
{
    for (const struct profile_household *at = from->households; at != NULL; at = at->hh.next)
        if (!profile_add_household(into, at->id))
            return TATTLER_NO_MEMORY;
    for (const struct profile_type *at = from->types; at != NULL; at = at->hh.next)
        if (add_type(into, at, weight) != TATTLER_OK)
            return TATTLER_NO_MEMORY;
    return TATTLER_OK;
}

/* --- leaving out --- */

static uint32_t count_by(const struct profile_count *count, enum profile_by by)
{
    return by == PROFILE_BY_DEVICES ? count->devices : count->households;
}

static void drop_type(struct profile *profile, struct profile_type *type)
{
    HASH_DEL(profile->types, type);
    clear_type(type);
    free(type);
}

static uint64_t prune_uses(struct profile_use **uses, enum profile_by by, uint32_t min)
{
    struct profile_use *use, *next;
    uint64_t dropped = 0;

    HASH_ITER (hh, *uses, use, next) {
        if (count_by(&use->count, by) >= min)
            continue;
        HASH_DEL(*uses, use);
        free(use->value);
        free(use);
        dropped++;
    }
    return dropped;
}

size_t profile_prune(struct profile *profile, enum profile_by by, uint32_t min, uint64_t *uses)
{
    struct profile_type *type, *next;
    size_t types = 0;

    HASH_ITER (hh, profile->types, type, next) {
        bool rare = count_by(&type->count, by) < min;

        for (unsigned kind = 0; kind < PROFILE_KINDS && !rare; kind++)
            *uses += prune_uses(&type->uses[kind], by, min);
        if (rare)
            drop_type(profile, type);
        types += rare;
    }
    return types;
}

/* --- what is common --- */

static bool has_half(const struct profile_type *type, const struct profile_use *use)
{
    return 2 * (uint64_t)use->count.households >= type->count.households;
}

bool profile_count_is_common(const struct profile_type *type, const struct profile_use *use)
{
    return use->count.households >= PROFILE_COMMON_VOTES && has_half(type, use);
}

uint32_t profile_votes(const struct profile *profile, const char *type, enum profile_kind kind,
        const char *value)
{
    struct profile_type *found;
    struct profile_use *use = NULL;

    HASH_FIND_STR(profile->types, type, found);
    if (found != NULL)
        HASH_FIND_STR(found->uses[kind], value, use);
    return use != NULL && has_half(found, use) ? use->count.households : 0;
}

/* --- loading --- */

static bool excuses_too_much(const struct profile_type *type)
{
    static const enum profile_kind kinds[] = { PROFILE_DOMAIN, PROFILE_ASN };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t common = 0;

        for (const struct profile_use *at = type->uses[kinds[i]]; at != NULL; at = at->hh.next)
            common += profile_count_is_common(type, at);
        if (common > PROFILE_COMMON_MAX)
            return true;
    }
    return false;
}

static void drop_broad_types(struct profile *profile, const char *path, problem_fn problem,
        void *user)
{
    struct profile_type *type, *next;
    char what[PROFILE_TYPE_SIZE + 128];

    HASH_ITER (hh, profile->types, type, next) {
        if (!excuses_too_much(type))
            continue;
        snprintf(what, sizeof(what), "with it more than %d domains or networks are common for '%s': "
                "left out, as it would excuse too much", PROFILE_COMMON_MAX, type->name);
        problem(user, path, 0, what);
        drop_type(profile, type);
    }
}

static void add_file(struct profile *profile, const char *path, const struct domain_list *domains,
        problem_fn problem, void *user)
{
    struct profile file = { 0 };
    char what[128];
    const char *again;

    if (profile_read(path, domains, problem, user, &file) == TATTLER_OK) {
        again = profile_overlap(profile, &file);
        if (again != NULL) {
            snprintf(what, sizeof(what), "household %s is in a file before it: left out", again);
            problem(user, path, 0, what);
        } else if (profile_add(profile, &file, PROFILE_HOUSEHOLDS_MAX) != TATTLER_OK) {
            problem(user, path, 0, "out of memory");
        }
    }
    profile_clear(&file);
}

struct profile *profile_load(const char *const paths[], size_t n, const struct domain_list *domains,
        problem_fn problem, void *user)
{
    struct profile *profile = n > 0 ? calloc(1, sizeof(*profile)) : NULL;

    for (size_t i = 0; profile != NULL && i < n; i++)
        add_file(profile, paths[i], domains, problem, user);
    if (profile != NULL && n > 0)
        drop_broad_types(profile, paths[n - 1], problem, user);
    if (profile != NULL && profile->types == NULL) {
        profile_free(profile);
        profile = NULL;
    }
    return profile;
}
