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
    /* Without a '!' or a range of IPv6: what Suricata looks up, where a rule asks for no more. */
    bool plain;
    bool loose; /* has an IPv6 network with something behind its mask */
};

/* In the time it takes to halve the list until one is left. */
bool address_set_contains(const struct address_set *set, const struct address *address);

#endif
