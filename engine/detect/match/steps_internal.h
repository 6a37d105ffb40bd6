/* steps_internal.h - what the files of steps.h share. */
#ifndef TATTLER_DETECT_MATCH_STEPS_INTERNAL_H
#define TATTLER_DETECT_MATCH_STEPS_INTERNAL_H

#include "detect/match/steps.h"
#include "detect/match/transforms.h"

/* Nothing that may be retried is written shorter than 'pcre:"/a/";'. */
#define CHOICES_MAX (RULE_TEXT_MAX / 11 + 1)

/* A piece of the bytes in lower case; it has room for any pattern and as much again. */
#define PIECE_SIZE (2 * RULE_TEXT_MAX)

/* A step about to be taken. */
struct place {
    uint32_t step;
    size_t at;   /* where the match before ended */
    size_t from; /* where to look for one more occurrence; 0: it is taken for the first time */
};

struct steps {
    void *match_data, *pcre_context;

    /* The call: */
    struct cursor bytes;
    uint64_t start;
    uint64_t budget; /* bytes that may still be searched */
    bool is_cut;     /* a limit ended it */
    /* What could be tried again, the last one first. */
    struct place choices[CHOICES_MAX];
    size_t choice_count;

    uint8_t transformed[TRANSFORMED_SIZE];

    uint64_t cut; /* calls that a limit ended */

    uint8_t piece[PIECE_SIZE];
};

enum outcome {
    HOLDS,
    FAILS,          /* another occurrence of a match before may help */
    FAILS_FOR_GOOD, /* as Suricata sees it; it does not try any other */
};

/* Moves 'place->at' to where the next step counts from. */
typedef enum outcome (*take_fn)(struct steps *steps, const struct rule_step *step,
        struct place *place);

enum outcome take_content(struct steps *steps, const struct rule_step *step, struct place *place);
enum outcome take_pcre(struct steps *steps, const struct rule_step *step, struct place *place);
enum outcome take_byte_test(struct steps *steps, const struct rule_step *step,
        struct place *place);
enum outcome take_byte_jump(struct steps *steps, const struct rule_step *step,
        struct place *place);

/* If what follows fails, this step is to be taken again from 'from', which is above 0. */
void steps_choose(struct steps *steps, const struct place *place, size_t from);

/* Takes a search of 'len' bytes off the budget; once it is used up nothing holds. */
void steps_spend(struct steps *steps, uint64_t len);

#endif
