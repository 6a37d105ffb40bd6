#include "detect/rules/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "detect/rules/buffers.h"

/* --- complaints --- */

__attribute__((format(printf, 4, 0)))
static void keep_problem(struct rule_draft *draft, enum rule_problem_kind kind, const char *at,
        const char *format, va_list arguments)
{
    if (draft->at != NULL)
        return;
    draft->problem = kind;
    draft->at = at;
    vsnprintf(draft->error, sizeof(draft->error), format, arguments);
}

bool draft_refuse(struct rule_draft *draft, const char *at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep_problem(draft, RULE_ERROR, at, format, arguments);
    va_end(arguments);
    return false;
}

bool draft_unsupported(struct rule_draft *draft, const char *at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep_problem(draft, RULE_UNSUPPORTED, at, format, arguments);
    va_end(arguments);
    return false;
}

bool draft_no_memory(struct rule_draft *draft)
{
    return draft_refuse(draft, draft->text, "out of memory");
}

void draft_warn(struct rule_draft *draft, const char *at, const char *format, ...)
{
    char text[sizeof(draft->error)];
    va_list arguments;

    if (draft->warn == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    draft->warn(draft->warn_user, at, text);
}

/* --- lists --- */

/* Room for one more at the end of a list of the draft, counted already; NULL: out of memory. */
#define ADD(draft, list) add_room(draft, &(draft)->list.items, &(draft)->list.count,             \
        &(draft)->list.room, sizeof(*(draft)->list.items))

static void *add_room(struct rule_draft *draft, void *items_of, size_t *count, size_t *room,
        size_t size)
{
    char **items = items_of;
    void *grown = grow(*items, room, *count + 1, size);

    if (grown == NULL) {
        draft_no_memory(draft);
        return NULL;
    }
    *items = grown;
    return memset(*items + size * (*count)++, 0, size);
}

bool draft_add_test(struct rule_draft *draft, const struct rule_test *test)
{
    struct rule_test *added = ADD(draft, tests);

    if (added != NULL)
        *added = *test;
    return added != NULL;
}

bool draft_add_effect(struct rule_draft *draft, const struct rule_effect *effect)
{
    struct rule_effect *added = ADD(draft, effects);

    if (added != NULL)
        *added = *effect;
    return added != NULL;
}

const char *draft_text(struct rule_draft *draft, const char *text)
{
    const char *copy = arena_text(draft->world->arena, text, strlen(text));

    if (copy == NULL)
        draft_no_memory(draft);
    return copy;
}

bool draft_add_reference(struct rule_draft *draft, const char *system, const char *prefix,
        const char *text)
{
    struct rule_reference *added = ADD(draft, references);

    if (added == NULL)
        return false;
    *added = (struct rule_reference){ draft_text(draft, system), draft_text(draft, prefix),
        draft_text(draft, text) };
    return added->system != NULL && added->prefix != NULL && added->text != NULL;
}

bool draft_add_metadata(struct rule_draft *draft, const char *key, const char *value)
{
    struct rule_metadata *added = ADD(draft, metadata);

    if (added == NULL)
        return false;
    *added = (struct rule_metadata){ draft_text(draft, key), draft_text(draft, value) };
    return added->key != NULL && added->value != NULL;
}

void draft_reset(struct rule_draft *draft)
{
    struct rule_draft empty = { .world = draft->world, .warn = draft->warn,
        .warn_user = draft->warn_user, .current = PAYLOAD };

#define KEEP(type, name)                                                                           \
    empty.name.items = draft->name.items;                                                          \
    empty.name.room = draft->name.room;
    FOR_EACH_LIST(KEEP)
#undef KEEP
    *draft = empty;
}

void draft_clear(struct rule_draft *draft)
{
#define FREE(type, name) free(draft->name.items);
    FOR_EACH_LIST(FREE)
#undef FREE
    *draft = (struct rule_draft){ 0 };
}

/* --- buffers --- */

