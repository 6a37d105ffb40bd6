/* What parsers find in flows: told to the engine, and written. */
#include "inspect_internal.h"

#include <string.h>

#include "parse/claim.h"
#include "parse/mdns.h"
#include "track/resolution.h"

#define ALPN_DOT "dot"
#define ALPN_DOQ "doq"

static bool speaks_dns(const struct tls_hello *hello)
{
    for (size_t i = 0; i < hello->alpn_count; i++)
        if (strcmp(hello->alpn[i], ALPN_DOT) == 0 || strcmp(hello->alpn[i], ALPN_DOQ) == 0)
            return true;
    return false;
}

static void on_hello(void *user, struct connection *connection, const struct tls_hello *hello,
        bool quic, bool to_server)
{
    struct inspector *inspector = user;
    struct hello_view view = {
        .quic = quic,
        .sni = hello->sni,
        .sni_len = hello->sni_length,
        .ech = hello->ech,
        .dns_alpn = speaks_dns(hello),
    };
    struct eve_head head;

    connection->app_proto = quic ? "quic" : "tls";
    if (connection->flow != NULL && (to_server || quic || connection->flow->midstream))
        flow_learn_hello(inspector->worker, connection->flow, &view);
    if (!inspect_wants(inspector, quic ? EVE_QUIC : EVE_TLS))
        return;
    head = inspect_head(inspector, connection, to_server);
    json_restart(&inspector->json);
    if (quic)
        eve_quic_record(&inspector->json, &head, hello);
    else
        eve_tls_record(&inspector->json, &head, hello);
    inspect_write(inspector);
}

static void on_http(void *user, struct connection *connection, const struct http_head *http,
        bool to_server)
{
    struct inspector *inspector = user;
    const struct cursor *host =
            http->authority.name.left > 0 ? &http->authority.name : &http->host.name;

    (void)to_server;
    if (connection->flow != NULL)
        flow_learn_http(inspector->worker, connection->flow, (const char *)host->at, host->left);
}

static const char *dns_flavour(const struct connection *connection)
{
    if (connection->destination_port == MDNS_PORT)
        return "mdns";
    if (connection->destination_port == CLAIM_PORT_LLMNR || connection->source_port == CLAIM_PORT_LLMNR)
        return NULL; /* asks neighbours, not a resolver; Suricata 8 has no records of it either */
    return "dns";
}

static void on_dns(void *user, struct connection *connection, struct cursor message,
        bool to_server)
{
    struct inspector *inspector = user;
    bool tcp = connection->key.protocol == PACKET_PROTOCOL_TCP;
    struct resolution answer;
    struct question unused; /* the other host has names and addresses alone, too */
    struct eve_head head;

    connection->app_proto = dns_flavour(connection);
    if (tcp && connection->flow != NULL && resolution_read(message, &answer, &unused) == TATTLER_OK)
        flow_learn_dns(inspector->worker, connection->flow, &answer);
    if (connection->app_proto == NULL ||
            (inspector->rules.matcher == NULL && !inspect_wants(inspector, EVE_DNS)))
        return; /* nothing tells the message's number */
    head = inspect_head(inspector, connection, to_server);
    head.transaction = connection->transactions;
    if (!eve_dns_is_told(&head, message))
        return;
    connection->transactions++;
    if (!inspect_wants(inspector, EVE_DNS))
        return;
    json_restart(&inspector->json);
    eve_dns_record(&inspector->json, &head, message);
    inspect_write(inspector);
}

/* --- for rules --- */

static void on_stream(void *user, struct connection *connection, bool to_server,
        struct cursor bytes, uint64_t offset)
{
    struct inspector *inspector = user;

    (void)offset;
    inspector->packet.application = connection->application;
    matcher_stream(inspector->rules.matcher, to_server, bytes);
}

static void on_message_end(void *user, struct connection *connection, bool to_server)
{
    struct inspector *inspector = user;

    (void)connection;
    matcher_message_end(inspector->rules.matcher, to_server);
}

static void on_transaction(void *user, struct connection *connection,
        const struct match_transaction *transaction)
{
    struct inspector *inspector = user;

    inspector->packet.application = connection->application;
    matcher_transaction(inspector->rules.matcher, transaction);
}

const struct dissect_events inspect_events = { .hello = on_hello, .http = on_http,
    .dns = on_dns, .stream = on_stream, .message_end = on_message_end, .transaction = on_transaction };
