/* Relays are found, and what only looks like one is not, in made-up traffic of many seeds. The
 * number of seeds is RELAY_SEEDS of the environment. */
#include "relay_lookalikes.h"

#include "track/relay_table.h"

#include "run_suite.h"

#define SEEDS 50
#define BIN_US ((uint64_t)RELAY_BIN_US)
#define NOW_US UINT64_C(1700000000000000)
#define RELAYED 0.5 /* the score from which on it is a relay */

static unsigned seeds(void)
{
    const char *text = getenv("RELAY_SEEDS");

    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : SEEDS;
}

typedef void (*traffic_fn)(struct scene *scene, const void *how);

static struct scene_result play(traffic_fn traffic, const void *how, uint64_t seed)
{
    struct scene scene;
    struct scene_result result;

    scene_begin(&scene, seed);
    traffic(&scene, how);
    result = scene_play(&scene);
    scene_end(&scene);
    return result;
}

/* --- scenarios --- */

#define PLAIN(how, number) { .way = (how), .targets = (number), .budget = 200000, .span_s = 60 }
#define MORE(how, number) { .way = (how), .targets = (number), .budget = 2000000, .span_s = 60 }
#define HELD(how, number, bytes) \
    { .way = (how), .targets = (number), .budget = (bytes), .span_s = 60, .hold_s = 1, \
        .chaff = 0.2 }

static const struct {
    struct proxy proxy;
    double least; /* share of seeds in which it is to be found */
} relays[] = {
    { PLAIN(PROXY_ONE_SESSION, 1), 0.98 },
    { PLAIN(PROXY_ONE_SESSION, 5), 0.98 },
    { PLAIN(PROXY_ONE_SESSION, 20), 0.98 },
    { PLAIN(PROXY_EACH, 1), 0.98 },
    { PLAIN(PROXY_EACH, 5), 0.98 },
    { PLAIN(PROXY_EACH, 20), 0.98 },
    { PLAIN(PROXY_DIALLED, 1), 0.98 },
    { PLAIN(PROXY_DIALLED, 5), 0.98 },
    { PLAIN(PROXY_DIALLED, 20), 0.98 },
    { PLAIN(PROXY_LAN, 1), 0.98 },
    { PLAIN(PROXY_LAN, 20), 0.98 },
    { PLAIN(PROXY_DATAGRAMS, 1), 0.98 },
    { PLAIN(PROXY_DATAGRAMS, 20), 0.98 },
    { MORE(PROXY_ONE_SESSION, 1), 0.98 },
    { MORE(PROXY_ONE_SESSION, 5), 0.98 },
    { MORE(PROXY_ONE_SESSION, 20), 0.98 },
    { MORE(PROXY_EACH, 20), 0.98 },
    { HELD(PROXY_ONE_SESSION, 1, 200000), 0.9 },
    { HELD(PROXY_ONE_SESSION, 5, 200000), 0.9 },
    { HELD(PROXY_ONE_SESSION, 20, 200000), 0.9 },
    { HELD(PROXY_ONE_SESSION, 20, 2000000), 0.9 },
    { HELD(PROXY_EACH, 1, 200000), 0.9 },
    { HELD(PROXY_EACH, 5, 200000), 0.9 },
    { HELD(PROXY_EACH, 20, 200000), 0.9 },
    { HELD(PROXY_DIALLED, 1, 200000), 0.9 },
    { HELD(PROXY_DATAGRAMS, 20, 200000), 0.9 },
    { { .targets = 5, .budget = 600000, .span_s = 60, .owner_browses = true }, 0.98 },
    { { .targets = 5, .budget = 600000, .span_s = 60, .owner_streams = true }, 0.98 },
};

START_TEST(relays_are_found_in_a_minute)
{
    const struct proxy *proxy = &relays[_i].proxy;
    unsigned found = 0, all = seeds();

    for (unsigned seed = 1; seed <= all; seed++) {
        struct scene_result result = play(relay_for_others, proxy, seed);

        /* The judgement is 4 to 6 s behind. */
        found += result.found_s >= 0 && result.found_s <= proxy->span_s + 6;
    }
    ck_assert_msg(found >= relays[_i].least * all, "relay %d: found in %u of %u", _i, found, all);
}
END_TEST

