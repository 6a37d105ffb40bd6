/* 'tattler features': the feature table for people, as a list or as the page doc/features.md. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "detect/features.h"
#include "options.h"
#include "screen.h"

static const char usage[] =
        "usage: tattler features [--markdown]\n"
        "\n"
        "Lists what rules can ask for and what the 'iot' object of EVE JSON holds.\n"
        "\n"
        "  --markdown  the reference page, as in doc/features.md\n"
        "  -h, --help  this text\n"
        "\n"
        "Exit status: 0 done, 2 wrong usage.\n";

/* --- a list for the terminal --- */

#define LINE_MAX_COLUMNS 120 /* longer lines are hard to read */

struct layout {
    int keyword, type, unit; /* widths of the columns */
    int text, line;          /* where the text begins, where lines end */
};

static int longer(int width, const char *text)
{
    int len = (int)strlen(text);

    return len > width ? len : width;
}

static struct layout lay_out(void)
{
    struct layout layout = { 0 };
    int line = screen_width(stdout);

    for (size_t i = 0; i < feature_count; i++) {
        layout.keyword = longer(layout.keyword, features[i].name);
        layout.type = longer(layout.type, feature_type_name(features[i].type));
        layout.unit = longer(layout.unit, features[i].unit);
    }
    layout.keyword += (int)strlen("iot.");
    layout.text = layout.keyword + layout.type + layout.unit + 6;
    layout.line = line < LINE_MAX_COLUMNS ? line : LINE_MAX_COLUMNS;
    return layout;
}

/* Continues a text at 'column', in lines that start below the others; returns the new column. */
static int print_words(const struct layout *layout, int column, const char *text)
{
    while (*text != '\0') {
        int len = (int)strcspn(text, " ");

        if (column > layout->text && column + 1 + len > layout->line) {
            printf("\n%*s", layout->text, "");
            column = layout->text;
        } else if (column > layout->text) {
            putchar(' ');
            column++;
        }
        printf("%.*s", len, text);
        column += len;
        text += len;
        text += strspn(text, " ");
    }
    return column;
}

static void list_feature(const struct layout *layout, const struct feature *feature)
{
    const char *name;
    int column;

    printf("iot.%-*s  %-*s  %-*s  ", layout->keyword - 4, feature->name, layout->type,
            feature_type_name(feature->type), layout->unit, feature->unit);
    column = print_words(layout, layout->text, feature->doc);
    if (feature->type == FEATURE_NAMES) {
        column = print_words(layout, column, "One of:");
        for (size_t i = 0; (name = feature->value_name(i)) != NULL; i++)
            column = print_words(layout, column, name);
    }
    putchar('\n');
}

static void list_features(void)
{
    struct layout layout = lay_out();

    for (size_t i = 0; i < feature_count; i++)
        list_feature(&layout, &features[i]);
}

/* --- the page --- */

static const char page_head[] =
        "# Features\n"
        "\n"
        "<!-- Written by 'tattler features --markdown': change engine/detect/features.c. -->\n"
        "\n"
        "What Tattler knows of a flow. Each feature is a rule keyword, `iot.` and its name, and a\n"
        "field of the `iot` object in EVE JSON, where a dot in the name is a nested object:\n"
        "`iot.device.name` is `\"iot\": {\"device\": {\"name\": …}}`.\n"
        "\n"
        "*Up* is what the device sends, *down* what it receives; the *remote* is the other end of\n"
        "the flow. A feature belongs to the flow, to its remote or to its device.\n"
        "\n"
        "A feature can be **unknown**: nothing was seen yet that tells, or no database that\n"
        "would know is loaded. Then no rule that asks for it matches, negated or not, and EVE\n"
        "leaves the field out. Unknown is never the same as zero, empty or false.\n"
        "\n"
        "| type | in a rule | in EVE |\n"
        "| --- | --- | --- |\n"
        "| string | a sticky buffer for `content`, `pcre`, `dataset` … | string |\n"
        "| number | as Suricata's integer keywords: `5`, `!5`, `>5`, `>=5`, `<5`, `<=5`; "
        "`1-5` is 2, 3 or 4; `10kb` and `2MiB` are units of 1024 | whole number |\n"
        "| real | the same with a fraction, without units | number with three decimals |\n"
        "| boolean | `true` or `false` | boolean |\n"
        "| name | one or more of the listed names, `a,b`; `!a,b` for none of them | string |\n"
        "| set | the id of a heuristic, or with a least score `exfil>=0.8` | list of objects "
        "with `id`, `score` and `why` |\n";

/* GitHub's way to make an anchor of a heading: without dots, in lower case. */
static void print_link(const char *name)
{
    printf("[`iot.%s`](#iot", name);
    for (; *name != '\0'; name++)
        if (*name != '.')
            putchar(*name);
    putchar(')');
}

static void print_index(void)
{
    puts("\n| keyword | type | unit | of the |\n| --- | --- | --- | --- |");
    for (size_t i = 0; i < feature_count; i++) {
        const struct feature *feature = &features[i];

        fputs("| ", stdout);
        print_link(feature->name);
        printf(" | %s | %s | %s |\n", feature_type_name(feature->type), feature->unit,
                feature_scope_name(feature->scope));
    }
}

static void print_values(const struct feature *feature)
{
    const char *name;

    for (size_t i = 0; (name = feature->value_name(i)) != NULL; i++)
        printf("%s`%s`", i > 0 ? ", " : ", one of ", name);
}

static void print_section(const struct feature *feature)
{
    bool is_numeric = feature->type == FEATURE_NUMBER || feature->type == FEATURE_REAL;

    printf("\n## iot.%s\n\n%s\n\n", feature->name, feature->doc);
    printf("- Type: %s", feature_type_name(feature->type));
    if (feature->type == FEATURE_NAMES)
        print_values(feature);
    if (feature->unit[0] != '\0')
        printf(", in %s", feature->unit);
    if (is_numeric && feature->max > 0)
        printf(", at most %llu", (unsigned long long)feature->max);
    printf("\n- Of the: %s\n", feature_scope_name(feature->scope));
    printf("- Example: `%s`\n", feature->example);
}

static void print_page(void)
{
    fputs(page_head, stdout);
    print_index();
    for (size_t i = 0; i < feature_count; i++)
        print_section(&features[i]);
}

int command_features(int argc, char **argv)
{
    bool markdown = false;
    const struct command_option rows[] = { { OPTION_FLAG, "markdown", &markdown, NULL } };
    int status = options_read("features", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (optind < argc)
        return usage_error("features", "'%s' is one argument too many", argv[optind]);
    if (markdown)
        print_page();
    else
        list_features();
    return EXIT_DONE;
}
