/* service.h - guesses what a flow carries from the first payload of each side.
 *
 * The payload decides; a port only settles what the payload leaves open. Random bytes are 'other'.
 * Any thread; no allocation, no state. */
#ifndef TATTLER_PARSE_SERVICE_H
#define TATTLER_PARSE_SERVICE_H

#include <stdint.h>

#include "base/cursor.h"

enum service {
    SERVICE_TLS,
    SERVICE_QUIC,
    SERVICE_HTTP,
    SERVICE_DNS, /* mDNS and LLMNR too */
    SERVICE_DOT,
    SERVICE_DOH, /* never guessed here: it is TLS or QUIC to a known name */
    SERVICE_DOQ, /* QUIC on port 853; on another port only its ALPN would tell */
    SERVICE_NTP,
    SERVICE_STUN, /* TURN and ICE too */
    SERVICE_MQTT,
    SERVICE_COAP,
    SERVICE_SSH,
    SERVICE_TELNET,
    SERVICE_SOCKS,
    SERVICE_IRC,
    SERVICE_SMTP,
    SERVICE_RTSP,
    SERVICE_P2P, /* what cameras speak to be reached behind NAT: PPPP (CS2, Yi) and Kalay (TUTK) */
    SERVICE_PING_TUNNEL, /* never guessed here: pings that carry data (track/echo.h) */
    SERVICE_OTHER,
    SERVICE_COUNT
};

enum service_transport { SERVICE_TCP, SERVICE_UDP };

/* One flow as seen so far. The client is who sent the flow's first packet. */
struct service_view {
    enum service_transport transport;
    uint16_t client_port, server_port;
    struct cursor client; /* its first payload (segment or datagram), borrowed; empty when unseen */
    struct cursor server;
};

/* SERVICE_OTHER when nothing is recognised, also for two empty payloads. As some protocols let the
 * server speak first and some segments are tiny, ask again while it is SERVICE_OTHER and a side has
 * just sent its first payload or more of it. */
enum service service_guess(const struct service_view *view);

/* "tls", "quic" ... as rules, Lua and EVE spell it; a static string, never NULL. */
const char *service_name(enum service service);

#endif
