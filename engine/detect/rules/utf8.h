/* utf8.h - is a text UTF-8 (RFC 3629)? */
#ifndef TATTLER_DETECT_RULES_UTF8_H
#define TATTLER_DETECT_RULES_UTF8_H

#include <stddef.h>

/* Bytes of the character that a NUL-terminated text begins with; 0: it begins with none. */
static inline size_t utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t len = *at < 0x80   ? 1
                 : *at < 0xc2 ? 0
                 : *at < 0xe0 ? 2
                 : *at < 0xf0 ? 3
                 : *at < 0xf5 ? 4
                              : 0;

    for (size_t i = 1; i < len; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    /* Neither longer than needed, nor a surrogate, nor beyond U+10FFFF. */
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) ||
            (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f))
        return 0;
    return len;
}

#endif
