/* 'tattler explain': rules in plain words, what to do about their alerts and how to tune them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "explain.h"
#include "options.h"
#include "rules_told.h"

static const char usage[] =
        "usage: tattler explain [-c FILE.yaml] [-S FILE|FOLDER]... SID|WORD|FILE...\n"
        "       tattler explain [-c FILE.yaml] [-S FILE|FOLDER]... --pages FOLDER\n"
        "\n"
        "Says in words what a rule looks for, what its alert means, what to do about it and how\n"
        "to make it quieter. A WORD is one that rules 'detect', such as beacon; a FILE has rules.\n"
        "\n"
        "  -c FILE.yaml    rules and their variables ($HOME_NET …), as 'replay' takes them\n"
        "  -S FILE|FOLDER  the rules to look in; otherwise those of FILE.yaml, of the folder that\n"
        "                  TATTLER_RULES names, or those installed\n"
        "  --pages FOLDER  write the pages of all rules into it, as in doc/rules/\n"
        "  -h, --help      this text\n"
        "\n"
        "Exit status: 0 done, 1 something was not found or could not be read, 2 wrong usage.\n";

struct arguments {
    struct rule_options rules;
    const char *pages;
    char *const *wanted; /* NULL behind the last */
};

struct explain {
    struct rules rules;
    struct rules_told told;
    bool failed; /* something was not found or could not be read */
};

/* --- loading --- */

static bool is_file(const char *word)
{
    return !rules_is_number(word) && rule_kind_find(word) == NULL;
}

static bool same_file(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* Rules that were loaded with a folder are not loaded again. */
static bool has_rules_of(const struct rule_set *set, const char *file)
{
    for (size_t i = 0; i < rule_set_count(set); i++)
        if (same_file(rule_set_rule(set, i)->file, file))
            return true;
    return false;
}

static bool needs_pack(const struct arguments *arguments)
{
    for (char *const *word = arguments->wanted; *word != NULL; word++)
        if (!is_file(*word))
            return true;
    return arguments->pages != NULL;
}

/* Those of -S, else those of the configuration, else the pack. */
static bool load_rules(struct explain *explain, const struct arguments *arguments,
        const struct settings *settings)
{
    struct rules_source source = rules_source_of(&arguments->rules, settings);

    source.threshold = NULL; /* a rule is explained as it is written */
    explain->failed |= !rules_choose(&source, settings, needs_pack(arguments));
    return rules_load(&source, rules_tell, &explain->told, &explain->rules) != TATTLER_NO_MEMORY;
}

static void tell_missing(const char *word, int error)
{
    const char *near = rule_kind_meant(word);

    if (near != NULL)
        complain("%s: no such file; did you mean '%s'?", word, near);
    else
        complain("%s: %s; nor is it a sid, or a word that rules detect", word, strerror(error));
}

/* False: out of memory. */
static bool load_rules_of(struct explain *explain, const char *file)
{
    const size_t rules = rule_set_count(explain->rules.set);
    const unsigned lines = explain->told.lines;
    const enum tattler_status status = rule_set_load(explain->rules.set, file);

    if (rule_set_count(explain->rules.set) == rules && explain->told.lines == lines) {
        complain("%s: holds no rule", file);
        explain->failed = true;
    }
    return status != TATTLER_NO_MEMORY;
}

static bool load_file(struct explain *explain, const char *file)
{
    struct stat about;

    if (stat(file, &about) != 0) {
        tell_missing(file, errno);
        explain->failed = true;
    } else if (S_ISDIR(about.st_mode)) {
        complain("%s: is a folder: name a file, or rules in it behind '-S %s'", file, file);
        explain->failed = true;
    } else if (!has_rules_of(explain->rules.set, file)) {
        return load_rules_of(explain, file);
    }
    return true;
}

static bool load_all(struct explain *explain, const struct arguments *arguments,
        const struct settings *settings)
{
    bool good = load_rules(explain, arguments, settings);

    for (char *const *word = arguments->wanted; good && *word != NULL; word++)
        if (is_file(*word))
            good = load_file(explain, *word);
    return good;
}

/* --- explaining --- */

static void explain_number(struct explain *explain, struct prose *prose, const char *word)
{
    const struct rule *rule = rules_find(explain->rules.set, word);

    if (rule != NULL)
        explain_rule(prose, explain->rules.set, rule);
    explain->failed |= rule == NULL;
}

static void explain_word(struct explain *explain, struct prose *prose, const char *word)
{
    const struct rule_kind *kind = rule_kind_find(word);

    fprintf(prose->text, "%s (%s)", kind->title, kind->name);
    prose_end(prose, PROSE_TITLE);
    explain_kind(prose, kind);
    prose_print(prose, PROSE_HEADING, "Its rules");
    for (size_t i = 0; i < rule_set_count(explain->rules.set); i++) {
        const struct rule *rule = rule_set_rule(explain->rules.set, i);

        if (rule->alerts && rule_detects(rule, word)) {
            fprintf(prose->text, "%u %s", rule->sid, rule->msg != NULL ? rule->msg : "");
            prose_end(prose, PROSE_ITEM);
        }
    }
}

static void explain_file(struct explain *explain, struct prose *prose, const char *file)
{
    for (size_t i = 0; i < rule_set_count(explain->rules.set); i++) {
        const struct rule *rule = rule_set_rule(explain->rules.set, i);

        if (same_file(rule->file, file))
            explain_rule(prose, explain->rules.set, rule);
    }
}

static void explain_wanted(struct explain *explain, struct prose *prose, const char *word)
{
    if (rules_is_number(word))
        explain_number(explain, prose, word);
    else if (rule_kind_find(word) != NULL)
        explain_word(explain, prose, word);
    else
        explain_file(explain, prose, word);
}

/* --- the command --- */

static bool explain_all(struct explain *explain, const struct arguments *arguments)
{
    struct prose prose;

    if (arguments->pages != NULL)
        explain->failed |= !explain_pages(explain->rules.set, arguments->pages);
    if (!prose_open(&prose, stdout, PROSE_TERMINAL))
        return false;
    for (char *const *word = arguments->wanted; *word != NULL; word++)
        explain_wanted(explain, &prose, *word);
    prose_close(&prose);
    return true;
}

static int run(const struct arguments *arguments, const struct settings *settings)
{
    struct explain explain = { .failed = false };
    bool good = load_all(&explain, arguments, settings);

    explain.failed |= !rules_tell_rest(&explain.told);
    if (good && rule_set_count(explain.rules.set) > 0)
        good = explain_all(&explain, arguments);
    if (!good)
        complain("out of memory");
    rules_clear(&explain.rules);
    return good && !explain.failed ? EXIT_DONE : EXIT_INPUT;
}

int command_explain(int argc, char **argv)
{
    struct arguments arguments = { .pages = NULL };
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &arguments.rules.config, NULL },
        { OPTION_RULES, "S", &arguments.rules, NULL },
        { OPTION_TEXT, "pages", &arguments.pages, NULL },
    };
    int status = options_read("explain", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);
    struct settings settings;

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (optind == argc && arguments.pages == NULL)
        return usage_error("explain", "what? A sid such as 1000010, a word such as 'beacon', or a "
                "file of rules");
    arguments.wanted = argv + optind;
    status = load_settings(&settings, arguments.rules.config) ? run(&arguments, &settings) : EXIT_USAGE;
    settings_clear(&settings);
    return status;
}
