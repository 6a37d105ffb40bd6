/* port_set.h - the ports of one side of a rule. */
#ifndef TATTLER_DETECT_RULES_PORT_SET_H
#define TATTLER_DETECT_RULES_PORT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct port_range {
    uint16_t first, last;
};

/* Sorted, without overlaps or neighbours. */
struct port_set {
    const struct port_range *ranges;
    size_t count;
    bool any; /* every port, also where there are none */
};

bool port_set_contains(const struct port_set *set, uint16_t port);

#endif
