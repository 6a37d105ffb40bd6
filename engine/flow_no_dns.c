/* Did the device resolve a name to what it calls? Asked as a flow opens, and again when more is known. */
#include <string.h>

#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/packet.h"

#define CROWD_MIN 32 /* nameless remotes in FANOUT_WINDOW_S */

/* How far workers may be apart. Each takes packets from a queue of its own, AF_PACKET's in blocks of up to
 * 10 ms, so the answer that explains a connection may be read behind it. */
#define WORKERS_APART_US UINT64_C(20000)

/* Has it of late asked a resolver that nobody can read? This and the next are called with the
 * device's lock held. */
static bool hides_questions(const struct engine *engine, const struct device *device,
        uint64_t now_us)
{
    return device->encrypted_dns &&
           now_us < device->encrypted_dns_us + engine->settings->dns_grace_s * US_PER_S;
}

/* While the uplink is out and nobody tells it what it asks for, it calls whom it remembers. Who is answered
 * was not cut off: a bot could ask nobody and call a few dead hosts first, where others are quiet. */
static bool is_cut_off(struct engine *engine, const struct flow *flow)
{
    return flow->device->asks_in_vain && !flow->accepted &&
           flow_uplink_failed(engine, flow, flow->first_us);
}

/* May this device's connections be judged by the names it asked for? */
static bool is_watched(const struct engine *engine, const struct device *device, uint64_t now_us)
{
    const struct settings *settings = engine->settings;

    if (device->joined) /* but a capture of one direction would not show its answers */
        return device->dns_answers > 0 || device->conduct.heard.ever;
    return device->dns_answers > 0 &&
           now_us >= device->first_seen_us + settings->warm_up_s * US_PER_S;
}

/* Ports whose protocol tells the name itself or needs none, so that a missing DNS answer means
 * little: a resolver asks hundreds of servers, a browser where DNS cannot be seen dozens. */
static bool is_self_explaining(uint16_t port)
{
    static const uint16_t ports[] = { 53, 80, 123, 443, 853, 3478, 8080, 19302 };

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        if (port == ports[i])
            return true;
    return false;
}

/* Answers from before the sensor began, or on a path it does not see, explain a few nameless remotes,
 * but not so many in a minute: those come from a list, a swarm or a random generator. Of these as many
 * are noted as make it a crowd for another half of the window, so that they do not all grow old at once. */
static bool is_of_a_crowd(struct engine *engine, const struct flow *flow)
{
    struct fanout *fanout = &flow->device->conduct.fanout;
    uint64_t soon_us = flow->last_us + FANOUT_WINDOW_S * US_PER_S / 2;

    if (is_self_explaining(flow->remote_port))
        return false;
    if (!fanout_reaches(fanout, FANOUT_NAMELESS, CROWD_MIN, soon_us))
        fanout_note(fanout, &engine->budget.conduct.fanout, FANOUT_NAMELESS,
                flow->remote_address.bytes, sizeof(flow->remote_address.bytes), flow->last_us);
    return fanout_reaches(fanout, FANOUT_NAMELESS, CROWD_MIN, flow->last_us);
}

uint32_t flow_count_strangers(const struct flow *flow)
{
    const struct conduct *conduct = &flow->device->conduct;

    if (fanout_reaches(&conduct->fanout, FANOUT_NAMELESS, CROWD_MIN, flow->last_us))
        return STRANGERS_MAX;
    return strangers_count(conduct->strangers, flow->last_us);
}

static bool may_be_judged(const struct flow *flow)
{
    bool half_seen = !flow->device->has_mac && !address_is_v4(&flow->device_address);

    if (flow->forged) /* else a flood would be told of once for each address */
        return false;
    /* Without MACs an IPv6 host cannot be told to be the IPv4 host that asked for the name. */
    return flow->remote_is_public && flow->device_initiated && !flow->midstream && !half_seen &&
           (flow->protocol == PACKET_PROTOCOL_TCP || flow->protocol == PACKET_PROTOCOL_UDP);
}

static enum ternary judge_no_dns(struct engine *engine, const struct flow *flow,
        enum names_verdict verdict)
{
    if (!may_be_judged(flow))
        return UNKNOWN;
    if (verdict == NAMES_RESOLVED)
        return NO;
    if (verdict == NAMES_UNSURE || hides_questions(engine, flow->device, flow->first_us))
        return UNKNOWN;
    if (is_watched(engine, flow->device, flow->first_us) && !is_cut_off(engine, flow))
        return YES;
    return is_of_a_crowd(engine, flow) ? YES : UNKNOWN; /* nobody remembers so many */
}

