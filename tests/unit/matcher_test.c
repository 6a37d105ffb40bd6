/* Rules over packets, messages and streams. What is expected follows from Suricata's user guide and
 * from what its version 8 does. */
#include "match_scene.h"

#include "detect/match/matcher_internal.h"

#include <time.h>

#include "run_suite.h"

#define TCP "alert tcp any any -> any any "
#define UDP "alert udp any any -> any any "
#define IP "alert ip any any -> any any "
#define MAX_ALERTS 15

static struct match_scene scene;
static struct scene_flow at;

static void begin(const char *rules)
{
    scene_begin(&scene, rules, MAX_ALERTS);
    at = scene_open(PACKET_PROTOCOL_TCP, 8080);
}

static void begin_udp(const char *rules)
{
    begin(rules);
    at = scene_open(PACKET_PROTOCOL_UDP, 8080);
}

static void end(void)
{
    scene_close(&scene, &at);
    scene_finish(&scene);
}

static const char *said(bool to_server, const char *text)
{
    scene_send(&scene, &at, to_server, text);
    return scene_told(&scene);
}

static void acknowledge(void)
{
    ck_assert_str_eq(said(false, ""), "");
}

static void message(bool to_server, enum rule_buffer_kind kind, const char *text)
{
    const struct match_buffer buffer = { kind, cursor_over(text, strlen(text)) };
    const struct match_transaction transaction = { .application = APPLICATION_MQTT,
        .to_server = to_server, .buffers = &buffer, .count = 1 };

    matcher_transaction(scene.matcher, &transaction);
}

/* --- which rules, and in which order --- */

START_TEST(alerts_come_by_priority_then_by_sid)
{
    begin_udp(UDP "(content:\"ab\"; priority:3; sid:1;)\n"
          UDP "(content:\"ab\"; priority:1; sid:3;)\n"
          UDP "(content:\"ab\"; priority:1; sid:2;)\n");
    ck_assert_str_eq(said(true, "xaby"), "2 3 1");
    end();
}
END_TEST

START_TEST(one_packet_may_set_a_flowbit_and_meet_a_rule_that_asks_for_it)
{
    begin_udp(UDP "(content:\"ab\"; flowbits:isset,two; sid:1;)\n"
          UDP "(content:\"ab\"; flowbits:set,one; noalert; sid:9;)\n"
          UDP "(content:\"ab\"; flowbits:isset,one; flowbits:set,two; noalert; sid:5;)\n");
    ck_assert_str_eq(said(true, "ab"), "1");
    end();
}
END_TEST

START_TEST(a_flowbit_lasts_for_both_directions_of_its_flow_alone)
{
    struct scene_flow other;

    begin_udp(UDP "(content:\"ab\"; flowbits:set,one; noalert; sid:1;)\n"
          UDP "(flow:to_client; content:\"|07|\"; startswith; flowbits:isset,one; sid:2;)\n"
          UDP "(ttl:1; flowbits:isset,one; sid:3;)\n");
    other = at;
    ck_assert_str_eq(said(false, "\x07"), "");
    ck_assert_str_eq(said(true, "ab"), "");
    ck_assert_str_eq(said(false, "\x07"), "2");
    ck_assert_str_eq(said(false, "x\x07"), "");
    at.packet.ttl = 1;
    ck_assert_str_eq(said(true, ""), "3");
    scene_send(&scene, &other, false, "\x07");
    ck_assert_str_eq(scene_told(&scene), "");
    scene_close(&scene, &other);
    end();
}
END_TEST

START_TEST(rules_on_addresses_alone_meet_the_first_packet_each_way)
{
    begin("alert ip 10.0.0.0/8 any -> any any (sid:1;)\n"
          "alert ip any any -> 10.0.0.0/8 any (sid:2;)\n");
    ck_assert_str_eq(said(true, ""), "1");
    ck_assert_str_eq(said(true, ""), "");
    ck_assert_str_eq(said(false, ""), "2");
    ck_assert_str_eq(said(false, ""), "");
    ck_assert_str_eq(said(true, ""), "");
    end();
}
END_TEST

START_TEST(rules_look_at_the_bytes_of_each_packet_s_addresses)
{
    begin_udp(UDP "(ip.src; content:\"|0a|\"; startswith; bsize:4; sid:1;)\n"
          UDP "(ip.dst; content:\"|0a|\"; startswith; sid:2;)\n"
          UDP "(ip.src; bsize:16; sid:3;)\n"
          UDP "(content:\"ab\"; ip.dst; content:\"|cb 00 71 05|\"; sid:4;)\n");
    ck_assert_str_eq(said(true, ""), "1");
    ck_assert_str_eq(said(false, ""), "2");
    ck_assert_str_eq(said(true, "ab"), "1 4");
    ck_assert_str_eq(said(false, "ab"), "2");
    at.packet.ip_version = 6;
    ck_assert_str_eq(said(true, ""), "3");
    at.packet.ip_version = 0;
    ck_assert_str_eq(said(true, ""), "");
    end();
}
END_TEST

START_TEST(rules_on_ports_meet_only_these)
{
    begin_udp("alert udp any any -> any [8000:8100,!8090] (content:\"ab\"; sid:1;)\n"
          "alert udp any any -> any !8080 (content:\"ab\"; sid:2;)\n"
          "alert udp any 8080 -> any any (content:\"ab\"; sid:3;)\n"
          "alert udp any 40000 <> any 8080 (content:\"ab\"; sid:4;)\n");
    ck_assert_str_eq(said(true, "ab"), "1 4");
    ck_assert_str_eq(said(false, "ab"), "2 3 4");
    scene_close(&scene, &at);
    at = scene_open(PACKET_PROTOCOL_UDP, 8090);
    ck_assert_str_eq(said(true, "ab"), "2");
    end();
}
END_TEST

