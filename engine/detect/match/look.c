#include "detect/match/look.h"

#include "base/time.h"
#include "detect/rules/buffers.h"

#define IPV4_SIZE 4
#define IPV6_SIZE 16

/* --- the header --- */

/* Those of a fragment are not known. */
static bool has_ports(const struct match_packet *packet)
{
    return !packet->is_fragment && (packet->protocol == PACKET_PROTOCOL_TCP ||
                                           packet->protocol == PACKET_PROTOCOL_UDP ||
                                           packet->protocol == PACKET_PROTOCOL_SCTP);
}

bool look_protocol(const struct look *look, const struct rule *rule)
{
    const struct match_packet *packet = look->packet;

    if ((rule->ipv4_only && packet->ip_version != 4) || (rule->ipv6_only && packet->ip_version != 6))
        return false;
    return rule_has_ip_protocol(rule, packet->protocol);
}

bool look_application(const struct look *look, const struct rule *rule)
{
    return rule->application == APPLICATION_ANY || rule->application == look->application ||
           (rule->application == APPLICATION_HTTP && look->application == APPLICATION_HTTP1);
}

bool look_direction(const struct look *look, const struct rule *rule)
{
    return look->packet->to_server ? rule->to_server : rule->to_client;
}

static bool fits_ends(const struct rule *rule, const struct address *source, uint16_t source_port,
        const struct address *destination, uint16_t destination_port)
{
    return port_set_contains(rule->destination_ports, destination_port) &&
           port_set_contains(rule->source_ports, source_port) &&
           address_set_contains(rule->destination, destination) &&
           address_set_contains(rule->source, source);
}

static bool fits_turned(const struct match_packet *packet, const struct rule *rule)
{
    return fits_ends(rule, &packet->destination, packet->destination_port, &packet->source,
            packet->source_port);
}

bool look_ends(const struct look *look, const struct rule *rule)
{
    const struct match_packet *packet = look->packet;

    if (!has_ports(packet) && !(rule->source_ports->any && rule->destination_ports->any))
        return false;
    return fits_ends(rule, &packet->source, packet->source_port, &packet->destination,
                   packet->destination_port) ||
           (rule->bidirectional && fits_turned(packet, rule));
}

bool look_header(const struct look *look, const struct rule *rule)
{
    return look_direction(look, rule) && look_protocol(look, rule) &&
           look_application(look, rule) && look_ends(look, rule);
}

bool look_twice(const struct look *look, const struct rule *rule)
{
    const struct match_packet *packet = look->packet;

    return rule->bidirectional &&
           fits_ends(rule, &packet->source, packet->source_port, &packet->destination,
                   packet->destination_port) &&
           fits_turned(packet, rule);
}

/* --- tests --- */

bool look_has_bytes(const struct look *look)
{
    return (look->payload.left > 0 && !look->unreadable) || look->has_piece;
}

/* 'dsize:0' and no other: '<1' says the same of the size alone. */
static bool asks_for_nothing(const struct number_condition *asked)
{
    return asked->high == 0 && asked->top == 0 && !asked->negated;
}

/* All but '<', '<=', '!1-5' and bits of a mask. */
static bool asks_for_bytes(const struct number_condition *asked)
{
    return asked->mask == UINT64_MAX &&
           (asked->negated ? asked->top != NUMBER_NO_TOP : asked->low > 0);
}

/* Suricata sorts packets by whether there are bytes to look at before it compares their size: '0' goes
 * for those without, and most conditions for those with some. */
static bool tests_payload_size(const struct look *look, const struct rule_test *test)
{
    const struct number_condition *asked = &test->number;

    if (!number_accepts(asked, look->packet->payload.left))
        return false;
    if (asks_for_nothing(asked))
        return !look_has_bytes(look);
    return !asks_for_bytes(asked) || look_has_bytes(look);
}

#define FLAGS_UNUSUAL (PACKET_TCP_URG | PACKET_TCP_ECE | PACKET_TCP_CWR)

