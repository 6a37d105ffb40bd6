#include "settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define FILE_MAX (1024 * 1024)
#define DEPTH_MAX 32    /* suricata.yaml needs eight; libyaml slows down with the square of it */
#define PROBLEMS_MAX 50 /* nobody reads more at once */
#define KEY_SIZE 128
#define OWN_SECTION "tattler"
#define RULE_VARS "vars"
#define SURICATAS_KEY "outputs" /* none of ours; Suricata does not start without it */

struct reading {
    struct settings *settings;
    yaml_document_t *document;
    const char *path, *folder;
    settings_problem_fn problem;
    void *user;
    unsigned problems;
};

__attribute__((format(printf, 3, 4)))
static void tell(struct reading *reading, const yaml_mark_t *mark, const char *format, ...)
{
    char what[768];
    va_list arguments;

    if (reading->problems++ >= PROBLEMS_MAX || reading->problem == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    reading->problem(reading->user, reading->path, mark != NULL ? (unsigned)mark->line + 1 : 0,
            mark != NULL ? (unsigned)mark->column + 1 : 0, what);
}

static yaml_node_t *node_at(const struct reading *reading, int index)
{
    return yaml_document_get_node(reading->document, index);
}

static const char *kind_of(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE     ? "one value"
           : node->type == YAML_SEQUENCE_NODE ? "a list"
                                              : "keys";
}

/* --- values --- */

static const char *text_of(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* Nothing, or what YAML 1.1 takes for nothing. */
static bool is_empty(const yaml_node_t *node)
{
    const char *text = text_of(node);

    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

/* 'node' is NULL for no value. */
static bool set_value(struct reading *reading, const char *key, const yaml_node_t *node,
        const yaml_mark_t *mark, bool first)
{
    char error[640];
    struct settings_entry entry = { .key = key, .folder = reading->folder, .first = first,
        .path = reading->path, .line = (unsigned)mark->line + 1,
        .column = (unsigned)mark->column + 1 };

    if (node != NULL && !is_empty(node))
        entry.value = text_of(node);
    if (entry.value != NULL && strlen(entry.value) != node->data.scalar.length) {
        tell(reading, mark, "a NUL byte in the value of '%s': remove it", key);
        return false;
    }
    if (settings_set(reading->settings, &entry, error, sizeof(error)) == TATTLER_OK)
        return true;
    tell(reading, mark, "%s", error);
    return false;
}

/* 'first' as in settings_entry. */
static void read_items(struct reading *reading, const char *key, const yaml_node_t *list,
        bool first)
{
    if (list->data.sequence.items.start == list->data.sequence.items.top)
        set_value(reading, key, NULL, &list->start_mark, first);
    for (const yaml_node_item_t *item = list->data.sequence.items.start;
            item < list->data.sequence.items.top; item++) {
        const yaml_node_t *value = node_at(reading, *item);

        if (value->type != YAML_SCALAR_NODE)
            tell(reading, &value->start_mark, "an item of '%s' is one value, not %s", key,
                    kind_of(value));
        else if (is_empty(value))
            tell(reading, &value->start_mark, "an empty item in '%s': remove the '-' or write a "
                    "value behind it", key);
        else if (set_value(reading, key, value, &value->start_mark, first))
            first = false;
    }
}

/* A value that stands where a list may is a list of one. */
static void read_value(struct reading *reading, const char *key, const yaml_node_t *value,
        bool first)
{
    const yaml_mark_t *mark = &value->start_mark;
    bool is_list = settings_is_list(key);

    if (value->type == YAML_SCALAR_NODE)
        set_value(reading, key, value, mark, first);
    else if (is_list && value->type == YAML_SEQUENCE_NODE)
        read_items(reading, key, value, first);
    else
        tell(reading, mark, "'%s' takes %s, not %s", key, is_list ? "a list" : "one value",
                kind_of(value));
}

/* --- keys --- */

static bool is_known(const char *key)
{
    struct settings_key row;

    for (size_t i = 0; settings_describe(i, &row); i++)
        if (strcmp(row.key, key) == 0)
            return true;
    return settings_is_section(key);
}

/* The first pair of the map with this key; NULL if there is none. */
static const yaml_node_pair_t *find_pair(const struct reading *reading, const yaml_node_t *map,
        const char *key)
{
    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
            pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *node = node_at(reading, pair->key);

        if (node->type == YAML_SCALAR_NODE && strcmp(text_of(node), key) == 0)
            return pair;
    }
    return NULL;
}

/* The key of a pair with its section before it, if it is known and stands there once; else that is
 * told. */
static bool whole_key(struct reading *reading, const char *section, const yaml_node_t *map,
        const yaml_node_pair_t *pair, char out[KEY_SIZE])
{
    const yaml_node_t *key = node_at(reading, pair->key);
    const yaml_node_pair_t *earlier;

    if (key->type != YAML_SCALAR_NODE) {
        tell(reading, &key->start_mark, "a key is one word, not %s", kind_of(key));
        return false;
    }
    if (strchr(text_of(key), '.') != NULL) {
        tell(reading, &key->start_mark, "unknown key '%.64s': write a section's keys below it, "
                "indented", text_of(key));
        return false;
    }
    snprintf(out, KEY_SIZE, "%s%s%s", section, *section != '\0' ? "." : "", text_of(key));
    if (!is_known(out)) {
        set_value(reading, out, NULL, &key->start_mark, true); /* tells what may stand there */
        return false;
    }
    earlier = find_pair(reading, map, text_of(key));
    if (earlier != pair) {
        tell(reading, &key->start_mark, "'%s' is already set in line %zu: remove one of them", out,
                node_at(reading, earlier->key)->start_mark.line + 1);
        return false;
    }
    return true;
}

/* --- parameters of heuristics --- */

/* Maps of maps with values; is_shallow() bounds their depth. */
static void read_params(struct reading *reading, const char *key, const yaml_node_t *value,
        bool first)
{
    char inner[KEY_SIZE];

    if (value->type != YAML_MAPPING_NODE) {
        if (value->type == YAML_SCALAR_NODE)
            set_value(reading, key, value, &value->start_mark, first);
        else
            tell(reading, &value->start_mark, "'%s' takes one value, not %s", key, kind_of(value));
        return;
    }
    for (const yaml_node_pair_t *pair = value->data.mapping.pairs.start;
            pair < value->data.mapping.pairs.top && reading->problems < PROBLEMS_MAX; pair++) {
        const yaml_node_t *name = node_at(reading, pair->key);

        if (name->type != YAML_SCALAR_NODE ||
                snprintf(inner, sizeof(inner), "%s.%s", key, text_of(name)) >= KEY_SIZE) {
            tell(reading, &name->start_mark, "a key is one word, and not so long");
            continue;
        }
        read_params(reading, inner, node_at(reading, pair->value), first);
        first = false;
    }
}

/* --- sections --- */

static void read_record(struct reading *reading, const char *section, const yaml_node_t *map)
{
    size_t before = settings_record_count(reading->settings, section);
    unsigned problems = reading->problems;
    const char *problem;
    char key[KEY_SIZE];

    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
            pair < map->data.mapping.pairs.top && reading->problems < PROBLEMS_MAX; pair++)
        if (whole_key(reading, section, map, pair, key))
            (settings_is_free(key) ? read_params : read_value)(reading, key,
                    node_at(reading, pair->value),
                    settings_record_count(reading->settings, section) == before);
    if (problems != reading->problems)
        return;
    problem = settings_record_problem(reading->settings, section, before);
    if (problem != NULL)
        tell(reading, &map->start_mark, "%s", problem);
}

static void read_records(struct reading *reading, const char *section, const yaml_node_t *value)
{
    const char *example = settings_record_example(section);

    if (value->type == YAML_MAPPING_NODE)
        read_record(reading, section, value);
    else if (value->type == YAML_SCALAR_NODE && !is_empty(value))
        tell(reading, &value->start_mark, "'%s' is a list: write '%s'", section, example);
    if (value->type != YAML_SEQUENCE_NODE)
        return;
    for (const yaml_node_item_t *item = value->data.sequence.items.start;
            item < value->data.sequence.items.top && reading->problems < PROBLEMS_MAX; item++) {
        const yaml_node_t *record = node_at(reading, *item);

        if (record->type == YAML_MAPPING_NODE)
            read_record(reading, section, record);
        else
            tell(reading, &record->start_mark, "an item of '%s' has keys: write '%s', not %s",
                    section, example, kind_of(record));
    }
}

/* The variables of rules are read with the rules. */
static bool is_of_rules(const struct reading *reading, const char *section,
        const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = node_at(reading, pair->key);

    return *section == '\0' && key->type == YAML_SCALAR_NODE &&
           strcmp(text_of(key), RULE_VARS) == 0;
}

/* Recurses once at most: no section holds a section. */
static void read_map(struct reading *reading, const char *section, const yaml_node_t *map)
{
    char key[KEY_SIZE];

    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
            pair < map->data.mapping.pairs.top && reading->problems < PROBLEMS_MAX; pair++) {
        const yaml_node_t *value = node_at(reading, pair->value);

        if (is_of_rules(reading, section, pair) || !whole_key(reading, section, map, pair, key))
            continue;
        if (settings_is_free(key))
            read_params(reading, key, value, true);
        else if (!settings_is_section(key))
            read_value(reading, key, value, true);
        else if (settings_is_list(key))
            read_records(reading, key, value);
        else if (value->type == YAML_MAPPING_NODE)
            read_map(reading, key, value);
        else if (!is_empty(value))
            set_value(reading, key, NULL, &value->start_mark, true); /* tells the section's keys */
    }
}

