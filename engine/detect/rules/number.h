/* number.h - numbers in rules: conditions on one, and numbers as strtoul() reads them.
 *
 * Suricata's "Integer Keywords":
 *
 *   5  =5  !5  !=5   >5  >=5  <5  <=5
 *   1-5  1<>5        strictly between: both ends are left out
 *   !1-5             not strictly between
 *   &0x0f=3  &1!=1   of the bits in a mask
 *   0x1f  10kb 2MiB  hexadecimal, units of 1024
 *
 * Any thread; no allocation. */
#ifndef TATTLER_DETECT_RULES_NUMBER_H
#define TATTLER_DETECT_RULES_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct number_condition {
    uint64_t mask;      /* what of the number is looked at */
    uint64_t low, high; /* both included */
    bool negated;
    /* What stands behind '=', '!', '<' or the dash of a range; else NUMBER_NO_TOP. */
    uint64_t top;
};

#define NUMBER_NO_TOP UINT64_MAX

/* 'max' is the largest that can be: UINT8_MAX and so on. On failure 'where' is set to the first
 * character that does not belong there; conditions that could never hold fail, too. */
bool number_condition_parse(const char *text, uint64_t max, struct number_condition *out,
        const char **where);

static inline bool number_accepts(const struct number_condition *condition, uint64_t number)
{
    number &= condition->mask;
    return (number >= condition->low && number <= condition->high) != condition->negated;
}

/* A number as strtoull() or strtoll() takes it: blanks, a sign, digits to the base (0: as in C).
 * 'whole': nothing may stand behind it. */
bool number_unsigned(const char *text, int base, bool whole, uint64_t max, uint64_t *out);
bool number_signed(const char *text, int base, bool whole, int64_t min, int64_t max, int64_t *out);
/* "100", "10 kb", "1MiB". */
bool number_size(const char *text, uint64_t *out);

#endif
