/* What parsers found: names, services, who a device says it is. */
#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/claim.h"
#include "parse/dhcp.h"
#include "parse/http.h"
#include "parse/mdns.h"
#include "parse/packet.h"

#define PORT_DNS_TLS 853 /* DoT RFC 7858, DoQ RFC 9250 */

/* --- names --- */

/* Lower case, without a final dot; false for an IP literal and for nothing at all. */
static bool clean_name(const char *name, size_t len, char out[NAME_SIZE], bool *is_address,
        struct address *literal)
{
    size_t n = 0;

    for (; n < len && n + 1 < NAME_SIZE && name[n] != '\0'; n++)
        out[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] + 'a' - 'A') : name[n];
    while (n > 0 && out[n - 1] == '.')
        n--;
    out[n] = '\0';
    *is_address = address_parse(out, literal);
    return n > 0 && !*is_address;
}

const char *flow_domain(struct worker *worker, const char *name, size_t len)
{
    size_t tail;

    if (worker->engine->files->domains == NULL)
        return NULL;
    tail = domain_tail(worker->engine->files->domains, &worker->domains, name, len);
    return tail > 0 ? name + len - tail : NULL;
}

/* The first name of the best source stays: later requests of a connection do not rename it. Who
 * connects to a device names the device, not itself. */
static void set_name(struct worker *worker, struct flow *flow, enum name_source source,
        const char *name)
{
    char *copy;

    if (source <= flow->name_source || !flow->device_initiated)
        return;
    copy = strdup(name);
    if (copy == NULL)
        return;
    free(flow->name);
    flow->taught = NULL;
    flow->name = copy;
    flow->name_source = source;
    flow->domain = flow_domain(worker, copy, strlen(copy));
    flow->narrow = NULL; /* its remote is another one by now */
    flow->pending |= CHANGED_NAME;
}

static void set_no_dns(struct engine *engine, struct flow *flow)
{
    if (flow->no_dns == YES)
        return;
    flow->no_dns = YES;
    flow->pending |= CHANGED_DNS;
    lock_take(&flow->device->lock);
    flow_note_stranger(engine, flow);
    lock_release(&flow->device->lock);
}

/* Whoever names its peer by address in a request did not ask for a name, whatever else is known:
 * no warm-up is needed. A request to a proxy names another's address. */
static void learn_literal(struct engine *engine, struct flow *flow, const struct address *literal)
{
    if (flow->remote_is_public && flow->device_initiated && !flow->was_resolved &&
            address_equal(literal, &flow->remote_address))
        set_no_dns(engine, flow);
}

static enum ternary is_mismatch(struct flow *flow, const char *name)
{
    enum names_verdict verdict;

    if (!flow->device_initiated)
        return UNKNOWN;
    lock_take(&flow->device->lock);
    verdict = names_match(&flow->device->names, &flow->remote_address,
            name_hash(name, strlen(name)), flow->first_us);
    lock_release(&flow->device->lock);
    if (verdict == NAMES_UNSURE)
        return UNKNOWN;
    if (verdict == NAMES_RESOLVED)
        return NO;
    /* An outer name is the provider's, nobody resolves it (RFC 9849 section 6.1). */
    return flow->ech == YES ? UNKNOWN : YES;
}

static bool is_encrypted_dns(enum service service)
{
    return service == SERVICE_DOT || service == SERVICE_DOH || service == SERVICE_DOQ;
}

static enum service service_of_hello(const struct engine *engine, const struct flow *flow,
        const struct hello_view *hello, const char *name)
{
    uint16_t server_port = flow->device_initiated ? flow->remote_port : flow->device_port;

    if (hello->dns_alpn || server_port == PORT_DNS_TLS)
        return hello->quic ? SERVICE_DOQ : SERVICE_DOT;
    if (engine->files->resolvers != NULL &&
            (resolvers_has_name(engine->files->resolvers, name, strlen(name)) ||
                    resolvers_has_address(engine->files->resolvers, &flow->remote_address)))
        return SERVICE_DOH;
    return hello->quic ? SERVICE_QUIC : SERVICE_TLS;
}

