#include "track/leases.h"

#include <string.h>

#include "base/time.h"

#define ANSWERED_US (LEASE_ANSWERED_S * US_PER_S)

void leases_init(struct leases *leases)
{
    memset(leases, 0, sizeof(*leases));
    lock_init(&leases->lock);
}

void leases_destroy(struct leases *leases)
{
    lock_destroy(&leases->lock);
}

bool lease_server_same(const struct lease_server *a, const struct lease_server *b)
{
    return mac_is_zero(&a->mac) || mac_is_zero(&b->mac) ? address_equal(&a->address, &b->address)
                                                        : mac_equal(&a->mac, &b->mac);
}

static struct lease_met find_server(struct leases *leases, const struct lease_server *server,
        uint64_t number)
{
    struct lease_met found = { *server, number };

    for (size_t i = 0; i < leases->server_count; i++)
        if (lease_server_same(&leases->servers[i].server, server))
            return leases->servers[i];
    if (leases->server_count < LEASE_SERVERS_MAX)
        leases->servers[leases->server_count++] = found;
    else
        leases->refused++;
    return found;
}

static struct lease_question *find_question(struct leases *leases, const struct lease_answer *answer)
{
    for (size_t i = 0; i < LEASE_QUESTIONS_MAX; i++) {
        struct lease_question *question = &leases->questions[i];

        if (question->number != 0 && question->transaction == answer->transaction &&
                mac_equal(&question->client, &answer->client) &&
                answer->time_us < question->time_us + ANSWERED_US &&
                question->time_us < answer->time_us + ANSWERED_US) /* the clock may step back */
            return question;
    }
    return NULL;
}

/* A free place, or the oldest question that this server was first to answer, or the oldest of all: who makes
 * up answers to have others' forgotten makes room for those with its own. */
static struct lease_question *make_room(struct leases *leases, const struct lease_server *server)
{
    struct lease_question *oldest = &leases->questions[0], *own = NULL;

    for (size_t i = 0; i < LEASE_QUESTIONS_MAX; i++) {
        struct lease_question *question = &leases->questions[i];

        if (question->number < oldest->number)
            oldest = question;
        if (question->number != 0 && lease_server_same(&question->words[0].by.server, server) &&
                (own == NULL || question->number < own->number))
            own = question;
    }
    return own != NULL && oldest->number != 0 ? own : oldest;
}

static struct lease_question *add_question(struct leases *leases, const struct lease_answer *answer)
{
    uint64_t number = ++leases->asked;
    struct lease_question *question = make_room(leases, &answer->server);

    *question = (struct lease_question){
        .transaction = answer->transaction,
        .client = answer->client,
        .number = number,
        .time_us = answer->time_us,
    };
    return question;
}

static void note_word(struct lease_question *question, const struct lease_met *server, uint64_t terms)
{
    for (size_t i = 0; i < question->word_count; i++)
        if (lease_server_same(&question->words[i].by.server, &server->server))
            return;
    if (question->word_count < LEASE_WORDS_MAX)
        question->words[question->word_count++] = (struct lease_word){ *server, terms };
}

/* The oldest of the others that said something else, or NULL. */
static const struct lease_met *find_rival(const struct lease_question *question,
        const struct lease_server *server, uint64_t terms)
{
    const struct lease_met *oldest = NULL;

    for (size_t i = 0; i < question->word_count; i++) {
        const struct lease_word *word = &question->words[i];

        if (word->terms != terms && !lease_server_same(&word->by.server, server) &&
                (oldest == NULL || word->by.since < oldest->since))
            oldest = &word->by;
    }
    return oldest;
}

static struct lease_rivals rank(const struct lease_met *a, const struct lease_met *b)
{
    bool a_is_older = a->since <= b->since;

    return (struct lease_rivals){
        .older = a_is_older ? a->server : b->server,
        .newer = a_is_older ? b->server : a->server,
        .alike = a->since == b->since,
    };
}

bool leases_note(struct leases *leases, const struct lease_answer *answer, struct lease_rivals *out)
{
    struct lease_question *question;
    const struct lease_met *rival;
    struct lease_met server;

    lock_take(&leases->lock);
    question = find_question(leases, answer);
    if (question == NULL)
        question = add_question(leases, answer);
    server = find_server(leases, &answer->server, question->number);
    note_word(question, &server, answer->terms);
    rival = find_rival(question, &answer->server, answer->terms);
    if (rival != NULL)
        *out = rank(rival, &server);
    lock_release(&leases->lock);
    return rival != NULL;
}

uint64_t leases_refused(struct leases *leases)
{
    uint64_t refused;

    lock_take(&leases->lock);
    refused = leases->refused;
    lock_release(&leases->lock);
    return refused;
}
