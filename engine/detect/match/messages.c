#include "detect/match/messages.h"

#include <stdlib.h>
#include <string.h>

static enum tattler_status make_kind(const struct plans *plans, enum rule_buffer_kind kind,
        struct pattern *patterns, struct pattern_scratch **scratch, struct patterns **out)
{
    size_t count = 0;

    for (size_t i = 0; i < plans->count; i++) {
        const struct plan *plan = &plans->rules[i];

        if (plan->event == PLAN_MESSAGE && plan->fast != NULL && plan->buffer->kind == kind)
            patterns[count++] = plan_pattern(plan, (uint32_t)i);
    }
    return count > 0 ? patterns_new(patterns, count, scratch, out) : TATTLER_OK;
}

static void note_kinds(const struct rule *rule, struct messages *out)
{
    for (uint32_t i = 0; i < rule->buffer_count; i++)
        out->kinds |= UINT32_C(1) << rule->buffers[i].kind;
}

enum tattler_status messages_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct messages *out)
{
    struct pattern *patterns = calloc(plans->count > 0 ? plans->count : 1, sizeof(*patterns));
    enum tattler_status status = patterns != NULL ? TATTLER_OK : TATTLER_NO_MEMORY;

    *out = (struct messages){ 0 };
    for (size_t i = 0; i < plans->count && status == TATTLER_OK; i++) {
        if (plans->rules[i].event != PLAN_MESSAGE)
            continue;
        note_kinds(plans->rules[i].rule, out);
        if (plans->rules[i].fast == NULL && !plan_list_append(&out->each, (uint32_t)i))
            status = TATTLER_NO_MEMORY;
    }
    for (int kind = 0; kind < BUFFER_KINDS && status == TATTLER_OK; kind++)
        status = make_kind(plans, (enum rule_buffer_kind)kind, patterns, scratch,
                &out->by_kind[kind]);
    free(patterns);
    return status;
}

void messages_clear(struct messages *messages)
{
    for (int kind = 0; kind < BUFFER_KINDS; kind++)
        patterns_free(messages->by_kind[kind]);
    free(messages->each.numbers);
    *messages = (struct messages){ 0 };
}