START_TEST(both_ways_between_the_same_ends_alert_once)
{
    begin_udp("alert udp any any <> any any (sid:1;)\n"
              "alert udp any 1024: <> any [1024:65535] (sid:2;)\n"
              "alert udp any any <> [0.0.0.0/0,::/0] 8080 (sid:3;)\n"
              "alert udp [10.0.0.0/8,203.0.113.5] any <> [203.0.113.5,10.0.0.0/8] any (sid:4;)\n"
              "alert udp any any <> 203.0.113.0/24 any (content:\"a\"; sid:5;)\n"
              "alert udp any any <> 0.0.0.0/0 any (content:\"a\"; sid:6;)\n");
    ck_assert_str_eq(said(true, "a"), "1 2 3 4 5 6 6");
    end();
}
END_TEST

START_TEST(no_more_alerts_than_asked_for_with_one_packet)
{
    scene_begin(&scene, UDP "(content:\"ab\"; priority:3; sid:1;)\n" UDP "(content:\"a\"; sid:2;)\n"
                        UDP "(content:\"ab\"; priority:1; sid:3;)\n", 2);
    at = scene_open(PACKET_PROTOCOL_UDP, 8080);
    ck_assert_str_eq(said(true, "ab"), "3 1");
    ck_assert_uint_eq(matcher_count(scene.matcher).discarded, 1);
    ck_assert_uint_eq(matcher_count(scene.matcher).alerts, 2);
    end();
}
END_TEST

/* --- packets of no flow, or about one --- */

START_TEST(packets_without_a_flow_meet_rules_that_need_none)
{
    begin(IP "(ttl:64; sid:1;)\n" IP "(flow:to_server; ttl:64; sid:2;)\n"
          IP "(flow:to_client; ttl:64; sid:3;)\n" IP "(flow:stateless; ttl:64; sid:4;)\n"
          IP "(iot.pkts_up:>=0; sid:5;)\n");
    at.packet.has_flow = false;
    scene_packet(&scene, &at, true, "", 0);
    at.packet.flow = NULL;
    matcher_settle(scene.matcher);
    ck_assert_uint_eq(scene.count, 2);
    ck_assert_uint_eq(scene.told[0].sid, 1);
    ck_assert_uint_eq(scene.told[1].sid, 2);
    end();
}
END_TEST

START_TEST(icmp_about_a_flow_meets_rules_for_icmp)
{
    begin("alert icmp any any -> any any (itype:3; sid:1;)\n" TCP "(ttl:64; sid:2;)\n");
    ck_assert_str_eq(said(true, ""), "2");
    at.packet.protocol = PACKET_PROTOCOL_ICMP;
    at.packet.is_icmp = true;
    at.packet.icmp_type = 3;
    scene_packet(&scene, &at, false, "", 0);
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "1");
    end();
}
END_TEST

/* --- features --- */

START_TEST(a_rule_on_features_alerts_once_a_flow)
{
    begin(IP "(iot.pkts_up:>2; sid:1;)\n");
    for (uint64_t i = 1; i <= 6; i++) {
        at.flow.packets[UP] = i;
        at.flow.changed = CHANGED_VOLUME;
        ck_assert_str_eq(said(i % 2 == 0, ""), i == 3 ? "1" : "");
    }
    end();
}
END_TEST

START_TEST(it_alerts_again_once_its_conditions_were_false)
{
    static const struct {
        bool holds;
        const char *told;
    } steps[] = { { true, "1" }, { true, "" }, { false, "" }, { true, "1" }, { true, "" } };

    begin(IP "(iot.new_device:true; iot.hour:3; sid:1;)\n");
    at.flow.hour = 3;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        at.flow.outlook.new_device = steps[i].holds ? YES : NO;
        at.flow.changed = CHANGED_NEW;
        ck_assert_str_eq(said(true, ""), steps[i].told);
    }
    end();
}
END_TEST

START_TEST(a_rule_for_one_way_does_not_miss_what_the_other_brought)
{
    begin("alert ip any any -> any any (flow:to_server; iot.hour:3; iot.new_device:true; sid:1;)\n");
    at.flow.changed = CHANGED_ALL;
    ck_assert_str_eq(said(true, ""), "");
    at.flow.outlook.new_device = YES;
    at.flow.changed = CHANGED_NEW;
    ck_assert_str_eq(said(false, ""), "");
    at.flow.hour = 3;
    at.flow.changed = CHANGED_HOUR;
    ck_assert_str_eq(said(false, ""), "");
    ck_assert_str_eq(said(true, ""), "1");
    end();
}
END_TEST

START_TEST(a_rule_whose_header_did_not_fit_is_looked_at_in_another_phase)
{
    begin("alert mqtt any any -> any any (iot.hour:3; sid:1;)\n");
    at.flow.hour = 3;
    at.flow.changed = CHANGED_ALL;
    ck_assert_str_eq(said(true, ""), "");
    at.packet.application = APPLICATION_MQTT;
    ck_assert_str_eq(said(true, ""), "1");
    end();
}
END_TEST

