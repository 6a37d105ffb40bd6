/* bit_names.h - numbers for the names of flowbits and xbits, from 0 upwards. Set-up only. */
#ifndef TATTLER_DETECT_RULES_BIT_NAMES_H
#define TATTLER_DETECT_RULES_BIT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bit_name;

/* All zero: empty. 'texts' holds the name of each number. */
struct bit_names {
    struct bit_name *table;
    const char **texts;
    size_t count, room;
};

/* A name that is new gets the next number. False: out of memory. */
bool bit_names_number(struct bit_names *names, const char *text, uint32_t *out);
bool bit_names_find(const struct bit_names *names, const char *text, uint32_t *out);
void bit_names_clear(struct bit_names *names);

#endif
