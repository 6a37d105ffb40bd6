/* The section 'vars' of a YAML file. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/nearest.h"
#include "detect/rules/vars_internal.h"
#include "enrich/file_map.h"

#define FILE_MAX (16 * 1024 * 1024)
#define DEPTH_MAX 32 /* libyaml slows down with the square of it */
#define SECTION "vars"
#define SECTION_DEPTH 3 /* of a variable: below 'vars' and 'address-groups' */

static const char *const groups[VARS_KINDS] = {
    [VARS_ADDRESSES] = "address-groups",
    [VARS_PORTS] = "port-groups",
};

struct reading {
    struct rule_vars *vars;
    const char *path;
    vars_problem_fn problem;
    void *user;
    bool good;
    /* Where the reader is: a mapping inside a mapping, and the last key of each. */
    unsigned depth, lists;
    char keys[SECTION_DEPTH][128];
    bool has_key[SECTION_DEPTH];
};

__attribute__((format(printf, 3, 4)))
static void tell(struct reading *reading, const yaml_mark_t *mark, const char *format, ...)
{
    char what[512];
    va_list arguments;

    reading->good = false;
    if (reading->problem == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    reading->problem(reading->user, reading->path, mark != NULL ? (unsigned)mark->line + 1 : 0,
            mark != NULL ? (unsigned)mark->column + 1 : 0, what);
}

static bool is_in_section(const struct reading *reading)
{
    return reading->depth > 0 && reading->depth <= SECTION_DEPTH && reading->lists == 0 &&
           strcmp(reading->keys[0], SECTION) == 0;
}

/* The kind of variables of the group that the reader is in; VARS_KINDS: none. */
static enum vars_kind kind_here(const struct reading *reading)
{
    enum vars_kind kind = 0;

    while (kind < VARS_KINDS && strcmp(reading->keys[1], groups[kind]) != 0)
        kind++;
    return kind;
}

/* Of the section's keys the reader has just come to one. */
static void check_key(struct reading *reading, const yaml_event_t *event)
{
    const char *key = reading->keys[1], *near = nearest_word(key, groups, VARS_KINDS);

    if (reading->depth == SECTION_DEPTH - 1 && kind_here(reading) == VARS_KINDS)
        tell(reading, &event->start_mark, "unknown key '%.64s' in '" SECTION "': %s '%s'%s", key,
                near != NULL ? "did you mean" : "write", near != NULL ? near : groups[VARS_ADDRESSES],
                near != NULL ? "?" : " or 'port-groups'");
}

/* A value that the section cannot have there: variables have one text, all else has keys. */
static void tell_misplaced(struct reading *reading, const yaml_event_t *event)
{
    const char *key = reading->keys[reading->depth - 1];

    if (reading->depth > 1 && kind_here(reading) == VARS_KINDS)
        return; /* that is told already */
    if (reading->depth == SECTION_DEPTH)
        tell(reading, &event->start_mark, "variable '%s' is %s of YAML: put it in quotes", key,
                event->type == YAML_SEQUENCE_START_EVENT ? "a list" : "a map");
    else
        tell(reading, &event->start_mark, "'%s' has keys: write '%s' below it, indented", key,
                reading->depth == 1                     ? "address-groups:"
                : kind_here(reading) == VARS_ADDRESSES ? "HOME_NET: \"192.168.0.0/16\""
                                                       : "HTTP_PORTS: \"80\"");
}

static bool is_good(enum vars_kind kind, struct rule_vars *vars, const char *value,
        struct list_error *error)
{
    struct list_sum sum = { 0 };
    struct list_reader reader = { vars, kind, error, 0, 0, NULL };
    struct address_range all = list_everything(kind, FAMILY_V4);
    bool good = list_read(&reader, value, strlen(value), false, &sum);

    ranges_tidy(&sum.without[0]);
    if (good && ranges_hold(&sum.without[0], &all)) {
        snprintf(error->text, sizeof(error->text), "nothing is left: all of it is negated");
        good = false;
    }
    list_sum_clear(&sum);
    return good;
}

static void define(struct reading *reading, enum vars_kind kind, const yaml_event_t *event)
{
    const char *name = reading->keys[SECTION_DEPTH - 1];
    const char *value = (const char *)event->data.scalar.value;

    if (*value == '\0')
        tell(reading, &event->start_mark, "variable '%s' is empty; a value that begins with '!' "
                "has to be quoted", name);
    if (vars_define(reading->vars, kind, name, value) != TATTLER_OK)
        tell(reading, NULL, "out of memory");
}

/* Values may use variables that come later, so they are checked when all are there. */
static void check(struct reading *reading, enum vars_kind kind, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    struct list_error error = { 0 };

    if (*value != '\0' && !is_good(kind, reading->vars, value, &error))
        tell(reading, &event->start_mark, "variable '%s': %s", reading->keys[SECTION_DEPTH - 1],
                error.text);
}

typedef void (*visit_fn)(struct reading *reading, enum vars_kind kind, const yaml_event_t *event);

static void take_scalar(struct reading *reading, const yaml_event_t *event, visit_fn visit)
{
    unsigned level = reading->depth - 1;

    if (reading->depth == 0 || reading->depth > SECTION_DEPTH || reading->lists > 0)
        return;
    if (!reading->has_key[level]) {
        snprintf(reading->keys[level], sizeof(reading->keys[level]), "%s",
                (const char *)event->data.scalar.value);
        reading->has_key[level] = true;
        if (is_in_section(reading))
            check_key(reading, event);
        return;
    }
    reading->has_key[level] = false;
    if (!is_in_section(reading))
        return;
    if (reading->depth < SECTION_DEPTH && event->data.scalar.length > 0)
        tell_misplaced(reading, event);
    else if (reading->depth == SECTION_DEPTH && kind_here(reading) != VARS_KINDS)
        visit(reading, kind_here(reading), event);
}

static void take_list(struct reading *reading, const yaml_event_t *event)
{
    if (is_in_section(reading) && reading->has_key[reading->depth - 1])
        tell_misplaced(reading, event);
    reading->lists++;
}

static void take_map(struct reading *reading, const yaml_event_t *event)
{
    if (reading->lists > 0) {
        reading->lists++;
        return;
    }
    if (is_in_section(reading) && reading->depth == SECTION_DEPTH)
        tell_misplaced(reading, event);
    if (++reading->depth <= SECTION_DEPTH) {
        reading->has_key[reading->depth - 1] = false;
        reading->keys[reading->depth - 1][0] = '\0';
    }
}

/* A mapping or list ends: so does the value of the key before it. */
static void leave(struct reading *reading)
{
    if (reading->lists == 0 && reading->depth > 0 && reading->depth <= SECTION_DEPTH)
        reading->has_key[reading->depth - 1] = false;
}

static void take_event(struct reading *reading, const yaml_event_t *event, visit_fn visit)
{
    switch (event->type) {
    case YAML_MAPPING_START_EVENT:
        take_map(reading, event);
        break;
    case YAML_MAPPING_END_EVENT:
        if (reading->lists > 0)
            reading->lists--;
        else
            reading->depth--;
        leave(reading);
        break;
    case YAML_SEQUENCE_START_EVENT:
        take_list(reading, event);
        break;
    case YAML_SEQUENCE_END_EVENT:
        reading->lists--;
        leave(reading);
        break;
    case YAML_ALIAS_EVENT:
        leave(reading);
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(reading, event, visit);
        break;
    default:
        break;
    }
}

static void read_events(struct reading *reading, const struct cursor *text, visit_fn visit)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool more = true;

    reading->depth = reading->lists = 0;
    if (!yaml_parser_initialize(&parser)) {
        tell(reading, NULL, "out of memory");
        return;
    }
    /* an empty file is a span at NULL, which libyaml does not take */
    yaml_parser_set_input_string(&parser, text->left > 0 ? text->at : (const uint8_t *)"", text->left);
    while (more && reading->depth + reading->lists <= DEPTH_MAX) {
        if (!yaml_parser_parse(&parser, &event)) {
            tell(reading, &parser.problem_mark, "not YAML: %s",
                    parser.problem != NULL ? parser.problem : "out of memory");
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        take_event(reading, &event, visit);
        if (reading->depth + reading->lists > DEPTH_MAX)
            tell(reading, &event.start_mark, "nested deeper than %d levels", DEPTH_MAX);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

enum tattler_status vars_read_yaml(struct rule_vars *vars, const char *path,
        vars_problem_fn problem, void *user)
{
    struct reading reading = { .vars = vars, .path = path, .problem = problem, .user = user,
        .good = true };
    struct cursor text;

    if (!file_map(path, &text)) {
        tell(&reading, NULL, "cannot be read: %s", strerror(errno));
        return TATTLER_MALFORMED;
    }
    if (text.left > FILE_MAX)
        tell(&reading, NULL, "larger than %d bytes", FILE_MAX);
    else
        read_events(&reading, &text, define);
    if (reading.good)
        read_events(&reading, &text, check);
    file_unmap(&text);
    return reading.good ? TATTLER_OK : TATTLER_MALFORMED;
}