START_TEST(a_rule_rests_no_more_once_it_did_not_hold_while_no_flowbit_was_set)
{
    begin_udp(UDP "(content:\"set\"; flowbits:set,one; noalert; sid:8;)\n"
          UDP "(content:\"unset\"; flowbits:unset,one; noalert; sid:9;)\n"
          UDP "(flowbits:isset,one; iot.hour:3; sid:1;)\n");
    at.flow.hour = 3;
    at.flow.changed = CHANGED_ALL;
    ck_assert_str_eq(said(true, "set"), "1");
    ck_assert_str_eq(said(true, "unset"), "");
    at.flow.hour = 4;
    at.flow.changed = CHANGED_HOUR;
    ck_assert_str_eq(said(true, ""), "");
    at.flow.hour = 3;
    at.flow.changed = CHANGED_HOUR;
    ck_assert_str_eq(said(true, "set"), "1");
    end();
}
END_TEST

START_TEST(another_phase_of_the_flow_has_all_looked_at_again)
{
    begin(TCP "(flow:established; iot.hour:3; sid:1;)\n"
          "alert mqtt any any -> any any (iot.hour:3; sid:2;)\n");
    at.packet.established = false;
    at.flow.hour = 3;
    at.flow.changed = CHANGED_ALL;
    ck_assert_str_eq(said(true, ""), "");
    at.packet.established = true;
    ck_assert_str_eq(said(true, ""), "1");
    at.packet.application = APPLICATION_MQTT;
    ck_assert_str_eq(said(true, ""), "2");
    end();
}
END_TEST

START_TEST(a_text_is_searched_when_it_changes)
{
    begin(IP "(iot.name; content:\"cam\"; sid:1;)\n"
          IP "(iot.name; content:\"cam\"; iot.sni_is_ip:true; sid:2;)\n"
          IP "(iot.name; content:\"cam\"; iot.hour:3; sid:3;)\n");
    at.flow.name = (char[]){ "a.cam.example" };
    at.flow.changed = CHANGED_NAME;
    ck_assert_str_eq(said(true, ""), "1");
    at.flow.changed = CHANGED_NAME;
    at.flow.sni_is_ip = YES;
    ck_assert_str_eq(said(true, ""), "2");
    at.flow.changed = CHANGED_HOUR;
    at.flow.hour = 3;
    ck_assert_str_eq(said(true, ""), "3");
    end();
}
END_TEST

/* --- features, against looking at every rule with every packet --- */

#define RULES 40
#define PACKETS 400
#define ROUNDS 30

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* One to three conditions, on what moves often and what hardly does. */
static void write_rule(char *text, size_t size, unsigned sid)
{
    static const char *const conditions[] = { "iot.hour:1;", "iot.hour:<2;", "iot.no_dns:true;",
        "iot.no_dns:false;", "iot.new_device:true;", "iot.new_asn:false;", "iot.fanout:>1;",
        "iot.fanout:!2;", "iot.service:tls;", "iot.service:!tls,dns;", "iot.pkts_up:>5;",
        "iot.pkts_up:<20;", "iot.pkts_down:7-30;", "iot.asn_risk:>50;", "iot.name_source:sni;" };
    static const char *const ways[] = { "", "flow:to_server;", "flow:to_client;",
        "flow:established;", "flow:established,to_client;" };
    static const char *const flags[] = { "", "", "", "flags:S,12;", "flags:F+;", "flags:P+;" };
    size_t len = (size_t)snprintf(text, size, TCP "(%s%s", ways[random_below(5)],
            flags[random_below(6)]);

    for (uint32_t count = 1 + random_below(3); count > 0; count--)
        len += (size_t)snprintf(text + len, size - len, "%s",
                conditions[random_below(sizeof(conditions) / sizeof(*conditions))]);
    snprintf(text + len, size - len, "sid:%u;)\n", sid);
}

/* Something moves now and then, and is said to have. */
static void move(struct flow *flow)
{
    static const enum service services[] = { SERVICE_OTHER, SERVICE_TLS, SERVICE_DNS };

    flow->changed = CHANGED_VOLUME;
    flow->packets[random_below(2)]++;
    switch (random_below(12)) {
    case 0:
        flow->hour = (uint8_t)random_below(3);
        flow->changed |= CHANGED_HOUR;
        break;
    case 1:
        flow->no_dns = (enum ternary)random_below(3);
        flow->changed |= CHANGED_DNS;
        break;
    case 2:
        flow->outlook.new_device = (enum ternary)random_below(3);
        flow->outlook.new_asn = (enum ternary)random_below(3);
        flow->changed |= CHANGED_NEW;
        break;
    case 3:
        flow->outlook.fanout[0] = random_below(4);
        flow->changed |= CHANGED_FANOUT;
        break;
    case 4:
        flow->service = services[random_below(3)];
        flow->changed |= CHANGED_SERVICE;
        break;
    case 5:
        flow->name_source = (enum name_source)random_below(5);
        flow->changed |= CHANGED_NAME;
        break;
    default:
        break;
    }
}

static bool all_hold(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == TEST_IOT && !condition_holds(&rule->tests[i].iot, &at.flow))
            return false;
    return true;
}

/* What the packet at hand has to bring up, in one bit for each sid. */
static uint64_t expected(bool to_server, uint64_t *fired)
{
    uint64_t told = 0;

    for (size_t i = 0; i < rule_set_count(scene.set); i++) {
        const struct rule *rule = rule_set_rule(scene.set, i);
        uint64_t bit = UINT64_C(1) << rule->sid;
        bool asks_established = false, fits = true;

        for (uint32_t j = 0; j < rule->test_count; j++) {
            asks_established |= rule->tests[j].kind == TEST_FLOW_STATE;
            fits &= rule->tests[j].kind != TEST_TCP_FLAGS ||
                    look_flags_fit(&rule->tests[j].tcp_flags, at.packet.tcp_flags);
        }
        if (!(to_server ? rule->to_server : rule->to_client) ||
                (asks_established && !at.packet.established))
            continue;
        if (!all_hold(rule))
            *fired &= ~bit;
        else if (fits && (*fired & bit) == 0)
            told |= bit;
    }
    *fired |= told;
    return told;
}

