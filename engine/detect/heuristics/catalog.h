/* catalog.h - what scripts see of flows, devices, answers and changes: names of fields, and where
 * each comes from.
 *
 * Flows have the features of the table by their names, and a few facts more; devices have those
 * features that are theirs. */
#ifndef TATTLER_DETECT_HEURISTICS_CATALOG_H
#define TATTLER_DETECT_HEURISTICS_CATALOG_H

#include "detect/features.h"
#include "detect/heuristics/script.h"

enum flow_field {
    FLOW_REMOTE_IP,
    FLOW_REMOTE_PORT,
    FLOW_PROTOCOL,
    FLOW_INITIATED,
    FLOW_PUBLIC,
    FLOW_FIELDS /* behind the features */
};
enum device_field {
    DEVICE_FIRST_SEEN,
    DEVICE_IP,
    DEVICE_WINDOW, /* known in device windows, as is the next */
    DEVICE_WINDOW_PACKETS,
    DEVICE_MEMORY,
    DEVICE_FIELDS
};
enum answer_field {
    ANSWER_NAME,
    ANSWER_RCODE,
    ANSWER_ADDRESS,
    ANSWER_ADDRESSES,
    ANSWER_BLOCKED,
    ANSWER_RESOLVER,
    ANSWER_FIELDS
};
enum change_field {
    CHANGE_KIND,
    CHANGE_REMOTE,
    CHANGE_SCORE,
    CHANGE_PERIOD_BEFORE,
    CHANGE_PERIOD_AFTER,
    CHANGE_BYTES_BEFORE,
    CHANGE_BYTES_AFTER,
    CHANGE_FIELDS
};

struct catalogs {
    struct script_catalog list[SCRIPT_OBJECTS];
    const char **flow, **device; /* owned */
    const struct feature **device_features; /* owned: of the first fields of a device */
    size_t device_feature_count;
};

/* False: out of memory; clear it in any case. */
bool catalogs_make(struct catalogs *catalogs);
void catalogs_clear(struct catalogs *catalogs);

/* What scripts can call (engine_scripts.c); all but 'catalogs'. */
extern const struct script_host script_host_functions;

#endif
