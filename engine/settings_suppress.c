/* Values of the keys in 'suppress', beside those that other keys have as well. */
#include "settings_kind.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

/* --- texts --- */

static void clear_text(void *field)
{
    char **text = field;

    free(*text);
    *text = NULL;
}

static enum tattler_status keep_text(char **field, const char *text,
        const struct complaint *complaint)
{
    char *copy = strdup(text);

    if (copy == NULL)
        return settings_no_memory(complaint);
    free(*field);
    *field = copy;
    return TATTLER_OK;
}

/* It becomes a key in statistics, where Suricata takes a dot for another level. */
static enum tattler_status set_word(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    size_t len = strspn(entry->value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    if (entry->value[len] != '\0' || len > row->max)
        return settings_refuse(complaint, "'%.64s' is no id: write at most %llu letters, digits, '-' "
                "and '_'", entry->value, (unsigned long long)row->max);
    return keep_text(field, entry->value, complaint);
}

static enum tattler_status set_domain(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    char name[256];
    const char *from = entry->value + (strncmp(entry->value, "*.", 2) == 0 ? 2 : 0);
    size_t len = strlen(from);

    if (len > 0 && from[len - 1] == '.')
        len--;
    if (len == 0 || len > row->max || from[0] == '.' || strcspn(from, " *\t/:") < len)
        return settings_refuse(complaint, "'%.64s' is no host name: write one such as example.org",
                entry->value);
    for (size_t i = 0; i < len; i++)
        name[i] = (char)tolower((unsigned char)from[i]);
    name[len] = '\0';
    return keep_text(field, name, complaint);
}

/* --- numbers --- */

static enum tattler_status read_number(const struct settings_row *row, const char *text, uint32_t *out,
        const struct complaint *complaint)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long long number = digits <= 10 ? strtoull(text, NULL, 10) : 0;

    if (digits == 0 || text[digits] != '\0' || number < 1 || number > UINT32_MAX)
        return settings_refuse(complaint, "'%.64s' is no number from 1 to %lu%s", text,
                (unsigned long)UINT32_MAX, row->kind->is_list ? ": write one an item" : "");
    *out = (uint32_t)number;
    return TATTLER_OK;
}

static enum tattler_status set_number(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    return read_number(row, entry->value, field, complaint);
}

/* Grows always: a record begins without any. */
static enum tattler_status set_numbers(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    struct number_list *list = field;
    uint32_t number = 0, *items;
    enum tattler_status status = read_number(row, entry->value, &number, complaint);

    if (status != TATTLER_OK)
        return status;
    if (list->count == row->max) {
        settings_refuse(complaint, "more than %llu items", (unsigned long long)row->max);
        return TATTLER_FULL;
    }
    items = realloc(list->items, (list->count + 1) * sizeof(*items));
    if (items == NULL)
        return settings_no_memory(complaint);
    items[list->count] = number;
    *list = (struct number_list){ items, list->count + 1 };
    return TATTLER_OK;
}

static void clear_numbers(void *field)
{
    struct number_list *list = field;

    free(list->items);
    *list = (struct number_list){ NULL, 0 };
}

/* --- times --- */

static enum tattler_status set_hours(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    uint32_t *hours = field;
    unsigned from, to;
    int len = 0;

    (void)row;
    if (sscanf(entry->value, "%2u-%2u%n", &from, &to, &len) != 2 || entry->value[len] != '\0' ||
            !isdigit((unsigned char)entry->value[0]) || from > 23 || to > 24 || from == to)
        return settings_refuse(complaint, "'%.64s' are no hours: write the first one and the one "
                "that ends them, such as 8-18 or 22-6", entry->value);
    *hours = 0;
    for (unsigned hour = from; hour != to % 24; hour = (hour + 1) % 24)
        *hours |= UINT32_C(1) << hour;
    if (*hours == 0) /* 0-24 */
        *hours = 0xffffff;
    return TATTLER_OK;
}

/* Days from 1970-01-01 on, of the proleptic Gregorian calendar: the year is taken to begin in March,
 * so that the leap day is its last. */
static uint64_t day_number(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month > 2 ? year : year - 1, m = (month + 9) % 12;

    return UINT64_C(365) * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static enum tattler_status set_day(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    unsigned year, month, day;
    int len = 0;

    (void)row;
    if (strspn(entry->value, "0123456789-") != strlen(entry->value) ||
            sscanf(entry->value, "%4u-%2u-%2u%n", &year, &month, &day, &len) != 3 ||
            entry->value[len] != '\0' || year < 1970 || month < 1 || month > 12 || day < 1 ||
            day > days_in(year, month))
        return settings_refuse(complaint, "'%.64s' is no day: write one such as 2026-12-31",
                entry->value);
    *(uint64_t *)field = (day_number(year, month, day) + 1) * DAY_US;
    return TATTLER_OK;
}

/* --- whom --- */

static enum tattler_status set_device(const struct settings_row *row, void *field,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    struct suppress_setting *setting = field;

    if (mac_parse(entry->value, &setting->mac)) {
        setting->has_mac = true;
        return TATTLER_OK;
    }
    if (prefix_parse(entry->value, &setting->device_network)) {
        setting->has_device_network = true;
        return TATTLER_OK;
    }
    if (strlen(entry->value) > row->max)
        return settings_refuse(complaint, "'%.64s…' is neither a MAC address nor an address, and too "
                "long for a name", entry->value);
    return keep_text(&setting->device_name, entry->value, complaint);
}

/* The name alone takes memory; 'field' is the whole suppression. */
static void clear_device(void *field)
{
    struct suppress_setting *setting = field;

    clear_text(&setting->device_name);
}

const struct settings_kind kind_word = { "word", false, false, set_word, clear_text, NULL };
const struct settings_kind kind_domain = { "host name", false, false, set_domain, clear_text, NULL };
const struct settings_kind kind_number = { "number", false, false, set_number, NULL, NULL };
const struct settings_kind kind_numbers = { "list of numbers", true, false, set_numbers,
    clear_numbers, NULL };
const struct settings_kind kind_hours = { "hours", false, false, set_hours, NULL, NULL };
const struct settings_kind kind_day = { "day", false, false, set_day, NULL, NULL };
const struct settings_kind kind_device = { "device", false, false, set_device, clear_device, NULL };
