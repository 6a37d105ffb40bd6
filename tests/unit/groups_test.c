/* Which rules concern which packets, and how patterns are searched. */
#include "detect/match/groups.h"

#include "match_scene.h"

#include "run_suite.h"

static struct match_scene scene;
static struct plans plans;
static struct pattern_scratch *scratch;
static struct groups *groups;

static void make(const char *rules)
{
    scratch = NULL;
    scene_load(&scene, rules);
    ck_assert_int_eq(plans_make(scene.set, &plans), TATTLER_OK);
    ck_assert_int_eq(groups_make(&plans, &scratch, &groups), TATTLER_OK);
}

static void clear(void)
{
    groups_free(groups);
    plans_clear(&plans);
    pattern_scratch_free(scratch);
    rule_set_free(scene.set);
    vars_clear(&scene.vars);
}

/* How often is the rule in these lists? */
static unsigned count_in(const struct plan_list *list, uint32_t sid)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < list->count; i++)
        count += plans.rules[list->numbers[i]].rule->sid == sid;
    return count;
}

static unsigned at_port(uint8_t protocol, bool to_server, uint16_t port, uint32_t sid)
{
    const struct match_group *found[GROUPS_OF_FLOW];
    unsigned count = 0;

    groups_find(groups, protocol, to_server, port, found);
    for (unsigned i = 0; i < GROUPS_OF_FLOW; i++)
        if (found[i] != NULL)
            count += count_in(&found[i]->each, sid) + count_in(&found[i]->first, sid) +
                     count_in(&found[i]->each_payload, sid);
    return count;
}

static void on_found(void *user, uint32_t number)
{
    (void)number;
    *(bool *)user = true;
}

static bool is_found(const struct group_search *search, const char *bytes)
{
    bool found = false;

    if (search->patterns != NULL)
        patterns_search(search->patterns, scratch,
                cursor_over((const uint8_t *)bytes, strlen(bytes)), on_found, &found);
    return found;
}

static unsigned at_tcp(uint16_t port, uint32_t sid)
{
    return at_port(PACKET_PROTOCOL_TCP, true, port, sid);
}

#define EACH(ports, sid) "alert tcp any any -> any " ports " (ttl:>1; sid:" #sid ";)\n"

START_TEST(a_rule_is_in_the_groups_of_its_ports_alone)
{
    make(EACH("80", 1) EACH("[443,8000:8010,!8005]", 2) EACH("any", 3) EACH("65535", 4)
         EACH("0:9", 5));
    ck_assert_uint_eq(at_tcp(80, 1), 1);
    ck_assert_uint_eq(at_tcp(79, 1) + at_tcp(81, 1), 0);
    ck_assert_uint_eq(at_tcp(443, 2) + at_tcp(8000, 2) + at_tcp(8004, 2) + at_tcp(8006, 2), 4);
    ck_assert_uint_eq(at_tcp(8010, 2), 1);
    ck_assert_uint_eq(at_tcp(8005, 2) + at_tcp(8011, 2) + at_tcp(442, 2), 0);
    ck_assert_uint_eq(at_tcp(0, 3) + at_tcp(80, 3) + at_tcp(65535, 3), 3);
    ck_assert_uint_eq(at_tcp(65535, 4), 1);
    ck_assert_uint_eq(at_tcp(65534, 4), 0);
    ck_assert_uint_eq(at_tcp(0, 5) + at_tcp(9, 5), 2);
    ck_assert_uint_eq(at_tcp(10, 5), 0);
    clear();
}
END_TEST

START_TEST(ports_are_those_of_the_server)
{
    make("alert tcp any 80 -> any any (ttl:>1; sid:1;)\n"
         "alert tcp any any -> any 80 (flow:to_server; ttl:>1; sid:2;)\n"
         "alert tcp any 80 <> any 9 (ttl:>1; sid:3;)\n");
    ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, false, 80, 1), 1);
    ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, false, 81, 1), 0);
    ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, true, 80, 2), 1);
    ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, false, 80, 2), 0);
    ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, true, 1234, 3), 1);
    ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, false, 1234, 3), 1);
    clear();
}
END_TEST

