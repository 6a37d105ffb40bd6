/* The section 'tattler:' of suricata.yaml. */
#include "plugin.h"

#include "conf.h"
#include "suricata.h"
#include "util-debug.h"

#define SECTION "tattler"
#define KEY_SIZE 128 /* two parts of up to 60 letters; longer ones are wrong anyway */
#define PARAM_DEPTH 3 /* maps below 'types': a type, a heuristic, its parameters */

struct Reader {
    struct settings *settings;
    unsigned problems;
};

static void TellProblem(struct Reader *reader, const char *what)
{
    reader->problems++;
    SCLogError("in the section '" SECTION ":': %s", what);
}

/* NULL for what YAML writes as nothing. */
static const char *ValueOf(const SCConfNode *node)
{
    const char *value = node->val;

    if (value == NULL || value[0] == '\0' || strcmp(value, "~") == 0 || strcmp(value, "null") == 0)
        return NULL;
    return value;
}

static bool Set(struct Reader *reader, const char *key, const char *value, bool first)
{
    const struct settings_entry entry = { .key = key, .value = value, .first = first };
    char error[512];

    if (settings_set(reader->settings, &entry, error, sizeof(error)) == TATTLER_OK)
        return true;
    TellProblem(reader, error);
    return false;
}

static void JoinKey(char out[KEY_SIZE], const char *section, const char *name)
{
    snprintf(out, KEY_SIZE, "%.60s%s%.60s", section, section[0] != '\0' ? "." : "",
            name != NULL ? name : "");
}

/* A value or a list of such. 'first' as in settings_entry; false once a value has been taken. */
static bool ReadList(struct Reader *reader, const char *key, const SCConfNode *list, bool first)
{
    const SCConfNode *item;

    if (TAILQ_EMPTY(&list->head))
        return !Set(reader, key, ValueOf(list), first) && first;
    TAILQ_FOREACH (item, &list->head, next)
        if (Set(reader, key, ValueOf(item), first))
            first = false;
    return first;
}

/* Maps of maps, whose keys heuristics declare. 'first' as above. */
static bool ReadParams(struct Reader *reader, const char *key, const SCConfNode *node,
        unsigned depth, bool first)
{
    const SCConfNode *child;
    char inner[KEY_SIZE];

    if (TAILQ_EMPTY(&node->head) || depth > PARAM_DEPTH)
        return !Set(reader, key, ValueOf(node), first) && first;
    TAILQ_FOREACH (child, &node->head, next) {
        if (snprintf(inner, sizeof(inner), "%s.%s", key, child->name) >= KEY_SIZE)
            Set(reader, key, NULL, first); /* tells what may stand there */
        else
            first = ReadParams(reader, inner, child, depth + 1, first);
    }
    return first;
}

/* "- mac: …" and its other keys, item by item. */
static void ReadRecords(struct Reader *reader, const char *key, const SCConfNode *list)
{
    const SCConfNode *item, *field;
    char field_key[KEY_SIZE];

    TAILQ_FOREACH (item, &list->head, next) {
        bool first = true;

        TAILQ_FOREACH (field, &item->head, next) {
            JoinKey(field_key, key, field->name);
            first = settings_is_free(field_key)
                            ? ReadParams(reader, field_key, field, 0, first)
                            : ReadList(reader, field_key, field, first);
        }
    }
}

static void ReadSection(struct Reader *reader, const char *section, const SCConfNode *node);

static void ReadKey(struct Reader *reader, const char *key, const SCConfNode *node)
{
    const bool list = settings_is_list(key), section = settings_is_section(key);

    if (settings_is_free(key))
        ReadParams(reader, key, node, 0, true);
    else if (list && section)
        ReadRecords(reader, key, node);
    else if (list)
        ReadList(reader, key, node, true);
    else if (!TAILQ_EMPTY(&node->head))
        ReadSection(reader, key, node); /* where it should be none, its first key is refused */
    else if (!section || ValueOf(node) != NULL)
        Set(reader, key, ValueOf(node), true);
}

/* Not deeper than the keys of the settings go: a key of two parts is a value or is refused. */
static void ReadSection(struct Reader *reader, const char *section, const SCConfNode *node)
{
    const bool deep = strchr(section, '.') != NULL;
    const SCConfNode *child;
    char key[KEY_SIZE];

    TAILQ_FOREACH (child, &node->head, next) {
        if (section[0] == '\0' && strcmp(child->name, "config") == 0)
            continue;
        JoinKey(key, section, child->name);
        if (deep)
            Set(reader, key, NULL, true);
        else
            ReadKey(reader, key, child);
        if (section[0] != '\0' && !settings_is_section(section))
            break; /* what should be no section was refused with its first key */
    }
}

static void TellFileProblem(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    struct Reader *reader = user;

    reader->problems++;
    if (line > 0)
        SCLogError("%s:%u:%u: %s", file, line, column, what);
    else
        SCLogError("%s: %s", file, what);
}

static void CheckRecords(struct Reader *reader, const char *section)
{
    for (size_t i = 0; i < settings_record_count(reader->settings, section); i++) {
        const char *what = settings_record_problem(reader->settings, section, i);
        char text[256];

        if (what == NULL)
            continue;
        snprintf(text, sizeof(text), "%s: item %zu: %s", section, i + 1, what);
        TellProblem(reader, text);
    }
}

void TattlerConfigRead(struct settings *settings)
{
    struct Reader reader = { settings, 0 };
    const SCConfNode *node = SCConfGetNode(SECTION), *file;

    if (settings_default(settings) != TATTLER_OK)
        FatalError("no memory for the settings");
    if (node == NULL)
        return;
    if (TAILQ_EMPTY(&node->head) && ValueOf(node) != NULL)
        TellProblem(&reader, "it takes keys, such as 'config: /etc/tattler/tattler.yaml'");
    file = SCConfNodeLookupChild(node, "config");
    if (file != NULL && ValueOf(file) != NULL)
        settings_read_yaml(settings, ValueOf(file), TellFileProblem, &reader);
    ReadSection(&reader, "", node);
    CheckRecords(&reader, "devices");
    CheckRecords(&reader, "suppress");
    if (reader.problems > 0)
        FatalErrorOnInit("problems in the configuration: %u; the rest of it is used",
                reader.problems);
}
