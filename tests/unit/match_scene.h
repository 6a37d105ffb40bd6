/* match_scene.h - a matcher, connections by hand, and what it told. */
#ifndef TATTLER_TESTS_MATCH_SCENE_H
#define TATTLER_TESTS_MATCH_SCENE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/match/matcher.h"
#include "parse/packet.h"

#define SCENE_ALERTS 256
#define US_PER_S UINT64_C(1000000)
#define START_US (UINT64_C(1700000000) * US_PER_S)

struct told {
    uint32_t sid;
    enum rule_action action;
    bool to_server, of_transaction, of_stream;
};

struct match_scene {
    struct rule_vars vars;
    struct rule_set *set;
    struct matcher *matcher;
    struct told told[SCENE_ALERTS];
    size_t count;
    char messages[256]; /* that alerts were about */
    enum rule_application application; /* of the last */
};

/* A connection: what its device knows, and how its packets look. */
struct scene_flow {
    struct match_flow *match;
    struct match_packet packet;
    struct flow flow;
};

static inline void scene_on_alert(void *user, const struct match_alert *alert)
{
    struct match_scene *scene = user;

    if (scene->count == SCENE_ALERTS)
        abort(); /* here no check may ask for memory: no_memory_test.c */
    scene->told[scene->count++] = (struct told){ alert->rule->sid, alert->action,
        alert->packet->to_server, alert->of_transaction, alert->of_stream };
    scene->application = alert->application;
    if (alert->message != NULL)
        snprintf(scene->messages + strlen(scene->messages),
                sizeof(scene->messages) - strlen(scene->messages), "%llu %.*s %.*s, ",
                (unsigned long long)alert->message->number, (int)alert->message->request.left,
                (const char *)alert->message->request.at, (int)alert->message->response.left,
                (const char *)alert->message->response.at);
}

static inline void scene_problem(void *user, const struct rule_problem *problem)
{
    (void)user;
    ck_assert_msg(problem->kind == RULE_WARNING, "line %u: %s", problem->line, problem->text);
}

/* Every rule must be one. */
static inline void scene_load(struct match_scene *scene, const char *rules)
{
    ck_assert_int_eq(vars_default(&scene->vars, "10.0.0.0/8"), TATTLER_OK);
    ck_assert_int_eq(rule_set_new(&scene->vars, scene_problem, NULL, &scene->set), TATTLER_OK);
    ck_assert_int_eq(rule_set_load_text(scene->set, "test.rules", rules, strlen(rules)),
            TATTLER_OK);
    scene->count = 0;
    scene->messages[0] = '\0';
}

static inline void scene_begin(struct match_scene *scene, const char *rules, size_t max_alerts)
{
    scene_load(scene, rules);
    ck_assert_int_eq(
            matcher_new(scene->set, max_alerts, scene_on_alert, scene, &scene->matcher),
            TATTLER_OK);
}

static inline void scene_finish(struct match_scene *scene)
{
    matcher_free(scene->matcher);
    rule_set_free(scene->set);
    vars_clear(&scene->vars);
}

static inline struct address scene_address(const char *text)
{
    struct address address = { { 0 } };

    ck_assert(address_parse(text, &address));
    return address;
}

/* From 10.0.0.1 to 203.0.113.5, established. */
static inline struct scene_flow scene_open(uint8_t protocol, uint16_t port)
{
    return (struct scene_flow){
        .packet = { .time_us = START_US, .source = scene_address("10.0.0.1"),
            .destination = scene_address("203.0.113.5"), .source_port = 40000,
            .destination_port = port, .protocol = protocol, .ip_version = 4, .ttl = 64,
            .has_flow = true, .to_server = true, .established = true, .first_us = START_US },
        .flow = { .protocol = protocol, .device_is_first = true, .device_initiated = true },
    };
}

/* The caller settles. What the flow changed is said once. */
static inline void scene_packet(struct match_scene *scene, struct scene_flow *at, bool to_server,
        const char *bytes, size_t len)
{
    struct match_packet *packet = &at->packet;

    if (packet->to_server != to_server) {
        struct address source = packet->source;
        uint16_t port = packet->source_port;

        packet->source = packet->destination;
        packet->destination = source;
        packet->source_port = packet->destination_port;
        packet->destination_port = port;
        packet->to_server = to_server;
    }
    packet->packets[to_server ? 0 : 1]++;
    packet->bytes[to_server ? 0 : 1] += 40 + len;
    packet->payload = cursor_over(bytes, len);
    packet->flow = &at->flow;
    matcher_packet(scene->matcher, packet->has_flow ? &at->match : NULL, packet);
}

/* A whole packet; TCP bytes are in order. */
static inline void scene_send_bytes(struct match_scene *scene, struct scene_flow *at,
        bool to_server, const char *bytes, size_t len)
{
    scene_packet(scene, at, to_server, bytes, len);
    if (at->packet.protocol == PACKET_PROTOCOL_TCP &&
            matcher_wants_stream(scene->matcher, at->match, to_server))
        matcher_stream(scene->matcher, to_server, cursor_over(bytes, len));
    matcher_settle(scene->matcher);
    at->flow.changed = 0;
}

static inline void scene_send(struct match_scene *scene, struct scene_flow *at, bool to_server,
        const char *text)
{
    scene_send_bytes(scene, at, to_server, text, strlen(text));
}

static inline void scene_close(struct match_scene *scene, struct scene_flow *at)
{
    struct match_packet last = at->packet;

    if (at->match == NULL)
        return;
    last.payload = cursor_over("", 0);
    matcher_flow_ending(scene->matcher, &at->match, &last);
    matcher_flow_end(scene->matcher, &at->match);
    ck_assert_ptr_null(at->match);
}

/* The sids told since the last call, in their order, as "1 2 3". */
static inline const char *scene_told(struct match_scene *scene)
{
    static char text[SCENE_ALERTS * 12];
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < scene->count; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u", i > 0 ? " " : "",
                (unsigned)scene->told[i].sid);
    scene->count = 0;
    return text;
}

#endif