static void read_root(struct reading *reading, const yaml_node_t *root)
{
    const yaml_node_pair_t *own = NULL;

    if (root->type == YAML_MAPPING_NODE) {
        own = find_pair(reading, root, OWN_SECTION);
        /* No key of ours; Suricata does not start without it. */
        if (own == NULL && find_pair(reading, root, SURICATAS_KEY) != NULL) {
            tell(reading, &root->start_mark, "this is a configuration of Suricata without a "
                    "section '" OWN_SECTION "': add one, or give a file of your own");
            return;
        }
        if (own != NULL)
            root = node_at(reading, own->value);
    }
    if (root->type == YAML_MAPPING_NODE)
        read_map(reading, "", root);
    else if (!is_empty(root))
        tell(reading, &root->start_mark, "%s where keys are needed: write lines such as "
                "'timezone: Europe/Berlin'", kind_of(root));
}

/* --- YAML --- */

static void tell_syntax(struct reading *reading, const yaml_parser_t *parser, const char *text,
        size_t len)
{
    const yaml_mark_t *mark = &parser->problem_mark;
    bool tab = mark->index < len && text[mark->index] == '\t';

    if (parser->error == YAML_MEMORY_ERROR)
        tell(reading, NULL, "out of memory");
    else if (parser->error == YAML_READER_ERROR)
        tell(reading, NULL, "not text in UTF-8: %s at byte %zu", parser->problem,
                parser->problem_offset);
    else
        tell(reading, mark, "not YAML: %s%s%s%s", parser->problem,
                parser->context != NULL ? " " : "", parser->context != NULL ? parser->context : "",
                tab ? " (indent with blanks, not with a tab)" : "");
}