static uint64_t told_now(void)
{
    uint64_t told = 0;

    for (size_t i = 0; i < scene.count; i++)
        told |= UINT64_C(1) << scene.told[i].sid;
    scene.count = 0;
    return told;
}

static void play_flow(void)
{
    static const uint8_t flags[] = { PACKET_TCP_ACK, PACKET_TCP_ACK, PACKET_TCP_ACK,
        PACKET_TCP_ACK | PACKET_TCP_PSH, PACKET_TCP_ACK | PACKET_TCP_FIN, PACKET_TCP_SYN };
    uint64_t fired = 0;

    at = scene_open(PACKET_PROTOCOL_TCP, 8080);
    at.packet.established = false;
    at.flow.remote_is_public = true;
    at.flow.risk = (uint8_t)random_below(101);
    for (unsigned i = 0; i < PACKETS; i++) {
        bool to_server = random_below(3) > 0;
        uint64_t wanted;

        move(&at.flow);
        if (i == 0)
            at.flow.changed = CHANGED_ALL;
        at.packet.established |= random_below(9) == 0;
        at.packet.tcp_flags = flags[random_below(6)];
        wanted = expected(to_server, &fired);
        scene_send(&scene, &at, to_server, "");
        ck_assert_uint_eq(told_now(), wanted);
    }
    scene_close(&scene, &at);
}

START_TEST(no_rule_on_features_is_missed_or_told_twice)
{
    static char rules[RULES * 256];
    size_t len = 0;

    random_state = (uint32_t)_i;
    for (unsigned sid = 1; sid <= RULES; sid++) {
        write_rule(rules + len, sizeof(rules) - len, sid);
        len += strlen(rules + len);
    }
    scene_begin(&scene, rules, RULES);
    play_flow();
    play_flow();
    scene_finish(&scene);
}
END_TEST

/* --- work without end --- */

/* Each would take longer than the universe is old. */
START_TEST(a_search_that_finds_no_end_is_cut_and_counted)
{
    static char bytes[60000];
    clock_t began = clock();

    begin_udp("alert udp any any -> any any (content:\"xx\"; pcre:\"/(x+x+)+y/\"; sid:1;)\n"
          "alert udp any any -> any any (pcre:\"/^(([a-z])+.)+[A-Z]([a-z])+$/\"; sid:2;)\n"
          "alert udp any any -> any any (content:\"x\"; content:\"x\"; distance:0; "
          "content:\"x\"; distance:0; content:\"z\"; distance:1; within:1; sid:3;)\n"
          "alert udp any any -> any any (content:\"xx\"; sid:4;)\n");
    memset(bytes, 'x', sizeof(bytes) - 1);
    ck_assert_str_eq(said(true, bytes), "4");
    ck_assert_uint_ge(matcher_count(scene.matcher).searches_cut, 2);
    ck_assert_int_lt((clock() - began) / CLOCKS_PER_SEC, 20);
    end();
}
END_TEST

/* --- streams --- */

START_TEST(a_pattern_over_two_segments_is_found_in_the_stream)
{
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; sid:1;)\n");
    ck_assert_str_eq(said(true, "xxnee"), "");
    ck_assert_str_eq(said(true, "dlexx"), "");
    at.packet.closing = true;
    ck_assert_str_eq(said(true, ""), "1");
    end();
}
END_TEST

START_TEST(what_is_left_of_a_stream_is_searched_when_its_flow_ends)
{
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; sid:1;)\n");
    said(true, "nee");
    said(true, "dle");
    scene_close(&scene, &at);
    ck_assert_uint_eq(scene.count, 1);
    ck_assert(scene.told[0].of_stream && scene.told[0].to_server);
    end();
}
END_TEST

START_TEST(a_full_piece_is_searched_with_the_next_packet)
{
    static char filler[MATCH_PIECE + 1];

    memset(filler, 'x', MATCH_PIECE);
    memcpy(filler + MATCH_PIECE - 4, "needle", 4);
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; sid:1;)\n");
    ck_assert_str_eq(said(true, filler), "");
    acknowledge();
    ck_assert_str_eq(said(true, "le"), "");
    /* The piece before ended in the middle of it. */
    scene_close(&scene, &at);
    ck_assert_str_eq(scene_told(&scene), "");
    end();
}
END_TEST

START_TEST(a_message_that_ends_ends_a_piece)
{
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; sid:1;)\n");
    said(true, "needle");
    matcher_message_end(scene.matcher, false);
    ck_assert_str_eq(said(true, ""), "");
    said(true, "le");
    scene_packet(&scene, &at, true, "", 0);
    matcher_message_end(scene.matcher, true);
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "");
    ck_assert_str_eq(said(false, ""), "");
    ck_assert_str_eq(said(true, ""), "1");
    end();
}
END_TEST

START_TEST(a_piece_waits_until_it_is_acknowledged)
{
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; sid:1;)\n");
    said(true, "nee");
    matcher_message_end(scene.matcher, true);
    ck_assert_str_eq(said(true, "dle"), "");
    ck_assert_str_eq(said(true, ""), "");
    acknowledge();
    ck_assert_str_eq(said(true, ""), "1");
    end();
}
END_TEST

