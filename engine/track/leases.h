/* leases.h - who hands out addresses (DHCP, RFC 2131), and who does so beside the server that did before.
 *
 * A household has one server. Of two that answer one question of one client, the later one is an
 * intruder, or a box that somebody has put up by mistake; that a client only changes from one to the
 * other, as when a router is replaced or two networks are watched, tells nothing.
 *
 * Any thread. Bounded: a server that finds no room counts as the latest of all, and questions make
 * room for later ones. */
#ifndef TATTLER_TRACK_LEASES_H
#define TATTLER_TRACK_LEASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/lock.h"

#define LEASE_SERVERS_MAX 8
#define LEASE_QUESTIONS_MAX 16
#define LEASE_ANSWERED_S 10 /* answers that far apart belong to different questions */

struct lease_server {
    struct address address;
    uint64_t since; /* the question that it answered first */
};

struct lease_question {
    uint32_t transaction;
    struct mac client;
    uint64_t number, time_us;
    struct lease_server answered; /* who was first */
};

struct leases {
    struct lock lock;
    struct lease_server servers[LEASE_SERVERS_MAX];
    size_t server_count;
    struct lease_question questions[LEASE_QUESTIONS_MAX];
    uint64_t asked; /* questions so far, from 1 on */
};

/* An offer or an acknowledgement. */
struct lease_answer {
    uint32_t transaction;
    struct mac client;
    struct address server; /* as it names itself: option 54 */
    uint64_t time_us;
};

/* Two servers that answered the same question. */
struct lease_rivals {
    struct address older, newer;
    bool alike; /* both were seen for the first time then: either may be the newer */
};

void leases_init(struct leases *leases);
void leases_destroy(struct leases *leases);

/* True, and 'out' is written: another server has answered this question before. */
bool leases_note(struct leases *leases, const struct lease_answer *answer,
        struct lease_rivals *out);

#endif
