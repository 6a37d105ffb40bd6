/* What can be told of a rule once all of it is read: does it fit together? */
#include <ctype.h>
#include <string.h>

#include "detect/rules/buffers.h"
#include "detect/rules/draft.h"

/* --- room: can the contents fit into what a size condition leaves? --- */

/* The largest size that a condition takes, as far as Suricata looks; false: any. */
static bool largest_size(const struct number_condition *size, uint64_t *out)
{
    *out = size->top;
    return size->top != NUMBER_NO_TOP;
}

struct room {
    int64_t needed, offset;
};

static bool is_relative(const struct rule_content *content)
{
    return content->has_distance || content->has_within;
}

/* The first content and those that count from a match before; a negated one needs no room, but its
 * place has to be there. */
static struct room needed_room(const struct rule_draft *draft, int buffer, uint64_t most)
{
    struct room room = { 0, 0 };
    bool first = true;

    for (size_t i = 0; i < draft->steps.count; i++) {
        const struct draft_step *step = &draft->steps.items[i];
        const struct rule_content *content = &step->step.content;

        if (step->buffer != buffer || step->step.kind != STEP_CONTENT ||
                (!first && !is_relative(content)))
            continue;
        if (!first && content->negated) {
            int64_t place = room.needed + content->distance + content->within;

            if (place < 0 || (uint64_t)place > most)
                return (struct room){ place, 0 };
            continue;
        }
        room.needed += content->length + content->distance;
        if (content->offset > room.offset)
            room.offset = content->offset;
        first = false;
    }
    return room;
}

static bool check_payload_size(struct rule_draft *draft)
{
    uint64_t most;
    struct room room;

    if (!draft->has_payload_size || !largest_size(&draft->payload_size, &most))
        return true;
    room = needed_room(draft, PAYLOAD, most);
    return room.needed + room.offset <= (int64_t)most ||
           draft_refuse(draft, draft->text, "the contents need %lld bytes, which 'dsize' does not "
                   "leave", (long long)(room.needed + room.offset));
}

static bool check_buffer_size(struct rule_draft *draft, int buffer)
{
    for (size_t i = 0; i < draft->steps.count; i++) {
        const struct draft_step *step = &draft->steps.items[i];
        struct room room;
        uint64_t most;

        if (step->buffer != buffer || step->step.kind != STEP_SIZE)
            continue;
        if (step->step.size.negated || !largest_size(&step->step.size, &most))
            return true;
        room = needed_room(draft, buffer, most);
        return (room.needed >= 0 && (uint64_t)(room.needed + room.offset) <= most) ||
               draft_refuse(draft, step->at, "the contents need %lld bytes, which 'bsize' does not "
                       "leave", (long long)(room.needed + room.offset));
    }
    return true;
}

/* --- contents that their buffer can never hold --- */

static bool check_method(struct rule_draft *draft, const struct draft_step *step)
{
    const struct rule_content *content = &step->step.content;
    uint8_t first = content->bytes[0], last = content->bytes[content->length - 1];

    return (first != ' ' && first != '\t' && last != ' ' && last != '\t') ||
           draft_refuse(draft, step->at, "a method of HTTP has no blank at its start or end");
}

static bool check_host(struct rule_draft *draft, const struct draft_step *step)
{
    const struct rule_content *content = &step->step.content;

    if (content->nocase)
        return draft_refuse(draft, step->at, "hosts are in lower case: leave out 'nocase' and "
                "write the content so");
    for (size_t i = 0; i < content->length; i++)
        if (isupper(content->bytes[i]))
            return draft_refuse(draft, step->at, "hosts are in lower case: write the content so");
    return true;
}

static bool check_uri(struct rule_draft *draft, const struct draft_step *step)
{
    const struct rule_content *content = &step->step.content;

    return content->depth == 0 || content->depth >= content->length ||
           draft_refuse(draft, step->at, "'depth' is smaller than the content");
}

/* Suricata takes the rule, and does not tell that it is in vain. */
static bool warn_of_letters(struct rule_draft *draft, const struct draft_step *step)
{
    const struct rule_content *content = &step->step.content;
    const struct feature *feature = draft->buffers.items[step->buffer].feature;
    bool wrong = false;

    for (size_t i = 0; i < content->length && !content->nocase; i++)
        wrong |= feature->max == LETTERS_LOWER ? isupper(content->bytes[i])
                                               : feature->max == LETTERS_CAPITAL && islower(content->bytes[i]);
    if (wrong)
        draft_warn(draft, step->at, "iot.%s is in %s, so this %s holds: write the content so, or 'nocase' "
                "behind it", feature->name, feature->max == LETTERS_LOWER ? "lower case" : "capitals",
                content->negated ? "always" : "never");
    return true;
}

