/* What heuristics read of an event, and what becomes of what they say. */
#include "engine_scripts.h"

#include <stdio.h>
#include <string.h>

#include "engine_internal.h"

static struct script_scene *scene_of(struct script_call *call)
{
    return (struct script_scene *)(void *)call;
}

static struct value text_of(const char *text)
{
    return value_of_text(text, strlen(text));
}

static bool known_text(const char *text, struct value *out)
{
    *out = text_of(text);
    return out->len > 0;
}

/* --- features --- */

static inline bool read_feature(const struct feature *feature, const struct flow *flow,
        struct value *out)
{
    struct feature_value found;

    if (!feature->get(flow, &found))
        return false;
    switch (feature->type) {
    case FEATURE_STRING:
        *out = value_of_text(found.text, found.len);
        return true;
    case FEATURE_NUMBER:
        *out = value_of_number((double)found.number);
        return true;
    case FEATURE_REAL:
        *out = value_of_number(found.real);
        return true;
    case FEATURE_BOOLEAN:
        *out = value_of_flag(found.number != 0);
        return true;
    case FEATURE_NAMES:
        *out = text_of(feature->value_name((size_t)found.number));
        return true;
    default:
        return false;
    }
}

static const char *protocol_of(const struct flow *flow, char room[8])
{
    switch (flow->protocol) {
    case 1:
        return "icmp";
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 58:
        return "icmp6";
    default:
        snprintf(room, 8, "%u", flow->protocol);
        return room;
    }
}

static bool read_flow(struct script_scene *scene, size_t field, struct value *out)
{
    const struct flow *flow = scene->flow;

    if (field < feature_count)
        return read_feature(&features[field], flow, out);
    switch (field - feature_count) {
    case FLOW_REMOTE_IP:
        address_text(&flow->remote_address, scene->room->text);
        return known_text(scene->room->text, out);
    case FLOW_REMOTE_PORT:
        *out = value_of_number(flow->remote_port);
        return flow->remote_port != 0;
    case FLOW_PROTOCOL:
        *out = text_of(protocol_of(flow, scene->room->text));
        return true;
    case FLOW_INITIATED:
        *out = value_of_flag(flow->device_initiated);
        return true;
    default:
        *out = value_of_flag(flow->remote_is_public);
        return true;
    }
}

/* Features of the device alone, read off a flow that has nothing else. */
static const struct flow *device_as_flow(struct script_scene *scene)
{
    struct flow *of_device = &scene->room->of_device;

    if (scene->looked)
        return of_device;
    scene->looked = true;
    *of_device = (struct flow){ .device = scene->device, .last_us = scene->call.now_us };
    flow_view_device(scene->engine, of_device);
    return of_device;
}

static bool read_device(struct script_scene *scene, size_t field, struct value *out)
{
    const struct catalogs *catalogs = scene->catalogs;
    uint64_t first_us;

    if (field < catalogs->device_feature_count)
        return read_feature(catalogs->device_features[field], device_as_flow(scene), out);
    switch (field - catalogs->device_feature_count) {
    case DEVICE_FIRST_SEEN:
        lock_take(&scene->device->lock);
        first_us = scene->device->first_seen_us;
        lock_release(&scene->device->lock);
        *out = value_of_number((double)first_us / 1e6);
        return true;
    case DEVICE_WINDOW:
        *out = value_of_number((double)scene->window.us / 1e6);
        return scene->window.us > 0;
    case DEVICE_WINDOW_PACKETS:
        *out = value_of_number((double)scene->window.packets);
        return scene->window.us > 0;
    case DEVICE_IP:
        address_text(&scene->device->address, scene->room->text);
        return known_text(scene->room->text, out);
    default:
        return false;
    }
}

/* --- DNS answers --- */

/* Of RFC 1035 section 4.1.1 and RFC 2136. */
static const char *rcode_text(uint8_t rcode, char room[8])
{
    static const char *const names[] = { "noerror", "formerr", "servfail", "nxdomain", "notimp",
        "refused" };

    if (rcode < sizeof(names) / sizeof(names[0]))
        return names[rcode];
    snprintf(room, 8, "%u", rcode);
    return room;
}

/* Filters answer with an address that leads nowhere, or refuse. */
static bool leads_nowhere(const struct address *address)
{
    static const struct address nowhere;

    return address_equal(address, &nowhere) ||
           (address_is_v4(address) && (address->bytes[12] == 0 || address->bytes[12] == 127));
}

static bool is_blocked(const struct resolution *answer)
{
    bool nowhere = answer->address_count > 0;

    for (size_t i = 0; i < answer->address_count; i++)
        nowhere = nowhere && leads_nowhere(&answer->addresses[i].address);
    return nowhere || answer->rcode == 5; /* REFUSED */
}

