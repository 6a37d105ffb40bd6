/* learn_table.h - devices and what records tell of them, while they are read.
 *
 * Bounded as the store is; what finds no room is counted. */
#ifndef TATTLER_CLI_LEARN_TABLE_H
#define TATTLER_CLI_LEARN_TABLE_H

#include "baseline.h"
#include "base/hash.h"
#include "enrich/domain.h"
#include "store.h"

#define LEARN_FACT_SIZE (DOMAIN_NAME_SIZE + 32) /* the longest value of a fact, and its NUL */

struct learn_fact {
    char *key; /* owned: a letter for the kind, and the value */
    struct baseline_item item; /* its value is the key's */
    UT_hash_handle hh;
};

struct learner {
    struct baseline baseline; /* without items */
    struct learn_fact *facts;
    size_t kept[SEEN_KINDS];
    UT_hash_handle hh; /* by the baseline's key */
};

/* All zeros, with the limit, is empty. */
struct learn_table {
    size_t max_devices;
    struct learner *devices;
    uint64_t refused; /* devices and facts for which there was no room */
    bool no_memory;
};

void learn_table_clear(struct learn_table *table);

/* Made if need be; NULL: no room or no memory. */
struct learner *learn_table_device(struct learn_table *table, const char *key);

/* NULL: not there. */
struct learn_fact *learn_table_find(const struct learner *learner, enum seen_kind kind,
        const char *value);
/* One that is not there. NULL: no room or no memory. */
struct learn_fact *learn_table_make(struct learn_table *table, struct learner *learner,
        enum seen_kind kind, const char *value);

/* A copy of it all, to be cleared by the caller whatever is returned. False: out of memory. */
bool learn_table_copy(const struct learn_table *table, struct baselines *out);

#endif
