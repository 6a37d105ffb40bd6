/* sender.h - a queue of records and the thread that sends them to somebody who may be away.
 *
 * Who inspects adds records and never waits: what finds no room is lost and counted. The thread
 * connects, sends, and after a failure tries again once a second. */
#ifndef TATTLER_CLI_SENDER_H
#define TATTLER_CLI_SENDER_H

#include "output.h"

/* Whom to send to; all calls come from one thread at a time. */
struct sender_target {
    /* On failure 'problem' says why. */
    bool (*connect)(void *peer, char *problem, size_t size);
    /* Sends of 'len' bytes, which are whole records, what it can within a second or so. Returns how
     * many bytes the other has taken; fewer: that failed, and 'problem' says why. '*refused' counts
     * records that it never takes. */
    size_t (*send)(void *peer, const char *records, size_t len, uint64_t *refused, char *problem,
            size_t size);
    void (*disconnect)(void *peer);
    void (*free)(void *peer);
};

/* 'name' (borrowed) is told with problems; 'peer' is owned from now on, also when this fails. At most
 * 'max' bytes wait. Tries to connect once and tells if that fails; then the thread begins. NULL: out
 * of memory, told. */
void *sender_new(const char *name, const struct sender_target *target, void *peer,
        size_t max);
/* The calls of an output_kind; the last waits two seconds at most for what is left. */
void sender_add(void *sender, const char *record, size_t len);
void sender_flush(void *sender); /* wakes the thread */
struct output_counters sender_count(void *sender);
void sender_close(void *sender);

#endif
