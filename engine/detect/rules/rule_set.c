#include "detect/rules/rule_set.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/hash.h"
#include "detect/rules/datasets.h"
#include "detect/rules/draft.h"
#include "detect/rules/header_sets.h"
#include "detect/rules/lines.h"
#include "detect/rules/pcre_codes.h"
#include "detect/rules/thresholds_read.h"
#include "detect/rules/utf8.h"
#include "files/file_map.h"

#define FILE_MAX (256u * 1024 * 1024)
#define SUGGESTIONS_MAX 1000

struct rule_id {
    uint32_t gid, sid;
};

struct rule_entry {
    UT_hash_handle hh;
    struct rule_id id;
    size_t index;
};

struct rule_set {
    struct arena arena;
    struct rule_world world;
    struct classes classes;
    struct bit_names flowbits, xbits;
    struct header_sets header_sets;
    struct datasets datasets;
    struct pcre_codes pcre_codes;
    void *pcre_context;

    const struct rule **rules;
    size_t count, room;
    struct rule_entry *by_id;
    struct threshold *thresholds;
    size_t threshold_count, threshold_room;

    rule_problem_fn problem;
    void *user;
    /* The file being read. */
    const char *file;
    struct lines lines;
    struct rule_draft draft;
    bool refused; /* anything */
};

/* --- telling --- */

static void tell(struct rule_set *set, enum rule_problem_kind kind, unsigned line, unsigned column,
        const char *text)
{
    const struct rule_problem problem = { kind, set->file, line, column, text };

    if (kind != RULE_WARNING)
        set->refused = true;
    if (set->problem != NULL)
        set->problem(set->user, &problem);
}

static void tell_at(struct rule_set *set, enum rule_problem_kind kind, const char *at,
        const char *text)
{
    unsigned line, column;

    lines_place(&set->lines, (size_t)(at - set->lines.joined), &line, &column);
    tell(set, kind, line, column, text);
}

static void warn(void *user, const char *at, const char *text)
{
    tell_at(user, RULE_WARNING, at, text);
}

/* --- the set --- */

enum tattler_status rule_set_new(struct rule_vars *vars, rule_problem_fn problem, void *user,
        struct rule_set **out)
{
    struct rule_set *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return TATTLER_NO_MEMORY;
    set->pcre_context = pcre_limits_new();
    if (set->pcre_context == NULL) {
        free(set);
        return TATTLER_NO_MEMORY;
    }
    set->world = (struct rule_world){ &set->arena, vars, &set->classes, &set->flowbits, &set->xbits,
        &set->header_sets, &set->datasets, &set->pcre_codes, SUGGESTIONS_MAX };
    set->problem = problem;
    set->user = user;
    set->draft.world = &set->world;
    set->draft.warn = warn;
    set->draft.warn_user = set;
    *out = set;
    return TATTLER_OK;
}

void rule_set_free(struct rule_set *set)
{
    if (set == NULL)
        return;
    HASH_FREE(set->by_id, free);
    draft_clear(&set->draft);
    lines_clear(&set->lines);
    classes_clear(&set->classes);
    bit_names_clear(&set->flowbits);
    bit_names_clear(&set->xbits);
    header_sets_clear(&set->header_sets);
    datasets_clear(&set->datasets);
    pcre_codes_clear(&set->pcre_codes);
    pcre_limits_free(set->pcre_context);
    free(set->rules);
    free(set->thresholds);
    arena_free(&set->arena);
    free(set);
}

size_t rule_set_count(const struct rule_set *set)
{
    return set->count;
}

const struct rule *rule_set_rule(const struct rule_set *set, size_t index)
{
    return set->rules[index];
}

static struct rule_entry *find(const struct rule_set *set, uint32_t gid, uint32_t sid)
{
    const struct rule_id id = { gid, sid };
    struct rule_entry *entry;

    HASH_FIND(hh, set->by_id, &id, sizeof(id), entry);
    return entry;
}

const struct rule *rule_set_find(const struct rule_set *set, uint32_t gid, uint32_t sid)
{
    const struct rule_entry *entry = find(set, gid, sid);

    return entry != NULL ? set->rules[entry->index] : NULL;
}

