/* ranges.h - sets of large numbers as lists of ranges: what stands behind lists of addresses and
 * of ports in rules. Set-up only. */
#ifndef TATTLER_DETECT_RULES_RANGES_H
#define TATTLER_DETECT_RULES_RANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "detect/rules/address_set.h"

/* Ports are numbers, too: in the last bytes of an address. All zero: empty. Owned by whoever holds
 * it. Once a call has failed for memory the list stays marked so. */
struct ranges {
    struct address_range *items;
    size_t count, room;
    bool no_memory;
};

void ranges_clear(struct ranges *ranges);
void ranges_add(struct ranges *ranges, const struct address_range *range);
void ranges_add_all(struct ranges *ranges, const struct ranges *others);
/* Sorts, and joins what overlaps or lies side by side. */
void ranges_tidy(struct ranges *ranges);
/* What is in 'ranges' but not in 'others', both tidy. */
void ranges_subtract(struct ranges *ranges, const struct ranges *others);
/* Is this range, as one, in the tidy list? */
bool ranges_hold(const struct ranges *ranges, const struct address_range *range);

#endif
