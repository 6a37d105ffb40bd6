/* settings_kind.h - the table of keys and what the value of each can be; between settings*.c only. */
#ifndef TATTLER_SETTINGS_KIND_H
#define TATTLER_SETTINGS_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "settings.h"

#define SETTINGS_PATH_SIZE 4096

/* Where the text for the user goes. */
struct complaint {
    char *text;
    size_t size;
};

struct settings_row;

struct settings_kind {
    const char *name;
    bool is_list;
    bool may_be_empty; /* 'set' also takes a NULL value */
    /* Writes 'field' only when it returns TATTLER_OK, otherwise 'complaint'. */
    enum tattler_status (*set)(const struct settings_row *row, void *field,
            const struct settings_entry *entry, const struct complaint *complaint);
    void (*clear)(void *field); /* NULL: holds no memory */
    /* Do both say the same? NULL: nobody asks, see settings_next_differing(). */
    bool (*same)(const void *field, const void *other);
};

struct settings_row {
    const char *key;
    const struct settings_kind *kind;
    size_t offset;     /* in struct settings; for a device's keys in struct device_setting */
    uint64_t min, max; /* of a number; the most bytes of a text, the most items of a list */
    const char *default_text;
    const char *doc;
};

/* --- settings_table.c --- */

#define DEVICES "devices" /* the sections that are lists of maps */
#define SUPPRESS "suppress"

#define SETTINGS_ROWS_MAX 128
extern const struct settings_row settings_rows[];
extern const size_t settings_row_count;

/* --- settings_kind.c --- */

extern const struct settings_kind kind_duration, kind_count, kind_text, kind_zone, kind_file, kind_files,
        kind_networks, kind_eve_types, kind_word, kind_numbers, kind_number, kind_domain, kind_hours,
        kind_day, kind_bool, kind_bytes, kind_outputs;
extern const struct settings_kind kind_params; /* set by settings_set_param() */
extern const struct settings_kind kind_mac, kind_address; /* 'field' is the whole device */
extern const struct settings_kind kind_device; /* and the whole suppression */

/* Writes the text and returns TATTLER_MALFORMED. */
enum tattler_status settings_refuse(const struct complaint *complaint, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* Writes "out of memory" and returns TATTLER_NO_MEMORY. */
enum tattler_status settings_no_memory(const struct complaint *complaint);

/* --- settings_params.c --- */

/* A parameter of a heuristic: 'entry' has its whole name, which begins with 'key', the row's. For all
 * devices, or that at this index. */
enum tattler_status settings_set_param(struct settings *settings, const char *key,
        const struct settings_entry *entry, const struct complaint *complaint, size_t device);
void settings_clear_params(struct settings *settings);

#endif
