#include "stream.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct stream_segment {
    struct stream_segment *next;
    uint32_t seq;
    size_t len;
    uint8_t bytes[];
};

/* Distance in sequence space (RFC 9293 section 3.4): negative when 'a' comes before 'b'. */
static int32_t seq_distance(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

bool stream_charge(struct stream_budget *budget, size_t before, size_t after)
{
    if (after > before && after - before > budget->max - budget->used) {
        budget->refused++;
        return false;
    }
    budget->used = budget->used - before + after;
    return true;
}

void stream_end(struct stream *stream, struct stream_budget *budget)
{
    struct stream_segment *segment, *next;

    budget->used -= stream->waiting_bytes;
    LL_FOREACH_SAFE(stream->waiting, segment, next) {
        free(segment);
    }
    *stream = (struct stream){ .started = true, .ended = true };
}

/* Never equal: a segment goes behind those that start where it does and came before it. */
static int by_seq(const struct stream_segment *waiting, const struct stream_segment *new)
{
    return seq_distance(waiting->seq, new->seq) > 0 ? 1 : -1;
}

static bool has_room(const struct stream *stream, const struct stream_budget *budget, size_t len)
{
    return stream->waiting_count < STREAM_SEGMENTS_MAX &&
           len <= STREAM_WAITING_MAX - stream->waiting_bytes && len <= budget->max - budget->used;
}

/* False: there is no room. */
static bool keep(struct stream *stream, struct stream_budget *budget, uint32_t seq,
        struct cursor bytes)
{
    struct stream_segment *segment = NULL;

    if (has_room(stream, budget, bytes.left))
        segment = malloc(sizeof(*segment) + bytes.left);
    if (segment == NULL)
        return false;
    budget->used += bytes.left;
    segment->seq = seq;
    segment->len = bytes.left;
    memcpy(segment->bytes, bytes.at, bytes.left);
    stream->waiting_count++;
    stream->waiting_bytes += (uint32_t)bytes.left;
    LL_INSERT_INORDER(stream->waiting, segment, by_seq);
    return true;
}

/* Hands out what of a segment is new; false when the reader is done. */
static bool deliver(struct stream *stream, uint32_t seq, struct cursor bytes, stream_read_fn read,
        void *user)
{
    int32_t old = seq_distance(stream->next, seq);
    bool more;

    if (old > 0 && !cursor_skip(&bytes, (size_t)old))
        return true; /* all of it was there before */
    if (bytes.left == 0)
        return true;
    stream->next += (uint32_t)bytes.left;
    stream->delivered = true;
    more = read(user, bytes);
    stream->offset += bytes.left;
    return more;
}

static void deliver_waiting(struct stream *stream, struct stream_budget *budget,
        stream_read_fn read, void *user)
{
    while (stream->waiting != NULL && seq_distance(stream->waiting->seq, stream->next) <= 0) {
        struct stream_segment *segment = stream->waiting;
        bool more;

        LL_DELETE(stream->waiting, segment);
        stream->waiting_count--;
        stream->waiting_bytes -= (uint32_t)segment->len;
        budget->used -= segment->len;
        more = deliver(stream, segment->seq, cursor_over(segment->bytes, segment->len), read,
                user);
        free(segment);
        if (!more) {
            stream_end(stream, budget);
            return;
        }
    }
}

/* Goes on at 'seq', which is ahead. */
static void skip_gap(struct stream *stream, struct stream_budget *budget, uint32_t seq,
        stream_read_fn read, void *user)
{
    budget->gaps++;
    stream->offset += (uint32_t)seq_distance(seq, stream->next);
    stream->next = seq;
    deliver_waiting(stream, budget, read, user);
}

void stream_acknowledge(struct stream *stream, struct stream_budget *budget, uint32_t ack,
        stream_read_fn read, void *user)
{
    while (stream->skips_gaps && stream->waiting != NULL &&
            seq_distance(ack, stream->waiting->seq) >= 0)
        skip_gap(stream, budget, stream->waiting->seq, read, user);
}

/* Does the segment have to wait, or has the stream ended for it? */
static bool waits(struct stream *stream, struct stream_budget *budget, uint32_t seq,
        struct cursor bytes, stream_read_fn read, void *user)
{
    while (!stream->ended && seq_distance(seq, stream->next) > 0) {
        const struct stream_segment *first = stream->waiting;

        if (keep(stream, budget, seq, bytes))
            return true;
        if (!stream->skips_gaps) {
            budget->refused++;
            stream_end(stream, budget);
        } else {
            bool is_behind = first != NULL && seq_distance(seq, first->seq) > 0;

            skip_gap(stream, budget, is_behind ? first->seq : seq, read, user);
        }
    }
    return stream->ended;
}

void stream_add(struct stream *stream, struct stream_budget *budget, uint32_t seq, bool syn,
        struct cursor bytes, stream_read_fn read, void *user)
{
    if (stream->ended)
        return;
    if (syn)
        seq++;
    if (syn ? !stream->delivered && stream->waiting == NULL : !stream->started && bytes.left > 0) {
        stream->started = true;
        stream->next = seq;
    }
    if (bytes.left == 0 || waits(stream, budget, seq, bytes, read, user))
        return;
    if (!deliver(stream, seq, bytes, read, user))
        stream_end(stream, budget);
    else
        deliver_waiting(stream, budget, read, user);
}
