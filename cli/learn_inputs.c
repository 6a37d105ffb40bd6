#include "learn_inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "capture.h"
#include "command.h"
#include "learn_eve.h"
#include "stop.h"

/* By time and length of all frames, so a copy that is compressed is known, too. False: it cannot be
 * read, which the run itself tells. */
static bool fingerprint(const char *path, struct store_capture *out)
{
    struct capture *capture = capture_new(&path, 1);
    enum capture_event event = CAPTURE_UNREADABLE;
    struct captured frame;
    uint64_t hash = 0;

    *out = (struct store_capture){ .path = path };
    while (capture != NULL && !stop_is_wanted() &&
            (event = capture_next(capture, &frame)) == CAPTURE_PACKET) {
        const uint64_t facts[] = { hash, frame.time_us, frame.wire_bytes };

        hash = hash_stable(facts, sizeof(facts));
        out->first_us = out->packets == 0 ? frame.time_us : out->first_us;
        out->last_us = frame.time_us;
        out->packets++;
    }
    capture_free(capture);
    snprintf(out->fingerprint, sizeof(out->fingerprint), "%016llx", (unsigned long long)hash);
    return (event == CAPTURE_END || event == CAPTURE_TRUNCATED) && out->packets > 0;
}

/* Of records, by all their bytes. */
static bool fingerprint_records(const char *path, struct store_capture *out)
{
    FILE *file = fopen(path, "r");
    uint8_t block[65536];
    uint64_t hash = 0;
    size_t len = 0, total = 0;

    *out = (struct store_capture){ .path = path };
    while (file != NULL && !stop_is_wanted() && (len = fread(block, 1, sizeof(block), file)) > 0) {
        const uint64_t facts[] = { hash, hash_stable(block, len) };

        hash = hash_stable(facts, sizeof(facts));
        total += len;
    }
    if (file != NULL)
        fclose(file);
    snprintf(out->fingerprint, sizeof(out->fingerprint), "%016llx", (unsigned long long)hash);
    return total > 0;
}

static bool is_known(const struct learn_inputs *inputs, struct store *store, const char *fingerprint)
{
    bool known = false;

    for (size_t i = 0; i < inputs->known_count; i++)
        known |= strcmp(inputs->known[i].fingerprint, fingerprint) == 0;
    if (!known && store_has_capture(store, fingerprint, &known) != TATTLER_OK)
        complain("%s", store_error(store));
    return known;
}

/* Is it to be learned? */
static bool is_wanted(const struct learn_choice *choice, struct learn_inputs *inputs, struct store *store,
        const char *path)
{
    struct store_capture *entry = &inputs->known[inputs->known_count];
    bool records = inputs == &choice->records;

    if (strcmp(path, "-") == 0 ||
            !(records ? fingerprint_records(path, entry) : fingerprint(path, entry)))
        return true;
    if (is_known(inputs, store, entry->fingerprint) && !choice->again) {
        complain("%s: learned before: left out ('--again' learns it once more)", path);
        return false;
    }
    inputs->known_count++;
    return true;
}

static bool make_room(struct learn_inputs *inputs, size_t count)
{
    inputs->paths = calloc(count, sizeof(*inputs->paths));
    inputs->known = calloc(count, sizeof(*inputs->known));
    return inputs->paths != NULL && inputs->known != NULL;
}

bool learn_inputs_choose(struct learn_choice *choice, struct store *store)
{
    size_t count = choice->count;

    if (!make_room(&choice->captures, count) || !make_room(&choice->records, count))
        return false;
    for (size_t i = 0; i < count && !stop_is_wanted(); i++) {
        const char *path = choice->paths[i];
        struct learn_inputs *inputs = learn_eve_is(path) ? &choice->records : &choice->captures;

        if (is_wanted(choice, inputs, store, path))
            inputs->paths[inputs->path_count++] = path;
    }
    return true;
}

static void free_inputs(struct learn_inputs *inputs)
{
    free(inputs->paths);
    free(inputs->known);
}

void learn_inputs_free(struct learn_choice *choice)
{
    free_inputs(&choice->captures);
    free_inputs(&choice->records);
}