START_TEST(what_nobody_acknowledges_is_searched_before_it_is_too_long)
{
    static char filler[MATCH_PIECE + 1];
    unsigned packets = 0;

    memset(filler, 'x', MATCH_PIECE);
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; sid:1;)\n");
    said(true, "needle");
    while (packets++ < 100 && *said(true, filler) == '\0')
        continue;
    ck_assert_uint_lt(packets, 20);
    end();
}
END_TEST

START_TEST(whoever_looks_at_streams_wants_all_messages)
{
    begin(UDP "(content:\"ab\"; sid:1;)\n" TCP "(content:\"ab\"; flow:no_stream; sid:2;)\n");
    ck_assert_uint_eq(matcher_buffers(scene.matcher), 0);
    end();
    begin(TCP "(content:\"ab\"; sid:1;)\n");
    ck_assert_uint_ne(matcher_buffers(scene.matcher) & 1u << BUFFER_HTTP_REQUEST_BODY, 0);
    ck_assert_uint_ne(matcher_buffers(scene.matcher) & 1u << BUFFER_MQTT_PUBLISH_TOPIC, 0);
    end();
}
END_TEST

/* With the piece of its stream that ends, a packet is looked at rule by rule, in their order. */
START_TEST(rules_on_packet_and_stream_see_each_other_s_flowbits)
{
    begin(TCP "(content:\"needle\"; flowbits:set,found; noalert; sid:1;)\n"
          TCP "(flowbits:isset,found; ttl:64; sid:2;)\n"
          TCP "(ttl:64; flags:P; flowbits:set,pushed; noalert; sid:3;)\n"
          TCP "(content:\"needle\"; flowbits:isset,pushed; sid:4;)\n"
          TCP "(flags:P; flowbits:isset,found; flowbits:set,both; noalert; sid:5;)\n"
          TCP "(content:\"eed\"; flowbits:isset,both; sid:6;)\n");
    ck_assert_str_eq(said(true, "needle"), "");
    matcher_message_end(scene.matcher, true);
    acknowledge();
    at.packet.tcp_flags = PACKET_TCP_PSH;
    ck_assert_str_eq(said(true, "more"), "2 4 6");
    end();
}
END_TEST

START_TEST(a_rule_meets_a_packet_and_its_stream_once)
{
    begin("alert tcp any any -> any any (flow:to_server; content:\"needle\"; dsize:6; sid:1;)\n"
          "alert ip any any -> any any (flow:to_server; content:\"needle\"; sid:2;)\n");
    ck_assert_str_eq(said(true, "needle"), "1");
    matcher_message_end(scene.matcher, true);
    acknowledge();
    ck_assert_str_eq(said(true, "needle"), "1 2");
    end();
}
END_TEST

START_TEST(a_rule_for_streams_alone_meets_no_datagram)
{
    begin_udp(UDP "(flow:only_stream; content:\"needle\"; sid:1;)\n" UDP "(content:\"needle\"; sid:2;)\n");
    ck_assert_str_eq(said(true, "needle"), "2");
    ck_assert(!matcher_wants_stream(scene.matcher, at.match, true));
    end();
}
END_TEST

/* As Suricata does: '0' goes for packets with nothing to look at, '<', '!1-5' and bits for all, the rest
 * for the others. */
START_TEST(the_size_of_a_packet_counts_beside_its_piece)
{
    begin(TCP "(content:\"needle\"; sid:1;)\n" TCP "(dsize:0; sid:2;)\n" TCP "(dsize:<1; sid:3;)\n"
          TCP "(dsize:!5; sid:4;)\n" TCP "(dsize:>0; sid:5;)\n" TCP "(content:!\"x\"; sid:6;)\n"
          TCP "(dsize:!4-9; sid:7;)\n" TCP "(dsize:&3!=1; sid:8;)\n");
    ck_assert_str_eq(said(true, ""), "2 3 7 8");
    ck_assert_str_eq(said(true, "needle"), "4 5 8");
    matcher_message_end(scene.matcher, true);
    ck_assert_str_eq(said(false, ""), "2 3 7 8");
    ck_assert_str_eq(said(true, ""), "1 3 4 6 7 8");
    ck_assert_str_eq(said(true, "abcde"), "5");
    end();
}
END_TEST

START_TEST(what_comes_before_a_syn_is_answered_is_looked_at_by_itself)
{
    begin("alert tcp any any -> any any (content:\"needle\"; sid:1;)\n");
    at.packet.established = false;
    ck_assert_str_eq(said(true, "needle"), "");
    at.packet.unstarted = true;
    scene_packet(&scene, &at, true, "needle", 6);
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "1");
    end();
}
END_TEST

START_TEST(nothing_is_searched_behind_a_tls_handshake)
{
    begin(TCP "(dsize:>0; content:\"ab\"; sid:1;)\n" TCP "(content:\"ab\"; sid:2;)\n");
    at.packet.application = APPLICATION_TLS;
    ck_assert_str_eq(said(true, "\x16\x03\x01zab"), "1");
    ck_assert_str_eq(said(true, "\x14\x03\x03zab"), "1");
    ck_assert_str_eq(said(true, "\x17\x03\x03zab"), "1");
    ck_assert_str_eq(said(false, ""), "");
    ck_assert_str_eq(said(true, "\x16zab"), "");
    ck_assert(!matcher_wants_stream(scene.matcher, at.match, true));
    scene_close(&scene, &at);
    ck_assert_str_eq(scene_told(&scene), "");
    end();
}
END_TEST

START_TEST(an_encrypted_record_behind_others_ends_the_search_of_tls)
{
    const char flight[] = "\x16\x03\x03\x00\x01x\x14\x03\x03\x00\x01\x01\x17\x03\x03" "ab";

    begin(TCP "(dsize:>0; content:\"ab\"; sid:1;)\n");
    at.packet.application = APPLICATION_TLS;
    scene_packet(&scene, &at, false, flight, sizeof(flight) - 1);
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "1");
    ck_assert_str_eq(said(true, "ab"), "1");
    ck_assert_str_eq(said(true, "ab"), "");
    end();
}
END_TEST

