#include "detect/condition_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define NAMES_MAX 64 /* bits of condition.names */

bool condition_refuse(const struct reader *in, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(in->error, in->error_size, format, arguments);
    va_end(arguments);
    return false;
}

bool condition_refuse_syntax(const struct reader *in, const char *text)
{
    if (*text == '\0')
        return condition_refuse(in, "iot.%s needs a value: write it as in '%s'", in->feature->name,
                in->feature->example);
    return condition_refuse(in, "'%s' is no condition on the %s iot.%s: write it as in '%s'", text,
            feature_type_name(in->feature->type), in->feature->name, in->feature->example);
}

void condition_skip_spaces(struct reader *in)
{
    while (*in->at == ' ')
        in->at++;
}

bool condition_take(struct reader *in, const char *token)
{
    size_t len = strlen(token);

    if (strncmp(in->at, token, len) != 0)
        return false;
    in->at += len;
    condition_skip_spaces(in);
    return true;
}

/* --- names and booleans --- */

static size_t list_names(const struct feature *feature, const char *names[NAMES_MAX])
{
    size_t n = 0;

    while (n < NAMES_MAX && (names[n] = feature->value_name(n)) != NULL)
        n++;
    assert(n < NAMES_MAX);
    return n;
}

static bool refuse_name(const struct reader *in, const char *word, const char *const names[],
        size_t n)
{
    const char *near = nearest_word(word, names, n);
    char all[512] = "";
    size_t used = 0;

    if (word[0] == '!')
        return condition_refuse(in, "one '!' in front of all values of iot.%s goes for each: write "
                "'%s' without", in->feature->name, word);
    if (near != NULL)
        return condition_refuse(in, "'%s' is no value of iot.%s: did you mean '%s'?", word,
                in->feature->name, near);
    for (size_t i = 0; i < n && used < sizeof(all); i++)
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i > 0 ? ", " : "",
                names[i]);
    return condition_refuse(in, "'%s' is no value of iot.%s: use one of %s", word,
            in->feature->name, all);
}

/* Up to the next comma, without spaces around it. */
static void take_word(struct reader *in, char word[NEAREST_WORD_MAX + 1])
{
    size_t len = strcspn(in->at, ","), kept = len;

    while (kept > 0 && in->at[kept - 1] == ' ')
        kept--;
    snprintf(word, NEAREST_WORD_MAX + 1, "%.*s", (int)(kept < NEAREST_WORD_MAX ? kept
                                                                                : NEAREST_WORD_MAX),
            in->at);
    in->at += len;
}

static bool parse_names(struct reader *in, struct condition *out)
{
    const char *names[NAMES_MAX], *text = in->at;
    size_t n = list_names(in->feature, names), i;
    char word[NEAREST_WORD_MAX + 1];

    out->negated = condition_take(in, "!");
    out->names = 0;
    do {
        take_word(in, word);
        for (i = 0; i < n && strcmp(word, names[i]) != 0; i++)
            ;
        if (word[0] == '\0')
            return condition_refuse_syntax(in, text);
        if (i == n)
            return refuse_name(in, word, names, n);
        out->names |= UINT64_C(1) << i;
    } while (condition_take(in, ","));
    return true;
}

/* --- findings --- */

static bool is_id(const char *id)
{
    return *id >= 'a' && *id <= 'z' &&
           id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static bool parse_finding(struct reader *in, struct condition *out)
{
    const char *text = in->at;
    size_t len;

    out->negated = condition_take(in, "!");
    len = strcspn(in->at, "> ");
    out->finding.score = 0;
    if (len >= sizeof(out->finding.id))
        return condition_refuse(in,
                "the id of a heuristic has at most %zu letters, not as many as '%s'",
                sizeof(out->finding.id) - 1, text);
    memset(out->finding.id, 0, sizeof(out->finding.id));
    memcpy(out->finding.id, in->at, len);
    in->at += len;
    condition_skip_spaces(in);
    if (!is_id(out->finding.id))
        return condition_refuse_syntax(in, text);
    if (condition_take(in, ">=") &&
            (!condition_take_real(in, &out->finding.score) || out->finding.score > 1))
        return condition_refuse(in, "the score of a finding is from 0 to 1, as in '%s>=0.8'",
                out->finding.id);
    condition_skip_spaces(in);
    return *in->at == '\0' || condition_refuse_syntax(in, text);
}

static bool has_finding(const struct condition *condition, const struct findings *findings)
{
    const char *id = condition->finding.id;
    const struct finding *found = findings_get(findings, id, strlen(id));

    return found != NULL && found->score >= condition->finding.score;
}

/* --- by type --- */

static bool parse_string(struct reader *in, struct condition *out)
{
    (void)out;
    return condition_refuse(in, "iot.%s is a string and takes no value: write it as in '%s'",
            in->feature->name, in->feature->example);
}

enum tattler_status condition_parse(const struct feature *feature, const char *text,
        struct condition *out, char *error, size_t error_size)
{
    static bool (*const parsers[])(struct reader *, struct condition *) = {
        [FEATURE_STRING] = parse_string,
        [FEATURE_NUMBER] = condition_parse_number,
        [FEATURE_REAL] = condition_parse_real,
        [FEATURE_BOOLEAN] = parse_names,
        [FEATURE_NAMES] = parse_names,
        [FEATURE_SET] = parse_finding,
    };
    struct reader in = { feature, text, error, error_size };
    struct condition condition = { .feature = feature };

    condition_skip_spaces(&in);
    if (!parsers[feature->type](&in, &condition))
        return TATTLER_MALFORMED;
    *out = condition;
    return TATTLER_OK;
}

static bool is_within(const struct condition *condition, double value)
{
    return (value > condition->real.low ||
                   (condition->real.low_included && value >= condition->real.low)) &&
           (value < condition->real.high ||
                   (condition->real.high_included && value <= condition->real.high));
}

bool condition_contains(const struct condition *condition, const struct feature_value *value)
{
    return condition->feature->type == FEATURE_REAL  ? is_within(condition, value->real)
           : condition->feature->type == FEATURE_SET ? has_finding(condition, value->findings)
                                                     : false; /* conditions on strings are never parsed */
}

bool condition_holds(const struct condition *condition, const struct flow *flow)
{
    struct feature_value value;

    return condition->feature->get(flow, &value) && condition_accepts(condition, &value);
}