static bool read_answer(struct script_scene *scene, size_t field, struct value *out)
{
    const struct resolution *answer = scene->answer;

    switch (field) {
    case ANSWER_NAME:
        *out = value_of_text(answer->asked, answer->asked_len);
        return answer->asked_len > 0;
    case ANSWER_RCODE:
        return known_text(rcode_text(answer->rcode, scene->room->text), out);
    case ANSWER_ADDRESS:
        if (answer->address_count == 0)
            return false;
        address_text(&answer->addresses[0].address, scene->room->text);
        return known_text(scene->room->text, out);
    case ANSWER_ADDRESSES:
        *out = value_of_number((double)answer->address_count);
        return true;
    case ANSWER_BLOCKED:
        *out = value_of_flag(is_blocked(answer));
        return true;
    default:
        address_text(&scene->flow_of_answer->remote_address, scene->room->text);
        return known_text(scene->room->text, out);
    }
}

/* --- changes of heartbeats --- */

static bool known_number(double number, struct value *out)
{
    *out = value_of_number(number);
    return number > 0;
}

static bool read_change(struct script_scene *scene, size_t field, struct value *out)
{
    static const char *const kinds[] = {
        [BEAT_AS_IT_WAS] = "",
        [BEAT_BECAME_STEADY] = "steady",
        [BEAT_STOPPED] = "stopped",
        [BEAT_MOVED] = "moved",
        [BEAT_GREW] = "grew",
        [BEAT_RESUMED] = "resumed",
    };
    const struct beat_report *report = &scene->change->report;

    switch (field) {
    case CHANGE_KIND:
        return known_text(kinds[report->change], out);
    case CHANGE_REMOTE:
        return known_text(scene->change->remote, out);
    case CHANGE_SCORE:
        *out = value_of_number(scene->change->beat.score);
        return true;
    case CHANGE_PERIOD_BEFORE:
        return known_number(report->period_before_s, out);
    case CHANGE_PERIOD_AFTER:
        return known_number(report->period_after_s, out);
    case CHANGE_BYTES_BEFORE:
        return known_number((double)report->bytes_before, out);
    default:
        return known_number((double)report->bytes_after, out);
    }
}

static void witness_read(const struct script_scene *scene, const char *object, const char *field,
        const struct value *value)
{
    if (scene->witness != NULL)
        scene->witness->read(scene->witness->user, object, field, value);
}

static bool read_field(struct script_call *call, enum script_object object, size_t field,
        struct value *out)
{
    static bool (*const readers[])(struct script_scene *, size_t, struct value *) = {
        [SCRIPT_FLOW] = read_flow,
        [SCRIPT_DEVICE] = read_device,
        [SCRIPT_ANSWER] = read_answer,
        [SCRIPT_CHANGE] = read_change,
    };

    const struct script_scene *scene = scene_of(call);
    bool known = readers[object](scene_of(call), field, out);

    if (scene->witness != NULL)
        witness_read(scene, scene->catalogs->list[object].name,
                scene->catalogs->list[object].fields[field], known ? out : NULL);
    return known;
}

/* --- memory --- */

static const char *id_of(const struct script_scene *scene)
{
    return heuristics_at(scene->set, scene->call.heuristic)->declared->id;
}

/* Each heuristic's names are its own. False: too long. */
static bool whole_key(const struct script_scene *scene, const char *key, size_t len,
        char out[MEMORY_KEY_MAX + 1], size_t *out_len)
{
    const char *id = id_of(scene);
    size_t used = strlen(id);

    if (used + 1 + len > MEMORY_KEY_MAX || memchr(key, '\0', len) != NULL)
        return false;
    memcpy(out, id, used);
    out[used] = '.';
    memcpy(out + used + 1, key, len);
    *out_len = used + 1 + len;
    out[*out_len] = '\0';
    return true;
}

static bool read_key(struct script_call *call, enum script_object object, size_t field,
        const char *key, size_t len, struct value *out)
{
    struct script_scene *scene = scene_of(call);
    char whole[MEMORY_KEY_MAX + 1];
    const struct finding *finding;
    size_t whole_len;
    bool found;

    (void)field;
    if (object == SCRIPT_FLOW) {
        finding = scene->flow->findings != NULL ? findings_get(scene->flow->findings, key, len)
                                                : NULL;
        if (finding != NULL)
            *out = value_of_number(finding->score);
        return finding != NULL;
    }
    if (!whole_key(scene, key, len, whole, &whole_len))
        return false;
    lock_take(&scene->device->lock);
    found = insight_recall(scene->device->insight, whole, whole_len, out);
    if (found && out->type == VALUE_TEXT) {
        memcpy(scene->room->text, out->text, out->len);
        out->text = scene->room->text;
    }
    lock_release(&scene->device->lock);
    witness_read(scene, "device.memory", key, found ? out : NULL);
    return found;
}