static bool open_parser(struct reading *reading, yaml_parser_t *parser, const char *text,
        size_t len)
{
    if (!yaml_parser_initialize(parser)) {
        tell(reading, NULL, "out of memory");
        return false;
    }
    yaml_parser_set_input_string(parser, (const unsigned char *)text, len);
    return true;
}

/* Is nothing nested too deep? Looked at event by event, before libyaml loads it as a whole. Syntax
 * errors are left for then. */
static bool is_shallow(struct reading *reading, const char *text, size_t len)
{
    yaml_parser_t parser;
    unsigned depth = 0;
    bool more = true;

    if (!open_parser(reading, &parser, text, len))
        return false;
    while (more && depth <= DEPTH_MAX) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event))
            break;
        more = event.type != YAML_STREAM_END_EVENT;
        if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
            depth++;
        else if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
            depth--;
        if (depth > DEPTH_MAX)
            tell(reading, &event.start_mark, "nested deeper than %d levels", DEPTH_MAX);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return depth <= DEPTH_MAX;
}

/* Reads the first document and tells of a second. */
static void read_documents(struct reading *reading, yaml_parser_t *parser, const char *text,
        size_t len)
{
    yaml_document_t document;
    bool more = true;

    for (unsigned i = 0; i < 2 && more; i++) {
        const yaml_node_t *root;

        if (!yaml_parser_load(parser, &document)) {
            tell_syntax(reading, parser, text, len);
            return;
        }
        reading->document = &document;
        root = yaml_document_get_root_node(&document);
        more = root != NULL;
        if (root != NULL && i == 0)
            read_root(reading, root);
        else if (root != NULL)
            tell(reading, &document.start_mark, "a second document begins here and is not read: "
                    "remove the '---'");
        yaml_document_delete(&document);
    }
}

enum tattler_status settings_read_yaml_text(struct settings *settings, const char *path,
        const char *text, size_t len, settings_problem_fn problem, void *user)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash != NULL ? strndup(path, (size_t)(slash - path)) : NULL;
    struct reading reading = { settings, NULL, path, folder, problem, user, 0 };
    yaml_parser_t parser;

    if (slash != NULL && folder == NULL)
        return TATTLER_NO_MEMORY;
    if (is_shallow(&reading, text, len) && open_parser(&reading, &parser, text, len)) {
        read_documents(&reading, &parser, text, len);
        yaml_parser_delete(&parser);
    }
    free(folder);
    return reading.problems == 0 ? TATTLER_OK : TATTLER_MALFORMED;
}

enum tattler_status settings_read_yaml(struct settings *settings, const char *path,
        settings_problem_fn problem, void *user)
{
    struct reading reading = { settings, NULL, path, NULL, problem, user, 0 };
    enum tattler_status status = TATTLER_MALFORMED;
    char *text = malloc(FILE_MAX + 1);
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL) {
        tell(&reading, NULL, "cannot be read: %s", strerror(errno));
    } else if (text == NULL) {
        status = TATTLER_NO_MEMORY;
    } else {
        len = fread(text, 1, FILE_MAX + 1, file);
        if (ferror(file))
            tell(&reading, NULL, "cannot be read: %s", strerror(errno));
        else if (len > FILE_MAX)
            tell(&reading, NULL, "larger than %d bytes", FILE_MAX);
        else
            status = settings_read_yaml_text(settings, path, text, len, problem, user);
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return status;
}