/* After STARTTLS, CONNECT or SOCKS the service stays what the flow began with. */
static bool may_start_with_hello(enum service service)
{
    return service == SERVICE_OTHER || service == SERVICE_TLS || service == SERVICE_QUIC ||
           is_encrypted_dns(service);
}

void flow_learn_hello(struct worker *worker, struct flow *flow, const struct hello_view *hello)
{
    char name[NAME_SIZE];
    struct address address;
    bool literal, named = clean_name(hello->sni, hello->sni_len, name, &literal, &address);

    flow->ech = hello->ech ? YES : NO;
    flow->sni_is_ip = literal ? YES : NO;
    flow->pending |= CHANGED_NAME;
    if (may_start_with_hello(flow->service))
        flow_learn_service(worker->engine, flow,
                service_of_hello(worker->engine, flow, hello, name));
    if (literal)
        learn_literal(worker->engine, flow, &address);
    if (!named)
        return;
    flow->sni_mismatch = is_mismatch(flow, name);
    set_name(worker, flow, hello->quic ? NAME_QUIC : NAME_SNI, name);
}

void flow_learn_http(struct worker *worker, struct flow *flow, const char *host, size_t len)
{
    char name[NAME_SIZE];
    struct address address;
    bool literal;

    if (clean_name(host, len, name, &literal, &address))
        set_name(worker, flow, NAME_HTTP, name);
    else if (literal)
        learn_literal(worker->engine, flow, &address);
}

APART void flow_learn_request(struct worker *worker, struct flow *flow, struct cursor payload)
{
    const struct http_host *host;
    struct http_head head;

    if (http_head_parse(payload, &head) != TATTLER_OK)
        return;
    host = head.authority.name.left > 0 ? &head.authority : &head.host;
    flow_learn_http(worker, flow, (const char *)host->name.at, host->name.left);
    flow->changed |= flow->pending;
    flow->pending = 0;
}

/* --- services --- */

void flow_note_resolver(struct flow *flow)
{
    if (!is_encrypted_dns(flow->service) || !flow->device_initiated)
        return;
    lock_take(&flow->device->lock);
    flow->device->encrypted_dns = true;
    flow->device->encrypted_dns_us = flow->last_us;
    lock_release(&flow->device->lock);
}

/* Whoever asks a resolver that nobody can read may have asked it for its own address, too. */
static void unset_no_dns(struct engine *engine, struct flow *flow)
{
    if (flow->no_dns != YES)
        return;
    flow->no_dns = UNKNOWN;
    flow->pending |= CHANGED_DNS;
    atomic_fetch_sub(&engine->no_dns, 1);
    lock_take(&flow->device->lock);
    flow->device->totals.flows_no_dns--;
    lock_release(&flow->device->lock);
}

void flow_learn_service(struct engine *engine, struct flow *flow, enum service service)
{
    if (service == flow->service)
        return;
    flow->service = service;
    flow->pending |= CHANGED_SERVICE;
    flow_note_resolver(flow);
    if (is_encrypted_dns(service)) {
        flow_judge_resolver(engine, flow, false);
        unset_no_dns(engine, flow);
    }
}

/* --- who a device says it is --- */

static void read_mdns(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    struct mdns_device said;

    (void)worker;
    if (mdns_read(packet->payload, &said) != TATTLER_OK)
        return;
    device_set_name(flow->device, DEVICE_NAME_MDNS, said.host.text, said.host.length);
    flow->pending |= CHANGED_DEVICE;
}

/* Where captures are shared, frames have made-up MACs, but messages the real ones: whose frame it is joins as
 * well. A relay sends from an address of its own. */
