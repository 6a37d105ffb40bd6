#include "detect/condition.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define NAMES_MAX 64         /* bits of condition.names */
#define FRACTION_DIGITS 9

/* A rule option being read, and where to complain. */
struct reader {
    const struct feature *feature;
    const char *at;
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct reader *in,
        const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(in->error, in->error_size, format, arguments);
    va_end(arguments);
    return false;
}

static bool refuse_syntax(const struct reader *in, const char *text)
{
    return refuse(in, "'%s' is no condition on the %s iot.%s: write it as in '%s'", text,
            feature_type_name(in->feature->type), in->feature->name, in->feature->example);
}

static void skip_spaces(struct reader *in)
{
    while (*in->at == ' ')
        in->at++;
}

static bool take(struct reader *in, const char *token)
{
    size_t len = strlen(token);

    if (strncmp(in->at, token, len) != 0)
        return false;
    in->at += len;
    skip_spaces(in);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- comparing --- */

enum comparison { EQUAL, ABOVE, ABOVE_OR_EQUAL, BELOW, BELOW_OR_EQUAL };

/* Longer signs first. */
static const struct {
    const char *sign;
    enum comparison comparison;
    bool negates;
} signs[] = {
    { ">=", ABOVE_OR_EQUAL, false },
    { "<=", BELOW_OR_EQUAL, false },
    { "!=", EQUAL, true },
    { ">", ABOVE, false },
    { "<", BELOW, false },
    { "!", EQUAL, true },
    { "=", EQUAL, false },
};

static enum comparison take_sign(struct reader *in, bool *negated)
{
    *negated = false;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (take(in, signs[i].sign)) {
            *negated = signs[i].negates;
            return signs[i].comparison;
        }
    return EQUAL;
}

static bool take_dash(struct reader *in)
{
    skip_spaces(in);
    return take(in, "<>") || take(in, "-");
}

/* --- whole numbers --- */

static uint64_t largest(const struct feature *feature)
{
    return feature->max > 0 ? feature->max : UINT64_MAX;
}

static bool same_letters(const char *text, const char *lower)
{
    for (; *lower != '\0'; text++, lower++)
        if ((*text | 0x20) != *lower)
            return false;
    return true;
}

/* Suricata takes kb and kib for the same. */
static uint64_t take_unit(struct reader *in)
{
    static const char prefixes[] = "kmg";
    const char *prefix = *in->at != '\0' ? strchr(prefixes, *in->at | 0x20) : NULL;
    uint64_t unit = 1024;

    if (prefix == NULL)
        return 1;
    for (; prefix > prefixes; prefix--)
        unit *= 1024;
    if (same_letters(in->at + 1, "ib"))
        in->at += 3;
    else if (same_letters(in->at + 1, "b"))
        in->at += 2;
    else
        return 1;
    return unit;
}

/* The number, with its unit; false and no complaint where there is none. */
static bool take_number(struct reader *in, uint64_t *out, bool *too_large)
{
    uint64_t value = 0, unit;

    if (!is_digit(*in->at))
        return false;
    for (; is_digit(*in->at); in->at++) {
        uint64_t digit = (uint64_t)(*in->at - '0');

        *too_large = *too_large || value > (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    unit = take_unit(in);
    *too_large = *too_large || value > largest(in->feature) / unit;
    *out = value * unit;
    return true;
}

static bool refuse_too_large(const struct reader *in)
{
    return refuse(in, "iot.%s goes up to %llu%s%s", in->feature->name,
            (unsigned long long)largest(in->feature), in->feature->unit[0] != '\0' ? " " : "",
            in->feature->unit);
}

static bool refuse_never(const struct reader *in, const char *text)
{
    return refuse(in, "no value of iot.%s can be '%s'", in->feature->name, text);
}

static bool refuse_narrow(const struct reader *in, const char *text)
{
    return refuse(in, "nothing lies between the ends of '%s', which a range leaves out", text);
}

static bool bound_number(const struct reader *in, const char *text, enum comparison comparison,
        uint64_t value, struct condition *out)
{
    uint64_t last = largest(in->feature);

    if ((comparison == ABOVE && value == last) || (comparison == BELOW && value == 0))
        return refuse_never(in, text);
    out->number.low = comparison == ABOVE ? value + 1 : value;
    out->number.high = comparison == BELOW ? value - 1 : value;
    if (comparison == BELOW || comparison == BELOW_OR_EQUAL)
        out->number.low = 0;
    if (comparison == ABOVE || comparison == ABOVE_OR_EQUAL)
        out->number.high = last;
    return true;
}

static bool parse_number(struct reader *in, struct condition *out)
{
    const char *text = in->at;
    enum comparison comparison = take_sign(in, &out->negated);
    uint64_t first, second;
    bool too_large = false, is_range;

    if (!take_number(in, &first, &too_large))
        return refuse_syntax(in, text);
    is_range = comparison == EQUAL && take_dash(in);
    if (is_range && !take_number(in, &second, &too_large))
        return refuse_syntax(in, text);
    skip_spaces(in);
    if (*in->at != '\0')
        return refuse_syntax(in, text);
    if (too_large)
        return refuse_too_large(in);
    if (!is_range)
        return bound_number(in, text, comparison, first, out);
    if (second <= first || second - first < 2)
        return refuse_narrow(in, text);
    out->number.low = first + 1;
    out->number.high = second - 1;
    return true;
}

/* --- reals --- */

/* By hand, since strtod() follows the locale. */
static bool take_real(struct reader *in, double *out)
{
    double value = 0, place = 1;

    if (!is_digit(*in->at))
        return false;
    for (; is_digit(*in->at); in->at++)
        value = value * 10 + (*in->at - '0');
    if (in->at[0] == '.' && is_digit(in->at[1])) {
        in->at++;
        for (unsigned i = 0; is_digit(*in->at) && i < FRACTION_DIGITS; in->at++, i++) {
            value = value * 10 + (*in->at - '0');
            place *= 10;
        }
    }
    *out = value / place;
    return true;
}

static bool bound_real(const struct reader *in, const char *text, enum comparison comparison,
        double value, struct condition *out)
{
    double last = in->feature->max > 0 ? (double)in->feature->max : INFINITY;

    if (value > last)
        return refuse_too_large(in);
    if ((comparison == ABOVE && value >= last) || (comparison == BELOW && value <= 0))
        return refuse_never(in, text);
    out->real.low = out->real.high = value;
    out->real.low_included = comparison != ABOVE;
    out->real.high_included = comparison != BELOW;
    if (comparison == BELOW || comparison == BELOW_OR_EQUAL)
        out->real.low = -INFINITY;
    if (comparison == ABOVE || comparison == ABOVE_OR_EQUAL)
        out->real.high = INFINITY;
    return true;
}

static bool parse_real(struct reader *in, struct condition *out)
{
    const char *text = in->at;
    enum comparison comparison = take_sign(in, &out->negated);
    double first, second;
    bool is_range;

    if (!take_real(in, &first))
        return refuse_syntax(in, text);
    is_range = comparison == EQUAL && take_dash(in);
    if (is_range && !take_real(in, &second))
        return refuse_syntax(in, text);
    skip_spaces(in);
    if (*in->at != '\0')
        return refuse_syntax(in, text);
    if (!is_range)
        return bound_real(in, text, comparison, first, out);
    if (second <= first)
        return refuse_narrow(in, text);
    out->real.low = first;
    out->real.high = second;
    out->real.low_included = out->real.high_included = false;
    return true;
}

/* --- names and booleans --- */

static size_t list_names(const struct feature *feature, const char *names[NAMES_MAX])
{
    size_t n = 0;

    while (n < NAMES_MAX && (names[n] = feature->value_name(n)) != NULL)
        n++;
    assert(n < NAMES_MAX);
    return n;
}

static bool refuse_name(const struct reader *in, const char *word, const char *const names[],
        size_t n)
{
    const char *near = nearest_word(word, names, n);
    char all[512] = "";
    size_t used = 0;

    if (near != NULL)
        return refuse(in, "'%s' is no value of iot.%s: did you mean '%s'?", word,
                in->feature->name, near);
    for (size_t i = 0; i < n && used < sizeof(all); i++)
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i > 0 ? ", " : "",
                names[i]);
    return refuse(in, "'%s' is no value of iot.%s: use one of %s", word, in->feature->name, all);
}

/* Up to the next comma, without spaces around it. */
static void take_word(struct reader *in, char word[NEAREST_WORD_MAX + 1])
{
    size_t len = strcspn(in->at, ","), kept = len;

    while (kept > 0 && in->at[kept - 1] == ' ')
        kept--;
    snprintf(word, NEAREST_WORD_MAX + 1, "%.*s", (int)(kept < NEAREST_WORD_MAX ? kept
                                                                                : NEAREST_WORD_MAX),
            in->at);
    in->at += len;
}

static bool parse_names(struct reader *in, struct condition *out)
{
    const char *names[NAMES_MAX], *text = in->at;
    size_t n = list_names(in->feature, names), i;
    char word[NEAREST_WORD_MAX + 1];

    out->negated = take(in, "!");
    out->names = 0;
    do {
        take_word(in, word);
        for (i = 0; i < n && strcmp(word, names[i]) != 0; i++)
            ;
        if (word[0] == '\0')
            return refuse_syntax(in, text);
        if (i == n)
            return refuse_name(in, word, names, n);
        out->names |= UINT64_C(1) << i;
    } while (take(in, ","));
    return true;
}

/* --- findings --- */

static bool is_id(const char *id)
{
    return *id >= 'a' && *id <= 'z' &&
           id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static bool parse_finding(struct reader *in, struct condition *out)
{
    const char *text = in->at;
    size_t len;

    out->negated = take(in, "!");
    len = strcspn(in->at, "> ");
    out->finding.score = 0;
    if (len >= sizeof(out->finding.id))
        return refuse(in, "the id of a heuristic has at most %zu letters, not as many as '%s'",
                sizeof(out->finding.id) - 1, text);
    memset(out->finding.id, 0, sizeof(out->finding.id));
    memcpy(out->finding.id, in->at, len);
    in->at += len;
    skip_spaces(in);
    if (!is_id(out->finding.id))
        return refuse_syntax(in, text);
    if (take(in, ">=") && (!take_real(in, &out->finding.score) || out->finding.score > 1))
        return refuse(in, "the score of a finding is from 0 to 1, as in '%s>=0.8'",
                out->finding.id);
    skip_spaces(in);
    return *in->at == '\0' || refuse_syntax(in, text);
}

static bool has_finding(const struct condition *condition, const struct findings *findings)
{
    const char *id = condition->finding.id;
    const struct finding *found = findings_get(findings, id, strlen(id));

    return found != NULL && found->score >= condition->finding.score;
}

/* --- by type --- */

static bool parse_string(struct reader *in, struct condition *out)
{
    (void)out;
    return refuse(in, "iot.%s is a string and takes no value: write it as in '%s'",
            in->feature->name, in->feature->example);
}

enum tattler_status condition_parse(const struct feature *feature, const char *text,
        struct condition *out, char *error, size_t error_size)
{
    static bool (*const parsers[])(struct reader *, struct condition *) = {
        [FEATURE_STRING] = parse_string,
        [FEATURE_NUMBER] = parse_number,
        [FEATURE_REAL] = parse_real,
        [FEATURE_BOOLEAN] = parse_names,
        [FEATURE_NAMES] = parse_names,
        [FEATURE_SET] = parse_finding,
    };
    struct reader in = { feature, text, error, error_size };
    struct condition condition = { .feature = feature };

    skip_spaces(&in);
    if (!parsers[feature->type](&in, &condition))
        return TATTLER_MALFORMED;
    *out = condition;
    return TATTLER_OK;
}

static bool is_within(const struct condition *condition, double value)
{
    return (value > condition->real.low ||
                   (condition->real.low_included && value >= condition->real.low)) &&
           (value < condition->real.high ||
                   (condition->real.high_included && value <= condition->real.high));
}

bool condition_accepts(const struct condition *condition, const struct feature_value *value)
{
    bool in = false;

    switch (condition->feature->type) {
    case FEATURE_STRING:
        return false; /* never parsed */
    case FEATURE_NUMBER:
        in = value->number >= condition->number.low && value->number <= condition->number.high;
        break;
    case FEATURE_REAL:
        in = is_within(condition, value->real);
        break;
    case FEATURE_BOOLEAN:
    case FEATURE_NAMES:
        in = (condition->names >> value->number & 1) != 0;
        break;
    case FEATURE_SET:
        in = has_finding(condition, value->findings);
        break;
    }
    return in != condition->negated;
}

bool condition_holds(const struct condition *condition, const struct flow *flow)
{
    struct feature_value value;

    return condition->feature->get(flow, &value) && condition_accepts(condition, &value);
}
