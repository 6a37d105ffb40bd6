#include "connection.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/apart.h"
#include "base/time.h"
#include "tag_sets.h"

/* Suricata's default 'flow-timeouts'. Each (kind, state) is a list in the order of the
 * last packet, so that only the heads need looking at. */
enum kind { KIND_TCP, KIND_UDP, KIND_ICMP, KIND_OTHER, KINDS };
#define SECONDS(fresh, established, closed)                                                        \
    { (fresh) * US_PER_S, (established) * US_PER_S, (closed) * US_PER_S }
static const uint64_t timeouts_us[KINDS][3] = {
    [KIND_TCP] = SECONDS(60, 600, 60),
    [KIND_UDP] = SECONDS(30, 300, 300),
    [KIND_ICMP] = SECONDS(30, 300, 300),
    [KIND_OTHER] = SECONDS(30, 300, 300),
};
#undef SECONDS

#define RECENT_BITS 8
#define RECENT (1 << RECENT_BITS)

struct connections {
    size_t max;
    connection_end_fn end;
    void *user;
    struct connection *all;
    struct connection *queues[KINDS][3]; /* the heads: idle for longest */
    struct connection *recent[RECENT]; /* found last, by recent_slot(): packets come in trains */
    struct tag_sets tags;
    struct connection *updated; /* made or updated last, so it is the newest of its queue */
    uint64_t next_id, crowded_out;
    uint64_t swept_us;
    uint64_t due_us; /* none expires before that */
};

struct connections *connections_new(size_t max, connection_end_fn end, void *user)
{
    struct connections *connections = calloc(1, sizeof(*connections));

    if (connections == NULL)
        return NULL;
    connections->max = max > 0 ? max : 1;
    connections->due_us = UINT64_MAX;
    connections->end = end;
    connections->user = user;
    return connections;
}

static enum kind kind_of(uint8_t protocol)
{
    switch (protocol) {
    case PACKET_PROTOCOL_TCP:
        return KIND_TCP;
    case PACKET_PROTOCOL_UDP:
        return KIND_UDP;
    case PACKET_PROTOCOL_ICMP:
    case PACKET_PROTOCOL_ICMPV6:
        return KIND_ICMP;
    default:
        return KIND_OTHER;
    }
}

/* --- queues by timeout --- */

static uint64_t expires_us(const struct connection *connection)
{
    return connection->last_us + timeouts_us[connection->kind][connection->state];
}

static void enqueue(struct connections *connections, struct connection *connection)
{
    struct connection **oldest =
            &connections->queues[connection->kind][connection->state];

    DL_APPEND2(*oldest, connection, older, newer);
    if (expires_us(connection) < connections->due_us)
        connections->due_us = expires_us(connection);
}

static void dequeue(struct connections *connections, struct connection *connection)
{
    struct connection **oldest =
            &connections->queues[connection->kind][connection->state];

    DL_DELETE2(*oldest, connection, older, newer);
}

/* The same for both directions. Multiplied as in Knuth, The Art of Computer Programming 3, section 6.4. */
static size_t recent_slot(const struct address *source, uint16_t source_port,
        const struct address *destination, uint16_t destination_port)
{
    uint32_t source_end, destination_end, mixed;

    memcpy(&source_end, source->bytes + 12, sizeof(source_end));
    memcpy(&destination_end, destination->bytes + 12, sizeof(destination_end));
    mixed = (source_end ^ destination_end) + (uint32_t)(source_port ^ destination_port);
    return (mixed * UINT32_C(0x9e3779b1)) >> (32 - RECENT_BITS);
}

static struct connection **recent_of(struct connections *connections,
        const struct connection *connection)
{
    return &connections->recent[recent_slot(&connection->source, connection->source_port,
            &connection->destination, connection->destination_port)];
}

static void finish(struct connections *connections, struct connection *connection,
        enum connection_end why)
{
    struct connection **recent = recent_of(connections, connection);

