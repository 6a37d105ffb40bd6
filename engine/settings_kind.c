#include "settings_kind.h"

#include "base/nearest.h"
#include "enrich/zone.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum tattler_status settings_refuse(const struct complaint *complaint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(complaint->text, complaint->size, format, arguments);
    va_end(arguments);
    return TATTLER_MALFORMED;
}

enum tattler_status settings_no_memory(const struct complaint *complaint)
{
    settings_refuse(complaint, "out of memory");
    return TATTLER_NO_MEMORY;
}

/* --- texts and files --- */

static enum tattler_status replace_text(char **field, const char *text,
        const struct complaint *complaint)
{
    char *copy = NULL;

    if (text != NULL && (copy = strdup(text)) == NULL)
        return settings_no_memory(complaint);
    free(*field);
    *field = copy;
    return TATTLER_OK;
}

static enum tattler_status set_text(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    if (entry->value != NULL && strlen(entry->value) > row->max)
        return settings_refuse(complaint, "'%.64s…' is too long: write %llu bytes at most",
                entry->value, (unsigned long long)row->max);
    return replace_text(field, entry->value, complaint);
}

static enum tattler_status set_zone(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    if (entry->value != NULL &&
            zone_check(entry->value, complaint->text, complaint->size) != TATTLER_OK)
        return TATTLER_MALFORMED;
    return set_text(row, field, entry, complaint);
}

static void clear_text(void *field)
{
    char **text = field;

    free(*text);
    *text = NULL;
}

static bool whole_path(const struct settings_entry *entry, char out[SETTINGS_PATH_SIZE])
{
    bool relative = entry->folder != NULL && entry->value[0] != '/';
    int len = snprintf(out, SETTINGS_PATH_SIZE, "%s%s%s", relative ? entry->folder : "",
            relative ? "/" : "", entry->value);

    return len >= 0 && len < SETTINGS_PATH_SIZE;
}

static enum tattler_status set_file(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    char path[SETTINGS_PATH_SIZE];

    (void)row;
    if (entry->value == NULL)
        return replace_text(field, NULL, complaint);
    if (!whole_path(entry, path))
        return settings_refuse(complaint, "the path '%.64s…' is too long", entry->value);
    return replace_text(field, path, complaint);
}

/* --- lists --- */

static enum tattler_status too_many(const struct settings_row *row,
        const struct complaint *complaint)
{
    settings_refuse(complaint, "more than %llu items", (unsigned long long)row->max);
    return TATTLER_FULL;
}

static void clear_files(void *field)
{
    struct string_list *list = field;

    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){ NULL, 0 };
}

/* 'text' is copied to the list's end, or takes the place of all in it. */
static enum tattler_status add_item(const struct settings_row *row, struct string_list *list,
        const struct settings_entry *entry, const char *text, const struct complaint *complaint)
{
    size_t kept = entry->first ? 0 : list->count;
    char *item, **items;

    if (kept == row->max)
        return too_many(row, complaint);
    item = strdup(text);
    items = item != NULL ? realloc(entry->first ? NULL : list->items, (kept + 1) * sizeof(*items))
                         : NULL;
    if (items == NULL) {
        free(item);
        return settings_no_memory(complaint);
    }
    if (entry->first)
        clear_files(list);
    items[kept] = item;
    *list = (struct string_list){ items, kept + 1 };
    return TATTLER_OK;
}

/* Somebody wants none, which is not the same as to say nothing. */
static enum tattler_status set_none(struct string_list *list, const struct complaint *complaint)
{
    char **items = calloc(1, sizeof(*items));

    if (items == NULL)
        return settings_no_memory(complaint);
    clear_files(list);
    list->items = items;
    return TATTLER_OK;
}

static enum tattler_status set_files(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    struct string_list *list = field;
    char path[SETTINGS_PATH_SIZE];

    if (entry->value == NULL)
        return entry->first ? set_none(list, complaint) : TATTLER_OK;
    if (!whole_path(entry, path))
        return settings_refuse(complaint, "the path '%.64s…' is too long", entry->value);
    return add_item(row, list, entry, path, complaint);
}

