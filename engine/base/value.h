/* value.h - a value that heuristics, their parameters and their memory deal in. */
#ifndef TATTLER_BASE_VALUE_H
#define TATTLER_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum value_type { VALUE_NONE, VALUE_NUMBER, VALUE_FLAG, VALUE_TEXT };

struct value {
    enum value_type type;
    union {
        double number;
        bool flag;
        struct {
            const char *text; /* borrowed; not NUL-terminated */
            size_t len;
        };
    };
};

static inline struct value value_of_number(double number)
{
    return (struct value){ .type = VALUE_NUMBER, .number = number };
}

static inline struct value value_of_flag(bool flag)
{
    return (struct value){ .type = VALUE_FLAG, .flag = flag };
}

static inline struct value value_of_text(const char *text, size_t len)
{
    return (struct value){ .type = VALUE_TEXT, .text = text, .len = len };
}

#endif