START_TEST(protocols_have_groups_of_their_own)
{
    make("alert tcp any any -> any any (ttl:>1; sid:1;)\n"
         "alert udp any any -> any any (ttl:>1; sid:2;)\n"
         "alert icmp any any -> any any (ttl:>1; sid:3;)\n"
         "alert ip any any -> any any (ttl:>1; sid:4;)\n");
    for (uint32_t sid = 1; sid <= 4; sid++) {
        ck_assert_uint_eq(at_port(PACKET_PROTOCOL_TCP, true, 9, sid), sid == 1 || sid == 4);
        ck_assert_uint_eq(at_port(PACKET_PROTOCOL_UDP, true, 9, sid), sid == 2 || sid == 4);
        ck_assert_uint_eq(at_port(PACKET_PROTOCOL_ICMP, true, 0, sid), sid == 3 || sid == 4);
    }
    clear();
}
END_TEST

/* More different ranges than get groups of their own: every rule is then for any port. */
START_TEST(with_very_many_ports_every_rule_is_still_found_at_its_own)
{
    static char rules[1000 * 80];
    size_t len = 0;

    for (unsigned i = 0; i < 1000; i++)
        len += (size_t)snprintf(rules + len, sizeof(rules) - len,
                "alert tcp any any -> any %u (ttl:>1; sid:%u;)\n", 3 * i + 1, i + 1);
    make(rules);
    for (unsigned i = 0; i < 1000; i += 37)
        ck_assert_uint_eq(at_tcp((uint16_t)(3 * i + 1), i + 1), 1);
    clear();
}
END_TEST

START_TEST(rules_with_a_flowbit_or_a_payload_have_lists_of_their_own)
{
    const struct match_group *found[GROUPS_OF_FLOW];

    make("alert udp any any -> any any (flowbits:isset,a; ttl:>1; sid:1;)\n"
         "alert udp any any -> any any (flowbits:isnotset,a; ttl:>1; sid:2;)\n"
         "alert udp any any -> any any (content:\"|00|\"; startswith; sid:3;)\n"
         "alert udp any any -> any any (content:\"|00|\"; flowbits:isset,a; sid:4;)\n"
         "alert udp any any -> any any (sid:5;)\n"
         "alert udp any any -> any any (flowbits:set,a; content:\"abc\"; sid:6;)\n");
    groups_find(groups, PACKET_PROTOCOL_UDP, true, 1, found);
    ck_assert_ptr_nonnull(found[0]);
    ck_assert_uint_eq(count_in(&found[0]->each_marked, 1), 1);
    ck_assert_uint_eq(count_in(&found[0]->each, 2), 1);
    ck_assert_uint_eq(found[0]->heads.count, 1);
    ck_assert_uint_eq(plans.rules[found[0]->heads.all[0].number].rule->sid, 3);
    ck_assert_uint_eq(count_in(&found[0]->each_payload_marked, 4), 1);
    ck_assert_uint_eq(count_in(&found[0]->first, 5), 1);
    ck_assert_ptr_nonnull(found[0]->searches->packets[SEARCH_FREE].patterns);
    ck_assert_ptr_null(found[0]->searches->packets[SEARCH_MARKED].patterns);
    ck_assert_ptr_null(found[0]->searches->streams[SEARCH_FREE].patterns);
    for (size_t i = 0; i < plans.count; i++) {
        ck_assert_int_eq(plans.rules[i].head != NULL, plans.rules[i].rule->sid == 3);
        ck_assert_int_eq(plans.rules[i].marks_made != 0, plans.rules[i].rule->sid == 6);
    }
    clear();
}
END_TEST

