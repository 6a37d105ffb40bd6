/* What heuristics read of an event: features, and what only they see of flows, devices, answers and
 * changes. */
#include "engine_scripts.h"

#include <stdio.h>
#include <string.h>

#include "engine_internal.h"

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
    *of_device = (struct flow){ .device = scene->device, .device_is_first = true,
        .last_us = scene->call.now_us };
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

bool scene_read(struct script_call *call, enum script_object object, size_t field,
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
        scene_tell_read(scene, scene->catalogs->list[object].name,
                scene->catalogs->list[object].fields[field], known ? out : NULL);
    return known;
}
