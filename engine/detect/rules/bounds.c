#include "detect/rules/bounds.h"

/* Of the match before, counted in 16 bits as in Suricata. */
struct known {
    uint16_t begin, after; /* it begins and ends there or later */
    uint16_t end;          /* it ends there or earlier; 0: not known */
};

/* --- as written --- */

static void take_written(struct rule_content *content, bool first)
{
    content->begin = content->offset;
    content->end = content->depth;
    content->relative = content->has_distance || content->has_within;
    if (!first || !content->relative || content->distance < 0 || content->distance > UINT16_MAX ||
            content->within > UINT16_MAX)
        return;
    /* What nothing stands before counts from the start. */
    content->relative = false;
    content->begin = (uint16_t)content->distance;
    if (content->has_within)
        content->end = (uint16_t)(content->begin + content->within);
}

/* --- from the match before --- */

static bool sum(int64_t a, int64_t b, uint16_t *out)
{
    if (a + b > UINT16_MAX)
        return false;
    *out = a + b > 0 ? (uint16_t)(a + b) : 0;
    return true;
}

/* Where the match before lies exactly, this one ends within that many bytes of where it begins. */
static bool derive_end(const struct known *known, struct rule_content *content)
{
    int64_t most = (int64_t)known->end + content->within;

    if (most > UINT16_MAX)
        return false;
    if (known->end > known->after)
        return sum(most, content->distance > 0 ? content->distance : 0, &content->end);
    content->end = (uint16_t)(known->begin + content->within);
    return true;
}

static bool derive_relative(struct known *known, struct rule_content *content)
{
    if (!content->has_distance)
        known->after = 0;
    if (!sum(known->after, content->distance, &content->begin))
        return false;
    known->begin = content->begin;
    if (content->distance < 0)
        known->after = (uint16_t)(known->begin + content->length);
    if (content->has_within && known->end != 0 && !derive_end(known, content))
        return false;
    known->end = content->end;
    known->after = content->has_distance || content->end != 0
                           ? (uint16_t)(known->begin + content->length)
                           : 0;
    return true;
}

/* False: the numbers are too large for Suricata to go on. */
static bool derive(struct known *known, struct rule_content *content)
{
    bool placed = content->has_offset || content->has_depth || content->has_distance ||
                  content->has_within;

    if (placed && content->negated)
        *known = (struct known){ 0, 0, 0 };
    else if (content->relative)
        return derive_relative(known, content);
    else
        *known = (struct known){ content->begin, (uint16_t)(content->begin + content->length),
            content->end };
    if (content->has_distance && content->begin == 0 && content->end == 0)
        known->after = 0;
    return true;
}

static void forget(struct known *known, const struct rule_step *step)
{
    if (step->kind == STEP_PCRE && step->pcre.relative)
        known->end = 0;
    else
        *known = (struct known){ 0, 0, 0 };
}

/* --- from the end --- */

/* If one content ends the buffer, no other ends behind it. */
static uint16_t least_end(const struct rule_step *steps, size_t count)
{
    uint16_t least = 0;

    for (size_t i = 0; i < count; i++) {
        const struct rule_content *content = &steps[i].content;

        if (steps[i].kind == STEP_CONTENT && content->ends_with && !content->negated &&
                content->end != 0 && (least == 0 || content->end < least))
            least = content->end;
    }
    return least;
}

static void cut(struct rule_step *steps, size_t count, uint16_t end)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i].kind == STEP_CONTENT &&
                (steps[i].content.end == 0 || steps[i].content.end > end))
            steps[i].content.end = end;
}

/* --- all of them --- */

void bounds_derive(struct rule_step *steps, size_t count)
{
    struct known known = { 0, 0, 0 };
    uint16_t end;

    for (size_t i = 0; i < count; i++)
        if (steps[i].kind == STEP_CONTENT)
            take_written(&steps[i].content, i == 0);
    for (size_t i = 0; i < count; i++)
        if (steps[i].kind != STEP_CONTENT)
            forget(&known, &steps[i]);
        else if (!derive(&known, &steps[i].content))
            return;
    end = least_end(steps, count);
    if (end != 0)
        cut(steps, count, end);
}
