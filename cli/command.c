#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"
#include "detect/rules/kinds.h"
#include "detect/suppress.h"
#include "rules.h"
#include "screen.h"

#define COMPLAINT_SIZE 2048

/* Who reads complaints as well; NULL: nobody. */
static struct {
    char *text;
    size_t size;
} reader;

void complain_into(char *text, size_t size)
{
    reader.text = text;
    reader.size = size;
    if (text != NULL)
        text[0] = '\0';
}

static void pass_on(const char *text)
{
    size_t len = strlen(reader.text);

    snprintf(reader.text + len, reader.size - len, "%s%s", len > 0 ? "\n" : "", text);
}

/* Complaints quote arguments and files, which may hold anything. */
__attribute__((format(printf, 1, 0))) static void
complain_with(const char *format, va_list arguments)
{
    char text[COMPLAINT_SIZE];
    int len = vsnprintf(text, sizeof(text), format, arguments);

    if (len < 0)
        return;
    if (reader.text != NULL)
        pass_on(text);
    flockfile(stderr); /* threads that write EVE complain, too */
    fputs("tattler: ", stderr);
    screen_print(stderr, cursor_over(text, strlen(text)), SCREEN_ALL, SCREEN_KEEP_START);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_with(format, arguments);
    va_end(arguments);
}

void complain_of(void *user, const char *what)
{
    (void)user;
    complain("%s", what);
}

void complain_and_fail(void *failed, const char *what)
{
    complain("%s", what);
    *(bool *)failed = true;
}

void complain_of_file(void *user, const char *path, unsigned line, const char *what)
{
    (void)user;
    if (line > 0)
        complain("%s:%u: %s", path, line, what);
    else
        complain("%s: %s", path, what);
}

void complain_of_place(void *user, const char *path, unsigned line, unsigned column,
        const char *what)
{
    (void)user;
    if (line > 0)
        complain("%s:%u:%u: %s", path, line, column, what);
    else
        complain("%s: %s", path, what);
}

int usage_error(const char *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_with(format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try 'tattler %s --help'.\n", command);
    return EXIT_USAGE;
}

bool load_settings(struct settings *settings, const char *path)
{
    enum tattler_status status = settings_default(settings);

    if (status == TATTLER_OK && path != NULL)
        status = settings_read_yaml(settings, path, complain_of_place, NULL);
    if (status == TATTLER_OK && path != NULL)
        status = rules_check_vars(settings, path, complain_of_place, NULL);
    if (status == TATTLER_NO_MEMORY)
        complain("out of memory");
    return status == TATTLER_OK;
}

void tell_idle(const struct settings *settings)
{
    uint64_t now_us = clock_us();
    char name[SUPPRESS_NAME_SIZE];

    for (size_t i = 0; i < settings->suppress_count; i++) {
        const struct suppress_setting *entry = &settings->suppress[i];
        const char *meant = entry->detects != NULL ? rule_kind_meant(entry->detects) : NULL;

        suppress_name(settings, i, name);
        if (entry->until_us != 0 && entry->until_us <= now_us)
            complain("the entry '%s' of 'suppress' has expired: its alerts are told again", name);
        if (meant != NULL)
            complain("the entry '%s' of 'suppress': no rule of the pack detects '%s': did you mean '%s'?",
                    name, entry->detects, meant);
    }
}

uint64_t random_seed(void)
{
    uint64_t seed = 0;

    /* So few bytes come at once; only a signal during the wait early at boot can cut it short. */
    while (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) && errno == EINTR)
        continue;
    return seed;
}
