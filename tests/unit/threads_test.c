/* One engine, many threads: what engine.h promises to hosts. Sums must come out exactly; under the
 * thread sanitizer the test also proves that nothing is shared without a lock. libcheck's own
 * assertions are not for threads, so workers count what went wrong. */
#include "engine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "run_suite.h"
#include "track/device.h"

#define THREADS 4
#define ROUNDS 400
#define DEVICES 16 /* each is used by all threads */
#define FRAME_BYTES 100
#define START_US UINT64_C(1700000000000000)
#define TCP 6
#define UDP 17

/* "a.example A 203.0.113.9", TTL 300 s (RFC 1035 section 4). */
static const uint8_t answer[] = { 0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 'a', 7, 'e', 'x',
    'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 203, 0, 113,
    9 };

struct scene {
    struct settings settings;
    struct engine *engine;
    atomic_bool done;
    atomic_uint failures;
    uint64_t exported; /* times that port 443 was used */
};

struct job {
    struct scene *scene;
    unsigned number;
    struct flow *left_open[ROUNDS]; /* for another thread to close */
};

static struct address v4(unsigned a, unsigned b, unsigned c, unsigned d)
{
    struct address address = { 0 };
    char text[16];

    snprintf(text, sizeof(text), "%u.%u.%u.%u", a & 255, b & 255, c & 255, d & 255);
    address_parse(text, &address);
    return address;
}

/* From a device to a remote that differs by round. */
static struct packet_view packet_to(const struct mac *mac, unsigned round, uint8_t protocol,
        uint16_t port)
{
    return (struct packet_view){
        .time_us = START_US + round * 1000u,
        .source = v4(192, 168, 1, mac->bytes[5]),
        .destination = v4(203, 0, 113, round % 200),
        .source_port = (uint16_t)(1024 + round),
        .destination_port = port,
        .protocol = protocol,
        .ttl = 64,
        .tcp_flags = protocol == TCP ? 2 : 0,
        .from_mac = mac,
        .bytes = FRAME_BYTES,
        .from_first_sender = true,
    };
}

static struct packet_view reply_to(const struct packet_view *packet, struct cursor payload)
{
    struct packet_view reply = *packet;

    reply.source = packet->destination;
    reply.destination = packet->source;
    reply.source_port = packet->destination_port;
    reply.destination_port = packet->source_port;
    reply.from_mac = NULL;
    reply.from_first_sender = false;
    reply.payload = payload;
    return reply;
}

static void resolve_name(struct worker *worker, struct scene *scene, const struct mac *mac,
        unsigned round)
{
    struct packet_view question = packet_to(mac, round, UDP, 53);
    struct packet_view reply = reply_to(&question, cursor_over(answer, sizeof(answer)));
    struct flow *flow = flow_open(worker, &question);

    if (flow == NULL) {
        scene->failures++;
        return;
    }
    flow_packet(worker, flow, &question);
    flow_packet(worker, flow, &reply);
    flow_close(scene->engine, flow);
}

static struct flow *connect_out(struct engine *engine, struct worker *worker, const struct mac *mac,
        unsigned round)
{
    static const struct rule_identity context = { 1, 1000000 };
    static const struct hello_view hello = { .sni = "a.example", .sni_len = 9 };
    struct packet_view packet = packet_to(mac, round, TCP, 443);
    struct flow *flow = flow_open(worker, &packet);

    if (flow == NULL)
        return NULL;
    flow_packet(worker, flow, &packet);
    flow_learn_hello(worker, flow, &hello);
    flow_packet(worker, flow, &packet);
    if (!flow_is_usual(engine, flow, &context))
        flow_note_told(engine, flow, &context);
    if (round % 64 == 0)
        flow_note_alert(engine, flow, 1);
    return flow;
}

static void *work(void *argument)
{
    struct job *job = argument;
    struct scene *scene = job->scene;
    struct worker *worker = worker_new(scene->engine);

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct mac mac = { { 2, 0, 0, 0, 0, (uint8_t)(1 + (round + job->number) % DEVICES) } };
        struct address address = v4(192, 168, 1, mac.bytes[5]);

        struct neighbour_view said = { round % 2 == 0, &mac, address,
            v4(192, 168, 1, (uint8_t)(1 + round % DEVICES)) };

        engine_learn_neighbour(scene->engine, &said, START_US);
        resolve_name(worker, scene, &mac, round);
        job->left_open[round] = connect_out(scene->engine, worker, &mac, round);
        if (job->left_open[round] == NULL)
            scene->failures++;
    }
    worker_free(worker);
    return NULL;
}

static void *close_flows(void *argument)
{
    struct job *job = argument;

    for (unsigned round = 0; round < ROUNDS; round++)
        flow_close(job->scene->engine, job->left_open[round]);
    return NULL;
}

