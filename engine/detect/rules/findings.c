#include "detect/rules/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/rules/kinds.h"

#define SHORT_CONTENT 2 /* bytes; so few occur in most packets */

/* --- one rule --- */

static bool has_step(const struct rule *rule, enum rule_step_kind kind)
{
    for (uint32_t b = 0; b < rule->buffer_count; b++)
        for (uint32_t s = 0; s < rule->buffers[b].step_count; s++)
            if (rule->buffers[b].steps[s].kind == kind)
                return true;
    return false;
}

static bool has_test(const struct rule *rule, enum rule_test_kind kind)
{
    for (uint32_t i = 0; i < rule->test_count; i++)
        if (rule->tests[i].kind == kind)
            return true;
    return false;
}

/* Conditions that Suricata, too, can look up before it looks at the rule. */
static bool has_cheap_test(const struct rule *rule)
{
    return rule->iot_changed != 0 || has_test(rule, TEST_TCP_FLAGS) ||
           has_test(rule, TEST_ICMP_TYPE) || has_test(rule, TEST_ICMP_CODE) ||
           has_test(rule, TEST_TTL) || has_test(rule, TEST_PAYLOAD_SIZE) ||
           has_test(rule, TEST_FLOWBIT);
}

static bool has_metadata(const struct rule *rule, const char *key)
{
    for (uint32_t i = 0; i < rule->metadata_count; i++)
        if (strcmp(rule->metadata[i].key, key) == 0)
            return true;
    return false;
}

static bool lacks_filter(const struct rule *rule)
{
    return rule->fast == NULL && !has_cheap_test(rule);
}

static bool has_lonely_pcre(const struct rule *rule)
{
    return lacks_filter(rule) && has_step(rule, STEP_PCRE);
}

static bool is_always_looked_at(const struct rule *rule)
{
    return lacks_filter(rule) && !has_step(rule, STEP_PCRE);
}

static bool has_short_filter(const struct rule *rule)
{
    return rule->fast != NULL && rule->fast->length <= SHORT_CONTENT &&
           rule->fast_buffer->kind == BUFFER_PAYLOAD && !has_cheap_test(rule);
}

static bool lacks_detects(const struct rule *rule)
{
    return rule->alerts && !has_metadata(rule, "detects");
}

static bool lacks_reference(const struct rule *rule)
{
    return rule->alerts && rule->reference_count == 0;
}

static bool lacks_class(const struct rule *rule)
{
    return rule->alerts && rule->classtype == NULL;
}

static bool lacks_msg(const struct rule *rule)
{
    return rule->alerts && rule->msg == NULL;
}

static bool lacks_rev(const struct rule *rule)
{
    return rule->rev == 0;
}

static const struct {
    bool (*holds)(const struct rule *rule);
    const char *text;
} costs[] = {
    { has_lonely_pcre, "cost: a 'pcre' without a 'content' runs over all that the rule's header "
                       "lets through: add a 'content' that has to be there" },
    { is_always_looked_at, "cost: nothing that can be looked up first, so the rule is looked at for "
                           "every packet its header lets through: add a 'content' or an 'iot.' "
                           "condition" },
    { has_short_filter, "cost: the longest 'content' has two bytes at most, which most packets "
                        "hold: add a longer one" },
};

/* What an alert would lack, as it is written. */
static const struct {
    bool (*lacks)(const struct rule *rule);
    const char *option;
} parts[] = {
    { lacks_msg, "msg:\"…\";" },
    { lacks_class, "classtype:…;" },
    { lacks_detects, "metadata:detects …;" },
    { lacks_reference, "reference:url,…;" },
    { lacks_rev, "rev:1;" },
};

static void check_parts(const struct rule *rule, finding_fn finding, void *user)
{
    char text[256] = "would tell more with";
    size_t start = strlen(text), used = start;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].lacks(rule))
            used += (size_t)snprintf(text + used, sizeof(text) - used, " %s", parts[i].option);
    if (used > start)
        finding(user, rule, text);
}

