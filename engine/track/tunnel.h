/* tunnel.h - how much a device may say in the names it asks for, in bits per second, and in how many.
 *
 * Per device and domain, over the last TUNNEL_WINDOW_S: the information in what stands before the
 * domain (asked.h), and in what answers bring besides addresses (question.h). A name that was asked
 * for lately carries nothing, nor does what it shares at either end with the one before it: a
 * counter grows by a digit, "<serial>.telemetry" by the serial. Nothing is told below
 * TUNNEL_NAMES_MIN new names a window, so a content network's few host names stay at zero. Local
 * names, reverse look-ups and blocklists (an address in labels, RFC 5782) never count.
 *
 * Who takes his time says little in a minute, but needs ever new names: those of a domain are also
 * counted over TUNNEL_PATIENCE_S.
 *
 * It measures, it does not judge: antivirus and reputation services send file hashes in names, a
 * few hundred bits each, and that is told as such. What they lack is a tunnel's pace.
 *
 * Sizes are fixed: TUNNEL_SITES domains, of which the one with the least said makes room, and
 * TUNNEL_RECENT names. Whoever spreads what it says over more domains than that says little each.
 *
 * Not locked: used under the device's lock. */
#ifndef TATTLER_TRACK_TUNNEL_H
#define TATTLER_TRACK_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "track/question.h"

#define TUNNEL_WINDOW_S 60
#define TUNNEL_NAMES_MIN 10
#define TUNNEL_PATIENCE_S 3600
#define TUNNEL_SITES 8
#define TUNNEL_RECENT 256

struct tunnel; /* 2.2 KiB */

/* Of the domain last asked for. */
struct tunnel_view {
    double bits_per_s;
    uint32_t names; /* new ones below it */
};

void tunnel_free(struct tunnel *tunnel); /* accepts NULL */

/* Takes in a question or its answer at 'now_us'; '*tunnel' is made when first needed, NULL before.
 * 'out' is what its domain carries by now. False, and it is left alone, for names that never
 * count and when out of memory. Time that steps back counts as the newest that was seen. */
bool tunnel_note(struct tunnel **tunnel, const struct question *question, uint64_t now_us,
        struct tunnel_view *out);

#endif
