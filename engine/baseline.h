/* baseline.h - what is usual for a device, as plain structs: out of an engine to be saved, and back
 * into the next one.
 *
 * The engine opens no file; 'store/' keeps baselines in one. Export walks the devices one by one and
 * locks each only while it is copied, so no packet waits for a disk. What adds up over time (times,
 * alerts, volumes, samples) is taken out of the engine by an export: it tells what came since the
 * one before, and processes that save into one store add up. What could not be saved is given back. */
#ifndef TATTLER_BASELINE_H
#define TATTLER_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "engine.h"
#include "track/device.h"

#define BASELINE_HOURS 24

/* In words: a domain, "64496", "tcp/443", a host name, "tls", "1:1000000 example.com". */
struct baseline_item {
    enum seen_kind kind;
    char *value; /* owned */
    uint64_t first_us, last_us;
    uint64_t times;
    bool suspect;  /* met while an urgent alert of the device was fresh */
    bool accused;  /* met by flows that alerted alone */
    bool vouched;  /* somebody answers for it */
};

/* A host name, "*.vendor.example" for several of a domain, "AS64496" or "203.0.113.9 tcp/8443". */
#define BASELINE_REMOTE_SIZE (REMOTE_LABEL_SIZE + 16)

struct baseline_beat {
    char remote[BASELINE_REMOTE_SIZE];
    double period_s, jitter;
    uint64_t bytes, first_us, last_us;
};

/* What somebody has said about a device. Of two, the one with the greater number holds. */
struct baseline_ruling {
    uint64_t number;     /* zero: nothing has been said */
    uint64_t reset;      /* what was learned before this number is void */
    uint64_t trusted_us; /* enough was learned then; zero: by the clock */
    bool frozen;         /* learns nothing more */
};

struct baseline {
    char key[ADDRESS_TEXT_SIZE]; /* its MAC, else its address */
    char name[DEVICE_TEXT_SIZE], type[DEVICE_TEXT_SIZE], vendor[DEVICE_TEXT_SIZE];
    uint64_t met_us, last_us;
    uint64_t began_us; /* to learn; zero: not yet */
    uint64_t suspect_until_us;
    uint64_t alerts;
    struct baseline_ruling ruling;
    struct baseline_item *items; /* owned, as are the next */
    size_t item_count;
    struct baseline_beat *beats;
    size_t beat_count;
    uint64_t hours[2][BASELINE_HOURS]; /* bytes up and down by local hour */
    uint32_t samples[UPLOAD_BINS];     /* upload.h */
};

/* All zeros is empty. */
struct baselines {
    struct baseline *items; /* owned */
    size_t count;
};

/* NULL behind the last; "domain", "asn" ... */
const char *baseline_kind_name(size_t kind);

void baseline_clear(struct baseline *baseline);
void baselines_clear(struct baselines *baselines);

/* Before the first packet. A device gets its baseline when it is met. TATTLER_FULL: there are as many
 * as there may be devices. Items that are not understood are left out. The baseline is taken over, and
 * emptied, whatever is returned. */
enum tattler_status engine_import(struct engine *engine, struct baseline *baseline);

/* Of the devices that were seen since the export before. Any one thread at a time, beside those that
 * inspect. TATTLER_NO_MEMORY leaves nothing out for long: what is missing comes with the next. */
enum tattler_status engine_export(struct engine *engine, struct baselines *out);
/* They could not be saved. */
void engine_give_back(struct engine *engine, const struct baselines *baselines);

/* What has been said about a device; one that it follows already changes nothing. */
void engine_rule(struct engine *engine, const char *key, const struct baseline_ruling *ruling);

#endif
