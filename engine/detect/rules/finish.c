/* Packs what was read of a rule. */
#include <ctype.h>
#include <string.h>

#include "detect/rules/bounds.h"
#include "detect/rules/draft.h"

/* --- buffers --- */

static size_t count_steps(const struct rule_draft *draft, int buffer)
{
    size_t count = 0;

    for (size_t i = 0; i < draft->steps.count; i++)
        count += draft->steps.items[i].buffer == buffer;
    return count;
}

static bool pack_buffer(struct rule_draft *draft, int index, struct rule_buffer *out)
{
    size_t count = count_steps(draft, index), packed = 0;
    struct rule_step *steps = arena_take(draft->world->arena, count * sizeof(*steps));

    if (steps == NULL)
        return draft_no_memory(draft);
    for (size_t i = 0; i < draft->steps.count; i++)
        if (draft->steps.items[i].buffer == index)
            steps[packed++] = draft->steps.items[i].step;
    bounds_derive(steps, count);
    *out = (struct rule_buffer){ .kind = BUFFER_PAYLOAD, .steps = steps,
        .step_count = (uint32_t)count };
    if (index != PAYLOAD) {
        out->kind = draft->buffers.items[index].kind;
        out->feature = draft->buffers.items[index].feature;
        out->transforms = draft->buffers.items[index].transforms;
    }
    return true;
}

static bool pack_buffers(struct rule_draft *draft)
{
    bool has_payload = count_steps(draft, PAYLOAD) > 0;
    size_t count = draft->buffers.count + has_payload;
    struct rule_buffer *buffers = arena_take(draft->world->arena, count * sizeof(*buffers));
    struct rule *rule = &draft->rule;

    if (buffers == NULL)
        return draft_no_memory(draft);
    if (has_payload && !pack_buffer(draft, PAYLOAD, &buffers[0]))
        return false;
    for (size_t i = 0; i < draft->buffers.count; i++)
        if (!pack_buffer(draft, (int)i, &buffers[i + has_payload]))
            return false;
    rule->buffers = buffers;
    rule->buffer_count = (uint32_t)count;
    return true;
}

/* --- what is searched first --- */

/* Suricata's measure: bytes that are rare in text and protocols count more, repeated ones least. */
static unsigned strength(const struct rule_content *content)
{
    bool seen[256] = { false };
    unsigned sum = 0;

    for (size_t i = 0; i < content->length; i++) {
        uint8_t byte = content->bytes[i];

        if (seen[byte])
            sum += 1;
        else if (isalpha(byte))
            sum += 3;
        else
            sum += isprint(byte) || byte <= 1 || byte == 0xff ? 4 : 6;
        seen[byte] = true;
    }
    return sum;
}

/* Can what it has to hold be looked for before the rule is? Neither in addresses nor in what
 * transforms make. */
static bool is_searched(const struct rule_buffer *buffer)
{
    return buffer->kind < BUFFER_IP_SOURCE && buffer->transforms.count == 0;
}

/* The author's choice, or the strongest one; buffers that are shorter than the payload first. */
static void choose_fast(struct rule *rule)
{
    unsigned best = 0;

    for (uint32_t b = 0; b < rule->buffer_count; b++)
        for (uint32_t s = 0; is_searched(&rule->buffers[b]) && s < rule->buffers[b].step_count; s++) {
            const struct rule_content *content = &rule->buffers[b].steps[s].content;
            unsigned score;

            if (rule->buffers[b].steps[s].kind != STEP_CONTENT || content->negated)
                continue;
            score = strength(content) + 1 +
                    (rule->buffers[b].kind != BUFFER_PAYLOAD ? UINT16_MAX * 8u : 0) +
                    (content->fast_pattern ? UINT16_MAX * 16u : 0);
            if (score > best) {
                best = score;
                rule->fast = content;
                rule->fast_buffer = &rule->buffers[b];
            }
        }
}

/* --- addresses alone --- */

static bool asks_ends(const struct rule *rule)
{
    if (rule->application != APPLICATION_ANY || rule->buffer_count > 0 || rule->unless_usual ||
            !rule->to_server || !rule->to_client)
        return false;
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind != TEST_XBIT)
            return false;
    for (uint32_t i = 0; i < rule->effect_count; i++)
        if (!rule->effects[i].is_xbit && rule->effects[i].command != BIT_SET)
            return false;
    return true;
}

bool rule_asks_ends_alone(const struct rule *rule)
{
    return asks_ends(rule) && rule->source->plain && rule->destination->plain;
}

static bool asks_protocol_alone(const struct rule *rule)
{
    return rule->application != APPLICATION_ANY && rule->buffer_count == 0 &&
           rule->test_count == 0 && !rule->unless_usual;
}

bool rule_is_about_flow(const struct rule *rule)
{
    return asks_ends(rule) || asks_protocol_alone(rule);
}

/* The second time nothing may stand behind the mask. */
static bool check_masks(struct rule_draft *draft)
{
    const struct rule *rule = &draft->rule;

    return (!rule->source->loose && !rule->destination->loose) || !rule_asks_ends_alone(rule) ||
           draft_refuse(draft, draft->text, "something stands behind the mask of an IPv6 network: write it "
                   "as '2001:db8::/32'");
}

/* --- all of it --- */

#define PACK(list) \
    (rule->list = arena_copy(arena, draft->list.items, draft->list.count, \
                             sizeof(*draft->list.items)), \
            draft->list.count == 0 || rule->list != NULL)

bool draft_finish(struct rule_draft *draft)
{
    struct arena *arena = draft->world->arena;
    struct rule *rule = &draft->rule;

    if (!pack_buffers(draft) || !PACK(tests) || !PACK(effects) || !PACK(references) ||
            !PACK(metadata))
        return draft_no_memory(draft);
    rule->test_count = (uint32_t)draft->tests.count;
    rule->effect_count = (uint32_t)draft->effects.count;
    rule->reference_count = (uint32_t)draft->references.count;
    rule->metadata_count = (uint32_t)draft->metadata.count;
    if (!draft->gives_priority)
        rule->priority = CLASS_DEFAULT_PRIORITY;
    if (!draft->gid_seen)
        rule->gid = 1;
    choose_fast(rule);
    return check_masks(draft);
}
