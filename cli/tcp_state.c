#include "tcp_state.h"

enum event {
    CLIENT_SYN,
    SERVER_SYN_ACK,
    CLIENT_ACK,
    SERVER_ACK,
    CLIENT_FIN,
    SERVER_FIN,
    RESET,
    OTHER,
    EVENTS
};

static const enum tcp_state next[TCP_STATES][EVENTS] = {
    [TCP_NONE] = { TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_ESTABLISHED,
            TCP_CLOSE_WAIT, TCP_FIN_WAIT, TCP_CLOSED, TCP_ESTABLISHED },
    [TCP_SYN_SENT] = { TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_SYN_SENT, TCP_SYN_SENT, TCP_SYN_SENT,
            TCP_SYN_SENT, TCP_CLOSED, TCP_SYN_SENT },
    [TCP_SYN_RECEIVED] = { TCP_SYN_RECEIVED, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_SYN_RECEIVED,
            TCP_CLOSE_WAIT, TCP_FIN_WAIT, TCP_CLOSED, TCP_SYN_RECEIVED },
    [TCP_ESTABLISHED] = { TCP_ESTABLISHED, TCP_ESTABLISHED, TCP_ESTABLISHED, TCP_ESTABLISHED,
            TCP_CLOSE_WAIT, TCP_FIN_WAIT, TCP_CLOSED, TCP_ESTABLISHED },
    [TCP_FIN_WAIT] = { TCP_FIN_WAIT, TCP_FIN_WAIT, TCP_FIN_WAIT, TCP_FIN_WAIT, TCP_TIME_WAIT,
            TCP_FIN_WAIT, TCP_CLOSED, TCP_FIN_WAIT },
    [TCP_CLOSE_WAIT] = { TCP_CLOSE_WAIT, TCP_CLOSE_WAIT, TCP_CLOSE_WAIT, TCP_CLOSE_WAIT,
            TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSED, TCP_CLOSE_WAIT },
    [TCP_TIME_WAIT] = { TCP_TIME_WAIT, TCP_TIME_WAIT, TCP_CLOSED, TCP_CLOSED, TCP_TIME_WAIT,
            TCP_TIME_WAIT, TCP_CLOSED, TCP_TIME_WAIT },
    [TCP_LAST_ACK] = { TCP_LAST_ACK, TCP_LAST_ACK, TCP_CLOSED, TCP_LAST_ACK, TCP_LAST_ACK,
            TCP_LAST_ACK, TCP_CLOSED, TCP_LAST_ACK },
    [TCP_CLOSED] = { TCP_CLOSED, TCP_CLOSED, TCP_CLOSED, TCP_CLOSED, TCP_CLOSED, TCP_CLOSED,
            TCP_CLOSED, TCP_CLOSED },
};

static enum event event_of(bool from_client, uint8_t flags)
{
    bool syn = (flags & PACKET_TCP_SYN) != 0, ack = (flags & PACKET_TCP_ACK) != 0;

    if ((flags & PACKET_TCP_RST) != 0)
        return RESET;
    if (syn)
        return !ack && from_client ? CLIENT_SYN : ack && !from_client ? SERVER_SYN_ACK : OTHER;
    if ((flags & PACKET_TCP_FIN) != 0)
        return from_client ? CLIENT_FIN : SERVER_FIN;
    if (!ack)
        return OTHER;
    return from_client ? CLIENT_ACK : SERVER_ACK;
}

void tcp_track(struct tcp_track *track, bool from_client, uint8_t flags, uint32_t seq)
{
    enum event event = event_of(from_client, flags);
    size_t side = from_client ? 0 : 1;

    if ((flags & PACKET_TCP_SYN) != 0) {
        track->has_syn[side] = true;
        track->syn_seq[side] = seq;
    }
    if (event == CLIENT_SYN && !track->has_isn) {
        track->client_isn = seq;
        track->has_isn = true;
    }
    track->state = next[track->state][event];
}

bool tcp_is_reuse(const struct tcp_track *track, bool from_client, uint8_t flags, uint32_t seq)
{
    if ((flags & PACKET_TCP_SYN) == 0 || (flags & (PACKET_TCP_ACK | PACKET_TCP_RST)) != 0)
        return false;
    if (from_client && track->has_isn && track->client_isn == seq)
        return false;
    return track->state == TCP_NONE || track->state == TCP_CLOSE_WAIT ||
           track->state == TCP_LAST_ACK || track->state == TCP_CLOSED;
}

bool tcp_starts_at_server(uint8_t flags)
{
    return (flags & (PACKET_TCP_SYN | PACKET_TCP_ACK)) == (PACKET_TCP_SYN | PACKET_TCP_ACK);
}

const char *tcp_state_name(enum tcp_state state)
{
    static const char *const names[] = {
        [TCP_NONE] = "none",
        [TCP_SYN_SENT] = "syn_sent",
        [TCP_SYN_RECEIVED] = "syn_recv",
        [TCP_ESTABLISHED] = "established",
        [TCP_FIN_WAIT] = "fin_wait2",
        [TCP_CLOSE_WAIT] = "close_wait",
        [TCP_TIME_WAIT] = "time_wait",
        [TCP_LAST_ACK] = "last_ack",
        [TCP_CLOSED] = "closed",
    };

    return names[state];
}
