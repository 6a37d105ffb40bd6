#include "settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/yaml_tree.h"

#define PROBLEMS_MAX 50 /* nobody reads more at once */
#define KEY_SIZE 128
#define OWN_SECTION "tattler"
#define RULE_VARS "vars"
#define SURICATAS_KEY "outputs" /* none of ours; Suricata does not start without it */
#define FILE_KEY "config"       /* of a section: a file with the same keys, read before them */

struct reading {
    struct settings *settings;
    struct yaml_tree tree;
    const char *path, *folder;
    settings_problem_fn problem;
    void *user;
    unsigned problems;
    bool is_named; /* by the section of another file; names none itself */
    bool names;    /* has read the one that its section names */
};

static void tell_text(struct reading *reading, unsigned line, unsigned column, const char *what)
{
    if (reading->problems++ < PROBLEMS_MAX && reading->problem != NULL)
        reading->problem(reading->user, reading->path, line, column, what);
}

__attribute__((format(printf, 3, 4)))
static void tell(struct reading *reading, const yaml_mark_t *mark, const char *format, ...)
{
    char what[768];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    tell_text(reading, (unsigned)mark->line + 1, (unsigned)mark->column + 1, what);
}

/* --- values --- */

/* 'node' is NULL for no value. */
static bool set_value(struct reading *reading, const char *key, const yaml_node_t *node,
        const yaml_mark_t *mark, bool first)
{
    char error[640];
    struct settings_entry entry = { .key = key, .folder = reading->folder, .first = first,
        .path = reading->path, .line = (unsigned)mark->line + 1,
        .column = (unsigned)mark->column + 1 };

    if (!tree_is_nothing(node))
        entry.value = tree_scalar(node);
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
        const yaml_node_t *value = tree_node(&reading->tree, *item);

        if (value->type != YAML_SCALAR_NODE)
            tell(reading, &value->start_mark, "an item of '%s' is one value, not %s", key,
                    tree_kind(value));
        else if (tree_is_nothing(value))
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
                tree_kind(value));
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

/* The key of a pair with its section before it, if it is known and stands there once; else that is
 * told. */
static bool whole_key(struct reading *reading, const char *section, const yaml_node_t *map,
        const yaml_node_pair_t *pair, char out[KEY_SIZE])
{
    const yaml_node_t *key = tree_node(&reading->tree, pair->key);
    const yaml_node_pair_t *earlier;

    if (key->type != YAML_SCALAR_NODE) {
        tell(reading, &key->start_mark, "a key is one word, not %s", tree_kind(key));
        return false;
    }
    if (strchr(tree_scalar(key), '.') != NULL) {
        tell(reading, &key->start_mark, "unknown key '%.64s': write a section's keys below it, "
                "indented", tree_scalar(key));
        return false;
    }
    snprintf(out, KEY_SIZE, "%s%s%s", section, *section != '\0' ? "." : "", tree_scalar(key));
    if (!is_known(out)) {
        set_value(reading, out, NULL, &key->start_mark, true); /* tells what may stand there */
        return false;
    }
    earlier = tree_find_before(&reading->tree, map, tree_scalar(key), pair);
    if (earlier != NULL) {
        tell(reading, &key->start_mark, "'%s' is already set in line %zu: remove one of them", out,
                tree_node(&reading->tree, earlier->key)->start_mark.line + 1);
        return false;
    }
    return true;
}

/* --- parameters of heuristics --- */

/* Maps of maps with values; the tree bounds their depth. */
static void read_params(struct reading *reading, const char *key, const yaml_node_t *value,
        bool first)
{
    char inner[KEY_SIZE];

    if (value->type != YAML_MAPPING_NODE) {
        if (value->type == YAML_SCALAR_NODE)
            set_value(reading, key, value, &value->start_mark, first);
        else
            tell(reading, &value->start_mark, "'%s' takes one value, not %s", key, tree_kind(value));
        return;
    }
    for (const yaml_node_pair_t *pair = value->data.mapping.pairs.start;
            pair < value->data.mapping.pairs.top && reading->problems < PROBLEMS_MAX; pair++) {
        const yaml_node_t *name = tree_node(&reading->tree, pair->key);

        if (name->type != YAML_SCALAR_NODE ||
                snprintf(inner, sizeof(inner), "%s.%s", key, tree_scalar(name)) >= KEY_SIZE) {
            tell(reading, &name->start_mark, "a key is one word, and not so long");
            continue;
        }
        read_params(reading, inner, tree_node(&reading->tree, pair->value), first);
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
                    tree_node(&reading->tree, pair->value),
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
    else if (value->type == YAML_SCALAR_NODE && !tree_is_nothing(value))
        tell(reading, &value->start_mark, "'%s' is a list: write '%s'", section, example);
    if (value->type != YAML_SEQUENCE_NODE)
        return;
    for (const yaml_node_item_t *item = value->data.sequence.items.start;
            item < value->data.sequence.items.top && reading->problems < PROBLEMS_MAX; item++) {
        const yaml_node_t *record = tree_node(&reading->tree, *item);

        if (record->type == YAML_MAPPING_NODE)
            read_record(reading, section, record);
        else
            tell(reading, &record->start_mark, "an item of '%s' has keys: write '%s', not %s",
                    section, example, tree_kind(record));
    }
}

/* The variables of rules are read with the rules, the file that a section names before its keys. */
static bool is_read_elsewhere(struct reading *reading, const char *section,
        const yaml_node_pair_t *pair)
{
    const char *key = tree_scalar(tree_node(&reading->tree, pair->key));

    return *section == '\0' && key != NULL &&
           (strcmp(key, RULE_VARS) == 0 || (reading->names && strcmp(key, FILE_KEY) == 0));
}

/* Recurses once at most: no section holds a section. */
static void read_map(struct reading *reading, const char *section, const yaml_node_t *map)
{
    char key[KEY_SIZE];

    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
            pair < map->data.mapping.pairs.top && reading->problems < PROBLEMS_MAX; pair++) {
        const yaml_node_t *value = tree_node(&reading->tree, pair->value);

        if (is_read_elsewhere(reading, section, pair) || !whole_key(reading, section, map, pair, key))
            continue;
        if (settings_is_free(key))
            read_params(reading, key, value, true);
        else if (!settings_is_section(key))
            read_value(reading, key, value, true);
        else if (settings_is_list(key))
            read_records(reading, key, value);
        else if (value->type == YAML_MAPPING_NODE)
            read_map(reading, key, value);
        else if (!tree_is_nothing(value))
            set_value(reading, key, NULL, &value->start_mark, true); /* tells the section's keys */
    }
}

