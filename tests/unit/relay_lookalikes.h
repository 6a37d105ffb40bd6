/* relay_lookalikes.h - devices that only look as if they relayed for others. */
#ifndef TATTLER_TESTS_RELAY_LOOKALIKES_H
#define TATTLER_TESTS_RELAY_LOOKALIKES_H

#include "relay_proxies.h"

static inline void audio(struct scene *scene, unsigned flow, double from_s, double to_s)
{
    for (double at_s = from_s; at_s < to_s; at_s += 0.02) {
        scene_packet(scene, flow, at_s + scene_uniform(scene, 0, 0.003), RELAY_UP, 172);
        scene_packet(scene, flow, at_s + scene_uniform(scene, 0, 0.012), RELAY_DOWN, 172);
    }
}

static inline void video(struct scene *scene, unsigned flow, double from_s, double to_s)
{
    for (unsigned way = 0; way < 2; way++) {
        unsigned frame = 0;

        for (double at_s = from_s; at_s < to_s; at_s += 1.0 / 25, frame++)
            scene_send(scene, flow, at_s + scene_uniform(scene, 0, 0.01), way,
                    scene_size(scene, frame % 250 == 0 ? 30000 : 5000, 0.4, 500, 60000), 0);
    }
}

static inline void one_call(struct scene *scene, const void *unused)
{
    unsigned flow = scene_open(scene, 20, true, UDP, 0);
    unsigned signal = scene_open(scene, 21, true, TCP, 0);

    (void)unused;
    audio(scene, flow, 2, 120);
    video(scene, flow, 4, 120);
    for (double at_s = 0; at_s < 120; at_s += scene_exponential(scene, 4)) {
        scene_send(scene, signal, at_s, RELAY_UP, scene_size(scene, 400, 0.5, 60, 2000), 0);
        scene_send(scene, signal, at_s + 0.04, RELAY_DOWN, scene_size(scene, 300, 0.5, 60, 2000),
                0);
    }
}

static inline void two_calls(struct scene *scene, const void *with_video)
{
    for (unsigned i = 0; i < 2; i++) {
        unsigned flow = scene_open(scene, 20 + i, true, UDP, 0);

        audio(scene, flow, i * 3.0, 120);
        if (with_video != NULL)
            video(scene, flow, 1 + i * 3.0, 120);
    }
}

/* Voice that stops while nobody speaks, in two conferences that the device is in at once. */
static inline void two_conferences(struct scene *scene, const void *unused)
{
    unsigned flows[2] = {
        scene_open(scene, 20, true, UDP, 0),
        scene_open(scene, 21, true, UDP, 0),
    };
    double at_s = 0;

    (void)unused;
    while (at_s < 120) {
        double talk_s = scene_exponential(scene, 2);
        unsigned who = (unsigned)scene_uniform(scene, 0, 3);

        for (double t = at_s; t < at_s + talk_s; t += 0.02)
            for (unsigned i = 0; i < 2; i++)
                if (who == 2 || who == i)
                    scene_packet(scene, flows[i], t, who == 2 ? RELAY_UP : RELAY_DOWN, 172);
        at_s += talk_s + scene_exponential(scene, 0.6);
    }
}

static inline void shells(struct scene *scene, const void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        unsigned flow = scene_open(scene, 20 + i, true, TCP, 0);
        double rtt_s = scene_uniform(scene, 0.02, 0.08);

        for (double at_s = 0; at_s < 120; at_s += scene_exponential(scene, 0.25)) {
            bool enter = scene_uniform(scene, 0, 1) < 0.08;

            scene_packet(scene, flow, at_s, RELAY_UP, 36);
            scene_send(scene, flow, at_s + rtt_s, RELAY_DOWN,
                    enter ? scene_size(scene, 1500, 1.2, 80, 100000) : 36, 0);
            at_s += enter ? scene_exponential(scene, 2) : 0;
        }
    }
}

static inline void copies(struct scene *scene, const void *unused)
{
    unsigned flow = scene_open(scene, 20, true, TCP, 0);
    unsigned other = scene_open(scene, 21, true, TCP, 0);

    (void)unused;
    for (double at_s = 1; at_s < 100; at_s += 20) {
        scene_send(scene, flow, at_s, RELAY_UP, 4000000, 1e6);
        scene_send(scene, other, at_s + scene_uniform(scene, 0, 3), RELAY_DOWN, 4000000, 1e6);
    }
    for (double at_s = 1; at_s < 110; at_s += 0.3) {
        scene_packet(scene, flow, at_s, RELAY_DOWN, 36);
        scene_packet(scene, other, at_s + scene_uniform(scene, 0, 0.2), RELAY_UP, 36);
    }
}

