/* A file of profiles, checked as what a stranger wrote. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file_map.h"
#include "enrich/profile.h"

struct reader {
    const char *path;
    const struct domain_list *domains; /* NULL: none */
    problem_fn problem;
    void *user;
    struct profile *out;
    char place[2 * PROFILE_VALUE_SIZE]; /* "types.camera.domain.vendor.example" */
    unsigned left_out;
};

/* Texts of the file are shown as far as a terminal can bear them. */
static void make_plain(char *text)
{
    for (; *text != '\0'; text++)
        if (!isprint((unsigned char)*text) || (unsigned char)*text > '~')
            *text = '?';
}

__attribute__((format(printf, 3, 4)))
static bool refuse(struct reader *reader, unsigned line, const char *format, ...)
{
    char what[3 * PROFILE_VALUE_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    make_plain(what);
    reader->problem(reader->user, reader->path, line, what);
    return false;
}

static bool refuse_place(struct reader *reader, const char *what)
{
    return refuse(reader, 0, "%s: %s: the file is left out", reader->place, what);
}

/* --- counts --- */

static bool read_number(struct reader *reader, const json_t *object, const char *key, uint32_t max,
        uint32_t *out)
{
    const json_t *value = json_object_get(object, key);
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    size_t len = strlen(reader->place);

    if (number >= 0 && number <= max) {
        *out = (uint32_t)number;
        return true;
    }
    snprintf(reader->place + len, sizeof(reader->place) - len, ".%s", key);
    return refuse(reader, 0, "%s: not a number from 0 to %" PRIu32 ": the file is left out",
            reader->place, max);
}

/* Nobody has more votes, or devices, than the whole that it is a part of. */
static bool read_count(struct reader *reader, const json_t *object, struct profile_count max,
        struct profile_count *out)
{
    return read_number(reader, object, "households", max.households, &out->households) &&
           read_number(reader, object, "devices", max.devices, &out->devices);
}

/* --- values --- */

static bool is_domain(const struct reader *reader, const char *value)
{
    char domain[DOMAIN_NAME_SIZE];

    return reader->domains != NULL &&
           domain_registrable(reader->domains, value, strlen(value), domain) > 0 &&
           strcmp(domain, value) == 0;
}

static bool is_asn(const char *value)
{
    char *end;
    unsigned long long number = strtoull(value, &end, 10);

    return isdigit((unsigned char)value[0]) && value[0] != '0' && *end == '\0' &&
           number <= UINT32_MAX;
}

/* The others are shown to people only. */
static bool is_word(const char *value)
{
    for (; *value != '\0'; value++)
        if (!isalnum((unsigned char)*value) && strchr("./ -_", *value) == NULL)
            return false;
    return true;
}

static bool is_sound(const struct reader *reader, enum profile_kind kind, const char *value)
{
    if (value[0] == '\0' || strlen(value) >= PROFILE_VALUE_SIZE)
        return false;
    return kind == PROFILE_DOMAIN ? is_domain(reader, value)
           : kind == PROFILE_ASN ? is_asn(value) : is_word(value);
}

/* --- the tree --- */

static bool read_uses(struct reader *reader, const json_t *object, struct profile_type *type,
        enum profile_kind kind)
{
    const char *value;
    json_t *entry;

    json_object_foreach((json_t *)(uintptr_t)object, value, entry) {
        struct profile_count count;
        struct profile_use *use;

        snprintf(reader->place, sizeof(reader->place), "types.%s.%s.%.*s", type->name,
                profile_kind_name(kind), PROFILE_VALUE_SIZE, value);
        if (!read_count(reader, entry, type->count, &count))
            return false;
        if (!is_sound(reader, kind, value)) {
            reader->left_out++;
            continue;
        }
        use = profile_use(reader->out, type, kind, value);
        if (use == NULL)
            return refuse_place(reader, "too many values of a type");
        use->count = count;
    }
    return true;
}

static bool read_type(struct reader *reader, const char *name, const json_t *object)
{
    const struct profile_count max = { HASH_COUNT(reader->out->households), PROFILE_DEVICES_MAX };
    struct profile_type *type = profile_type(reader->out, name);

    snprintf(reader->place, sizeof(reader->place), "types.%.*s", PROFILE_TYPE_SIZE, name);
    if (type == NULL)
        return refuse_place(reader, "too many types, or the name is too long");
    if (!read_count(reader, object, max, &type->count))
        return false;
    for (size_t kind = 0; kind < PROFILE_KINDS; kind++)
        if (!read_uses(reader, json_object_get(object, profile_kind_name(kind)), type,
                    (enum profile_kind)kind))
            return false;
    return true;
}

static bool is_household(const char *id)
{
    return id != NULL && strlen(id) == PROFILE_HOUSEHOLD_SIZE - 1 &&
           strspn(id, "0123456789abcdef") == PROFILE_HOUSEHOLD_SIZE - 1;
}

static bool read_households(struct reader *reader, const json_t *list)
{
    size_t count = json_array_size(list);

    snprintf(reader->place, sizeof(reader->place), "households");
    if (count == 0 || count > PROFILE_HOUSEHOLDS_MAX)
        return refuse_place(reader, "not a list of 1 to 10000 households");
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(list, i));

        snprintf(reader->place, sizeof(reader->place), "households[%zu]", i);
        if (!is_household(id))
            return refuse_place(reader, "not 32 hexadecimal digits in lower case");
        if (!profile_add_household(reader->out, id))
            return refuse_place(reader, "there before");
    }
    return true;
}

static bool read_tree(struct reader *reader, const json_t *root)
{
    const json_t *version = json_object_get(root, "tattler-profile");
    const char *name;
    json_t *type;

    if (!json_is_integer(version))
        return refuse(reader, 0, "no profile: 'tattler profile export' writes one");
    if (json_integer_value(version) != PROFILE_VERSION)
        return refuse(reader, 0, "tattler-profile: version %lld, and this program reads %d",
                (long long)json_integer_value(version), PROFILE_VERSION);
    if (!read_households(reader, json_object_get(root, "households")))
        return false;
    json_object_foreach(json_object_get(root, "types"), name, type)
        if (!read_type(reader, name, type))
            return false;
    return true;
}

static bool read_text(struct reader *reader, struct cursor text)
{
    json_error_t error;
    json_t *root;
    bool good;

    if (text.left == 0)
        return refuse(reader, 0, "it is empty: 'tattler profile export' writes one");
    if (text.left > PROFILE_BYTES_MAX)
        return refuse(reader, 0, "more than %d MB: the file is left out",
                PROFILE_BYTES_MAX / 1024 / 1024);
    root = json_loadb((const char *)text.at, text.left, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return refuse(reader, error.line > 0 ? (unsigned)error.line : 1,
                "%d: no JSON: %s", error.column, error.text);
    good = read_tree(reader, root);
    json_decref(root);
    return good;
}

enum tattler_status profile_read(const char *path, const struct domain_list *domains,
        problem_fn problem, void *user, struct profile *out)
{
    struct reader reader = { .path = path, .domains = domains, .problem = problem, .user = user,
        .out = out };
    struct cursor text;
    bool good;

    if (!file_map(path, &text)) {
        refuse(&reader, 0, "%s", strerror(errno));
        return TATTLER_MALFORMED;
    }
    good = read_text(&reader, text);
    file_unmap(&text);
    if (good && reader.left_out > 0)
        refuse(&reader, 0, "%u values left out: no registrable domains, networks or words",
                reader.left_out);
    if (!good)
        profile_clear(out);
    return good ? TATTLER_OK : TATTLER_MALFORMED;
}
