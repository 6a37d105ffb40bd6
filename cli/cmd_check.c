/* 'tattler check': what is wrong with files of rules, heuristics and configurations, what rules cost, and
 * what is missing. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "capture_look.h"
#include "check_words.h"
#include "command.h"
#include "detect/rules/findings.h"
#include "detect/rules/keyword.h"
#include "detect/rules/rule_set.h"
#include "files/folder.h"
#include "heuristics.h"
#include "options.h"
#include "rules.h"
#include "rules_told.h"
#include "screen.h"

static const char usage[] =
        "usage: tattler check [-c FILE.yaml] [-C classification.config] [-R reference.config]\n"
        "                     [-T threshold.config] [-S RULES]... [-q] FILE...\n"
        "       tattler check --keywords\n"
        "\n"
        "Reads rule files as Suricata 8 does, heuristics (FILE.lua) and configurations (FILE.yaml),\n"
        "and says, as FILE:LINE:COLUMN, what is wrong, what needs Suricata, what costs time and what\n"
        "is missing.\n"
        "\n"
        "  -c FILE.yaml  the variables of rules ($HOME_NET …) from its section 'vars'; otherwise\n"
        "                those of Suricata's own suricata.yaml\n"
        "  -C, -R FILE   the classes and the systems of references that rules may name; otherwise\n"
        "                those of Suricata, if it is installed, else those of the pack\n"
        "  -T FILE       check this threshold.config, too\n"
        "  -S RULES      check these, too, as they are loaded before FILE: a file of rules, or a\n"
        "                folder of files '*.rules'; may be given again. FILE may be a folder, too\n"
        "  -q            neither warnings nor advice\n"
        "  --keywords    list what rules can say, as in doc/rules-language.md\n"
        "  -h, --help    this text\n"
        "\n"
        "Exit status: 0 nothing but advice, 1 something is refused or needs Suricata, 2 wrong\n"
        "usage.\n";

/* --- telling --- */

void check_tell(const char *file, unsigned line, unsigned column, const char *kind,
        const char *text)
{
    screen_print(stdout, cursor_over(file, strlen(file)), SCREEN_ALL, SCREEN_KEEP_START);
    if (line > 0)
        printf(":%u:%u", line, column);
    printf(": %s", kind);
    screen_print(stdout, cursor_over(text, strlen(text)), SCREEN_ALL, SCREEN_KEEP_START);
    putchar('\n');
}

static void tell_problem(void *user, const struct rule_problem *problem)
{
    static const char *const kinds[] = { [RULE_ERROR] = "error: ",
        [RULE_UNSUPPORTED] = "needs Suricata: ", [RULE_WARNING] = "warning: " };
    struct check *check = user;

    check->errors += problem->kind == RULE_ERROR;
    check->unsupported += problem->kind == RULE_UNSUPPORTED;
    check->warnings += problem->kind == RULE_WARNING;
    if (!check->quiet || problem->kind != RULE_WARNING)
        check_tell(problem->file, problem->line, problem->column, kinds[problem->kind], problem->text);
}

static void tell_setting(void *user, const char *file, unsigned line, unsigned column,
        const char *what)
{
    struct check *check = user;

    check->errors++;
    check->line = line;
    check->column = column;
    check_tell(file, line, column, "error: ", what);
}

/* Variables are read from the same file once more: what stopped the first reader has been told. */
static void tell_variable(void *user, const char *file, unsigned line, unsigned column, const char *what)
{
    struct check *check = user;

    if (check->line != line || check->column != column)
        tell_setting(user, file, line, column, what);
}

static void tell_finding(void *user, const struct rule *rule, const char *text)
{
    struct check *check = user;

    check->advice++;
    if (!check->quiet)
        check_tell(rule->file, rule->line, 1, "advice: ", text);
}

static void sum_up_others(const char *what, unsigned count)
{
    if (count > 0)
        printf("%u %s%s, ", count, what, count == 1 ? "" : "s");
}

static int sum_up(const struct check *check, const struct rule_set *set, unsigned heuristics,
        unsigned configurations)
{
    sum_up_others("configuration", configurations);
    sum_up_others("heuristic", heuristics);
    printf("%zu rule%s, %u error%s, %u need%s Suricata, %u warning%s, %u piece%s of advice\n",
            rule_set_count(set), rule_set_count(set) == 1 ? "" : "s", check->errors,
            check->errors == 1 ? "" : "s", check->unsupported,
            check->unsupported == 1 ? "s" : "", check->warnings, check->warnings == 1 ? "" : "s",
            check->advice, check->advice == 1 ? "" : "s");
    return check->errors + check->unsupported > 0 ? EXIT_INPUT : EXIT_DONE;
}