/* Words that no page of doc/rules is about. */
static void check_words(const struct rule *rule, finding_fn finding, void *user)
{
    for (uint32_t i = 0; i < rule->metadata_count; i++) {
        const char *word = rule->metadata[i].value, *near;
        char text[256];

        if (strcmp(rule->metadata[i].key, "detects") != 0 || rule_kind_find(word) != NULL)
            continue;
        near = rule_kind_meant(word);
        snprintf(text, sizeof(text), "'detects %.80s' is none of the words of doc/rules%s%s%s",
                word, near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
                near != NULL ? "'?" : "");
        finding(user, rule, text);
    }
}

/* --- bits --- */

struct bit_use {
    const struct rule *set, *asked; /* the first rule that does */
};

struct bit_uses {
    struct bit_use *flowbits, *xbits;
};

static void note_bits(struct bit_use *uses, const uint32_t *bits, uint32_t count,
        const struct rule *rule, bool sets)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct rule **first = sets ? &uses[bits[i]].set : &uses[bits[i]].asked;

        if (*first == NULL)
            *first = rule;
    }
}

static void note_rule(const struct bit_uses *uses, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->test_count; i++) {
        const struct rule_test *test = &rule->tests[i];

        if (test->kind == TEST_FLOWBIT)
            note_bits(uses->flowbits, test->flowbit.bits, test->flowbit.bit_count, rule, false);
        else if (test->kind == TEST_XBIT)
            note_bits(uses->xbits, &test->xbit.bit, 1, rule, false);
    }
    for (uint32_t i = 0; i < rule->effect_count; i++) {
        const struct rule_effect *effect = &rule->effects[i];

        if (effect->command != BIT_UNSET)
            note_bits(effect->is_xbit ? uses->xbits : uses->flowbits, effect->bits,
                    effect->bit_count, rule, true);
    }
}

static void tell_bits(const struct rule_set *set, const struct bit_use *uses, size_t count,
        bool is_xbit, finding_fn finding, void *user)
{
    for (size_t bit = 0; bit < count; bit++) {
        const struct rule *rule = uses[bit].set != NULL ? uses[bit].set : uses[bit].asked;
        char text[384];

        if (rule == NULL || (uses[bit].set != NULL && uses[bit].asked != NULL))
            continue;
        snprintf(text, sizeof(text), "the %s '%s' is %s", is_xbit ? "xbit" : "flowbit",
                rule_set_bit_name(set, is_xbit, (uint32_t)bit),
                uses[bit].set == NULL ? "asked for, but no rule sets it"
                                      : "set, but no rule asks for it");
        finding(user, rule, text);
    }
}

static void check_bits(const struct rule_set *set, finding_fn finding, void *user)
{
    size_t flowbits = rule_set_flowbits(set), xbits = rule_set_xbits(set);
    struct bit_uses uses = { calloc(flowbits + 1, sizeof(*uses.flowbits)),
        calloc(xbits + 1, sizeof(*uses.xbits)) };

    if (uses.flowbits != NULL && uses.xbits != NULL) {
        for (size_t i = 0; i < rule_set_count(set); i++)
            note_rule(&uses, rule_set_rule(set, i));
        tell_bits(set, uses.flowbits, flowbits, false, finding, user);
        tell_bits(set, uses.xbits, xbits, true, finding, user);
    }
    free(uses.flowbits);
    free(uses.xbits);
}

void findings_tell(const struct rule_set *set, finding_fn finding, void *user)
{
    for (size_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);

        for (size_t c = 0; c < sizeof(costs) / sizeof(costs[0]); c++)
            if (costs[c].holds(rule))
                finding(user, rule, costs[c].text);
        check_parts(rule, finding, user);
        check_words(rule, finding, user);
    }
    check_bits(set, finding, user);
}
