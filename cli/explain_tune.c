/* How to make a rule quieter: lines to be pasted into Suricata's and suricata-update's files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "detect/features.h"
#include "explain.h"

/* --- threshold.config --- */

/* Which end of the alert the device is at, as far as the header tells. */
static const char *device_end(const struct rule *rule)
{
    struct header_words header = header_split(rule);
    bool source = header_is(header.word[HEADER_SOURCE], "$HOME_NET");
    bool destination = header_is(header.word[HEADER_DESTINATION], "$HOME_NET");

    if (source)
        return "by_src";
    return destination ? "by_dst" : "by_either";
}

static void print_suppress(struct prose *prose, const struct rule *rule)
{
    prose_print(prose, PROSE_PARAGRAPH,
            "Never for one device (its address), or for a network, in threshold.config:");
    fprintf(prose->text, "suppress gen_id %u, sig_id %u, track %s, ip 192.168.1.23", rule->gid,
            rule->sid, device_end(rule));
    prose_end(prose, PROSE_CODE);
}

static const char *const limit_types[] = { [LIMIT_NONE] = "limit", [LIMIT_LIMIT] = "limit",
    [LIMIT_THRESHOLD] = "threshold", [LIMIT_BOTH] = "both", [LIMIT_SUPPRESS] = NULL };
static const char *const tracks[] = { [TRACK_NONE] = "by_both", [TRACK_SOURCE] = "by_src",
    [TRACK_DESTINATION] = "by_dst", [TRACK_BOTH] = "by_both", [TRACK_EITHER] = "by_both",
    [TRACK_RULE] = "by_rule", [TRACK_FLOW] = "by_flow" };

/* A limit becomes rarer with a longer time, a count with a higher one. */
static void print_threshold(struct prose *prose, const struct rule *rule)
{
    const struct rule_limit *limit = &rule->limit;
    bool counts = limit->kind == LIMIT_THRESHOLD || limit->kind == LIMIT_BOTH;
    uint32_t seconds = limit->seconds < DAY_S ? DAY_S : 7 * DAY_S;

    if (limit_types[limit->kind] == NULL)
        return; /* it would replace a count that is part of what the rule looks for */
    prose_print(prose, PROSE_PARAGRAPH, counts ? "Only for more of it, in threshold.config:"
                                               : "Less often, in threshold.config:");
    fprintf(prose->text, "threshold gen_id %u, sig_id %u, type %s, track %s, count %u, seconds %u",
            rule->gid, rule->sid, limit_types[limit->kind], tracks[limit->track],
            counts ? 2 * limit->count : 1, counts ? limit->seconds : seconds);
    prose_end(prose, PROSE_CODE);
}

/* --- numbers, in modify.conf --- */

/* An option as the rule has it: "iot.fanout:>=40". */
struct option {
    const char *at;
    size_t sign, number, end; /* where these begin, counted from 'at' */
};

static bool find_option(const struct rule *rule, const struct feature *feature,
        struct option *out)
{
    char name[80];

    snprintf(name, sizeof(name), "iot.%s:", feature->name);
    out->at = strstr(rule->text, name);
    if (out->at == NULL)
        return false;
    out->sign = strlen(name);
    out->number = out->sign + strspn(out->at + out->sign, " <>=");
    out->end = strcspn(out->at, ";");
    return true;
}

/* A number that fewer things meet: halfway to the end of a scale, otherwise twice or half. */
static double stricter(const struct feature *feature, char sign, double number)
{
    double next = sign == '<'                              ? number / 2
                  : feature->max > 0 && feature->max <= 100 ? (number + (double)feature->max) / 2
                                                            : number * 2;

    return feature->type == FEATURE_NUMBER ? floor(next) : next;
}

struct change {
    struct option option;
    double next;
    const char *unit; /* behind the number */
};

/* False: there is no number that could be moved. */
static bool find_change(const struct rule *rule, const struct feature *feature,
        struct change *out)
{
    struct option *option = &out->option;
    double number;
    char *unit, sign;

    if (!find_option(rule, feature, option))
        return false;
    sign = option->at[option->sign];
    if (sign != '<' && sign != '>')
        return false;
    number = strtod(option->at + option->number, &unit);
    out->next = stricter(feature, sign, number);
    out->unit = unit;
    return out->next > 0 && out->next != number;
}

/* '1000040 "iot\.fanout:>=40" "iot.fanout:>=80"': the first is a regular expression. */
static void say_change(FILE *to, const struct rule *rule, const struct change *change)
{
    const char *at = change->option.at, *end = at + change->option.end;

    fprintf(to, "%u \"", rule->sid);
    for (; at < end; at++) {
        if (*at == '.')
            putc('\\', to);
        putc(*at, to);
    }
    fprintf(to, "\" \"%.*s%g%.*s\"", (int)change->option.number, change->option.at, change->next,
            (int)(end - change->unit), change->unit);
}

void explain_numbers(struct prose *prose, const struct rule *rule)
{
    struct change change;
    bool told = false;

    for (uint32_t i = 0; i < rule->test_count; i++) {
        if (rule->tests[i].kind != TEST_IOT ||
                !find_change(rule, rule->tests[i].iot.feature, &change))
            continue;
        if (!told)
            prose_print(prose, PROSE_PARAGRAPH,
                    "Only for more of it, in suricata-update's modify.conf (one line is enough):");
        told = true;
        say_change(prose->text, rule, &change);
        prose_end(prose, PROSE_CODE);
    }
}

/* --- all of them --- */

static void print_disable(struct prose *prose, const struct rule *rule)
{
    prose_print(prose, PROSE_PARAGRAPH, "Never, in suricata-update's disable.conf:");
    fprintf(prose->text, "%u:%u", rule->gid, rule->sid);
    prose_end(prose, PROSE_CODE);
}

/* What would miss a mark if the rule were off. */
static void warn_of_marks(struct prose *prose, const struct rule_set *set, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->effect_count; i++) {
        const struct rule_effect *effect = &rule->effects[i];

        if (effect->command == BIT_UNSET)
            continue;
        fputs("Then these miss its mark: ", prose->text);
        say_bit_users(prose->text, set, effect->is_xbit, effect->bits[0], false);
        fputs(". To keep the mark without the alert, in modify.conf:", prose->text);
        prose_end(prose, PROSE_PARAGRAPH);
        fprintf(prose->text, "%u \"; sid:\" \"; noalert; sid:\"", rule->sid);
        prose_end(prose, PROSE_CODE);
        return;
    }
}

void explain_tuning(struct prose *prose, const struct rule_set *set, const struct rule *rule)
{
    print_suppress(prose, rule);
    print_threshold(prose, rule);
    explain_numbers(prose, rule);
    print_disable(prose, rule);
    warn_of_marks(prose, set, rule);
}
