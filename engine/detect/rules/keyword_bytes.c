/* Numbers in the data: 'byte_test', 'byte_jump', and 'isdataat'. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"
#define BINARY_MAX 8  /* bytes of a number */
#define STRING_MAX 23 /* digits of one */
#define PARTS_MAX 12
#define PART_SIZE 64 /* of the text of an option, as in Suricata */

/* --- parts between commas --- */

struct parts {
    char *items[PARTS_MAX];
    size_t count;
};

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, SPACES);
    for (len = strlen(text); len > 0 && isspace((unsigned char)text[len - 1]); len--)
        text[len - 1] = '\0';
    return text;
}

static bool split(struct rule_draft *draft, const struct keyword *keyword, char *value,
        size_t least, size_t most, struct parts *out)
{
    char *next;

    out->count = 0;
    for (char *part = value; part != NULL; part = next) {
        next = strchr(part, ',');
        if (next != NULL)
            *next++ = '\0';
        if (out->count == most)
            return draft_refuse(draft, part, "'%s' takes %zu parts at most", keyword->name, most);
        out->items[out->count++] = trim(part);
    }
    return out->count >= least ||
           draft_refuse(draft, value, "'%s' needs at least %zu parts: write it as in '%s'",
                   keyword->name, least, keyword->example);
}

/* One word without blanks. Names of variables come from keywords that are not supported here. */
static bool is_word(struct rule_draft *draft, const char *part)
{
    if (*part == '\0' || part[strcspn(part, SPACES)] != '\0')
        return draft_refuse(draft, part, "here has to stand one number without blanks");
    return !isalpha((unsigned char)*part) ||
           draft_refuse(draft, part, "no variable '%.64s' in front of this", part);
}

static bool read_number(struct rule_draft *draft, const char *part, int base, bool whole,
        int64_t min, int64_t max, int64_t *out)
{
    return is_word(draft, part) && (number_signed(part, base, whole, min, max, out) ||
            draft_refuse(draft, part, "'%.64s' is no number from %lld to %lld", part,
                    (long long)min, (long long)max));
}

/* --- options that both have --- */

struct options {
    struct rule_field field;
    bool has_base;
};

static const struct {
    const char *name;
    uint8_t base;
} bases[] = { { "dec", 10 }, { "hex", 16 }, { "oct", 8 } };

/* False without a problem: none of these. */
static bool read_common(struct options *options, const char *part)
{
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
        if (strcasecmp(part, bases[i].name) == 0) {
            options->field.base |= bases[i].base; /* as Suricata does with a second one */
            options->has_base = true;
            return true;
        }
    if (strcmp(part, "relative") == 0)
        options->field.relative = true;
    else if (strcasecmp(part, "string") == 0)
        options->field.string = true;
    else if (strcasecmp(part, "little") == 0)
        options->field.little = true;
    else if (strcasecmp(part, "big") == 0)
        options->field.little = false;
    else
        return false;
    return true;
}

static bool refuse_option(struct rule_draft *draft, const struct keyword *keyword,
        const char *part)
{
    if (strcasecmp(part, "dce") == 0)
        return draft_unsupported(draft, part, "'dce' needs Suricata");
    return draft_refuse(draft, part, "unknown option '%.64s' of '%s'", part, keyword->name);
}

static bool check_field(struct rule_draft *draft, const char *part, int64_t bytes,
        struct options *options)
{
    if (bytes > (options->field.string ? STRING_MAX : BINARY_MAX))
        return draft_refuse(draft, part, "at most %d bytes, %d with 'string'", BINARY_MAX,
                STRING_MAX);
    if (options->has_base && !options->field.string)
        return draft_refuse(draft, part, "'dec', 'hex' and 'oct' go with 'string' alone");
    options->field.bytes = (uint8_t)bytes;
    return true;
}

/* --- where they go --- */

#define MATCHES (KIND(STEP_CONTENT) | KIND(STEP_PCRE))
#define ANYTHING (MATCHES | KIND(STEP_BYTE_TEST) | KIND(STEP_BYTE_JUMP) | KIND(STEP_DATA_AT))

/* What counts from something joins the buffer of that; NULL: there is nothing. */
static struct draft_step *find_start(struct rule_draft *draft, bool relative, int *buffer)
{
    struct draft_step *before = NULL;

