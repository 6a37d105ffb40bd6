/* What 'tattler doctor' looks at in suricata.yaml. */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "doctor.h"
#include "files/yaml_tree.h"
#include "rules.h"

#define PATH_SIZE 4096
#define PLUGIN_FILE "tattler.so"
#define RULES_TOLD 20 /* that are refused */

/* What Suricata takes for a yes. */
static bool is_yes(const char *text)
{
    static const char *const words[] = { "1", "yes", "true", "on" };

    for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

bool suricata_has_section(const char *path)
{
    struct tree_problem problem;
    struct yaml_tree tree;
    bool found = tree_read_file(path, &tree, &problem) &&
                 tree_find(&tree, tree_root(&tree), "tattler") != NULL;

    tree_clear(&tree);
    return found;
}

/* --- the checks --- */

struct reading {
    struct checklist *list;
    const char *path;
    struct yaml_tree tree;
    bool has_includes; /* then what is missing here may stand in another file */
    unsigned refused;  /* rules */
};

static const yaml_node_t *top_value(struct reading *reading, const char *key)
{
    return tree_value(&reading->tree, tree_root(&reading->tree), key);
}

static void tell_missing(struct reading *reading, const char *advice, const char *what)
{
    checklist_tell(reading->list, reading->has_includes ? VERDICT_WARNING : VERDICT_PROBLEM,
            advice, "%s: %s%s", reading->path, what,
            reading->has_includes ? " (files that it includes were not looked at)" : "");
}

/* What is pasted behind a configuration may hide what stood there. Only 'include' may come again. */
static void check_twice(struct reading *reading)
{
    const yaml_node_t *root = tree_root(&reading->tree);

    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return;
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
            pair < root->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = tree_node(&reading->tree, pair->key);

        if (tree_scalar(key) != NULL && strcmp(tree_scalar(key), "include") != 0 &&
                tree_find_before(&reading->tree, root, tree_scalar(key), pair) != NULL)
            checklist_tell(reading->list, VERDICT_WARNING, "write what both say below one",
                    "%s:%zu: '%s' once more: Suricata forgets what the one before says",
                    reading->path, key->start_mark.line + 1, tree_scalar(key));
    }
}

/* Our plugin's path if this entry of 'plugins' loads it: the file, or the folder it lies in. */
static bool loads_plugin(const char *entry, char out[PATH_SIZE])
{
    const char *slash = strrchr(entry, '/');
    struct stat status;

    if (stat(entry, &status) == 0 && S_ISDIR(status.st_mode)) {
        snprintf(out, PATH_SIZE, "%s/" PLUGIN_FILE, entry);
        return stat(out, &status) == 0;
    }
    snprintf(out, PATH_SIZE, "%s", entry);
    return strcmp(slash != NULL ? slash + 1 : entry, PLUGIN_FILE) == 0;
}

static void check_plugins(struct reading *reading)
{
    const yaml_node_t *plugins = top_value(reading, "plugins"), *item;
    char path[PATH_SIZE];
    bool found = false;

    for (size_t i = 0; (item = tree_item(&reading->tree, plugins, i)) != NULL && !found; i++)
        found = tree_scalar(item) != NULL && loads_plugin(tree_scalar(item), path);
    if (found)
        plugin_check(reading->list, path);
    else
        tell_missing(reading, "write the plugin's path into the list 'plugins:', such as "
                "'  - " TATTLER_PLUGINDIR "/" PLUGIN_FILE "'", "'plugins' does not name " PLUGIN_FILE);
}

/* Adds the files that a name stands for. True if any is there. */
static bool find_rule_files(struct reading *reading, const char *folder, const char *name, glob_t *found)
{
    char pattern[PATH_SIZE];
    int result;

    if (name[0] == '/' || folder == NULL)
        snprintf(pattern, sizeof(pattern), "%s", name);
    else
        snprintf(pattern, sizeof(pattern), "%s/%s", folder, name);
    result = glob(pattern, found->gl_pathc > 0 ? GLOB_APPEND : 0, NULL, found); /* as Suricata does */
    if (result != 0)
        checklist_tell(reading->list, VERDICT_WARNING, "type 'sudo suricata-update', or correct "
                "'rule-files'", "rules: %s is not there or cannot be read", pattern);
    return result == 0;
}

/* Those that Suricata refuses. What only Suricata knows of is its own to judge. */
static void tell_refused(void *user, const struct rule_problem *problem)
{
    struct reading *reading = user;

    if (problem->kind != RULE_ERROR || reading->refused++ >= RULES_TOLD)
        return;
    if (reading->has_includes) /* of variables, perhaps */
        checklist_tell(reading->list, VERDICT_WARNING, NULL, "%s:%u:%u: %s (files that %s includes were not "
                "looked at)", problem->file, problem->line, problem->column, problem->text, reading->path);
    else
        checklist_tell_place(reading->list, problem->file, problem->line, problem->column, problem->text);
}

