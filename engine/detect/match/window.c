#include "detect/match/window.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 512

bool window_add(struct match_window *window, struct window_budget *budget, struct cursor bytes)
{
    size_t needed = window->len + bytes.left, room = window->room > 0 ? window->room : ROOM_MIN;
    uint8_t *moved = window->bytes;

    while (room < needed)
        room *= 2;
    if (room > window->room) {
        moved = room - window->room <= budget->max - budget->used ? realloc(window->bytes, room)
                                                                  : NULL;
        if (moved == NULL) {
            budget->refused++;
            return false;
        }
        budget->used += room - window->room;
        window->bytes = moved;
        window->room = room;
    }
    memcpy(window->bytes + window->len, bytes.at, bytes.left);
    window->len = needed;
    return true;
}

void window_clear(struct match_window *window, struct window_budget *budget)
{
    budget->used -= window->room;
    free(window->bytes);
    *window = (struct match_window){ 0 };
}
