#include "parse/service.h"

#include <stdbool.h>
#include <stddef.h>

#include "parse/service_match.h"

/* Asked from top to bottom, so what a port narrows down stands before its general form; port 0 is
 * any. Most payloads are no lines, and fail to be by their first byte. */
static const struct recogniser {
    enum service service;
    enum service_transport transport;
    uint16_t port;
    bool (*match)(struct cursor payload);
    bool is_lines; /* a graphic character comes first */
} recognisers[] = {
    { SERVICE_DOT, SERVICE_TCP, 853, service_is_tls, false }, /* RFC 7858 */
    { SERVICE_TLS, SERVICE_TCP, 0, service_is_tls, false },
    { SERVICE_SSH, SERVICE_TCP, 0, service_is_ssh, true },
    { SERVICE_HTTP, SERVICE_TCP, 0, service_is_http, true },
    { SERVICE_RTSP, SERVICE_TCP, 0, service_is_rtsp, true },
    { SERVICE_MQTT, SERVICE_TCP, 0, service_is_mqtt_connect, false },
    { SERVICE_MQTT, SERVICE_TCP, 1883, service_is_mqtt, false },
    { SERVICE_SOCKS, SERVICE_TCP, 0, service_is_socks, false },
    { SERVICE_SMTP, SERVICE_TCP, 0, service_is_smtp, true },
    { SERVICE_SMTP, SERVICE_TCP, 25, service_is_smtp_reply, true },
    { SERVICE_SMTP, SERVICE_TCP, 587, service_is_smtp_reply, true },
    { SERVICE_IRC, SERVICE_TCP, 0, service_is_irc, true },
    { SERVICE_DNS, SERVICE_TCP, 53, service_is_dns_stream, false },
    { SERVICE_STUN, SERVICE_TCP, 0, service_is_stun_stream, false },
    { SERVICE_TELNET, SERVICE_TCP, 0, service_is_telnet, false },
    { SERVICE_TELNET, SERVICE_TCP, 23, service_is_printable, false },
    { SERVICE_TELNET, SERVICE_TCP, 2323, service_is_printable, false },

    { SERVICE_DOQ, SERVICE_UDP, 853, service_is_quic, false }, /* RFC 9250 */
    { SERVICE_QUIC, SERVICE_UDP, 0, service_is_quic, false },
    { SERVICE_DNS, SERVICE_UDP, 53, service_is_dns, false },
    { SERVICE_DNS, SERVICE_UDP, 5353, service_is_dns, false }, /* RFC 6762 */
    { SERVICE_DNS, SERVICE_UDP, 5355, service_is_dns, false }, /* RFC 4795 */
    { SERVICE_NTP, SERVICE_UDP, 123, service_is_ntp, false },
    { SERVICE_STUN, SERVICE_UDP, 0, service_is_stun, false },
    { SERVICE_STUN, SERVICE_UDP, 3478, service_is_turn_channel, false },
    { SERVICE_HTTP, SERVICE_UDP, 0, service_is_http, true }, /* SSDP */
    { SERVICE_RTSP, SERVICE_UDP, 0, service_is_rtsp, true },
    { SERVICE_P2P, SERVICE_UDP, 0, service_is_pppp, false },
    { SERVICE_P2P, SERVICE_UDP, 0, service_is_kalay, false },
    { SERVICE_COAP, SERVICE_UDP, 0, service_is_coap_request, false },
    { SERVICE_COAP, SERVICE_UDP, 5683, service_is_coap, false },
    { SERVICE_DNS, SERVICE_UDP, 0, service_is_dns_query, false },
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
    return payload.left > 0 &&
           (!recogniser->is_lines || (payload.at[0] > ' ' && payload.at[0] < 0x7f)) &&
           recogniser->match(payload);
}

enum service service_guess(const struct service_view *view)
{
    for (size_t i = 0; i < sizeof(recognisers) / sizeof(recognisers[0]); i++) {
        if (recognisers[i].transport != view->transport || !has_port(view, recognisers[i].port))
            continue;
        if (matches(&recognisers[i], view->client) || matches(&recognisers[i], view->server))
            return recognisers[i].service;
    }
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
        [SERVICE_OTHER] = "other",
    };

    return (unsigned)service < SERVICE_COUNT ? names[service] : names[SERVICE_OTHER];
}
