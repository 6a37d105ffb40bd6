/* best_fit.h - the character of one byte that looks most like a Unicode character, as Windows code
 * page 1252 chooses it (bestfit1252.txt of the Unicode Consortium): servers that convert so can be
 * asked for "/etc" in many ways. Any thread. */
#ifndef TATTLER_PARSE_BEST_FIT_H
#define TATTLER_PARSE_BEST_FIT_H

#include <stdint.h>

/* For U+0100 and above; '?' when nothing looks like it. */
uint8_t best_fit(uint32_t character);

#endif
