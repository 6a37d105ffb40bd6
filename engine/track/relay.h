/* relay.h - does a device relay for somebody else, as residential proxies do?
 *
 * Whoever uses such a device talks to one remote of it, the controller, and through it to others,
 * the targets. What comes in from the controller leaves to a target (a request), what comes in from
 * a target leaves to the controller (its answer): soon, in order, and in about the same amount. So
 * all flows of a device are cut into bins of 50 ms (relay_flow.h). For each remote that might be
 * the controller it is counted how many of its bytes other flows account for that way round, and
 * how many they would by chance: the same count with effects before causes. Chance is what two
 * calls, an upload beside a download, or the parts of a web page have in common; they score little.
 * The lag is learned. Seen through are TLS, SSH and other tunnels that frame but do not compress;
 * many targets at once in one session, or a connection of the controller for each; devices that
 * dial, and that are dialled; bytes held back for up to 3 s, if always for about as long; other
 * traffic of the device; and, less surely, junk on the session.
 *
 * Targets have public addresses and are dialled by the device. A controller has a public address,
 * or is a TCP client on the LAN, which then must reach RELAY_LAN_GROUPS unrelated remotes: a hub
 * that sends its camera's pictures to one cloud, or resolves names for others, is no relay.
 *
 * The score is a product of five: the shares of requests and of answers accounted for beyond chance
 * (their geometric mean), how consistently they are second by second, the bytes relayed, and the
 * flows that were targets beyond chance. From 0.5 on it is a relay. Evidence fades by half in 86
 * seconds in which the controller is active, and not in silence. Judgement is 4 to 6 s behind the
 * packets.
 *
 * One 'struct relay' of 34 KiB is for one device, made when one of its flows has carried payload
 * both ways. All here is to be called under that device's lock, by any thread. Time is that of the
 * packets; when it jumps by more than RELAY_JUMP_BINS, what has not been judged is dropped. */
#ifndef TATTLER_TRACK_RELAY_H
#define TATTLER_TRACK_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "track/relay_flow.h"

#define RELAY_LAN_GROUPS 3
#define RELAY_JUMP_BINS 16384 /* 14 minutes */

struct relay;

/* A flow's other end. */
struct relay_end {
    struct address remote;
    uint16_t remote_port, device_port;
    uint8_t protocol; /* IP protocol number */
    bool device_initiated;
    uint64_t opened_us;
    uint64_t group; /* hash of the remote's domain, else its AS, else its address */
};

enum relay_role { RELAY_UNRELATED, RELAY_CONTROLLER, RELAY_TARGET };

struct relay_view {
    double score;   /* 0 to 1 */
    double lag_ms;  /* from what comes in to what leaves, of requests */
    uint32_t flows;  /* targets found so far */
    uint32_t groups; /* unrelated remotes among them, at least; up to 64 */
    struct relay_end controller; /* the first flow seen of it */
    double requests, answers;    /* shares accounted for beyond chance, 0 to 1 */
    uint64_t bytes;              /* the controller's, accounted for of late */
    enum relay_role role;        /* of the flow asked for */
};

/* NULL: out of memory. */
struct relay *relay_new(void);
void relay_free(struct relay *relay); /* no flow may be joined any more; accepts NULL */

/* Takes what this flow carried since the last time, and judges what is old enough of all that have
 * joined. To be called when relay_flow_add() says so. The flow joins if it has not: 'flow' is
 * borrowed until relay_leave(). When 64 flows have joined, the one silent for longest is put out;
 * it joins again when it carries something. */
void relay_hand_in(struct relay *relay, struct relay_flow *flow, const struct relay_end *end,
        uint64_t now_us);

/* To be called before flows are handed in again, where that was left out for a while. */
void relay_wake(struct relay *relay);

/* Before a flow ends. One that never joined may leave. */
void relay_leave(struct relay *relay, struct relay_flow *flow);

/* The likeliest relaying of the device. If 'flow' is not NULL, only what that flow takes part in;
 * false: nothing known. */
bool relay_read(const struct relay *relay, const struct relay_flow *flow, struct relay_view *out);

#endif