static bool check_content(struct rule_draft *draft, const struct draft_step *step)
{
    if (step->buffer == PAYLOAD || step->step.kind != STEP_CONTENT ||
            draft->buffers.items[step->buffer].transforms.count > 0)
        return true;
    switch (draft->buffers.items[step->buffer].kind) {
    case BUFFER_HTTP_METHOD:
        return check_method(draft, step);
    case BUFFER_HTTP_HOST:
        return check_host(draft, step);
    case BUFFER_HTTP_URI:
        return check_uri(draft, step);
    case BUFFER_FEATURE:
        return warn_of_letters(draft, step);
    default:
        return true;
    }
}

/* --- buffers and directions --- */

static bool check_buffer(struct rule_draft *draft, int index)
{
    const struct draft_buffer *buffer = &draft->buffers.items[index];
    char room[BUFFER_NAME_SIZE];

    if (buffer->steps == 0)
        return draft_refuse(draft, buffer->at, "nothing is looked for in the buffer %s: write a "
                "'content' behind it", buffer_name(buffer->kind, buffer->feature, room));
    if (draft->rule.needs_packet && !buffer_types[buffer->kind].packet)
        return draft_refuse(draft, buffer->at, "the buffer %s belongs to a stream; it does not go "
                "with conditions on one packet such as 'dsize', 'flags' or 'flow.age'",
                buffer_name(buffer->kind, buffer->feature, room));
    return check_buffer_size(draft, index);
}

/* As in Suricata, transforms at the end of a rule are without effect. */
static void drop_idle_transforms(struct rule_draft *draft)
{
    size_t last = draft->buffers.count - 1;

    if (!draft->sticky || !draft->buffers.items[last].made_by_transform ||
            draft->buffers.items[last].steps > 0)
        return;
    draft_warn(draft, draft->buffers.items[last].at, "nothing is looked for behind this: it is "
            "without effect");
    draft->buffers.count = last;
}

static bool check_buffers(struct rule_draft *draft)
{
    drop_idle_transforms(draft);
    if (!check_payload_size(draft))
        return false;
    for (size_t i = 0; i < draft->buffers.count; i++)
        if (!check_buffer(draft, (int)i))
            return false;
    for (size_t i = 0; i < draft->steps.count; i++)
        if (!check_content(draft, &draft->steps.items[i]))
            return false;
    return true;
}

/* A buffer that occurs in one direction alone gives the rule its direction. */
static bool settle_direction(struct rule_draft *draft)
{
    struct rule *rule = &draft->rule;

    if (!rule->to_server && !rule->to_client)
        rule->to_server = rule->to_client = true;
    if (draft->both_transactions)
        return draft_refuse(draft, draft->text, "a rule with '=>' needs buffers of both "
                "directions, and those of answers need Suricata");
    for (size_t i = 0; i < draft->buffers.count; i++) {
        const struct buffer_type *type = &buffer_types[draft->buffers.items[i].kind];

        if (!type->to_server || type->to_client)
            continue;
        if (!rule->to_server)
            return draft_refuse(draft, draft->buffers.items[i].at, "the buffer %s goes to the "
                    "server, and 'flow' says to the client", type->name);
        rule->to_client = false;
    }
    return true;
}

/* Over TCP payload patterns look at the stream; one with a place at its start at packets, too. */
static void settle_stream(struct rule_draft *draft)
{
    struct rule *rule = &draft->rule;
    bool has_steps = false, has_place = false;

    for (size_t i = 0; i < draft->steps.count; i++) {
        const struct draft_step *step = &draft->steps.items[i];

        if (step->buffer != PAYLOAD)
            continue;
        has_steps = true;
        has_place |= step->step.kind == STEP_CONTENT &&
                     (step->step.content.has_depth || step->step.content.has_offset);
    }
    if (!has_steps || rule->needs_packet || rule->needs_stream || !rule_has_ip_protocol(rule, 6))
        return;
    rule->needs_stream = true;
    rule->needs_packet = has_place;
}

bool draft_validate(struct rule_draft *draft)
{
    struct rule *rule = &draft->rule;

    draft_set_transport(draft);
    if (rule->needs_packet && rule->needs_stream)
        return draft_refuse(draft, draft->text, "conditions on one packet do not go with "
                "'tcp-stream' or 'flow:only_stream'");
    if (!check_buffers(draft) || !settle_direction(draft))
        return false;
    settle_stream(draft);
    return true;
}
