/* Conditions on numbers and reals, as Suricata's integer keywords are written. */
#include "detect/condition_internal.h"

#include <math.h>
#include <string.h>

#define FRACTION_DIGITS 9

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
        if (condition_take(in, signs[i].sign)) {
            *negated = signs[i].negates;
            return signs[i].comparison;
        }
    return EQUAL;
}

static bool take_dash(struct reader *in)
{
    condition_skip_spaces(in);
    return condition_take(in, "<>") || condition_take(in, "-");
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
    return condition_refuse(in, "iot.%s goes up to %llu%s%s", in->feature->name,
            (unsigned long long)largest(in->feature), in->feature->unit[0] != '\0' ? " " : "",
            in->feature->unit);
}

static bool refuse_never(const struct reader *in, const char *text)
{
    return condition_refuse(in, "no value of iot.%s can be '%s'", in->feature->name, text);
}

static bool refuse_narrow(const struct reader *in, const char *text)
{
    return condition_refuse(in,
            "nothing lies between the ends of '%s', which a range leaves out", text);
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

bool condition_parse_number(struct reader *in, struct condition *out)
{
    const char *text = in->at;
    enum comparison comparison = take_sign(in, &out->negated);
    uint64_t first, second;
    bool too_large = false, is_range;

    if (!take_number(in, &first, &too_large))
        return condition_refuse_syntax(in, text);
    is_range = comparison == EQUAL && take_dash(in);
    if (is_range && !take_number(in, &second, &too_large))
        return condition_refuse_syntax(in, text);
    condition_skip_spaces(in);
    if (*in->at != '\0')
        return condition_refuse_syntax(in, text);
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
bool condition_take_real(struct reader *in, double *out)
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

bool condition_parse_real(struct reader *in, struct condition *out)
{
    const char *text = in->at;
    enum comparison comparison = take_sign(in, &out->negated);
    double first, second;
    bool is_range;

    if (!condition_take_real(in, &first))
        return condition_refuse_syntax(in, text);
    is_range = comparison == EQUAL && take_dash(in);
    if (is_range && !condition_take_real(in, &second))
        return condition_refuse_syntax(in, text);
    condition_skip_spaces(in);
    if (*in->at != '\0')
        return condition_refuse_syntax(in, text);
    if (!is_range)
        return bound_real(in, text, comparison, first, out);
    if (second <= first)
        return refuse_narrow(in, text);
    out->real.low = first;
    out->real.high = second;
    out->real.low_included = out->real.high_included = false;
    return true;
}
