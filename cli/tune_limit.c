/* A rule that repeats: how many alerts a limit in threshold.config would leave. */
#include <stdio.h>
#include <stdlib.h>

#include "tune.h"

#define LIMIT_SECONDS 3600
/* Fewer alerts do not need one, and one that leaves more than half of them is none. */
#define LIMIT_WORTH 10
#define LIMIT_LEAVES 2

/* As Suricata tracks 'by_both': the rule and the two ends. */
struct pair_key {
    uint32_t sid;
    struct address remote, device;
};

struct pair {
    struct pair_key key;
    uint32_t since_s;
    UT_hash_handle hh;
};

/* A limit in threshold.config yields to one in the rule; of rules that are not known here, who can tell. */
static bool can_be_limited(const struct rule_set *rules, const struct tune_group *group)
{
    for (size_t i = 0; i < group->sid_count; i++) {
        const struct rule *rule =
                rules != NULL ? rule_set_find(rules, group->gid, group->sids[i]) : NULL;

        if (rule == NULL || rule->limit.kind != LIMIT_NONE)
            return false;
    }
    return !group->too_many_sids;
}

/* Is it the first of its hour? */
static bool begins(struct pair **pairs, const struct pair_key *key, uint32_t time_s, bool *failed)
{
    struct pair *pair;

    HASH_FIND(hh, *pairs, key, sizeof(*key), pair);
    if (pair != NULL) {
        bool over = time_s >= pair->since_s + LIMIT_SECONDS || time_s < pair->since_s;

        pair->since_s = over ? time_s : pair->since_s;
        return over;
    }
    pair = calloc(1, sizeof(*pair));
    if (pair == NULL) {
        *failed = true;
        return true;
    }
    pair->key = *key;
    pair->since_s = time_s;
    HASH_ADD(hh, *pairs, key, sizeof(*key), pair);
    if (pair->hh.tbl == NULL) {
        free(pair);
        *failed = true;
    }
    return true;
}

static void make_key(const struct tune_history *history, const struct tune_alert *alert,
        struct pair_key *out)
{
    const struct tune_ends_key *ends = &history->ends_list[alert->ends]->key;

    memset(out, 0, sizeof(*out));
    out->sid = alert->sid;
    out->remote = ends->remote;
    out->device = ends->device;
}

static bool evaluate(const struct tune_history *history, const struct tune_group *group,
        struct tune_limit *out)
{
    struct pair *pairs = NULL;
    bool failed = false;

    *out = (struct tune_limit){ .seconds = LIMIT_SECONDS };
    for (size_t i = 0; i < history->alert_count; i++) {
        const struct tune_alert *alert = &history->alerts[i];
        struct pair_key key;
        bool own = alert->group == group->index, told;

        if (!tune_has_sid(group, alert->sid))
            continue;
        make_key(history, alert, &key);
        told = begins(&pairs, &key, alert->time_s, &failed);
        out->left += own && told;
        out->others += !own;
        out->others_left += !own && told;
    }
    HASH_FREE(pairs, free);
    return !failed;
}

bool tune_limit(const struct tune_history *history, const struct tune_group *group,
        const struct rule_set *rules, struct tune_limit *out)
{
    return group->count >= LIMIT_WORTH && can_be_limited(rules, group) &&
           evaluate(history, group, out) && out->left * LIMIT_LEAVES <= group->count;
}

char *tune_limit_lines(const struct tune_group *group, const struct tune_limit *limit)
{
    char *bytes = NULL;
    size_t len;
    FILE *to = open_memstream(&bytes, &len);

    if (to == NULL)
        return NULL;
    fputs("# tattler tune: an alert an hour for each two ends\n", to);
    for (size_t i = 0; i < group->sid_count; i++)
        fprintf(to, "threshold gen_id %u, sig_id %u, type limit, track by_both, count 1, seconds %u\n",
                group->gid, group->sids[i], limit->seconds);
    if (fclose(to) != 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}
