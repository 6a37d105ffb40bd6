/* relay_proxies.h - devices that relay for others, and what their owners do meanwhile. */
#ifndef TATTLER_TESTS_RELAY_PROXIES_H
#define TATTLER_TESTS_RELAY_PROXIES_H

#include "relay_scene.h"

#define TCP 6
#define UDP 17

enum proxy_way {
    PROXY_ONE_SESSION, /* framed, in one connection to the controller */
    PROXY_EACH,        /* the device dials the controller for each target, with TLS */
    PROXY_DIALLED,     /* clients dial the device, for each target */
    PROXY_LAN,         /* likewise, from the LAN */
    PROXY_DATAGRAMS,   /* in a tunnel over UDP */
};

struct proxy {
    enum proxy_way way;
    unsigned targets;      /* at a time */
    uint32_t budget;       /* bytes to relay in 'span_s' */
    double span_s;
    double hold_s;         /* what the device holds everything back for */
    double hold_jitter_s;
    double chaff;          /* share of the relayed bytes, again as junk, half of it each way */
    bool owner_browses;
    bool owner_streams;
};

struct session {
    struct scene *scene;
    const struct proxy *proxy;
    unsigned controller; /* flow */
    double last_s[2];    /* nothing overtakes */
};

/* Passes a message on, segment by segment. 'way' is the one out. Returns the last one's time. */
static inline double relay_message(struct session *session, unsigned in, unsigned out,
        enum relay_way way, double time_s, uint32_t bytes, double rate)
{
    struct scene *scene = session->scene;
    bool to_controller = out == session->controller;
    double step = SCENE_SEGMENT / (rate < scene->down_rate ? rate : scene->down_rate);
    uint32_t frame = session->proxy->way == PROXY_ONE_SESSION ? 36
                     : session->proxy->way == PROXY_DATAGRAMS ? 60 : 29;
    double hold_s = session->proxy->hold_s +
                    scene_uniform(scene, 0, session->proxy->hold_jitter_s);

    while (bytes > 0) {
        uint32_t part = bytes < SCENE_SEGMENT ? bytes : SCENE_SEGMENT;
        double out_s = time_s + scene_uniform(scene, 0.0003, 0.006) + hold_s;

        if (out_s < session->last_s[way])
            out_s = session->last_s[way];
        session->last_s[way] = out_s;
        scene_packet(scene, in, time_s, RELAY_DOWN, part + (to_controller ? 0 : frame));
        scene_packet(scene, out, out_s, way, part + (to_controller ? frame : 0));
        time_s += step * part / SCENE_SEGMENT * scene_uniform(scene, 0.7, 1.3);
        bytes -= part;
    }
    return session->last_s[way];
}

static inline double dial_tls(struct scene *scene, unsigned flow, double time_s, double rtt_s)
{
    scene_send(scene, flow, time_s + rtt_s, RELAY_UP, 517, 0);
    scene_send(scene, flow, time_s + 2 * rtt_s, RELAY_DOWN,
            (uint32_t)scene_uniform(scene, 1200, 4200), 0);
    scene_send(scene, flow, time_s + 2 * rtt_s + 0.004, RELAY_UP, 80, 0);
    return time_s + 3 * rtt_s;
}

static inline double answer_and_back(struct session *session, unsigned target, double time_s,
        double rtt_s, uint32_t request, uint32_t answer, double rate)
{
    time_s = relay_message(session, session->controller, target, RELAY_UP, time_s, request, 1e7);
    time_s += rtt_s + scene_uniform(session->scene, 0.005, 0.2);
    time_s = relay_message(session, target, session->controller, RELAY_UP, time_s, answer, rate);
    return time_s;
}