    if (*recent == connection)
        *recent = NULL;
    if (connections->updated == connection)
        connections->updated = NULL;
    dequeue(connections, connection);
    HASH_DEL(connections->all, connection);
    connections->end(connections->user, connection, why);
    free(connection);
}

static void finish_expired(struct connections *connections, struct connection **oldest,
        uint64_t time_us)
{
    while (*oldest != NULL && expires_us(*oldest) <= time_us)
        finish(connections, *oldest, END_TIMEOUT);
    if (*oldest != NULL && expires_us(*oldest) < connections->due_us)
        connections->due_us = expires_us(*oldest);
}

/* Once per second of packet time is enough: a look-up checks the flow it finds by itself. Captures
 * may step back, also by years. */
static bool must_sweep(const struct connections *connections, uint64_t time_us)
{
    return time_us - connections->swept_us >= US_PER_S;
}

void connections_expire(struct connections *connections, uint64_t time_us)
{
    if (!must_sweep(connections, time_us))
        return;
    connections->swept_us = time_us;
    if (time_us < connections->due_us)
        return;
    connections->due_us = UINT64_MAX;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t state = 0; state < 3; state++)
            finish_expired(connections, &connections->queues[kind][state], time_us);
}

static void make_room(struct connections *connections)
{
    struct connection *victim = NULL;

    if (HASH_COUNT(connections->all) < connections->max)
        return;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t state = 0; state < 3; state++) {
            struct connection *oldest = connections->queues[kind][state];

            if (oldest != NULL && (victim == NULL || oldest->last_us < victim->last_us))
                victim = oldest;
        }
    connections->crowded_out++;
    finish(connections, victim, END_CROWDED);
}

void connections_end_all(struct connections *connections)
{
    struct connection *connection, *next;

    HASH_ITER(hh, connections->all, connection, next) {
        finish(connections, connection, END_SHUTDOWN);
    }
}

void connections_each(struct connections *connections,
        void (*visit)(void *user, struct connection *connection), void *user)
{
    for (struct connection *connection = connections->all; connection != NULL;
            connection = connection->hh.next)
        visit(user, connection);
}

void connections_free(struct connections *connections)
{
    if (connections == NULL)
        return;
    connections_end_all(connections);
    free(connections);
}

/* --- finding --- */

static bool has_ends(const struct connection *connection, const struct address *source,
        uint16_t source_port, const struct address *destination, uint16_t destination_port)
{
    return connection->source_port == source_port &&
           connection->destination_port == destination_port &&
           address_equal(&connection->source, source) &&
           address_equal(&connection->destination, destination);
}

/* Most packets belong to a flow found just before, which a comparison tells without making a key. SYNs
 * take the long way, they may start another connection. */
static bool is_next_of(const struct connection *last, const struct packet *packet, unsigned depth,
        uint64_t time_us, bool *to_server)
{
    if (last == NULL || packet->kind == PACKET_ICMP || packet->protocol != last->key.protocol ||
            depth != last->key.depth || packet->vlan_count != last->vlan_count ||
            memcmp(packet->vlans, last->key.vlans, sizeof(packet->vlans)) != 0 ||
            (packet->kind == PACKET_TCP && (packet->tcp.flags & PACKET_TCP_SYN) != 0) ||
            expires_us(last) <= time_us)
        return false;
    *to_server = has_ends(last, &packet->src, packet->src_port, &packet->dst, packet->dst_port);
    return *to_server ||
           has_ends(last, &packet->dst, packet->dst_port, &packet->src, packet->src_port);
}

