/* The section 'vars' of a YAML file. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "detect/rules/vars_internal.h"
#include "files/yaml_tree.h"

static const char *const groups[VARS_KINDS] = {
    [VARS_ADDRESSES] = "address-groups",
    [VARS_PORTS] = "port-groups",
};
static const char *const examples[VARS_KINDS] = {
    [VARS_ADDRESSES] = "HOME_NET: \"192.168.0.0/16\"",
    [VARS_PORTS] = "HTTP_PORTS: \"80\"",
};

struct reading {
    struct rule_vars *vars;
    struct yaml_tree tree;
    const char *path;
    vars_problem_fn problem;
    void *user;
    bool good;
};

static void tell_text(struct reading *reading, unsigned line, unsigned column, const char *what)
{
    reading->good = false;
    if (reading->problem != NULL)
        reading->problem(reading->user, reading->path, line, column, what);
}

__attribute__((format(printf, 3, 4)))
static void tell(struct reading *reading, const yaml_node_t *node, const char *format, ...)
{
    char what[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    tell_text(reading, (unsigned)node->start_mark.line + 1, (unsigned)node->start_mark.column + 1, what);
}

/* --- a variable --- */

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

typedef void (*visit_fn)(struct reading *reading, enum vars_kind kind, const char *name,
        const yaml_node_t *value);

static void define(struct reading *reading, enum vars_kind kind, const char *name,
        const yaml_node_t *value)
{
    const char *text = tree_scalar(value);

    if (text == NULL)
        tell(reading, value, "variable '%s' is %s of YAML: put it in quotes", name,
                value->type == YAML_SEQUENCE_NODE ? "a list" : "a map");
    else if (*text == '\0')
        tell(reading, value, "variable '%s' is empty; a value that begins with '!' has to be quoted", name);
    else if (vars_define(reading->vars, kind, name, text) != TATTLER_OK)
        tell_text(reading, 0, 0, "out of memory");
}

/* Values may use variables that come later, so they are checked when all are there. */
static void check(struct reading *reading, enum vars_kind kind, const char *name,
        const yaml_node_t *value)
{
    struct list_error error = { 0 };

    if (!is_good(kind, reading->vars, tree_scalar(value), &error))
        tell(reading, value, "variable '%s': %s", name, error.text);
}

/* --- groups of them --- */

static enum vars_kind kind_of(const char *group)
{
    enum vars_kind kind = 0;

    while (kind < VARS_KINDS && strcmp(group, groups[kind]) != 0)
        kind++;
    return kind;
}

static void tell_unknown(struct reading *reading, const yaml_node_t *key)
{
    const char *name = tree_scalar(key), *near = nearest_word(name, groups, VARS_KINDS);

    tell(reading, key, "unknown key '%.64s' in 'vars': %s '%s'%s", name,
            near != NULL ? "did you mean" : "write", near != NULL ? near : groups[VARS_ADDRESSES],
            near != NULL ? "?" : " or 'port-groups'");
}

/* Has it keys, which are looked at, or nothing? */
static bool has_keys(struct reading *reading, const yaml_node_t *node, const char *key,
        const char *example)
{
    if (!tree_is_nothing(node) && node->type != YAML_MAPPING_NODE)
        tell(reading, node, "'%s' has keys: write '%s' below it, indented", key, example);
    return node != NULL && node->type == YAML_MAPPING_NODE;
}

static void visit_group(struct reading *reading, enum vars_kind kind, const yaml_node_t *group,
        visit_fn visit)
{
    if (!has_keys(reading, group, groups[kind], examples[kind]))
        return;
    for (const yaml_node_pair_t *pair = group->data.mapping.pairs.start;
            pair < group->data.mapping.pairs.top; pair++) {
        const char *name = tree_scalar(tree_node(&reading->tree, pair->key));

        if (name != NULL)
            visit(reading, kind, name, tree_node(&reading->tree, pair->value));
    }
}

static void visit_all(struct reading *reading, const yaml_node_t *section, visit_fn visit)
{
    if (!has_keys(reading, section, "vars", "address-groups:"))
        return;
    for (const yaml_node_pair_t *pair = section->data.mapping.pairs.start;
            pair < section->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = tree_node(&reading->tree, pair->key);
        enum vars_kind kind = tree_scalar(key) != NULL ? kind_of(tree_scalar(key)) : VARS_KINDS;

        if (kind != VARS_KINDS)
            visit_group(reading, kind, tree_node(&reading->tree, pair->value), visit);
        else if (tree_scalar(key) != NULL)
            tell_unknown(reading, key);
    }
}

enum tattler_status vars_read_yaml(struct rule_vars *vars, const char *path,
        vars_problem_fn problem, void *user)
{
    struct reading reading = { .vars = vars, .path = path, .problem = problem, .user = user,
        .good = true };
    struct tree_problem wrong;

    if (tree_read_file(path, &reading.tree, &wrong)) {
        const yaml_node_t *section = tree_value(&reading.tree, tree_root(&reading.tree), "vars");

        visit_all(&reading, section, define);
        if (reading.good)
            visit_all(&reading, section, check);
    } else {
        tell_text(&reading, wrong.line, wrong.column, wrong.what);
    }
    tree_clear(&reading.tree);
    return reading.good ? TATTLER_OK : TATTLER_MALFORMED;
}
