/* What heuristics remember and say of an event, and what their parameters are. */
#include "engine_scripts.h"

#include <stdio.h>
#include <string.h>

#include "engine_internal.h"

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
    scene_tell_read(scene, "device.memory", key, found ? out : NULL);
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
    scene_tell_read(scene, "params",
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
    flow->pending |= CHANGED_FINDING; /* rules may have seen this packet already */
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
    .read = scene_read,
    .read_key = read_key,
    .write_key = write_key,
    .param = read_param,
    .finding = make_finding,
    .log = write_log,
};
