#include "baseline.h"

#include "scene.h"

#include "run_suite.h"

#define VENDOR "203.0.113.9"
#define THIEF "198.51.100.7"
#define LEARNING_S 3600

static const struct rule_identity context = { 1, 1000000 };
static struct scene scene;

static void open_scene(void)
{
    scene_settings(&scene.settings);
    scene.settings.learning_s = LEARNING_S;
    scene_start(&scene, 1);
}

static void set_up(void)
{
    scene = (struct scene){ 0 };
    open_scene();
}

static void tear_down(void)
{
    scene_close(&scene);
}

/* A connection by name, with an alert of this priority (0: none). */
static void talk(const char *name, const char *address, int priority)
{
    struct flow *flow;

    resolve(&scene, name, address);
    flow = connect_to(&scene, address);
    say_hello(&scene, flow, (struct hello_view){ .sni = name });
    flow_note_told(scene.engine, flow, &context);
    if (priority > 0)
        flow_note_alert(scene.engine, flow, priority);
    flow_close(scene.engine, flow);
}

static struct flow *open_flow(const char *name, const char *address)
{
    struct flow *flow;

    resolve(&scene, name, address);
    flow = connect_to(&scene, address);
    say_hello(&scene, flow, (struct hello_view){ .sni = name });
    return flow;
}

/* What the engine hands out of the device, to be cleared. */
static struct baseline export_one(void)
{
    struct baselines all;
    struct baseline found = { 0 };

    ck_assert_int_eq(engine_export(scene.engine, &all), TATTLER_OK);
    for (size_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].key, "02:00:00:00:00:0a") == 0) {
            found = all.items[i];
            all.items[i] = (struct baseline){ 0 };
        }
    baselines_clear(&all);
    return found;
}

/* The next process, which begins with this. */
static void restart_with(struct baseline *baseline)
{
    uint64_t now_us = scene.now_us;

    scene_close(&scene);
    open_scene();
    scene.now_us = now_us;
    ck_assert_int_eq(engine_import(scene.engine, baseline), TATTLER_OK);
}

static const struct baseline_item *item_of(const struct baseline *baseline, enum seen_kind kind,
        const char *value)
{
    for (size_t i = 0; i < baseline->item_count; i++)
        if (baseline->items[i].kind == kind && strcmp(baseline->items[i].value, value) == 0)
            return &baseline->items[i];
    return NULL;
}

START_TEST(what_a_device_did_comes_out_in_words)
{
    struct baseline baseline;

    talk("api.vendor.example", VENDOR, 0);
    baseline = export_one();
    ck_assert_str_eq(baseline.key, "02:00:00:00:00:0a");
    ck_assert_uint_eq(baseline.began_us, START_US);
    ck_assert_ptr_nonnull(item_of(&baseline, SEEN_DOMAIN, "vendor.example"));
    ck_assert_ptr_nonnull(item_of(&baseline, SEEN_NAME, "api.vendor.example"));
    ck_assert_ptr_nonnull(item_of(&baseline, SEEN_PORT, "tcp/443"));
    ck_assert_ptr_nonnull(item_of(&baseline, SEEN_PORT, "udp/53"));
    ck_assert_ptr_nonnull(item_of(&baseline, SEEN_SERVICE, "tls"));
    ck_assert_ptr_nonnull(item_of(&baseline, SEEN_RULE, "1:1000000 vendor.example"));
    baseline_clear(&baseline);
}
END_TEST

START_TEST(an_export_takes_what_adds_up_and_a_failure_gives_it_back)
{
    struct baselines all;
    struct baseline again;

    talk("api.vendor.example", VENDOR, 1);
    ck_assert_int_eq(engine_export(scene.engine, &all), TATTLER_OK);
    again = export_one();
    ck_assert_uint_eq(again.item_count, 0);
    engine_give_back(scene.engine, &all);
    again = export_one();
    ck_assert_uint_eq(item_of(&again, SEEN_PORT, "tcp/443")->times, 1);
    ck_assert_uint_eq(again.alerts, 1);
    baseline_clear(&again);
    baselines_clear(&all);
}
END_TEST

