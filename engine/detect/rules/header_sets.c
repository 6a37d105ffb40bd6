#include "detect/rules/header_sets.h"

#include <string.h>

#include "base/hash.h"

struct header_set {
    UT_hash_handle hh;
    union {
        struct address_set addresses;
        struct port_set ports;
    };
};

static struct header_set *find(const struct header_sets *sets, enum vars_kind kind,
        const char *list)
{
    struct header_set *found;

    HASH_FIND(hh, sets->table[kind], list, strlen(list), found);
    return found;
}

/* A set that was made in the arena; one that cannot be added stays there unused. */
static const struct header_set *add(struct header_sets *sets, enum vars_kind kind,
        struct header_set *set, const char *list, struct list_error *error)
{
    const char *key = arena_text(&sets->arena, list, strlen(list));

    if (key != NULL) {
        HASH_ADD_KEYPTR(hh, sets->table[kind], key, strlen(key), set);
        if (set->hh.tbl != NULL)
            return set;
    }
    *error = (struct list_error){ list, "out of memory" };
    return NULL;
}

static const struct header_set *work_out(struct header_sets *sets, enum vars_kind kind,
        struct rule_vars *vars, const char *list, struct list_error *error)
{
    struct header_set *set = find(sets, kind, list);
    bool good;

    if (set != NULL)
        return set;
    set = arena_take(&sets->arena, sizeof(*set));
    *error = (struct list_error){ list, "out of memory" };
    if (set == NULL)
        return NULL;
    if (kind == VARS_ADDRESSES)
        good = vars_addresses(vars, list, &sets->arena, &set->addresses, error);
    else
        good = vars_ports(vars, list, &sets->arena, &set->ports, error);
    return good ? add(sets, kind, set, list, error) : NULL;
}

const struct address_set *header_sets_addresses(struct header_sets *sets, struct rule_vars *vars,
        const char *list, struct list_error *error)
{
    const struct header_set *set = work_out(sets, VARS_ADDRESSES, vars, list, error);

    return set != NULL ? &set->addresses : NULL;
}

const struct port_set *header_sets_ports(struct header_sets *sets, struct rule_vars *vars,
        const char *list, struct list_error *error)
{
    const struct header_set *set = work_out(sets, VARS_PORTS, vars, list, error);

    return set != NULL ? &set->ports : NULL;
}

void header_sets_clear(struct header_sets *sets)
{
    for (int kind = 0; kind < VARS_KINDS; kind++)
        HASH_CLEAR(hh, sets->table[kind]);
    arena_free(&sets->arena);
}
