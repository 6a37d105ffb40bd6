/* tcp_state.h - how far a TCP connection has come, as coarsely as flow timeouts need it.
 *
 * Follows Suricata's stream engine (stream-tcp.c, with 'stream.midstream: true') so that both hosts
 * cut the same packets into the same flows. Not a validating state machine: sequence numbers are
 * only used to tell a repeated SYN from a new connection. */
#ifndef TATTLER_CLI_TCP_STATE_H
#define TATTLER_CLI_TCP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "parse/packet.h"

enum tcp_state {
    TCP_NONE,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT,   /* the server closed first */
    TCP_CLOSE_WAIT, /* the client closed first */
    TCP_TIME_WAIT,
    TCP_LAST_ACK,
    TCP_CLOSED,
    TCP_STATES
};

/* One connection, all zeros at the start. */
struct tcp_track {
    enum tcp_state state;
    uint32_t client_isn;
    bool has_isn;
    bool has_syn[2];     /* 0: the client's */
    uint32_t syn_seq[2]; /* sequence number of the last SYN: bytes begin behind it */
};

/* Does a packet with these flags (those of packet.h) change nothing? Most are such. */
static inline bool tcp_goes_on(const struct tcp_track *track, uint8_t flags)
{
    return track->state == TCP_ESTABLISHED &&
           (flags & (PACKET_TCP_SYN | PACKET_TCP_FIN | PACKET_TCP_RST)) == 0;
}

/* One packet. */
void tcp_track(struct tcp_track *track, bool from_client, uint8_t flags, uint32_t seq);

/* Is this SYN the first packet of another connection between the same ports? */
bool tcp_is_reuse(const struct tcp_track *track, bool from_client, uint8_t flags, uint32_t seq);

/* Do these flags (SYN and ACK, first packet seen) come from the server? */
bool tcp_starts_at_server(uint8_t flags);

const char *tcp_state_name(enum tcp_state state); /* as Suricata's EVE spells it */

#endif