static bool is_same(const struct draft_buffer *buffer, enum rule_buffer_kind kind,
        const struct feature *feature)
{
    return buffer->kind == kind && buffer->feature == feature && buffer->transforms.count == 0;
}

static bool is_alike(const struct draft_buffer *one, const struct draft_buffer *other)
{
    return one->kind == other->kind && one->feature == other->feature &&
           memcmp(&one->transforms, &other->transforms, sizeof(one->transforms)) == 0;
}

static bool add_buffer(struct rule_draft *draft, const char *at, enum rule_buffer_kind kind,
        const struct feature *feature, bool made_by_step)
{
    struct draft_buffer *added = ADD(draft, buffers);

    if (added == NULL)
        return false;
    *added = (struct draft_buffer){ .kind = kind, .feature = feature, .at = at,
        .made_by_step = made_by_step };
    draft->current = (int)draft->buffers.count - 1;
    return true;
}

static bool current_is_empty(const struct rule_draft *draft)
{
    return draft->current != PAYLOAD && draft->buffers.items[draft->current].steps == 0;
}

static bool refuse_empty(struct rule_draft *draft)
{
    const struct draft_buffer *buffer = &draft->buffers.items[draft->current];
    char room[BUFFER_NAME_SIZE];

    return draft_refuse(draft, buffer->at, "nothing is looked for in the buffer %s: write a "
            "'content' behind it", buffer_name(buffer->kind, buffer->feature, room));
}

bool draft_choose_buffer(struct rule_draft *draft, const char *at, enum rule_buffer_kind kind,
        const struct feature *feature)
{
    char room[BUFFER_NAME_SIZE];

    if (current_is_empty(draft))
        return refuse_empty(draft);
    draft->sticky = true;
    draft->chosen = (struct draft_buffer){ .kind = kind, .feature = feature };
    for (size_t i = 0; i < draft->buffers.count; i++) {
        struct draft_buffer *buffer = &draft->buffers.items[i];

        if (!is_same(buffer, kind, feature))
            continue;
        if (buffer_types[kind].several && !buffer->made_by_step)
            continue;
        if (!buffer->made_by_step)
            draft_warn(draft, at, "the buffer %s is in this rule already: both count as one",
                    buffer_name(kind, feature, room));
        buffer->made_by_step = false;
        draft->current = (int)i;
        return true;
    }
    return add_buffer(draft, at, kind, feature, false);
}

bool draft_is_as_chosen(const struct rule_draft *draft)
{
    return draft->sticky && (draft->chosen.transforms.count == 0 || current_is_empty(draft));
}

/* What stands between the buffer and its first transform looks at the bytes as they were. */
bool draft_add_transform(struct rule_draft *draft, const char *at, enum rule_transform transform)
{
    struct draft_buffer *chosen = &draft->chosen;

    if (!draft_is_as_chosen(draft))
        return draft_refuse(draft, at, "transforms stand behind a buffer such as 'dns.query' and in "
                "front of what looks at it");
    if (chosen->transforms.count == TRANSFORMS_MAX)
        return draft_refuse(draft, at, "more than %d transforms of one buffer", TRANSFORMS_MAX);
    if (!current_is_empty(draft)) {
        if (!add_buffer(draft, at, chosen->kind, chosen->feature, false))
            return false;
        draft->buffers.items[draft->current].made_by_transform = true;
    }
    chosen->transforms.kinds[chosen->transforms.count++] = (uint8_t)transform;
    draft->buffers.items[draft->current].transforms = chosen->transforms;
    return true;
}

bool draft_buffer_for_step(struct rule_draft *draft, const char *at, enum rule_buffer_kind kind)
{
    for (size_t i = 0; i < draft->buffers.count; i++)
        if (is_same(&draft->buffers.items[i], kind, NULL)) {
            draft->current = (int)i;
            return true;
        }
    return add_buffer(draft, at, kind, NULL, true);
}

bool draft_buffer_for_modifier(struct rule_draft *draft, const char *at,
        enum rule_buffer_kind kind)
{
    bool joins = draft->current != PAYLOAD &&
                 is_same(&draft->buffers.items[draft->current], kind, NULL);

