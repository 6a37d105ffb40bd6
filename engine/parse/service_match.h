/* service_match.h - the recognisers behind service_guess(); only service.c calls them.
 *
 * Each says whether one side's first payload, never empty, opens or continues a protocol. Those
 * that a short or random payload could satisfy are "weak": they are only asked on the protocol's
 * port, see the table in service.c.
 * Any thread; no state. */
#ifndef TATTLER_PARSE_SERVICE_MATCH_H
#define TATTLER_PARSE_SERVICE_MATCH_H

#include <stdbool.h>

#include "base/cursor.h"

/* service_text.c: protocols of lines */
bool service_is_http(struct cursor payload);
bool service_is_rtsp(struct cursor payload);
bool service_is_ssh(struct cursor payload);
bool service_is_smtp(struct cursor payload);
bool service_is_smtp_reply(struct cursor payload); /* weak: FTP and others reply alike */
bool service_is_irc(struct cursor payload);
bool service_is_telnet(struct cursor payload);
bool service_is_printable(struct cursor payload); /* weak: ASCII */

/* service_binary.c */
bool service_is_tls(struct cursor payload);
bool service_is_quic(struct cursor payload);
bool service_is_dns(struct cursor payload); /* weak: a header and one sound question or record */
bool service_is_dns_query(struct cursor payload);
bool service_is_dns_stream(struct cursor payload); /* weak, over TCP */
bool service_is_ntp(struct cursor payload);        /* weak */
bool service_is_stun(struct cursor payload);
bool service_is_stun_stream(struct cursor payload);
bool service_is_turn_channel(struct cursor payload); /* weak */
bool service_is_socks(struct cursor payload);

/* service_iot.c */
bool service_is_mqtt_connect(struct cursor payload);
bool service_is_mqtt(struct cursor payload); /* weak: any packets that fill the payload */
bool service_is_coap_request(struct cursor payload);
bool service_is_coap(struct cursor payload); /* weak */

/* service_p2p.c: cameras behind NAT */
bool service_is_pppp(struct cursor payload);
bool service_is_kalay(struct cursor payload);

#endif
