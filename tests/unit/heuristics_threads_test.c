/* Many threads that call heuristics on one engine while the set of them is exchanged: counts must come
 * out exactly, and under the thread sanitizer nothing is shared without a lock. libcheck's own assertions are
 * not for threads. */
#include "lua_scene.h"

#include <pthread.h>

#include "run_suite.h"

#define THREADS 4
#define ROUNDS 300
#define SETS 12

/* One that every thread uses at once, with memory of one device and findings about it. */
static const char script[] =
        "heuristic{ id = 'busy', title = 'b', severity = 2, params = { most = { default = 0.9 } },\n"
        "on_name = function(flow, device, params)\n"
        "  device.memory.names = (device.memory.names or 0) + 1\n"
        "  device.memory['of ' .. flow.name] = flow.remote_ip\n"
        "  finding(flow, { score = params.most, why = { name = flow.name, n = device.memory.names } })\n"
        "end,\n"
        "on_flow_end = function(flow, device)\n"
        "  finding(device, { score = 0.4, why = { up = flow.bytes_up, fanout = device.fanout or 0 } })\n"
        "  if flow.remote_port == 8443 then error('a fault') end\n"
        "end,\n"
        "on_device_window = function(device) log('window') end,\n"
        "on_dns_answer = function(answer, device) device.memory.asked = answer.name end }";

struct job {
    struct engine *engine;
    struct packet_view syns[2]; /* of two devices, which all threads share; scene.h is for one thread */
    struct mac macs[2];
    unsigned failures, findings;
};

static void drop_events(struct engine *engine)
{
    struct engine_event event;

    while (engine_take_event(engine, &event))
        engine_drop_event(engine, &event);
}

static void run_round(struct job *job, struct worker *worker, unsigned round)
{
    static const struct hello_view hello = { .sni = "a.example", .sni_len = 9 };
    struct packet_view packet = job->syns[round % 2];
    struct flow *flow;

    packet.time_us += round * SECOND;
    flow = flow_open(worker, &packet);
    if (flow == NULL) {
        job->failures++;
        return;
    }
    flow_packet(worker, flow, &packet);
    flow_learn_hello(worker, flow, &hello);
    packet.tcp_flags = ACK;
    packet.time_us += SECOND;
    flow_packet(worker, flow, &packet);
    job->findings += flow->findings != NULL && findings_get(flow->findings, "busy", 4) != NULL;
    flow_close(job->engine, flow);
    drop_events(job->engine);
}

static void *work(void *argument)
{
    struct job *job = argument;
    struct worker *worker = worker_new(job->engine);

    for (unsigned round = 0; worker != NULL && round < ROUNDS; round++)
        run_round(job, worker, round);
    worker_free(worker);
    return NULL;
}

static void start_all(pthread_t threads[THREADS], struct job jobs[THREADS],
        const struct scene *scene)
{
    static const char *const devices[] = { DEVICE, "192.168.1.20" };

    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){ .engine = scene->engine };
        for (unsigned n = 0; n < 2; n++) {
            jobs[i].syns[n] = packet_from(scene, devices[n], 2000, REMOTE, 443, TCP);
            jobs[i].macs[n] = *jobs[i].syns[n].from_mac;
            jobs[i].syns[n].from_mac = &jobs[i].macs[n];
        }
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
}

static void join_all(const pthread_t threads[THREADS])
{
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

START_TEST(threads_share_devices_while_the_set_is_exchanged)
{
    struct lua_scene lua;
    struct job jobs[THREADS];
    pthread_t threads[THREADS];

    lua_open(&lua, script);
    start_all(threads, jobs, &lua.scene);
    for (unsigned i = 0; i < SETS; i++) {
        usleep(2000);
        lua_load(&lua, script);
    }
    join_all(threads);
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_uint_eq(jobs[i].failures, 0);
        ck_assert_uint_eq(jobs[i].findings, ROUNDS); /* each flow's, with whichever set */
    }
    ck_assert_uint_eq(lua_count(&lua).heuristic_faults, 0);
    lua_close(&lua);
}
END_TEST

/* All threads err at once: it is switched off once and told as often as with one thread. */
START_TEST(faults_of_many_threads_switch_off_once)
{
    struct lua_scene lua;
    struct job jobs[THREADS];
    pthread_t threads[THREADS];

    lua_open(&lua, "heuristic{ id = 'busy', title = 'b', severity = 2, on_name = function() error('no') end }");
    start_all(threads, jobs, &lua.scene);
    join_all(threads);
    ck_assert_uint_eq(lua_count(&lua).heuristics_off, 1);
    ck_assert_uint_ge(lua_count(&lua).heuristic_faults, HEURISTIC_FAULTS_MAX);
    ck_assert_uint_lt(lua_count(&lua).heuristic_faults, HEURISTIC_FAULTS_MAX + THREADS);
    lua_close(&lua);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heuristics_threads");
    TCase *tcase = tcase_create("threads");

    tcase_add_test(tcase, threads_share_devices_while_the_set_is_exchanged);
    tcase_add_test(tcase, faults_of_many_threads_switch_off_once);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
