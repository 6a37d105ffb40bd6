#include "track/echo.h"

#include <string.h>

#include "base/hash.h"

static uint32_t hash_of_head(struct cursor data)
{
    return (uint32_t)hash_bytes(data.at, ECHO_HEAD);
}

/* One byte again and again is a filling, whichever it is. */
static bool is_filling(const uint8_t *bytes)
{
    return memcmp(bytes, bytes + 1, ECHO_PART - 1) == 0;
}

static void follow_news(struct echo *echo, const uint8_t *bytes)
{
    uint32_t part = (uint32_t)hash_bytes(bytes, ECHO_PART);

    echo->news = part != echo->part && !is_filling(bytes) ? echo->news + 1 : 0;
    echo->part = part;
}

bool echo_note_sent(struct echo *echo, struct cursor data)
{
    if (data.left >= ECHO_HEAD) {
        echo->sent[echo->next] = hash_of_head(data);
        echo->next = (uint8_t)((echo->next + 1) % ECHO_SENT);
    }
    if (echo->news < ECHO_NEW) {
        if (data.left >= ECHO_LONG)
            follow_news(echo, data.at + ECHO_PART_AT);
        else
            echo->news = 0;
    }
    return echo->news == ECHO_NEW;
}

static bool was_sent(const struct echo *echo, uint32_t hash)
{
    for (unsigned i = 0; i < ECHO_SENT; i++)
        if (echo->sent[i] == hash)
            return true;
    return false;
}

static void note_faithful(struct echo *echo)
{
    if (++echo->faithful < ECHO_FAITHFUL)
        return;
    echo->faithful = 0;
    if (echo->stranger > 0)
        echo->stranger--;
}

static void compare(struct echo *echo, uint32_t hash)
{
    if (was_sent(echo, hash)) {
        note_faithful(echo);
    } else if (hash != echo->strange) {
        echo->strange = hash;
        echo->stranger++;
    }
}

bool echo_note_answer(struct echo *echo, struct cursor data)
{
    if (data.left >= ECHO_HEAD && echo->stranger < ECHO_STRANGE)
        compare(echo, hash_of_head(data));
    return echo->stranger == ECHO_STRANGE;
}