    *buffer = draft_active_buffer(draft);
    if (relative)
        before = draft_last(draft, draft->sticky ? MATCHES : ANYTHING);
    if (before != NULL && !draft->sticky)
        *buffer = before->buffer;
    return before;
}

static bool add_step(struct rule_draft *draft, const char *at, bool relative,
        const struct rule_step *step)
{
    int buffer;

    draft_set_retry(find_start(draft, relative, &buffer));
    return draft_add_step(draft, at, buffer, step);
}

/* --- byte_test --- */

static const struct {
    const char *sign;
    enum rule_comparison comparison;
} comparisons[] = {
    { "=", COMPARE_EQUAL },
    { "<", COMPARE_LESS },
    { ">", COMPARE_GREATER },
    { "&", COMPARE_AND },
    { "^", COMPARE_XOR },
    { ">=", COMPARE_GREATER_EQUAL },
    { "<=", COMPARE_LESS_EQUAL },
};

static bool read_comparison(struct rule_draft *draft, const char *part,
        struct rule_byte_test *test)
{
    const char *sign = part;

    if (*sign == '!') {
        test->negated = true;
        sign += 1 + strspn(sign + 1, SPACES);
        if (*sign == '\0')
            return true;
    }
    for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
        if (strcmp(sign, comparisons[i].sign) == 0) {
            test->comparison = comparisons[i].comparison;
            return true;
        }
    return draft_refuse(draft, part, "'%.64s' is no comparison: write '=', '<', '>', '<=', '>=', "
            "'&' or '^', perhaps behind a '!'", part);
}

#define BITMASK "bitmask"

static bool read_mask(struct rule_draft *draft, const char *part, struct rule_byte_test *test)
{
    const char *text = part + strlen(BITMASK);
    uint64_t mask;

    if (!isspace((unsigned char)*text) || !number_unsigned(text, 0, false, UINT32_MAX, &mask) ||
            strpbrk(text + strspn(text, SPACES), SPACES) != NULL)
        return draft_refuse(draft, part, "'bitmask' has a number of 32 bits behind it");
    test->has_mask = true;
    test->mask = (uint32_t)mask;
    test->shift = mask != 0 ? (uint8_t)__builtin_ctzll(mask) : 0;
    return true;
}

/* Suricata takes these in lower case alone. */
static bool has_capitals(const char *text)
{
    while (*text != '\0' && !isupper((unsigned char)*text))
        text++;
    return *text != '\0';
}

static bool read_test_options(struct rule_draft *draft, const struct keyword *keyword,
        const struct parts *parts, struct rule_byte_test *test, struct options *options)
{
    for (size_t i = 4; i < parts->count; i++) {
        char *part = parts->items[i];

        if (strncmp(part, BITMASK, strlen(BITMASK)) == 0) {
            if (!read_mask(draft, part, test))
                return false;
        } else if (has_capitals(part) || !read_common(options, part)) {
            return refuse_option(draft, keyword, part);
        }
    }
    return true;
}

bool read_byte_test(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_BYTE_TEST };
    struct rule_byte_test *test = &step.byte_test;
    struct options options = { .has_base = false };
    int64_t bytes, offset;
    struct parts parts;
    uint64_t wanted;

    if (!split(draft, keyword, value, 4, 9, &parts) ||
            !read_number(draft, parts.items[0], 10, true, 0, UINT32_MAX, &bytes) ||
            !read_comparison(draft, parts.items[1], test) || !is_word(draft, parts.items[2]))
        return false;
    if (!number_unsigned(parts.items[2], 0, false, UINT64_MAX, &wanted))
        return draft_refuse(draft, parts.items[2], "'%.64s' is no number", parts.items[2]);
    if (!read_number(draft, parts.items[3], 0, false, INT32_MIN, INT32_MAX, &offset) ||
            !read_test_options(draft, keyword, &parts, test, &options) ||
            !check_field(draft, parts.items[0], bytes, &options))
        return false;
    test->field = options.field;
    test->field.offset = (int32_t)offset;
    test->value = wanted;
    return add_step(draft, at, test->field.relative, &step);
}

/* --- byte_jump --- */

struct jump_options {
    struct options common;
    bool begins, ends;
};