static inline void cameras(struct scene *scene, const void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2; i++) { /* one stream to the cloud, one to a recorder elsewhere */
        unsigned flow = scene_open(scene, 20 + i, true, TCP, 0);

        for (double at_s = 0; at_s < 120; at_s += 1.0 / 15)
            scene_send(scene, flow, at_s, RELAY_UP, scene_size(scene, 9000, 0.5, 1000, 80000), 0);
        for (double at_s = 0; at_s < 120; at_s += 1)
            scene_packet(scene, flow, at_s + scene_uniform(scene, 0, 0.3), RELAY_DOWN, 60);
    }
}

static inline void vpn_client(struct scene *scene, const void *unused)
{
    struct scene inside;

    (void)unused;
    scene_begin(&inside, (uint64_t)scene_uniform(scene, 0, 1e9));
    browse(&inside, 0, 120);
    for (size_t i = 0; i < inside.packet_count; i++) {
        const struct scene_packet *packet = &inside.packets[i];
        if (scene->flow_count == 0)
            scene_open(scene, 20, true, UDP, 0);
        scene_packet(scene, 0, packet->time_s, packet->way, packet->bytes + 60);
    }
    scene_end(&inside);
    browse(scene, 0, 120); /* what does not go through the tunnel */
}

static inline void browsing(struct scene *scene, const void *unused)
{
    (void)unused;
    browse(scene, 0, 180);
}

static inline void many_browse(struct scene *scene, const void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 4; i++)
        browse(scene, i, 120);
}

/* Chunks of a backup go up while a film comes down. */
static inline void backup_and_film(struct scene *scene, const void *unused)
{
    unsigned flow = scene_open(scene, 20, true, TCP, 0);
    double at_s = 1, rate = scene_uniform(scene, 2e5, 1.5e6);
    uint32_t chunk = (uint32_t)scene_uniform(scene, 250e3, 4e6);

    (void)unused;
    dial_tls(scene, flow, 0, 0.03);
    while (at_s < 120) {
        at_s = scene_send(scene, flow, at_s, RELAY_UP, chunk + 800, rate);
        at_s += 0.05;
        scene_send(scene, flow, at_s, RELAY_DOWN, scene_size(scene, 500, 0.3, 100, 2000), 0);
        at_s += 0.02;
    }
    stream_film(scene, 2, 120);
}

/* Who shares the screen sends much of what comes in, again as pictures. */
static inline void screen_share(struct scene *scene, const void *unused)
{
    unsigned flow = scene_open(scene, 20, true, UDP, 0);

    (void)unused;
    audio(scene, flow, 0, 120);
    for (double at_s = 3; at_s < 120; at_s += scene_exponential(scene, 4) + 0.5) {
        double end_s = browse_page(scene, at_s, 300 + (unsigned)scene_uniform(scene, 0, 200));

        for (double t = at_s + 0.3; t < end_s; t += 0.1)
            scene_send(scene, flow, t, RELAY_UP, scene_size(scene, 6000, 0.8, 500, 100000), 0);
        at_s = end_s;
    }
}

/* The same report to two clouds at the same moment, answered alike. */
static inline void two_clouds(struct scene *scene, const void *unused)
{
    double period_s = scene_uniform(scene, 0.5, 5);

    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        unsigned flow = scene_open(scene, 20 + i, true, TCP, 0);
        double rtt_s = scene_uniform(scene, 0.01, 0.06);
        uint64_t random = scene->random;

        for (double at_s = 0; at_s < 300; at_s += period_s) {
            uint32_t report = scene_size(scene, 900, 0.5, 100, 5000);

            scene_send(scene, flow, at_s, RELAY_UP, report, 0);
            scene_send(scene, flow, at_s + rtt_s, RELAY_DOWN, report, 0);
        }
        scene->random = random;
    }
}

