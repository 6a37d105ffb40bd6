#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detect/match/matcher.h"
#include "parse/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RULE(head, options, sid) head " (" options " sid:" #sid ";)\n"
#define TCP "alert tcp any any -> any any"
#define UDP "alert udp any any -> any any"
#define IP "alert ip any any -> any any"

static const char rules[] =
        RULE(TCP, "flow:to_server; content:\"ab\"; content:\"c\"; distance:1; within:4;", 1)
        RULE(TCP, "content:\"|00|a\"; fast_pattern; flowbits:set,one;", 2)
        RULE(TCP, "flowbits:isset,one; content:\"b\"; startswith; flowbits:toggle,two;", 3)
        RULE(TCP, "flowbits:isset,two; dsize:<9; pcre:\"/a+b/\"; threshold:type limit, "
                  "track by_flow, count 2, seconds 5;", 4)
        RULE("drop tcp any any -> any 80", "content:\"drop\"; nocase;", 5)
        RULE("pass tcp any any -> any any", "content:\"pass\"; flowbits:isset,one;", 6)
        RULE(UDP, "content:\"ab\"; xbits:set,x,track ip_src,expire 5;", 7)
        RULE(UDP, "xbits:isset,x,track ip_dst; dsize:>2;", 8)
        RULE("alert tcp any any -> any [1:1024,!80]", "byte_test:2,>,100,0; content:\"aa\";", 9)
        RULE("alert tcp any 80 <> any any", "content:\"x\"; endswith;", 10)
        RULE("alert ip 10.0.0.0/8 any -> !10.0.0.0/8 any", "", 11)
        RULE("alert icmp any any -> any any", "itype:3; icode:>1;", 12)
        RULE(IP, "iot.pkts_up:>2; iot.hour:<9;", 13)
        RULE(IP, "iot.name; content:\"cam\"; iot.no_dns:true;", 14)
        RULE(IP, "iot.new_device:true; flowbits:isset,one; ttl:>9;", 15)
        RULE("alert mqtt any any -> any any", "mqtt.publish.topic; content:\"ab\";", 16)
        RULE("alert http any any -> any any",
                "http.uri; content:\"/a\"; http.request_body; content:\"b\";", 17)
        RULE("alert http any any -> any any", "http.host; content:!\"a\"; flowbits:unset,one;", 18)
        RULE("alert dns any any -> any any", "dns.query; content:\"ab\"; bsize:>2;", 19)
        RULE(TCP, "flow:established,only_stream; content:\"stream\";", 20)
        RULE("drop ip any any -> any any", "iot.asn_risk:>90; flow:not_established;", 21)
        RULE("alert tls any any -> any any", "tls.sni; content:\"a\"; detection_filter:track "
                                             "by_src, count 1, seconds 9;", 22);

#define FLOWS 3
#define MAX_ALERTS 4

struct side {
    struct match_flow *match;
    struct match_packet packet;
    struct flow flow;
};

static struct rule_set *set;
static size_t told;

static void on_alert(void *user, const struct match_alert *alert)
{
    (void)user;
    told++;
    if (rule_set_find(set, 1, alert->rule->sid) != alert->rule || alert->packet == NULL)
        abort();
}

static void open_side(struct side *side, unsigned i)
{
    static const uint8_t protocols[FLOWS] = { PACKET_PROTOCOL_TCP, PACKET_PROTOCOL_UDP,
        PACKET_PROTOCOL_TCP };
    uint8_t from[] = { 10, 0, 0, (uint8_t)(1 + i) }, to[] = { 9, 9, 9, 9 };

    side->packet.source = address_from_v4(from);
    side->packet.destination = address_from_v4(to);
    side->packet.source_port = 4000;
    side->packet.destination_port = i == 0 ? 80 : 900;
    side->packet.protocol = protocols[i];
    side->packet.ip_version = 4;
    side->packet.ttl = 64;
    side->packet.to_server = true;
    side->flow.protocol = protocols[i];
}

static void turn(struct match_packet *packet)
{
    struct address source = packet->source;
    uint16_t port = packet->source_port;

    packet->source = packet->destination;
    packet->destination = source;
    packet->source_port = packet->destination_port;
    packet->destination_port = port;
    packet->to_server = !packet->to_server;
}

