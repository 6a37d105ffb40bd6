/* vars.h - the variables of rules, such as $HOME_NET and $HTTP_PORTS, and the lists they stand in.
 *
 * Named as in the section 'vars' of suricata.yaml, with the same meaning. Each variable is worked
 * out once, however often it is used. Set-up only, one thread. */
#ifndef TATTLER_DETECT_RULES_VARS_H
#define TATTLER_DETECT_RULES_VARS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "detect/rules/address_set.h"
#include "detect/rules/arena.h"
#include "detect/rules/port_set.h"

enum vars_kind { VARS_ADDRESSES, VARS_PORTS, VARS_KINDS };

struct rule_variable;

/* All zero: none. */
struct rule_vars {
    struct rule_variable *table[VARS_KINDS];
};

/* What is wrong with a list. 'at' points into the text that was given: to the variable, if it is
 * the value of one that is wrong. */
struct list_error {
    const char *at;
    char text[256];
};

/* Told of each bad variable: 'line' and 'column' count from 1. */
typedef void (*vars_problem_fn)(void *user, const char *file, unsigned line, unsigned column,
        const char *what);

/* The variables that Suricata's own suricata.yaml sets, with HOME_NET as given. */
enum tattler_status vars_default(struct rule_vars *vars, const char *home_networks);
/* Defines one, or defines it anew. Texts are copied. */
enum tattler_status vars_define(struct rule_vars *vars, enum vars_kind kind, const char *name,
        const char *value);
/* Defines those in the section 'vars' of a YAML file, if it has one; the rest of the file is not
 * looked at. TATTLER_MALFORMED if it cannot be read or any variable is of no use. */
enum tattler_status vars_read_yaml(struct rule_vars *vars, const char *path,
        vars_problem_fn problem, void *user);
void vars_clear(struct rule_vars *vars);

/* Works out a list of addresses or ports; the set lies in the arena. False with 'error' set. */
bool vars_addresses(struct rule_vars *vars, const char *list, struct arena *arena,
        struct address_set *out, struct list_error *error);
bool vars_ports(struct rule_vars *vars, const char *list, struct arena *arena,
        struct port_set *out, struct list_error *error);

#endif
