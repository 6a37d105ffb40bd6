/* relay_scene.h - makes up the traffic of one device, packet by packet, and plays it to a 'struct
 * relay'.
 *
 * What happens is drawn from a seeded generator, so a seed always gives the same packets. Scenarios
 * write packets in any order; they are sorted before they are played. */
#ifndef TATTLER_TESTS_RELAY_SCENE_H
#define TATTLER_TESTS_RELAY_SCENE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "track/relay.h"

#define SCENE_FLOWS_MAX 2048
#define SCENE_SEGMENT 1448u

struct scene_flow {
    struct relay_flow bins;
    struct relay_end end;
    bool was_added;
    double first_s;
    uint32_t before[2]; /* payload of the first side to speak, until the other one does */
    double latest_s;
};

struct scene_packet {
    double time_s;
    uint32_t bytes;
    uint16_t flow;
    uint8_t way;
};

struct scene {
    uint64_t random;
    struct scene_flow *flows;
    unsigned flow_count;
    struct scene_packet *packets;
    size_t packet_count, packet_room;
    uint64_t start_us;
    uint8_t network;           /* added to the second byte of the Internet's addresses */
    double up_rate, down_rate; /* bytes/s of the home's access line */
};

/* What playing a scene showed. */
struct scene_result {
    double best, last;         /* scores */
    double found_s;            /* when the score first reached 0.5; below zero: never */
    uint64_t found_bytes;      /* payload of the device until then */
    struct relay_view view;    /* at the best score */
};

/* Scenes may begin before their start. */
static inline uint64_t scene_us(const struct scene *scene, double time_s)
{
    return scene->start_us + (uint64_t)(int64_t)(time_s * 1e6);
}

static inline double scene_uniform(struct scene *scene, double from, double to)
{
    uint64_t z = scene->random += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return from + (to - from) * ((double)(z >> 11) / 9007199254740992.0);
}

static inline double scene_exponential(struct scene *scene, double mean)
{
    return -mean * log(1 - scene_uniform(scene, 0, 1));
}

/* Log-normal with this median, cut to 'least' and 'most'. */
static inline uint32_t scene_size(struct scene *scene, double median, double sigma, double least,
        double most)
{
    double normal = sqrt(-2 * log(1 - scene_uniform(scene, 0, 1))) *
                    cos(6.283185307179586 * scene_uniform(scene, 0, 1));
    double size = median * exp(sigma * normal);

    return (uint32_t)(size < least ? least : size > most ? most : size);
}

static inline void scene_begin(struct scene *scene, uint64_t seed)
{
    memset(scene, 0, sizeof(*scene));
    scene->random = seed * 7919 + 1;
    scene->start_us = UINT64_C(1700000000000000);
    scene->flows = calloc(SCENE_FLOWS_MAX, sizeof(*scene->flows));
    scene->up_rate = scene_uniform(scene, 1e6, 5e6);
    scene->down_rate = scene_uniform(scene, 3e6, 12e6);
}

static inline void scene_end(struct scene *scene)
{
    free(scene->flows);
    free(scene->packets);
}

/* 203.0.113.0/24 stands for the Internet's hosts below 256, 198.51.100.0/24 for the others; hosts
 * from 1000 are on the LAN. */
static inline unsigned scene_open(struct scene *scene, unsigned host, bool device_initiated,
        uint8_t protocol, double time_s)
{
    bool is_last = scene->flow_count == SCENE_FLOWS_MAX - 1; /* then all go on in that one */
    unsigned flow = is_last ? scene->flow_count : scene->flow_count++;
    uint8_t bytes[4] = { 203, scene->network, 113, (uint8_t)host };

    if (host >= 256)
        bytes[0] = 198, bytes[1] = (uint8_t)(51 + scene->network), bytes[2] = 100;
    if (host >= 1000)
        bytes[0] = 192, bytes[1] = 168, bytes[2] = 1;
    scene->flows[flow].end = (struct relay_end){
        .opened_us = scene_us(scene, time_s),
        .group = host,
        .remote = address_from_v4(bytes),
        .remote_port = device_initiated ? 443 : (uint16_t)(20000 + flow),
        .device_port = device_initiated ? (uint16_t)(20000 + flow) : 1080,
        .protocol = protocol,
        .device_initiated = device_initiated,
    };
    return flow;
}

