/* 'pcre': what a pattern of PCRE2 finds. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include "detect/match/steps_internal.h"

enum outcome take_pcre(struct steps *steps, const struct rule_step *step, struct place *place)
{
    const struct rule_pcre *pcre = &step->pcre;
    size_t base = pcre->relative ? place->at : 0, from = place->from != 0 ? place->from - base : 0;
    struct cursor in = steps->bytes;
    const size_t *found;
    int result;

    cursor_skip(&in, base);
    result = pcre2_match(pcre->code, in.at, in.left, from, 0, steps->match_data,
            steps->pcre_context);
    steps_spend(steps, in.left);
    if (result == PCRE2_ERROR_NOMATCH && pcre->negated)
        return HOLDS;
    if (result < 0 || pcre->negated) /* beyond a limit neither holds */
        return FAILS;
    found = pcre2_get_ovector_pointer(steps->match_data);
    if (pcre->retry)
        steps_choose(steps, place, base + found[0] + 1);
    place->at = base + found[1];
    return HOLDS;
}