    if (!joins && current_is_empty(draft))
        return refuse_empty(draft);
    if (!joins && !draft_buffer_for_step(draft, at, kind))
        return false;
    draft->buffers.items[draft->current].made_by_step = false;
    return true;
}

int draft_active_buffer(const struct rule_draft *draft)
{
    return draft->sticky ? draft->current : PAYLOAD;
}

/* --- steps --- */

bool draft_add_step(struct rule_draft *draft, const char *at, int buffer,
        const struct rule_step *step)
{
    struct draft_step *added = ADD(draft, steps);

    if (added == NULL)
        return false;
    *added = (struct draft_step){ *step, buffer, draft->serial++, at, false, false };
    if (buffer != PAYLOAD)
        draft->buffers.items[buffer].steps++;
    return true;
}

static bool is_kind(const struct draft_step *step, unsigned kinds)
{
    return (KIND(step->step.kind) & kinds) != 0;
}

/* Behind a transform what was looked for before stays in sight until there is something new. */
static bool is_in_sight(const struct rule_draft *draft, const struct draft_step *step)
{
    const struct draft_buffer *buffer;

    if (!draft->sticky || step->buffer == PAYLOAD)
        return !draft->sticky;
    buffer = &draft->buffers.items[step->buffer];
    return current_is_empty(draft) ? is_same(buffer, draft->chosen.kind, draft->chosen.feature)
                                   : is_alike(buffer, &draft->chosen);
}

static struct draft_step *last(struct rule_draft *draft, unsigned kinds, bool in_buffers)
{
    struct draft_step *found = NULL;

    for (size_t i = 0; i < draft->steps.count; i++) {
        struct draft_step *step = &draft->steps.items[i];

        if (is_kind(step, kinds) &&
                (in_buffers ? step->buffer != PAYLOAD : is_in_sight(draft, step)) &&
                (found == NULL || step->serial > found->serial))
            found = step;
    }
    return found;
}

struct draft_step *draft_last(struct rule_draft *draft, unsigned kinds)
{
    return last(draft, kinds, false);
}

struct draft_step *draft_last_in_buffers(struct rule_draft *draft, unsigned kinds)
{
    return last(draft, kinds, true);
}

struct draft_step *draft_last_in(struct rule_draft *draft, int buffer, unsigned kinds,
        const struct draft_step *end)
{
    struct draft_step *found = NULL;

    for (size_t i = 0; i < draft->steps.count && &draft->steps.items[i] != end; i++)
        if (draft->steps.items[i].buffer == buffer && is_kind(&draft->steps.items[i], kinds))
            found = &draft->steps.items[i];
    return found;
}

struct draft_step *draft_move(struct rule_draft *draft, struct draft_step *step, int buffer)
{
    struct draft_step moved = *step, *end = draft->steps.items + draft->steps.count;

    memmove(step, step + 1, (size_t)(end - step - 1) * sizeof(*step));
    moved.buffer = buffer;
    draft->buffers.items[buffer].steps++;
    end[-1] = moved;
    return end - 1;
}

void draft_set_retry(struct draft_step *step)
{
    if (step == NULL)
        return;
    if (step->step.kind == STEP_CONTENT)
        step->step.content.retry = true;
    else if (step->step.kind == STEP_PCRE)
        step->step.pcre.retry = true;
}

/* --- the application --- */

bool draft_set_application(struct rule_draft *draft, const char *at,
        enum rule_application application)
{
    enum rule_application *have = &draft->rule.application;

    if (application == APPLICATION_ANY)
        return true;
    if (*have == APPLICATION_ANY || *have == application)
        *have = application;
    else if (*have == APPLICATION_HTTP && application == APPLICATION_HTTP1)
        *have = APPLICATION_HTTP1;
    else if (*have != APPLICATION_HTTP1 || application != APPLICATION_HTTP)
        return draft_refuse(draft, at, "this is of another protocol than the rest of the rule");
    return true;
}