START_TEST(many_rules_that_begin_with_one_byte_are_searched_for)
{
    static char text[64 * 128];
    const struct match_group *found[GROUPS_OF_FLOW];
    size_t len = 0;

    for (unsigned sid = 1; sid < 40; sid++)
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                "alert udp any any -> any any (content:\"{\"; startswith; content:\"name%u\"; "
                "sid:%u;)\n", sid, sid);
    make(text);
    groups_find(groups, PACKET_PROTOCOL_UDP, true, 1, found);
    ck_assert_uint_eq(found[0]->heads.count, 1);
    ck_assert_uint_eq(found[0]->heads.all[0].number, GROUP_HEADED);
    ck_assert(is_found(&found[0]->searches->packets[SEARCH_HEADED], "{name39"));
    clear();
}
END_TEST

START_TEST(what_is_searched_for_stands_with_what_else_it_needs)
{
    const struct match_group *found[GROUPS_OF_FLOW];
    const struct group_search *searches;

    make("alert udp any any -> any any (content:\"HTTP\"; startswith; content:\"long enough\"; sid:1;)\n"
         "alert udp any any -> any any (content:\"HTTP\"; startswith; content:\"and longer\"; sid:2;)\n"
         "alert udp any any -> any any (flowbits:isset,a; content:\" 401 \"; depth:14; sid:3;)\n"
         "alert udp any any -> any any (flowbits:set,a; content:\"anywhere\"; sid:4;)\n");
    groups_find(groups, PACKET_PROTOCOL_UDP, true, 1, found);
    searches = found[0]->searches->packets;
    ck_assert_uint_eq(found[0]->heads.count, 1);
    ck_assert(is_found(&searches[SEARCH_HEADED], "HTTP long enough"));
    ck_assert(is_found(&searches[SEARCH_HEADED], "HTTP and longer"));
    ck_assert(is_found(&searches[SEARCH_MARKED], "HTTP/1.0 401 "));
    ck_assert(is_found(&searches[SEARCH_FREE], "is it anywhere?"));
    ck_assert(!is_found(&searches[SEARCH_FREE], "HTTP/1.0 401 long enough and longer"));
    ck_assert_uint_eq(searches[SEARCH_HEADED].depth, UINT32_MAX);
    ck_assert_uint_eq(searches[SEARCH_MARKED].depth, 14);
    ck_assert(searches[SEARCH_MARKED].marks != 0);
    clear();
}
END_TEST

START_TEST(rules_that_name_one_address_are_found_by_it)
{
    const struct match_group *found[GROUPS_OF_FLOW];

    make("alert ip any any -> 9.9.9.9 any (sid:1;)\n"
         "alert ip any any -> [9.9.9.9,8.8.8.8] any (sid:2;)\n"
         "alert ip 9.9.9.9 any -> any any (sid:3;)\n"
         "alert ip any any <> 9.9.9.9 any (sid:4;)\n"
         "alert ip any any -> 9.9.0.0/16 any (sid:5;)\n"
         "alert ip any any -> 2001:db8::1 any (sid:6;)\n"
         "alert ip any any -> 9.9.9.8/31 any (sid:7;)\n");
    groups_find(groups, PACKET_PROTOCOL_TCP, true, 1, found);
    ck_assert_uint_eq(found[0]->first_to.count, 2);
    ck_assert_uint_eq(found[0]->first_from.count, 1);
    ck_assert_uint_eq(found[0]->first.count, 4);
    clear();
}
END_TEST