static void move(struct flow *flow, uint8_t how)
{
    static char name[] = "a.cam";

    flow->changed = CHANGED_VOLUME | (uint32_t)how << 6;
    flow->packets[UP] += how & 1;
    flow->hour = how % 24;
    flow->no_dns = (enum ternary)(how % 3);
    flow->outlook.new_device = (enum ternary)(how / 4 % 3);
    flow->name = how % 5 == 0 ? NULL : name;
    flow->remote_is_public = true;
    flow->risk = how;
}

static void message(struct matcher *matcher, const struct side *side, uint8_t how,
        struct cursor bytes)
{
    size_t half = bytes.left / 2;
    const struct match_buffer buffers[] = {
        { (enum rule_buffer_kind)(1 + how % (BUFFER_FEATURE - 1)), cursor_over(bytes.at, half) },
        { (enum rule_buffer_kind)(1 + how / 16 % (BUFFER_FEATURE - 1)),
            cursor_over(bytes.at + half, bytes.left - half) },
    };
    const struct match_transaction transaction = { .application = side->packet.application,
        .to_server = how % 2 == 0, .stage = (enum match_stage)(how % 3), .buffers = buffers,
        .count = 2 };

    matcher_transaction(matcher, &transaction);
}

static void end(struct matcher *matcher, struct side *side)
{
    struct match_packet last = side->packet;

    if (side->match == NULL)
        return;
    last.payload = cursor_over(NULL, 0);
    matcher_flow_ending(matcher, &side->match, &last);
    matcher_flow_end(matcher, &side->match);
}

/* The flow (2 bits), the way, is it the end, has it no flow, is it ICMP; what changes; a message; the
 * length of the payload, which may be repeated to fill a piece. */
static bool step(struct matcher *matcher, struct side *sides, struct cursor *in)
{
    uint8_t what, how, kind, length;
    struct cursor payload;
    struct side *side;

    if (!cursor_u8(in, &what) || !cursor_u8(in, &how) || !cursor_u8(in, &kind) ||
            !cursor_u8(in, &length))
        return false;
    cursor_split(in, length < in->left ? length : in->left, &payload);
    side = &sides[what % 4 % FLOWS];
    if (what >> 3 == 31) {
        end(matcher, side);
        return true;
    }
    if (((what & 4) != 0) == side->packet.to_server)
        turn(&side->packet);
    side->packet.has_flow = (what & 24) != 24;
    side->packet.is_icmp = what >> 5 == 5;
    side->packet.protocol = side->packet.is_icmp ? PACKET_PROTOCOL_ICMP : side->flow.protocol;
    side->packet.closing = what >> 5 == 6;
    side->packet.established |= what >> 5 == 1;
    side->packet.time_us += (uint64_t)how << 14;
    move(&side->flow, how);
    side->packet.flow = side->packet.has_flow ? &side->flow : NULL;
    side->packet.payload = payload;
    side->packet.tcp_flags = how;
    told = 0;
    matcher_packet(matcher, side->packet.has_flow ? &side->match : NULL, &side->packet);
    side->packet.application = (enum rule_application)(kind % (APPLICATION_SSH + 1));
    if (side->packet.has_flow && side->packet.protocol == PACKET_PROTOCOL_TCP)
        for (unsigned i = 0; i <= how % 16u; i++)
            matcher_stream(matcher, (what & 4) == 0, payload);
    if (side->packet.has_flow && kind >= 64)
        message(matcher, side, kind, payload);
    matcher_settle(matcher);
    if (told > MAX_ALERTS)
        abort();
    return true;
}

static struct matcher *make_matcher(void)
{
    static struct rule_vars vars;
    struct matcher *matcher;

    if (vars_default(&vars, "10.0.0.0/8") != TATTLER_OK ||
            rule_set_new(&vars, NULL, NULL, &set) != TATTLER_OK ||
            rule_set_load_text(set, "a.rules", rules, sizeof(rules) - 1) != TATTLER_OK ||
            matcher_new(set, MAX_ALERTS, on_alert, NULL, &matcher) != TATTLER_OK)
        abort();
    return matcher;
}

/* One matcher for all inputs, as making one takes long: what is left from one to the next are limits
 * and xbits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct matcher *matcher;
    struct cursor in = cursor_over(data, size);
    struct side sides[FLOWS] = { { 0 } };

    if (matcher == NULL)
        matcher = make_matcher();
    for (unsigned i = 0; i < FLOWS; i++)
        open_side(&sides[i], i);
    while (step(matcher, sides, &in))
        ;
    for (unsigned i = 0; i < FLOWS; i++)
        end(matcher, &sides[i]);
    return 0;
}
