/* doctor.h - the checklist of 'tattler doctor': one line for each thing looked at. One thread. */
#ifndef TATTLER_CLI_DOCTOR_H
#define TATTLER_CLI_DOCTOR_H

#include <stdbool.h>

#include "settings.h"

enum verdict { VERDICT_OK, VERDICT_NOTE, VERDICT_WARNING, VERDICT_PROBLEM, VERDICT_COUNT };

struct checklist {
    unsigned counts[VERDICT_COUNT];
};

/* Prints a line to standard output and counts it. 'advice' says what to do; NULL: nothing. */
void checklist_tell(struct checklist *list, enum verdict verdict, const char *advice,
        const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A problem at a place in a file, for loaders that tell of them; 'list' is the checklist. Line 0: of the
 * file as a whole. */
void checklist_tell_place(void *list, const char *file, unsigned line, unsigned column,
        const char *what);

/* Loads heuristics, profiles and the baseline as both hosts do, and, for the stand-alone one, the rules.
 * 'config' may hold variables, which were looked at; NULL: none. */
void rules_check(struct checklist *list, const struct settings *settings, const char *config,
        bool stand_alone);

/* Has the YAML file a section 'tattler'? False too if it cannot be read. */
bool suricata_has_section(const char *path);

/* Looks at Suricata's configuration file, the plugin that it names and the installed Suricata. */
void suricata_check(struct checklist *list, const char *path);

/* The same for the plugin alone: can Suricata load it, and is it made for the one installed? */
void plugin_check(struct checklist *list, const char *path);

#endif
