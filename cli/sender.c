#include "sender.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "command.h"

#define RETRY_S 1
#define GRACE_S 2
#define SHRINK_AT ((size_t)1024 * 1024) /* more than this is not kept for the next time */
#define PROBLEM_SIZE 512

struct sender {
    const char *name;
    const struct sender_target *target;
    void *peer;
    size_t max;
    pthread_t thread;

    /* Of the thread alone. */
    struct waiting sending;
    bool is_connected, is_away;

    pthread_mutex_t lock; /* for all below */
    pthread_cond_t wake;
    struct waiting queue;
    size_t in_flight; /* bytes of 'sending' */
    struct output_counters counters;
    uint64_t lost_before; /* it went away */
    bool is_flushed, is_closing;
    struct timespec deadline; /* when closing */
};

/* --- whoever inspects --- */

void sender_add(void *state, const char *record, size_t len)
{
    struct sender *sender = state;

    pthread_mutex_lock(&sender->lock);
    if (sender->in_flight < sender->max &&
            waiting_add(&sender->queue, record, len, sender->max - sender->in_flight))
        sender->counters.records++;
    else
        sender->counters.lost++;
    pthread_mutex_unlock(&sender->lock);
}

void sender_flush(void *state)
{
    struct sender *sender = state;

    pthread_mutex_lock(&sender->lock);
    if (sender->queue.len > 0 && !sender->is_flushed) {
        sender->is_flushed = true;
        pthread_cond_signal(&sender->wake);
    }
    pthread_mutex_unlock(&sender->lock);
}

struct output_counters sender_count(void *state)
{
    struct sender *sender = state;
    struct output_counters counters;

    pthread_mutex_lock(&sender->lock);
    counters = sender->counters;
    pthread_mutex_unlock(&sender->lock);
    return counters;
}

/* --- the thread --- */

static struct timespec after_s(time_t seconds)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += seconds;
    return time;
}

/* Is the time over that there is for the last records? With the lock. */
static bool is_late(const struct sender *sender)
{
    struct timespec now = after_s(0);

    return sender->is_closing && (now.tv_sec > sender->deadline.tv_sec ||
                                         (now.tv_sec == sender->deadline.tv_sec &&
                                                 now.tv_nsec > sender->deadline.tv_nsec));
}

/* Takes what waits as a whole, which costs those who add nothing. False: there will be no more. */
static bool take(struct sender *sender)
{
    struct waiting empty = sender->sending;

    if (empty.capacity > SHRINK_AT) {
        free(empty.bytes);
        empty = (struct waiting){ NULL, 0, 0 };
    }
    pthread_mutex_lock(&sender->lock);
    while (!sender->is_flushed && !sender->is_closing)
        pthread_cond_wait(&sender->wake, &sender->lock);
    sender->is_flushed = false;
    sender->sending = sender->queue;
    sender->queue = empty;
    sender->in_flight = sender->sending.len;
    pthread_mutex_unlock(&sender->lock);
    return sender->sending.len > 0;
}

/* Told once, however long it is away. */
static void note_away(struct sender *sender, const char *problem)
{
    sender->target->disconnect(sender->peer);
    sender->is_connected = false;
    if (sender->is_away)
        return;
    sender->is_away = true;
    sender->lost_before = sender_count(sender).lost;
    complain("%s: %s: records are kept, as long as there is room", sender->name, problem);
}

static void note_back(struct sender *sender)
{
    sender->is_connected = true;
    if (sender->is_away)
        complain("%s: is back; %llu records were lost", sender->name,
                (unsigned long long)(sender_count(sender).lost - sender->lost_before));
    sender->is_away = false;
}

static void connect_peer(struct sender *sender)
{
    char problem[PROBLEM_SIZE] = "";

    if (sender->target->connect(sender->peer, problem, sizeof(problem)))
        note_back(sender);
    else
        note_away(sender, problem);
}

/* False: it is time to give up. */
static bool pause_for_retry(struct sender *sender)
{
    struct timespec until = after_s(RETRY_S);
    bool goes_on;

    pthread_mutex_lock(&sender->lock);
    if (sender->is_closing)
        until = sender->deadline;
    pthread_cond_timedwait(&sender->wake, &sender->lock, &until);
    goes_on = !is_late(sender);
    pthread_mutex_unlock(&sender->lock);
    return goes_on;
}

/* Returns how many bytes were taken, always whole records: whoever comes back gets the record again
 * that was not sent to its end. */
static size_t send_some(struct sender *sender, size_t done)
{
    char problem[PROBLEM_SIZE] = "";
    size_t left = sender->sending.len - done;
    const char *at = sender->sending.bytes + done;
    uint64_t refused = 0;
    size_t sent =
            sender->target->send(sender->peer, at, left, &refused, problem, sizeof(problem));

    if (sent < left)
        note_away(sender, problem);
    while (sent > 0 && sent < left && at[sent - 1] != '\n')
        sent--;
    pthread_mutex_lock(&sender->lock);
    sender->in_flight -= sent;
    sender->counters.lost += refused;
    pthread_mutex_unlock(&sender->lock);
    return sent;
}

static void send_all(struct sender *sender)
{
    size_t done = 0;
    bool goes_on = true;

    while (done < sender->sending.len && goes_on) {
        if (!sender->is_connected)
            connect_peer(sender);
        if (sender->is_connected)
            done += send_some(sender, done);
        if (done < sender->sending.len && !sender->is_connected)
            goes_on = pause_for_retry(sender);
    }
    if (done < sender->sending.len)
        complain("%s: the last %llu records were lost", sender->name,
                (unsigned long long)waiting_records(sender->sending.bytes + done,
                        sender->sending.len - done));
    sender->sending.len = 0;
}

static void *run(void *state)
{
    struct sender *sender = state;

    while (take(sender))
        send_all(sender);
    return NULL;
}

/* --- life --- */

static void release(struct sender *sender)
{
    sender->target->disconnect(sender->peer);
    sender->target->free(sender->peer);
    free(sender->sending.bytes);
    free(sender->queue.bytes);
    pthread_cond_destroy(&sender->wake);
    pthread_mutex_destroy(&sender->lock);
    free(sender);
}

/* Signals are for the thread that inspects. */
static bool start(struct sender *sender)
{
    sigset_t all, before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&sender->thread, NULL, run, sender);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result == 0;
}

void *sender_new(const char *name, const struct sender_target *target, void *peer,
        size_t max)
{
    struct sender *sender = calloc(1, sizeof(*sender));
    pthread_condattr_t monotonic;

    if (sender == NULL) {
        complain("out of memory");
        target->free(peer);
        return NULL;
    }
    *sender = (struct sender){ .name = name, .target = target, .peer = peer, .max = max };
    pthread_mutex_init(&sender->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sender->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    connect_peer(sender);
    if (start(sender))
        return sender;
    complain("%s: no thread could be started", name);
    release(sender);
    return NULL;
}

void sender_close(void *state)
{
    struct sender *sender = state;

    pthread_mutex_lock(&sender->lock);
    sender->is_closing = true;
    sender->deadline = after_s(GRACE_S);
    pthread_cond_signal(&sender->wake);
    pthread_mutex_unlock(&sender->lock);
    pthread_join(sender->thread, NULL);
    release(sender);
}