START_TEST(what_went_out_comes_back_the_same)
{
    struct baseline out, in;

    talk("api.vendor.example", VENDOR, 0);
    talk("cdn.other.example", THIEF, 0);
    out = export_one();
    restart_with(&out);
    scene.now_us += MINUTE;
    talk("api.vendor.example", VENDOR, 0);
    in = export_one();
    ck_assert_uint_eq(in.began_us, START_US);
    ck_assert_uint_eq(in.met_us, START_US);
    ck_assert_uint_eq(item_of(&in, SEEN_DOMAIN, "vendor.example")->first_us, START_US);
    ck_assert_uint_eq(item_of(&in, SEEN_DOMAIN, "vendor.example")->times, 2); /* report and end */
    ck_assert_ptr_null(item_of(&in, SEEN_DOMAIN, "other.example")); /* nothing new of it */
    baseline_clear(&in);
}
END_TEST

START_TEST(known_is_not_new_in_the_next_process)
{
    struct baseline out;
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    out = export_one();
    scene.now_us += 2 * HOUR;
    restart_with(&out);
    flow = open_flow("api.vendor.example", VENDOR);
    tick(&scene, flow);
    assert_false(flow, "new_device");
    assert_false(flow, "new_port");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_known_device_gone_rogue_is_no_new_device)
{
    struct baseline out;
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    out = export_one();
    scene.now_us += 2 * HOUR;
    restart_with(&out);
    resolve(&scene, "loot.example", THIEF);
    flow = connect_from(&scene, DEVICE, THIEF, 4444);
    assert_false(flow, "new_device");
    assert_true(flow, "new_port");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(what_comes_to_a_known_device_makes_it_no_new_one)
{
    struct baseline out;
    struct packet_view packet;
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    out = export_one();
    scene.now_us += 2 * HOUR;
    restart_with(&out);
    packet = packet_from(&scene, VENDOR, 443, DEVICE, 50000, TCP);
    packet.tcp_flags = ACK;
    flow = begin(&scene, &packet);
    assert_unknown(flow, "new_device");
    packet = packet_from(&scene, DEVICE, 50000, VENDOR, 443, TCP);
    packet.tcp_flags = ACK;
    packet.from_first_sender = false;
    flow_packet(scene.worker, flow, &packet);
    assert_text(flow, "device.mac", "02:00:00:00:00:0a");
    assert_false(flow, "new_device");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(the_network_is_watched_since_a_packet_that_shows_no_device)
{
    struct packet_view packet = packet_from(&scene, VENDOR, 443, DEVICE, 50000, TCP);
    struct flow *first, *flow;

    packet.tcp_flags = ACK;
    first = begin(&scene, &packet);
    assert_unknown(first, "new_device");
    scene.now_us += 2 * HOUR;
    flow = connect_from(&scene, "192.168.1.20", VENDOR, 443);
    assert_true(flow, "new_device");
    flow_close(scene.engine, flow);
    flow_close(scene.engine, first);
}
END_TEST

/* --- heartbeats --- */

/* Calls by name, without one by address, again and again; the last call is still open. */
static struct flow *call_each(unsigned seconds, unsigned times, bool by_name)
{
    struct flow *flow = NULL;

    for (unsigned i = 0; i < times; i++) {
        if (flow != NULL)
            flow_close(scene.engine, flow);
        scene.now_us += seconds * SECOND;
        flow = by_name ? open_flow("api.vendor.example", VENDOR)
                       : connect_from(&scene, DEVICE, THIEF, 4444);
        tick(&scene, flow);
    }
    return flow;
}

static bool has_beat(const struct baseline *baseline, const char *remote)
{
    for (size_t i = 0; i < baseline->beat_count; i++)
        if (strcmp(baseline->beats[i].remote, remote) == 0)
            return true;
    return false;
}

/* Ten calls of both kinds, and the next process. */
static void restart_with_beats(void)
{
    struct baseline out;

    flow_close(scene.engine, call_each(60, 10, true));
    flow_close(scene.engine, call_each(60, 10, false));
    out = export_one();
    ck_assert(has_beat(&out, "api.vendor.example"));
    ck_assert(has_beat(&out, THIEF " tcp/4444"));
    scene.now_us += 2 * HOUR;
    restart_with(&out);
}

START_TEST(a_heartbeat_is_known_again_at_the_third)
{
    for (unsigned by_name = 0; by_name < 2; by_name++) {
        struct flow *flow;

        restart_with_beats();
        flow = call_each(60, 2, by_name == 1);
        assert_called(flow, "heartbeat.state", "forming");
        flow_close(scene.engine, flow);
        flow = call_each(60, 1, by_name == 1);
        assert_called(flow, "heartbeat.state", "steady");
        flow_close(scene.engine, flow);
    }
}
END_TEST

START_TEST(a_heartbeat_that_has_moved_meanwhile_is_told)
{
    struct engine_event event;
    unsigned told = 0;

    restart_with_beats();
    ck_assert(!engine_has_event(scene.engine));
    flow_close(scene.engine, call_each(145, 12, true));
    while (engine_take_event(scene.engine, &event)) {
        if (strcmp(event.remote, "api.vendor.example") == 0) { /* the resolver's is another */
            ck_assert_int_eq(event.report.change, BEAT_MOVED);
            ck_assert_double_eq_tol(event.report.period_before_s, 60, 1);
            told++;
        }
        engine_drop_event(scene.engine, &event);
    }
    ck_assert_uint_eq(told, 1);
}
END_TEST

START_TEST(who_learns_anew_remembers_no_heartbeat)
{
    const struct baseline_ruling reset = { .number = 1, .reset = 1 };
    struct flow *flow;

    restart_with_beats();
    flow = call_each(60, 1, true);
    engine_rule(scene.engine, "02:00:00:00:00:0a", &reset);
    flow_close(scene.engine, flow);
    flow = call_each(60, 4, false);
    assert_unknown(flow, "heartbeat.state");
    flow_close(scene.engine, flow);
}
END_TEST

/* --- what is usual --- */

START_TEST(a_rule_is_usual_with_a_remote_once_learning_is_over)
{
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    flow = open_flow("api.vendor.example", VENDOR);
    ck_assert(!flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
    scene.now_us += 2 * HOUR;
    flow = open_flow("www.vendor.example", VENDOR);
    ck_assert(flow_is_usual(scene.engine, flow, &context));
    ck_assert(!flow_is_usual(scene.engine, flow, &(struct rule_identity){ 1, 1000001 }));
    flow_close(scene.engine, flow);
    flow = open_flow("loot.other.example", THIEF);
    ck_assert(!flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
}
END_TEST

/* Says by ARP that it has the address. */
static void takes_address(struct mac *mac, const char *address)
{
    struct neighbour_view said = { false, mac, at(address), at(DEVICE) };

    engine_learn_neighbour(scene.engine, &said, scene.now_us);
}

/* A rule held with the NAS; then the lease of its address ran out, and it has another one. */
START_TEST(a_neighbour_is_known_by_its_mac_whatever_lease_it_has)
{
    struct mac nas = { { 2, 0, 0, 0, 0, 0x77 } }, other = { { 2, 0, 0, 0, 0, 0x78 } };
    struct flow *flow;

    takes_address(&nas, "192.168.1.77");
    flow = connect_to(&scene, "192.168.1.77");
    flow_note_told(scene.engine, flow, &context);
    flow_close(scene.engine, flow);
    scene.now_us += 2 * HOUR;
    takes_address(&nas, "192.168.1.99");
    takes_address(&other, "192.168.1.77");
    flow = connect_to(&scene, "192.168.1.99");
    ck_assert(flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
    flow = connect_to(&scene, "192.168.1.77");
    ck_assert(!flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(what_somebody_answers_for_is_usual_at_once)
{
    struct baseline out;
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    out = export_one();
    for (size_t i = 0; i < out.item_count; i++)
        out.items[i].vouched = true;
    restart_with(&out);
    flow = open_flow("api.vendor.example", VENDOR);
    ck_assert(flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(with_four_remotes_it_is_usual_with_any)
{
    const char *const names[] = { "a.one.example", "a.two.example", "a.three.example",
        "a.four.example" };
    struct flow *flow;

    for (unsigned i = 0; i < 4; i++) {
        scene.now_us += 2 * HOUR;
        flow = open_flow("a.fifth.example", THIEF);
        ck_assert(!flow_is_usual(scene.engine, flow, &context));
        flow_close(scene.engine, flow);
        talk(names[i], VENDOR, 0);
    }
    scene.now_us += 2 * HOUR;
    flow = open_flow("a.fifth.example", THIEF);
    ck_assert(flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
}
END_TEST

/* --- poisoning --- */

START_TEST(a_flow_that_alerts_urgently_teaches_nothing)
{
    struct baseline out;

    talk("api.vendor.example", VENDOR, 0);
    talk("cc.loot.example", THIEF, 2);
    out = export_one();
    ck_assert(!item_of(&out, SEEN_DOMAIN, "vendor.example")->accused);
    ck_assert(item_of(&out, SEEN_DOMAIN, "loot.example")->accused);
    ck_assert(item_of(&out, SEEN_RULE, "1:1000000 loot.example")->accused);
    ck_assert_uint_eq(out.alerts, 1);
    restart_with(&out);
    talk("cc.loot.example", THIEF, 0);
    out = export_one();
    ck_assert_uint_eq(item_of(&out, SEEN_DOMAIN, "loot.example")->first_us, scene.now_us);
    baseline_clear(&out);
}
END_TEST

START_TEST(a_beacon_that_a_threshold_keeps_quiet_does_not_teach_either)
{
    struct flow *flow;

    talk("cc.loot.example", THIEF, 0); /* before it is found to be one */
    scene.now_us += MINUTE;
    talk("cc.loot.example", THIEF, 2);
    for (unsigned i = 0; i < 100; i++) {
        scene.now_us += MINUTE;
        talk("cc.loot.example", THIEF, 0);
    }
    flow = open_flow("cc.loot.example", THIEF);
    ck_assert(!flow_is_usual(scene.engine, flow, &context));
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(what_others_use_without_blame_is_acquitted)
{
    struct baseline out;

    talk("cc.loot.example", THIEF, 2);
    out = export_one();
    ck_assert(item_of(&out, SEEN_PORT, "tcp/443")->accused);
    baseline_clear(&out);
    talk("api.vendor.example", VENDOR, 0);
    out = export_one();
    ck_assert(!item_of(&out, SEEN_PORT, "tcp/443")->accused);
    ck_assert(!item_of(&out, SEEN_DOMAIN, "vendor.example")->accused);
    ck_assert(item_of(&out, SEEN_DOMAIN, "vendor.example")->suspect); /* within a day of the alert */
    baseline_clear(&out);
}
END_TEST

START_TEST(alerts_of_context_do_not_accuse)
{
    struct baseline out;

    talk("api.vendor.example", VENDOR, 3);
    out = export_one();
    ck_assert(!item_of(&out, SEEN_DOMAIN, "vendor.example")->accused);
    ck_assert_uint_eq(out.alerts, 0);
    baseline_clear(&out);
}
END_TEST

/* --- rulings --- */

START_TEST(a_frozen_device_learns_nothing_and_all_else_stays_new)
{
    struct baseline_ruling frozen = { .number = 1, .frozen = true };
    struct baseline out;
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    out = export_one();
    baseline_clear(&out);
    engine_rule(scene.engine, "02:00:00:00:00:0a", &frozen);
    scene.now_us += 2 * HOUR;
    for (unsigned i = 0; i < 3; i++) {
        flow = connect_from(&scene, DEVICE, THIEF, 4444);
        assert_true(flow, "new_port");
        flow_close(scene.engine, flow);
        scene.now_us += 2 * HOUR;
    }
    out = export_one();
    ck_assert_ptr_null(item_of(&out, SEEN_PORT, "tcp/4444"));
    baseline_clear(&out);
}
END_TEST

START_TEST(a_reset_device_learns_anew)
{
    struct baseline_ruling reset = { .number = 1, .reset = 1 };
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    scene.now_us += 2 * HOUR;
    engine_rule(scene.engine, "02:00:00:00:00:0a", &reset);
    flow = connect_to(&scene, VENDOR);
    assert_unknown(flow, "new_port");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(a_trusted_device_finds_the_rest_new)
{
    struct baseline_ruling trusted = { .number = 1 };
    struct flow *flow;

    talk("api.vendor.example", VENDOR, 0);
    scene.now_us += MINUTE;
    trusted.trusted_us = scene.now_us;
    engine_rule(scene.engine, "02:00:00:00:00:0a", &trusted);
    flow = connect_from(&scene, DEVICE, THIEF, 4444);
    assert_true(flow, "new_port");
    flow_close(scene.engine, flow);
}
END_TEST

START_TEST(nonsense_from_a_file_is_passed_over)
{
    static const struct {
        enum seen_kind kind;
        const char *value;
    } odd[] = { { SEEN_PORT, "tcp/99999" }, { SEEN_PORT, "300/1" }, { SEEN_PORT, "" },
        { SEEN_ASN, "12x" }, { SEEN_ASN, "99999999999" }, { SEEN_SERVICE, "gopher" },
        { SEEN_RULE, "" }, { SEEN_DOMAIN, "" } };
    struct baseline in = { .key = "02:00:00:00:00:0a", .met_us = START_US, .began_us = START_US };

    in.items = calloc(sizeof(odd) / sizeof(odd[0]), sizeof(*in.items));
    ck_assert_ptr_nonnull(in.items);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        in.items[in.item_count++] =
                (struct baseline_item){ .kind = odd[i].kind, .value = strdup(odd[i].value) };
    ck_assert_int_eq(engine_import(scene.engine, &in), TATTLER_OK);
    talk("api.vendor.example", VENDOR, 2);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_a_device_did_comes_out_in_words,
        an_export_takes_what_adds_up_and_a_failure_gives_it_back,
        what_went_out_comes_back_the_same,
        known_is_not_new_in_the_next_process,
        what_comes_to_a_known_device_makes_it_no_new_one,
        the_network_is_watched_since_a_packet_that_shows_no_device,
        a_heartbeat_is_known_again_at_the_third,
        a_heartbeat_that_has_moved_meanwhile_is_told,
        who_learns_anew_remembers_no_heartbeat,
        a_known_device_gone_rogue_is_no_new_device,
        a_rule_is_usual_with_a_remote_once_learning_is_over,
        a_neighbour_is_known_by_its_mac_whatever_lease_it_has,
        what_somebody_answers_for_is_usual_at_once,
        with_four_remotes_it_is_usual_with_any,
        a_flow_that_alerts_urgently_teaches_nothing,
        a_beacon_that_a_threshold_keeps_quiet_does_not_teach_either,
        what_others_use_without_blame_is_acquitted,
        alerts_of_context_do_not_accuse,
        a_frozen_device_learns_nothing_and_all_else_stays_new,
        a_reset_device_learns_anew,
        a_trusted_device_finds_the_rest_new,
        nonsense_from_a_file_is_passed_over,
    };
    Suite *suite = suite_create("baseline");
    TCase *cases = tcase_create("baseline");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