/* --- what is checked --- */

struct arguments {
    struct rule_options rules;
    const char *classes, *references, *thresholds;
    char *const *files;
};

static bool out_of_memory(enum tattler_status status)
{
    if (status == TATTLER_NO_MEMORY)
        complain("out of memory");
    return status == TATTLER_NO_MEMORY;
}

static bool is_yaml(const char *path)
{
    const char *end = strrchr(path, '.');

    return end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

/* Rules of files and folders, put into the set. */
struct reading {
    struct rule_set *set;
    struct check *check;
    bool no_memory;
};

static void read_file(void *user, const char *path)
{
    struct reading *reading = user;

    reading->no_memory |= out_of_memory(rule_set_load(reading->set, path));
}

/* By its first word, which no rule begins with, even if it is misspelled. Not of a pipe, which can be read
 * once. */
static bool is_threshold_file(const char *path)
{
    static const char *const words[] = { "threshold", "event_filter", "suppress", "rate_filter" };
    char word[32] = "";
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "r") : NULL;

    if (file == NULL)
        return false;
    while (fscanf(file, " %31[a-z_]", word) != 1 && fscanf(file, "#%*[^\n]") != EOF && fgetc(file) == '\n')
        ;
    fclose(file);
    return word[0] != '\0' && nearest_word(word, words, sizeof(words) / sizeof(words[0])) != NULL;
}

/* Why a file can hold no rules, by its first bytes. Not of a pipe. */
static bool is_other(const char *path, char *why, size_t size)
{
    uint8_t head[512];
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "r") : NULL;
    size_t len = file != NULL ? fread(head, 1, sizeof(head), file) : 0;
    char what[256];

    if (file != NULL)
        fclose(file);
    if (capture_look(cursor_over(head, len)) != CAPTURE_LOOKS_OTHER) {
        snprintf(why, size, "no rules but a capture: 'tattler replay' reads it");
        return true;
    }
    if (memchr(head, 0, len) == NULL)
        return false;
    capture_describe(cursor_over(head, len), what, sizeof(what));
    snprintf(why, size, "no rules, which are text in UTF-8: %s", what);
    return true;
}

static bool read_path(struct reading *reading, const char *path)
{
    char error[512];

    if (is_threshold_file(path))
        tell_setting(reading->check, path, 0, 0, "no rules but a threshold.config: give it with -T");
    else if (is_other(path, error, sizeof(error)) ||
             !folder_each(path, ".rules", read_file, reading, error, sizeof(error)))
        tell_setting(reading->check, path, 0, 0, error);
    return !reading->no_memory;
}

static bool read_rules(struct reading *reading, const struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->rules.path_count; i++)
        if (!read_path(reading, arguments->rules.paths[i]))
            return false;
    for (char *const *file = arguments->files; *file != NULL; file++)
        if (!is_lua(*file) && !is_yaml(*file) && !read_path(reading, *file))
            return false;
    return true;
}

static bool read_all(struct rule_set *set, const struct arguments *arguments, struct check *check)
{
    struct reading reading = { set, check, false };
    char room[RULES_PATH_SIZE];
    const char *classes = rules_find_config(arguments->classes, NULL, "classification.config", room,
            sizeof(room));
    const char *references;

    if (classes != NULL && out_of_memory(rule_set_read_classes(set, classes)))
        return false;
    references = rules_find_config(arguments->references, NULL, "reference.config", room,
            sizeof(room));
    if (references != NULL && out_of_memory(rule_set_read_references(set, references)))
        return false;
    return read_rules(&reading, arguments) &&
           (arguments->thresholds == NULL ||
                   !out_of_memory(rule_set_read_thresholds(set, arguments->thresholds)));
}

/* As Suricata's own file has it. */
#define HOME_NETWORKS "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"

/* Rules may ask for what the installed heuristics find, and those that are checked. */
static bool look_for_heuristics(const struct rule_set *set, const struct arguments *arguments,
        struct check *check)
{
    struct settings settings;
    struct string_list *files = &settings.lua_files;
    struct heuristics *heuristics = NULL;
    const char **paths;
    size_t count = 0;

    if (out_of_memory(settings_default(&settings)))
        return false;
    while (arguments->files[count] != NULL)
        count++;
    paths = calloc(files->count + count + 1, sizeof(*paths));
    count = 0;
    for (char *const *file = arguments->files; paths != NULL && *file != NULL; file++)
        if (is_lua(*file))
            paths[count++] = *file;
    for (size_t i = 0; paths != NULL && i < files->count; i++)
        paths[count++] = files->items[i];
    if (paths != NULL)
        heuristics = load_quietly(&settings, paths, count);
    if (heuristics != NULL)
        check_findings(set, heuristics, tell_problem, check);
    heuristics_release(heuristics);
    free(paths);
    settings_clear(&settings);
    return true;
}

