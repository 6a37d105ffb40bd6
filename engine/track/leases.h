/* leases.h - who hands out addresses (DHCP, RFC 2131) or resolvers (DHCPv6, RFC 8415), and who does so beside
 * the server that did before.
 *
 * A household has one server. Of two that answer one question of one client, the later one is an
 * intruder, or a box that somebody has put up by mistake; that a client only changes from one to the
 * other, as when a router is replaced or two networks are watched, tells nothing.
 *
 * What a server says of itself it may have from another one: who it is, the MAC of its frames tells where
 * the link shows any. So a router that answers by two addresses of its own is one server. Two that say the
 * same of the network lead nobody elsewhere: a pair of which one stands in for the other, or one answer
 * that is seen before and behind a repeater that sends it on by a MAC of its own.
 *
 * Any thread. Bounded: a server that finds no room counts as the latest of all, and as refused; questions
 * make room for later ones, those that the same server answered first of all. */
#ifndef TATTLER_TRACK_LEASES_H
#define TATTLER_TRACK_LEASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/lock.h"

#define LEASE_SERVERS_MAX 8
#define LEASE_QUESTIONS_MAX 16
#define LEASE_WORDS_MAX 4 /* of one question; what more servers say is compared, not remembered */
#define LEASE_ANSWERED_S 10 /* answers that far apart belong to different questions */

struct lease_server {
    struct address address; /* as it names itself: option 54 */
    struct mac mac;         /* all zeros: the link shows none */
};

/* Are they one? By their MACs, where both are known. */
bool lease_server_same(const struct lease_server *a, const struct lease_server *b);

struct lease_met {
    struct lease_server server;
    uint64_t since; /* the question that it answered first */
};

/* What one server said first to a question; it may say something else in the end, once it was chosen. */
struct lease_word {
    struct lease_met by;
    uint64_t terms;
};

struct lease_question {
    uint32_t transaction;
    struct mac client;
    uint64_t number, time_us;
    struct lease_word words[LEASE_WORDS_MAX];
    size_t word_count;
};

struct leases {
    struct lock lock;
    struct lease_met servers[LEASE_SERVERS_MAX];
    size_t server_count;
    struct lease_question questions[LEASE_QUESTIONS_MAX];
    uint64_t asked; /* questions so far, from 1 on */
    uint64_t refused; /* answers of servers that found no room */
};

/* An offer or an acknowledgement, an advertisement or a reply. */
struct lease_answer {
    uint32_t transaction;
    struct mac client;
    struct lease_server server;
    uint64_t terms; /* what it says of the network, see parse/dhcp.h */
    uint64_t time_us;
};

/* Two servers that answered the same question, each in its way. */
struct lease_rivals {
    struct lease_server older, newer;
    bool alike; /* both were seen for the first time then: either may be the newer */
};

void leases_init(struct leases *leases);
void leases_destroy(struct leases *leases);

/* True, and 'out' is written: another server, the oldest of those, has said something else to this
 * question. */
bool leases_note(struct leases *leases, const struct lease_answer *answer,
        struct lease_rivals *out);

uint64_t leases_refused(struct leases *leases); /* so far */

#endif
