/* DNS as it is used: what is asked for, what comes of it, and whom the device asks. */
#include <string.h>

#include "base/hash.h"
#include "detect/dga.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/claim.h"
#include "parse/mdns.h"
#include "track/asked.h"
#include "track/question.h"
#include "track/resolution.h"

/* An answer counts only if the device has asked, and a resolver rather than its neighbours: else any
 * host could have it believe what it likes. */
bool flow_asks_resolver(const struct flow *flow)
{
    return flow->device_initiated && flow->packets[UP] > 0 && flow->remote_port != MDNS_PORT &&
           flow->remote_port != CLAIM_PORT_LLMNR;
}

static bool is_resolver_service(enum service service)
{
    return service == SERVICE_DNS || service == SERVICE_DOT || service == SERVICE_DOH ||
           service == SERVICE_DOQ;
}

static bool is_configured(const struct engine *engine, const struct address *address)
{
    const struct prefix_list *list = &engine->settings->network_resolvers;

    for (size_t i = 0; i < list->count; i++)
        if (prefix_contains(&list->items[i], address))
            return true;
    return false;
}

static struct resolver_use use_of(const struct engine *engine, const struct flow *flow)
{
    const struct device *device = flow->device;

    return (struct resolver_use){
        .device = device->has_mac
                          ? hash_bytes(device->mac.bytes, sizeof(device->mac.bytes))
                          : hash_bytes(device->address.bytes, sizeof(device->address.bytes)),
        .device_address = flow->device_address,
        .resolver = flow->remote_address,
        .at_home = !flow->remote_is_public,
        .encrypted = flow->service != SERVICE_DNS,
        .well_known = engine->files->resolvers != NULL &&
                      resolvers_has_address(engine->files->resolvers, &flow->remote_address),
        .now_us = flow->last_us,
    };
}

void flow_judge_resolver(struct engine *engine, struct flow *flow, bool answered)
{
    static const enum ternary answers[] = {
        [RESOLVER_UNSURE] = UNKNOWN, [RESOLVER_OWN] = NO, [RESOLVER_PAST] = YES,
    };
    struct resolver_use use;
    enum ternary before = flow->dns.bypass;

    if (!is_resolver_service(flow->service) || !flow_asks_resolver(flow))
        return;
    use = use_of(engine, flow);
    if (answered && !use.encrypted)
        resolver_answered(&engine->network_resolvers, &use);
    flow->dns.bypass = is_configured(engine, &flow->remote_address)
                               ? NO
                               : answers[resolver_judge(&engine->network_resolvers, &use)];
    if (flow->dns.bypass != before)
        flow->pending |= CHANGED_DNS;
}

static void look_at_name(struct worker *worker, struct flow *flow, const struct question *question)
{
    const char *name = question->name, *domain = flow_domain(worker, name, question->len);
    size_t len = domain != NULL ? (size_t)(name + question->len - domain) : 0;

    flow->dns.dga_known = domain != NULL && dga_score(domain, len, &flow->dns.dga);
}

/* Who sends mail asks its own server to; who asks for the servers of many domains sends it there itself. */
static void note_mail(struct flow *flow, const struct question *question)
{
    struct strangers **mail = &flow->device->conduct.mail;
    size_t domain;

    if (question->type == DNS_TYPE_MX && !flow->device->gone) {
        domain = asked_domain(question->name, question->len);
        strangers_note(mail, MAIL_MAX, hash_bytes(question->name + domain, question->len - domain),
                flow->last_us);
    }
    flow->dns.mail = strangers_count_lately(*mail, MAIL_WINDOW_S, flow->last_us);
}

/* A resolver that is cut off refuses, fails or is silent. */
static void note_told(struct device *device, const struct question *question)
{
    device->asks_in_vain = !question->answered || question->rcode == DNS_RCODE_SERVFAIL ||
                           question->rcode == DNS_RCODE_REFUSED;
}

void flow_note_question(struct worker *worker, struct flow *flow, const struct question *question)
{
    struct conduct *conduct = &flow->device->conduct;

    look_at_name(worker, flow, question);
    lock_take(&flow->device->lock);
    nxdomain_note(&conduct->nxdomain, question, flow->last_us);
    flow->dns.nxdomain = nxdomain_count(&conduct->nxdomain, flow->last_us);
    flow->dns.tunnel_known =
            tunnel_note(&conduct->tunnel, question, flow->last_us, &flow->dns.tunnel);
    note_mail(flow, question);
    note_told(flow->device, question);
    lock_release(&flow->device->lock);
    flow->pending |= CHANGED_QUERY;
    flow_judge_resolver(worker->engine, flow, question->answered);
}

/* A device that answers itself must not make a resolver of whom it talks to. */
void flow_read_question(struct worker *worker, struct flow *flow, struct cursor payload)
{
    struct question question;

    if (flow_asks_resolver(flow) && question_read(payload, &question) == TATTLER_OK &&
            !question.answered)
        flow_note_question(worker, flow, &question);
}

static void learn_answer(struct worker *worker, struct flow *flow, const struct resolution *answer)
{
    struct engine *engine = worker->engine;
    struct device *device = flow->device;

    if (!answer->is_answer)
        return;
    lock_take(&device->lock);
    device->dns_answers++;
    names_learn(&device->names, &engine->budget.names, answer, flow->last_us);
    lock_release(&device->lock);
    worker_judge_answer(worker, flow, answer);
}

void flow_learn_dns(struct worker *worker, struct flow *flow, const struct resolution *answer)
{
    struct question question;

    if (!answer->is_answer || !flow_asks_resolver(flow))
        return;
    learn_answer(worker, flow, answer);
    question_set(&question, answer->asked, answer->asked_len, answer->rcode);
    flow_note_question(worker, flow, &question);
}

void flow_read_answer(struct worker *worker, struct flow *flow, struct cursor payload)
{
    struct resolution answer;
    struct question question;

    if (!flow_asks_resolver(flow) || resolution_read(payload, &answer, &question) != TATTLER_OK)
        return;
    if (question.answered)
        flow_note_question(worker, flow, &question);
    learn_answer(worker, flow, &answer);
}

void engine_learn_offer(struct engine *engine, const struct address resolvers[], size_t count,
        uint64_t time_us)
{
    for (size_t i = 0; i < count; i++)
        resolver_learn(&engine->network_resolvers, &resolvers[i], RESOLVER_OFFERED, time_us);
}
