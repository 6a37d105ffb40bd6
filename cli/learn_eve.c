#include "learn_eve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/time.h"
#include "enrich/domain.h"
#include "enrich/geo.h"
#include "enrich/zone.h"
#include "learn_table.h"

#define SUSPECT_US (SEEN_SUSPECT_S * US_PER_S)
#define ACCUSED_FLOWS_MAX (1 << 20)

struct accused_flow {
    uint64_t id;
    UT_hash_handle hh;
};

struct learn_eve {
    const struct settings *settings;
    const struct engine *engine;
    struct domain_list *domains; /* NULL: none */
    struct zone *zone;           /* NULL: UTC */
    struct learn_table table;
    struct accused_flow *accused;
    uint64_t records, urgent; /* records read; alerts */
    void (*problem)(void *user, const char *what);
    void *problem_user;
};

bool learn_eve_is(const char *path)
{
    struct stat status;
    FILE *file;
    int first;

    if (strncmp(path, "redis://", strlen("redis://")) == 0)
        return true;
    if (stat(path, &status) != 0)
        return false;
    if (S_ISDIR(status.st_mode) || strstr(path, ".json") != NULL)
        return true;
    file = fopen(path, "r");
    first = file != NULL ? fgetc(file) : EOF;
    if (file != NULL)
        fclose(file);
    return first == '{';
}

/* --- what a record tells --- */

static void note_time(struct baseline *baseline, uint64_t time_us)
{
    if (baseline->met_us == 0 || time_us < baseline->met_us)
        baseline->met_us = baseline->began_us = time_us;
    if (time_us > baseline->last_us)
        baseline->last_us = time_us;
}

static void copy_known(char *to, size_t size, const char *text)
{
    if (text[0] != '\0')
        snprintf(to, size, "%s", text);
}

static void note_identity(struct learner *learner, const struct eve_event *event)
{
    struct baseline *baseline = &learner->baseline;

    note_time(baseline, event->time_us);
    copy_known(baseline->name, sizeof(baseline->name), event->device_name);
    copy_known(baseline->type, sizeof(baseline->type), event->device_type);
    copy_known(baseline->vendor, sizeof(baseline->vendor), event->vendor);
}

/* A record, and what is to be done with each fact in it. */
struct telling {
    struct learn_eve *learn;
    struct learner *learner;
    const struct eve_event *event;
    bool accused; /* its flow has alerted */
    void (*take)(const struct telling *telling, enum seen_kind kind, const char *value);
};

static void learn_fact(const struct telling *telling, enum seen_kind kind, const char *value)
{
    uint64_t now_us = telling->event->time_us;
    struct learn_fact *fact = learn_table_find(telling->learner, kind, value);

    if (fact == NULL) {
        fact = learn_table_make(&telling->learn->table, telling->learner, kind, value);
        if (fact == NULL)
            return;
        fact->item.first_us = fact->item.last_us = now_us;
        fact->item.suspect = now_us < telling->learner->baseline.suspect_until_us;
        fact->item.accused = telling->accused;
    }
    if (now_us < fact->item.first_us)
        fact->item.first_us = now_us;
    if (now_us > fact->item.last_us)
        fact->item.last_us = now_us;
    fact->item.times++;
}

static void accuse_fact(const struct telling *telling, enum seen_kind kind, const char *value)
{
    struct learn_fact *fact = learn_table_find(telling->learner, kind, value);

    if (fact != NULL && fact->item.first_us + SUSPECT_US > telling->event->time_us)
        fact->item.accused = true;
}

static void acquit_fact(const struct telling *telling, enum seen_kind kind, const char *value)
{
    struct learn_fact *fact = learn_table_find(telling->learner, kind, value);

    if (fact != NULL)
        fact->item.accused = false;
}

static uint32_t asn_of(const struct learn_eve *learn, const struct eve_event *event)
{
    struct geo_record record = { 0 };

    if (event->asn == 0 && event->has_remote && engine_geo(learn->engine) != NULL)
        geo_lookup(engine_geo(learn->engine), &event->remote_address, &record);
    return event->asn != 0 ? event->asn : record.asn;
}