static void send(bool to_server, const char *bytes, size_t len)
{
    scene_packet(&scene, &at, to_server, bytes, len);
    matcher_settle(scene.matcher);
}

#define SENT(to_server, bytes) send(to_server, bytes, sizeof(bytes) - 1)

/* The server's second message takes two packets. */
START_TEST(nothing_is_searched_behind_the_keys_of_both_sides_of_ssh)
{
    begin(TCP "(dsize:>0; content:\"ab\"; sid:1;)\n");
    at.packet.application = APPLICATION_SSH;
    SENT(true, "SSH-2.0-ab\n\0\0\0\x06\x04\x14" "abcd");
    SENT(false, "SSH-2.0-ab\n");
    SENT(true, "\0\0\0\x04\x02\x15" "ab");
    ck_assert_str_eq(scene_told(&scene), "1 1 1");
    ck_assert_str_eq(said(true, "abab"), "1");
    SENT(false, "\0\0\0\x0a\x04\x14" "ab\0\0");
    ck_assert_str_eq(scene_told(&scene), "1");
    SENT(false, "\0\x15\x15" "a\0\0\0\x04\x02\x15" "ab");
    ck_assert_str_eq(scene_told(&scene), "1");
    ck_assert_str_eq(said(false, "abab"), "1");
    ck_assert_str_eq(said(true, ""), "");
    ck_assert_str_eq(said(false, "abab"), "");
    ck_assert_str_eq(said(true, "abab"), "");
    ck_assert(!matcher_wants_stream(scene.matcher, at.match, true));
    end();
}
END_TEST

/* What rules were not shown before is shown with the end of the clear part. */
START_TEST(what_ssh_sent_in_clear_is_searched_where_it_ends)
{
    begin(TCP "(content:\"ab\"; sid:1;)\n");
    at.packet.application = APPLICATION_SSH;
    SENT(true, "\0\0\0\x04\x02\x15" "ab");
    matcher_stream(scene.matcher, true, cursor_over((const uint8_t *)"ab", 2));
    SENT(false, "\0\0\0\x04\x02\x15" "cd");
    ck_assert_str_eq(scene_told(&scene), "");
    ck_assert_str_eq(said(true, "zz"), "1");
    end();
}
END_TEST

/* A byte that an attacker chose does not end the search of a flow. */
START_TEST(only_the_head_of_a_record_ends_the_search_of_tls)
{
    begin(TCP "(dsize:>0; content:\"ab\"; sid:1;)\n");
    at.packet.application = APPLICATION_TLS;
    ck_assert_str_eq(said(true, "\x17zab"), "1");
    ck_assert_str_eq(said(true, "\x17"), "");
    ck_assert_str_eq(said(false, ""), "");
    ck_assert_str_eq(said(true, "zab"), "1");
    end();
}
END_TEST

/* --- messages --- */

static const char topics[] = "alert mqtt any any -> any any (flow:to_server; mqtt.publish.topic; "
                             "content:\"home/\"; sid:1;)\n";

START_TEST(a_message_is_looked_at_with_the_next_packet_of_its_way)
{
    begin(topics);
    at.packet.application = APPLICATION_MQTT;
    scene_packet(&scene, &at, true, "", 0);
    message(true, BUFFER_MQTT_PUBLISH_TOPIC, "my/home/lamp");
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "");
    ck_assert_str_eq(said(false, ""), "");
    scene_send(&scene, &at, true, "");
    ck_assert_uint_eq(scene.count, 1);
    ck_assert(scene.told[0].of_transaction && scene.told[0].to_server);
    end();
}
END_TEST

START_TEST(a_message_that_waits_is_looked_at_when_its_flow_ends)
{
    begin(topics);
    at.packet.application = APPLICATION_MQTT;
    scene_packet(&scene, &at, true, "", 0);
    message(true, BUFFER_MQTT_PUBLISH_TOPIC, "home/lamp");
    message(true, BUFFER_MQTT_PUBLISH_TOPIC, "away");
    message(true, BUFFER_MQTT_PUBLISH_TOPIC, "home/door");
    matcher_settle(scene.matcher);
    scene_close(&scene, &at);
    ck_assert_str_eq(scene_told(&scene), "1 1");
    end();
}
END_TEST

START_TEST(a_message_cut_short_is_looked_at_with_the_end_of_its_stream)
{
    begin("alert mqtt any any -> any any (mqtt.publish.topic; content:\"home/\"; pkt_data; "
          "content:\"needle\"; sid:1;)\n");
    at.packet.application = APPLICATION_MQTT;
    said(true, "needle");
    at.packet.closing = true;
    scene_packet(&scene, &at, true, "", 0);
    message(true, BUFFER_MQTT_PUBLISH_TOPIC, "home/la");
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "1");
    end();
}
END_TEST

START_TEST(a_message_has_the_addresses_of_its_way)
{
    begin("alert mqtt any any -> any any (mqtt.publish.topic; content:\"ab\"; ip.src; content:\"|0a|\"; "
          "startswith; sid:1;)\n"
          "alert mqtt any any -> any any (mqtt.publish.topic; content:\"ab\"; ip.dst; content:\"|0a|\"; "
          "startswith; sid:2;)\n");
    at.packet.application = APPLICATION_MQTT;
    scene_packet(&scene, &at, true, "", 0);
    message(true, BUFFER_MQTT_PUBLISH_TOPIC, "ab");
    matcher_settle(scene.matcher);
    acknowledge();
    ck_assert_str_eq(said(true, ""), "1");
    scene_packet(&scene, &at, false, "", 0);
    message(false, BUFFER_MQTT_PUBLISH_TOPIC, "ab");
    matcher_settle(scene.matcher);
    ck_assert_str_eq(said(true, ""), "");
    ck_assert_str_eq(said(false, ""), "2");
    end();
}
END_TEST

