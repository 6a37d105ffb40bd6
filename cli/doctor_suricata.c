/* What 'tattler doctor' looks at in suricata.yaml. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <yaml.h>

#include "doctor.h"

#define PATH_SIZE 4096
#define PLUGIN_FILE "tattler.so"

/* --- YAML --- */

struct problem {
    unsigned line; /* 0: the whole file */
    const char *what;
};

static bool load(const char *path, yaml_document_t *document, struct problem *problem)
{
    FILE *file = fopen(path, "rbe");
    yaml_parser_t parser;
    bool loaded;

    if (file == NULL || yaml_parser_initialize(&parser) == 0) {
        *problem = (struct problem){ 0, strerror(errno) };
        if (file != NULL)
            fclose(file);
        return false;
    }
    yaml_parser_set_input_file(&parser, file);
    loaded = yaml_parser_load(&parser, document) != 0;
    if (!loaded)
        *problem = (struct problem){ (unsigned)parser.problem_mark.line + 1,
            parser.problem != NULL ? parser.problem : "not YAML" };
    yaml_parser_delete(&parser);
    fclose(file);
    return loaded;
}

static const char *text_of(const yaml_node_t *node)
{
    return node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
                                                          : NULL;
}

/* The last pair with this key in front of 'end' (NULL: at all), as Suricata takes it; NULL: 'map' is no
 * mapping or has none such. */
static const yaml_node_pair_t *pair_of(yaml_document_t *document, const yaml_node_t *map,
        const char *key, const yaml_node_pair_t *end)
{
    const yaml_node_pair_t *found = NULL;

    if (map == NULL || map->type != YAML_MAPPING_NODE)
        return NULL;
    if (end == NULL)
        end = map->data.mapping.pairs.top;
    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < end; pair++) {
        const char *name = text_of(yaml_document_get_node(document, pair->key));

        if (name != NULL && strcmp(name, key) == 0)
            found = pair;
    }
    return found;
}

static const yaml_node_t *value_of(yaml_document_t *document, const yaml_node_t *map,
        const char *key)
{
    const yaml_node_pair_t *pair = pair_of(document, map, key, NULL);

    return pair != NULL ? yaml_document_get_node(document, pair->value) : NULL;
}

static const yaml_node_t *top_value(yaml_document_t *document, const char *key)
{
    return value_of(document, yaml_document_get_root_node(document), key);
}

/* The item at 'index' of a list; NULL: no list, or its end. */
static const yaml_node_t *item_of(yaml_document_t *document, const yaml_node_t *list,
        size_t index)
{
    if (list == NULL || list->type != YAML_SEQUENCE_NODE ||
            index >= (size_t)(list->data.sequence.items.top - list->data.sequence.items.start))
        return NULL;
    return yaml_document_get_node(document, list->data.sequence.items.start[index]);
}

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
    struct problem problem;
    yaml_document_t document;
    bool found;

    if (!load(path, &document, &problem))
        return false;
    found = top_value(&document, "tattler") != NULL;
    yaml_document_delete(&document);
    return found;
}

/* --- the checks --- */

struct reading {
    struct checklist *list;
    const char *path;
    yaml_document_t document;
    bool has_includes; /* then what is missing here may stand in another file */
};

static void tell_missing(struct reading *reading, const char *advice, const char *what)
{
    checklist_tell(reading->list, reading->has_includes ? VERDICT_WARNING : VERDICT_PROBLEM,
            advice, "%s: %s%s", reading->path, what,
            reading->has_includes ? " (files that it includes were not looked at)" : "");
}

/* What is pasted behind a configuration may hide what stood there. Only 'include' may come again. */
static void check_twice(struct reading *reading)
{
    const yaml_node_t *root = yaml_document_get_root_node(&reading->document);

    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return;
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
            pair < root->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&reading->document, pair->key);

        if (text_of(key) != NULL && strcmp(text_of(key), "include") != 0 &&
                pair_of(&reading->document, root, text_of(key), pair) != NULL)
            checklist_tell(reading->list, VERDICT_WARNING, "write what both say below one",
                    "%s:%zu: '%s' once more: Suricata forgets what the one before says",
                    reading->path, key->start_mark.line + 1, text_of(key));
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
    const yaml_node_t *plugins = top_value(&reading->document, "plugins"), *item;
    char path[PATH_SIZE];
    bool found = false;

    for (size_t i = 0; (item = item_of(&reading->document, plugins, i)) != NULL && !found; i++)
        found = text_of(item) != NULL && loads_plugin(text_of(item), path);
    if (found)
        plugin_check(reading->list, path);
    else
        tell_missing(reading, "write the plugin's path into the list 'plugins:', such as "
                "'  - /usr/lib/suricata/" PLUGIN_FILE "'", "'plugins' does not name " PLUGIN_FILE);
}

