/* scene.h - an engine without data files, and the packets of a small home to hand to it.
 *
 * 192.168.1.0/24 and fd00::/64 are the home; 192.168.1.1 is its router and resolver. A host's MAC
 * ends in the last byte of its address. */
#ifndef TATTLER_TESTS_SCENE_H
#define TATTLER_TESTS_SCENE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "detect/features.h"
#include "engine.h"
#include "track/device.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START_US UINT64_C(1700000000000000) /* 14 November 2023, 22:13:20 UTC */

#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMP6 58
#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

#define DEVICE "192.168.1.10"
#define ROUTER "192.168.1.1"
#define REMOTE "203.0.113.9"
#define FRAME_BYTES 100

struct scene {
    struct settings settings;
    struct engine *engine;
    struct worker *worker;
    uint64_t now_us;
};

/* settings_default() without what differs between machines. */
static inline void scene_settings(struct settings *settings)
{
    static const char *const machine[] = { "geo", "risk", "oui", "resolvers" };
    char error[256];

    ck_assert_int_eq(settings_default(settings), TATTLER_OK);
    for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++)
        ck_assert_int_eq(settings_set(settings,
                                 &(struct settings_entry){ .key = machine[i], .first = true }, error,
                                 sizeof(error)),
                TATTLER_OK);
    ck_assert_int_eq(settings_set(settings,
                             &(struct settings_entry){ .key = "timezone", .value = "UTC", .first = true }, error,
                             sizeof(error)),
            TATTLER_OK);
}

static inline void scene_problem(void *user, const char *what)
{
    (void)user;
    ck_abort_msg("%s", what);
}

/* With scene->settings as the caller has filled them in. */
static inline void scene_start(struct scene *scene, uint64_t seed)
{
    scene->now_us = START_US;
    scene->engine = engine_new(&scene->settings, seed, scene_problem, NULL);
    ck_assert_ptr_nonnull(scene->engine);
    scene->worker = worker_new(scene->engine);
    ck_assert_ptr_nonnull(scene->worker);
}

static inline void scene_open(struct scene *scene)
{
    scene_settings(&scene->settings);
    scene_start(scene, 1);
}

static inline void scene_close(struct scene *scene)
{
    worker_free(scene->worker);
    engine_free(scene->engine);
    settings_clear(&scene->settings);
}

/* --- packets --- */

static inline struct address at(const char *text)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    return address;
}

static const struct mac router_mac = { { 2, 0, 0, 0, 0, 1 } };

static inline bool is_at_home(const struct address *address)
{
    return !address_is_public(address) && address_is_unicast(address);
}

/* Borrowed: a static for each last byte. */
static inline const struct mac *mac_of(const struct address *address)
{
    static struct mac macs[256];
    struct mac *mac = &macs[address->bytes[15]];

    *mac = (struct mac){ { 2, 0, 0, 0, 0, address->bytes[15] } };
    return mac;
}

static inline struct packet_view packet_from(const struct scene *scene, const char *source,
        uint16_t source_port, const char *destination, uint16_t destination_port,
        uint8_t protocol)
{
    struct packet_view packet = {
        .time_us = scene->now_us,
        .source = at(source),
        .destination = at(destination),
        .source_port = source_port,
        .destination_port = destination_port,
        .protocol = protocol,
        .ttl = 64,
        .tcp_flags = protocol == TCP ? SYN : 0,
        .bytes = FRAME_BYTES,
        .from_first_sender = true,
    };
    bool from_home = is_at_home(&packet.source);

    if (!from_home)
        packet.ttl = 52;
    packet.from_mac = from_home ? mac_of(&packet.source) : &router_mac;
    packet.to_mac = is_at_home(&packet.destination) ? mac_of(&packet.destination) : &router_mac;
    return packet;
}

static inline struct packet_view answer_to(const struct packet_view *packet)
{
    struct packet_view answer = *packet;

    answer.source = packet->destination;
    answer.destination = packet->source;
    answer.source_port = packet->destination_port;
    answer.destination_port = packet->source_port;
    answer.from_mac = packet->to_mac;
    answer.to_mac = packet->from_mac;
    answer.tcp_flags = packet->protocol == TCP ? SYN | ACK : 0;
    answer.ttl = is_at_home(&answer.source) ? 64 : 52;
    answer.from_first_sender = !packet->from_first_sender;
    return answer;
}

/* Opens a flow and hands in its first packet. */
static inline struct flow *begin(struct scene *scene, const struct packet_view *packet)
{
    struct flow *flow = flow_open(scene->worker, packet);

    ck_assert_ptr_nonnull(flow);
    flow_packet(scene->worker, flow, packet);
    return flow;
}

/* What the flow's device or its remote sends next. */
static inline void send_on(struct scene *scene, struct flow *flow, enum direction way,
        const void *payload, size_t len)
{
    struct packet_view packet = {
        .time_us = scene->now_us,
        .source = way == UP ? flow->device_address : flow->remote_address,
        .destination = way == UP ? flow->remote_address : flow->device_address,
        .source_port = way == UP ? flow->device_port : flow->remote_port,
        .destination_port = way == UP ? flow->remote_port : flow->device_port,
        .protocol = flow->protocol,
        .ttl = 64,
        .tcp_flags = flow->protocol == TCP ? ACK : 0,
        .bytes = FRAME_BYTES,
        .payload = cursor_over(payload, len),
        .from_first_sender = (way == UP) == flow->device_is_first,
    };

    flow_packet(scene->worker, flow, &packet);
}

static inline void tick(struct scene *scene, struct flow *flow)
{
    send_on(scene, flow, UP, NULL, 0);
}

