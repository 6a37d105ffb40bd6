/* What became of each connection, of which only the most telling are kept. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "screen.h"
#include "try.h"

#define OUTSIDE 0 /* no connection's id: packets that belong to none are taken together */

/* --- texts --- */

/* A text to be written; NULL: out of memory. */
struct draft {
    FILE *to;
    char *bytes;
    size_t len;
};

static FILE *draft_open(struct draft *draft)
{
    *draft = (struct draft){ .bytes = NULL };
    draft->to = open_memstream(&draft->bytes, &draft->len);
    return draft->to;
}

static char *draft_take(struct draft *draft)
{
    if (draft->to != NULL)
        fclose(draft->to);
    return draft->bytes;
}

/* --- open connections --- */

static struct try_flow *find(struct try_flows *flows, uint64_t id)
{
    struct try_flow *flow;

    HASH_FIND(hh, flows->open, &id, sizeof(id), flow);
    return flow;
}

static struct try_flow *find_or_make(struct try_flows *flows, uint64_t id)
{
    struct try_flow *flow = find(flows, id);

    if (flow != NULL)
        return flow;
    flow = calloc(1, sizeof(*flow));
    if (flow != NULL) {
        flow->id = id;
        HASH_ADD(hh, flows->open, id, sizeof(flow->id), flow);
    }
    if (flow != NULL && flow->hh.tbl == NULL) {
        free(flow);
        flow = NULL;
    }
    flows->no_memory |= flow == NULL;
    return flow;
}

static void forget_sights(struct try_flow *flow)
{
    while (flow->seen_count > 0)
        free(flow->seen[--flow->seen_count].text);
}

static void flow_free(struct try_flow *flow)
{
    forget_sights(flow);
    free(flow->features);
    free(flow->title);
    free(flow);
}

/* --- attempts --- */

static bool has_seen(const struct try_flow *flow, const char *text)
{
    for (unsigned i = 0; i < flow->seen_count; i++)
        if (strcmp(flow->seen[i].text, text) == 0)
            return true;
    return false;
}

static void add_sight(const struct try_rule *tried, struct try_flow *flow, const struct look *look)
{
    struct draft draft;
    char *text;

    if (draft_open(&draft) != NULL)
        try_say_seen(draft.to, tried, &flow->reach, look);
    text = draft_take(&draft);
    if (text != NULL && !has_seen(flow, text))
        flow->seen[flow->seen_count++] = (struct try_sight){ flow->last, text };
    else
        free(text);
}

/* Of patterns alone several values are of interest. */
static bool wants_more(const struct try_rule *tried, const struct try_flow *flow)
{
    return flow->seen_count < TRY_SIGHTS && flow->reach.condition < tried->count &&
           tried->conditions[flow->reach.condition].kind == TRY_BUFFER;
}

static void attempt(const struct try_rule *tried, struct try_flow *flow, const struct look *look)
{
    struct try_reach reach = try_walk(tried, look);
    bool first = flow->seen_count == 0 || try_is_further(&reach, &flow->reach);

    if (first) {
        forget_sights(flow);
        flow->reach = reach;
        add_sight(tried, flow, look);
    } else if (wants_more(tried, flow) && !try_is_further(&flow->reach, &reach)) {
        add_sight(tried, flow, look);
    }
}

/* '<>': with both ends exchanged. */
static void attempt_turned(const struct try_rule *tried, struct try_flow *flow,
        const struct look *look)
{
    struct match_packet packet = *look->packet;
    struct look turned = *look;

    packet.source = look->packet->destination;
    packet.source_port = look->packet->destination_port;
    packet.destination = look->packet->source;
    packet.destination_port = look->packet->source_port;
    turned.packet = &packet;
    attempt(tried, flow, &turned);
}

static uint64_t id_of(const struct match_packet *packet)
{
    return packet->has_flow ? packet->flow_id : OUTSIDE;
}

/* What is told late, of a message or a stream, belongs to the last packet there was. */
void try_flows_look(struct try_flows *flows, const struct look *look, uint64_t number)
{
    const struct try_rule *tried = flows->tried;
    struct try_flow *flow;

    flow = find_or_make(flows, id_of(look->packet));
    if (flow == NULL || (look->transaction != NULL && !tried->has_messages))
        return;
    if (look->transaction == NULL && !look->is_stream)
        flow->last = (struct try_place){ look->packet->time_us, number };
    flow->looks++;
    attempt(tried, flow, look);
    if (tried->rule->bidirectional)
        attempt_turned(tried, flow, look);
}