/* Only heuristics know what parameters they have, so they are loaded, and told of as well. */
static bool check_params(struct check *check, const struct settings *settings)
{
    const struct heuristics_source source = { .settings = settings,
        .paths = (const char *const *)settings->lua_files.items,
        .path_count = settings->param_count > 0 ? settings->lua_files.count : 0,
        .problem = tell_setting, .user = check };
    struct heuristics *heuristics = NULL;
    enum tattler_status status = heuristics_load(&source, &heuristics);

    heuristics_release(heuristics);
    return !out_of_memory(status);
}

static void check_settings(struct check *check, const char *path)
{
    struct settings settings;

    check->line = UINT_MAX;
    if (!out_of_memory(settings_default(&settings)) &&
            !out_of_memory(settings_read_yaml(&settings, path, tell_setting, check)) &&
            !out_of_memory(rules_check_vars(&settings, path, tell_variable, check)) &&
            check_params(check, &settings))
        tell_idle(&settings);
    settings_clear(&settings);
}

static int check_with(struct rule_vars *vars, const struct arguments *arguments,
        struct check *check)
{
    struct rule_set *set;
    unsigned heuristics = 0, configurations = 0;
    int status = EXIT_INPUT;

    if (out_of_memory(rule_set_new(vars, tell_problem, check, &set)))
        return status;
    if (read_all(set, arguments, check)) {
        findings_tell(set, tell_finding, check);
        if (asks_for_findings(set))
            look_for_heuristics(set, arguments, check);
        for (char *const *file = arguments->files; *file != NULL; file++) {
            heuristics += is_lua(*file) ? check_lua(check, *file) : 0;
            configurations += is_yaml(*file);
            if (is_yaml(*file))
                check_settings(check, *file);
        }
        status = sum_up(check, set, heuristics, configurations);
    }
    rule_set_free(set);
    return status;
}

/* What else is wrong with the configuration tell those that use it. */
static void check_entries(const char *yaml)
{
    struct settings settings;

    if (settings_default(&settings) == TATTLER_OK &&
            settings_read_yaml(&settings, yaml, NULL, NULL) != TATTLER_NO_MEMORY)
        tell_idle(&settings);
    settings_clear(&settings);
}

static int check_all(const struct arguments *arguments, struct check *check)
{
    struct rule_vars vars = { { NULL } };
    int status = EXIT_INPUT;

    if (arguments->rules.config != NULL)
        check_entries(arguments->rules.config);
    if (!out_of_memory(vars_default(&vars, HOME_NETWORKS)) &&
            (arguments->rules.config == NULL ||
                    !out_of_memory(vars_read_yaml(&vars, arguments->rules.config, tell_setting, check))))
        status = check_with(&vars, arguments, check);
    vars_clear(&vars);
    return status;
}

/* --- the list of keywords --- */

/* In a table of Markdown '|' ends a cell. */
static void print_cell(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
    }
}

static int print_keywords(void *user, const char *value)
{
    (void)user;
    (void)value;
    puts("| keyword | example | |\n|---|---|---|");
    for (size_t i = 0; i < keyword_count; i++) {
        printf("| `%s`", keywords[i].name);
        if (keywords[i].alias != NULL)
            printf(", `%s`", keywords[i].alias);
        fputs(" | `", stdout);
        print_cell(keywords[i].example);
        fputs(";` | ", stdout);
        print_cell(keywords[i].doc);
        puts(" |");
    }
    return -1;
}

/* --- the command --- */

int command_check(int argc, char **argv)
{
    struct arguments arguments = { .files = NULL };
    struct check check = { .quiet = false };
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &arguments.rules.config, NULL },
        { OPTION_TEXT, "C", &arguments.classes, NULL },
        { OPTION_TEXT, "R", &arguments.references, NULL },
        { OPTION_TEXT, "T", &arguments.thresholds, NULL },
        { OPTION_RULES, "S", &arguments.rules, NULL },
        { OPTION_FLAG, "q", &check.quiet, NULL },
        { OPTION_DO, "keywords", NULL, print_keywords },
    };
    int status = options_read("check", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (optind == argc && arguments.rules.path_count == 0)
        return usage_error("check", "no file given");
    arguments.files = argv + optind;
    return check_all(&arguments, &check);
}
