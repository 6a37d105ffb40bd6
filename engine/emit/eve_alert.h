/* eve_alert.h - EVE's record of an alert, field for field as Suricata 8 writes it with its default
 * options, for the host that matches rules by itself. See eve.h. */
#ifndef TATTLER_EMIT_EVE_ALERT_H
#define TATTLER_EMIT_EVE_ALERT_H

#include "detect/rules/rule.h"
#include "emit/eve.h"
#include "emit/eve_message.h"

struct eve_alert {
    const struct rule *rule;
    enum rule_action action; /* the rule's, or another that a rate_filter set */
    bool to_server;          /* the way of the packet */
    const struct eve_flow *flow; /* NULL: the packet belongs to none */
    const struct eve_message *message; /* NULL: the alert is about none */
};

void eve_alert_record(struct json *json, const struct eve_head *head,
        const struct eve_alert *alert);

#endif