/* "FILETYPE:TARGET"; the types are called as in Suricata. */
static enum tattler_status set_outputs(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    static const char *const types[] = { "regular", "unix_stream", "unix_dgram", "redis" };
    const char *colon = strchr(entry->value, ':'), *near;
    size_t len = colon != NULL ? (size_t)(colon - entry->value) : strlen(entry->value);
    char type[NEAREST_WORD_MAX + 1];

    for (size_t i = 0; i < COUNT_OF(types) && colon != NULL && colon[1] != '\0'; i++)
        if (strlen(types[i]) == len && strncmp(entry->value, types[i], len) == 0)
            return add_item(row, field, entry, entry->value, complaint);
    snprintf(type, sizeof(type), "%.*s", (int)(len < NEAREST_WORD_MAX ? len : 0), entry->value);
    near = nearest_word(type, types, COUNT_OF(types));
    return settings_refuse(complaint, "'%.64s' is no output: write %s%s", entry->value,
            near != NULL ? near : "regular:eve.json, unix_stream:PATH, unix_dgram:PATH or "
                                  "redis:SERVER:PORT",
            near != NULL ? ":TARGET, such as regular:eve.json or redis:127.0.0.1:6379" : "");
}

static enum tattler_status set_networks(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    struct prefix_list *list = field;
    struct prefix prefix, *items;
    size_t kept = entry->first ? 0 : list->count;

    if (!prefix_parse(entry->value, &prefix))
        return settings_refuse(complaint, "'%.64s' is neither an address nor a network: write one in "
                "numbers, such as 192.168.1.1, 192.168.0.0/16 or fd00::/8, one an item", entry->value);
    if (kept == row->max)
        return too_many(row, complaint);
    items = realloc(list->items, (kept + 1) * sizeof(*items));
    if (items == NULL)
        return settings_no_memory(complaint);
    items[kept] = prefix;
    *list = (struct prefix_list){ items, kept + 1 };
    return TATTLER_OK;
}

static void clear_networks(void *field)
{
    struct prefix_list *list = field;

    free(list->items);
    *list = (struct prefix_list){ NULL, 0 };
}

/* --- kinds of records --- */

/* In the order of enum eve_type's bits. */
static const char *const eve_names[] = { "flow", "dns", "tls", "quic", "iot", "stats", "alert" };
#define EVE_NAMES (sizeof(eve_names) / sizeof(eve_names[0]))

static enum tattler_status set_eve_types(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    uint32_t *types = field;
    const char *near;

    (void)row;
    for (size_t i = 0; i < EVE_NAMES; i++)
        if (strcmp(entry->value, eve_names[i]) == 0) {
            *types = (entry->first ? 0 : *types) | 1u << i;
            return TATTLER_OK;
        }
    near = nearest_word(entry->value, eve_names, EVE_NAMES);
    return settings_refuse(complaint, "'%.64s' is no kind of record: %s%s%s", entry->value,
            near != NULL ? "did you mean '" : "write some of flow, dns, tls, quic, iot, stats",
            near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* --- what tells a device --- */

static enum tattler_status set_mac(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    struct device_setting *device = field;

    (void)row;
    if (!mac_parse(entry->value, &device->mac))
        return settings_refuse(complaint, "'%.64s' is not a MAC address: write six bytes such as "
                "'02:00:5e:10:00:01'", entry->value);
    device->has_mac = true;
    return TATTLER_OK;
}

static enum tattler_status set_address(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    struct device_setting *device = field;

    (void)row;
    if (!address_parse(entry->value, &device->address))
        return settings_refuse(complaint, "'%.64s' is not an address: write one such as "
                "192.168.1.20 or fd00::20", entry->value);
    device->has_address = true;
    return TATTLER_OK;
}

/* --- what is the same --- */

static bool same_text(const void *field, const void *other)
{
    const char *const *a = field, *const *b = other;

    return *a == NULL || *b == NULL ? *a == *b : strcmp(*a, *b) == 0;
}

static bool same_files(const void *field, const void *other)
{
    const struct string_list *a = field, *b = other;

    for (size_t i = 0; a->count == b->count && i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return a->count == b->count;
}

const struct settings_kind kind_text = { "text", false, true, set_text, clear_text, same_text };
const struct settings_kind kind_zone = { "time zone", false, true, set_zone, clear_text, NULL };
const struct settings_kind kind_file = { "file", false, true, set_file, clear_text, same_text };
const struct settings_kind kind_files = { "list of files", true, true, set_files, clear_files, NULL };
const struct settings_kind kind_networks = { "list of networks", true, false, set_networks,
    clear_networks, NULL };
const struct settings_kind kind_eve_types = { "list of record types", true, false, set_eve_types,
    NULL, NULL };
const struct settings_kind kind_outputs = { "list of outputs", true, false, set_outputs, clear_files,
    same_files };
const struct settings_kind kind_params = { "map of parameters", false, true, NULL, NULL, NULL };
const struct settings_kind kind_mac = { "MAC address", false, false, set_mac, NULL, NULL };
const struct settings_kind kind_address = { "IP address", false, false, set_address, NULL, NULL };
