/* eve_event.h - one EVE record as 'tune', 'report', 'learn' and 'export' see it.
 *
 * A record of either host, or of another program that writes EVE: what it does not say is left
 * empty, 0 or false. Texts are of the network: print them through screen.h. */
#ifndef TATTLER_CLI_EVE_EVENT_H
#define TATTLER_CLI_EVE_EVENT_H

#include <jansson.h>

#include "base/address.h"
#include "base/cursor.h"
#include "settings.h"

struct eve_event {
    const char *file; /* borrowed: where it stands; a stream's name */
    uint64_t line;    /* from 1 */

    bool has_time;
    uint64_t time_us; /* since 1970, UTC */
    char type[24];    /* event_type: "alert" */
    uint64_t flow_id;
    char protocol[16], app_protocol[16]; /* "TCP", "tls" */

    struct address source, destination; /* of the record: of the packet, in an alert */
    uint16_t source_port, destination_port;

    /* The device's end and the other one: the end at home. Where both are, or none is, the one that
     * opened the flow, if 'iot' says that one is a device or it is at home. A record of
     * event_type "iot" has a device and no remote. */
    bool has_device, has_remote;
    struct address device_address, remote_address;
    uint16_t device_port, remote_port;
    bool has_mac;
    struct mac mac;
    char device_name[64], device_type[64], vendor[64];

    char name[256];   /* of the remote: iot.name; without 'iot', what TLS, QUIC or HTTP say */
    char domain[256]; /* iot.domain alone: domain.h finds it for other names */
    uint32_t asn;
    char as_org[128], country[4], service[16];

    /* Of a flow; bytes by who opened it, and as 'iot' counts them: from and to the device. */
    uint64_t flow_start_us, flow_end_us, bytes_to_server, bytes_to_client, bytes_up, bytes_down;
    bool no_dns, alerted;

    /* Of an alert. */
    uint32_t gid, sid, rev, priority;
    char message[256];
    char detects[128]; /* from the rule's metadata, several with ", " between, as the rule has them */

    /* Private to eve_event.c. */
    struct cursor text, iot_text;
    bool has_source, has_destination, has_opener, to_client, iot_names;
    struct address opener;
    json_t *tree, *iot;
};

/* Reads a record; 'home' are the networks whose hosts are devices. False: no JSON object, and
 * nothing may be used. 'text' is kept in the event, so must outlive it. Both are then released with
 * eve_event_clear(). */
bool eve_event_read(struct eve_event *event, struct cursor text, const struct prefix_list *home);
void eve_event_clear(struct eve_event *event);

/* The 'iot' object, and the whole record: built when first asked for, and owned by the event. NULL:
 * there is none, or no memory. */
const json_t *eve_event_iot(struct eve_event *event);
const json_t *eve_event_json(struct eve_event *event);

/* What the device is told apart by: its MAC address, else its address. Without a device "". */
#define EVE_DEVICE_KEY_SIZE ADDRESS_TEXT_SIZE
void eve_event_device_key(const struct eve_event *event, char out[EVE_DEVICE_KEY_SIZE]);

/* "2026-11-21T04:49:21.399886+0000", also with 'Z', "+01:00" and any number of digits behind the
 * point. */
bool eve_time_parse(const char *text, uint64_t *out_us);

#endif