static inline void scene_packet(struct scene *scene, unsigned flow, double time_s,
        enum relay_way way, uint32_t bytes)
{
    if (scene->packet_count == scene->packet_room) {
        scene->packet_room = scene->packet_room > 0 ? 2 * scene->packet_room : 4096;
        scene->packets = realloc(scene->packets, scene->packet_room * sizeof(*scene->packets));
    }
    scene->packets[scene->packet_count++] = (struct scene_packet){
        .time_s = time_s,
        .bytes = bytes,
        .flow = (uint16_t)flow,
        .way = (uint8_t)way,
    };
}

/* A message in segments, at this rate or the line's. Returns the time of its last packet. */
static inline double scene_send(struct scene *scene, unsigned flow, double time_s,
        enum relay_way way, uint32_t bytes, double rate)
{
    double line = way == RELAY_UP ? scene->up_rate : scene->down_rate;
    double step = SCENE_SEGMENT / (rate > 0 && rate < line ? rate : line);

    while (bytes > 0) {
        uint32_t part = bytes < SCENE_SEGMENT ? bytes : SCENE_SEGMENT;

        scene_packet(scene, flow, time_s, way, part);
        time_s += step * part / SCENE_SEGMENT * scene_uniform(scene, 0.8, 1.2);
        bytes -= part;
    }
    return time_s;
}

static inline int scene_by_time(const void *a, const void *b)
{
    const struct scene_packet *one = a, *other = b;

    return (one->time_s > other->time_s) - (one->time_s < other->time_s);
}

static inline void scene_note(const struct relay *relay, struct scene_result *result,
        const struct scene_packet *packet, uint64_t bytes)
{
    struct relay_view view;

    if (!relay_read(relay, NULL, &view))
        return;
    result->last = view.score;
    if (view.score > result->best) {
        result->best = view.score;
        result->view = view;
    }
    if (view.score >= 0.5 && result->found_s < 0) {
        result->found_s = packet->time_s;
        result->found_bytes = bytes;
    }
}

/* A flow's bins begin when both sides have spoken. */
static inline bool scene_add(const struct scene *scene, const struct scene_packet *packet)
{
    struct scene_flow *flow = &scene->flows[packet->flow];
    enum relay_way way = packet->way, other = way == RELAY_UP ? RELAY_DOWN : RELAY_UP;

    if (!flow->was_added && flow->before[other] == 0) {
        if (flow->before[way] == 0)
            flow->first_s = packet->time_s;
        flow->before[way] += packet->bytes;
        return false;
    }
    if (!flow->was_added)
        relay_flow_add(&flow->bins, scene_us(scene, flow->first_s), other,
                flow->before[other]);
    flow->was_added = true;
    return relay_flow_add(&flow->bins, scene_us(scene, packet->time_s), way, packet->bytes);
}

/* What goes up waits for what went up before. */
static inline void scene_shape(struct scene *scene)
{
    double free_s = 0;

    qsort(scene->packets, scene->packet_count, sizeof(*scene->packets), scene_by_time);
    for (size_t i = 0; i < scene->packet_count; i++) {
        struct scene_packet *packet = &scene->packets[i];

        if (packet->way != RELAY_UP)
            continue;
        if (packet->time_s < free_s)
            packet->time_s = free_s;
        free_s = packet->time_s + packet->bytes / scene->up_rate;
    }
    qsort(scene->packets, scene->packet_count, sizeof(*scene->packets), scene_by_time);
}

static inline struct scene_result scene_play(struct scene *scene)
{
    struct scene_result result = { .found_s = -1 };
    struct relay *relay = relay_new();
    uint64_t bytes = 0;

    scene_shape(scene);
    for (size_t i = 0; i < scene->packet_count; i++) {
        const struct scene_packet *packet = &scene->packets[i];
        struct scene_flow *flow = &scene->flows[packet->flow];

        bytes += packet->bytes;
        if (!scene_add(scene, packet))
            continue;
        relay_hand_in(relay, &flow->bins, &flow->end, scene_us(scene, packet->time_s));
        scene_note(relay, &result, packet, bytes);
    }
    for (unsigned i = 0; i < scene->flow_count; i++)
        relay_leave(relay, &scene->flows[i].bins);
    relay_free(relay);
    return result;
}

#endif
