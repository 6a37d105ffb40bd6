/* report_usual.h - what the store of baselines knows to be usual for the devices of a report.
 *
 * Read once as a whole; of devices that the report does not tell of only the names of some are kept.
 * One thread. */
#ifndef TATTLER_CLI_REPORT_USUAL_H
#define TATTLER_CLI_REPORT_USUAL_H

#include "baseline_progress.h"
#include "report_model.h"
#include "settings.h"

#define USUAL_ABSENT_SHOWN 20

enum usual_verdict {
    USUAL_UNKNOWN, /* while it learns, or nobody can say */
    USUAL_YES,
    USUAL_RECENT,  /* met after it had learned, and not as long ago as learning takes */
    USUAL_SUSPECT, /* met within a day of an urgent alert */
    USUAL_ACCUSED, /* met by connections that alerted alone */
    USUAL_NEVER,   /* not in the store */
};

struct usual_fact {
    enum seen_kind kind;
    char *value; /* owned */
    enum usual_verdict verdict;
    uint64_t first_us, last_us;
};

struct usual_device {
    char key[ADDRESS_TEXT_SIZE];
    struct baseline_progress progress;
    struct usual_fact *facts; /* owned; by kind, then value */
    size_t fact_count;
    struct baseline_beat *beats; /* owned */
    size_t beat_count;
    /* Bytes a day with the Internet in an hour of local time, on average. */
    double hours[2][BASELINE_HOURS]; /* by enum report_way */
    unsigned days; /* that the average is of; 0: there is none */
    UT_hash_handle hh;
};

struct usual {
    struct usual_device *devices;
    char absent[USUAL_ABSENT_SHOWN][REPORT_LABEL_SIZE]; /* known, but not in the report */
    size_t absent_count;                                /* may be more than are named */
};

/* The store at 'path' rather than that of the configuration; NULL: the latter. False: it cannot be
 * read, which was told. */
bool usual_choose(struct settings *settings, const char *path);

/* Reads the store that 'settings' name, for the devices of 'report'; one that is not there yet knows
 * nothing. False: some of it could not be read, which was told; what could is there. '*out' is all
 * zeros before, and to be cleared in any case. */
bool usual_load(const struct settings *settings, const struct report *report, struct usual *out);
void usual_clear(struct usual *usual);

/* NULL: the store does not know it. */
const struct usual_device *usual_of(const struct usual *usual, const char *key);

/* By its domain or name, else its network. '*fact' is what says so; NULL: nothing does. */
enum usual_verdict usual_judge(const struct usual_device *device,
        const struct report_remote *remote, const struct usual_fact **fact);
/* How many of the device's remotes are known not to be usual. */
size_t usual_count_odd(const struct usual_device *usual, const struct report_device *device);
/* NULL: no heartbeat with it is. */
const struct baseline_beat *usual_beat(const struct usual_device *device, const char *remote);
/* What usually goes one way from one moment to another. */
double usual_volume(const struct usual_device *device, const struct zone *zone,
        enum report_way way, uint64_t from_us, uint64_t to_us);

#endif
