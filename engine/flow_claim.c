/* Whose name is it? What a device answers when neighbours look for a name. */
#include <string.h>

#include "base/hash.h"
#include "engine.h"
#include "engine_internal.h"
#include "parse/claim.h"

/* A router's box has names for each of its services. */
void flow_note_claim(struct worker *worker, struct flow *flow, const struct packet_view *packet)
{
    struct device *device = flow->device;
    char name[CLAIM_NAME_SIZE];

    if (claim_read(packet->payload, &flow->device_address, name) != TATTLER_OK ||
            devices_is_router(worker->engine->devices, &device->mac))
        return;
    lock_take(&device->lock);
    if (!device->gone)
        strangers_note(&device->conduct.claims, CLAIMS_MAX, hash_bytes(name, strlen(name)), flow->last_us);
    flow->outlook.claims = strangers_count(device->conduct.claims, flow->last_us);
    lock_release(&device->lock);
    flow->changed |= CHANGED_FANOUT;
}
