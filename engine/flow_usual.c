/* What a flow teaches its device's baseline, and what is usual by it. */
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"

/* A rule that held with so many remotes while its device learned is usual for it with any. */
#define RULE_WIDE 4

#define SUSPECT_US (SEEN_SUSPECT_S * US_PER_S)

/* "gid:sid remote", a name may have 255 letters */
#define RULE_TEXT_SIZE (NAME_SIZE + 32)

struct seen_fact seen_fact_text(enum seen_kind kind, const char *text)
{
    size_t len = strlen(text);

    return (struct seen_fact){ kind, hash_stable(text, len), text, len, false };
}

static struct seen *seen_of(const struct flow *flow)
{
    return &flow->device->conduct.seen;
}

/* --- what a flow brings --- */

static enum ternary teach(struct engine *engine, const struct flow *flow, struct seen_fact fact)
{
    static const enum ternary answers[] = {
        [SEEN_UNSURE] = UNKNOWN, [SEEN_BEFORE] = NO, [SEEN_NEW] = YES,
    };

    fact.accused = flow->accused;
    return answers[seen_note(seen_of(flow), &engine->budget.conduct.seen, &fact, flow->last_us)];
}

static enum ternary teach_number(struct engine *engine, const struct flow *flow,
        enum seen_kind kind, uint64_t number)
{
    return teach(engine, flow, (struct seen_fact){ .kind = kind, .key = number });
}

enum ternary flow_teach_remote(struct engine *engine, const struct flow *flow, struct seen_fact fact)
{
    enum ternary is_new = teach(engine, flow, fact);

    return is_new == YES && flow_is_known_elsewhere(engine, flow, &fact) ? NO : is_new;
}

static uint64_t port_key(const struct flow *flow)
{
    return (uint64_t)flow->protocol << 16 | flow->remote_port;
}

enum ternary flow_teach_port(struct engine *engine, const struct flow *flow)
{
    return teach_number(engine, flow, SEEN_PORT, port_key(flow));
}

/* Calls 'visit' for each fact that the flow has brought, but not for rules. */
static void each_fact(const struct flow *flow, uint64_t since_us,
        void (*visit)(struct seen *seen, enum seen_kind kind, uint64_t key, uint64_t since_us))
{
    struct seen *seen = seen_of(flow);

    if (flow->name != NULL)
        visit(seen, SEEN_NAME, seen_fact_text(SEEN_NAME, flow->name).key, since_us);
    if (flow->domain != NULL)
        visit(seen, SEEN_DOMAIN, seen_fact_text(SEEN_DOMAIN, flow->domain).key, since_us);
    if (flow->geo.asn != 0)
        visit(seen, SEEN_ASN, flow->geo.asn, since_us);
    visit(seen, SEEN_PORT, port_key(flow), since_us);
    visit(seen, SEEN_SERVICE, flow->service, since_us);
}

/* --- rules --- */

/* Whom a rule speaks of: the remote's domain, else its network, else, at home, its MAC, which stays while
 * leases come and go, else its address. Facts that were learned from EVE have the address in any case. */
struct remote_texts {
    const char *text; /* the flow's, or one of the other two */
    char made[MAC_TEXT_SIZE];
    char address[ADDRESS_TEXT_SIZE];
};

/* Not with the device's lock held: it asks the table of devices. */
static void name_remote(struct engine *engine, const struct flow *flow, struct remote_texts *out)
{
    struct mac mac;

    address_text(&flow->remote_address, out->address);
    out->text = out->made;
    if (flow->domain != NULL)
        out->text = flow->domain;
    else if (flow->geo.asn != 0)
        snprintf(out->made, sizeof(out->made), "AS%u", flow->geo.asn);
    else if (!flow->remote_is_public && devices_mac_at(engine->devices, &flow->remote_address, &mac))
        mac_text(&mac, out->made);
    else
        out->text = out->address;
}

/* Returns its end. */
static char *rule_text_wide(const struct rule_identity *rule, char out[RULE_TEXT_SIZE])
{
    char *at = digits_put(out, rule->gid);

    *at++ = ':';
    at = digits_put(at, rule->sid);
    *at = '\0';
    return at;
}

/* Written for each match of a rule that may be usual: a scan has thousands a minute. */
static void rule_text(const struct rule_identity *rule, const char *remote, char out[RULE_TEXT_SIZE])
{
    char *at = rule_text_wide(rule, out);
    size_t len = strnlen(remote, NAME_SIZE - 1);

    *at++ = ' ';
    memcpy(at, remote, len);
    at[len] = '\0';
}

static bool is_of_rule(const struct seen_item *item, const char *wide, size_t len)
{
    return strncmp(item->text, wide, len) == 0 && item->text[len] == ' ';
}

/* Has it usually held with so many remotes? Who is scanned asks often, and knows most of them for too
 * short a time: that is asked first. */
static bool holds_widely(const struct engine *engine, const struct flow *flow, const char *wide)
{
    const struct seen *seen = seen_of(flow);
    const struct seen_set *set = &seen->sets[SEEN_RULE];
    size_t len = strlen(wide);
    unsigned count = 0;

    for (uint16_t i = 0; i < set->count && count < RULE_WIDE; i++)
        count += seen_item_is_usual(seen, &engine->budget.conduct.seen, &set->items[i], flow->last_us) &&
                 is_of_rule(&set->items[i], wide, len);
    return count == RULE_WIDE;
}

/* What is still of use is not to be forgotten for its age. */
static void keep_young(const struct seen *seen, uint64_t key, uint64_t now_us)
{
    struct seen_item *item = seen_find(seen, SEEN_RULE, key);

    if (item == NULL || now_us <= item->last_us)
        return;
    item->last_us = now_us;
    item->flags |= SEEN_FRESH;
}