/* How often the device was seen to use port 443. */
static uint64_t times_of(const struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->item_count; i++)
        if (strcmp(baseline->items[i].value, "tcp/443") == 0)
            return baseline->items[i].times;
    return 0;
}

static void look_at(struct device *device, void *user)
{
    size_t *length = user;

    *length += strlen(device_name(device));
    lock_take(&device->lock);
    *length += device->totals.flows > 0;
    lock_release(&device->lock);
}

/* Every other time the disk is full. */
static void save(struct scene *scene, unsigned round)
{
    static const struct baseline_ruling frozen = { .number = 1, .frozen = true };
    struct baselines out;

    if (engine_export(scene->engine, &out) != TATTLER_OK)
        scene->failures++;
    for (size_t i = 0; i < out.count; i++)
        scene->exported += round % 2 == 0 ? 0 : times_of(&out.items[i]);
    if (round % 2 == 0)
        engine_give_back(scene->engine, &out);
    baselines_clear(&out);
    engine_rule(scene->engine, "02:00:00:00:00:f0", &frozen);
}

/* As statistics, summaries and the store do while traffic runs. */
static void *watch(void *argument)
{
    struct scene *scene = argument;
    struct engine_counters counters;
    size_t length = 0;

    for (unsigned round = 0; !atomic_load(&scene->done); round++) {
        engine_count(scene->engine, &counters);
        devices_each(engine_devices(scene->engine), look_at, &length);
        save(scene, round);
    }
    save(scene, 1); /* what is left */
    return NULL;
}

static void run_all(pthread_t threads[THREADS], struct job *jobs, void *(*run)(void *))
{
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run, &jobs[i]), 0);
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

static void play(struct scene *scene, uint64_t max_devices)
{
    pthread_t threads[THREADS], watcher;
    struct job *jobs = calloc(THREADS, sizeof(*jobs));

    ck_assert_ptr_nonnull(jobs);
    *scene = (struct scene){ 0 };
    ck_assert_int_eq(settings_default(&scene->settings), TATTLER_OK);
    scene->settings.max_devices = max_devices;
    scene->settings.max_names = 64; /* so few that names go while others ask for them */
    scene->engine = engine_new(&scene->settings, 1, NULL, NULL);
    ck_assert_ptr_nonnull(scene->engine);
    for (unsigned i = 0; i < THREADS; i++)
        jobs[i] = (struct job){ .scene = scene, .number = i };
    ck_assert_int_eq(pthread_create(&watcher, NULL, watch, scene), 0);
    run_all(threads, jobs, work);
    run_all(threads, jobs, close_flows);
    atomic_store(&scene->done, true);
    ck_assert_int_eq(pthread_join(watcher, NULL), 0);
    ck_assert_uint_eq(scene->failures, 0);
    free(jobs);
}

static void clear(struct scene *scene)
{
    engine_free(scene->engine);
    settings_clear(&scene->settings);
}

struct sums {
    uint64_t devices, flows, bytes_up, bytes_down;
};

static void add_device(struct device *device, void *user)
{
    struct sums *sums = user;

    sums->devices++;
    sums->flows += device->totals.flows;
    sums->bytes_up += device->totals.bytes_up;
    sums->bytes_down += device->totals.bytes_down;
}

START_TEST(totals_are_exact_when_threads_share_devices)
{
    struct scene scene;
    struct engine_counters counters;
    struct sums sums = { 0 };
    const uint64_t visits = THREADS * ROUNDS;

    play(&scene, 1024);
    engine_count(scene.engine, &counters);
    devices_each(engine_devices(scene.engine), add_device, &sums);
    ck_assert_uint_eq(counters.flows, 2 * visits); /* a look-up and a connection */
    ck_assert_uint_eq(counters.flows_failed, 0);
    ck_assert_uint_eq(sums.devices, DEVICES);
    ck_assert_uint_eq(sums.flows, 2 * visits);
    ck_assert_uint_eq(sums.bytes_up, 3 * visits * FRAME_BYTES);
    ck_assert_uint_eq(sums.bytes_down, visits * FRAME_BYTES);
    ck_assert_uint_eq(scene.exported, visits);
    clear(&scene);
}
END_TEST

START_TEST(a_full_table_of_devices_holds_when_threads_push_each_other_out)
{
    struct scene scene;
    struct engine_counters counters;

    play(&scene, DEVICES / 4);
    engine_count(scene.engine, &counters);
    ck_assert_uint_le(counters.devices, DEVICES / 4);
    ck_assert_uint_gt(counters.devices_evicted, 0);
    ck_assert_uint_eq(counters.flows, 2 * THREADS * ROUNDS);
    clear(&scene);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *test_case = tcase_create("engine");

    tcase_add_test(test_case, totals_are_exact_when_threads_share_devices);
    tcase_add_test(test_case, a_full_table_of_devices_holds_when_threads_push_each_other_out);
    suite_add_tcase(suite, test_case);
    return run_suite(suite);
}
