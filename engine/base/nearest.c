#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

#define SHORT_WORD 4   /* up to here two errors would reach nearly any other short word */
#define PREFIX_LEAST 3 /* fewer letters begin too many words */
#define FAR (NEAREST_WORD_MAX + 1)

static char folded(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '_' ? '-' : c;
}

static bool same(char a, char b)
{
    return folded(a) == folded(b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance; only the last three rows of its matrix are kept. Row i column
 * j: the errors between the first i letters of 'a' and the first j of 'b'. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][NEAREST_WORD_MAX + 1];

    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);

            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

static bool begins_with(const char *candidate, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (candidate[i] == '\0' || !same(candidate[i], word[i]))
            return false;
    return len >= PREFIX_LEAST;
}

const char *nearest_word(const char *word, const char *const candidates[], size_t n)
{
    size_t len = strlen(word), best = FAR, allowed = len <= SHORT_WORD ? 1 : 2;
    const char *nearest = NULL;

    if (len > NEAREST_WORD_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t candidate_len = strlen(candidates[i]), errors;

        if (candidate_len > NEAREST_WORD_MAX)
            continue;
        errors = distance(word, len, candidates[i], candidate_len);
        if (errors <= allowed && errors < len && errors < best) {
            best = errors;
            nearest = candidates[i];
        }
    }
    for (size_t i = 0; i < n && nearest == NULL; i++)
        if (begins_with(candidates[i], word, len))
            nearest = candidates[i];
    return nearest;
}
