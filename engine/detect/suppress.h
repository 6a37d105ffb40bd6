/* suppress.h - alerts that are not told: the entries of the configuration's list 'suppress'.
 *
 * Both hosts ask when an alert is about to be written, so a suppression takes away the record and
 * nothing else: the rule has matched, its bits are set, a packet it drops is dropped. An entry holds
 * where all that it names does; what is not known (a name before it was asked for) it cannot name. The
 * first entry that holds is counted, in the order of the configuration.
 *
 * An entry is in force up to the end of its last day in the time of the packet that alerts, so a
 * capture tells the same whenever it is replayed. Any thread; nothing is allocated after the start,
 * and an alert whose rule no entry names costs a look at those without a 'sid'. */
#ifndef TATTLER_DETECT_SUPPRESS_H
#define TATTLER_DETECT_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "enrich/zone.h"
#include "settings.h"

struct flow;
struct suppressions;

/* An alert; what is not known is NULL or 0. All is borrowed. */
struct suppress_alert {
    uint32_t sid;
    /* Does the rule's metadata say that it detects this? Asked only if an entry wants to know. */
    bool (*detects)(const void *rule, const char *word);
    const void *rule; /* for 'detects' */
    uint64_t time_us;
    const struct mac *mac;
    const struct address *device, *remote;
    const char *device_name, *device_type;
    const char *name; /* of the remote */
    uint32_t asn;
};

/* Fills in what the flow tells; it must outlive the alert's use. */
void suppress_alert_of_flow(struct suppress_alert *alert, const struct flow *flow);

/* 'settings' and 'zone' (NULL: UTC) are borrowed for life. NULL: out of memory. */
struct suppressions *suppressions_new(const struct settings *settings, const struct zone *zone);
void suppressions_free(struct suppressions *suppressions); /* accepts NULL */

/* Which entry, as an index into the settings, silences this? Does not count. False: none. */
bool suppress_find(const struct suppressions *suppressions, const struct suppress_alert *alert,
        size_t *index);
/* The same, and counts it. */
bool suppress_take(struct suppressions *suppressions, const struct suppress_alert *alert);

/* For statistics: false behind the last entry, or without suppressions. 'name' is its id, or "entry-3". */
#define SUPPRESS_NAME_SIZE 48
bool suppress_count(const struct suppressions *suppressions, size_t index,
        char name[SUPPRESS_NAME_SIZE], uint64_t *count);
void suppress_name(const struct settings *settings, size_t index, char name[SUPPRESS_NAME_SIZE]);

/* Do all that the entry names hold, whatever the day? */
bool suppress_holds(const struct suppress_setting *entry, const struct suppress_alert *alert,
        const struct zone *zone);

#endif