static void note_joined(struct flow *flow, struct device *asker)
{
    engine_note_joined(asker);
    if (flow->device_is_first && !address_is_unicast(&flow->device_address))
        engine_note_joined(flow->device);
}

static void read_dhcp(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    struct dhcp_message message;
    struct device_sighting sighting;
    struct device *device;
    const struct dhcp_text *name;

    if (dhcp_read(packet->payload, &message) != TATTLER_OK)
        return;
    if (message.from_server) {
        if (flow_note_lease(worker, flow, packet, &message) && message.type == DHCP_ACK)
            engine_learn_offer(worker->engine, message.resolvers.items, message.resolvers.count,
                    flow->last_us);
        return;
    }
    sighting = (struct device_sighting){
        .time_us = flow->last_us,
        .address = message.client,
        .mac = &message.mac, /* a relay's or repeater's frame carries its own */
        .claimed = true,
    };
    device = devices_see(worker->engine->devices, &sighting);
    if (device == NULL)
        return;
    name = message.host.length > 0 ? &message.host : &message.fqdn;
    device_set_name(device, DEVICE_NAME_DHCP, name->text, name->length);
    /* A renewal, or a return from sleep, may still use what was resolved before. */
    if (message.type == DHCP_DISCOVER)
        note_joined(flow, device);
    device_release(worker->engine->devices, device);
    flow->pending |= CHANGED_DEVICE;
}

static void read_dhcp6(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    struct dhcp6_message message;

    if (dhcp6_read(packet->payload, &message) != TATTLER_OK)
        return;
    if (message.type == DHCP6_ADVERTISE || message.type == DHCP6_REPLY) {
        if (flow_note_lease6(worker, flow, packet, &message) && message.type == DHCP6_REPLY)
            engine_learn_offer(worker->engine, message.resolvers.items, message.resolvers.count,
                    flow->last_us);
        return;
    }
    device_set_name(flow->device, DEVICE_NAME_DHCP, message.fqdn.text, message.fqdn.length);
    flow->pending |= CHANGED_DEVICE;
}

/* What a device sends on these ports tells of itself. */
static const struct {
    uint16_t port; /* of either end */
    void (*read)(struct worker *worker, struct flow *flow, const struct packet_view *packet);
} talkers[] = {
    { MDNS_PORT, read_mdns },
    { DHCP_PORT_SERVER, read_dhcp },
    { DHCP_PORT_CLIENT, read_dhcp },
    { DHCP6_PORT_SERVER, read_dhcp6 },
    { DHCP6_PORT_CLIENT, read_dhcp6 },
    { CLAIM_PORT_NETBIOS, flow_note_claim },
    { CLAIM_PORT_LLMNR, flow_note_claim },
};

static bool uses_port(const struct flow *flow, uint16_t port)
{
    return flow->device_port == port || flow->remote_port == port;
}

bool flow_talks(const struct flow *flow)
{
    for (size_t i = 0; i < sizeof(talkers) / sizeof(talkers[0]); i++)
        if (uses_port(flow, talkers[i].port))
            return flow->protocol == PACKET_PROTOCOL_UDP;
    return false;
}

static void hear(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    for (size_t i = 0; i < sizeof(talkers) / sizeof(talkers[0]); i++)
        if (uses_port(flow, talkers[i].port)) {
            talkers[i].read(worker, flow, packet);
            return;
        }
}

APART void flow_learn_datagram(struct worker *worker, struct flow *flow, enum direction way,
        const struct packet_view *packet)
{
    bool is_offer = flow->remote_port == DHCP_PORT_SERVER || flow->remote_port == DHCP6_PORT_SERVER;

    if (flow->service == SERVICE_DNS && way == UP)
        flow_read_question(worker, flow, packet->payload);
    if (flow->service == SERVICE_DNS && way == DOWN)
        flow_read_answer(worker, flow, packet->payload);
    if (flow->talks && (way == UP || is_offer))
        hear(worker, flow, packet);
}