/* 'domain' is a tail of 'name', or NULL. */
static void take_name(struct flow *flow, const char *name, const char *domain)
{
    flow->name = strdup(name);
    if (flow->name == NULL)
        return;
    flow->name_source = NAME_DNS;
    flow->domain = domain != NULL ? flow->name + (domain - name) : NULL;
}

void flow_note_stranger(struct engine *engine, struct flow *flow)
{
    const struct address *remote = &flow->remote_address;

    flow->device->totals.flows_no_dns++;
    atomic_fetch_add(&engine->no_dns, 1);
    strangers_note(&flow->device->conduct.strangers, STRANGERS_MAX,
            hash_bytes(remote->bytes, sizeof(remote->bytes)), flow->last_us);
    flow->outlook.strangers = flow_count_strangers(flow);
}

void flow_keep_name(struct engine *engine, struct flow *flow)
{
    if (!flow->was_resolved)
        return;
    lock_take(&flow->device->lock);
    names_use(&flow->device->names, &engine->budget.names, &flow->remote_address, flow->last_us);
    lock_release(&flow->device->lock);
}

static bool has_company(const struct engine *engine)
{
    return atomic_load_explicit(&engine->openers, memory_order_relaxed) > 1;
}

void flow_consult_device(struct worker *worker, struct flow *flow)
{
    struct engine *engine = worker->engine;
    struct device *device = flow->device;
    enum names_verdict verdict;
    char name[NAME_SIZE];

    name[0] = '\0';
    lock_take(&device->lock);
    verdict = names_find(&device->names, &engine->budget.names, &flow->remote_address,
            flow->first_us, NAMES_ALL_READ, name);
    flow->was_resolved = verdict == NAMES_RESOLVED;
    flow->awaits_answer = !flow->was_resolved && flow->remote_is_public && has_company(engine);
    flow->no_dns = flow->awaits_answer ? UNKNOWN : judge_no_dns(engine, flow, verdict);
    device->totals.flows++;
    if (flow->no_dns == YES)
        flow_note_stranger(engine, flow);
    if (address_is_unicast(&flow->remote_address) && address_is_unicast(&flow->device_address))
        device->talked = true;
    if (flow->was_resolved && name[0] != '\0' && flow->name == NULL)
        take_name(flow, name, flow_domain(worker, name, strlen(name)));
    flow_report_opening(engine, flow);
    lock_release(&device->lock);
}

/* What was resolved before the flow began, answers that came since do not explain it. */
static enum names_verdict look_back(struct engine *engine, const struct flow *flow,
        char name[NAME_SIZE])
{
    return names_find(&flow->device->names, &engine->budget.names, &flow->remote_address,
            flow->first_us, flow->first_us, name);
}

void flow_judge_again(struct engine *engine, struct flow *flow)
{
    char name[NAME_SIZE];

    if (flow->no_dns != UNKNOWN || flow->awaits_answer || flow->device->gone) /* with its names */
        return;
    flow->no_dns = judge_no_dns(engine, flow, look_back(engine, flow, name));
    if (flow->no_dns == UNKNOWN)
        return;
    if (flow->no_dns == YES)
        flow_note_stranger(engine, flow);
    flow->changed |= CHANGED_DNS;
}

/* Needs no worker, whose memory of domains would save some microseconds. */
static void take_late_name(const struct engine *engine, struct flow *flow, const char *name)
{
    const struct domain_list *domains = engine->files->domains;
    char domain[DOMAIN_NAME_SIZE];
    size_t length = domains == NULL ? 0 : domain_registrable(domains, name, strlen(name), domain);

    take_name(flow, name, length > 0 ? name + strlen(name) - length : NULL);
    flow->narrow = NULL; /* its remote is another one by now */
    flow->changed |= CHANGED_NAME;
}

static void conclude(struct engine *engine, struct flow *flow)
{
    char name[NAME_SIZE] = "";

    flow->awaits_answer = false;
    lock_take(&flow->device->lock);
    flow->was_resolved = look_back(engine, flow, name) == NAMES_RESOLVED;
    if (name[0] != '\0' && flow->name == NULL)
        take_late_name(engine, flow, name);
    flow_judge_again(engine, flow);
    lock_release(&flow->device->lock);
}

void flow_conclude(struct engine *engine, struct flow *flow)
{
    if (!flow->awaits_answer)
        return;
    conclude(engine, flow);
    if (flow->no_dns == YES)
        atomic_fetch_add(&engine->no_dns_late, 1);
}

void flow_await_answer(struct engine *engine, struct flow *flow)
{
    if (flow->last_us >= flow->first_us + WORKERS_APART_US)
        conclude(engine, flow);
}