START_TEST(a_datagram_s_message_is_looked_at_at_once)
{
    begin("alert dns any any -> any any (dns.query; content:\"evil\"; sid:1;)\n");
    at = scene_open(PACKET_PROTOCOL_UDP, 53);
    at.packet.application = APPLICATION_DNS;
    scene_packet(&scene, &at, true, "", 0);
    matcher_transaction(scene.matcher,
            &(struct match_transaction){ .application = APPLICATION_DNS, .to_server = true,
                .buffers = &(struct match_buffer){ BUFFER_DNS_QUERY, cursor_over("evil", 4) },
                .count = 1 });
    matcher_settle(scene.matcher);
    ck_assert_str_eq(scene_told(&scene), "1");
    end();
}
END_TEST

/* --- connections that are turned --- */

/* As the host tells of it: the next packet comes from the client. */
static void turn(void)
{
    matcher_flow_turn(scene.matcher, at.match);
    at.packet.to_server = !at.packet.to_server;
}

START_TEST(flowbits_and_what_was_told_stay_when_a_flow_is_turned)
{
    begin(TCP "(content:\"hello\"; dsize:5; flowbits:set,greeted; sid:1;)\n" TCP
              "(flow:to_server; content:\"get\"; dsize:3; flowbits:isset,greeted; sid:2;)\n" IP
              "(iot.new_device:true; iot.hour:3; sid:3;)\n");
    at.flow.hour = 3;
    at.flow.outlook.new_device = YES;
    at.flow.changed = CHANGED_ALL;
    ck_assert_str_eq(said(true, "hello"), "1 3"); /* of the server, as it turns out */
    turn();
    ck_assert_str_eq(said(true, "get"), "2");
    ck_assert_str_eq(said(false, "hello"), "1");
    end();
}
END_TEST

START_TEST(what_is_kept_of_both_ways_is_exchanged_when_a_flow_is_turned)
{
    begin(TCP "(flow:to_client; content:\"needle\"; sid:1;)\n" TCP
              "(flow:to_server; content:\"needle\"; sid:2;)\n");
    said(true, "xxnee");
    turn();
    ck_assert_str_eq(said(false, "dlexx"), "");
    at.packet.closing = true;
    ck_assert_str_eq(said(false, ""), "1");
    end();
}
END_TEST

START_TEST(ports_are_looked_up_anew_when_a_flow_is_turned)
{
    begin("alert tcp any any -> any 8080 (flow:to_server; content:\"ab\"; dsize:2; sid:1;)\n"
          "alert tcp any 8080 -> any any (flow:to_client; content:\"ab\"; dsize:2; sid:2;)\n");
    at.packet.source_port = 8080;
    at.packet.destination_port = 50000;
    ck_assert_str_eq(said(true, "ab"), "");
    turn();
    ck_assert_str_eq(said(true, "ab"), "1");
    ck_assert_str_eq(said(false, "ab"), "2");
    end();
}
END_TEST

/* --- actions --- */

START_TEST(pass_ends_the_alerts_of_a_packet)
{
    begin_udp("pass udp any any -> any any (content:\"ok\"; sid:1;)\n" UDP "(content:\"ab\"; sid:2;)\n");
    ck_assert_str_eq(said(true, "ab"), "2");
    ck_assert_str_eq(said(true, "ab ok"), "");
    end();
}
END_TEST

START_TEST(a_rule_that_passes_a_flow_ends_it_for_all_rules)
{
    begin_udp("pass ip 10.0.0.1 any -> any any (sid:1;)\n" UDP "(content:\"ab\"; sid:2;)\n");
    ck_assert_str_eq(said(true, "ab"), "");
    ck_assert_str_eq(said(true, "ab"), "");
    ck_assert_str_eq(said(false, "ab"), "");
    end();
}
END_TEST

START_TEST(what_waits_for_a_flow_that_is_passed_goes)
{
    begin("pass tcp any any -> any any (content:\"secret\"; sid:1;)\n" TCP "(content:\"ab\"; sid:2;)\n"
          "alert mqtt any any -> any any (mqtt.publish.topic; content:\"t\"; sid:3;)\n");
    said(true, "abab");
    said(false, "ab");
    message(false, BUFFER_MQTT_PUBLISH_TOPIC, "t");
    ck_assert_uint_gt(scene.matcher->windows.used, 0);
    said(true, "secret");
    at.packet.closing = true;
    scene_told(&scene);
    said(true, "");
    ck_assert_uint_eq(scene.matcher->windows.used, 0);
    ck_assert(!matcher_wants_stream(scene.matcher, at.match, true));
    ck_assert_str_eq(said(false, "ab"), "");
    end();
}
END_TEST

/* One that is looked at on its other way first, where rules on features wait. */
START_TEST(a_flow_may_be_passed_when_it_ends)
{
    begin("pass tcp any any -> any any (content:\"secret\"; sid:1;)\n"
          "alert ip any any -> any any (iot.bytes_up:>1000; sid:2;)\n");
    said(true, "ab");
    said(false, "secret");
    scene_told(&scene);
    scene_close(&scene, &at);
    ck_assert_uint_eq(scene.count, 0);
    ck_assert_ptr_null(at.match);
    end();
}
END_TEST

