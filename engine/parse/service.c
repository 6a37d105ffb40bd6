#include "parse/service.h"

#include <stdbool.h>
#include <stddef.h>

#include "parse/service_match.h"

/* Asked from top to bottom, so what a port narrows down stands before its general form; port 0 is
 * any. */
static const struct {
    enum service service;
    enum service_transport transport;
    uint16_t port;
    bool (*match)(struct cursor payload);
} recognisers[] = {
    { SERVICE_DOT, SERVICE_TCP, 853, service_is_tls }, /* RFC 7858 */
    { SERVICE_TLS, SERVICE_TCP, 0, service_is_tls },
    { SERVICE_SSH, SERVICE_TCP, 0, service_is_ssh },
    { SERVICE_HTTP, SERVICE_TCP, 0, service_is_http },
    { SERVICE_RTSP, SERVICE_TCP, 0, service_is_rtsp },
    { SERVICE_MQTT, SERVICE_TCP, 0, service_is_mqtt_connect },
    { SERVICE_MQTT, SERVICE_TCP, 1883, service_is_mqtt },
    { SERVICE_SOCKS, SERVICE_TCP, 0, service_is_socks },
    { SERVICE_SMTP, SERVICE_TCP, 0, service_is_smtp },
    { SERVICE_SMTP, SERVICE_TCP, 25, service_is_smtp_reply },
    { SERVICE_SMTP, SERVICE_TCP, 587, service_is_smtp_reply },
    { SERVICE_IRC, SERVICE_TCP, 0, service_is_irc },
    { SERVICE_DNS, SERVICE_TCP, 53, service_is_dns_stream },
    { SERVICE_STUN, SERVICE_TCP, 0, service_is_stun_stream },
    { SERVICE_TELNET, SERVICE_TCP, 0, service_is_telnet },
    { SERVICE_TELNET, SERVICE_TCP, 23, service_is_printable },
    { SERVICE_TELNET, SERVICE_TCP, 2323, service_is_printable },

    { SERVICE_DOQ, SERVICE_UDP, 853, service_is_quic }, /* RFC 9250 */
    { SERVICE_QUIC, SERVICE_UDP, 0, service_is_quic },
    { SERVICE_DNS, SERVICE_UDP, 53, service_is_dns },
    { SERVICE_DNS, SERVICE_UDP, 5353, service_is_dns }, /* RFC 6762 */
    { SERVICE_DNS, SERVICE_UDP, 5355, service_is_dns }, /* RFC 4795 */
    { SERVICE_NTP, SERVICE_UDP, 123, service_is_ntp },
    { SERVICE_STUN, SERVICE_UDP, 0, service_is_stun },
    { SERVICE_STUN, SERVICE_UDP, 3478, service_is_turn_channel },
    { SERVICE_HTTP, SERVICE_UDP, 0, service_is_http }, /* SSDP */
    { SERVICE_RTSP, SERVICE_UDP, 0, service_is_rtsp },
    { SERVICE_P2P, SERVICE_UDP, 0, service_is_pppp },
    { SERVICE_P2P, SERVICE_UDP, 0, service_is_kalay },
    { SERVICE_COAP, SERVICE_UDP, 0, service_is_coap_request },
    { SERVICE_COAP, SERVICE_UDP, 5683, service_is_coap },
    { SERVICE_DNS, SERVICE_UDP, 0, service_is_dns_query },
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

enum service service_guess(const struct service_view *view)
{
    for (size_t i = 0; i < sizeof(recognisers) / sizeof(recognisers[0]); i++) {
        if (recognisers[i].transport != view->transport || !has_port(view, recognisers[i].port))
            continue;
        if ((view->client.left > 0 && recognisers[i].match(view->client)) ||
                (view->server.left > 0 && recognisers[i].match(view->server)))
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