/* Two hosts that send the browser to and fro, as log-ins and trackers do. */
static inline void redirects(struct scene *scene, const void *unused)
{
    unsigned flows[2] = {
        scene_open(scene, 20, true, TCP, 0),
        scene_open(scene, 21, true, TCP, 0),
    };
    double at_s = 0;

    (void)unused;
    while (at_s < 120) {
        unsigned hops = 2 + (unsigned)scene_uniform(scene, 0, 8);

        for (unsigned i = 0; i < hops; i++) {
            at_s = scene_send(scene, flows[i % 2], at_s + 0.003, RELAY_UP,
                    scene_size(scene, 1200, 0.3, 300, 3000), 0);
            at_s = scene_send(scene, flows[i % 2], at_s + scene_uniform(scene, 0.02, 0.1),
                    RELAY_DOWN, scene_size(scene, 1200, 0.3, 300, 3000), 0);
        }
        at_s += scene_exponential(scene, 4);
    }
}

static inline void game_and_voice(struct scene *scene, const void *unused)
{
    unsigned game = scene_open(scene, 20, true, UDP, 0);
    unsigned voice = scene_open(scene, 21, true, UDP, 0);

    (void)unused;
    for (double at_s = 0; at_s < 120; at_s += 1.0 / 30) {
        double heat = 1 + sin(at_s / 7);

        scene_packet(scene, game, at_s, RELAY_UP,
                (uint32_t)(80 + 60 * heat + scene_uniform(scene, 0, 60)));
        scene_packet(scene, game, at_s + 0.01, RELAY_DOWN,
                (uint32_t)(120 + 100 * heat + scene_uniform(scene, 0, 90)));
    }
    audio(scene, voice, 0, 120);
}

static inline void peers(struct scene *scene, const void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 15; i++) {
        unsigned flow = scene_open(scene, 20 + i, i % 3 != 0, TCP, 0);

        for (unsigned way = 0; way < 2; way++)
            for (double at_s = scene_exponential(scene, 5); at_s < 120;
                    at_s += scene_exponential(scene, 1.5))
                scene_send(scene, flow, at_s, way,
                        16397 * (1 + (uint32_t)scene_uniform(scene, 0, 3)), 3e5);
        for (double at_s = 0; at_s < 120; at_s += scene_exponential(scene, 0.7)) {
            scene_packet(scene, flow, at_s, RELAY_UP, 17);
            scene_packet(scene, flow, at_s + 0.1, RELAY_DOWN, 9);
        }
    }
}

/* Pieces that are passed on to another peer some time after they came. */
static inline void peers_passing_on(struct scene *scene, const void *unused)
{
    unsigned flows[8];
    double at_s = 0;

    (void)unused;
    for (unsigned i = 0; i < 8; i++)
        flows[i] = scene_open(scene, 20 + i, true, TCP, 0);
    while (at_s < 120) {
        unsigned from = (unsigned)scene_uniform(scene, 0, 8);
        unsigned to = (unsigned)scene_uniform(scene, 0, 8);
        double got_s;

        scene_packet(scene, flows[from], at_s, RELAY_UP, 17 * 8);
        got_s = scene_send(scene, flows[from], at_s + 0.1, RELAY_DOWN, 16397 * 4, 1e6);
        for (unsigned i = 0; i < 8; i++)
            scene_packet(scene, flows[i], got_s, RELAY_UP, 9);
        if (to != from) {
            got_s += scene_exponential(scene, 3);
            scene_packet(scene, flows[to], got_s, RELAY_DOWN, 17 * 8);
            scene_send(scene, flows[to], got_s + 0.005, RELAY_UP, 16397 * 4, 0);
        }
        at_s += scene_exponential(scene, 0.4);
    }
}

/* A camera on the LAN whose pictures the hub sends to the cloud. */
static inline void hub(struct scene *scene, const void *unused)
{
    unsigned camera = scene_open(scene, 1001, false, TCP, 0);
    unsigned cloud = scene_open(scene, 20, true, TCP, 0);
    struct session session = { .scene = scene, .proxy = &(struct proxy){ .way = PROXY_LAN } };

    (void)unused;
    session.controller = cloud;
    for (double at_s = 0; at_s < 120; at_s += 1.0 / 15)
        relay_message(&session, camera, cloud, RELAY_UP, at_s,
                scene_size(scene, 6000, 0.5, 1000, 60000), 1e7);
    for (double at_s = 0; at_s < 120; at_s += scene_exponential(scene, 2))
        relay_message(&session, cloud, camera, RELAY_UP, at_s, 200, 1e7);
}