static inline struct flow *connect_from(struct scene *scene, const char *device,
        const char *remote, uint16_t port)
{
    struct packet_view syn = packet_from(scene, device, 50000, remote, port, TCP);

    return begin(scene, &syn);
}

static inline struct flow *connect_to(struct scene *scene, const char *remote)
{
    return connect_from(scene, DEVICE, remote, 443);
}

static inline void say_hello(struct scene *scene, struct flow *flow, struct hello_view hello)
{
    hello.sni_len = hello.sni != NULL ? strlen(hello.sni) : 0;
    flow_learn_hello(scene->worker, flow, &hello);
    tick(scene, flow);
}

/* --- DNS --- */

struct dns_reply {
    uint8_t bytes[2048];
    size_t len;
};

static inline void put(struct dns_reply *reply, const void *bytes, size_t len)
{
    ck_assert_uint_le(reply->len + len, sizeof(reply->bytes));
    memcpy(reply->bytes + reply->len, bytes, len);
    reply->len += len;
}

static inline void put_name(struct dns_reply *reply, const char *name)
{
    while (*name != '\0') {
        uint8_t len = (uint8_t)strcspn(name, ".");

        put(reply, &len, 1);
        put(reply, name, len);
        name += len;
        name += *name == '.';
    }
    put(reply, "", 1);
}

/* A response without records to a question for A (RFC 1035 section 4). */
static inline void reply_start(struct dns_reply *reply, const char *asked)
{
    reply->len = 0;
    put(reply, "\x12\x34\x81\x80\0\1\0\0\0\0\0\0", 12);
    put_name(reply, asked);
    put(reply, "\0\1\0\1", 4);
}

static inline void put_record(struct dns_reply *reply, const char *owner, uint16_t type,
        uint32_t ttl_s, const void *data, size_t len)
{
    uint8_t head[10] = { (uint8_t)(type >> 8), (uint8_t)type, 0, 1, (uint8_t)(ttl_s >> 24),
        (uint8_t)(ttl_s >> 16), (uint8_t)(ttl_s >> 8), (uint8_t)ttl_s, (uint8_t)(len >> 8),
        (uint8_t)len };

    put_name(reply, owner);
    put(reply, head, sizeof(head));
    put(reply, data, len);
    reply->bytes[7]++; /* answers */
}

static inline void put_address(struct dns_reply *reply, const char *owner, uint32_t ttl_s,
        const char *text)
{
    struct address address = at(text);

    if (address_is_v4(&address))
        put_record(reply, owner, 1, ttl_s, address.bytes + 12, 4);
    else
        put_record(reply, owner, 28, ttl_s, address.bytes, 16);
}

static inline void put_alias(struct dns_reply *reply, const char *owner, const char *target)
{
    struct dns_reply data = { .len = 0 };

    put_name(&data, target);
    put_record(reply, owner, 5, 300, data.bytes, data.len);
}

/* 'device' asks the router and is told this. */
static inline void ask_router(struct scene *scene, const char *device, const void *answer,
        size_t len)
{
    struct packet_view question = packet_from(scene, device, 40000, ROUTER, 53, UDP);
    struct flow *flow = begin(scene, &question);

    send_on(scene, flow, DOWN, answer, len);
    flow_close(scene->engine, flow);
}

static inline void resolve_for(struct scene *scene, const char *device, const char *name,
        const char *address, uint32_t ttl_s)
{
    struct dns_reply reply;

    reply_start(&reply, name);
    put_address(&reply, name, ttl_s, address);
    ask_router(scene, device, reply.bytes, reply.len);
}

static inline void resolve(struct scene *scene, const char *name, const char *address)
{
    resolve_for(scene, DEVICE, name, address, 300);
}

/* The device has been watched for so long that its connections may be judged. */
static inline void warm_up(struct scene *scene)
{
    resolve(scene, "warm.example", "198.51.100.200");
    scene->now_us += 10 * MINUTE;
}

/* --- features --- */

static inline bool known(const struct flow *flow, const char *name, struct feature_value *value)
{
    const struct feature *feature = feature_find(name);

    ck_assert_msg(feature != NULL, "no feature %s", name);
    memset(value, 0, sizeof(*value));
    return feature->get(flow, value);
}

static inline void assert_unknown(const struct flow *flow, const char *name)
{
    struct feature_value value;

    ck_assert_msg(!known(flow, name, &value), "%s is known", name);
}

static inline void assert_number(const struct flow *flow, const char *name, uint64_t expected)
{
    struct feature_value value;

    ck_assert_msg(known(flow, name, &value), "%s is unknown", name);
    ck_assert_msg(value.number == expected, "%s is %llu, not %llu", name,
            (unsigned long long)value.number, (unsigned long long)expected);
}

static inline void assert_text(const struct flow *flow, const char *name, const char *expected)
{
    struct feature_value value;

    ck_assert_msg(known(flow, name, &value), "%s is unknown", name);
    ck_assert_msg(value.len == strlen(expected) && memcmp(value.text, expected, value.len) == 0,
            "%s is '%.*s', not '%s'", name, (int)value.len, value.text, expected);
}

static inline void assert_true(const struct flow *flow, const char *name)
{
    assert_number(flow, name, 1);
}

static inline void assert_false(const struct flow *flow, const char *name)
{
    assert_number(flow, name, 0);
}

/* The name of the value of a feature that is one of a list. */
static inline void assert_called(const struct flow *flow, const char *name, const char *expected)
{
    struct feature_value value;

    ck_assert_msg(known(flow, name, &value), "%s is unknown", name);
    ck_assert_str_eq(feature_find(name)->value_name(value.number), expected);
}

#endif
