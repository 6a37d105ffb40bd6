#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "settings_kind.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define AT(member) offsetof(struct settings, member)

static const char *const sections[] = { DEVICES, SUPPRESS, "limits", "live", "redis" };

/* Sections that are lists of maps: where in the settings their items and their number are. */
struct record_list {
    const char *section, *example;
    size_t items, count, item_size, max;
};

static const struct record_list records[] = {
    { DEVICES, "- mac: 02:00:5e:10:00:01' and, below it, '  name: …", AT(devices),
            AT(device_count), sizeof(struct device_setting), 4096 },
    { SUPPRESS, "- sid: 1000001' and, below it, '  device: …", AT(suppress), AT(suppress_count),
            sizeof(struct suppress_setting), 1024 },
};

static const struct settings_row *find_row(const char *key)
{
    for (size_t i = 0; i < settings_row_count; i++)
        if (strcmp(settings_rows[i].key, key) == 0)
            return &settings_rows[i];
    return NULL;
}

/* The list that 'key', "devices.mac" or "devices" itself, belongs to; NULL: none. */
static const struct record_list *list_of(const char *key)
{
    size_t len = strcspn(key, ".");

    for (size_t i = 0; i < COUNT_OF(records); i++)
        if (strlen(records[i].section) == len && strncmp(records[i].section, key, len) == 0)
            return &records[i];
    return NULL;
}

/* The row that keys which are not the table's belong to; NULL: none. */
static const struct settings_row *find_free_row(const char *key)
{
    for (size_t i = 0; i < settings_row_count; i++) {
        const struct settings_row *row = &settings_rows[i];
        size_t len = strlen(row->key);

        if (row->kind == &kind_params && strncmp(row->key, key, len) == 0 && key[len] == '.')
            return row;
    }
    return NULL;
}

bool settings_is_free(const char *key)
{
    const struct settings_row *row = find_row(key);

    return find_free_row(key) != NULL || (row != NULL && row->kind == &kind_params);
}

bool settings_is_section(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        if (strcmp(sections[i], key) == 0)
            return true;
    return false;
}

bool settings_is_list(const char *key)
{
    const struct settings_row *row = find_row(key);

    return row != NULL ? row->kind->is_list : list_of(key) != NULL;
}

bool settings_describe(size_t index, struct settings_key *out)
{
    if (index >= settings_row_count)
        return false;
    *out = (struct settings_key){ settings_rows[index].key, settings_rows[index].kind->name,
        settings_rows[index].default_text, settings_rows[index].doc };
    return true;
}

/* What a host that has begun goes on with; a dot stands for the rest of the section. */
static const char *const at_start[] = { "baseline", "eve-outputs", "eve-buffer", "live.", "redis.",
    "limits." };

static bool is_at_start(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(at_start); i++) {
        size_t len = strlen(at_start[i]);

        if (strncmp(key, at_start[i], len) == 0 && (key[len] == '\0' || at_start[i][len - 1] == '.'))
            return true;
    }
    return false;
}

const char *settings_next_differing(const struct settings *one, const struct settings *other,
        size_t *row)
{
    while (*row < settings_row_count) {
        const struct settings_row *next = &settings_rows[(*row)++];

        if (is_at_start(next->key) && !next->kind->same((const char *)one + next->offset,
                                      (const char *)other + next->offset))
            return next->key;
    }
    return NULL;
}

/* --- keys that are none --- */

#define KEYS_MAX (SETTINGS_ROWS_MAX + COUNT_OF(sections))

/* What may stand in a section, "" for the top level, without the section's name. */
static size_t keys_in(const char *section, const char *keys[KEYS_MAX])
{
    size_t n = 0, len = strlen(section);

    for (size_t i = 0; i < settings_row_count; i++) {
        const char *key = settings_rows[i].key, *dot = strchr(key, '.');

        if (dot == NULL && len == 0)
            keys[n++] = key;
        else if (dot != NULL && (size_t)(dot - key) == len && strncmp(key, section, len) == 0)
            keys[n++] = dot + 1;
    }
    for (size_t i = 0; i < COUNT_OF(sections) && len == 0; i++)
        keys[n++] = sections[i];
    return n;
}

static void append(char *out, size_t size, const char *text)
{
    size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", text);
}

static enum tattler_status refuse_key(const char *key, const struct complaint *complaint)
{
    char section[NEAREST_WORD_MAX + 1] = "", all[512] = "";
    const char *dot = strchr(key, '.'), *word = key, *keys[KEYS_MAX], *near;
    size_t n;

    if (settings_is_section(key)) {
        snprintf(section, sizeof(section), "%s", key);
    } else if (dot != NULL) {
        snprintf(section, sizeof(section), "%.*s", (int)(dot - key), key);
        if (find_row(section) != NULL)
            return settings_refuse(complaint, "'%s' has no keys of its own but a value", section);
        if (!settings_is_section(section))
            return refuse_key(section, complaint);
        word = dot + 1;
    }
    n = keys_in(section, keys);
    for (size_t i = 0; i < n; i++)
        append(all, sizeof(all), keys[i]);
    if (word == key && *section != '\0')
        return settings_refuse(complaint, "'%s' has no value of its own but keys: %s", key, all);
    near = nearest_word(word, keys, n);
    if (near != NULL)
        return settings_refuse(complaint, "unknown key '%.64s': did you mean '%s'?", word, near);
    return settings_refuse(complaint, "unknown key '%.64s': write one of %s", word, all);
}

/* --- setting --- */

/* Pointers of several types are kept in one way. */
static char *items_of(const struct settings *settings, const struct record_list *list)
{
    char *items;

    memcpy(&items, (const char *)settings + list->items, sizeof(items));
    return items;
}

