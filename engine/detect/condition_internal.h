/* condition_internal.h - what the files that read conditions share; no one else's. */
#ifndef TATTLER_DETECT_CONDITION_INTERNAL_H
#define TATTLER_DETECT_CONDITION_INTERNAL_H

#include "detect/condition.h"

/* A rule option being read, and where to complain. */
struct reader {
    const struct feature *feature;
    const char *at;
    char *error;
    size_t error_size;
};

/* Always false. */
__attribute__((format(printf, 2, 3))) bool condition_refuse(const struct reader *in,
        const char *format, ...);
bool condition_refuse_syntax(const struct reader *in, const char *text);

void condition_skip_spaces(struct reader *in);
/* Is the token next? Then it is passed, with the spaces behind it. */
bool condition_take(struct reader *in, const char *token);

/* --- condition_number.c --- */

bool condition_take_real(struct reader *in, double *out);
bool condition_parse_number(struct reader *in, struct condition *out);
bool condition_parse_real(struct reader *in, struct condition *out);

#endif
