/* devices_show.h - a device of the store as 'tattler devices' prints it. */
#ifndef TATTLER_CLI_DEVICES_SHOW_H
#define TATTLER_CLI_DEVICES_SHOW_H

#include "baseline.h"
#include "emit/json.h"
#include "enrich/profile.h"

struct devices_show {
    uint64_t learning_s; /* how long a device learns */
    const struct profile *profile; /* of other households; NULL: none */
    bool json;           /* objects rather than a table */
    size_t count;        /* so many were shown */
    struct json text;    /* to be freed at the end */
};

/* To standard output; 'show' is a struct devices_show. A store_visit_fn. */
void devices_show(void *show, const struct baseline *baseline);

#endif