static const char *write_key(struct script_call *call, enum script_object object, size_t field,
        const char *key, size_t len, const struct value *value)
{
    struct script_scene *scene = scene_of(call);
    char whole[MEMORY_KEY_MAX + 1];
    size_t whole_len;

    (void)field;
    if (object != SCRIPT_DEVICE)
        return "write finding(flow, { score = 0.8, why = { … } })";
    if (!whole_key(scene, key, len, whole, &whole_len))
        return "the name is too long: 63 bytes with the heuristic's id and a dot";
    if (value->type == VALUE_TEXT && value->len > MEMORY_TEXT_MAX)
        return "a text of more than 127 bytes is not kept";
    lock_take(&scene->device->lock);
    if (!scene->device->gone)
        insight_remember(&scene->device->insight, &scene->engine->budget.insight, whole, whole_len,
                value);
    lock_release(&scene->device->lock);
    return NULL;
}

static bool read_param(struct script_call *call, size_t param, struct value *out)
{
    struct script_scene *scene = scene_of(call);
    char address[ADDRESS_TEXT_SIZE];
    const struct device *device = scene->device;
    struct heuristic_target target = {
        .type = atomic_load(&device->type),
        .mac = device->has_mac ? device->mac_text : NULL,
        .address = address,
    };

    address_text(&device->address, address);
    heuristics_param(scene->set, call->heuristic, param, &target, out);
    witness_read(scene, "params",
            heuristics_at(scene->set, call->heuristic)->declared->params[param].name, out);
    return true;
}

/* --- findings --- */

static void tell(struct script_scene *scene, const struct finding *finding)
{
    struct engine_event event = { .device = scene->device, .finding = finding };
    char address[ADDRESS_TEXT_SIZE];

    if (scene->flow != NULL) {
        address_text(&scene->flow->remote_address, address);
        snprintf(event.remote, sizeof(event.remote), "%s",
                scene->flow->name != NULL ? scene->flow->name : address);
    } else if (scene->change != NULL) {
        memcpy(event.remote, scene->change->remote, sizeof(event.remote));
    }
    atomic_fetch_add(&scene->engine->findings, 1);
    engine_tell(scene->engine, &event);
}

static bool find_on_flow(struct flow *flow, const struct finding *finding)
{
    const struct finding *before;

    if (flow->findings == NULL)
        flow->findings = calloc(1, sizeof(*flow->findings));
    if (flow->findings == NULL)
        return false;
    before = findings_get(flow->findings, finding->id, strlen(finding->id));
    if (before != NULL && finding->score < before->score + FINDING_RISE)
        return false;
    if (!findings_put(flow->findings, finding))
        return false;
    flow->changed |= CHANGED_FINDING;
    return true;
}

static bool find_on_device(struct script_scene *scene, const struct finding *finding)
{
    struct device *device = scene->device;
    struct findings *waiting;
    bool news, gone;

    lock_take(&device->lock);
    gone = device->gone;
    news = !gone && insight_is_news(&device->insight, finding->id, finding->score,
                                    finding->time_us);
    waiting = news ? insight_waiting(&device->insight, true) : NULL;
    if (waiting != NULL && findings_put(waiting, finding))
        atomic_store(&device->found, true);
    lock_release(&device->lock);
    return gone ? scene->flow != NULL && find_on_flow(scene->flow, finding) : news;
}

static const char *make_finding(struct script_call *call, enum script_object about, double score,
        const struct finding_reason reasons[], size_t count)
{
    struct script_scene *scene = scene_of(call);
    const struct script_heuristic *declared =
            heuristics_at(scene->set, call->heuristic)->declared;
    struct finding *finding = finding_new(declared->id, declared->severity, score, call->now_us,
            reasons, count);
    bool is_news;

    if (finding == NULL)
        return "out of memory";
    is_news = about == SCRIPT_FLOW && !scene->ended ? find_on_flow(scene->flow, finding)
                                                    : find_on_device(scene, finding);
    if (is_news)
        tell(scene, finding);
    finding_release(finding);
    return NULL;
}

static void write_log(struct script_call *call, const char *text, size_t len)
{
    struct script_scene *scene = scene_of(call);

    heuristics_log(scene->states, call, text, len);
}

const struct script_host script_host_functions = {
    .read = read_field,
    .read_key = read_key,
    .write_key = write_key,
    .param = read_param,
    .finding = make_finding,
    .log = write_log,
};