/* One visit to one site. Returns its end, and adds the bytes relayed. */
static inline double relay_visit(struct session *session, double time_s, double controller_rtt_s,
        uint32_t page, uint64_t *relayed)
{
    struct scene *scene = session->scene;
    enum proxy_way way = session->proxy->way;
    double rtt_s = scene_uniform(scene, 0.01, 0.12), rate = scene_uniform(scene, 3e5, 6e6);
    bool is_tls = scene_uniform(scene, 0, 1) < 0.7;
    unsigned requests = 1 + (unsigned)scene_uniform(scene, 0, 3.5), target;

    if (rate > scene->up_rate * 1.5 / session->proxy->targets) /* TCP adapts to the uplink */
        rate = scene->up_rate * 1.5 / session->proxy->targets;
    if (way == PROXY_EACH) {
        session->controller = scene_open(scene, 1, true, TCP, time_s);
        time_s = dial_tls(scene, session->controller, time_s, controller_rtt_s);
    } else if (way == PROXY_DIALLED || way == PROXY_LAN)
        session->controller = scene_open(scene,
                way == PROXY_LAN ? 1001 : 2 + (unsigned)scene_uniform(scene, 0, 3), false, TCP,
                time_s);
    session->last_s[RELAY_UP] = session->last_s[RELAY_DOWN] = 0;
    target = scene_open(scene, 10 + (unsigned)scene_uniform(scene, 0, 200), true, TCP, time_s);
    scene_send(scene, session->controller, time_s, RELAY_DOWN,
            (uint32_t)scene_uniform(scene, 40, 120), 0);
    time_s += rtt_s + 0.001 + session->proxy->hold_s;
    scene_send(scene, session->controller, time_s, RELAY_UP, 39, 0);
    time_s += controller_rtt_s;
    if (is_tls) {
        uint32_t certificates = (uint32_t)scene_uniform(scene, 1500, 4500);

        time_s = answer_and_back(session, target, time_s, rtt_s, 517, certificates, rate) +
                 controller_rtt_s;
        *relayed += 517 + certificates;
    }
    for (unsigned i = 0; i < requests; i++) {
        uint32_t request = scene_size(scene, 450, 0.4, 120, 3000);
        uint32_t answer = scene_size(scene, page, 1.0, 300, 20.0 * page);

        time_s = answer_and_back(session, target, time_s, rtt_s,
                         request + (is_tls && i == 0 ? 80 : 0), answer, rate) +
                 controller_rtt_s + scene_uniform(scene, 0, 0.3);
        *relayed += request + answer;
    }
    return time_s;
}

static inline void add_chaff(struct session *session, double from_s, double to_s, uint64_t bytes)
{
    struct scene *scene = session->scene;
    uint64_t mean = (uint64_t)((double)bytes / (to_s - from_s) * 0.4) + 32;

    for (unsigned way = 0; way < 2; way++)
        for (double at_s = from_s; at_s < to_s; at_s += scene_exponential(scene, 0.4))
            scene_send(scene, session->controller, at_s, way,
                    (uint32_t)scene_uniform(scene, 0.5 * (double)mean, 1.5 * (double)mean), 0);
}

/* A page and its parts from several hosts. Returns its end. */
static inline double browse_page(struct scene *scene, double time_s, unsigned first_host)
{
    unsigned parts = 3 + (unsigned)scene_uniform(scene, 0, 12), flow;
    double rtt_s = scene_uniform(scene, 0.01, 0.06), end_s, last_s;

    flow = scene_open(scene, first_host, true, TCP, time_s);
    end_s = dial_tls(scene, flow, time_s, rtt_s);
    scene_send(scene, flow, end_s, RELAY_UP, scene_size(scene, 600, 0.3, 200, 3000), 0);
    end_s = scene_send(scene, flow, end_s + rtt_s + 0.05, RELAY_DOWN,
            scene_size(scene, 40000, 0.8, 2000, 400000), 0);
    last_s = end_s;
    for (unsigned i = 0; i < parts; i++) {
        unsigned requests = 1 + (unsigned)scene_uniform(scene, 0, 6);
        double at_s = end_s - scene_uniform(scene, 0, 0.06);

        flow = scene_open(scene, first_host + i % 7, true, TCP, at_s);
        at_s = dial_tls(scene, flow, at_s, rtt_s);
        for (unsigned k = 0; k < requests; k++) {
            bool posts = scene_uniform(scene, 0, 1) < 0.15;

            at_s = scene_send(scene, flow, at_s, RELAY_UP,
                    posts ? scene_size(scene, 3000, 1.2, 300, 60000)
                          : scene_size(scene, 500, 0.4, 150, 3000), 0);
            at_s = scene_send(scene, flow, at_s + rtt_s + scene_uniform(scene, 0.002, 0.05),
                    RELAY_DOWN,
                    posts ? 250 : scene_size(scene, 15000, 1.3, 200, 1000000), 0);
        }
        last_s = at_s > last_s ? at_s : last_s;
    }
    return last_s;
}

