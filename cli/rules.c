#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/folder.h"

#define SURICATA_FOLDER "/etc/suricata"
#define V4_MAPPED_BITS 96 /* that prefixes of IPv4 addresses count as well */
#define SURICATA_HOME "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]" /* as its own file has it */

struct loading {
    struct rules *rules;
    rule_problem_fn problem;
    void *user;
    bool malformed, no_memory;
};

static void note(struct loading *loading, enum tattler_status status)
{
    loading->no_memory |= status == TATTLER_NO_MEMORY;
    loading->malformed |= status == TATTLER_MALFORMED;
}

static void tell(struct loading *loading, const char *file, unsigned line, unsigned column,
        const char *text)
{
    const struct rule_problem problem = { RULE_ERROR, file, line, column, text };

    loading->malformed = true;
    loading->problem(loading->user, &problem);
}

/* --- variables --- */

static void tell_variable(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    tell(user, file, line, column, what);
}

/* "[10.0.0.0/8,fc00::/7]"; NULL: out of memory. */
static char *list_of(const struct prefix_list *networks)
{
    size_t size = networks->count * (ADDRESS_TEXT_SIZE + sizeof("/128,")) + sizeof("[]");
    char *text = malloc(size), address[ADDRESS_TEXT_SIZE];
    size_t len = 0;

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < networks->count; i++) {
        const struct prefix *network = &networks->items[i];
        unsigned bits = network->bits - (address_is_v4(&network->address) ? V4_MAPPED_BITS : 0u);

        address_text(&network->address, address);
        len += (size_t)snprintf(text + len, size - len, "%s%s/%u", i == 0 ? "[" : ",", address,
                bits);
    }
    snprintf(text + len, size - len, "]");
    return text;
}

static enum tattler_status read_vars(struct rule_vars *vars, const struct prefix_list *home,
        const char *yaml, vars_problem_fn problem, void *user)
{
    bool has_home = home != NULL && home->count > 0;
    char *list = has_home ? list_of(home) : NULL;
    enum tattler_status status = TATTLER_NO_MEMORY;

    if (!has_home || list != NULL)
        status = vars_default(vars, has_home ? list : SURICATA_HOME);
    free(list);
    return status == TATTLER_OK && yaml != NULL ? vars_read_yaml(vars, yaml, problem, user) : status;
}

enum tattler_status rules_check_vars(const struct settings *settings, const char *yaml,
        vars_problem_fn problem, void *user)
{
    struct rule_vars vars = { { NULL } };
    enum tattler_status status = read_vars(&vars, &settings->home_networks, yaml, problem, user);

    vars_clear(&vars);
    return status;
}

/* --- files --- */

static void load_file(void *user, const char *path)
{
    struct loading *loading = user;

    if (!loading->no_memory)
        note(loading, rule_set_load(loading->rules->set, path));
}

static void load_path(struct loading *loading, const char *path)
{
    char error[512];

    if (!folder_each(path, ".rules", load_file, loading, error, sizeof(error)))
        tell(loading, path, 0, 0, error);
}

const char *rules_folder(void)
{
    const char *named = getenv("TATTLER_RULES");

    return named != NULL && named[0] != '\0' ? named : TATTLER_DATADIR "/rules";
}

bool rules_are_of_pack(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder = slash != NULL ? strndup(file, (size_t)(slash - file) + 1) : NULL;
    struct stat its, packs;
    bool same = stat(folder != NULL ? folder : ".", &its) == 0 && stat(rules_folder(), &packs) == 0 &&
                its.st_dev == packs.st_dev && its.st_ino == packs.st_ino;

    free(folder);
    return same;
}

static bool exists(const char *folder, const char *name, char *out, size_t size)
{
    int len = snprintf(out, size, "%s/%s", folder, name);

    return len > 0 && (size_t)len < size && access(out, R_OK) == 0;
}

const char *rules_find_config(const char *given, const char *beside, const char *name, char *room,
        size_t size)
{
    if (given != NULL || exists(SURICATA_FOLDER, name, room, size))
        return given != NULL ? given : room;
    if (beside != NULL && exists(beside, name, room, size))
        return room;
    return exists(rules_folder(), name, room, size) ? room : NULL;
}

static void load_all(struct loading *loading, const struct rules_source *source)
{
    struct rule_set *set = loading->rules->set;
    char room[RULES_PATH_SIZE];
    const char *beside = source->path_count > 0 ? source->paths[0] : NULL;
    const char *classes = rules_find_config(source->classification, beside,
            "classification.config", room, sizeof(room));
    const char *references;

    if (classes != NULL)
        note(loading, rule_set_read_classes(set, classes));
    references = rules_find_config(source->reference, beside, "reference.config", room,
            sizeof(room));
    if (references != NULL)
        note(loading, rule_set_read_references(set, references));
    for (size_t i = 0; i < source->path_count && !loading->no_memory; i++)
        load_path(loading, source->paths[i]);
    if (source->threshold != NULL && !loading->no_memory)
        note(loading, rule_set_read_thresholds(set, source->threshold));
}

enum tattler_status rules_load(const struct rules_source *source, rule_problem_fn problem,
        void *user, struct rules *out)
{
    struct loading loading = { .rules = out, .problem = problem, .user = user };

    *out = (struct rules){ 0 };
    note(&loading, read_vars(&out->vars, source->home, source->yaml, tell_variable, &loading));
    if (!loading.no_memory)
        note(&loading, rule_set_new(&out->vars, problem, user, &out->set));
    if (!loading.no_memory)
        load_all(&loading, source);
    if (!loading.no_memory)
        return loading.malformed ? TATTLER_MALFORMED : TATTLER_OK;
    rules_clear(out);
    return TATTLER_NO_MEMORY;
}

void rules_clear(struct rules *rules)
{
    rule_set_free(rules->set);
    vars_clear(&rules->vars);
    *rules = (struct rules){ 0 };
}
