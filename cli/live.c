#include "live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "live_internal.h"

#define WAIT_MS 1000 /* a signal may come just before */
#define RELOAD_WAIT_MS 50
#define REST_US (10 * US_PER_S) /* for packets that came before the end */

/* --- signals --- */

static volatile sig_atomic_t is_ending, is_interrupted, is_reopening, is_reloading;

static void note_signal(int number)
{
    if (number == SIGHUP)
        is_reopening = is_reloading = 1;
    else
        is_ending = 1;
    is_interrupted |= number == SIGINT;
}

static void catch_signals(void)
{
    static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = note_signal };

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
        sigaction(caught[i], &action, NULL);
    action.sa_handler = SIG_IGN; /* a peer that hangs up is told by its socket */
    sigaction(SIGPIPE, &action, NULL);
}

/* --- records --- */

static void write_record(void *user, const char *record, size_t len)
{
    struct live *live = user;

    outputs_write(live->outputs, record, len);
}

static void on_flow(void *user, const struct connection *connection)
{
    struct live *live = user;

    if (live->summary != NULL && connection->flow != NULL)
        summary_add(live->summary, connection->flow);
}

static void on_alert(void *user, const struct connection *connection, const struct rule *rule)
{
    struct live *live = user;

    if (live->summary != NULL && connection->flow != NULL)
        summary_alert(live->summary, connection->flow, rule);
    live->alerted = true;
}

static size_t count(void *user, struct eve_counter *out, size_t room)
{
    struct live *live = user;
    struct interface_counters kernel = interface_count(live->interface);
    struct store_counters kept = keeper_count(live->keeper);
    const struct eve_counter capture[] = {
        { "capture", "kernel_packets", kernel.packets },
        { "capture", "kernel_drops", kernel.drops },
        { "capture", "kernel_ifdrops", kernel.interface_drops },
        { EVE_OWN_SECTION, "baseline_saved", kept.saved },
        { EVE_OWN_SECTION, "baseline_failed", kept.failed },
        { EVE_OWN_SECTION, "baseline_devices_evicted", kept.devices_evicted },
        { EVE_OWN_SECTION, "baseline_items_evicted", kept.items_evicted },
        { EVE_OWN_SECTION, "baseline_beats_evicted", kept.beats_evicted },
    };
    size_t own = sizeof(capture) / sizeof(capture[0]);

    if (room < own)
        return 0;
    memcpy(out, capture, sizeof(capture));
    return own + outputs_count(live->outputs, out + own, room - own);
}

/* --- what is done from time to time --- */

/* Records leave once a second at the latest, and time goes on without packets, too. */
static void tick(struct live *live, uint64_t now_us)
{
    if (now_us >= live->packet_at_us + US_PER_S)
        inspector_tick(live->inspector, live->packet_us + (now_us - live->packet_at_us));
    outputs_flush(live->outputs);
}

static void write_statistics(struct live *live, uint64_t now_us)
{
    (void)now_us;
    inspector_stats(live->inspector);
}

static void write_devices(struct live *live, uint64_t now_us)
{
    (void)now_us;
    inspector_devices(live->inspector);
}

#define CHORE_COUNT 3
struct chore {
    void (*run)(struct live *live, uint64_t now_us);
    uint64_t every_us, due_us; /* of steady_us() */
};

static void run_chores(struct live *live, struct chore chores[CHORE_COUNT],
        uint64_t now_us)
{
    for (size_t i = 0; i < CHORE_COUNT; i++)
        if (now_us >= chores[i].due_us) {
            chores[i].due_us = now_us + chores[i].every_us;
            chores[i].run(live, now_us);
        }
}

/* --- the loop --- */

static void on_frame(void *user, const struct captured *frame)
{
    struct live *live = user;

    live->packet_us = frame->time_us;
    inspector_frame(live->inspector, frame);
}

/* False: the interface is gone. */
static bool read_packets(struct live *live)
{
    int frames = interface_read(live->interface, on_frame, live);

    if (frames > 0)
        live->packet_at_us = steady_us();
    if (live->alerted)
        outputs_flush(live->outputs);
    live->alerted = false;
    if (frames < 0)
        complain("%s: %s", interface_name(live->interface), interface_problem(live->interface));
    return frames >= 0;
}

static void wait_for_packets(const struct live *live, int wait_ms)
{
    struct pollfd descriptor = { interface_descriptor(live->interface), POLLIN, 0 };

    poll(&descriptor, 1, wait_ms);
}

/* Asked while it is being done, it is done once more: files may have changed in between. */
static void reload_if_asked(struct live *live)
{
    if (is_reopening) {
        is_reopening = 0;
        outputs_reopen(live->outputs);
        keeper_save_soon(live->keeper);
    }
    if (live->reload != NULL && !live_reload_finish(live))
        return;
    if (!is_reloading)
        return;
    is_reloading = 0;
    live_reload_begin(live);
}

/* What came before the end: the kernel hands it over within its timeout. */
static int read_the_rest(struct live *live)
{
    uint64_t asked_us = clock_us(), late_us = steady_us() + REST_US, before_us;

    do {
        before_us = live->packet_at_us;
        wait_for_packets(live, 2 * (int)live->started->live.timeout_ms);
        if (!read_packets(live))
            return EXIT_INPUT;
    } while (live->packet_at_us != before_us && live->packet_us < asked_us &&
             steady_us() < late_us);
    return EXIT_DONE;
}

static int watch(struct live *live)
{
    const struct live_settings *settings = &live->started->live;
    uint64_t now_us = steady_us(), stats_us = settings->stats_s * US_PER_S,
             summary_us = settings->summary_s * US_PER_S;
    struct chore chores[CHORE_COUNT] = {
        { write_statistics, stats_us, now_us + stats_us },
        { write_devices, summary_us, now_us + summary_us },
        { tick, US_PER_S, now_us }, /* last: records leave with it */
    };

    inspector_tick(live->inspector, live->packet_us);
    while (!is_ending) {
        wait_for_packets(live, live->reload != NULL ? RELOAD_WAIT_MS : WAIT_MS);
        if (!read_packets(live))
            return EXIT_INPUT;
        now_us = steady_us();
        run_chores(live, chores, now_us);
        notify_alive(&live->notify, now_us);
        reload_if_asked(live);
    }
    return read_the_rest(live);
}

int live_run(const struct live_options *options, const struct settings *settings)
{
    struct live live = { .options = options, .started = settings, .packet_us = clock_us(),
        .packet_at_us = steady_us(), .notify = { .descriptor = -1 } };
    int status;

    live.sink = (struct inspect_sink){ .write = write_record, .flow = on_flow, .alert = on_alert,
        .count = count, .user = &live };
    catch_signals();
    status = live_open(&live);
    if (status == EXIT_DONE)
        status = watch(&live);
    live_close(&live, is_interrupted);
    return status;
}
