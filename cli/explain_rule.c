/* A rule from its name to where to read more. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

#define LEAST_URGENT 4 /* the priorities that the pack uses */

const char *rule_metadata_value(const struct rule *rule, const char *key, unsigned index)
{
    for (uint32_t i = 0; i < rule->metadata_count; i++)
        if (strcmp(rule->metadata[i].key, key) == 0 && index-- == 0)
            return rule->metadata[i].value;
    return NULL;
}

bool rule_detects(const struct rule *rule, const char *word)
{
    const char *value;

    for (unsigned i = 0; (value = rule_metadata_value(rule, "detects", i)) != NULL; i++)
        if (strcmp(value, word) == 0)
            return true;
    return false;
}

/* --- what it is called --- */

static void say_urgency(FILE *to, const struct rule *rule)
{
    static const char *const urgency[LEAST_URGENT + 1] = { "", ": act now", ": look today",
        ": context for an investigation", ": for the inventory" };
    const char *confidence = rule_metadata_value(rule, "confidence", 0);
    bool known = rule->priority > 0 && rule->priority <= LEAST_URGENT;

    if (rule->alerts && (rule->class != NULL || strstr(rule->text, "priority:") != NULL))
        fprintf(to, "Priority %d%s.", rule->priority, known ? urgency[rule->priority] : "");
    else if (!rule->alerts)
        fputs("Raises no alert itself: it sets marks for other rules.", to);
    if (confidence != NULL)
        fprintf(to, " Confidence %s.", confidence);
    if (rule->classtype != NULL)
        fprintf(to, " Class %s.", rule->classtype);
}

static void say_techniques(FILE *to, const struct rule *rule)
{
    const char *id;

    for (unsigned i = 0; (id = rule_metadata_value(rule, "mitre_technique_id", i)) != NULL; i++)
        fprintf(to, " MITRE ATT&CK %s%s%s.", id, technique_name(id) != NULL ? ", " : "",
                technique_name(id) != NULL ? technique_name(id) : "");
}

void explain_title(struct prose *prose, const struct rule *rule)
{
    const char *created = rule_metadata_value(rule, "created_at", 0);
    const char *file = strrchr(rule->file, '/');

    fprintf(prose->text, "%u", rule->sid);
    if (prose->style == PROSE_MARKDOWN)
        prose_end(prose, PROSE_TITLE); /* its link is the number alone */
    else
        fputs("  ", prose->text);
    fputs(rule->msg != NULL ? rule->msg : "(a rule without a message)", prose->text);
    prose_end(prose, prose->style == PROSE_MARKDOWN ? PROSE_HEADING : PROSE_TITLE);
    say_urgency(prose->text, rule);
    say_techniques(prose->text, rule);
    fprintf(prose->text, " In %s, rev %u%s%s.", file != NULL ? file + 1 : rule->file, rule->rev,
            created != NULL ? ", written " : "", created != NULL ? created : "");
    prose_end(prose, PROSE_PARAGRAPH);
    explain_note(prose, rule);
}

/* --- what it means --- */

void explain_kind(struct prose *prose, const struct rule_kind *kind)
{
    prose_print(prose, PROSE_PARAGRAPH, kind->meaning);
    fprintf(prose->text, "Harmless: %s", kind->harmless);
    prose_end(prose, PROSE_PARAGRAPH);
    fprintf(prose->text, "To do: %s", kind->advice);
    prose_end(prose, PROSE_PARAGRAPH);
}

static void explain_kinds(struct prose *prose, const struct rule *rule)
{
    const char *name;

    for (unsigned i = 0; (name = rule_metadata_value(rule, "detects", i)) != NULL; i++) {
        const struct rule_kind *kind = rule_kind_find(name);

        fprintf(prose->text, "%s%s (%s)", i == 0 ? "What it means: " : "And: ",
                kind != NULL ? kind->title : "not a word of doc/rules", name);
        prose_end(prose, PROSE_HEADING);
        if (kind != NULL && i == 0)
            explain_kind(prose, kind);
        else if (kind != NULL)
            prose_print(prose, PROSE_PARAGRAPH, kind->meaning);
    }
}

/* --- what it looks for --- */

static void print_condition_items(struct prose *prose, const struct rule_set *set,
        const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++) {
        say_test(prose->text, set, &rule->tests[i]);
        prose_end(prose, PROSE_ITEM);
    }
    for (uint32_t i = 0; i < rule->buffer_count; i++) {
        say_buffer(prose->text, &rule->buffers[i]);
        prose_end(prose, PROSE_ITEM);
    }
}

void explain_conditions(struct prose *prose, const struct rule_set *set, const struct rule *rule)
{
    uint32_t count = rule->test_count + rule->buffer_count;

    say_header(prose->text, rule);
    if (count > 0)
        fputs(count == 1 ? " There this has to hold:" : " There all of this has to hold:",
                prose->text);
    prose_end(prose, PROSE_PARAGRAPH);
    print_condition_items(prose, set, rule);
    for (uint32_t i = 0; i < rule->effect_count; i++) {
        say_effect(prose->text, set, &rule->effects[i]);
        prose_end(prose, PROSE_PARAGRAPH);
    }
    if (rule->unless_usual) {
        fputs("Not where it held with this remote while the device learned what is usual.",
                prose->text);
        prose_end(prose, PROSE_PARAGRAPH);
    }
    if (rule->alerts) {
        say_limit(prose->text, &rule->limit);
        prose_end(prose, PROSE_PARAGRAPH);
    }
}

/* --- where to read more --- */

/* Suricata's own reference.config, where there is one, has an older page of CVE and http for all.
 * NULL: nobody knows the system. */
static const char *prefix_of(const struct rule_reference *reference)
{
    if (strcmp(reference->system, "cve") == 0)
        return "https://nvd.nist.gov/vuln/detail/CVE-";
    if (strcmp(reference->prefix, "undefined") != 0 && strcmp(reference->prefix, "http://") != 0)
        return reference->prefix;
    return strcmp(reference->system, "url") == 0 ? "https://" : NULL;
}

void explain_references(struct prose *prose, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->reference_count; i++) {
        const struct rule_reference *reference = &rule->references[i];
        const char *prefix = prefix_of(reference);

        if (prose->style == PROSE_MARKDOWN && prefix != NULL && strcmp(prefix, "file://") == 0)
            continue; /* the page this is */
        if (prefix != NULL)
            fprintf(prose->text, "%s%s", prefix, reference->text);
        else
            fprintf(prose->text, "%s %s", reference->system, reference->text);
        prose_end(prose, prefix != NULL ? PROSE_LINK : PROSE_ITEM);
    }
}

/* --- all of it --- */

void explain_rule(struct prose *prose, const struct rule_set *set, const struct rule *rule)
{
    explain_title(prose, rule);
    if (rule->alerts)
        explain_kinds(prose, rule);
    prose_print(prose, PROSE_HEADING, "What it looks for");
    explain_conditions(prose, set, rule);
    if (rule->alerts) {
        prose_print(prose, PROSE_HEADING, "How to tune it");
        explain_tuning(prose, set, rule);
    }
    if (rule->reference_count > 0)
        prose_print(prose, PROSE_HEADING, "Read more");
    explain_references(prose, rule);
}
