/* 'content' and what changes how it is compared. Where it is looked for: keyword_position.c. */
#include <ctype.h>
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

/* --- the pattern --- */

/* A pattern being read: 'text |0d 0a| \"more\"'. */
struct pattern {
    const char *at;
    uint8_t *to;
    bool hex, escaped, has_digit, converted;
    uint8_t digit;
};

static int hex_digit(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static const char *take_hex(struct pattern *pattern)
{
    int digit = hex_digit(*pattern->at);

    if (digit < 0)
        return *pattern->at == ' ' || *pattern->at == ','
                       ? NULL
                       : "this is no hexadecimal digit; a '|' before it began bytes in "
                         "hexadecimal, which a second '|' ends";
    if (pattern->has_digit)
        *pattern->to++ = (uint8_t)(pattern->digit << 4 | digit);
    else
        pattern->digit = (uint8_t)digit;
    pattern->converted |= pattern->has_digit;
    pattern->has_digit = !pattern->has_digit;
    return NULL;
}

static const char *take_escaped(struct pattern *pattern)
{
    if (strchr(":;\\\"", *pattern->at) == NULL)
        return "behind '\\' only ':', ';', '\\' and '\"' may stand: write other bytes in "
               "hexadecimal as '|0a|'";
    *pattern->to++ = (uint8_t)*pattern->at;
    pattern->escaped = false;
    pattern->converted = true;
    return NULL;
}

/* One character; NULL, or what is wrong with it. */
static const char *take_character(struct pattern *pattern)
{
    char c = *pattern->at;

    if (c == '|') {
        if (pattern->hex && pattern->has_digit)
            return "a byte in hexadecimal has two digits";
        pattern->hex = !pattern->hex;
        return NULL;
    }
    if (c == '\\' && !pattern->escaped) {
        pattern->escaped = true;
        return NULL;
    }
    if (pattern->hex)
        return take_hex(pattern);
    if (pattern->escaped)
        return take_escaped(pattern);
    if (c == '"')
        return "a '\"' inside the quotes has to be written as '\\\"'";
    *pattern->to++ = (uint8_t)c;
    return NULL;
}

#define PATTERN_MAX 4000 /* bytes; hyperscan, with which Suricata searches, compiles no longer ones */

/* Reads the pattern over itself, as it never gets longer; 0: refused. Where nothing was converted
 * Suricata goes by the length of what was written, which matters for "||" and a '\' at the end. */
static size_t read_pattern(struct rule_draft *draft, char *value)
{
    struct pattern pattern = { .at = value, .to = (uint8_t *)value };
    size_t written = strlen(value), len;

    for (; *pattern.at != '\0'; pattern.at++) {
        const char *problem = take_character(&pattern);

        if (problem != NULL)
            return draft_refuse(draft, pattern.at, "%s", problem);
    }
    if (pattern.hex)
        return draft_refuse(draft, pattern.at, "the '|' that ends the hexadecimal bytes is "
                "missing");
    len = pattern.converted ? (size_t)(pattern.to - (uint8_t *)value) : written;
    if (len == 0)
        draft_refuse(draft, value, "the pattern is empty");
    else if (len > PATTERN_MAX)
        return draft_refuse(draft, value, "the pattern has %zu bytes, %d are allowed: write a part of "
                "it that is rare", len, PATTERN_MAX);
    return len;
}

bool read_content(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_CONTENT };
    size_t len = read_pattern(draft, value);

    (void)keyword;
    if (len == 0)
        return false;
    step.content.bytes = arena_copy(draft->world->arena, value, len, 1);
    if (step.content.bytes == NULL)
        return draft_no_memory(draft);
    step.content.length = (uint16_t)len;
    step.content.negated = draft->value_negated;
    return draft_add_step(draft, at, draft_active_buffer(draft), &step);
}

/* --- modifiers --- */

static struct rule_content *last_content(struct rule_draft *draft, const struct keyword *keyword,
        const char *at)
{
    struct draft_step *step = draft_last(draft, KIND(STEP_CONTENT));

    if (step == NULL)
        draft_refuse(draft, at, "'%s' has no 'content' in front of it", keyword->name);
    return step != NULL ? &step->step.content : NULL;
}

bool read_nocase(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_content *content = last_content(draft, keyword, at);
    uint8_t *bytes;

    (void)value;
    if (content == NULL)
        return false;
    if (content->nocase)
        return draft_refuse(draft, at, "a second 'nocase' for one 'content'");
    bytes = arena_copy(draft->world->arena, content->bytes, content->length, 1);
    if (bytes == NULL)
        return draft_no_memory(draft);
    for (size_t i = 0; i < content->length; i++)
        bytes[i] = (uint8_t)tolower(bytes[i]);
    content->bytes = bytes;
    content->nocase = true;
    return true;
}

