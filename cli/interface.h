/* interface.h - packets of a live network interface, through libpcap (a ring shared with the kernel,
 * TPACKET_V3, on Linux). One thread. */
#ifndef TATTLER_CLI_INTERFACE_H
#define TATTLER_CLI_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "settings.h"

struct interface;

/* Opens 'name' ("any" is all there are) as 'settings' say; 'filter' as in pcap-filter(7), NULL for
 * none. Needs CAP_NET_RAW, later calls do not. NULL: 'problem' says why and what to do. */
struct interface *interface_open(const char *name, const char *filter,
        const struct live_settings *settings, char *problem, size_t problem_size);
void interface_close(struct interface *interface); /* accepts NULL */

const char *interface_name(const struct interface *interface);

/* Readable, to poll(), when there are packets. */
int interface_descriptor(const struct interface *interface);

/* The frame is borrowed for the call. */
typedef void (*interface_frame_fn)(void *user, const struct captured *frame);

/* Hands out what waits, some thousand frames at most, and never blocks. Returns how many; below 0:
 * the interface is gone, interface_problem() says how. */
int interface_read(struct interface *interface, interface_frame_fn frame, void *user);
const char *interface_problem(const struct interface *interface);

/* As the kernel counts them since the interface was opened. */
struct interface_counters {
    uint64_t packets;         /* that the filter took */
    uint64_t drops;           /* of these: there was no room in the buffer */
    uint64_t interface_drops; /* by the network card or its driver */
};
struct interface_counters interface_count(struct interface *interface);

#endif