START_TEST(a_drop_is_told_as_such)
{
    begin_udp("drop udp any any -> any any (content:\"ab\"; sid:2;)\n" UDP "(content:\"ab\"; sid:1;)\n");
    scene_send(&scene, &at, true, "ab");
    ck_assert_uint_ge(scene.count, 1);
    ck_assert_uint_eq(scene.told[0].sid, 2);
    ck_assert_int_eq(scene.told[0].action, ACTION_DROP);
    end();
}
END_TEST

static TCase *add(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);

    suite_add_tcase(suite, tests);
    return tests;
}

int main(void)
{
    Suite *suite = suite_create("matcher");
    TCase *tests;

    tests = add(suite, "rules");
    tcase_add_test(tests, alerts_come_by_priority_then_by_sid);
    tcase_add_test(tests, one_packet_may_set_a_flowbit_and_meet_a_rule_that_asks_for_it);
    tcase_add_test(tests, a_flowbit_lasts_for_both_directions_of_its_flow_alone);
    tcase_add_test(tests, rules_on_addresses_alone_meet_the_first_packet_each_way);
    tcase_add_test(tests, rules_look_at_the_bytes_of_each_packet_s_addresses);
    tcase_add_test(tests, rules_on_ports_meet_only_these);
    tcase_add_test(tests, both_ways_between_the_same_ends_alert_once);
    tcase_add_test(tests, no_more_alerts_than_asked_for_with_one_packet);
    tests = add(suite, "packets");
    tcase_add_test(tests, packets_without_a_flow_meet_rules_that_need_none);
    tcase_add_test(tests, icmp_about_a_flow_meets_rules_for_icmp);
    tests = add(suite, "features");
    tcase_add_test(tests, a_rule_on_features_alerts_once_a_flow);
    tcase_add_test(tests, it_alerts_again_once_its_conditions_were_false);
    tcase_add_test(tests, a_rule_for_one_way_does_not_miss_what_the_other_brought);
    tcase_add_test(tests, a_rule_whose_header_did_not_fit_is_looked_at_in_another_phase);
    tcase_add_test(tests, a_rule_rests_no_more_once_it_did_not_hold_while_no_flowbit_was_set);
    tcase_add_test(tests, another_phase_of_the_flow_has_all_looked_at_again);
    tcase_add_test(tests, a_text_is_searched_when_it_changes);
    tcase_add_test(tests, a_search_that_finds_no_end_is_cut_and_counted);
    tcase_add_loop_test(tests, no_rule_on_features_is_missed_or_told_twice, 0, ROUNDS);
    tests = add(suite, "streams");
    tcase_add_test(tests, a_pattern_over_two_segments_is_found_in_the_stream);
    tcase_add_test(tests, what_is_left_of_a_stream_is_searched_when_its_flow_ends);
    tcase_add_test(tests, a_full_piece_is_searched_with_the_next_packet);
    tcase_add_test(tests, a_message_that_ends_ends_a_piece);
    tcase_add_test(tests, a_piece_waits_until_it_is_acknowledged);
    tcase_add_test(tests, what_nobody_acknowledges_is_searched_before_it_is_too_long);
    tcase_add_test(tests, whoever_looks_at_streams_wants_all_messages);
    tcase_add_test(tests, rules_on_packet_and_stream_see_each_other_s_flowbits);
    tcase_add_test(tests, a_rule_meets_a_packet_and_its_stream_once);
    tcase_add_test(tests, a_rule_for_streams_alone_meets_no_datagram);
    tcase_add_test(tests, the_size_of_a_packet_counts_beside_its_piece);
    tcase_add_test(tests, what_comes_before_a_syn_is_answered_is_looked_at_by_itself);
    tcase_add_test(tests, nothing_is_searched_behind_a_tls_handshake);
    tcase_add_test(tests, an_encrypted_record_behind_others_ends_the_search_of_tls);
    tcase_add_test(tests, nothing_is_searched_behind_the_keys_of_both_sides_of_ssh);
    tcase_add_test(tests, what_ssh_sent_in_clear_is_searched_where_it_ends);
    tcase_add_test(tests, only_the_head_of_a_record_ends_the_search_of_tls);
    tests = add(suite, "messages");
    tcase_add_test(tests, a_message_is_looked_at_with_the_next_packet_of_its_way);
    tcase_add_test(tests, a_message_that_waits_is_looked_at_when_its_flow_ends);
    tcase_add_test(tests, a_message_cut_short_is_looked_at_with_the_end_of_its_stream);
    tcase_add_test(tests, a_message_has_the_addresses_of_its_way);
    tcase_add_test(tests, a_datagram_s_message_is_looked_at_at_once);
    tests = add(suite, "turned");
    tcase_add_test(tests, flowbits_and_what_was_told_stay_when_a_flow_is_turned);
    tcase_add_test(tests, what_is_kept_of_both_ways_is_exchanged_when_a_flow_is_turned);
    tcase_add_test(tests, ports_are_looked_up_anew_when_a_flow_is_turned);
    tests = add(suite, "actions");
    tcase_add_test(tests, pass_ends_the_alerts_of_a_packet);
    tcase_add_test(tests, a_rule_that_passes_a_flow_ends_it_for_all_rules);
    tcase_add_test(tests, what_waits_for_a_flow_that_is_passed_goes);
    tcase_add_test(tests, a_flow_may_be_passed_when_it_ends);
    tcase_add_test(tests, a_drop_is_told_as_such);
    return run_suite(suite);
}
