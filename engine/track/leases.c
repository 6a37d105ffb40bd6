#include "track/leases.h"

#include <string.h>

#define ANSWERED_US (LEASE_ANSWERED_S * UINT64_C(1000000))

void leases_init(struct leases *leases)
{
    memset(leases, 0, sizeof(*leases));
    lock_init(&leases->lock);
}

void leases_destroy(struct leases *leases)
{
    lock_destroy(&leases->lock);
}

static struct lease_server find_server(struct leases *leases, const struct address *address,
        uint64_t number)
{
    struct lease_server found = { *address, number };

    for (size_t i = 0; i < leases->server_count; i++)
        if (address_equal(&leases->servers[i].address, address))
            return leases->servers[i];
    if (leases->server_count < LEASE_SERVERS_MAX)
        leases->servers[leases->server_count++] = found;
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

static void add_question(struct leases *leases, const struct lease_answer *answer)
{
    uint64_t number = ++leases->asked;

    leases->questions[number % LEASE_QUESTIONS_MAX] = (struct lease_question){
        .transaction = answer->transaction,
        .client = answer->client,
        .number = number,
        .time_us = answer->time_us,
        .answered = find_server(leases, &answer->server, number),
    };
}

static struct lease_rivals rank(const struct lease_server *a, const struct lease_server *b)
{
    bool a_is_older = a->since <= b->since;

    return (struct lease_rivals){
        .older = a_is_older ? a->address : b->address,
        .newer = a_is_older ? b->address : a->address,
        .alike = a->since == b->since,
    };
}

bool leases_note(struct leases *leases, const struct lease_answer *answer, struct lease_rivals *out)
{
    const struct lease_question *question;
    struct lease_server server;
    bool rivals = false;

    lock_take(&leases->lock);
    question = find_question(leases, answer);
    if (question == NULL) {
        add_question(leases, answer);
    } else if (!address_equal(&question->answered.address, &answer->server)) {
        server = find_server(leases, &answer->server, question->number);
        *out = rank(&question->answered, &server);
        rivals = true;
    }
    lock_release(&leases->lock);
    return rivals;
}
