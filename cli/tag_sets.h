/* tag_sets.h - the VLANs in which flows began lately.
 *
 * A flow is of one VLAN, as in Suricata. But some mirror ports and access points show what goes one way
 * with a tag and what comes back without, or each way with a tag of its own; then a packet for which its
 * own VLAN has no flow may answer one of another VLAN. Those that are tried are few, whatever a capture
 * holds: TAG_SETS, the newest in place of the oldest.
 *
 * One thread. All zeros is new. */
#ifndef TATTLER_CLI_TAG_SETS_H
#define TATTLER_CLI_TAG_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "parse/packet.h"

#define TAG_SETS 8

struct tag_sets {
    size_t count, next;
    uint16_t vlans[TAG_SETS][PACKET_VLANS_MAX]; /* no tag: zeros, as in a key */
};

/* A flow began in these. */
void tag_sets_note(struct tag_sets *sets, const uint16_t vlans[PACKET_VLANS_MAX]);

#endif
