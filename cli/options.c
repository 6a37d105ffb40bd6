#include "options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "command.h"
#include "rules_told.h"

#define LONG_FIRST 256 /* what getopt_long() calls the options that have names; letters are below */

/* The table as getopt_long() takes it. */
struct forms {
    char letters[2 * COMMAND_OPTIONS_MAX + sizeof(":h")];
    struct option names[COMMAND_OPTIONS_MAX + 2];
};

static bool has_value(const struct command_option *option)
{
    return option->kind != OPTION_FLAG && option->kind != OPTION_DO;
}

static bool is_letter(const struct command_option *option)
{
    return option->name[1] == '\0';
}

static void make_forms(const struct command_option *options, size_t count, struct forms *out)
{
    char *letter = stpncpy(out->letters, ":h", sizeof(out->letters));
    struct option *name = out->names;

    *name++ = (struct option){ "help", no_argument, NULL, 'h' };
    for (size_t i = 0; i < count; i++) {
        const struct command_option *option = &options[i];
        bool takes = has_value(option);

        if (is_letter(option)) {
            *letter++ = option->name[0];
            if (takes)
                *letter++ = ':';
        } else {
            *name++ = (struct option){ option->name, takes ? required_argument : no_argument, NULL,
                LONG_FIRST + (int)i };
        }
    }
    *letter = '\0';
    *name = (struct option){ 0 };
}

/* The option that getopt_long() stumbled over, as it was written. Letters may stand together in one word,
 * which it is not through with then. */
static const char *stumbled_over(char *const *argv, char letter[3])
{
    if (optopt == 0 || optopt == 'h' || optopt >= LONG_FIRST)
        return argv[optind - 1]; /* '--help=1' is called 'h' */
    snprintf(letter, 3, "-%c", optopt);
    return letter;
}

static int refuse(const char *command, const char *word, const struct option *names)
{
    const char *known[COMMAND_OPTIONS_MAX + 1], *near;
    char name[NEAREST_WORD_MAX + 2]; /* one that is cut has no neighbours either */
    size_t count = 0;

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word); /* '--name=value' */
    for (; names[count].name != NULL; count++)
        known[count] = names[count].name;
    near = strncmp(name, "--", 2) == 0 ? nearest_word(name + 2, known, count) : NULL;
    return near != NULL
                   ? usage_error(command, "unknown option '%s': did you mean '--%s'?", word, near)
                   : usage_error(command, "unknown option '%s'", word);
}

static int set(const char *command, const struct command_option *option, const char *value)
{
    switch (option->kind) {
    case OPTION_TEXT:
        *(const char **)option->to = value;
        return EXIT_DONE;
    case OPTION_FLAG:
        *(bool *)option->to = true;
        return EXIT_DONE;
    case OPTION_RULES:
        return rule_options_add(command, option->to, value);
    default:
        return option->take(option->to, value);
    }
}

/* What getopt_long() has called 'c'. */
static const struct command_option *find(const struct command_option *options, size_t count, int c)
{
    if (c >= LONG_FIRST)
        return &options[c - LONG_FIRST];
    for (size_t i = 0; i < count; i++)
        if (is_letter(&options[i]) && options[i].name[0] == c)
            return &options[i];
    return NULL;
}

int options_read(const char *command, const char *usage, const struct command_option *options,
        size_t count, int argc, char **argv)
{
    struct forms forms;
    char letter[3];
    int c, status = EXIT_DONE;

    make_forms(options, count, &forms);
    while (status == EXIT_DONE && (c = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1) {
        const struct command_option *option = find(options, count, c);

        if (option != NULL) {
            status = set(command, option, optarg);
        } else if (c == 'h') {
            fputs(usage, stdout);
            status = -1;
        } else if (c == ':') {
            status = usage_error(command, "option %s needs a value", stumbled_over(argv, letter));
        } else {
            status = refuse(command, stumbled_over(argv, letter), forms.names);
        }
    }
    return status;
}
