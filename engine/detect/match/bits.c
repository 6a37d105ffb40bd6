#include "detect/match/bits.h"

#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64

struct flow_bits {
    uint32_t word_count;
    uint64_t words[];
};

static uint64_t mask_of(uint32_t bit)
{
    return UINT64_C(1) << bit % WORD_BITS;
}

static bool is_set(const struct flow_bits *bits, uint32_t bit)
{
    return bits != NULL && bit / WORD_BITS < bits->word_count &&
           (bits->words[bit / WORD_BITS] & mask_of(bit)) != 0;
}

bool flow_bits_hold(const struct flow_bits *bits, const struct rule_flowbit *test)
{
    for (uint32_t i = 0; i < test->bit_count; i++)
        if (is_set(bits, test->bits[i]) != test->negated)
            return true;
    return false;
}

uint64_t flow_bits_marks(const struct flow_bits *bits)
{
    uint64_t marks = 0;

    for (uint32_t i = 0; bits != NULL && i < bits->word_count; i++)
        marks |= bits->words[i];
    return marks;
}

static bool has_room(struct flow_bits **bits, uint32_t bit)
{
    uint32_t old = *bits != NULL ? (*bits)->word_count : 0, wanted = bit / WORD_BITS + 1;
    struct flow_bits *moved;

    if (wanted <= old)
        return true;
    moved = realloc(*bits, sizeof(*moved) + wanted * sizeof(moved->words[0]));
    if (moved == NULL)
        return false;
    memset(&moved->words[old], 0, (wanted - old) * sizeof(moved->words[0]));
    moved->word_count = wanted;
    *bits = moved;
    return true;
}

enum tattler_status flow_bits_apply(struct flow_bits **bits, const struct rule_effect *effect)
{
    enum tattler_status status = TATTLER_OK;

    for (uint32_t i = 0; i < effect->bit_count; i++) {
        uint32_t bit = effect->bits[i];
        bool wanted = effect->command == BIT_SET ||
                      (effect->command == BIT_TOGGLE && !is_set(*bits, bit));

        if (wanted == is_set(*bits, bit))
            continue;
        if (has_room(bits, bit))
            (*bits)->words[bit / WORD_BITS] ^= mask_of(bit);
        else
            status = TATTLER_NO_MEMORY;
    }
    return status;
}

bool flow_bits_next(const struct flow_bits *bits, uint32_t *bit)
{
    while (bits != NULL && *bit < bits->word_count * WORD_BITS)
        if (is_set(bits, *bit))
            return true;
        else
            ++*bit;
    return false;
}

void flow_bits_free(struct flow_bits *bits)
{
    free(bits);
}

enum tattler_status flow_bits_renumber(struct flow_bits **bits, const uint32_t of[])
{
    enum tattler_status status = TATTLER_OK;
    struct flow_bits *moved = NULL;

    for (uint32_t bit = 0; flow_bits_next(*bits, &bit); bit++) {
        if (of[bit] == BITS_NONE)
            continue;
        if (has_room(&moved, of[bit]))
            moved->words[of[bit] / WORD_BITS] |= mask_of(of[bit]);
        else
            status = TATTLER_NO_MEMORY;
    }
    free(*bits);
    *bits = moved;
    return status;
}
