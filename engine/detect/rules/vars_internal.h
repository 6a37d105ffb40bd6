/* vars_internal.h - how lists are worked out; for vars*.c alone. */
#ifndef TATTLER_DETECT_RULES_VARS_INTERNAL_H
#define TATTLER_DETECT_RULES_VARS_INTERNAL_H

#include "base/hash.h"
#include "detect/rules/list.h"
#include "detect/rules/ranges.h"
#include "detect/rules/vars.h"

#define LIST_DEPTH_MAX 64 /* of brackets and variables inside each other; of ports one more */

/* A list while it is worked out: what it names, less what it takes out. Addresses have two
 * families, ports the first alone. */
enum family { FAMILY_V4, FAMILY_V6, FAMILIES };

struct list_sum {
    struct ranges with[FAMILIES], without[FAMILIES];
    bool has_span, loose; /* of one of its addresses, see below */
};

struct list_address {
    struct address_range range;
    enum family family;
    bool has_span; /* "2001:db8::1-2001:db8::9": of IPv6 Suricata looks up prefixes alone */
    bool loose;    /* "2001:db8::/32x": something stands behind the mask of IPv6 */
};

enum variable_state { VARIABLE_UNKNOWN, VARIABLE_BUSY, VARIABLE_GOOD, VARIABLE_BAD };

/* What a list may mean depends on whether it stands behind a '!'. */
struct rule_variable {
    UT_hash_handle hh;
    char *name, *value;
    enum variable_state state[2];
    unsigned depth[2];
    struct list_sum sum[2];
    char problem[sizeof(((struct list_error *)NULL)->text)]; /* of a bad one */
};

/* A list being worked out. */
struct list_reader {
    struct rule_vars *vars;
    enum vars_kind kind;
    struct list_error *error;
    unsigned depth, deepest;
    const char *place; /* inside a variable: where it is used; NULL: what is read is the place */
};

/* Adds what 'text' names to 'sum'. */
bool list_read(struct list_reader *reader, const char *text, size_t len, bool negated,
        struct list_sum *sum);
/* One address, range or port; false: it is none. The text is changed. */
bool list_read_address(char *text, struct list_address *out);
bool list_read_port(char *text, struct address_range *out);
/* Takes 'without' out of 'with', which is everything where only 'without' says something. NULL, or
 * why nothing of use is left. */
const char *list_settle(enum vars_kind kind, struct list_sum *sum);
void list_sum_clear(struct list_sum *sum);
bool list_sum_lacks_memory(const struct list_sum *sum);

/* All IPv4 addresses, all IPv6 addresses; all ports. */
struct address_range list_everything(enum vars_kind kind, enum family family);

struct rule_variable *vars_find(struct rule_vars *vars, enum vars_kind kind, const char *name);

#endif
