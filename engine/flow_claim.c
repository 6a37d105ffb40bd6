/* Whose name is it? What a device answers when neighbours look for a name. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/claim.h"

/* A router's box has names for each of its services; it may have told some before it was known as one. */
void flow_note_claim(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    struct device *device = flow->device;
    char name[CLAIM_NAME_SIZE];
    bool is_router;

    if (claim_read(packet->payload, &flow->device_address, name) != TATTLER_OK)
        return;
    is_router = devices_is_router(worker->engine->devices, &device->mac);
    lock_take(&device->lock);
    if (is_router) {
        free(device->conduct.claims);
        device->conduct.claims = NULL;
    } else if (!device->gone) {
        strangers_note(&device->conduct.claims, CLAIMS_MAX, hash_bytes(name, strlen(name)), flow->last_us);
    }
    flow->outlook.claims = strangers_count(device->conduct.claims, flow->last_us);
    lock_release(&device->lock);
    flow->changed |= CHANGED_FANOUT;
}
