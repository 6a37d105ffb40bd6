/* 'content': bytes, somewhere between two bounds. */
#include "detect/match/steps_internal.h"

#include "base/lower.h"

/* --- where --- */

/* Both count from the start of the bytes; 'end' may lie behind theirs. */
struct bounds {
    int64_t begin, end;
};

/* An end that counts from the start of the buffer, of which the bytes are a part; false: it lies
 * before them. One that lies behind them stays as it is. */
static bool end_in_part(const struct steps *steps, struct bounds *bounds)
{
    uint64_t end = (uint64_t)bounds->end;

    if (steps->start == 0 || end >= steps->start + steps->bytes.left)
        return true;
    if (end <= steps->start)
        return false;
    bounds->end -= (int64_t)steps->start;
    return true;
}

static bool bounds_from_start(const struct steps *steps, const struct rule_content *content,
        struct bounds *out)
{
    out->begin = content->begin;
    out->end = content->end != 0 ? content->end : (int64_t)steps->bytes.left;
    return content->end == 0 || end_in_part(steps, out);
}

/* A distance to before the start begins there, and an end before the start is none. */
static bool bounds_from_match(const struct steps *steps, const struct rule_content *content,
        size_t at, struct bounds *out)
{
    int64_t begin = (int64_t)at + content->distance, end = begin + content->within;

    out->end = (int64_t)steps->bytes.left;
    if (content->has_within && end < out->end)
        out->end = end >= 0 ? end : INT64_MAX;
    if (content->has_within && at == 0 && !end_in_part(steps, out))
        return false;
    if (content->end != 0 && (int64_t)at + content->end < out->end)
        out->end = (int64_t)at + content->end;
    out->begin = begin > content->begin ? begin : content->begin;
    return true;
}

/* False: nothing can be there. */
static bool find_bounds(const struct steps *steps, const struct rule_content *content,
        const struct place *place, struct bounds *out)
{
    if (!(content->relative ? bounds_from_match(steps, content, place->at, out)
                            : bounds_from_start(steps, content, out)))
        return false;
    if (place->from != 0)
        out->begin = (int64_t)place->from;
    if (out->end > (int64_t)steps->bytes.left)
        out->end = (int64_t)steps->bytes.left;
    return true;
}

/* --- what --- */

/* Piece by piece, each overlapping with the next by what a pattern could have begun with. */
static const uint8_t *find_nocase(struct steps *steps, struct cursor in,
        const struct rule_content *content)
{
    while (in.left >= content->length) {
        size_t len = in.left < PIECE_SIZE ? in.left : PIECE_SIZE;
        const uint8_t *found;

        lower_copy(steps->piece, in.at, len);
        found = memmem(steps->piece, len, content->bytes, content->length);
        if (found != NULL)
            return in.at + (found - steps->piece);
        cursor_skip(&in, len - content->length + 1u);
    }
    return NULL;
}

/* The first occurrence between the bounds; 'end' is where it ends. */
static bool find(struct steps *steps, const struct rule_content *content,
        const struct bounds *bounds, size_t *end)
{
    size_t begin = (size_t)bounds->begin, left = (size_t)(bounds->end - bounds->begin);
    struct cursor all = steps->bytes, in;
    const uint8_t *found;

    if (left < content->length || !cursor_skip(&all, begin) || !cursor_split(&all, left, &in))
        return false;
    found = content->nocase ? find_nocase(steps, in, content)
                            : memmem(in.at, in.left, content->bytes, content->length);
    if (found != NULL)
        left = (size_t)(found - in.at) + content->length;
    steps_spend(steps, left);
    *end = begin + left;
    return found != NULL;
}

/* Suricata looks no further than the first occurrence of what must not end the bytes, and where
 * there is an offset takes even that at the end for one elsewhere. */
static bool is_absent(struct steps *steps, const struct rule_content *content,
        const struct bounds *bounds)
{
    size_t end;

    if (content->ends_with && bounds->end < (int64_t)steps->bytes.left)
        return true;
    return !find(steps, content, bounds, &end) ||
           (content->ends_with && (size_t)(bounds->end - bounds->begin) != end);
}

/* What ends the bytes can be in one place alone. */
static bool is_present(struct steps *steps, const struct rule_content *content,
        struct bounds bounds, size_t *end)
{
    int64_t left = (int64_t)steps->bytes.left;

    if (content->ends_with && bounds.end < left)
        return false;
    if (content->ends_with && bounds.begin < left - content->length)
        bounds.begin = left - content->length;
    return find(steps, content, &bounds, end);
}

/* What is found and not to be retried stays, and so do all matches before it. */
enum outcome take_content(struct steps *steps, const struct rule_step *step, struct place *place)
{
    const struct rule_content *content = &step->content;
    struct bounds bounds;
    size_t end;

    if (!find_bounds(steps, content, place, &bounds))
        return FAILS;
    if (bounds.begin > bounds.end || bounds.end == 0)
        return content->negated ? HOLDS : FAILS;
    if (content->negated)
        return is_absent(steps, content, &bounds) ? HOLDS : FAILS;
    if (!is_present(steps, content, bounds, &end))
        return content->relative ? FAILS : FAILS_FOR_GOOD;
    if (content->retry)
        steps_choose(steps, place, end - content->length + 1u);
    else
        steps->choice_count = 0;
    place->at = end;
    return HOLDS;
}
