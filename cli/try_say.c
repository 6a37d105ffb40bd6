/* What a rule asks and what was there instead, in words. */
#include <string.h>

#include "explain.h"
#include "parse/service.h"
#include "screen.h"
#include "try.h"

/* --- what is asked --- */

static const char *const header_phrases[TRY_TEST] = {
    [TRY_PROTOCOL] = "The protocol is the rule's.",
    [TRY_APPLICATION] = "The application protocol is the rule's.",
    [TRY_DIRECTION] = "Something goes in the rule's direction.",
    [TRY_SOURCE] = "The source is one of the rule's.",
    [TRY_SOURCE_PORT] = "The source port is one of the rule's.",
    [TRY_DESTINATION] = "The destination is one of the rule's.",
    [TRY_DESTINATION_PORT] = "The destination port is one of the rule's.",
};

void try_say_asked(FILE *to, const struct try_rule *tried, size_t condition)
{
    const struct try_condition *asked = &tried->conditions[condition];

    if (asked->kind == TRY_TEST)
        say_test(to, tried->set, asked->test);
    else if (asked->kind == TRY_BUFFER)
        say_buffer(to, asked->buffer);
    else
        fputs(header_phrases[asked->kind], to);
}

/* --- the header --- */

static void say_application(FILE *to, const struct look *look)
{
    static const char *const names[] = {
        [APPLICATION_ANY] = "none that rules can name",
        [APPLICATION_DNS] = "DNS",
        [APPLICATION_TLS] = "TLS",
        [APPLICATION_HTTP] = "HTTP, but not version 1",
        [APPLICATION_HTTP1] = "HTTP",
        [APPLICATION_QUIC] = "QUIC",
        [APPLICATION_MQTT] = "MQTT",
        [APPLICATION_SSH] = "SSH",
    };

    fprintf(to, "the application is %s", names[look->application]);
}

static void say_end(FILE *to, const char *side, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    screen_address(address, text);
    fprintf(to, "the %s is %s", side, text);
}

static void say_port(FILE *to, const char *side, const struct match_packet *packet, uint16_t port)
{
    if (packet->is_icmp)
        fputs("ICMP, which has no ports", to);
    else
        fprintf(to, "the %s port is %u", side, port);
}

static void say_header_seen(FILE *to, enum try_kind kind, const struct look *look)
{
    const struct match_packet *packet = look->packet;

    switch (kind) {
    case TRY_PROTOCOL:
        say_ip_protocol(to, packet->protocol);
        break;
    case TRY_APPLICATION:
        say_application(to, look);
        break;
    case TRY_SOURCE:
        say_end(to, "source", &packet->source);
        break;
    case TRY_SOURCE_PORT:
        say_port(to, "source", packet, packet->source_port);
        break;
    case TRY_DESTINATION:
        say_end(to, "destination", &packet->destination);
        break;
    case TRY_DESTINATION_PORT:
        say_port(to, "destination", packet, packet->destination_port);
        break;
    default:
        fprintf(to, "only what the %s sends", packet->to_server ? "client" : "server");
    }
}

/* --- features --- */

static void say_value(FILE *to, const struct feature *feature, const struct feature_value *value)
{
    switch (feature->type) {
    case FEATURE_STRING:
        say_bytes(to, (const uint8_t *)value->text, value->len);
        break;
    case FEATURE_REAL:
        fprintf(to, "%.4g", value->real);
        break;
    case FEATURE_NUMBER:
        fprintf(to, "%llu", (unsigned long long)value->number);
        break;
    case FEATURE_SET:
        for (size_t i = 0; i < value->findings->count; i++)
            fprintf(to, "%s%s (%.2f)", i > 0 ? ", " : "", value->findings->items[i]->id,
                    value->findings->items[i]->score);
        break;
    default:
        fputs(feature->value_name((size_t)value->number), to);
    }
}

/* The table's own words: "… Unknown until the device was watched." */
static void say_unknown(FILE *to, const struct feature *feature)
{
    const char *why = strstr(feature->doc, "nknown "), *end;

    fputs("unknown", to);
    if (why == NULL)
        return;
    why += strlen("nknown ");
    end = strstr(why, ". ");
    if (end == NULL)
        end = why + strcspn(why, ".");
    fprintf(to, ", as it is %.*s", (int)(end - why), why);
}

static void say_feature_seen(FILE *to, const struct feature *feature, const struct flow *flow)
{
    struct feature_value value;

    fprintf(to, "iot.%s is ", feature->name);
    if (flow != NULL && feature->get(flow, &value))
        say_value(to, feature, &value);
    else
        say_unknown(to, feature);
}

static void say_one(FILE *to, const struct feature *feature, const struct flow *flow,
        const char **between)
{
    fputs(*between, to);
    say_feature_seen(to, feature, flow);
    *between = "; ";
}