void try_flows_match(struct try_flows *flows, const struct match_packet *packet, bool alerts)
{
    struct try_flow *flow = find_or_make(flows, id_of(packet));
    struct draft draft;

    if (flow == NULL)
        return;
    flow->alerts += alerts;
    if (flow->matches++ > 0)
        return;
    flow->matched = flow->last;
    if (draft_open(&draft) != NULL)
        try_say_features(draft.to, flows->tried->rule, packet->flow);
    flow->features = draft_take(&draft);
}

/* --- connections that ended --- */

static void say_host(FILE *to, const struct address *address, uint16_t port, bool has_ports)
{
    char text[ADDRESS_TEXT_SIZE];

    screen_address(address, text);
    fputs(text, to);
    if (has_ports)
        fprintf(to, " port %u", port);
}

static void say_device(FILE *to, const struct device *device)
{
    const char *name = device->name;

    if (name[0] == '\0')
        name = device->vendor;
    fprintf(to, "%s: ", name[0] != '\0' ? name : device->mac_text);
}

static void say_title(FILE *to, const struct connection *connection)
{
    const struct flow *flow = connection->flow;
    bool has_ports = connection->key.protocol == PACKET_PROTOCOL_TCP ||
                     connection->key.protocol == PACKET_PROTOCOL_UDP;

    if (flow != NULL && flow->device->has_mac)
        say_device(to, flow->device);
    say_host(to, &connection->source, connection->source_port, has_ports);
    fputs(" to ", to);
    say_host(to, &connection->destination, connection->destination_port, has_ports);
    if (flow != NULL && flow->name != NULL)
        fprintf(to, " (%s)", flow->name);
    fputs(", ", to);
    say_ip_protocol(to, connection->key.protocol);
    if (connection->app_proto != NULL)
        fprintf(to, ", %s", connection->app_proto);
}

static bool is_before(const struct try_flow *one, const struct try_flow *other)
{
    if (one->matches > 0)
        return one->matched.number < other->matched.number;
    return try_is_further(&one->reach, &other->reach);
}

/* Puts it where it belongs; the last one has to go if there are too many. */
static void keep(struct try_list *list, struct try_flow *flow)
{
    size_t i = list->shown++;

    for (; i > 0 && is_before(flow, list->flows[i - 1]); i--)
        list->flows[i] = list->flows[i - 1];
    list->flows[i] = flow;
    if (list->shown > TRY_SHOWN)
        flow_free(list->flows[--list->shown]);
}

/* Of other protocols the number is enough. */
static void file_flow(struct try_flows *flows, struct try_flow *flow)
{
    struct try_list *list =
            flow->matches > 0 ? &flows->matched : &flows->missed[flow->reach.condition];

    list->count++;
    flows->alerted += flow->alerts > 0;
    if (list == &flows->missed[TRY_PROTOCOL])
        flow_free(flow);
    else
        keep(list, flow);
}

static void end_flow(struct try_flows *flows, struct try_flow *flow,
        const struct connection *connection)
{
    struct draft draft;

    HASH_DEL(flows->open, flow);
    if (draft_open(&draft) != NULL && connection != NULL)
        say_title(draft.to, connection);
    else if (draft.to != NULL)
        fputs("Packets that belong to no connection", draft.to);
    flow->title = draft_take(&draft);
    if (flow->title == NULL || flow->seen_count == 0) {
        flows->no_memory = true;
        flow_free(flow);
    } else {
        file_flow(flows, flow);
    }
}

void try_flows_end(struct try_flows *flows, const struct connection *connection)
{
    struct try_flow *flow = find(flows, connection->id);

    if (flow != NULL)
        end_flow(flows, flow, connection);
}

void try_flows_finish(struct try_flows *flows)
{
    struct try_flow *flow = find(flows, OUTSIDE);

    flows->has_outside = flow != NULL;
    if (flow != NULL)
        end_flow(flows, flow, NULL);
}

/* --- life --- */

bool try_flows_open(struct try_flows *flows, const struct try_rule *tried)
{
    *flows = (struct try_flows){ .tried = tried };
    flows->missed = calloc(tried->count + 1, sizeof(*flows->missed));
    return flows->missed != NULL;
}

static void list_clear(struct try_list *list)
{
    while (list->shown > 0)
        flow_free(list->flows[--list->shown]);
}

void try_flows_close(struct try_flows *flows)
{
    HASH_FREE(flows->open, flow_free);
    list_clear(&flows->matched);
    for (size_t i = 0; flows->missed != NULL && i <= flows->tried->count; i++)
        list_clear(&flows->missed[i]);
    free(flows->missed);
}
