/* 'byte_test' and 'byte_jump': numbers in the data. */
#include <errno.h>
#include <stdlib.h>

#include "detect/match/steps_internal.h"

#define DIGITS_MAX 23 /* of a number; rules give no more */

/* --- the number --- */

/* What begins at the field; false: it does not lie in the bytes. Of none nothing is in any. */
static bool find_field(const struct steps *steps, const struct rule_field *field,
        const struct place *place, struct cursor *out)
{
    int64_t begin = (field->relative ? (int64_t)place->at : 0) + field->offset;

    *out = steps->bytes;
    return out->left > 0 && begin >= 0 && cursor_skip(out, (size_t)begin) &&
           out->left >= field->bytes;
}

static uint64_t read_binary(const struct rule_field *field, const struct cursor *in)
{
    size_t last = field->bytes - 1u;
    uint64_t number = 0;
    uint8_t byte;

    for (size_t i = 0; i < field->bytes; i++)
        if (cursor_peek_u8(in, field->little ? last - i : i, &byte))
            number = number << 8 | byte;
    return number;
}

/* As strtoull() reads them, sign and all. Of 0 bytes Suricata reads as many as there are. */
static bool read_digits(const struct rule_field *field, struct cursor in, uint64_t *number,
        size_t *len)
{
    char text[DIGITS_MAX + 1], *end;
    size_t most = in.left < DIGITS_MAX ? in.left : DIGITS_MAX;
    size_t size = field->bytes != 0 ? field->bytes : most;

    if (!cursor_copy(&in, text, size))
        return false;
    text[size] = '\0';
    errno = 0;
    *number = strtoull(text, &end, field->base);
    *len = (size_t)(end - text);
    return *len > 0 && errno == 0;
}

/* 'len' is how many bytes the number takes, which of digits may be fewer than the field has. */
static bool read_number(const struct rule_field *field, struct cursor in, uint64_t *number,
        size_t *len)
{
    if (field->string)
        return read_digits(field, in, number, len);
    *number = read_binary(field, &in);
    *len = field->bytes;
    return true;
}

/* --- byte_test --- */

static bool compare(enum rule_comparison comparison, uint64_t number, uint64_t value)
{
    switch (comparison) {
    case COMPARE_EQUAL:
        return number == value;
    case COMPARE_LESS:
        return number < value;
    case COMPARE_GREATER:
        return number > value;
    case COMPARE_AND:
        return (number & value) != 0;
    case COMPARE_XOR:
        return (number ^ value) != 0;
    case COMPARE_GREATER_EQUAL:
        return number >= value;
    case COMPARE_LESS_EQUAL:
        return number <= value;
    }
    return false;
}

enum outcome take_byte_test(struct steps *steps, const struct rule_step *step,
        struct place *place)
{
    const struct rule_byte_test *test = &step->byte_test;
    struct cursor in;
    uint64_t number;
    size_t len;

    if (!find_field(steps, &test->field, place, &in) || (test->field.relative && in.left == 0) ||
            !read_number(&test->field, in, &number, &len))
        return FAILS;
    if (test->has_mask)
        number = (number & test->mask) >> test->shift;
    return compare(test->comparison, number, test->value) != test->negated ? HOLDS : FAILS;
}

/* --- byte_jump --- */

/* To Suricata a place is an address, and these have 47 bits: much further back than that it wraps
 * around and comes to lie behind everything. */
#define FURTHEST_BACK (-((int64_t)1 << 46))

/* A jump to before the start ends there, one to behind the end fails. */
static bool jump(size_t from, int64_t distance, size_t left, size_t *to)
{
    if (distance > (int64_t)left - (int64_t)from || distance < FURTHEST_BACK)
        return false;
    *to = distance > -(int64_t)from ? from + (size_t)distance : 0;
    return true;
}

enum outcome take_byte_jump(struct steps *steps, const struct rule_step *step,
        struct place *place)
{
    const struct rule_byte_jump *byte_jump = &step->byte_jump;
    size_t left = steps->bytes.left, len, from = 0;
    struct cursor in;
    uint64_t number;

    if (!find_field(steps, &byte_jump->field, place, &in) ||
            !read_number(&byte_jump->field, in, &number, &len))
        return FAILS;
    number *= byte_jump->multiplier;
    if (byte_jump->align)
        number = (number + 3) / 4 * 4;
    number += (uint64_t)byte_jump->post_offset;
    if (byte_jump->from == JUMP_FROM_FIELD)
        from = left - in.left + len;
    else if (byte_jump->from == JUMP_FROM_END)
        from = left;
    return jump(from, (int64_t)number, left, &place->at) ? HOLDS : FAILS;
}
