#include "parse/service.h"

#include <stdbool.h>
#include <stddef.h>

#include "parse/service_match.h"

/* Most payloads fail by their first byte, so each names the range that it may have. Port 0 is any. */
struct recogniser {
    enum service service;
    uint16_t port;
    uint8_t first, last;
    bool (*match)(struct cursor payload);
};

/* Asked from top to bottom, so what a port narrows down stands before its general form. */
static const struct recogniser over_tcp[] = {
    { SERVICE_DOT, 853, 20, 23, service_is_tls }, /* RFC 7858 */
    { SERVICE_TLS, 0, 20, 23, service_is_tls },
    { SERVICE_SSH, 0, 'S', 'S', service_is_ssh },
    { SERVICE_HTTP, 0, 'C', 'U', service_is_http },
    { SERVICE_RTSP, 0, 'A', 'T', service_is_rtsp },
    { SERVICE_MQTT, 0, 0x10, 0x10, service_is_mqtt_connect },
    { SERVICE_MQTT, 1883, 0x10, 0xff, service_is_mqtt },
    { SERVICE_SOCKS, 0, 4, 5, service_is_socks },
    { SERVICE_SMTP, 0, '2', 'r', service_is_smtp },
    { SERVICE_SMTP, 25, '0', '9', service_is_smtp_reply },
    { SERVICE_SMTP, 587, '0', '9', service_is_smtp_reply },
    { SERVICE_IRC, 0, ':', 'u', service_is_irc },
    { SERVICE_DNS, 53, 0, 0xff, service_is_dns_stream },
    { SERVICE_STUN, 0, 0, 0xff, service_is_stun_stream },
    { SERVICE_TELNET, 0, 0xff, 0xff, service_is_telnet },
    { SERVICE_TELNET, 23, 0, 0xff, service_is_printable },
    { SERVICE_TELNET, 2323, 0, 0xff, service_is_printable },
};

static const struct recogniser over_udp[] = {
    { SERVICE_DOQ, 853, 0, 0xff, service_is_quic }, /* RFC 9250 */
    { SERVICE_QUIC, 0, 0, 0xff, service_is_quic },
    { SERVICE_DNS, 53, 0, 0xff, service_is_dns },
    { SERVICE_DNS, 5353, 0, 0xff, service_is_dns }, /* RFC 6762 */
    { SERVICE_DNS, 5355, 0, 0xff, service_is_dns }, /* RFC 4795 */
    { SERVICE_NTP, 123, 0, 0xff, service_is_ntp },
    { SERVICE_STUN, 0, 0, 0x3f, service_is_stun },
    { SERVICE_STUN, 3478, 0x40, 0x4f, service_is_turn_channel },
    { SERVICE_HTTP, 0, 'C', 'U', service_is_http }, /* SSDP */
    { SERVICE_RTSP, 0, 'A', 'T', service_is_rtsp },
    { SERVICE_P2P, 0, 0, 0xff, service_is_pppp },
    { SERVICE_P2P, 0, 0, 0xff, service_is_kalay },
    { SERVICE_COAP, 0, 0x40, 0x7f, service_is_coap_request },
    { SERVICE_COAP, 5683, 0x40, 0x7f, service_is_coap },
    { SERVICE_DNS, 0, 0, 0xff, service_is_dns_query },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const struct recogniser *items;
    size_t count;
} recognisers[] = {
    [SERVICE_TCP] = { over_tcp, COUNT(over_tcp) },
    [SERVICE_UDP] = { over_udp, COUNT(over_udp) },
};

#define SYSTEM_PORTS 1024 /* those below are not handed out to clients, RFC 6335 section 6 */

/* A flow that was picked up in the middle may have its sides swapped, so the client's port counts
 * too, but not where it rather looks like a client's: next to a system port. */
static bool has_port(const struct service_view *view, uint16_t port)
{
    return port == 0 || port == view->server_port ||
           (port == view->client_port &&
                   (port < SYSTEM_PORTS || view->server_port >= SYSTEM_PORTS));
}

static bool matches(const struct recogniser *recogniser, struct cursor payload)
{
    return payload.left > 0 && payload.at[0] >= recogniser->first &&
           payload.at[0] <= recogniser->last && recogniser->match(payload);
}

enum service service_guess(const struct service_view *view)
{
    const struct recogniser *end =
            recognisers[view->transport].items + recognisers[view->transport].count;

    for (const struct recogniser *at = recognisers[view->transport].items; at < end; at++)
        if (has_port(view, at->port) && (matches(at, view->client) || matches(at, view->server)))
            return at->service;
    return SERVICE_OTHER;
}

const char *service_name(enum service service)
{
    static const char *const names[SERVICE_COUNT] = {
        [SERVICE_TLS] = "tls",       [SERVICE_QUIC] = "quic",   [SERVICE_HTTP] = "http",
        [SERVICE_DNS] = "dns",       [SERVICE_DOT] = "dot",     [SERVICE_DOH] = "doh",
        [SERVICE_DOQ] = "doq",       [SERVICE_NTP] = "ntp",     [SERVICE_STUN] = "stun",
        [SERVICE_MQTT] = "mqtt",     [SERVICE_COAP] = "coap",   [SERVICE_SSH] = "ssh",
        [SERVICE_TELNET] = "telnet", [SERVICE_SOCKS] = "socks", [SERVICE_IRC] = "irc",
        [SERVICE_SMTP] = "smtp",     [SERVICE_RTSP] = "rtsp",   [SERVICE_P2P] = "p2p",
        [SERVICE_PING_TUNNEL] = "ping-tunnel",
        [SERVICE_OTHER] = "other",
    };

    return (unsigned)service < SERVICE_COUNT ? names[service] : names[SERVICE_OTHER];
}