/* Suricata sorts packets by two groups of flags before it looks closer: a rule that names one of a
 * group, if only to rule it out, is not asked of packets without any of that group. */
static bool is_sorted_out(uint8_t asked, uint8_t flags)
{
    return ((asked & LOOK_FLAGS_OF_ENDS) != 0 && (flags & LOOK_FLAGS_OF_ENDS) == 0) ||
           ((asked & FLAGS_UNUSUAL) != 0 && (flags & FLAGS_UNUSUAL) == 0);
}

bool look_flags_fit(const struct rule_tcp_flags *asked, uint8_t tcp_flags)
{
    uint8_t flags = tcp_flags & asked->mask;

    if (is_sorted_out(asked->flags, tcp_flags))
        return false;
    if (asked->flags == 0 && tcp_flags != 0) /* those to ignore count here, too */
        return asked->mode == FLAGS_NOT;
    switch (asked->mode) {
    case FLAGS_NOT:
        return (flags & asked->flags) != asked->flags;
    case FLAGS_ALL_OF:
        return (flags & asked->flags) == asked->flags;
    case FLAGS_ANY_OF:
        return (flags & asked->flags) != 0;
    default:
        return flags == asked->flags;
    }
}

static bool tests_tcp_flags(const struct look *look, const struct rule_test *test)
{
    return look->packet->protocol == PACKET_PROTOCOL_TCP && !look->packet->is_fragment &&
           look_flags_fit(&test->tcp_flags, look->packet->tcp_flags);
}

static bool tests_icmp_type(const struct look *look, const struct rule_test *test)
{
    return look->packet->is_icmp && number_accepts(&test->number, look->packet->icmp_type);
}

static bool tests_icmp_code(const struct look *look, const struct rule_test *test)
{
    return look->packet->is_icmp && number_accepts(&test->number, look->packet->icmp_code);
}

static bool tests_ttl(const struct look *look, const struct rule_test *test)
{
    return number_accepts(&test->number, look->packet->ttl);
}

/* In whole seconds of the clock, as Suricata takes the difference. */
static bool tests_flow_age(const struct look *look, const struct rule_test *test)
{
    const struct match_packet *packet = look->packet;
    uint64_t now_s = packet->time_us / US_PER_S, first_s = packet->first_us / US_PER_S;

    return packet->has_flow &&
           number_accepts(&test->number, now_s > first_s ? now_s - first_s : 0);
}

static bool tests_count(const struct match_packet *packet, const uint64_t counts[2],
        const struct rule_flow_count *asked)
{
    if (!packet->has_flow)
        return false;
    if (asked->side != FLOW_EITHER_SIDE)
        return number_accepts(&asked->number, counts[asked->side == FLOW_TO_SERVER ? 0 : 1]);
    return number_accepts(&asked->number, counts[0]) || number_accepts(&asked->number, counts[1]);
}

static bool tests_flow_packets(const struct look *look, const struct rule_test *test)
{
    return tests_count(look->packet, look->packet->packets, &test->flow_count);
}

static bool tests_flow_bytes(const struct look *look, const struct rule_test *test)
{
    return tests_count(look->packet, look->packet->bytes, &test->flow_count);
}

static bool tests_flow_state(const struct look *look, const struct rule_test *test)
{
    const struct match_packet *packet = look->packet;
    const struct rule_flow_state *asked = &test->flow_state;

    return packet->has_flow && (!asked->established || packet->established) &&
           (!asked->not_established || !packet->established) &&
           (!asked->no_fragment || !packet->is_rebuilt) &&
           (!asked->only_fragment || packet->is_rebuilt);
}

static bool tests_flowbit(const struct look *look, const struct rule_test *test)
{
    return look->flow_bits != NULL && flow_bits_hold(*look->flow_bits, &test->flowbit);
}

