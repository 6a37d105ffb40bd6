/* learn_eve.h - what EVE records of ordinary days show of devices, as baselines.
 *
 * Flows, and what parsers found in them, tell whom a device talks to; alerts, which rules of context
 * held with which remote. As in the engine, an urgent alert accuses what its flow brought, and makes
 * suspect what the device meets within a day. */
#ifndef TATTLER_CLI_LEARN_EVE_H
#define TATTLER_CLI_LEARN_EVE_H

#include "baseline.h"
#include "eve_read.h"

/* Is it a folder, a stream, or a file of records rather than a capture? */
bool learn_eve_is(const char *path);

struct learn_eve;

/* All are borrowed; the engine for its database of networks. NULL: out of memory. */
struct learn_eve *learn_eve_new(const struct settings *settings, const struct engine *engine);
void learn_eve_free(struct learn_eve *learn); /* accepts NULL */

/* Reads one source; 'problem' is told as eve_read.h says. */
enum tattler_status learn_eve_read(struct learn_eve *learn, const char *path,
        void (*problem)(void *user, const char *what), void *user);

struct learn_eve_counts {
    uint64_t records; /* read */
    size_t devices;
    uint64_t urgent;  /* alerts */
    uint64_t refused; /* devices and facts for which there was no room */
};
struct learn_eve_counts learn_eve_count(const struct learn_eve *learn);

/* A copy of all, to be cleared by the caller whatever is returned. False: out of memory. */
bool learn_eve_take(const struct learn_eve *learn, struct baselines *out);

#endif