size_t rule_set_flowbits(const struct rule_set *set)
{
    return set->flowbits.count;
}

size_t rule_set_xbits(const struct rule_set *set)
{
    return set->xbits.count;
}

bool rule_set_find_bit(const struct rule_set *set, bool is_xbit, const char *name, uint32_t *out)
{
    return bit_names_find(is_xbit ? &set->xbits : &set->flowbits, name, out);
}

const char *rule_set_bit_name(const struct rule_set *set, bool is_xbit, uint32_t bit)
{
    return (is_xbit ? set->xbits.texts : set->flowbits.texts)[bit];
}

const struct threshold *rule_set_thresholds(const struct rule_set *set, size_t *count)
{
    *count = set->threshold_count;
    return set->thresholds;
}

void *rule_set_pcre_context(const struct rule_set *set)
{
    return set->pcre_context;
}

/* --- rules --- */

static bool is_text(struct rule_draft *draft, const char *text)
{
    while (*text != '\0') {
        size_t len = utf8_length(text);

        if (len == 0)
            return draft_refuse(draft, text, "not UTF-8: write such bytes in hexadecimal inside a "
                    "'content', as '|c3 28|'");
        if (iscntrl((unsigned char)*text) && strchr("\n\r\t", *text) == NULL)
            return draft_refuse(draft, text, "a control character: write it in hexadecimal inside "
                    "a 'content', as '|07|'");
        text += len;
    }
    return true;
}

static bool add_rule(struct rule_set *set, const struct rule *rule)
{
    struct rule *kept = arena_copy(&set->arena, rule, 1, sizeof(*rule));
    const struct rule **rules = grow(set->rules, &set->room, set->count + 1, sizeof(*rules));
    struct rule_entry *entry = calloc(1, sizeof(*entry));

    if (rules != NULL)
        set->rules = rules;
    if (kept == NULL || rules == NULL || entry == NULL) {
        free(entry);
        return draft_no_memory(&set->draft);
    }
    entry->id = (struct rule_id){ rule->gid, rule->sid };
    entry->index = set->count;
    HASH_ADD(hh, set->by_id, id, sizeof(entry->id), entry);
    if (entry->hh.tbl == NULL) {
        free(entry);
        return draft_no_memory(&set->draft);
    }
    kept->index = set->count;
    set->rules[set->count++] = kept;
    return true;
}

/* There is one with this number already. */
static bool replace_rule(struct rule_set *set, struct rule_entry *entry, const struct rule *rule)
{
    const struct rule *old = set->rules[entry->index];
    struct rule *kept;
    struct rule_draft *draft = &set->draft;

    if (rule->rev <= old->rev)
        return draft_refuse(draft, draft->sid_at, "sid %u is already in %s:%u%s", rule->sid,
                old->file, old->line, rule->rev == old->rev ? "" : ", with a higher rev");
    kept = arena_copy(&set->arena, rule, 1, sizeof(*rule));
    if (kept == NULL)
        return draft_no_memory(draft);
    draft_warn(draft, draft->sid_at, "takes the place of sid %u in %s:%u, which has a lower rev",
            rule->sid, old->file, old->line);
    kept->index = entry->index;
    set->rules[entry->index] = kept;
    return true;
}

static bool keep_rule(struct rule_set *set)
{
    const struct rule *rule = &set->draft.rule;
    struct rule_entry *entry = find(set, rule->gid, rule->sid);

    return entry != NULL ? replace_rule(set, entry, rule) : add_rule(set, rule);
}

static bool read_rule(struct rule_set *set)
{
    struct rule_draft *draft = &set->draft;
    char *text = set->lines.joined;
    unsigned column;

    draft_reset(draft);
    draft->text = text;
    draft->rule.file = set->file;
    lines_place(&set->lines, 0, &draft->rule.line, &column);
    draft->rule.text = draft_text(draft, text);
    return draft->rule.text != NULL && is_text(draft, text) && draft_read(draft, text) &&
           keep_rule(set);
}