/* True if any file is there. */
static bool check_rule_file(struct reading *reading, const char *folder, const char *name)
{
    char pattern[PATH_SIZE];
    glob_t found;
    int result;

    if (name[0] == '/' || folder == NULL)
        snprintf(pattern, sizeof(pattern), "%s", name);
    else
        snprintf(pattern, sizeof(pattern), "%s/%s", folder, name);
    result = glob(pattern, 0, NULL, &found); /* as Suricata does */
    if (result == 0)
        globfree(&found);
    else
        checklist_tell(reading->list, VERDICT_WARNING, "type 'sudo suricata-update', or correct "
                "'rule-files'", "rules: %s is not there or cannot be read", pattern);
    return result == 0;
}

static void check_rules(struct reading *reading)
{
    const char *folder = text_of(top_value(&reading->document, "default-rule-path"));
    const yaml_node_t *files = top_value(&reading->document, "rule-files"), *item;
    size_t count = 0, good = 0;

    for (; (item = item_of(&reading->document, files, count)) != NULL; count++)
        if (text_of(item) != NULL && check_rule_file(reading, folder, text_of(item)))
            good++;
    if (count == 0)
        checklist_tell(reading->list, VERDICT_WARNING, "name rule files under 'rule-files:', or "
                "give them by 'suricata -S'", "rules: %s names none", reading->path);
    else if (good == count)
        checklist_tell(reading->list, VERDICT_OK, NULL, "rules: 'rule-files' %s",
                count == 1 ? "is there" : "are all there");
}

static void check_eve(struct reading *reading)
{
    const yaml_node_t *outputs = top_value(&reading->document, "outputs"), *item;
    bool found = false;

    for (size_t i = 0; (item = item_of(&reading->document, outputs, i)) != NULL && !found; i++)
        found = is_yes(text_of(value_of(&reading->document,
                value_of(&reading->document, item, "eve-log"), "enabled")));
    if (found)
        checklist_tell(reading->list, VERDICT_OK, NULL, "output: eve-log is enabled");
    else
        tell_missing(reading, "set 'enabled: yes' below '- eve-log:' in the list 'outputs:'",
                "eve-log is not enabled, so nobody sees what Tattler finds");
}

static void check_stream(struct reading *reading)
{
    const yaml_node_t *stream = top_value(&reading->document, "stream");

    if (is_yes(text_of(value_of(&reading->document, stream, "midstream"))))
        checklist_tell(reading->list, VERDICT_OK, NULL,
                "streams: those open before Suricata started are followed");
    else
        checklist_tell(reading->list, VERDICT_NOTE, "set 'midstream: true' below 'stream:' if "
                "that matters to you",
                "streams: those open before Suricata started, as devices keep them for days, are "
                "not reassembled");
}

void suricata_check(struct checklist *list, const char *path)
{
    struct reading reading = { .list = list, .path = path };
    struct problem problem;

    if (!load(path, &reading.document, &problem)) {
        if (problem.line > 0)
            checklist_tell(list, VERDICT_PROBLEM, "correct it; 'suricata -T' tells more",
                    "%s:%u: %s", path, problem.line, problem.what);
        else
            checklist_tell(list, VERDICT_PROBLEM, "give the path of Suricata's configuration",
                    "%s: %s", path, problem.what);
        return;
    }
    reading.has_includes = top_value(&reading.document, "include") != NULL;
    check_twice(&reading);
    check_plugins(&reading);
    check_rules(&reading);
    check_eve(&reading);
    check_stream(&reading);
    yaml_document_delete(&reading.document);
}
