/* doc/rules/: a page for each word that rules 'detect', written from the rules. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "explain.h"

#define PAGE_NOTE                                                                                  \
    "<!-- Written by 'tattler explain --pages': change rules/ or engine/detect/rules/kinds.c. -->\n"

static FILE *open_page(const char *folder, const char *name)
{
    FILE *page = NULL;
    char *path;

    if (asprintf(&path, "%s/%s.md", folder, name) < 0) {
        complain("out of memory");
        return NULL;
    }
    page = fopen(path, "we");
    if (page == NULL)
        complain("%s: %s", path, strerror(errno));
    free(path);
    return page;
}

static bool close_page(FILE *page, const char *name)
{
    bool failed = ferror(page) != 0;

    failed |= fclose(page) != 0;
    if (failed)
        complain("%s.md: %s", name, strerror(errno));
    return !failed;
}

/* --- a word --- */

/* The page a rule has its section on is that of its first word. */
static bool belongs_to(const struct rule *rule, const struct rule_kind *kind)
{
    const char *first = rule_metadata_value(rule, "detects", 0);

    return first != NULL && strcmp(first, kind->name) == 0;
}

static void print_section(struct prose *prose, const struct rule_set *set,
        const struct rule *rule)
{
    explain_title(prose, rule);
    explain_conditions(prose, set, rule);
    explain_numbers(prose, rule);
    explain_references(prose, rule);
}

/* Rules that detect this, too, but have their section elsewhere. */
static void print_others(FILE *page, const struct rule_set *set, const struct rule_kind *kind)
{
    const char *between = "\nOf other pages detect this, too:";

    for (size_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);

        if (!rule_detects(rule, kind->name) || belongs_to(rule, kind))
            continue;
        fprintf(page, "%s [%u](%s.md#%u)", between, rule->sid,
                rule_metadata_value(rule, "detects", 0), rule->sid);
        between = ",";
    }
    if (*between == ',')
        fputs(".\n", page);
}

static void print_page(FILE *page, struct prose *prose, const struct rule_set *set,
        const struct rule_kind *kind)
{
    fprintf(page, "# %s\n\n" PAGE_NOTE, kind->title);
    explain_kind(prose, kind);
    fputs("\nHow to make a rule quieter: [README.md](README.md#quieter).\n", page);
    print_others(page, set, kind);
    for (size_t i = 0; i < rule_set_count(set); i++)
        if (belongs_to(rule_set_rule(set, i), kind))
            print_section(prose, set, rule_set_rule(set, i));
}

static bool write_page(const struct rule_set *set, const char *folder,
        const struct rule_kind *kind)
{
    FILE *page = open_page(folder, kind->name);
    struct prose prose;

    if (page == NULL)
        return false;
    if (prose_open(&prose, page, PROSE_MARKDOWN)) {
        print_page(page, &prose, set, kind);
        prose_close(&prose);
    }
    return close_page(page, kind->name);
}

/* --- the index --- */

static const char index_head[] =
        "# What the rules detect\n"
        "\n"
        PAGE_NOTE
        "\n"
        "Each rule of the pack names what it detects in its metadata, by one of these words. An\n"
        "alert carries them: `alert.metadata.detects` in EVE. A rule has its section on the page\n"
        "of its first word, under its sid. `tattler explain SID` says the same on a terminal, and\n"
        "`tattler explain FILE.rules` of rules of your own.\n"
        "\n"
        "Priority says how loud an alert is: 1 act now, 2 look today, 3 context for an\n"
        "investigation, 4 inventory. Confidence says how seldom something harmless looks like it.\n"
        "\n"
        "| detects | | rules |\n"
        "| --- | --- | --- |\n";

static const char index_quieter[] =
        "\n"
        "## Quieter\n"
        "\n"
        "`tattler explain SID` writes these lines for each rule. In Suricata's `threshold.config`,\n"
        "for one device or network, and for fewer alerts; the second takes the place of the rule's\n"
        "own `threshold`:\n"
        "\n"
        "    suppress gen_id 1, sig_id 1000010, track by_either, ip 192.168.1.23\n"
        "    threshold gen_id 1, sig_id 1000010, type limit, track by_both, count 1, seconds 604800"
        "\n"
        "\n"
        "In suricata-update's `disable.conf`, one rule, all that detect something (also those that\n"
        "detect more than that), all of a priority, or a file:\n"
        "\n"
        "    1000010\n"
        "    metadata: detects new-device\n"
        "    re:priority:4;\n"
        "    group:p2p.rules\n"
        "\n"
        "In its `modify.conf`, a number of a rule or its priority:\n"
        "\n"
        "    1000040 \"iot\\.fanout:>=40\" \"iot.fanout:>=80\"\n"
        "    1000010 \"priority:2\" \"priority:3\"\n"
        "\n"
        "More of both: [`rules/examples/`](../../rules/examples).\n"
        "\n"
        "## Rules\n"
        "\n"
        "| sid | | priority | file |\n"
        "| --- | --- | --- | --- |\n";

static size_t count_rules(const struct rule_set *set, const struct rule_kind *kind)
{
    size_t count = 0;

    for (size_t i = 0; i < rule_set_count(set); i++)
        count += rule_detects(rule_set_rule(set, i), kind->name);
    return count;
}

static void print_row(FILE *page, const struct rule *rule)
{
    const char *word = rule_metadata_value(rule, "detects", 0);
    const char *file = strrchr(rule->file, '/');

    fprintf(page, "| [%u](%s.md#%u) | %s | ", rule->sid, word != NULL ? word : "", rule->sid,
            rule->msg != NULL ? rule->msg : "");
    if (rule->alerts)
        fprintf(page, "%d", rule->priority);
    fprintf(page, " | %s |\n", file != NULL ? file + 1 : rule->file);
}

static int compare_sids(const void *one, const void *other)
{
    const struct rule *a = *(const struct rule *const *)one;
    const struct rule *b = *(const struct rule *const *)other;

    return (a->sid > b->sid) - (a->sid < b->sid);
}

static void print_rows(FILE *page, const struct rule_set *set)
{
    size_t count = rule_set_count(set);
    const struct rule **rules = calloc(count, sizeof(*rules));

    if (rules == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        rules[i] = rule_set_rule(set, i);
    qsort(rules, count, sizeof(*rules), compare_sids);
    for (size_t i = 0; i < count; i++)
        print_row(page, rules[i]);
    free(rules);
}

static bool write_index(const struct rule_set *set, const char *folder)
{
    FILE *page = open_page(folder, "README");

    if (page == NULL)
        return false;
    fputs(index_head, page);
    for (size_t i = 0; i < rule_kind_count; i++)
        fprintf(page, "| [`%s`](%s.md) | %s | %zu |\n", rule_kinds[i].name, rule_kinds[i].name,
                rule_kinds[i].title, count_rules(set, &rule_kinds[i]));
    fputs(index_quieter, page);
    print_rows(page, set);
    return close_page(page, "README");
}

bool explain_pages(const struct rule_set *set, const char *folder)
{
    bool good = write_index(set, folder);

    for (size_t i = 0; i < rule_kind_count && good; i++)
        good = write_page(set, folder, &rule_kinds[i]);
    return good;
}
