/* eve_alert.h - EVE's record of an alert, field for field as Suricata 8 writes it with its default
 * options, for the host that matches rules by itself. See eve.h. */
#ifndef TATTLER_EMIT_EVE_ALERT_H
#define TATTLER_EMIT_EVE_ALERT_H

#include "detect/rules/rule.h"
#include "emit/eve.h"
#include "emit/eve_message.h"

/* The packet of the capture that another came in, or is the last fragment of. */
struct eve_tunnel {
    struct address source, destination;
    uint16_t source_port, destination_port; /* of UDP */
    uint8_t protocol;
    unsigned depth; /* tunnels between both */
    uint64_t packet_number;
};

struct eve_alert {
    const struct rule *rule;
    enum rule_action action; /* the rule's, or another that a rate_filter set */
    bool to_server;          /* the way of the packet */
    const struct eve_flow *flow; /* NULL: the packet belongs to none */
    const struct eve_message *message; /* NULL: the alert is about none */
    const struct eve_tunnel *tunnel; /* NULL: the packet came in no other */
};

void eve_alert_record(struct json *json, const struct eve_head *head,
        const struct eve_alert *alert);

#endif
