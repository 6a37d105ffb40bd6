/* nearest.h - what the user may have meant by a word that is not known.
 *
 * Any thread; no allocation. */
#ifndef TATTLER_BASE_NEAREST_H
#define TATTLER_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_WORD_MAX 64 /* bytes; a longer word has no neighbours */

/* The candidate fewest typing errors away: letters left out, added, replaced or swapped with their
 * neighbour (optimal string alignment), at most two, and one for words of up to four letters. Case
 * does not count, nor '_' for '-'. If there is none, the first candidate that begins with 'word'.
 * NULL if nothing is near; otherwise one of the pointers given. */
const char *nearest_word(const char *word, const char *const candidates[], size_t n);

#endif