static struct connection *make(struct connections *connections, const struct connection_key *key,
        const struct connection_ends *ends, const struct packet *packet, uint64_t time_us)
{
    struct connection *connection;

    make_room(connections);
    connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return NULL;
    connection->key = *key;
    HASH_ADD(hh, connections->all, key, sizeof(connection->key), connection);
    if (connection->hh.tbl == NULL) {
        free(connection);
        return NULL;
    }
    tag_sets_note(&connections->tags, key->vlans);
    connection->id = ++connections->next_id;
    connection->source = ends->source;
    connection->destination = ends->destination;
    connection->source_port = ends->source_port;
    connection->destination_port = ends->destination_port;
    connection->kind = (uint8_t)kind_of(key->protocol);
    connection->ip_version = packet->ip_version;
    connection->vlan_count = packet->vlan_count;
    connection->first_us = connection->last_us = time_us;
    enqueue(connections, connection);
    connections->updated = connection;
    return connection;
}

/* A flow that Suricata swaps: its first packet was the server's SYN and ACK. */
static void swap_ends(struct connection_ends *ends)
{
    *ends = (struct connection_ends){ ends->destination, ends->source, ends->destination_port,
        ends->source_port, ends->protocol };
}

static bool is_same_way(const struct connection *connection, const struct connection_ends *ends)
{
    return address_equal(&connection->source, &ends->source) &&
           connection->source_port == ends->source_port;
}

/* Nothing has gone that way yet, or what did had other tags, too. */
static bool takes_other_tags(const struct connection *connection, const struct connection_ends *ends)
{
    size_t way = is_same_way(connection, ends) ? 0 : 1;

    return connection->packets[way] == 0 || connection->other_tags[way];
}

/* A flow of other tags that the packet answers: see tag_sets.h. A SYN answers none. */
static struct connection *find_by_other_tags(struct connections *connections,
        const struct packet *packet, const struct connection_key *own,
        const struct connection_ends *ends, uint64_t time_us)
{
    struct connection_key key = *own;

    if (packet->kind == PACKET_TCP &&
            (packet->tcp.flags & (PACKET_TCP_SYN | PACKET_TCP_ACK)) == PACKET_TCP_SYN)
        return NULL;
    for (size_t i = 0; i < connections->tags.count; i++) {
        struct connection *connection;

        memcpy(key.vlans, connections->tags.vlans[i], sizeof(key.vlans));
        if (memcmp(key.vlans, own->vlans, sizeof(key.vlans)) == 0)
            continue;
        HASH_FIND(hh, connections->all, &key, sizeof(key), connection);
        if (connection == NULL || expires_us(connection) <= time_us ||
                !takes_other_tags(connection, ends))
            continue;
        connection->other_tags[is_same_way(connection, ends) ? 0 : 1] = true;
        return connection;
    }
    return NULL;
}

/* By its key, unless it is over, or the packet begins another one. */
static struct connection *find_by_key(struct connections *connections, const struct packet *packet,
        const struct connection_key *key, const struct connection_ends *ends, uint64_t time_us)
{
    struct connection *connection;

    HASH_FIND(hh, connections->all, key, sizeof(*key), connection);
    if (connection == NULL)
        return NULL;
    if (expires_us(connection) <= time_us) {
        finish(connections, connection, END_TIMEOUT);
        return NULL;
    }
    if (packet->kind == PACKET_TCP && tcp_is_reuse(&connection->tcp, is_same_way(connection, ends),
                                              packet->tcp.flags, packet->tcp.seq)) {
        finish(connections, connection, END_REUSE);
        return NULL;
    }
    return connection;
}

/* By its key; makes one if there is none. Apart, since most packets need none of this. */
static APART struct connection *find_or_make(struct connections *connections,
        const struct packet *packet, unsigned depth, uint64_t time_us, bool *is_new, bool *to_server)
{
    struct connection *connection;
    struct connection_key key;
    struct connection_ends ends;

    connection_read_ends(packet, &ends);
    connection_make_key(packet, &ends, depth, &key);
    connection = find_by_key(connections, packet, &key, &ends, time_us);
    if (connection == NULL)
        connection = find_by_other_tags(connections, packet, &key, &ends, time_us);
    *is_new = connection == NULL;
    if (connection != NULL) {
        *to_server = is_same_way(connection, &ends);
        *recent_of(connections, connection) = connection;
        return connection;
    }
    if (connection_is_icmp_error(packet))
        return NULL;
    *to_server = packet->kind != PACKET_TCP || !tcp_starts_at_server(packet->tcp.flags);
    if (!*to_server)
        swap_ends(&ends);
    connection = make(connections, &key, &ends, packet, time_us);
    if (connection != NULL)
        connection->server_was_first = !*to_server;
    return connection;
}

