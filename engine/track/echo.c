#include "track/echo.h"

#include "base/hash.h"

static uint32_t hash_of_head(struct cursor data)
{
    return (uint32_t)hash_bytes(data.at, ECHO_HEAD);
}

/* The very last bytes are left out: a count or a checksum there is no news. */
static void follow_news(struct echo *echo, struct cursor data)
{
    uint32_t tail = (uint32_t)hash_bytes(data.at + data.left - ECHO_TAIL, ECHO_TAIL / 2);

    echo->news = data.left >= ECHO_LONG && tail != echo->tail ? echo->news + 1 : 0;
    echo->tail = tail;
}

bool echo_note_sent(struct echo *echo, struct cursor data)
{
    if (data.left >= ECHO_HEAD) {
        echo->sent[echo->next] = hash_of_head(data);
        echo->next = (uint8_t)((echo->next + 1) % ECHO_SENT);
    }
    if (data.left >= ECHO_TAIL && echo->news < ECHO_NEW)
        follow_news(echo, data);
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
