/* address_set.h - the addresses of one side of a rule. */
#ifndef TATTLER_DETECT_RULES_ADDRESS_SET_H
#define TATTLER_DETECT_RULES_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

struct address_range {
    struct address first, last;
};

/* Sorted, without overlaps or neighbours, IPv4 (in mapped form) and IPv6 apart. */
struct address_set {
    const struct address_range *v4, *v6;
    size_t v4_count, v6_count;
    bool any; /* every address */
    bool plain; /* written as prefixes alone, without a '!' */
};

/* In the time it takes to halve the list until one is left. */
bool address_set_contains(const struct address_set *set, const struct address *address);

#endif
