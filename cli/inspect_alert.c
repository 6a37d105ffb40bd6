/* Alerts of the rule matcher, written. */
#include "inspect_internal.h"

#include <string.h>
#include <strings.h>

#include "detect/suppress.h"
#include "emit/eve_alert.h"
#include "exchange.h"
#include "parse/packet.h"

/* The packet's own ends: it may be ICMP about a flow of another protocol. */
static struct eve_head head_of(const struct inspector *inspector,
        const struct connection *connection, const struct match_packet *packet)
{
    struct eve_head head = connection != NULL
                                   ? inspect_head(inspector, connection, packet->to_server)
                                   : (struct eve_head){ .time_us = inspector->now_us,
                                         .packet_number = inspector->now_source == NULL
                                                                  ? inspector->packets
                                                                  : 0,
                                         .packet_source = inspector->now_source,
                                         .ip_version = packet->ip_version };
    uint16_t message = (uint16_t)(packet->icmp_type << 8 | packet->icmp_code);

    head.source = packet->source;
    head.destination = packet->destination;
    head.source_port = packet->is_icmp ? message : packet->source_port;
    head.destination_port = packet->destination_port;
    head.protocol = packet->protocol;
    head.is_fragment = packet->is_fragment;
    head.has_ports = inspect_has_ports(packet->protocol);
    return head;
}

static bool rule_detects(const void *user, const char *word)
{
    const struct rule *rule = user;

    for (uint32_t i = 0; i < rule->metadata_count; i++)
        if (strcmp(rule->metadata[i].key, "detects") == 0 &&
                strcasecmp(rule->metadata[i].value, word) == 0)
            return true;
    return false;
}

static bool is_suppressed(const struct inspector *inspector, const struct rule *rule)
{
    struct connection *connection = inspector->connection;
    struct suppress_alert alert = { .sid = rule->sid, .detects = rule_detects, .rule = rule,
        .time_us = inspector->now_us };

    return engine_suppresses(inspector->engine, connection != NULL ? connection->flow : NULL, &alert);
}

/* --- the message that it is about --- */

static void fill_http(const struct inspector *inspector, struct eve_message *out, uint64_t number)
{
    const struct exchange *exchange = inspector->connection->exchange;

    if (out->response.at == NULL)
        out->response = exchange_response(exchange, number);
    if (exchange != NULL && exchange->number == number) {
        out->has_length = true;
        out->length = exchange->length;
    }
    out->work = dissectors_work(inspector->dissectors);
}

#define GUESSES_MAX 4 /* Suricata's detect.guess-applayer-log-limit */

/* Suricata takes a rule on a datagram's bytes to be about the message in it, too, if it asks for the
 * protocol; the first rules on it, that is. */
static bool is_of_datagram(const struct inspector *inspector, const struct match_alert *found)
{
    const struct eve_head head = { .cut = inspector->now_cut };

    return found->rule->application == APPLICATION_DNS && !found->of_transaction &&
           found->packet->protocol == PACKET_PROTOCOL_UDP &&
           inspector->connection->application == APPLICATION_DNS &&
           found->about_packet < GUESSES_MAX &&
           eve_dns_is_told(&head, found->packet->payload);
}

/* How messages of QUIC and MQTT are numbered only Suricata's parsers know. */
static bool has_number(const struct connection *connection, enum rule_application application)
{
    return application == APPLICATION_TLS || application == APPLICATION_HTTP1 ||
           connection->transactions > 0;
}

/* False: none. */
static bool find_message(struct inspector *inspector, const struct match_alert *found,
        uint64_t *number, struct eve_message *out)
{
    const struct connection *connection = inspector->connection;
    enum rule_application application =
            found->of_transaction ? found->application : APPLICATION_DNS;

    if (connection == NULL || (found->message == NULL && !is_of_datagram(inspector, found)))
        return false;
    *out = (struct eve_message){ .application = application,
        .has_number = has_number(connection, application),
        .mqtt_version = connection->mqtt_version };
    if (found->message == NULL) {
        *number = connection->transactions - 1;
        out->request = found->packet->payload;
        return true;
    }
    *number = found->message->number;
    out->request = found->message->request;
    out->response = found->message->response;
    if (out->application == APPLICATION_HTTP1)
        fill_http(inspector, out, *number);
    else if (out->application == APPLICATION_MQTT)
        out->response = exchange_response(connection->exchange, *number);
    return true;
}

/* Without the message where a record has no room for both. */
static void write_alert(struct inspector *inspector, const struct eve_head *head,
        struct eve_alert *alert)
{
    json_restart(&inspector->json);
    eve_alert_record(&inspector->json, head, alert);
    if (inspector->json.failed && alert->message != NULL) {
        alert->message = NULL;
        json_restart(&inspector->json);
        eve_alert_record(&inspector->json, head, alert);
    }
    inspect_write(inspector);
}

void inspect_alert(void *user, const struct match_alert *found)
{
    struct inspector *inspector = user;
    struct connection *connection = inspector->connection;
    struct eve_alert alert = { .rule = found->rule, .action = found->action,
        .to_server = found->packet->to_server,
        .tunnel = inspector->now_source != NULL ? &inspector->root : NULL };
    struct eve_message message;
    struct eve_flow flow;
    struct eve_head head;

    if (is_suppressed(inspector, found->rule))
        return;
    if (connection != NULL) {
        connection->alerted = true;
        if (connection->flow != NULL)
            flow_note_alert(inspector->engine, connection->flow, found->rule->priority);
        flow = inspect_flow_facts(connection, END_SHUTDOWN);
        alert.flow = &flow;
        if (inspector->sink->alert != NULL)
            inspector->sink->alert(inspector->sink->user, connection, found->rule);
    }
    head = head_of(inspector, connection, found->packet);
    if (!inspect_wants(inspector, EVE_ALERT))
        return;
    if (find_message(inspector, found, &head.transaction, &message))
        alert.message = &message;
    write_alert(inspector, &head, &alert);
}
