/* draft.h - a rule while it is being read; for engine/detect/rules alone.
 *
 * The text of the rule is a copy of its own that the reader cuts into words in place, so any
 * pointer into it is also a place to complain at. Functions return false once something was
 * refused; the first complaint counts. */
#ifndef TATTLER_DETECT_RULES_DRAFT_H
#define TATTLER_DETECT_RULES_DRAFT_H

#include "detect/rules/arena.h"
#include "detect/rules/classes.h"
#include "detect/rules/bit_names.h"
#include "detect/rules/rule_set.h"

/* What rules share, and what reading one leaves for the next. */
struct rule_world {
    struct arena *arena;
    struct rule_vars *vars;
    struct classes *classes;
    struct bit_names *flowbits, *xbits;
    struct header_sets *header_sets;
    struct datasets *datasets;
    struct pcre_codes *pcre_codes;
    unsigned suggestions; /* how often a near word is still looked for, which takes its time */
};

/* A buffer named in the rule; those of a kind with several instances may come more than once. */
struct draft_buffer {
    enum rule_buffer_kind kind;
    const struct feature *feature;
    struct rule_transforms transforms;
    const char *at;       /* where the rule names it */
    bool made_by_step;    /* not by a sticky buffer: by a pcre modifier, for example */
    bool made_by_transform; /* behind what looks at the bytes as they were */
    unsigned steps;
};

#define PAYLOAD (-1) /* instead of the index of a buffer */

struct draft_step {
    struct rule_step step;
    int buffer;      /* index or PAYLOAD; the steps of one buffer stand in their order */
    unsigned serial; /* which was read first, whatever buffer it moved to */
    const char *at;
    bool raw, only; /* rawbytes, fast_pattern:only */
};

#define FOR_EACH_LIST(X)                                                                           \
    X(struct draft_step, steps)                                                                    \
    X(struct draft_buffer, buffers)                                                                \
    X(struct rule_test, tests)                                                                     \
    X(struct rule_effect, effects)                                                                 \
    X(struct rule_reference, references)                                                           \
    X(struct rule_metadata, metadata)

typedef void (*warn_fn)(void *user, const char *at, const char *text);

struct rule_draft {
    struct rule_world *world;
    struct rule rule;
#define LIST(type, name)                                                                           \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count, room;                                                                        \
    } name;
    FOR_EACH_LIST(LIST)
#undef LIST
    unsigned serial;

    /* The sticky buffer in force; 'current' is the one that new steps of its kind join. */
    bool sticky;
    struct draft_buffer chosen;
    int current;

    bool value_negated; /* of the option being read */
    bool flow_seen, gid_seen, priority_seen, gives_priority, limit_seen;
    bool both_transactions;           /* '=>' */
    bool has_payload_size;
    struct number_condition payload_size; /* of the first 'dsize' */
    struct {
        bool equal, greater, less, not;
        uint8_t low, high;
    } proto; /* what ip_proto said */

    enum rule_problem_kind problem;
    const char *at; /* of the problem; NULL: none yet */
    char error[512];
    const char *text, *sid_at; /* all of the rule, and its number */
    warn_fn warn;     /* may be NULL */
    void *warn_user;
};

bool draft_refuse(struct rule_draft *draft, const char *at, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* For what Suricata may take. */
bool draft_unsupported(struct rule_draft *draft, const char *at, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
bool draft_no_memory(struct rule_draft *draft);
/* The rule is loaded all the same. */
void draft_warn(struct rule_draft *draft, const char *at, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* --- lists; false: out of memory --- */

bool draft_add_test(struct rule_draft *draft, const struct rule_test *test);
bool draft_add_effect(struct rule_draft *draft, const struct rule_effect *effect);
bool draft_add_reference(struct rule_draft *draft, const char *system, const char *prefix,
        const char *text);
bool draft_add_metadata(struct rule_draft *draft, const char *key, const char *value);
/* Text that lives as long as the set; NULL: out of memory, which was told. */
const char *draft_text(struct rule_draft *draft, const char *text);

/* --- values --- */

struct keyword;

/* "5", ">5", "1-5" …, up to 'max'. False: refused, by the keyword's example. */
bool draft_read_number(struct rule_draft *draft, const struct keyword *keyword, const char *value,
        uint64_t max, struct number_condition *out);
/* Cuts the next part off a list with commas, its first word, which may be empty; 'text' is what stands
 * behind the word's blank, NULL without one. NULL: there is no more. */
char *draft_next_part(char **rest, char **text);

/* --- buffers and steps --- */

/* As a sticky buffer does: what follows belongs to it. */
bool draft_choose_buffer(struct rule_draft *draft, const char *at, enum rule_buffer_kind kind,
        const struct feature *feature);
/* As a transform does behind it. */
bool draft_add_transform(struct rule_draft *draft, const char *at, enum rule_transform transform);
/* Is one chosen, and nothing looked for in what transforms made of it? */
bool draft_is_as_chosen(const struct rule_draft *draft);
/* Makes current the buffer of this kind for a step that names it itself. */
bool draft_buffer_for_step(struct rule_draft *draft, const char *at, enum rule_buffer_kind kind);
/* … for a content that a modifier moves there. */
bool draft_buffer_for_modifier(struct rule_draft *draft, const char *at,
        enum rule_buffer_kind kind);
/* What a step joins by itself: the buffer chosen, or else the payload. */
int draft_active_buffer(const struct rule_draft *draft);
bool draft_add_step(struct rule_draft *draft, const char *at, int buffer,
        const struct rule_step *step);

#define KIND(kind) (1u << (kind))
/* The last step of these kinds; NULL: none. Of the chosen buffers only, if one is chosen. */
struct draft_step *draft_last(struct rule_draft *draft, unsigned kinds);
/* … of all buffers, but not of the payload. */
struct draft_step *draft_last_in_buffers(struct rule_draft *draft, unsigned kinds);
/* … of one buffer (PAYLOAD, too), before 'end' (NULL: at all). */
struct draft_step *draft_last_in(struct rule_draft *draft, int buffer, unsigned kinds,
        const struct draft_step *end);
/* Moves a step of the payload to the end of a buffer. */
struct draft_step *draft_move(struct rule_draft *draft, struct draft_step *step, int buffer);

/* Something that follows counts from the end of 'step'. */
void draft_set_retry(struct draft_step *step);

/* Narrows the rule to a protocol; false if it is for another already. */
bool draft_set_application(struct rule_draft *draft, const char *at,
        enum rule_application application);

/* --- reading --- */

/* 'text' may be changed and has to live as long as the draft's problem. False: refused. */
bool draft_read(struct rule_draft *draft, char *text);
bool draft_read_header(struct rule_draft *draft, char *text, char **options);
void draft_set_transport(struct rule_draft *draft);
bool draft_validate(struct rule_draft *draft);
/* Packs all of it into the arena. */
bool draft_finish(struct rule_draft *draft);
void draft_clear(struct rule_draft *draft);
/* Empties it for the next rule, keeping its room. */
void draft_reset(struct rule_draft *draft);

#endif
