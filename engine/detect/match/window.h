/* window.h - the piece of a stream that rules look at next. One thread. */
#ifndef TATTLER_DETECT_MATCH_WINDOW_H
#define TATTLER_DETECT_MATCH_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

/* Bytes that all windows together may hold. */
struct window_budget {
    size_t used, max;
    uint64_t refused;
};

/* All zeros is empty. */
struct match_window {
    uint8_t *bytes;
    size_t len, room;
};

/* False: there is no room. What is held stays. */
bool window_add(struct match_window *window, struct window_budget *budget, struct cursor bytes);
void window_clear(struct match_window *window, struct window_budget *budget);

#endif
