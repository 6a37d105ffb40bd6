#include "detect/match/messages.h"

#include <stdlib.h>

#include "parse/packet.h"

/* --- which rules --- */

/* Of a kind of buffer (and of which feature), or in general. */
static bool gather(const struct plans *plans, enum rule_buffer_kind kind,
        const struct feature *feature, struct plan_list *out)
{
    enum plan_event event = kind == BUFFER_FEATURE ? PLAN_TEXT : PLAN_MESSAGE;

    out->count = 0;
    for (size_t i = 0; i < plans->count; i++) {
        const struct plan *plan = &plans->rules[i];

        if (plan->event == event && plan->fast != NULL && plan->buffer->kind == kind &&
                plan->buffer->feature == feature && !plan_list_append(out, (uint32_t)i))
            return false;
    }
    return true;
}

#define MESSAGE_KINDS                                                                              \
    ((UINT32_C(1) << BUFFER_FEATURE) - (UINT32_C(1) << (BUFFER_PAYLOAD + 1)))

static bool looks_at_streams(const struct rule *rule)
{
    return rule->needs_stream && rule_has_ip_protocol(rule, PACKET_PROTOCOL_TCP);
}

static bool note(struct messages *out, const struct plan *plan, uint32_t number)
{
    for (uint32_t i = 0; i < plan->rule->buffer_count; i++)
        out->kinds |= UINT32_C(1) << plan->rule->buffers[i].kind;
    out->wants_stream |= plan_has_payload(plan);
    return plan->fast != NULL || plan_list_append(&out->each, number);
}

/* --- texts --- */

static bool has_text(const struct messages *messages, const struct feature *feature)
{
    for (uint32_t i = 0; i < messages->text_count; i++)
        if (messages->texts[i].feature == feature)
            return true;
    return false;
}

static enum tattler_status add_text(struct messages *messages, const struct plans *plans,
        const struct feature *feature, struct plan_list *list, struct pattern_scratch **scratch)
{
    struct text_search *texts =
            realloc(messages->texts, (messages->text_count + 1) * sizeof(*texts));

    if (texts == NULL)
        return TATTLER_NO_MEMORY;
    messages->texts = texts;
    messages->text_changes |= feature->changed;
    texts[messages->text_count] = (struct text_search){ .feature = feature };
    if (!gather(plans, BUFFER_FEATURE, feature, list))
        return TATTLER_NO_MEMORY;
    return plans_search(plans, list, scratch, &texts[messages->text_count++].patterns);
}

/* --- life --- */

enum tattler_status messages_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct messages *out)
{
    enum tattler_status status = TATTLER_OK;
    struct plan_list list = { 0 };

    *out = (struct messages){ 0 };
    for (size_t i = 0; i < plans->count && status == TATTLER_OK; i++) {
        const struct plan *plan = &plans->rules[i];

        if (looks_at_streams(plan->rule))
            out->kinds |= MESSAGE_KINDS;
        if (plan->event == PLAN_MESSAGE && !note(out, plan, (uint32_t)i))
            status = TATTLER_NO_MEMORY;
        else if (plan->event == PLAN_TEXT && !has_text(out, plan->buffer->feature))
            status = add_text(out, plans, plan->buffer->feature, &list, scratch);
    }
    for (int kind = 0; kind < BUFFER_FEATURE && status == TATTLER_OK; kind++)
        status = gather(plans, (enum rule_buffer_kind)kind, NULL, &list)
                         ? plans_search(plans, &list, scratch, &out->by_kind[kind])
                         : TATTLER_NO_MEMORY;
    free(list.numbers);
    return status;
}

void messages_clear(struct messages *messages)
{
    for (int kind = 0; kind < BUFFER_KINDS; kind++)
        patterns_free(messages->by_kind[kind]);
    for (uint32_t i = 0; i < messages->text_count; i++)
        patterns_free(messages->texts[i].patterns);
    free(messages->texts);
    free(messages->each.numbers);
    *messages = (struct messages){ 0 };
}