static bool (*const testers[])(const struct look *, const struct rule_test *) = {
    [TEST_PAYLOAD_SIZE] = tests_payload_size,
    [TEST_TCP_FLAGS] = tests_tcp_flags,
    [TEST_ICMP_TYPE] = tests_icmp_type,
    [TEST_ICMP_CODE] = tests_icmp_code,
    [TEST_TTL] = tests_ttl,
    [TEST_FLOW_AGE] = tests_flow_age,
    [TEST_FLOW_PACKETS] = tests_flow_packets,
    [TEST_FLOW_BYTES] = tests_flow_bytes,
    [TEST_FLOW_STATE] = tests_flow_state,
    [TEST_FLOWBIT] = tests_flowbit,
};

bool look_test(const struct look *look, const struct rule_test *test)
{
    return testers[test->kind](look, test);
}

bool look_tests(const struct look *look, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++) {
        const struct rule_test *test = &rule->tests[i];

        if (test->kind != TEST_IOT && test->kind != TEST_XBIT && !look_test(look, test))
            return false;
    }
    return true;
}

bool look_xbits(const struct look *look, const struct rule *rule)
{
    const struct match_packet *packet = look->packet;
    const struct xbit_packet seen = { packet->time_us, &packet->source, &packet->destination };

    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_XBIT &&
                !xbits_hold(look->xbits, &rule->tests[i].xbit, &seen))
            return false;
    return true;
}

/* --- buffers --- */

/* What rules say of streams goes for TCP alone, and an empty packet is not part of one, unless they insist;
 * with a transaction it is the stream in any case. */
static bool payload_holds(const struct look *look, const struct rule *rule,
        const struct rule_buffer *buffer)
{
    bool of_stream = rule->needs_stream || look->transaction != NULL;
    bool of_packet = rule->needs_packet || !rule->needs_stream ||
                     (!rule->stream_only && (look->packet->protocol != PACKET_PROTOCOL_TCP ||
                                                    look->packet->payload.left == 0));

    return (look->is_stream ? of_stream : of_packet) &&
           steps_hold(look->steps, buffer, look->payload, 0);
}

static bool feature_holds(const struct look *look, const struct rule_buffer *buffer)
{
    struct feature_value value;

    return look->packet->flow != NULL && buffer->feature->get(look->packet->flow, &value) &&
           steps_hold(look->steps, buffer,
                   cursor_over((const uint8_t *)value.text, value.len), 0);
}

static bool transaction_holds(const struct look *look, const struct rule_buffer *buffer)
{
    const struct match_transaction *transaction = look->transaction;

    if (transaction == NULL)
        return false;
    for (size_t i = 0; i < transaction->count; i++)
        if (transaction->buffers[i].kind == buffer->kind &&
                steps_hold(look->steps, buffer, transaction->buffers[i].bytes, 0))
            return true;
    return false;
}

struct cursor look_address(const struct look *look, enum rule_buffer_kind kind)
{
    const struct match_packet *packet = look->packet;
    const uint8_t *bytes = kind == BUFFER_IP_SOURCE ? packet->source.bytes
                                                    : packet->destination.bytes;

    if (packet->ip_version == 6)
        return cursor_over(bytes, IPV6_SIZE);
    return packet->ip_version == 4 ? cursor_over(bytes + IPV6_SIZE - IPV4_SIZE, IPV4_SIZE)
                                   : (struct cursor){ NULL, 0 };
}

static bool address_holds(const struct look *look, const struct rule_buffer *buffer)
{
    struct cursor address = look_address(look, buffer->kind);

    return address.left > 0 && steps_hold(look->steps, buffer, address, 0);
}

bool look_buffer(const struct look *look, const struct rule *rule,
        const struct rule_buffer *buffer)
{
    return buffer->kind == BUFFER_PAYLOAD             ? payload_holds(look, rule, buffer)
           : buffer_is_of_message(buffer->kind)       ? transaction_holds(look, buffer)
           : buffer->kind == BUFFER_FEATURE           ? feature_holds(look, buffer)
                                                      : address_holds(look, buffer);
}

bool look_buffers(const struct look *look, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->buffer_count; i++)
        if (!look_buffer(look, rule, &rule->buffers[i]))
            return false;
    return true;
}
