/* The 'tattler' command: finds the subcommand and hands it the rest. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/nearest.h"
#include "command.h"
#include "privileges.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *doc;
} commands[] = {
    { "replay", command_replay, "inspect capture files: EVE JSON, and a table of devices" },
    { "learn", command_learn, "learn from captures what is usual for each device" },
    { "devices", command_devices, "how far each device has learned; trust, freeze or reset one" },
    { "live", command_live, "watch a network interface" },
    { "features", command_features, "list what rules can ask for" },
    { "check", command_check, "check rule files: what is wrong, what it costs, what is missing" },
    { "explain", command_explain, "what a rule looks for, what to do about it, how to tune it" },
    { "try", command_try, "why a rule matches a capture or not, for each connection" },
    { "geo", command_geo, "build the database of networks, or look an address up" },
    { "tune", command_tune, "what alerts most, and the narrowest change that would silence it" },
    { "doctor", command_doctor, "check configuration, data files and Suricata's set-up" },
    { "report", command_report, "a page of what devices do, from EVE records" },
    { "serve", command_serve, "the same page in a browser, kept up to date; numbers for Prometheus" },
    { "export", command_export, "block and allow lists for firewalls, resolvers and Suricata" },
    { "profile", command_profile, "share what devices of a type talk to, without saying whose" },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *to)
{
    fputs("usage: tattler COMMAND [OPTION]... [ARGUMENT]...\n"
          "\n"
          "Tells what the devices of a network talk to.\n"
          "\n", to);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].doc);
    fputs("\n"
          "'tattler COMMAND --help' tells more; 'tattler --version' which version this is.\n", to);
}

static int unknown_command(const char *word)
{
    const char *names[COMMAND_COUNT], *near;

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    near = nearest_word(word, names, COMMAND_COUNT);
    if (near != NULL)
        complain("unknown command '%s': did you mean '%s'?", word, near);
    else
        complain("unknown command '%s'", word);
    fputs("Try 'tattler --help'.\n", stderr);
    return EXIT_USAGE;
}

/* A binary may have capabilities of its own, for 'live', which gives them up before it opens what its
 * caller names. Code is among that: 'lua-module'. False: told. */
static bool give_up_rights(void)
{
    const struct identity caller = { .user = geteuid(), .group = getegid() };

    return getauxval(AT_SECURE) == 0 || privileges_drop(&caller);
}

static int run(int argc, char **argv)
{
    const char *word = argv[1];

    if (strcmp(word, "live") != 0 && !give_up_rights())
        return EXIT_USAGE;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, word) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts(PACKAGE_STRING);
        return EXIT_DONE;
    }
    return unknown_command(word);
}

int main(int argc, char **argv)
{
    int status;

    setlocale(LC_CTYPE, "C.UTF-8"); /* for screen.h, whatever the user's language is */
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    status = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("standard output: %s", strerror(errno));
        return EXIT_INPUT;
    }
    return status;
}
