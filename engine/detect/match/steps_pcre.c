/* 'pcre': what a pattern of PCRE2 finds. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include "detect/match/steps_internal.h"
#include "detect/rules/pcre_codes.h"

/* A pattern may take as many steps at each place as its match limit lets it, and was seen to take
 * up to sixty times as long as a search for bytes. One that is anchored begins in one place. */
#define WEIGHT 64

static uint64_t cost_of(const pcre2_code *code, size_t searched)
{
    uint32_t options = 0;

    pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
    if ((options & PCRE2_ANCHORED) == 0)
        return (uint64_t)searched * WEIGHT;
    return searched < PCRE_MATCH_LIMIT ? searched : PCRE_MATCH_LIMIT;
}

enum outcome take_pcre(struct steps *steps, const struct rule_step *step, struct place *place)
{
    const struct rule_pcre *pcre = &step->pcre;
    size_t base = pcre->relative ? place->at : 0, from = place->from != 0 ? place->from - base : 0;
    struct cursor in = steps->bytes;
    const size_t *found = pcre2_get_ovector_pointer(steps->match_data);
    int result;

    cursor_skip(&in, base);
    if (from > in.left) /* one byte behind an empty match at the end */
        return FAILS;
    result = pcre2_match(pcre->code, in.at, in.left, from, 0, steps->match_data,
            steps->pcre_context);
    steps_spend(steps, cost_of(pcre->code, (result < 0 ? in.left : found[1]) - from));
    steps->is_cut |= result < 0 && result != PCRE2_ERROR_NOMATCH;
    if (result == PCRE2_ERROR_NOMATCH && pcre->negated)
        return HOLDS;
    if (result < 0 || pcre->negated) /* beyond a limit neither holds */
        return FAILS;
    if (pcre->retry)
        steps_choose(steps, place, base + found[0] + 1);
    place->at = base + found[1];
    return HOLDS;
}