static void domain_of(const struct learn_eve *learn, const struct eve_event *event,
        char out[DOMAIN_NAME_SIZE])
{
    snprintf(out, DOMAIN_NAME_SIZE, "%s", event->domain);
    if (out[0] == '\0' && learn->domains != NULL)
        domain_registrable(learn->domains, event->name, strlen(event->name), out);
}

/* Whom rules speak of, as the engine names it. */
static void remote_of(const struct learn_eve *learn, const struct eve_event *event,
        char out[DOMAIN_NAME_SIZE])
{
    uint32_t asn = asn_of(learn, event);
    char address[ADDRESS_TEXT_SIZE] = "";

    domain_of(learn, event, out);
    if (out[0] != '\0')
        return;
    if (event->has_remote)
        address_text(&event->remote_address, address);
    if (asn != 0)
        snprintf(out, DOMAIN_NAME_SIZE, "AS%u", asn);
    else
        snprintf(out, DOMAIN_NAME_SIZE, "%s", address);
}

static void tell_port(const struct telling *telling)
{
    static const char *const protocols[][2] = { { "TCP", "tcp" }, { "UDP", "udp" } };
    const struct eve_event *event = telling->event;
    char text[32];

    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (strcmp(event->protocol, protocols[i][0]) == 0 && event->remote_port != 0) {
            snprintf(text, sizeof(text), "%s/%u", protocols[i][1], event->remote_port);
            telling->take(telling, SEEN_PORT, text);
        }
}

static void tell_facts(const struct telling *telling)
{
    const struct eve_event *event = telling->event;
    uint32_t asn = asn_of(telling->learn, event);
    char text[DOMAIN_NAME_SIZE];

    domain_of(telling->learn, event, text);
    if (text[0] != '\0')
        telling->take(telling, SEEN_DOMAIN, text);
    if (event->name[0] != '\0')
        telling->take(telling, SEEN_NAME, event->name);
    if (event->service[0] != '\0' && strcmp(event->service, "other") != 0)
        telling->take(telling, SEEN_SERVICE, event->service);
    snprintf(text, sizeof(text), "%u", asn);
    if (asn != 0)
        telling->take(telling, SEEN_ASN, text);
    tell_port(telling);
}

/* --- volumes --- */

static uint64_t bytes_in(const json_t *flow, const char *key)
{
    json_int_t bytes = json_integer_value(json_object_get(flow, key));

    return bytes > 0 ? (uint64_t)bytes : 0;
}

static void note_volume(const struct learn_eve *learn, struct learner *learner,
        struct eve_event *event)
{
    const json_t *flow = json_object_get(eve_event_json(event), "flow");
    bool opened = address_equal(&event->device_address, &event->source);
    unsigned hour = (unsigned)zone_hour(learn->zone, event->time_us) % BASELINE_HOURS;

    if (!address_is_public(&event->remote_address))
        return;
    learner->baseline.hours[0][hour] +=
            bytes_in(flow, opened ? "bytes_toserver" : "bytes_toclient");
    learner->baseline.hours[1][hour] +=
            bytes_in(flow, opened ? "bytes_toclient" : "bytes_toserver");
}

/* --- alerts --- */

static bool is_accused(const struct learn_eve *learn, uint64_t flow_id)
{
    const struct accused_flow *found;

    HASH_FIND(hh, learn->accused, &flow_id, sizeof(flow_id), found);
    return found != NULL;
}

static void note_accused(struct learn_eve *learn, uint64_t flow_id)
{
    struct accused_flow *made;

    if (is_accused(learn, flow_id) || HASH_COUNT(learn->accused) >= ACCUSED_FLOWS_MAX)
        return;
    made = calloc(1, sizeof(*made));
    if (made == NULL) {
        learn->table.no_memory = true;
        return;
    }
    made->id = flow_id;
    HASH_ADD(hh, learn->accused, id, sizeof(made->id), made);
}

