/* Where in its buffer a 'content' is looked for. */
#include <ctype.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define DISTANCE_MAX (1024 * 1024)

/* --- what goes together --- */

enum place { ABSOLUTE, RELATIVE };

static struct draft_step *content_for(struct rule_draft *draft, const struct keyword *keyword,
        const char *at, enum place place, bool is_second)
{
    struct draft_step *step = draft_last(draft, KIND(STEP_CONTENT));
    const struct rule_content *content;
    bool clashes;

    if (step == NULL) {
        draft_refuse(draft, at, "'%s' has no 'content' in front of it", keyword->name);
        return NULL;
    }
    content = &step->step.content;
    clashes = place == ABSOLUTE ? content->has_distance || content->has_within
                                : content->has_offset || content->has_depth;
    if (is_second)
        draft_refuse(draft, at, "a second '%s' for one 'content'", keyword->name);
    else if (clashes)
        draft_refuse(draft, at, "one 'content' has either 'offset', 'depth' and 'startswith' or "
                "'distance' and 'within'");
    else if (content->negated && content->fast_pattern)
        draft_refuse(draft, at, "'%s' goes with no negated 'fast_pattern'", keyword->name);
    else if (step->only)
        draft_refuse(draft, at, "'%s' does not go with 'fast_pattern:only'", keyword->name);
    else
        return step;
    return NULL;
}

static const struct rule_content *peek(struct rule_draft *draft)
{
    static const struct rule_content none;
    struct draft_step *step = draft_last(draft, KIND(STEP_CONTENT));

    return step != NULL ? &step->step.content : &none;
}

/* Names of variables come from keywords that are not supported here. */
static bool read_place(struct rule_draft *draft, const struct keyword *keyword, const char *value,
        bool whole, int64_t min, int64_t max, int64_t *out)
{
    if (number_signed(value, 0, whole, min, max, out))
        return true;
    if (isalpha((unsigned char)*value))
        return draft_refuse(draft, value, "no variable '%.64s' in front of this", value);
    return draft_refuse(draft, value, "'%s' is a number from %lld to %lld", keyword->name,
            (long long)min, (long long)max);
}

/* --- from the start of the buffer --- */

bool read_offset(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step;
    struct rule_content *content;
    int64_t offset;

    if (peek(draft)->starts_with)
        return draft_refuse(draft, at, "'offset' does not go with 'startswith'");
    step = content_for(draft, keyword, at, ABSOLUTE, peek(draft)->has_offset);
    if (step == NULL || !read_place(draft, keyword, value, true, 0, UINT16_MAX, &offset))
        return false;
    content = &step->step.content;
    content->offset = (uint16_t)offset;
    content->has_offset = true;
    if (content->has_depth)
        content->depth = (uint16_t)(content->depth + offset);
    return true;
}

/* Written as counted from the offset; kept as counted from the start, in 16 bits as in Suricata. */
bool read_depth(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step =
            content_for(draft, keyword, at, ABSOLUTE, peek(draft)->has_depth);
    struct rule_content *content;
    int64_t depth;

    if (step == NULL || !read_place(draft, keyword, value, true, 0, UINT16_MAX, &depth))
        return false;
    content = &step->step.content;
    if (depth < content->length)
        return draft_refuse(draft, value, "'depth' is smaller than the pattern, which has %u bytes",
                content->length);
    content->depth = (uint16_t)(depth + content->offset);
    content->has_depth = true;
    return true;
}

bool read_startswith(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step =
            content_for(draft, keyword, at, ABSOLUTE, peek(draft)->has_depth);
    struct rule_content *content;

    (void)value;
    if (step == NULL)
        return false;
    content = &step->step.content;
    if (content->has_offset)
        return draft_refuse(draft, at, "'startswith' does not go with 'offset'");
    content->depth = content->length;
    content->has_depth = content->starts_with = true;
    return true;
}

bool read_endswith(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step = draft_last(draft, KIND(STEP_CONTENT));

    (void)value;
    if (step == NULL)
        return draft_refuse(draft, at, "'%s' has no 'content' in front of it", keyword->name);
    step->step.content.ends_with = true;
    return true;
}

/* --- from the match before --- */

/* The match before this one; NULL: there is none. False if nothing may count from it. */
static bool find_before(struct rule_draft *draft, const struct draft_step *step, const char *at,
        struct draft_step **out)
{
    *out = draft_last_in(draft, step->buffer, KIND(STEP_CONTENT) | KIND(STEP_PCRE), step);
    if (*out != NULL && (*out)->only)
        return draft_refuse(draft, at, "the 'content' before this one has 'fast_pattern:only', so "
                "nothing can count from it");
    return true;
}

/* The first match before decides where a distance alone counts from. */
bool read_distance(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step =
            content_for(draft, keyword, at, RELATIVE, peek(draft)->has_distance), *before;
    struct rule_content *content;
    int64_t distance;

    if (step == NULL || !read_place(draft, keyword, value, false, -DISTANCE_MAX, DISTANCE_MAX,
                                &distance) || !find_before(draft, step, at, &before))
        return false;
    content = &step->step.content;
    content->distance = (int32_t)distance;
    content->has_distance = true;
    if (before != NULL && (content->negated || before->step.kind == STEP_PCRE))
        draft_set_retry(before);
    return true;
}

bool read_within(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step =
            content_for(draft, keyword, at, RELATIVE, peek(draft)->has_within), *before;
    struct rule_content *content;
    int64_t within;

    if (step == NULL || !read_place(draft, keyword, value, false, -DISTANCE_MAX, DISTANCE_MAX,
                                &within) || !find_before(draft, step, at, &before))
        return false;
    content = &step->step.content;
    if (within < content->length)
        return draft_refuse(draft, value, "'within' is smaller than the pattern, which has %u "
                "bytes", content->length);
    content->within = (int32_t)within;
    content->has_within = true;
    draft_set_retry(before);
    return true;
}
