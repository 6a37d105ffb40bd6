/* Which buffer is looked at: sticky buffers, the older modifiers, and the size of a buffer. */
#include <string.h>

#include "detect/rules/buffers.h"
#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

bool read_buffer(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    enum rule_buffer_kind kind = (enum rule_buffer_kind)keyword->argument;

    (void)value;
    return draft_choose_buffer(draft, at, kind, NULL) &&
           draft_set_application(draft, at, buffer_types[kind].application);
}

bool read_pkt_data(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    (void)keyword;
    (void)at;
    (void)value;
    draft->sticky = false;
    return true;
}

bool read_transform(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    (void)value;
    return draft_add_transform(draft, at, (enum rule_transform)keyword->argument);
}

/* --- modifiers --- */

/* What counted from the match before counts from the last one of the new buffer. */
static void count_anew(struct rule_draft *draft, const struct draft_step *step, int buffer)
{
    const unsigned matches = KIND(STEP_CONTENT) | KIND(STEP_PCRE);
    struct draft_step *before = draft_last_in(draft, PAYLOAD, matches, step);

    if (before != NULL && before->step.kind == STEP_CONTENT)
        before->step.content.retry = false;
    else if (before != NULL)
        before->step.pcre.retry = false;
    draft_set_retry(draft_last_in(draft, buffer, matches, NULL));
}

bool read_buffer_modifier(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    enum rule_buffer_kind kind = (enum rule_buffer_kind)keyword->argument;
    struct draft_step *step = draft_last_in(draft, PAYLOAD, KIND(STEP_CONTENT), NULL);
    bool is_other = draft->rule.application != APPLICATION_ANY &&
                    draft->rule.application != APPLICATION_HTTP &&
                    draft->rule.application != APPLICATION_HTTP1;

    (void)value;
    if (draft->sticky)
        return draft_refuse(draft, at, "'%s' does not go with a buffer chosen before: write "
                "'pkt_data' in front of the content", keyword->name);
    if (is_other)
        return draft_refuse(draft, at, "this is of another protocol than the rest of the rule");
    if (step == NULL)
        return draft_refuse(draft, at, "'%s' has no 'content' in front of it", keyword->name);
    if (step->raw)
        return draft_refuse(draft, at, "'%s' does not go with 'rawbytes'", keyword->name);
    draft->rule.application = APPLICATION_HTTP1;
    if (!draft_buffer_for_modifier(draft, at, kind))
        return false;
    if (step->step.content.has_within || step->step.content.has_distance)
        count_anew(draft, step, draft->current);
    draft_move(draft, step, draft->current);
    return true;
}

/* --- bsize --- */

bool read_bsize(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_SIZE };
    const char *where;

    if (!draft->sticky)
        return draft_refuse(draft, at, "'bsize' needs a buffer in front of it, such as 'tls.sni'");
    if (!number_condition_parse(value, UINT64_MAX, &step.size, &where))
        return draft_refuse(draft, where, "write '%s' as in '%s'", keyword->name,
                keyword->example);
    return draft_add_step(draft, at, draft_active_buffer(draft), &step);
}
