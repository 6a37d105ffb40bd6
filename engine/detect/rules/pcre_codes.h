/* pcre_codes.h - compiled patterns, to be freed with the rules that use them. Set-up only. */
#ifndef TATTLER_DETECT_RULES_PCRE_CODES_H
#define TATTLER_DETECT_RULES_PCRE_CODES_H

#include <stdbool.h>
#include <stddef.h>

/* As Suricata sets them; they bound the time of one search. */
#define PCRE_MATCH_LIMIT 3500
#define PCRE_DEPTH_LIMIT 1500

/* All zero: empty. */
struct pcre_codes {
    void **items; /* pcre2_code */
    size_t count, room;
};

/* Compiles to machine code where PCRE2 can, and takes the pattern over; false, having freed it:
 * out of memory. */
bool pcre_codes_keep(struct pcre_codes *codes, void *code);
/* Frees those behind the first 'count'. */
void pcre_codes_cut(struct pcre_codes *codes, size_t count);
void pcre_codes_clear(struct pcre_codes *codes);

/* A pcre2_match_context with the limits; NULL: out of memory. */
void *pcre_limits_new(void);
void pcre_limits_free(void *context);

#endif
