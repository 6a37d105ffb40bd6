/* header_sets.h - the lists of addresses and ports of rule headers, each worked out once: thousands
 * of rules say '$HOME_NET'. Set-up only. */
#ifndef TATTLER_DETECT_RULES_HEADER_SETS_H
#define TATTLER_DETECT_RULES_HEADER_SETS_H

#include "detect/rules/arena.h"
#include "detect/rules/vars.h"

struct header_set;

/* All zero: empty. */
struct header_sets {
    struct header_set *table[VARS_KINDS];
    struct arena arena;
};

/* NULL with 'error' set. The set lives as long as the table. */
const struct address_set *header_sets_addresses(struct header_sets *sets, struct rule_vars *vars,
        const char *list, struct list_error *error);
const struct port_set *header_sets_ports(struct header_sets *sets, struct rule_vars *vars,
        const char *list, struct list_error *error);
void header_sets_clear(struct header_sets *sets);

#endif