/* What a rule that is refused took is given back. */
static void take_rule(struct rule_set *set)
{
    struct arena_mark mark = arena_mark(&set->arena);
    size_t codes = set->pcre_codes.count;

    if (read_rule(set))
        return;
    tell_at(set, set->draft.problem, set->draft.at, set->draft.error);
    arena_release(&set->arena, mark);
    pcre_codes_cut(&set->pcre_codes, codes);
}

/* --- files --- */

typedef void (*take_line_fn)(struct rule_set *set);

static enum tattler_status take_text(struct rule_set *set, const char *path, const char *text,
        size_t len, take_line_fn take_line)
{
    enum lines_found found;

    set->file = arena_text(&set->arena, path, strlen(path));
    set->refused = false;
    if (set->file == NULL)
        return TATTLER_NO_MEMORY;
    lines_start(&set->lines, text, len, take_line == take_rule ? LINES_RULES : LINES_INDENTED);
    while ((found = lines_next(&set->lines)) == LINES_LINE || found == LINES_TOO_LONG) {
        if (found == LINES_LINE)
            take_line(set);
        else
            tell_at(set, RULE_ERROR, set->lines.joined + RULE_TEXT_MAX,
                    "longer than 8191 bytes, where Suricata cuts");
    }
    if (found == LINES_NO_MEMORY)
        return TATTLER_NO_MEMORY;
    return set->refused ? TATTLER_MALFORMED : TATTLER_OK;
}

static enum tattler_status take_file(struct rule_set *set, const char *path,
        take_line_fn take_line)
{
    enum tattler_status status = TATTLER_MALFORMED;
    struct cursor text;

    set->file = path;
    if (!file_map(path, &text)) {
        tell(set, RULE_ERROR, 0, 0, strerror(errno));
        return status;
    }
    if (text.left > FILE_MAX)
        tell(set, RULE_ERROR, 0, 0, "larger than 256 MiB");
    else
        status = take_text(set, path, (const char *)text.at, text.left, take_line);
    file_unmap(&text);
    return status;
}

enum tattler_status rule_set_load(struct rule_set *set, const char *path)
{
    return take_file(set, path, take_rule);
}

enum tattler_status rule_set_load_text(struct rule_set *set, const char *path, const char *text,
        size_t len)
{
    return take_text(set, path, text, len, take_rule);
}

/* --- configuration --- */

static void take_class(struct rule_set *set)
{
    const char *problem = classes_read_class(&set->classes, &set->arena, set->lines.joined);

    if (problem != NULL)
        tell_at(set, RULE_ERROR, set->lines.joined, problem);
}

static void take_reference(struct rule_set *set)
{
    const char *problem = classes_read_reference(&set->classes, &set->arena, set->lines.joined);

    if (problem != NULL)
        tell_at(set, RULE_ERROR, set->lines.joined, problem);
}

static void take_threshold(struct rule_set *set)
{
    struct threshold *thresholds = grow(set->thresholds, &set->threshold_room,
            set->threshold_count + 1, sizeof(*thresholds)), *taken;
    struct list_error error = { set->lines.joined, "out of memory" };

    if (thresholds != NULL)
        set->thresholds = thresholds;
    if (thresholds == NULL || !thresholds_read_line(set->lines.joined, &set->header_sets,
                                      set->world.vars, &thresholds[set->threshold_count], &error)) {
        tell_at(set, RULE_ERROR, error.at, error.text);
        return;
    }
    taken = &thresholds[set->threshold_count++];
    if (taken->sid != 0 && find(set, taken->gid, taken->sid) == NULL)
        draft_warn(&set->draft, set->lines.joined, "no rule that was read has gid %u and sid %u",
                taken->gid, taken->sid);
}

enum tattler_status rule_set_read_classes(struct rule_set *set, const char *path)
{
    return take_file(set, path, take_class);
}

enum tattler_status rule_set_read_references(struct rule_set *set, const char *path)
{
    return take_file(set, path, take_reference);
}

enum tattler_status rule_set_read_thresholds(struct rule_set *set, const char *path)
{
    return take_file(set, path, take_threshold);
}
