/* datasets.h - the datasets of a rule set by name. Set-up only. */
#ifndef TATTLER_DETECT_RULES_DATASETS_H
#define TATTLER_DETECT_RULES_DATASETS_H

#include "detect/rules/dataset.h"

struct datasets_entry;

/* All zero: none. */
struct datasets {
    struct datasets_entry *table;
};

/* What a rule says of a dataset. */
struct dataset_wish {
    const char *name;
    bool typed; /* else it has to be there already */
    enum dataset_type type;
    const char *load; /* a path; "": none */
    uint64_t hashsize; /* rows of Suricata's table; 0: not said */
    uint64_t memcap;   /* bytes that it may take; 0: not said */
};

/* The dataset of that name, loaded if it is new. NULL with 'error' set; '*status' then is
 * TATTLER_UNSUPPORTED where Suricata may take it. */
struct dataset *datasets_get(struct datasets *datasets, const struct dataset_wish *wish,
        enum tattler_status *status, char *error, size_t error_size);
void datasets_clear(struct datasets *datasets);

#endif
