#include "detect/dga.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/cursor.h"
#include "detect/dga_model.h"

#define LABEL_MAX 63 /* RFC 1035 section 2.3.4 */

/* "co" of co.uk, "edu" of edu.cn: what registries put below a country is so short. */
#define SECOND_LEVEL_MAX 3

/* In bits. That a digit is this one of ten, that a random letter is this one of 26, of 36, of 16,
 * and that a random label has this length of about 24 usual ones. */
#define BITS_DIGIT 3.32
#define BITS_LETTER 4.70
#define BITS_LETTER_OR_DIGIT 5.17
#define BITS_HEXADECIMAL 4.0
#define BITS_LENGTH 4.58

#define HEXADECIMAL_LAST 5 /* the symbol of 'f' */

/* Measured on held-out names: abbreviations of up to eight letters lack vowels as random ones do. */
#define SURE_LENGTH 9
#define BITS_PER_MISSING_LETTER 4.0

/* Overlapping trigrams are not independent, so their evidence counts half; one bit has to speak for
 * 'generated' before it is even. A score of 0.8 needs five. */
#define BITS_EVEN 1.0
#define EVIDENCE_WEIGHT 0.5

/* What the two explanations need to know of a label. */
struct tally {
    unsigned chosen_cost; /* in bits / DGA_COST_UNIT, as a name that people chose */
    size_t length, digits, hyphens, hexadecimal;
};

static size_t label_start(const char *name, size_t end)
{
    while (end > 0 && name[end - 1] != '.')
        end--;
    return end;
}

/* The last label that somebody registered: before the top level, and before a short second one.
 * Empty where there is but one label. */
static struct cursor registered_label(const char *domain, size_t len)
{
    size_t end = len, start = label_start(domain, end);

    if (start == 0)
        return cursor_over(domain, 0);
    do {
        end = start - 1;
        start = label_start(domain, end);
    } while (start > 0 && end - start <= SECOND_LEVEL_MAX);
    return cursor_over(domain + start, end - start);
}

/* DGA_EDGE: no character of a host name. */
static uint8_t symbol_of(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z')
        byte |= 0x20;
    if (byte >= 'a' && byte <= 'z')
        return (uint8_t)(byte - 'a');
    if (byte >= '0' && byte <= '9')
        return DGA_DIGIT;
    return byte == '-' || byte == '_' ? DGA_HYPHEN : DGA_EDGE;
}

static bool tally_label(struct cursor label, struct tally *tally)
{
    uint8_t before = DGA_EDGE, last = DGA_EDGE, next, byte;

    while (cursor_u8(&label, &byte)) {
        next = symbol_of(byte);
        if (next == DGA_EDGE)
            return false;
        tally->chosen_cost += dga_costs[before][last][next];
        tally->length++;
        tally->digits += next == DGA_DIGIT;
        tally->hyphens += next == DGA_HYPHEN;
        tally->hexadecimal += next == DGA_DIGIT || next <= HEXADECIMAL_LAST;
        before = last;
        last = next;
    }
    tally->chosen_cost += dga_costs[before][last][DGA_EDGE];
    return tally->length > 0;
}

/* Of the ways to draw characters at random, the likeliest one that can give this label. */
static double random_bits(const struct tally *tally)
{
    double drawn = (double)(tally->length - tally->hyphens), each = BITS_LETTER_OR_DIGIT;

    if (tally->digits == 0)
        each = BITS_LETTER;
    if (tally->hexadecimal + tally->hyphens == tally->length)
        each = BITS_HEXADECIMAL;
    return drawn * each + (double)tally->hyphens * BITS_LETTER_OR_DIGIT + BITS_LENGTH;
}

static double chosen_bits(const struct tally *tally)
{
    return tally->chosen_cost / (double)DGA_COST_UNIT + (double)tally->digits * BITS_DIGIT;
}

static bool is_internationalised(struct cursor label)
{
    uint8_t x, n, dashes[2];

    return cursor_u8(&label, &x) && cursor_u8(&label, &n) && (x | 0x20) == 'x' &&
           (n | 0x20) == 'n' && cursor_copy(&label, dashes, 2) && memcmp(dashes, "--", 2) == 0;
}

bool dga_score(const char *domain, size_t len, double *score)
{
    struct cursor label = registered_label(domain, len);
    struct tally tally = { 0 };
    double evidence_bits;

    if (label.left > LABEL_MAX || is_internationalised(label) || !tally_label(label, &tally))
        return false;
    evidence_bits = chosen_bits(&tally) - random_bits(&tally) - BITS_EVEN;
    if (tally.length < SURE_LENGTH)
        evidence_bits -= (double)(SURE_LENGTH - tally.length) * BITS_PER_MISSING_LETTER;
    *score = 1 / (1 + exp2(-EVIDENCE_WEIGHT * evidence_bits));
    return true;
}
