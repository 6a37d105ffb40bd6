/* eve_common.h - what all records of eve.h begin and end with; for the files that write them. */
#ifndef TATTLER_EMIT_EVE_COMMON_H
#define TATTLER_EMIT_EVE_COMMON_H

#include "emit/eve.h"
#include "emit/iot.h"

#define EVE_CAPTURED "wire/pcap" /* pkt_src of a packet of the capture itself */

/* Opens a record with its time stamp alone. */
void eve_open_event(struct json *json, uint64_t time_us);
/* Opens a record that one packet gave rise to and writes all of 'head' but its 'app_proto'. */
void eve_open_packet(struct json *json, const struct eve_head *head, const char *event_type);
/* Adds the 'iot' object, 'without' as in iot.h, and closes. */
void eve_close(struct json *json, const struct eve_head *head, uint32_t without);

void eve_put_protocol(struct json *json, uint8_t protocol); /* its name, as "proto" */

/* --- objects that records of their own and alerts have --- */

/* "dns" or "mdns"; nothing where eve_dns_is_told() says no. */
void eve_put_dns(struct json *json, const struct eve_head *head, struct cursor message);
void eve_put_tls(struct json *json, const struct tls_hello *hello);
void eve_put_quic(struct json *json, const struct tls_hello *hello);
/* What the objects 'flow' of flows and alerts begin with. */
void eve_open_flow(struct json *json, const struct eve_flow *flow);
struct eve_message;
void eve_put_http(struct json *json, const struct eve_message *message);
void eve_put_mqtt(struct json *json, const struct eve_message *message);

#endif