START_TEST(packets_and_streams_are_searched_for_what_can_be_found_in_them)
{
    const struct match_group *found[GROUPS_OF_FLOW];
    const struct group_search *packets, *streams;

    make("alert tcp any any -> any any (content:\"stream\"; sid:1;)\n"
         "alert tcp any any -> any any (content:\"packet\"; dsize:>1; flowbits:isset,a; sid:2;)\n"
         "alert tcp any any -> any any (content:\"both\"; offset:1; sid:3;)\n"
         "alert tcp any any -> any any (content:\"G\"; depth:1; content:\"rest\"; sid:4;)\n"
         "alert tcp any any -> any any (content:\"GE\"; depth:2; content:\"head\"; sid:5;)\n");
    groups_find(groups, PACKET_PROTOCOL_TCP, true, 1, found);
    packets = &found[0]->searches->packets[SEARCH_FREE];
    streams = &found[0]->searches->streams[SEARCH_FREE];
    ck_assert(is_found(streams, "xstream") && !is_found(packets, "xstream"));
    ck_assert(!is_found(streams, "xpacket") && !is_found(packets, "xpacket"));
    ck_assert(is_found(streams, "xboth") && is_found(packets, "xboth"));
    ck_assert(!is_found(streams, "Grest") && !is_found(packets, "Grest"));
    ck_assert(!is_found(streams, "GEhead") && !is_found(packets, "GEhead"));
    ck_assert_uint_eq(found[0]->heads.count, 2);
    ck_assert(is_found(&found[0]->searches->packets[SEARCH_MARKED], "xpacket"));
    clear();
}
END_TEST

/* Is a datagram of a flow like this, between these ports, searched for any rule? */
static bool is_searched(const struct flow *flow, uint16_t source_port, uint16_t port)
{
    const struct match_group *found[GROUPS_OF_FLOW];
    struct match_packet packet = { .source = scene_address("10.0.0.1"),
        .destination = scene_address("203.0.113.5"), .source_port = source_port,
        .destination_port = port, .protocol = PACKET_PROTOCOL_UDP, .flow = flow };
    struct look look = { .packet = &packet };

    groups_find(groups, PACKET_PROTOCOL_UDP, true, port, found);
    return cases_hold(&found[0]->searches->packets[SEARCH_FREE].cases, &look);
}

START_TEST(nothing_is_searched_for_where_no_rule_could_hold)
{
    const struct flow web = { .protocol = PACKET_PROTOCOL_UDP, .service = SERVICE_HTTP };
    const struct flow names = { .protocol = PACKET_PROTOCOL_UDP, .service = SERVICE_DNS };

    make("alert udp any any -> any ![53,67] (content:\"mac\"; iot.service:!tls,dns; sid:1;)\n"
         "alert udp any any -> any ![53,67] (content:\"id=\"; iot.service:!tls,dns,ssh; iot.hour:1; sid:2;)\n"
         "alert udp any 5355 -> any any (content:\"wpad\"; iot.service:dns; sid:3;)\n"
         "alert udp any any -> 192.0.2.1 any (content:\"ssid\"; sid:4;)");
    ck_assert(is_searched(&web, 40000, 9999));
    ck_assert(!is_searched(&web, 40000, 67));
    ck_assert(!is_searched(&names, 40000, 9999));
    ck_assert(is_searched(&names, 5355, 9999));
    ck_assert(!is_searched(NULL, 40000, 9999)); /* no rule on features is of it */
    clear();
}
END_TEST

START_TEST(of_more_cases_than_are_told_apart_all_is_searched)
{
    const struct flow names = { .protocol = PACKET_PROTOCOL_UDP, .service = SERVICE_DNS };
    static char text[(CASES_MAX + 1) * 96];
    size_t len = 0;

    for (unsigned i = 0; i <= CASES_MAX; i++) {
        if (i > 0) {
            make(text);
            ck_assert(!is_searched(&names, 40000, 9999));
            clear();
        }
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                "alert udp any %u -> any any (content:\"mac\"; sid:%u;)\n", i + 1, i + 1);
    }
    make(text);
    ck_assert(is_searched(&names, 40000, 9999));
    clear();
}
END_TEST

