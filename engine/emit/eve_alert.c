#include "emit/eve_alert.h"

#include <string.h>

#include "emit/eve_common.h"

static void put_end(struct json *json, const char *key, const struct eve_head *head, bool source)
{
    json_open_object(json, key);
    json_address(json, "ip", source ? &head->source : &head->destination);
    if (head->has_ports)
        json_unsigned(json, "port", source ? head->source_port : head->destination_port);
    json_close_object(json);
}

static void put_target(struct json *json, const struct eve_head *head, const struct rule *rule)
{
    if (rule->target == TARGET_NONE)
        return;
    put_end(json, "source", head, rule->target == TARGET_DESTINATION);
    put_end(json, "target", head, rule->target == TARGET_SOURCE);
}

/* The key that follows 'before' in the alphabet; NULL: none. */
static const char *next_key(const struct rule *rule, const char *before)
{
    const char *next = NULL;

    for (uint32_t i = 0; i < rule->metadata_count; i++) {
        const char *key = rule->metadata[i].key;

        if ((before == NULL || strcmp(key, before) > 0) && (next == NULL || strcmp(key, next) < 0))
            next = key;
    }
    return next;
}

/* Suricata sorts the keys, and tells the values of each from the last to the first. */
static void put_metadata(struct json *json, const struct rule *rule)
{
    if (rule->metadata_count == 0)
        return;
    json_open_object(json, "metadata");
    for (const char *key = next_key(rule, NULL); key != NULL; key = next_key(rule, key)) {
        json_open_array(json, key);
        for (uint32_t i = rule->metadata_count; i > 0; i--)
            if (strcmp(rule->metadata[i - 1].key, key) == 0)
                json_text(json, NULL, rule->metadata[i - 1].value);
        json_close_array(json);
    }
    json_close_object(json);
}

/* A rule that only says 'drop' blocks nothing where nothing can be blocked; one that a rate_filter
 * turned to it is told so in any case. */
static bool is_blocked(const struct eve_alert *alert)
{
    return alert->action == ACTION_REJECT ||
           (alert->action == ACTION_DROP && alert->rule->action != ACTION_DROP);
}

static void put_rule(struct json *json, const struct eve_head *head, const struct eve_alert *alert)
{
    const struct rule *rule = alert->rule;

    json_open_object(json, "alert");
    json_text(json, "action", is_blocked(alert) ? "blocked" : "allowed");
    json_unsigned(json, "gid", rule->gid);
    json_unsigned(json, "signature_id", rule->sid);
    json_unsigned(json, "rev", rule->rev);
    json_text(json, "signature", rule->msg != NULL ? rule->msg : "");
    json_text(json, "category", rule->class != NULL ? rule->class->description : "");
    json_unsigned(json, "severity", (uint64_t)rule->priority);
    put_target(json, head, rule);
    put_metadata(json, rule);
    json_close_object(json);
}

static void put_tunnel(struct json *json, const struct eve_tunnel *tunnel)
{
    json_open_object(json, "tunnel");
    json_address(json, "src_ip", &tunnel->source);
    json_unsigned(json, "src_port", tunnel->source_port);
    json_address(json, "dest_ip", &tunnel->destination);
    json_unsigned(json, "dest_port", tunnel->destination_port);
    eve_put_protocol(json, tunnel->protocol);
    json_unsigned(json, "depth", tunnel->depth);
    json_unsigned(json, "pcap_cnt", tunnel->packet_number);
    json_word(json, "pkt_src", EVE_CAPTURED);
    json_close_object(json);
}

/* As the flow's first packet went. */
static void put_flow(struct json *json, const struct eve_head *head, const struct eve_alert *alert)
{
    bool forward = alert->to_server;

    eve_open_flow(json, alert->flow);
    json_address(json, "src_ip", forward ? &head->source : &head->destination);
    json_address(json, "dest_ip", forward ? &head->destination : &head->source);
    if (head->has_ports) {
        json_unsigned(json, "src_port", forward ? head->source_port : head->destination_port);
        json_unsigned(json, "dest_port", forward ? head->destination_port : head->source_port);
    }
    json_close_object(json);
}

void eve_alert_record(struct json *json, const struct eve_head *head,
        const struct eve_alert *alert)
{
    eve_open_packet(json, head, "alert");
    if (alert->message != NULL && alert->message->has_number)
        json_unsigned(json, "tx_id", head->transaction);
    put_rule(json, head, alert);
    if (alert->tunnel != NULL)
        put_tunnel(json, alert->tunnel);
    if (alert->message != NULL)
        eve_put_message(json, head, alert->message);
    if (alert->flow != NULL) {
        if (head->app_proto != NULL)
            json_text(json, "app_proto", head->app_proto);
        json_text(json, "direction", alert->to_server ? "to_server" : "to_client");
        put_flow(json, head, alert);
    }
    eve_close(json, head, 0);
}