void try_say_features(FILE *to, const struct rule *rule, const struct flow *flow)
{
    const char *between = "";

    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_IOT)
            say_one(to, rule->tests[i].iot.feature, flow, &between);
    for (uint32_t i = 0; i < rule->buffer_count; i++)
        if (rule->buffers[i].kind == BUFFER_FEATURE)
            say_one(to, rule->buffers[i].feature, flow, &between);
}

/* --- tests --- */

static void say_counts(FILE *to, const uint64_t counts[2], const char *unit)
{
    fprintf(to, "%llu %s to the server, %llu to the client", (unsigned long long)counts[0], unit,
            (unsigned long long)counts[1]);
}

static void say_icmp(FILE *to, const struct match_packet *packet)
{
    if (packet->is_icmp)
        fprintf(to, "type %u, code %u", packet->icmp_type, packet->icmp_code);
    else
        fputs("not ICMP", to);
}

static void say_state(FILE *to, const struct match_packet *packet)
{
    fprintf(to, "%s, %s", packet->established ? "established" : "not yet established",
            packet->is_rebuilt ? "put together from fragments" : "no fragments");
}

static void say_test_seen(FILE *to, const struct rule_test *test, const struct look *look)
{
    const struct match_packet *packet = look->packet;

    switch (test->kind) {
    case TEST_PAYLOAD_SIZE:
        fprintf(to, "%zu bytes", packet->payload.left);
        break;
    case TEST_TCP_FLAGS:
        say_tcp_flag_names(to, packet->tcp_flags);
        break;
    case TEST_ICMP_TYPE:
    case TEST_ICMP_CODE:
        say_icmp(to, packet);
        break;
    case TEST_TTL:
        fprintf(to, "%u", packet->ttl);
        break;
    case TEST_FLOW_AGE:
        fprintf(to, "%llu s", (unsigned long long)((packet->time_us - packet->first_us) / 1000000));
        break;
    case TEST_FLOW_PACKETS:
        say_counts(to, packet->packets, "packets");
        break;
    case TEST_FLOW_BYTES:
        say_counts(to, packet->bytes, "bytes");
        break;
    case TEST_FLOW_STATE:
        say_state(to, packet);
        break;
    case TEST_FLOWBIT:
        fprintf(to, "the connection %s", test->flowbit.negated ? "bears it" : "does not bear it");
        break;
    case TEST_XBIT:
        fputs(test->xbit.negated ? "the mark is there" : "the mark is not there", to);
        break;
    case TEST_IOT:
        say_feature_seen(to, test->iot.feature, packet->flow);
        break;
    }
}

/* --- patterns --- */

/* No bytes where there is no such buffer. */
static bool bytes_of(const struct look *look, const struct rule_buffer *buffer, struct cursor *out)
{
    const struct match_transaction *transaction = look->transaction;

    *out = look->payload;
    if (buffer->kind == BUFFER_PAYLOAD)
        return true;
    for (size_t i = 0; transaction != NULL && i < transaction->count; i++)
        if (transaction->buffers[i].kind == buffer->kind) {
            *out = transaction->buffers[i].bytes;
            return true;
        }
    return false;
}

static void say_absent(FILE *to, const struct rule_buffer *buffer, const struct look *look)
{
    if (buffer->kind != BUFFER_PAYLOAD)
        fputs("there is none", to);
    else
        fputs(look->unreadable ? "it is encrypted" : "it is empty", to);
}

static void say_buffer_seen(FILE *to, const struct rule_buffer *buffer,
        const struct try_reach *reach, const struct look *look)
{
    struct cursor bytes;

    if (buffer->kind == BUFFER_FEATURE) {
        say_feature_seen(to, buffer->feature, look->packet->flow);
    } else if (buffer->kind == BUFFER_IP_SOURCE) {
        say_end(to, "source", &look->packet->source);
    } else if (buffer->kind == BUFFER_IP_DESTINATION) {
        say_end(to, "destination", &look->packet->destination);
    } else if (reach->depth == 0 || !bytes_of(look, buffer, &bytes)) {
        say_absent(to, buffer, look);
        return;
    } else {
        say_bytes(to, bytes.at, bytes.left);
        fprintf(to, " (%zu byte%s)", bytes.left, bytes.left == 1 ? "" : "s");
    }
    if (reach->depth > 1)
        fprintf(to, reach->depth == 2 ? ", where only the first holds"
                                      : ", where only the first %u hold", reach->depth - 1);
}

void try_say_seen(FILE *to, const struct try_rule *tried, const struct try_reach *reach,
        const struct look *look)
{
    const struct try_condition *asked;

    if (reach->condition == tried->count)
        return;
    asked = &tried->conditions[reach->condition];
    if (asked->kind == TRY_TEST)
        say_test_seen(to, asked->test, look);
    else if (asked->kind == TRY_BUFFER)
        say_buffer_seen(to, asked->buffer, reach, look);
    else
        say_header_seen(to, asked->kind, look);
}