/* --- blame --- */

static bool is_accused(const struct seen *seen, enum seen_kind kind, uint64_t key)
{
    const struct seen_item *item = seen_find(seen, kind, key);

    return item != NULL && (item->flags & SEEN_ACCUSED) != 0;
}

bool flow_is_blameless(const struct flow *flow)
{
    const struct seen *seen = seen_of(flow);

    if (flow->accused)
        return false;
    if (flow->domain != NULL)
        return !is_accused(seen, SEEN_DOMAIN, seen_fact_text(SEEN_DOMAIN, flow->domain).key);
    return flow->geo.asn == 0 || !is_accused(seen, SEEN_ASN, flow->geo.asn);
}

/* --- what is usual --- */

static bool holds_usually(struct engine *engine, const struct flow *flow,
        const struct rule_identity *rule, const char *remote)
{
    const struct seen *seen = seen_of(flow);
    char text[RULE_TEXT_SIZE];
    struct seen_fact fact;

    rule_text(rule, remote, text);
    fact = seen_fact_text(SEEN_RULE, text);
    if (!seen_is_usual(seen, &engine->budget.conduct.seen, &fact, flow->last_us))
        return false;
    keep_young(seen, fact.key, flow->last_us);
    return true;
}

static bool is_usual(struct engine *engine, const struct flow *flow,
        const struct rule_identity *rule, const struct remote_texts *remote)
{
    char text[RULE_TEXT_SIZE];

    if (holds_usually(engine, flow, rule, remote->text) ||
            (!flow->remote_is_public && holds_usually(engine, flow, rule, remote->address)))
        return true;
    rule_text_wide(rule, text);
    return holds_widely(engine, flow, text);
}

bool flow_is_usual(struct engine *engine, const struct flow *flow,
        const struct rule_identity *rule)
{
    struct remote_texts remote;
    bool usual;

    if (!flow->outlook.has_usual) /* of most devices, so that none has to be locked for it */
        return false;
    name_remote(engine, flow, &remote);
    lock_take(&flow->device->lock);
    usual = !flow->device->gone &&
            (is_usual(engine, flow, rule, &remote) || flow_is_common(engine, flow));
    lock_release(&flow->device->lock);
    return usual;
}

void flow_note_told(struct engine *engine, const struct flow *flow,
        const struct rule_identity *rule)
{
    char text[RULE_TEXT_SIZE];
    struct remote_texts remote;

    name_remote(engine, flow, &remote);
    rule_text(rule, remote.text, text);
    lock_take(&flow->device->lock);
    if (!flow->device->gone)
        teach(engine, flow, seen_fact_text(SEEN_RULE, text));
    lock_release(&flow->device->lock);
}

/* --- alerts --- */

/* A beacon is found by its tenth connection or so: what a device met for the first time up to a day
 * before goes with it. */
static uint64_t accused_since_us(const struct flow *flow)
{
    return flow->first_us > SUSPECT_US ? flow->first_us - SUSPECT_US : 0;
}

/* What rules of context have said of its remote. */
static void accuse_rules(const struct flow *flow, const struct remote_texts *remote)
{
    struct seen *seen = seen_of(flow);
    const struct seen_set *set = &seen->sets[SEEN_RULE];

    for (uint16_t i = 0; i < set->count; i++) {
        const char *space = strchr(set->items[i].text, ' ');

        if (space != NULL &&
                (strcmp(space + 1, remote->text) == 0 || strcmp(space + 1, remote->address) == 0))
            seen_accuse(seen, SEEN_RULE, set->items[i].key, accused_since_us(flow));
    }
}

void flow_note_alert(struct engine *engine, struct flow *flow, int priority)
{
    struct device *device = flow->device;
    struct remote_texts remote;

    if (priority > FLOW_ALERT_PRIORITY)
        return;
    name_remote(engine, flow, &remote);
    lock_take(&device->lock);
    flow->accused = true;
    device->alerts++;
    seen_of(flow)->suspect_until_us = flow->last_us + SUSPECT_US;
    if (!device->gone) {
        each_fact(flow, accused_since_us(flow), seen_accuse);
        accuse_rules(flow, &remote);
        if (device->conduct.upload != NULL)
            upload_unlearn(device->conduct.upload);
    }
    lock_release(&device->lock);
}

/* --- at the end of a flow --- */

static void acquit(struct seen *seen, enum seen_kind kind, uint64_t key, uint64_t since_us)
{
    (void)since_us;
    seen_acquit(seen, kind, key);
}

void flow_teach_name(struct engine *engine, struct flow *flow)
{
    if (flow->taught == flow->name || flow->name == NULL)
        return;
    teach(engine, flow, seen_fact_text(SEEN_NAME, flow->name));
    flow->taught = flow->name;
}

void flow_teach_end(struct engine *engine, struct flow *flow)
{
    if (!flow->device_initiated)
        return;
    if (flow->service != SERVICE_OTHER)
        teach_number(engine, flow, SEEN_SERVICE, flow->service);
    if (seen_of(flow)->accused > 0 && flow_is_blameless(flow))
        each_fact(flow, 0, acquit);
}

/* --- what the device is known for --- */

void flow_look_up_usual(const struct engine *engine, struct flow *flow)
{
    const struct seen *seen = seen_of(flow);

    flow->outlook.has_usual = engine->files->profile != NULL ||
                              (seen->sets[SEEN_RULE].count > 0 &&
                                      (seen->vouched || flow->last_us >= seen->learned_us));
    flow_look_up_common(engine, flow);
}