static const struct {
    const char *name;
    traffic_fn traffic;
    const void *how;
} others[] = {
    { "call", one_call, NULL },
    { "two calls", two_calls, NULL },
    { "two calls with pictures", two_calls, "" },
    { "two conferences", two_conferences, NULL },
    { "two shells", shells, NULL },
    { "copies both ways", copies, NULL },
    { "camera to two clouds", cameras, NULL },
    { "VPN client", vpn_client, NULL },
    { "browsing", browsing, NULL },
    { "four browsers", many_browse, NULL },
    { "backup beside a film", backup_and_film, NULL },
    { "shared screen", screen_share, NULL },
    { "reports to two clouds", two_clouds, NULL },
    { "redirects", redirects, NULL },
    { "game and voice", game_and_voice, NULL },
    { "peer to peer", peers, NULL },
    { "pieces passed on", peers_passing_on, NULL },
    { "camera through a hub", hub, NULL },
    { "resolver for the LAN", resolver, NULL },
    { "speaker", speaker, NULL },
    { "update", update, NULL },
    { "photos to an album", photos, NULL },
    { "chatter", chatter, NULL },
};

START_TEST(what_only_looks_like_it_is_silent)
{
    for (unsigned seed = 1; seed <= seeds(); seed++) {
        struct scene_result result = play(others[_i].traffic, others[_i].how, seed);

        ck_assert_msg(result.best < RELAYED, "%s, seed %u: %.2f", others[_i].name, seed,
                result.best);
    }
}
END_TEST

static const struct proxy usual = MORE(PROXY_ONE_SESSION, 5);

START_TEST(junk_and_delay_lower_the_score)
{
    struct proxy proxies[] = { MORE(PROXY_ONE_SESSION, 5), HELD(PROXY_ONE_SESSION, 5, 2000000),
        HELD(PROXY_ONE_SESSION, 5, 2000000) };
    double sums[3] = { 0, 0, 0 };

    proxies[2].hold_s = 0.5;
    proxies[2].hold_jitter_s = 1;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned seed = 1; seed <= 20; seed++)
            sums[i] += play(relay_for_others, &proxies[i], seed).best;
    ck_assert_double_gt(sums[0], sums[1]);
    ck_assert_double_gt(sums[1], sums[2]);
    ck_assert_double_gt(sums[2], 0.1 * 20);
}
END_TEST

START_TEST(the_explanation_names_controller_lag_and_targets)
{
    struct proxy held = HELD(PROXY_ONE_SESSION, 5, 2000000);
    struct scene_result at_once = play(relay_for_others, &usual, 1);
    struct scene_result late = play(relay_for_others, &held, 1);

    ck_assert_uint_eq(at_once.view.controller.remote.bytes[15], 1);
    ck_assert_uint_eq(at_once.view.controller.remote_port, 443);
    ck_assert_double_lt(at_once.view.lag_ms, 60);
    ck_assert_uint_ge(at_once.view.flows, 5);
    ck_assert_uint_ge(at_once.view.groups, 5);
    ck_assert_double_gt(at_once.view.requests, 0.7);
    ck_assert_double_gt(at_once.view.answers, 0.7);
    ck_assert_uint_gt(at_once.view.bytes, 200000);
    ck_assert_double_eq_tol(late.view.lag_ms, 1000, 60);
}
END_TEST

START_TEST(a_year_more_or_other_addresses_make_no_difference)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct scene scenes[2];
        struct scene_result results[2];

        for (unsigned i = 0; i < 2; i++) {
            scene_begin(&scenes[i], seed);
            scenes[i].start_us = NOW_US + i * UINT64_C(31536000000000);
            scenes[i].network = i == 0 ? 0 : 17;
            relay_for_others(&scenes[i], &usual);
            results[i] = scene_play(&scenes[i]);
            scene_end(&scenes[i]);
        }
        ck_assert_double_eq(results[0].last, results[1].last);
        ck_assert_double_eq(results[0].best, results[1].best);
    }
}
END_TEST

/* --- single flows --- */

static struct relay *relay;

static void set_up(void)
{
    relay = relay_new();
}

static void tear_down(void)
{
    relay_free(relay);
}

static struct relay_end end_at(uint8_t host)
{
    return (struct relay_end){
        .remote = address_from_v4((const uint8_t[4]){ 203, 0, 113, host }),
        .remote_port = 443,
        .protocol = TCP,
        .device_initiated = true,
        .opened_us = NOW_US + host,
        .group = host,
    };
}