struct connection *connections_find(struct connections *connections, const struct packet *packet,
        unsigned depth, uint64_t time_us, bool *is_new, bool *to_server)
{
    struct connection *recent;

    if (must_sweep(connections, time_us))
        connections_expire(connections, time_us);
    recent = connections->recent[recent_slot(&packet->src, packet->src_port, &packet->dst,
            packet->dst_port)];
    if (!is_next_of(recent, packet, depth, time_us, to_server))
        return find_or_make(connections, packet, depth, time_us, is_new, to_server);
    *is_new = false;
    return recent;
}

/* --- progress --- */

static enum connection_state state_of(const struct connection *connection)
{
    if (connection->key.protocol == PACKET_PROTOCOL_TCP) {
        if (connection->tcp.state < TCP_ESTABLISHED)
            return CONNECTION_NEW;
        return connection->tcp.state < TCP_TIME_WAIT ? CONNECTION_ESTABLISHED : CONNECTION_CLOSED;
    }
    return connection->packets[0] > 0 && connection->packets[1] > 0 ? CONNECTION_ESTABLISHED
                                                                    : CONNECTION_NEW;
}

void connections_update(struct connections *connections, struct connection *connection,
        const struct packet *packet, bool to_server, uint64_t time_us)
{
    size_t way = to_server ? 0 : 1;
    enum connection_state state;

    connection->packets[way]++;
    connection->bytes[way] += packet->bytes;
    if (time_us > connection->last_us)
        connection->last_us = time_us;
    if (packet->kind == PACKET_TCP) {
        connection->tcp_flags[way] |= packet->tcp.flags;
        if (!tcp_goes_on(&connection->tcp, packet->tcp.flags))
            tcp_track(&connection->tcp, to_server, packet->tcp.flags, packet->tcp.seq);
    }
    state = state_of(connection);
    if (connections->updated == connection && connection->state == state)
        return;
    dequeue(connections, connection);
    connection->state = state;
    enqueue(connections, connection);
    connections->updated = connection;
}

static void exchange_u64(uint64_t pair[2])
{
    uint64_t first = pair[0];

    pair[0] = pair[1];
    pair[1] = first;
}

void connection_turn(struct connection *connection)
{
    struct address source = connection->source;
    uint16_t port = connection->source_port;
    uint8_t flags = connection->tcp_flags[0];
    bool tags = connection->other_tags[0];

    connection->source = connection->destination;
    connection->destination = source;
    connection->source_port = connection->destination_port;
    connection->destination_port = port;
    connection->tcp_flags[0] = connection->tcp_flags[1];
    connection->tcp_flags[1] = flags;
    exchange_u64(connection->packets);
    exchange_u64(connection->bytes);
    connection->other_tags[0] = connection->other_tags[1];
    connection->other_tags[1] = tags;
    connection->wants_stream[0] = connection->wants_stream[1] = false;
    connection->server_was_first = !connection->server_was_first;
}

bool connection_is_midstream(const struct connection *connection)
{
    return connection->key.protocol == PACKET_PROTOCOL_TCP && !connection->tcp.has_syn[0] &&
           !connection->tcp.has_syn[1];
}

uint64_t connections_crowded_out(const struct connections *connections)
{
    return connections->crowded_out;
}

size_t connections_count(const struct connections *connections)
{
    return HASH_COUNT(connections->all);
}
