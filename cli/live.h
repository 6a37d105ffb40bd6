/* live.h - the stand-alone host on a live interface: opens it, gives up what rights that took,
 * inspects until a signal ends it. */
#ifndef TATTLER_CLI_LIVE_H
#define TATTLER_CLI_LIVE_H

#include "rules_told.h"
#include "settings.h"

/* Of logs, where nobody names another and whoever starts it goes on as somebody else. */
#define LIVE_LOG_FOLDER "/var/log/tattler"

/* Of the command line; NULL: as the settings say. */
struct live_options {
    struct rule_options rules;
    const char *interface, *filter, *user;
    const char *directory, *output; /* of EVE: at most one is set */
};

/* Returns the exit status. 'settings' are those of 'options', and stay with the caller. SIGHUP has
 * logs opened again, and rules and settings read again. */
int live_run(const struct live_options *options, const struct settings *settings);

#endif
