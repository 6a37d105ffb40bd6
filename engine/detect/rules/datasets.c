#include "detect/rules/datasets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct datasets_entry {
    UT_hash_handle hh;
    struct dataset *set;
    char *load;
};

static void free_entry(struct datasets_entry *entry)
{
    dataset_free(entry->set);
    free(entry->load);
    free(entry);
}

void datasets_clear(struct datasets *datasets)
{
    HASH_FREE(datasets->table, free_entry);
}

/* Suricata makes room for all rows and some values at once. */
#define ROWS_MAX 65536
#define ROWS_DEFAULT 4096
#define ROW_BYTES 64
#define VALUES_AT_ONCE 1000

/* One of this name was there before: it has to be the same. */
static struct dataset *check(const struct datasets_entry *entry, const struct dataset_wish *wish,
        char *error, size_t error_size)
{
    if (wish->typed && wish->type != dataset_type(entry->set))
        snprintf(error, error_size, "dataset '%s' has the type '%s' in another rule", wish->name,
                dataset_type_name(dataset_type(entry->set)));
    else if (*wish->load != '\0' && strcmp(wish->load, entry->load) != 0)
        snprintf(error, error_size, "dataset '%s' is loaded from '%s' in another rule", wish->name,
                entry->load);
    else
        return entry->set;
    return NULL;
}

static uint64_t room_needed(const struct dataset_wish *wish)
{
    static const uint64_t value_bytes[DATASET_TYPES] = {
        [DATASET_STRING] = 104,
        [DATASET_IP] = 104,
        [DATASET_IPV4] = 96,
        [DATASET_MD5] = 104,
        [DATASET_SHA256] = 120,
    };

    return (wish->hashsize != 0 ? wish->hashsize : ROWS_DEFAULT) * ROW_BYTES +
           VALUES_AT_ONCE * value_bytes[wish->type];
}

/* Does Suricata take such a new one? */
static bool check_new(const struct dataset_wish *wish, char *error, size_t error_size)
{
    if (!wish->typed)
        snprintf(error, error_size, "dataset '%s' is not known yet: say its 'type' and what to "
                "'load'", wish->name);
    else if (wish->hashsize > ROWS_MAX)
        snprintf(error, error_size, "the 'hashsize' of dataset '%s' is %d at most", wish->name,
                ROWS_MAX);
    else if (wish->memcap != 0 && wish->memcap < room_needed(wish))
        snprintf(error, error_size, "the 'memcap' of dataset '%s' is %" PRIu64 " at least",
                wish->name, room_needed(wish));
    else
        return true;
    return false;
}

static enum tattler_status make(struct datasets *datasets, const struct dataset_wish *wish,
        struct datasets_entry *entry, char *error, size_t error_size)
{
    enum tattler_status status = dataset_new(wish->name, wish->type, &entry->set);
    const char *name;

    entry->load = strdup(wish->load);
    if (status != TATTLER_OK || entry->load == NULL)
        return TATTLER_NO_MEMORY;
    if (*wish->load != '\0')
        status = dataset_load(entry->set, wish->load, error, error_size);
    if (status != TATTLER_OK)
        return status;
    name = dataset_name(entry->set);
    HASH_ADD_KEYPTR(hh, datasets->table, name, strlen(name), entry);
    return entry->hh.tbl != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;
}

struct dataset *datasets_get(struct datasets *datasets, const struct dataset_wish *wish,
        enum tattler_status *status, char *error, size_t error_size)
{
    struct datasets_entry *entry;

    *status = TATTLER_MALFORMED;
    HASH_FIND(hh, datasets->table, wish->name, strlen(wish->name), entry);
    if (entry != NULL)
        return check(entry, wish, error, error_size);
    if (!check_new(wish, error, error_size))
        return NULL;
    snprintf(error, error_size, "out of memory");
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    *status = make(datasets, wish, entry, error, error_size);
    if (*status == TATTLER_OK)
        return entry->set;
    free_entry(entry);
    return NULL;
}
