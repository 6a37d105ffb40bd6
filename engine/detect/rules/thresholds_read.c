#include "detect/rules/thresholds_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"
#define DIGITS "0123456789"
#define DIGITS_MAX 15 /* of a number, as in Suricata */

struct reader {
    const char *at;
    struct list_error *error;
};

static bool refuse(struct reader *in, const char *what)
{
    in->error->at = in->at;
    snprintf(in->error->text, sizeof(in->error->text), "%s", what);
    return false;
}

static void skip_blanks(struct reader *in)
{
    in->at += strspn(in->at, SPACES);
}

/* This word or sign and the blanks behind it. */
static bool take(struct reader *in, const char *word)
{
    if (strncmp(in->at, word, strlen(word)) != 0)
        return false;
    in->at += strlen(word);
    skip_blanks(in);
    return true;
}

static bool expect(struct reader *in, const char *word)
{
    char what[64];

    if (take(in, word))
        return true;
    snprintf(what, sizeof(what), "here has to stand '%s'", word);
    return refuse(in, what);
}

static bool take_number(struct reader *in, uint32_t least, uint32_t *out)
{
    size_t len = strspn(in->at, DIGITS);
    uint64_t number;

    if (len == 0)
        return refuse(in, "here has to stand a number");
    if (len > DIGITS_MAX || !number_unsigned(in->at, 10, false, UINT32_MAX, &number))
        return refuse(in, "this number has to be 4294967295 at most");
    if (number < least)
        return refuse(in, "this number has to be larger than 0");
    in->at += len;
    skip_blanks(in);
    *out = (uint32_t)number;
    return true;
}

struct choice {
    const char *word;
    int value;
};

static bool refuse_choice(struct reader *in, const struct choice *choices)
{
    char what[128];
    size_t len = (size_t)snprintf(what, sizeof(what), "here has to stand");

    for (const struct choice *one = choices; one->word != NULL && len < sizeof(what); one++)
        len += (size_t)snprintf(what + len, sizeof(what) - len, "%s '%s'",
                one == choices ? "" : one[1].word == NULL ? " or" : ",", one->word);
    return refuse(in, what);
}

static bool find_choice(struct reader *in, const struct choice *choices, int *out)
{
    for (const struct choice *one = choices; one->word != NULL; one++)
        if (take(in, one->word)) {
            *out = one->value;
            return true;
        }
    return false;
}

/* Of choices that end with their word: 'limits' is no 'limit'. */
static bool take_choice(struct reader *in, const struct choice *choices, int *out)
{
    const char *begin = in->at;

    if (find_choice(in, choices, out) &&
            (strchr(SPACES, in->at[-1]) != NULL || strcspn(in->at, SPACES ",") == 0))
        return true;
    in->at = begin;
    return refuse_choice(in, choices);
}

static const struct choice tracks[] = { { "by_dst", TRACK_DESTINATION }, { "by_src", TRACK_SOURCE },
    { "by_both", TRACK_BOTH }, { "by_rule", TRACK_RULE }, { "by_flow", TRACK_FLOW }, { NULL, 0 } };
static const struct choice suppress_tracks[] = { { "by_dst", TRACK_DESTINATION },
    { "by_src", TRACK_SOURCE }, { "by_either", TRACK_EITHER }, { NULL, 0 } };
static const struct choice kinds[] = { { "limit", LIMIT_LIMIT }, { "both", LIMIT_BOTH },
    { "threshold", LIMIT_THRESHOLD }, { NULL, 0 } };
static const struct choice actions[] = { { "alert", THRESHOLD_ALERT }, { "drop", THRESHOLD_DROP },
    { "pass", THRESHOLD_PASS }, { "log", THRESHOLD_LOG }, { "sdrop", THRESHOLD_LOG },
    { "reject", THRESHOLD_REJECT }, { NULL, 0 } };
static const struct choice lines[] = { { "event_filter", LIMIT_LIMIT },
    { "threshold", LIMIT_LIMIT }, { "rate_filter", LIMIT_RATE }, { "suppress", LIMIT_SUPPRESS },
    { NULL, 0 } };

/* ", track by_src, count 5, seconds 60" */
static bool take_counts(struct reader *in, struct rule_limit *limit)
{
    int track = TRACK_NONE;

    if (!expect(in, ",") || !expect(in, "track") || !take_choice(in, tracks, &track) ||
            !expect(in, ",") || !expect(in, "count") || !take_number(in, 1, &limit->count) ||
            !expect(in, ",") || !expect(in, "seconds") || !take_number(in, 0, &limit->seconds))
        return false;
    limit->track = (enum rule_track)track;
    return true;
}

static bool take_filter(struct reader *in, struct threshold *out)
{
    int kind = LIMIT_NONE;

    if (!expect(in, ",") || !expect(in, "type") || !take_choice(in, kinds, &kind) ||
            !take_counts(in, &out->limit))
        return false;
    out->limit.kind = (enum rule_limit_kind)kind;
    return true;
}

static bool take_rate(struct reader *in, struct threshold *out)
{
    int action = THRESHOLD_ALERT;

    if (!take_counts(in, &out->limit) || !expect(in, ",") || !expect(in, "new_action") ||
            !take_choice(in, actions, &action) || !expect(in, ",") || !expect(in, "timeout") ||
            !take_number(in, 0, &out->timeout_s))
        return false;
    out->action = (enum threshold_action)action;
    return true;
}

/* Negation and ranges are not for here, in Suricata. */
#define LIST_CHARACTERS                                                                            \
    "[],$" SPACES DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:/_"

static bool take_suppress(struct reader *in, struct header_sets *sets, struct rule_vars *vars,
        struct threshold *out)
{
    int track = TRACK_RULE;

    out->limit.track = TRACK_RULE;
    if (*in->at == '\0')
        return true;
    if (!expect(in, ",") || !expect(in, "track") || !take_choice(in, suppress_tracks, &track) ||
            !expect(in, ",") || !expect(in, "ip"))
        return false;
    if (*in->at == '\0' || in->at[strspn(in->at, LIST_CHARACTERS)] != '\0')
        return refuse(in, "here has to stand a list of addresses, networks and variables, without "
                "'!' and ranges");
    out->limit.track = (enum rule_track)track;
    out->suppressed = header_sets_addresses(sets, vars, in->at, in->error);
    in->at += strlen(in->at);
    return out->suppressed != NULL;
}

bool thresholds_read_line(const char *line, struct header_sets *sets, struct rule_vars *vars,
        struct threshold *out, struct list_error *error)
{
    struct reader in = { line, error };
    int kind = LIMIT_NONE;
    bool good;

    *out = (struct threshold){ .gid = 0 };
    skip_blanks(&in);
    if (!find_choice(&in, lines, &kind))
        return refuse(&in, "a line begins with 'suppress', 'threshold', 'event_filter' or "
                "'rate_filter'");
    if (!expect(&in, "gen_id") || !take_number(&in, 0, &out->gid) || !expect(&in, ",") ||
            !expect(&in, "sig_id") || !take_number(&in, 0, &out->sid))
        return false;
    if (out->sid != 0 && out->gid == 0)
        return refuse(&in, "a 'sig_id' goes with a 'gen_id' that is not 0");
    out->limit.kind = (enum rule_limit_kind)kind;
    good = kind == LIMIT_SUPPRESS ? take_suppress(&in, sets, vars, out)
           : kind == LIMIT_RATE   ? take_rate(&in, out)
                                  : take_filter(&in, out);
    return good && (*in.at == '\0' || refuse(&in, "nothing may stand here"));
}