static void take_alert(struct telling *telling)
{
    const struct eve_event *event = telling->event;
    char remote[DOMAIN_NAME_SIZE], text[LEARN_FACT_SIZE];

    if (event->priority > FLOW_ALERT_PRIORITY) {
        remote_of(telling->learn, event, remote);
        snprintf(text, sizeof(text), "%u:%u %s", event->gid != 0 ? event->gid : 1, event->sid,
                remote);
        learn_fact(telling, SEEN_RULE, text);
        return;
    }
    telling->learn->urgent++;
    telling->learner->baseline.alerts++;
    telling->learner->baseline.suspect_until_us = event->time_us + SUSPECT_US;
    note_accused(telling->learn, event->flow_id);
    telling->take = accuse_fact;
    tell_facts(telling);
}

/* --- one record --- */

/* A remote that is accused itself does not acquit what else its flow brought. */
static bool is_blameless(const struct telling *telling)
{
    char domain[DOMAIN_NAME_SIZE];
    const struct learn_fact *fact;

    domain_of(telling->learn, telling->event, domain);
    fact = domain[0] != '\0' ? learn_table_find(telling->learner, SEEN_DOMAIN, domain) : NULL;
    return !telling->accused && domain[0] != '\0' && (fact == NULL || !fact->item.accused);
}

/* Who opened the flow: what others ask of a device is not its own doing. */
static bool is_own(const struct eve_event *event)
{
    return event->has_remote && address_is_unicast(&event->remote_address) &&
           address_equal(&event->device_address, &event->source);
}

static void take_flow(struct telling *telling, struct eve_event *event)
{
    note_volume(telling->learn, telling->learner, event);
    if (!is_own(event))
        return;
    telling->take = learn_fact;
    tell_facts(telling);
    telling->take = acquit_fact;
    if (is_blameless(telling))
        tell_facts(telling);
}

static bool take_event(void *user, struct eve_event *event)
{
    struct learn_eve *learn = user;
    struct telling telling = { .learn = learn, .event = event };
    char key[EVE_DEVICE_KEY_SIZE];

    if (!event->has_device || !event->has_time)
        return true;
    eve_event_device_key(event, key);
    telling.learner = learn_table_device(&learn->table, key);
    if (telling.learner == NULL)
        return !learn->table.no_memory;
    telling.accused = is_accused(learn, event->flow_id);
    note_identity(telling.learner, event);
    if (strcmp(event->type, "alert") == 0)
        take_alert(&telling);
    else if (strcmp(event->type, "flow") == 0)
        take_flow(&telling, event);
    return !learn->table.no_memory;
}

/* --- life --- */

struct learn_eve *learn_eve_new(const struct settings *settings, const struct engine *engine)
{
    struct learn_eve *learn = calloc(1, sizeof(*learn));
    char error[512];

    if (learn == NULL)
        return NULL;
    learn->settings = settings;
    learn->table.max_devices = settings->max_devices;
    learn->engine = engine;
    (void)domain_open(settings->public_suffix_list, &learn->domains, error, sizeof(error));
    (void)zone_open(settings->timezone, &learn->zone, error, sizeof(error)); /* engine_new() told */
    return learn;
}

void learn_eve_free(struct learn_eve *learn)
{
    if (learn == NULL)
        return;
    learn_table_clear(&learn->table);
    HASH_FREE(learn->accused, free);
    domain_close(learn->domains);
    zone_close(learn->zone);
    free(learn);
}

static void tell_problem(void *user, const char *what)
{
    struct learn_eve *learn = user;

    learn->problem(learn->problem_user, what);
}

enum tattler_status learn_eve_read(struct learn_eve *learn, const char *path,
        void (*problem)(void *user, const char *what), void *user)
{
    const struct eve_reading reading = { .home = &learn->settings->home_networks,
        .event = take_event, .problem = tell_problem, .user = learn };
    struct eve_counts counts;
    enum tattler_status status;

    learn->problem = problem;
    learn->problem_user = user;
    status = eve_read(&path, 1, &reading, &counts);
    learn->records += counts.records;
    return learn->table.no_memory ? TATTLER_NO_MEMORY : status;
}

struct learn_eve_counts learn_eve_count(const struct learn_eve *learn)
{
    return (struct learn_eve_counts){ learn->records, HASH_COUNT(learn->table.devices),
        learn->urgent, learn->table.refused };
}

bool learn_eve_take(const struct learn_eve *learn, struct baselines *out)
{
    return learn_table_copy(&learn->table, out);
}