static void read_rule_files(struct reading *reading, const glob_t *found)
{
    const struct rules_source source = {
        .yaml = reading->path,
        .classification = tree_scalar(top_value(reading, "classification-file")),
        .reference = tree_scalar(top_value(reading, "reference-config-file")),
        .paths = (const char *const *)found->gl_pathv,
        .path_count = found->gl_pathc,
    };
    struct rules rules;

    if (rules_load(&source, tell_refused, reading, &rules) == TATTLER_NO_MEMORY) {
        checklist_tell(reading->list, VERDICT_PROBLEM, NULL, "rules: out of memory");
        return;
    }
    if (reading->refused > RULES_TOLD)
        checklist_tell(reading->list, VERDICT_NOTE, NULL, "rules: %u more that Suricata refuses: 'tattler "
                "check -c %s FILE' tells all of a file", reading->refused - RULES_TOLD, reading->path);
    rules_clear(&rules);
}

static void check_rules(struct reading *reading)
{
    const char *folder = tree_scalar(top_value(reading, "default-rule-path"));
    const yaml_node_t *files = top_value(reading, "rule-files"), *item;
    glob_t found = { .gl_pathc = 0 };
    size_t count = 0, good = 0;

    for (; (item = tree_item(&reading->tree, files, count)) != NULL; count++)
        if (tree_scalar(item) != NULL && find_rule_files(reading, folder, tree_scalar(item), &found))
            good++;
    if (good > 0) {
        read_rule_files(reading, &found);
        globfree(&found);
    }
    if (count == 0)
        checklist_tell(reading->list, VERDICT_WARNING, "name rule files under 'rule-files:', or "
                "give them by 'suricata -S'", "rules: %s names none", reading->path);
    else if (good == count && reading->refused == 0)
        checklist_tell(reading->list, VERDICT_OK, NULL, "rules: 'rule-files' %s, and none is refused",
                count == 1 ? "is there" : "are all there");
}

static void check_eve(struct reading *reading)
{
    const yaml_node_t *outputs = top_value(reading, "outputs"), *item;
    bool found = false;

    for (size_t i = 0; (item = tree_item(&reading->tree, outputs, i)) != NULL && !found; i++)
        found = is_yes(tree_scalar(tree_value(&reading->tree,
                tree_value(&reading->tree, item, "eve-log"), "enabled")));
    if (found)
        checklist_tell(reading->list, VERDICT_OK, NULL, "output: eve-log is enabled");
    else
        tell_missing(reading, "set 'enabled: yes' below '- eve-log:' in the list 'outputs:'",
                "eve-log is not enabled, so nobody sees what Tattler finds");
}

static void check_stream(struct reading *reading)
{
    const yaml_node_t *stream = top_value(reading, "stream");

    if (is_yes(tree_scalar(tree_value(&reading->tree, stream, "midstream"))))
        checklist_tell(reading->list, VERDICT_OK, NULL,
                "streams: those open before Suricata started are followed");
    else
        checklist_tell(reading->list, VERDICT_NOTE, "set 'midstream: true' below 'stream:' if "
                "that matters to you",
                "streams: those open before Suricata started, as devices keep them for days, are "
                "not reassembled");
}

/* Suricata takes '!' in front of a list of IPv4 for "all other IPv4". */
static void check_home(struct reading *reading)
{
    const yaml_node_t *groups = tree_value(&reading->tree, top_value(reading, "vars"), "address-groups");
    const char *home = tree_scalar(tree_value(&reading->tree, groups, "HOME_NET"));

    if (home == NULL || strchr(home, ':') != NULL || strcasecmp(home, "any") == 0)
        return;
    checklist_tell(reading->list, VERDICT_WARNING, "add fc00::/7, fe80::/10 and the prefix that your "
            "provider gave you to 'HOME_NET:' below 'vars:'",
            "vars: HOME_NET names no IPv6, so rules on '$HOME_NET' or '!$HOME_NET' see IPv4 alone");
}

void suricata_check(struct checklist *list, const char *path)
{
    struct reading reading = { .list = list, .path = path };
    struct tree_problem problem;

    if (tree_read_file(path, &reading.tree, &problem)) {
        reading.has_includes = top_value(&reading, "include") != NULL;
        check_twice(&reading);
        check_plugins(&reading);
        check_home(&reading);
        check_rules(&reading);
        check_eve(&reading);
        check_stream(&reading);
    } else {
        checklist_tell_place(list, path, problem.line, problem.column, problem.what);
    }
    tree_clear(&reading.tree);
}