static void carry(struct relay_flow *flow, uint8_t host, uint64_t time_us, enum relay_way way,
        uint32_t bytes)
{
    struct relay_end end = end_at(host);

    if (relay_flow_add(flow, time_us, way, bytes))
        relay_hand_in(relay, flow, &end, time_us);
}

/* Host 1 asks host 2 through the device, once in two seconds. */
static void relay_pages(struct relay_flow *controller, struct relay_flow *target, unsigned count,
        uint64_t *now_us)
{
    for (unsigned i = 0; i < count; i++, *now_us += 2000000) {
        uint32_t page = 4000 + i * 7919 % 30000;

        carry(controller, 1, *now_us, RELAY_DOWN, 500 + i * 101 % 400);
        carry(target, 2, *now_us + 2000, RELAY_UP, 470 + i * 101 % 400);
        carry(target, 2, *now_us + 90000, RELAY_DOWN, page);
        carry(controller, 1, *now_us + 93000, RELAY_UP, page + 60);
    }
}

START_TEST(of_two_alike_the_first_is_the_controller)
{
    static struct relay_flow controller, target, bystander;
    uint64_t now_us = NOW_US;
    struct relay_view view;

    memset(&controller, 0, sizeof(controller));
    memset(&target, 0, sizeof(target));
    memset(&bystander, 0, sizeof(bystander));
    ck_assert(!relay_read(relay, NULL, &view));
    carry(&bystander, 3, now_us, RELAY_UP, 100);
    relay_pages(&controller, &target, 40, &now_us);

    ck_assert(relay_read(relay, NULL, &view));
    ck_assert_double_ge(view.score, RELAYED);
    ck_assert_uint_eq(view.role, RELAY_UNRELATED);
    ck_assert(relay_read(relay, &controller, &view));
    ck_assert_uint_eq(view.role, RELAY_CONTROLLER);
    ck_assert_uint_eq(view.controller.remote.bytes[15], 1);
    ck_assert(relay_read(relay, &target, &view));
    ck_assert_uint_eq(view.role, RELAY_TARGET);
    ck_assert_uint_eq(view.controller.remote.bytes[15], 1);
    view.role = RELAY_UNRELATED;
    ck_assert(!relay_read(relay, &bystander, &view));
    relay_leave(relay, &target);
    ck_assert(!relay_read(relay, &target, &view));
    ck_assert_uint_eq(view.role, RELAY_UNRELATED);
}
END_TEST

START_TEST(silence_does_not_fade_the_evidence)
{
    static struct relay_flow controller, target, later;
    uint64_t now_us = NOW_US;
    struct relay_view before, after;

    memset(&controller, 0, sizeof(controller));
    memset(&target, 0, sizeof(target));
    memset(&later, 0, sizeof(later));
    relay_pages(&controller, &target, 40, &now_us);
    ck_assert(relay_read(relay, NULL, &before));
    carry(&later, 3, now_us + UINT64_C(86400000000), RELAY_UP, 100);
    ck_assert(relay_read(relay, NULL, &after));
    ck_assert_double_eq(after.score, before.score);
}
END_TEST

START_TEST(the_flow_silent_for_longest_makes_room)
{
    static struct relay_flow flows[RELAY_ROWS + 1];

    memset(flows, 0, sizeof(flows));
    for (unsigned i = 0; i <= RELAY_ROWS; i++)
        carry(&flows[i], (uint8_t)i, NOW_US + i * BIN_US, RELAY_UP, 100);
    ck_assert(!flows[0].joined);
    ck_assert(flows[1].joined && flows[RELAY_ROWS].joined);
    carry(&flows[0], 0, NOW_US + 80 * BIN_US, RELAY_UP, 100);
    ck_assert(flows[0].joined);
    ck_assert(!flows[1].joined);
    for (unsigned i = 0; i <= RELAY_ROWS; i++)
        relay_leave(relay, &flows[i]);
    ck_assert(!flows[0].joined && !flows[RELAY_ROWS].joined);
}
END_TEST