START_TEST(rules_whose_rarest_condition_is_on_one_feature_share_a_gate)
{
    const struct match_group *found[GROUPS_OF_FLOW];

    make("alert udp any any -> any any (iot.no_dns:true; iot.asn_risk:>70; sid:1;)\n"
         "alert udp any any -> any any (iot.pkts_up:>1; iot.asn_risk:>50; sid:2;)\n"
         "alert udp any any -> any any (iot.entropy:>7; sid:3;)\n" /* moves unseen */
         "alert udp any any -> any any (iot.no_dns:true; iot.hour:<6; sid:4;)");
    groups_find(groups, PACKET_PROTOCOL_UDP, true, 1, found);
    ck_assert_uint_eq(found[0]->run_count, 3);
    ck_assert_uint_eq(found[0]->runs[0].rules.count, 2);
    ck_assert_str_eq(found[0]->runs[0].gate.feature->name, "asn_risk");
    ck_assert_uint_eq(found[0]->runs[0].gate.number.low, 51);
    ck_assert(!found[0]->runs[1].gated);
    ck_assert_str_eq(found[0]->runs[2].gate.feature->name, "no_dns");
    clear();
}
END_TEST

/* One rule for each choice of features. */
static void write_choices(char *text, size_t size)
{
    static const char *const conditions[] = { "iot.hour:1;", "iot.pkts_up:1;", "iot.new_asn:true;",
        "iot.no_dns:true;", "iot.fanout:>1;", "iot.service:tls;", "iot.ech:true;" };
    size_t len = 0;

    for (unsigned choice = 1; choice < 1u << 7; choice++) {
        len += (size_t)snprintf(text + len, size - len, "alert ip any any -> any any (");
        for (unsigned i = 0; i < 7; i++)
            if ((choice >> i & 1) != 0)
                len += (size_t)snprintf(text + len, size - len, "%s", conditions[i]);
        len += (size_t)snprintf(text + len, size - len, "sid:%u;)\n", choice);
    }
}

/* Returns how many rules the runs have. */
static uint32_t check_runs(const struct match_group *group)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < group->run_count; i++)
        for (uint32_t j = 0; j < group->runs[i].rules.count; j++, count++) {
            uint32_t mask = plans.rules[group->runs[i].rules.numbers[j]].mask;

            ck_assert_uint_eq(mask & ~group->runs[i].mask, 0);
            for (unsigned bit = 0; bit < 32; bit++)
                ck_assert((mask >> bit & 1) == 0 || (group->runs_of[bit] >> i & 1) == 1);
        }
    return count;
}

START_TEST(rules_on_features_are_found_by_all_that_they_wait_for)
{
    static char text[127 * 256];
    const struct match_group *found[GROUPS_OF_FLOW];

    write_choices(text, sizeof(text));
    make(text);
    groups_find(groups, PACKET_PROTOCOL_TCP, true, 1, found);
    ck_assert_uint_eq(found[0]->run_count, 7);
    ck_assert_uint_eq(check_runs(found[0]), 127);
    clear();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("groups");
    TCase *tests = tcase_create("groups");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_rule_is_in_the_groups_of_its_ports_alone);
    tcase_add_test(tests, ports_are_those_of_the_server);
    tcase_add_test(tests, protocols_have_groups_of_their_own);
    tcase_add_test(tests, with_very_many_ports_every_rule_is_still_found_at_its_own);
    tcase_add_test(tests, rules_with_a_flowbit_or_a_payload_have_lists_of_their_own);
    tcase_add_test(tests, many_rules_that_begin_with_one_byte_are_searched_for);
    tcase_add_test(tests, what_is_searched_for_stands_with_what_else_it_needs);
    tcase_add_test(tests, rules_that_name_one_address_are_found_by_it);
    tcase_add_test(tests, packets_and_streams_are_searched_for_what_can_be_found_in_them);
    tcase_add_test(tests, rules_whose_rarest_condition_is_on_one_feature_share_a_gate);
    tcase_add_test(tests, nothing_is_searched_for_where_no_rule_could_hold);
    tcase_add_test(tests, of_more_cases_than_are_told_apart_all_is_searched);
    tcase_add_test(tests, rules_on_features_are_found_by_all_that_they_wait_for);
    return run_suite(suite);
}