static inline void browse(struct scene *scene, double from_s, double to_s)
{
    while (from_s < to_s)
        from_s = browse_page(scene, from_s, 300 + (unsigned)scene_uniform(scene, 0, 200)) +
                 scene_exponential(scene, 5);
}

/* A film in segments of some seconds. */
static inline void stream_film(struct scene *scene, double from_s, double to_s)
{
    unsigned flow = scene_open(scene, 290, true, TCP, from_s);
    double rate = scene_uniform(scene, 2.5e5, 1e6), rtt_s = scene_uniform(scene, 0.01, 0.04);

    dial_tls(scene, flow, from_s, rtt_s);
    for (double at_s = from_s + 1; at_s < to_s; at_s += 4 + scene_uniform(scene, -0.3, 0.3)) {
        scene_send(scene, flow, at_s, RELAY_UP, scene_size(scene, 450, 0.1, 300, 900), 0);
        scene_send(scene, flow, at_s + rtt_s + 0.01, RELAY_DOWN,
                (uint32_t)(rate * 4 * scene_uniform(scene, 0.6, 1.4)), 0);
    }
}

static inline void relay_for_others(struct scene *scene, const void *how)
{
    const struct proxy *proxy = how;
    struct session session = { .scene = scene, .proxy = proxy };
    double rtt_s = scene_uniform(scene, 0.015, 0.09);
    double page = (double)proxy->budget / 60;
    uint64_t relayed = 0;
    unsigned home = scene_open(scene, 1, true, proxy->way == PROXY_DATAGRAMS ? UDP : TCP, -600);

    page = page < 2000 ? 2000 : page > 60000 ? 60000 : page;
    session.controller = home;
    dial_tls(scene, home, -600, rtt_s);
    for (double at_s = -570; at_s < proxy->span_s + 10; at_s += 30) {
        scene_packet(scene, home, at_s, RELAY_UP, 34);
        scene_packet(scene, home, at_s + rtt_s, RELAY_DOWN, 34);
    }
    for (unsigned slot = 0; slot < proxy->targets; slot++) {
        double think_s = proxy->span_s * proxy->targets / (double)proxy->budget * page * 3;
        double at_s = scene_uniform(scene, 0, fmin(think_s, 0.7 * proxy->span_s));
        uint64_t own = 0;

        while (at_s < proxy->span_s && own < proxy->budget / proxy->targets) {
            at_s = relay_visit(&session, at_s, rtt_s, (uint32_t)page, &own);
            at_s += scene_exponential(scene, 0.5 * think_s);
        }
        relayed += own;
    }
    session.controller = home;
    if (proxy->way == PROXY_DIALLED || proxy->way == PROXY_LAN)
        session.controller =
                scene_open(scene, proxy->way == PROXY_LAN ? 1001 : 2, false, TCP, 0);
    if (proxy->chaff > 0)
        add_chaff(&session, 0, proxy->span_s, (uint64_t)((double)relayed * proxy->chaff / 2));
    if (proxy->owner_browses)
        browse(scene, 3, proxy->span_s);
    if (proxy->owner_streams)
        stream_film(scene, 3, proxy->span_s);
}

#endif