/* Says nothing that is not so already. */
bool read_rawbytes(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step = draft_last_in(draft, PAYLOAD, KIND(STEP_CONTENT), NULL);

    (void)keyword;
    (void)value;
    if (draft->sticky)
        return draft_refuse(draft, at, "'rawbytes' does not go with a buffer: write 'pkt_data' in "
                "front");
    if (step == NULL)
        return draft_refuse(draft, at, "'rawbytes' has no 'content' in front of it");
    if (step->raw)
        return draft_refuse(draft, at, "a second 'rawbytes' for one 'content'");
    step->raw = true;
    return true;
}

/* --- fast_pattern --- */

static bool is_placed(const struct rule_content *content)
{
    return content->has_distance || content->has_within || content->has_offset ||
           content->has_depth;
}

static bool has_fast_payload(const struct rule_draft *draft)
{
    for (size_t i = 0; i < draft->steps.count; i++) {
        const struct draft_step *step = &draft->steps.items[i];

        if (step->buffer == PAYLOAD && step->step.kind == STEP_CONTENT &&
                step->step.content.fast_pattern)
            return true;
    }
    return false;
}

/* "only", and anything behind it. */
static bool read_only(struct rule_draft *draft, const char *at, struct draft_step *step)
{
    if (step->step.content.negated || is_placed(&step->step.content))
        return draft_refuse(draft, at, "'fast_pattern:only' goes with no content that is negated "
                "or has an 'offset', 'depth', 'distance' or 'within'");
    step->only = true;
    return true;
}

/* "offset,length" at the end of the value. */
static bool read_chop(struct rule_draft *draft, const char *value, struct rule_content *content)
{
    static const char digits[] = "0123456789";
    const char *end = value + strlen(value), *start;
    uint64_t offset, length;

    for (; end > value && isspace((unsigned char)end[-1]); end--)
        continue;
    for (start = end; start > value && strchr(digits, start[-1]) != NULL; start--)
        continue;
    if (start == end || !number_unsigned(start, 10, false, UINT16_MAX, &length))
        return false;
    for (; start > value && isspace((unsigned char)start[-1]); start--)
        continue;
    if (start == value || *--start != ',')
        return false;
    for (; start > value && isspace((unsigned char)start[-1]); start--)
        continue;
    for (end = start; start > value && strchr(digits, start[-1]) != NULL; start--)
        continue;
    if (start == end || !number_unsigned(start, 10, false, UINT16_MAX, &offset))
        return false;
    if (offset + length > content->length)
        return draft_refuse(draft, value, "the pattern has only %u bytes", content->length);
    content->chop_offset = (uint16_t)offset;
    content->chop_length = (uint16_t)length;
    return true;
}

static bool read_fast_value(struct rule_draft *draft, const char *value, struct draft_step *step)
{
    if (strncmp(value, "only", 4) == 0)
        return read_only(draft, value, step);
    return read_chop(draft, value, &step->step.content) ||
           draft_refuse(draft, value, "'fast_pattern' takes nothing, 'only' or 'offset,length'");
}

/* Of the buffer chosen, or later in another one; but not of the payload once a buffer is chosen. */
static struct draft_step *content_for_fast(struct rule_draft *draft)
{
    struct draft_step *step = draft_last(draft, KIND(STEP_CONTENT));
    struct draft_step *other = draft_last_in_buffers(draft, KIND(STEP_CONTENT));

    return step == NULL || (other != NULL && other->serial > step->serial) ? other : step;
}

bool read_fast_pattern(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct draft_step *step = content_for_fast(draft);
    struct rule_content *content;

    (void)keyword;
    if (step == NULL)
        return draft_refuse(draft, at, "'fast_pattern' has no 'content' in front of it");
    content = &step->step.content;
    if (content->negated && is_placed(content))
        return draft_refuse(draft, at, "'fast_pattern' goes with no negated content that has an "
                "'offset', 'depth', 'distance' or 'within'");
    if (value == NULL && (content->fast_pattern || has_fast_payload(draft)))
        return draft_refuse(draft, at, "a second 'fast_pattern'");
    if (value != NULL && !read_fast_value(draft, value, step))
        return false;
    content->fast_pattern = true;
    return true;
}
