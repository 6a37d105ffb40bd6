#include "detect/heuristics/catalog.h"

#include <stdlib.h>
#include <string.h>

#define DEVICE_PREFIX "device."

static const char *const flow_fields[FLOW_FIELDS] = {
    [FLOW_REMOTE_IP] = "remote_ip",
    [FLOW_REMOTE_PORT] = "remote_port",
    [FLOW_PROTOCOL] = "protocol",
    [FLOW_INITIATED] = "initiated",
    [FLOW_PUBLIC] = "public",
};
static const char *const device_fields[DEVICE_FIELDS] = {
    [DEVICE_FIRST_SEEN] = "first_seen",
    [DEVICE_IP] = "ip",
    [DEVICE_WINDOW] = "window_s",
    [DEVICE_WINDOW_PACKETS] = "window_pkts_up",
    [DEVICE_MEMORY] = "memory.*",
};
static const char *const answer_fields[ANSWER_FIELDS] = {
    [ANSWER_NAME] = "name",
    [ANSWER_RCODE] = "rcode",
    [ANSWER_ADDRESS] = "address",
    [ANSWER_ADDRESSES] = "addresses",
    [ANSWER_BLOCKED] = "blocked",
    [ANSWER_RESOLVER] = "resolver",
};
static const char *const change_fields[CHANGE_FIELDS] = {
    [CHANGE_KIND] = "kind",
    [CHANGE_REMOTE] = "remote",
    [CHANGE_SCORE] = "score",
    [CHANGE_PERIOD_BEFORE] = "period_before_s",
    [CHANGE_PERIOD_AFTER] = "period_after_s",
    [CHANGE_BYTES_BEFORE] = "bytes_before",
    [CHANGE_BYTES_AFTER] = "bytes_after",
};

static size_t list_flow(const char **out)
{
    for (size_t i = 0; i < feature_count; i++)
        out[i] = features[i].type == FEATURE_SET ? "finding.*" : features[i].name;
    memcpy(out + feature_count, flow_fields, sizeof(flow_fields));
    return feature_count + FLOW_FIELDS;
}

static size_t list_device(struct catalogs *catalogs)
{
    size_t count = 0, skip = strlen(DEVICE_PREFIX);

    for (size_t i = 0; i < feature_count; i++) {
        const char *name = features[i].name;

        if (features[i].scope != SCOPE_DEVICE)
            continue;
        catalogs->device_features[count] = &features[i];
        catalogs->device[count++] = strncmp(name, DEVICE_PREFIX, skip) == 0 ? name + skip : name;
    }
    catalogs->device_feature_count = count;
    memcpy(catalogs->device + count, device_fields, sizeof(device_fields));
    return count + DEVICE_FIELDS;
}

bool catalogs_make(struct catalogs *catalogs)
{
    catalogs->flow = calloc(feature_count + FLOW_FIELDS, sizeof(*catalogs->flow));
    catalogs->device = calloc(feature_count + DEVICE_FIELDS, sizeof(*catalogs->device));
    catalogs->device_features = calloc(feature_count, sizeof(*catalogs->device_features));
    if (catalogs->flow == NULL || catalogs->device == NULL || catalogs->device_features == NULL)
        return false;
    catalogs->list[SCRIPT_FLOW] =
            (struct script_catalog){ "flow", catalogs->flow, list_flow(catalogs->flow), true };
    catalogs->list[SCRIPT_DEVICE] =
            (struct script_catalog){ "device", catalogs->device, list_device(catalogs), true };
    catalogs->list[SCRIPT_ANSWER] =
            (struct script_catalog){ "answer", answer_fields, ANSWER_FIELDS, false };
    catalogs->list[SCRIPT_CHANGE] =
            (struct script_catalog){ "change", change_fields, CHANGE_FIELDS, false };
    return true;
}

void catalogs_clear(struct catalogs *catalogs)
{
    free(catalogs->flow);
    free(catalogs->device);
    free(catalogs->device_features);
    *catalogs = (struct catalogs){ .device_feature_count = 0 };
}