/* The score of whatever flows come, stay silent, leave, and whatever times they have. */
START_TEST(whatever_comes_scores_from_0_to_1)
{
    static struct relay_flow flows[200];
    struct scene dice = { .random = 42 };
    uint64_t now_us = NOW_US;

    memset(flows, 0, sizeof(flows));
    for (unsigned i = 0; i < 200000; i++) {
        unsigned flow = (unsigned)scene_uniform(&dice, 0, i % 1000 < 900 ? 5 : 200);
        struct relay_view view = { .score = 0 };
        double what = scene_uniform(&dice, 0, 1);

        now_us += (uint64_t)scene_exponential(&dice, 20000);
        if (what < 0.0005)
            now_us += (uint64_t)scene_uniform(&dice, 0, 2e9);
        else if (what < 0.001)
            now_us -= (uint64_t)scene_uniform(&dice, 0, 2e9);
        else if (what < 0.01)
            relay_leave(relay, &flows[flow]);
        carry(&flows[flow], (uint8_t)flow, now_us, what < 0.5,
                (uint32_t)scene_uniform(&dice, 0, i % 7 == 0 ? 4e9 : 3000));
        if (relay_read(relay, NULL, &view))
            ck_assert(view.score >= 0 && view.score <= 1 && view.lag_ms >= 0);
    }
}
END_TEST

/* --- bins --- */

START_TEST(a_flow_is_handed_in_about_once_a_second)
{
    static struct relay_flow flow;
    unsigned asked = 0;

    memset(&flow, 0, sizeof(flow));
    ck_assert(relay_flow_add(&flow, NOW_US, RELAY_UP, 1));
    ck_assert(!relay_flow_add(&flow, NOW_US + 1, RELAY_UP, 1));
    ck_assert(relay_flow_add(&flow, NOW_US + BIN_US, RELAY_UP, 1)); /* nobody took it */
    flow.joined = true;
    for (uint64_t time_us = 0; time_us < 60000000; time_us += 5000)
        asked += relay_flow_add(&flow, NOW_US + time_us, RELAY_DOWN, 1);
    ck_assert_uint_ge(asked, 58);
    ck_assert_uint_le(asked, 60);
}
END_TEST

static uint64_t bytes_in(const struct relay_flow *flow)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < RELAY_FLOW_BINS; i++)
        sum += flow->bins[i].bytes[RELAY_UP] + flow->bins[i].bytes[RELAY_DOWN];
    return sum;
}

START_TEST(no_byte_is_lost_when_nobody_calls_or_time_steps_back)
{
    static struct relay_flow flow;

    memset(&flow, 0, sizeof(flow));
    for (unsigned i = 0; i < 100; i++)
        relay_flow_add(&flow, NOW_US + i * BIN_US, i % 2, 10);
    ck_assert_uint_eq(flow.begun, RELAY_FLOW_BINS);
    ck_assert_uint_eq(bytes_in(&flow), 1000);
    memset(&flow, 0, sizeof(flow));
    relay_flow_add(&flow, NOW_US, RELAY_UP, 10);
    relay_flow_add(&flow, NOW_US - 100 * BIN_US, RELAY_UP, 10);
    ck_assert_uint_eq(flow.begun, 1);
    ck_assert_uint_eq(bytes_in(&flow), 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("relay");
    TCase *scenes = tcase_create("scenes"), *flows = tcase_create("flows");
    TCase *bins = tcase_create("bins");

    tcase_add_loop_test(scenes, relays_are_found_in_a_minute, 0,
            sizeof(relays) / sizeof(relays[0]));
    tcase_add_loop_test(scenes, what_only_looks_like_it_is_silent, 0,
            sizeof(others) / sizeof(others[0]));
    tcase_add_test(scenes, junk_and_delay_lower_the_score);
    tcase_add_test(scenes, the_explanation_names_controller_lag_and_targets);
    tcase_add_test(scenes, a_year_more_or_other_addresses_make_no_difference);
    tcase_add_checked_fixture(flows, set_up, tear_down);
    tcase_add_test(flows, of_two_alike_the_first_is_the_controller);
    tcase_add_test(flows, silence_does_not_fade_the_evidence);
    tcase_add_test(flows, the_flow_silent_for_longest_makes_room);
    tcase_add_test(flows, whatever_comes_scores_from_0_to_1);
    tcase_add_test(bins, a_flow_is_handed_in_about_once_a_second);
    tcase_add_test(bins, no_byte_is_lost_when_nobody_calls_or_time_steps_back);
    suite_add_tcase(suite, scenes);
    suite_add_tcase(suite, flows);
    suite_add_tcase(suite, bins);
    return run_suite(suite);
}
