#define PCRE2_CODE_UNIT_WIDTH 8

#include "detect/match/steps.h"

#include <assert.h>
#include <pcre2.h>
#include <stdlib.h>

#include "detect/match/steps_internal.h"
#include "detect/rules/dataset.h"

#define STEPS_MAX 3000 /* Suricata's detect.inspection-recursion-limit */
/* Bytes searched: more than that many searches of the longest payload. */
#define BUDGET (256u * 1024 * 1024)

/* --- room --- */

struct steps *steps_new(const struct rule_set *set)
{
    struct steps *steps = calloc(1, sizeof(*steps));

    if (steps == NULL)
        return NULL;
    steps->pcre_context = rule_set_pcre_context(set);
    steps->match_data = pcre2_match_data_create(1, NULL); /* of groups nobody asks */
    if (steps->match_data == NULL) {
        free(steps);
        return NULL;
    }
    return steps;
}

void steps_free(struct steps *steps)
{
    if (steps == NULL)
        return;
    pcre2_match_data_free(steps->match_data);
    free(steps);
}

/* --- single steps --- */

static enum outcome take_data_at(struct steps *steps, const struct rule_step *step,
        struct place *place)
{
    const struct rule_data_at *data_at = &step->data_at;
    size_t left = steps->bytes.left;
    bool found = data_at->relative ? place->at + data_at->offset <= left : data_at->offset < left;

    if (found != data_at->negated)
        return HOLDS;
    return found && data_at->relative ? FAILS : FAILS_FOR_GOOD;
}

static enum outcome take_size(struct steps *steps, const struct rule_step *step,
        struct place *place)
{
    (void)place;
    return number_accepts(&step->size, steps->start + steps->bytes.left) ? HOLDS : FAILS_FOR_GOOD;
}

/* Suricata tries no more dots than a name may have. */
#define DOTS_MAX 126

static bool is_below(const struct dataset *set, struct cursor value)
{
    int dots = 0;

    for (size_t i = 1; i < value.left && dots < DOTS_MAX; i++)
        if (value.at[i] == '.' && value.at[i - 1] != '.') {
            dots++;
            if (dataset_contains(set, value.at + i, value.left - i))
                return true;
        }
    return false;
}

/* To set what is set, or to unset what is not, does not hold. */
static bool ask_dataset(const struct rule_dataset *asked, struct cursor value)
{
    bool known = dataset_contains(asked->dataset, value.at, value.left) ||
                 (asked->below && is_below(asked->dataset, value));

    switch (asked->command) {
    case DATASET_IS_SET:
        return known;
    case DATASET_IS_NOT_SET:
        return !known;
    case DATASET_SET:
        return !known && dataset_add(asked->dataset, value.at, value.left) == TATTLER_OK;
    case DATASET_UNSET:
        return dataset_remove(asked->dataset, value.at, value.left);
    }
    return false;
}

static enum outcome take_dataset(struct steps *steps, const struct rule_step *step,
        struct place *place)
{
    (void)place;
    return steps->bytes.left > 0 && ask_dataset(&step->dataset, steps->bytes) ? HOLDS
                                                                              : FAILS_FOR_GOOD;
}

/* --- all of them --- */

static const take_fn takes[] = {
    [STEP_CONTENT] = take_content,
    [STEP_PCRE] = take_pcre,
    [STEP_BYTE_TEST] = take_byte_test,
    [STEP_BYTE_JUMP] = take_byte_jump,
    [STEP_DATA_AT] = take_data_at,
    [STEP_SIZE] = take_size,
    [STEP_DATASET] = take_dataset,
};

void steps_choose(struct steps *steps, const struct place *place, size_t from)
{
    struct place *choice;

    assert(steps->choice_count < CHOICES_MAX);
    choice = &steps->choices[steps->choice_count++];
    *choice = *place;
    choice->from = from;
}

void steps_spend(struct steps *steps, uint64_t len)
{
    steps->budget -= len < steps->budget ? len : steps->budget;
}

/* Only steps taken for the first time count, as it is these that Suricata enters. */
static bool take_all(struct steps *steps, const struct rule_buffer *buffer)
{
    struct place place = { 0, 0, 0 };
    unsigned taken = 0;

    while (place.step < buffer->step_count) {
        const struct rule_step *step = &buffer->steps[place.step];
        enum outcome outcome;

        if (steps->budget == 0 || (place.from == 0 && ++taken == STEPS_MAX)) {
            steps->is_cut = true;
            return false;
        }
        outcome = takes[step->kind](steps, step, &place);
        if (outcome == HOLDS)
            place = (struct place){ place.step + 1, place.at, 0 };
        else if (outcome == FAILS && steps->choice_count > 0)
            place = steps->choices[--steps->choice_count];
        else
            return false;
    }
    return true;
}

bool steps_hold(struct steps *steps, const struct rule_buffer *buffer, struct cursor bytes,
        uint64_t start)
{
    bool holds;

    if (buffer->transforms.count > 0)
        bytes = transforms_apply(&buffer->transforms, bytes, steps->transformed);
    steps->bytes = bytes.at != NULL ? bytes : cursor_over("", 0);
    steps->start = start;
    steps->budget = BUDGET;
    steps->choice_count = 0;
    steps->is_cut = false;
    holds = take_all(steps, buffer);
    steps->cut += steps->is_cut;
    return holds;
}

uint64_t steps_cut(const struct steps *steps)
{
    return steps->cut;
}