/* "multiplier 4": in lower case, one blank, then a number. False without a problem: not this option. */
static bool read_named(struct rule_draft *draft, const char *part, const char *name, int64_t min,
        int64_t max, int64_t *out, bool *good)
{
    size_t len = strlen(name);

    if (strncmp(part, name, len) != 0 || part[len] != ' ')
        return false;
    *good = number_signed(part + len, 10, true, min, max, out) ||
            draft_refuse(draft, part, "'%s' has a number from %lld to %lld behind it", name,
                    (long long)min, (long long)max);
    return true;
}

static bool read_jump_option(struct rule_draft *draft, const struct keyword *keyword,
        const char *part, struct rule_byte_jump *jump, struct jump_options *options)
{
    int64_t number = 0;
    bool good = true;

    if (strlen(part) >= PART_SIZE)
        return draft_refuse(draft, part, "an option of at most %d characters", PART_SIZE - 1);
    if (read_named(draft, part, "multiplier", 1, UINT16_MAX, &number, &good)) {
        jump->multiplier = (uint16_t)number;
        return good;
    }
    if (read_named(draft, part, "post_offset", -UINT16_MAX, UINT16_MAX, &number, &good)) {
        jump->post_offset = (int32_t)number;
        return good;
    }
    if (strcasecmp(part, "align") == 0)
        jump->align = true;
    else if (strcasecmp(part, "from_beginning") == 0)
        options->begins = true;
    else if (strcasecmp(part, "from_end") == 0)
        options->ends = true;
    else if (!read_common(&options->common, part))
        return refuse_option(draft, keyword, part);
    return true;
}

bool read_byte_jump(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_BYTE_JUMP };
    struct rule_byte_jump *jump = &step.byte_jump;
    struct jump_options options = { .begins = false };
    int64_t bytes, offset;
    struct parts parts;

    jump->multiplier = 1;
    if (!split(draft, keyword, value, 2, 10, &parts) ||
            !read_number(draft, parts.items[0], 10, true, 0, UINT32_MAX, &bytes) ||
            !read_number(draft, parts.items[1], 10, true, -UINT16_MAX, UINT16_MAX, &offset))
        return false;
    for (size_t i = 2; i < parts.count; i++)
        if (!read_jump_option(draft, keyword, parts.items[i], jump, &options))
            return false;
    if (options.begins && options.ends)
        return draft_refuse(draft, at, "'from_beginning' and 'from_end' do not go together");
    if (!check_field(draft, parts.items[0], bytes, &options.common))
        return false;
    jump->from = options.begins ? JUMP_FROM_BEGINNING
                 : options.ends ? JUMP_FROM_END
                                : JUMP_FROM_FIELD;
    jump->field = options.common.field;
    jump->field.offset = (int32_t)offset;
    return add_step(draft, at, jump->field.relative, &step);
}

/* --- isdataat --- */

/* 'isdataat:!1,relative' behind a content says that it ends the buffer. */
static bool is_end(const struct rule_data_at *data_at, const struct draft_step *before)
{
    return before != NULL && before->step.kind == STEP_CONTENT && data_at->offset == 1 &&
           data_at->relative && data_at->negated;
}

static bool read_data_at_options(struct rule_draft *draft, const struct parts *parts,
        struct rule_data_at *data_at)
{
    data_at->relative = parts->count > 1 && strcmp(parts->items[1], "relative") == 0;
    if (parts->count > 1 && !data_at->relative)
        return draft_refuse(draft, parts->items[1], "behind the number only 'relative' may stand");
    if (parts->count > 2 && strcmp(parts->items[2], "rawbytes") != 0)
        return draft_refuse(draft, parts->items[2], "behind 'relative' only 'rawbytes' may stand");
    return true;
}

bool read_isdataat(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_DATA_AT };
    struct rule_data_at *data_at = &step.data_at;
    struct draft_step *before;
    struct parts parts;
    int64_t offset;
    int buffer;

    data_at->negated = *value == '!';
    if (!split(draft, keyword, value + data_at->negated, 1, 3, &parts) ||
            !read_data_at_options(draft, &parts, data_at))
        return false;
    if (data_at->negated && isspace((unsigned char)value[1]))
        return draft_refuse(draft, value, "no blank may stand behind the '!'");
    if (!read_number(draft, parts.items[0], 10, true, 0, UINT16_MAX, &offset))
        return false;
    data_at->offset = (uint16_t)offset;
    before = find_start(draft, data_at->relative, &buffer);
    if (is_end(data_at, before)) {
        before->step.content.ends_with = true;
        return true;
    }
    draft_set_retry(before);
    return draft_add_step(draft, at, buffer, &step);
}
