#include "dissect_internal.h"
#include "parse/claim.h"
#include "parse/dns.h"
#include "parse/mdns.h"

#define QUESTIONS_MAX 16 /* told at once */

static void tell(struct dissectors *dissectors, struct connection *connection, bool to_server,
        const struct match_buffer *buffers, size_t count, const struct match_message *message)
{
    struct match_transaction transaction = { connection->application, to_server, MATCH_WHOLE,
        buffers, count, *message };

    dissectors->events->transaction(dissectors->user, connection, &transaction);
}

void dissect_tell_end(struct dissectors *dissectors, struct connection *connection, bool to_server)
{
    if (connection->wants_stream[to_server ? 0 : 1])
        dissectors->events->message_end(dissectors->user, connection, to_server);
}

void dissect_tell_hello(struct dissectors *dissectors, struct connection *connection,
        const struct tls_hello *hello, bool quic, bool to_server)
{
    enum rule_buffer_kind kind = quic ? BUFFER_QUIC_SNI : BUFFER_TLS_SNI;
    struct match_buffer name = { kind, cursor_over(hello->sni, hello->sni_length) };
    struct match_message message = { .request = cursor_over(hello, sizeof(*hello)) };

    connection->application = quic ? APPLICATION_QUIC : APPLICATION_TLS;
    connection->app_proto = quic ? "quic" : "tls";
    dissectors->events->hello(dissectors->user, connection, hello, quic, to_server);
    if (dissect_wants(dissectors, kind))
        tell(dissectors, connection, to_server, &name, hello->sni_length > 0, &message);
}

/* --- DNS --- */

static bool is_unicast_dns(const struct connection *connection)
{
    return connection->destination_port != MDNS_PORT &&
           connection->destination_port != CLAIM_PORT_LLMNR && connection->source_port != CLAIM_PORT_LLMNR;
}

/* Suricata knows nothing of a message that breaks off. */
static bool is_whole(struct cursor message)
{
    struct dns_message dns;
    struct dns_record record;

    if (dns_open(message, &dns) != TATTLER_OK || dns.response)
        return false;
    while (dns_next_raw(&dns, &record))
        continue;
    return dns.status == TATTLER_OK;
}

static void tell_questions(struct dissectors *dissectors, struct connection *connection,
        struct cursor message, bool to_server)
{
    struct dns_question questions[QUESTIONS_MAX];
    struct match_buffer names[QUESTIONS_MAX];
    struct match_message asked = { connection->transactions - 1, message, { NULL, 0 } };
    struct dns_message dns;
    size_t count = 0;

    if (!is_whole(message) || dns_open(message, &dns) != TATTLER_OK)
        return;
    while (dns_next_question(&dns, &questions[count])) {
        const struct dns_name *name = &questions[count].name;

        if (name->length == 0)
            continue;
        names[count++] =
                (struct match_buffer){ BUFFER_DNS_QUERY, cursor_over(name->text, name->length) };
        if (count < QUESTIONS_MAX)
            continue;
        tell(dissectors, connection, to_server, names, count, &asked);
        count = 0;
    }
    if (count > 0)
        tell(dissectors, connection, to_server, names, count, &asked);
}

void dissect_tell_dns(struct dissectors *dissectors, struct connection *connection,
        struct cursor message, bool to_server)
{
    if (is_unicast_dns(connection))
        connection->application = APPLICATION_DNS;
    dissectors->events->dns(dissectors->user, connection, message, to_server);
    if (connection->application == APPLICATION_DNS && dissect_wants(dissectors, BUFFER_DNS_QUERY))
        tell_questions(dissectors, connection, message, to_server);
    dissect_tell_end(dissectors, connection, to_server);
}