static inline void resolver(struct scene *scene, const void *unused)
{
    unsigned up = scene_open(scene, 20, true, UDP, 0);

    (void)unused;
    for (double at_s = 0; at_s < 120; at_s += scene_exponential(scene, 0.3)) {
        unsigned client = scene_open(scene, 1001, false, UDP, at_s);
        uint32_t answer = scene_size(scene, 150, 0.4, 60, 500);

        scene_packet(scene, client, at_s, RELAY_DOWN, 45);
        scene_packet(scene, up, at_s + 0.001, RELAY_UP, 45);
        scene_packet(scene, up, at_s + 0.02, RELAY_DOWN, answer);
        scene_packet(scene, client, at_s + 0.021, RELAY_UP, answer);
    }
}

static inline void speaker(struct scene *scene, const void *unused)
{
    unsigned cloud = scene_open(scene, 20, true, TCP, 0);

    (void)unused;
    dial_tls(scene, cloud, 0, 0.03);
    for (double at_s = 3; at_s < 300; at_s += scene_exponential(scene, 15)) {
        unsigned source = 30 + (unsigned)scene_uniform(scene, 0, 5), flow;
        double end_s = scene_send(scene, cloud, at_s, RELAY_UP, 90000, 32000);

        scene_send(scene, cloud, end_s + 0.3, RELAY_DOWN,
                scene_size(scene, 3000, 0.5, 500, 20000), 0);
        flow = scene_open(scene, source, true, TCP, end_s + 0.35);
        end_s = dial_tls(scene, flow, end_s + 0.35, 0.03);
        scene_send(scene, flow, end_s, RELAY_UP, 500, 0);
        at_s = scene_send(scene, flow, end_s + 0.06, RELAY_DOWN,
                scene_size(scene, 150000, 0.8, 10000, 2000000), 0);
    }
}

static inline void update(struct scene *scene, const void *unused)
{
    unsigned flow = scene_open(scene, 20, true, TCP, 0);
    unsigned report = scene_open(scene, 21, true, TCP, 0);

    (void)unused;
    for (double at_s = 0; at_s < 100; at_s += 10) {
        scene_send(scene, flow, at_s, RELAY_UP, 300, 0);
        scene_send(scene, flow, at_s + 0.05, RELAY_DOWN, 8000000, 0);
        scene_send(scene, report, at_s + 0.1, RELAY_UP, 900, 0);
        scene_send(scene, report, at_s + 0.15, RELAY_DOWN, 300, 0);
    }
}

/* A photo comes in a chat and is put into the album of another cloud seconds later. */
static inline void photos(struct scene *scene, const void *unused)
{
    unsigned album = scene_open(scene, 20, true, TCP, 0);
    unsigned chat = scene_open(scene, 21, true, TCP, 0);

    (void)unused;
    for (double at_s = 1; at_s < 300; at_s += scene_exponential(scene, 10) + 3) {
        uint32_t photo = scene_size(scene, 200000, 0.7, 20000, 3000000);
        double got_s;

        scene_send(scene, chat, at_s, RELAY_UP, 500, 0);
        got_s = scene_send(scene, chat, at_s + 0.06, RELAY_DOWN, photo, 0);
        at_s = scene_send(scene, album, got_s + scene_uniform(scene, 0.1, 2.5), RELAY_UP,
                photo + 700, 0);
        scene_send(scene, album, at_s + 0.1, RELAY_DOWN, 500, 0);
    }
}

static inline void chatter(struct scene *scene, const void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 10; i++) { /* MQTT and the like */
        unsigned flow = scene_open(scene, 20 + i, true, TCP, 0);
        double mean_s = scene_uniform(scene, 0.3, 6);

        for (double at_s = 0; at_s < 300; at_s += scene_exponential(scene, mean_s)) {
            bool asks = scene_uniform(scene, 0, 1) < 0.5;
            uint32_t bytes = scene_size(scene, 250, 0.7, 40, 4000);

            scene_send(scene, flow, at_s, asks ? RELAY_UP : RELAY_DOWN, bytes, 0);
            scene_send(scene, flow, at_s + 0.03, asks ? RELAY_DOWN : RELAY_UP,
                    scene_size(scene, 120, 0.5, 35, 2000), 0);
        }
    }
}

#endif
