/* address_rules.h - rules that name one address, found by it: lists of bad addresses may be long.
 *
 * Made once, then read only. */
#ifndef TATTLER_DETECT_MATCH_ADDRESS_RULES_H
#define TATTLER_DETECT_MATCH_ADDRESS_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "detect/rules/rule.h"

struct address_rule {
    struct address address;
    uint32_t number; /* of its plan */
};

/* All zeros is empty. */
struct address_rules {
    struct address_rule *rules;
    size_t count, room;
};

/* The one address that a packet's source or destination has to be; NULL: any of several. */
const struct address *address_rules_key(const struct rule *rule, bool of_source);

bool address_rules_add(struct address_rules *list, const struct address *address,
        uint32_t number); /* false: out of memory */
void address_rules_sort(struct address_rules *list); /* once all are there */
void address_rules_clear(struct address_rules *list);

/* Tells the numbers of those that name this address. */
void address_rules_find(const struct address_rules *list, const struct address *address,
        void (*found)(void *user, uint32_t number), void *user);

#endif