static enum tattler_status read_file(struct reading *reading);

/* Its path is as the plugin takes it: from the working directory. */
static void read_named(struct reading *reading, const yaml_node_t *section)
{
    const yaml_node_t *file = tree_value(&reading->tree, section, FILE_KEY);
    struct reading named = { .settings = reading->settings, .path = tree_scalar(file),
        .problem = reading->problem, .user = reading->user, .problems = reading->problems,
        .is_named = true };

    reading->names = !reading->is_named && file != NULL;
    if (!reading->names || tree_is_nothing(file))
        return;
    if (named.path == NULL)
        tell(reading, &file->start_mark, "'" FILE_KEY "' takes one file, not %s", tree_kind(file));
    else if (read_file(&named) == TATTLER_NO_MEMORY)
        tell(reading, &file->start_mark, "out of memory");
    else
        reading->problems = named.problems;
}

static void read_root(struct reading *reading, const yaml_node_t *root)
{
    const yaml_node_pair_t *own = tree_find(&reading->tree, root, OWN_SECTION);

    /* No key of ours; Suricata does not start without it. */
    if (own == NULL && tree_find(&reading->tree, root, SURICATAS_KEY) != NULL) {
        tell(reading, &root->start_mark, "this is a configuration of Suricata without a "
                "section '" OWN_SECTION "': add one, or give a file of your own");
        return;
    }
    if (own != NULL) {
        root = tree_node(&reading->tree, own->value);
        read_named(reading, root);
    }
    if (root != NULL && root->type == YAML_MAPPING_NODE)
        read_map(reading, "", root);
    else if (!tree_is_nothing(root))
        tell(reading, &root->start_mark, "%s where keys are needed: write lines such as "
                "'timezone: Europe/Berlin'", tree_kind(root));
}

/* --- the way in --- */

/* What there is is 'read', or '*problem' says why not. Clears the tree. */
static enum tattler_status take(struct reading *reading, bool read, const struct tree_problem *problem)
{
    const char *slash = strrchr(reading->path, '/');
    char *folder = slash != NULL ? strndup(reading->path, (size_t)(slash - reading->path)) : NULL;
    enum tattler_status status = TATTLER_NO_MEMORY;

    if (slash == NULL || folder != NULL) {
        reading->folder = folder;
        if (read)
            read_root(reading, tree_root(&reading->tree));
        else
            tell_text(reading, problem->line, problem->column, problem->what);
        if (reading->tree.second_line != 0)
            tell_text(reading, reading->tree.second_line, 1,
                    "a second document begins here and is not read: remove the '---'");
        status = reading->problems == 0 ? TATTLER_OK : TATTLER_MALFORMED;
    }
    tree_clear(&reading->tree);
    free(folder);
    return status;
}

static enum tattler_status read_file(struct reading *reading)
{
    struct tree_problem wrong;
    bool read = tree_read_file(reading->path, &reading->tree, &wrong);

    return take(reading, read, &wrong);
}

enum tattler_status settings_read_yaml_text(struct settings *settings, const char *path,
        const char *text, size_t len, settings_problem_fn problem, void *user)
{
    struct reading reading = { .settings = settings, .path = path, .problem = problem, .user = user };
    struct tree_problem wrong;
    bool read = tree_read(text, len, &reading.tree, &wrong);

    return take(&reading, read, &wrong);
}

enum tattler_status settings_read_yaml(struct settings *settings, const char *path,
        settings_problem_fn problem, void *user)
{
    struct reading reading = { .settings = settings, .path = path, .problem = problem, .user = user };

    return read_file(&reading);
}
