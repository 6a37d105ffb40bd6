/* patterns.h - many byte strings looked for at once, by hyperscan, or vectorscan, which has the same
 * functions.
 *
 * Built once; then any thread may search with a scratch of its own. */
#ifndef TATTLER_DETECT_MATCH_PATTERNS_H
#define TATTLER_DETECT_MATCH_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

struct pattern {
    const uint8_t *bytes; /* borrowed until the set is made */
    size_t length;        /* at least one; the first is not NUL (hyperscan takes it for the end) */
    bool nocase;
    uint32_t value; /* told when it is found */
};

struct patterns;
struct pattern_scratch; /* what a search works with; of one thread */

/* 'patterns' is sorted. Equal ones are looked for once. '*scratch' is made or grows as needed, and
 * then does for every set it was handed to. */
enum tattler_status patterns_new(struct pattern *patterns, size_t count,
        struct pattern_scratch **scratch, struct patterns **out);
void patterns_free(struct patterns *patterns); /* NULL does nothing */
void pattern_scratch_free(struct pattern_scratch *scratch);

/* Tells the value of each pattern that occurs, once for each time it was given. */
typedef void (*pattern_found_fn)(void *user, uint32_t value);
void patterns_search(const struct patterns *patterns, struct pattern_scratch *scratch,
        struct cursor bytes, pattern_found_fn found, void *user);

#endif
