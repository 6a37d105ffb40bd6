#include "detect/rules/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- numbers as strtoull() reads them --- */

bool number_unsigned(const char *text, int base, bool whole, uint64_t max, uint64_t *out)
{
    uint64_t number;
    char *end;

    errno = 0;
    number = strtoull(text, &end, base);
    if (errno == ERANGE || end == text || (whole && *end != '\0') || number > max)
        return false;
    *out = number;
    return true;
}

bool number_signed(const char *text, int base, bool whole, int64_t min, int64_t max,
        int64_t *out)
{
    int64_t number;
    char *end;

    errno = 0;
    number = strtoll(text, &end, base);
    if (errno == ERANGE || end == text || (whole && *end != '\0') || number < min ||
            number > max)
        return false;
    *out = number;
    return true;
}

/* --- conditions --- */

struct reader {
    const char *at;
    uint64_t max;
};

static bool take(struct reader *in, const char *token)
{
    size_t len = strlen(token);

    if (strncmp(in->at, token, len) != 0)
        return false;
    in->at += len;
    return true;
}

static void skip_blanks(struct reader *in)
{
    in->at += strspn(in->at, " ");
}

static bool take_digits(struct reader *in, const char *digits, unsigned base, uint64_t *out)
{
    const char *start = in->at;
    uint64_t number = 0;

    for (; *in->at != '\0' && strchr(digits, *in->at) != NULL; in->at++) {
        unsigned digit = isdigit((unsigned char)*in->at)
                                 ? (unsigned)(*in->at - '0')
                                 : (unsigned)(tolower((unsigned char)*in->at) - 'a' + 10);

        if (number > (in->max - digit) / base || digit > in->max)
            return false;
        number = number * base + digit;
    }
    *out = number;
    return in->at > start;
}

static bool take_unit(struct reader *in, uint64_t *number)
{
    static const char *const units[] = { "kib", "kb", "mib", "mb", "gib", "gb" };

    for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strncasecmp(in->at, units[i], strlen(units[i])) == 0) {
            unsigned shift = 10 * (i / 2 + 1);

            in->at += strlen(units[i]);
            if (*number > in->max >> shift)
                return false;
            *number <<= shift;
            break;
        }
    return true;
}

bool number_size(const char *text, uint64_t *out)
{
    struct reader in = { text, UINT64_MAX };

    skip_blanks(&in);
    if (!take_digits(&in, "0123456789", 10, out))
        return false;
    skip_blanks(&in);
    return take_unit(&in, out) && *in.at == '\0';
}

static bool take_number(struct reader *in, uint64_t *out)
{
    const char *start = in->at;

    if (take(in, "0x") && take_digits(in, "0123456789abcdefABCDEF", 16, out))
        return true;
    in->at = start;
    return take_digits(in, "0123456789", 10, out) && take_unit(in, out);
}

/* "&0x0f=3" */
static bool take_bits(struct reader *in, struct number_condition *out)
{
    skip_blanks(in);
    if (!take(in, "&"))
        return false;
    skip_blanks(in);
    if (!take_number(in, &out->mask))
        return false;
    skip_blanks(in);
    out->negated = take(in, "!");
    if (!take(in, "="))
        return false;
    skip_blanks(in);
    if (!take_number(in, &out->low))
        return false;
    out->high = out->low;
    return (out->low & out->mask) == out->low; /* else it could never be */
}

static bool take_between(struct reader *in, struct number_condition *out)
{
    uint64_t low, high;

    out->negated = take(in, "!");
    if (!take_number(in, &low))
        return false;
    skip_blanks(in);
    if (!take(in, "-") && !take(in, "<>"))
        return false;
    skip_blanks(in);
    if (!take_number(in, &high) || high <= low || high - low <= 1)
        return false;
    out->low = low + 1;
    out->high = high - 1;
    if (!out->negated)
        out->top = high;
    return true;
}

static bool take_equal(struct reader *in, struct number_condition *out)
{
    take(in, "=");
    skip_blanks(in);
    if (!take_number(in, &out->low))
        return false;
    out->high = out->top = out->low;
    return true;
}

static bool take_compared(struct reader *in, struct number_condition *out)
{
    bool larger = take(in, ">"), smaller = !larger && take(in, "<");
    bool negated = !larger && !smaller && take(in, "!"), equal = take(in, "=");
    uint64_t number;

    if (!larger && !smaller && !negated)
        return false;
    skip_blanks(in);
    if (!take_number(in, &number))
        return false;
    if (negated) {
        out->negated = true;
        out->low = out->high = out->top = number;
        return true;
    }
    if (larger)
        out->low = equal ? number : number + 1;
    else
        out->high = equal ? number : number - 1;
    if (smaller && !equal)
        out->top = number;
    /* What always holds is refused like what never does. */
    return larger == equal ? number > 0 : number < in->max;
}

bool number_condition_parse(const char *text, uint64_t max, struct number_condition *out,
        const char **where)
{
    static bool (*const forms[])(struct reader *, struct number_condition *) = { take_bits,
        take_between, take_equal, take_compared };
    const char *start = text + strspn(text, " ");

    *where = start;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct number_condition condition = { .mask = UINT64_MAX, .high = max,
            .top = NUMBER_NO_TOP };
        struct reader in = { start, max };

        if (forms[i](&in, &condition)) {
            skip_blanks(&in);
            *where = in.at;
            *out = condition;
            return *in.at == '\0';
        }
        if (in.at > *where)
            *where = in.at;
    }
    return false;
}