static size_t *count_of(struct settings *settings, const struct record_list *list)
{
    return (size_t *)((char *)settings + list->count);
}

/* The record to set a key of: the last, or, 'fresh', an empty one behind it that does not count
 * yet. NULL: out of memory. */
static char *record_for(struct settings *settings, const struct record_list *list, bool fresh)
{
    size_t count = *count_of(settings, list);
    char *items = items_of(settings, list);

    if (!fresh)
        return items + (count - 1) * list->item_size;
    items = realloc(items, (count + 1) * list->item_size);
    if (items == NULL)
        return NULL;
    memcpy((char *)settings + list->items, &items, sizeof(items));
    return memset(items + count * list->item_size, 0, list->item_size);
}

static enum tattler_status set_in_record(struct settings *settings, const struct settings_row *row,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    const struct record_list *list = list_of(row->key);
    size_t *count = count_of(settings, list);
    bool fresh = entry->first || *count == 0;
    enum tattler_status status;
    char *record;

    if (fresh && *count == list->max) {
        settings_refuse(complaint, "more than %zu %s", list->max,
                strcmp(list->section, DEVICES) == 0 ? DEVICES : "suppressions");
        return TATTLER_FULL;
    }
    record = record_for(settings, list, fresh);
    if (record == NULL)
        return settings_no_memory(complaint);
    if (row->kind == &kind_params)
        status = settings_set_param(settings, row->key, entry, complaint,
                (size_t)(record - items_of(settings, list)) / list->item_size);
    else
        status = row->kind->set(row, record + row->offset, entry, complaint);
    if (status == TATTLER_OK && fresh)
        ++*count;
    return status;
}

enum tattler_status settings_set(struct settings *settings, const struct settings_entry *entry,
        char *error, size_t error_size)
{
    const struct settings_row *row = find_row(entry->key);
    const struct settings_row *free_row = row == NULL ? find_free_row(entry->key) : NULL;
    struct complaint complaint = { error, error_size };
    struct settings_entry given = *entry;
    size_t prefix;

    row = row != NULL ? row : free_row;
    if (row == NULL)
        return refuse_key(entry->key, &complaint);
    prefix = (size_t)snprintf(error, error_size, "%s: ", row->key);
    if (prefix < error_size)
        complaint = (struct complaint){ error + prefix, error_size - prefix };
    if (given.value != NULL && *given.value == '\0')
        given.value = NULL;
    if (given.value == NULL && !row->kind->may_be_empty)
        return settings_refuse(&complaint, "needs a value (%s)", row->kind->name);
    if (list_of(row->key) != NULL)
        return set_in_record(settings, row, &given, &complaint);
    if (row->kind == &kind_params)
        return settings_set_param(settings, row->key, &given, &complaint, PARAM_ALL_DEVICES);
    return row->kind->set(row, (char *)settings + row->offset, &given, &complaint);
}

static const char *device_problem(const struct settings *settings, size_t index)
{
    const struct device_setting *device = &settings->devices[index];

    if (index >= settings->device_count || (!device->has_mac && !device->has_address))
        return "a device needs 'mac' or 'address' to be known by";
    for (size_t i = 0; i < index; i++) {
        const struct device_setting *other = &settings->devices[i];

        if (device->has_mac && other->has_mac && mac_equal(&device->mac, &other->mac))
            return "another device has the same 'mac': remove one of them";
        if (!device->has_mac && !other->has_mac &&
                address_equal(&device->address, &other->address))
            return "another device has the same 'address': remove one of them";
    }
    return NULL;
}

/* Hours alone would silence everything. */
static bool names_something(const struct suppress_setting *entry)
{
    return entry->sids.count > 0 || entry->detects != NULL || entry->has_mac ||
           entry->has_device_network || entry->device_name != NULL ||
           entry->device_type != NULL || entry->domain != NULL || entry->name != NULL ||
           entry->asn != 0 || entry->networks.count > 0;
}

static const char *suppress_problem(const struct settings *settings, size_t index)
{
    const struct suppress_setting *entry = &settings->suppress[index];

    if (index >= settings->suppress_count || !names_something(entry))
        return "a suppression needs to say of what: write 'sid' or 'detects', and 'device', "
               "'domain', 'asn' or 'address'";
    for (size_t i = 0; i < index && entry->id != NULL; i++)
        if (settings->suppress[i].id != NULL && strcmp(settings->suppress[i].id, entry->id) == 0)
            return "another suppression has the same 'id': give it one of its own";
    return NULL;
}

size_t settings_record_count(const struct settings *settings, const char *section)
{
    return strcmp(section, DEVICES) == 0 ? settings->device_count : settings->suppress_count;
}

const char *settings_record_problem(const struct settings *settings, const char *section,
        size_t index)
{
    return strcmp(section, DEVICES) == 0 ? device_problem(settings, index)
                                         : suppress_problem(settings, index);
}

const char *settings_record_example(const char *section)
{
    return list_of(section)->example;
}

/* --- the end --- */

/* The first record's field, and the ones behind it. */
static void clear_field(struct settings *settings, const struct settings_row *row)
{
    const struct record_list *list = list_of(row->key);

    if (row->kind->clear == NULL)
        return;
    if (list == NULL) {
        row->kind->clear((char *)settings + row->offset);
        return;
    }
    for (size_t i = 0; i < *count_of(settings, list); i++)
        row->kind->clear(items_of(settings, list) + i * list->item_size + row->offset);
}

void settings_clear(struct settings *settings)
{
    settings_clear_params(settings);
    for (size_t i = 0; i < settings_row_count; i++)
        clear_field(settings, &settings_rows[i]);
    for (size_t i = 0; i < COUNT_OF(records); i++)
        free(items_of(settings, &records[i]));
    *settings = (struct settings){ 0 };
}
