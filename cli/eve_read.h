/* eve_read.h - EVE records from files, folders of rotated files, standard input and Redis.
 *
 * A source is
 *   a file, also compressed (input.h), or "-", standard input;
 *   a folder: its files with ".json" in their names (eve.json, eve.json.1, eve.json-20260101.gz), the
 *     one with the oldest record first;
 *   "redis://HOST[:PORT]/STREAM": what a Redis stream holds when reading begins, from the field of
 *     each entry whose value is an object, as Suricata and 'tattler live' write them.
 * Memory does not grow with the length of the source. */
#ifndef TATTLER_CLI_EVE_READ_H
#define TATTLER_CLI_EVE_READ_H

#include "base/status.h"
#include "eve_event.h"

#define EVE_LINE_MAX (1024 * 1024) /* a longer line is skipped */
#define EVE_PROBLEMS_TOLD 20       /* lines of one reading; the rest is told as a number */

struct eve_counts {
    uint64_t records;
    uint64_t bad; /* lines that hold no record: broken, too long, or cut at the end of a file */
};

struct eve_reading {
    const struct prefix_list *home; /* networks whose hosts are devices */
    /* Called for each record; false ends the reading. 'event' and all in it is borrowed. */
    bool (*event)(void *user, struct eve_event *event);
    /* Told of each source and line that cannot be read: "eve.json:17: not a JSON object". May be
     * NULL. */
    void (*problem)(void *user, const char *what);
    void *user;
};

/* Reads sources one after the other. TATTLER_MALFORMED: some of it could not be read; the rest was.
 * 'counts' may be NULL. */
enum tattler_status eve_read(const char *const *sources, size_t count,
        const struct eve_reading *reading, struct eve_counts *counts);

#endif
