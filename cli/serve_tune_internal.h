/* serve_tune_internal.h - triage, for what it does (serve_tune.c) and its page (serve_tune_page.c). */
#ifndef TATTLER_CLI_SERVE_TUNE_INTERNAL_H
#define TATTLER_CLI_SERVE_TUNE_INTERNAL_H

#include <sys/stat.h>

#include "eve_follow.h"
#include "serve_tune.h"
#include "tune.h"

#define TRIAGE_GROUPS 20 /* shown */
#define TRIAGE_DAYS 90   /* that an entry is in force */
#define TRIAGE_MARK_SIZE 17
#define TRIAGE_NEWS_SIZE 1024

struct triage {
    const char *config, *source;
    struct stat seen; /* the configuration, when it was read */
    struct settings settings;
    struct zone *zone;
    struct tune_history history;
    struct eve_reading reading;
    struct eve_follow *follow;
    bool is_open;    /* all of the above; else 'trouble' says why not */
    bool is_reading; /* not at the end of the records yet */
    char news[TRIAGE_NEWS_SIZE]; /* of the last change, told once */
    char trouble[TRIAGE_NEWS_SIZE];
};

/* Freed by the caller; NULL: nothing is proposed for the group. */
char *triage_lines(struct triage *triage, struct tune_group *group, struct proposal *proposal);

/* What would be silenced, in few letters: it has to be the same when it is applied. False: nothing
 * is proposed. */
bool triage_mark_group(struct triage *triage, struct tune_group *group,
        char out[TRIAGE_MARK_SIZE]);
/* What the configuration holds, likewise: a change is taken back where it was shown, or not at all.
 * False: it cannot be read. */
bool triage_mark_config(const struct triage *triage, char out[TRIAGE_MARK_SIZE]);

#endif
