#include "track/relay_case.h"

#include <math.h>

/* What a block counts for after one more: half after 86 of them. Silence is no more than the span
 * that is looked at for one. */
#define KEEP 0.992f
#define PAUSE_BLOCKS (MATCH_SPAN / MATCH_BLOCK)
#define KEEP_TARGETS 0.95f

/* Where each of the score's parts reaches 63 %. */
#define FULL_BYTES 20000.0
#define FULL_ERRORS 1.9
#define FULL_TARGETS 1.0

/* A lag beyond these bins is one of many that might have fitted by chance, so this share of all
 * others' answers has to follow it. */
#define SHORT_LAG 5
#define LONG_LAG_SHARE 0.4

/* Lags tried: at once, and up to a quarter second and 0.8 s, since an uplink slower than the
 * downlink holds answers back; and around the likeliest. */
static const struct {
    bool follows; /* the likeliest */
    int width;    /* in bins, less one */
} trials[RELAY_TRIALS] = {
    { false, 1 }, { false, 5 }, { false, 16 }, { true, 2 }, { true, 8 }, { true, 20 },
};
#define NARROW 3 /* of those that follow */

/* --- lags --- */

static uint8_t likeliest(const float *profile, int width)
{
    float sum = 0, most;
    int best = 0;

    for (int lag = 0; lag <= width; lag++)
        sum += profile[lag];
    most = sum;
    for (int from = 1; from + width < MATCH_REACH; from++) {
        sum += profile[from + width] - profile[from - 1];
        if (sum <= most)
            continue;
        most = sum;
        best = from;
    }
    return (uint8_t)best;
}

static void follow(struct relay_leg *leg)
{
    for (unsigned trial = 0; trial < RELAY_TRIALS; trial++)
        if (trials[trial].follows)
            leg->from[trial] = likeliest(leg->profile.at, trials[trial].width);
}

/* By chance, bytes are found as often as far on the other side. */
static struct match_window window_of(const struct relay_leg *leg, unsigned trial,
        enum relay_count count)
{
    int from = leg->from[trial], to = from + trials[trial].width;

    return count == RELAY_FOUND ? (struct match_window){ from, to } :
                                  (struct match_window){ -1 - to, -1 - from };
}

/* The mean lag in bins is that in time, since bins begin at any moment of it. */
static double lag_ms(const struct relay_leg *leg)
{
    struct match_window window = window_of(leg, NARROW, RELAY_FOUND);
    double chance = (double)leg->profile.before / MATCH_REACH, sum = 0, weight = 0;

    for (int lag = window.from; lag <= window.to; lag++) {
        double above = (double)leg->profile.at[lag] - chance;

        if (above <= 0)
            continue;
        sum += above * lag;
        weight += above;
    }
    return weight > 0 ? sum / weight * RELAY_BIN_US / 1000 : 0;
}

/* --- shares --- */

/* As Cohen's kappa: nothing where chance finds as much, whole where all was found. */
static double beyond_chance(float found, float chance, float all)
{
    if (found > all)
        found = all;
    if (found <= chance)
        return 0;
    return (double)(found - chance) / (1.05 * (double)all + 1 - (double)chance);
}

static double share_of_bytes(const struct relay_leg *leg, unsigned trial)
{
    const struct match_sum *sums = leg->sums[trial];

    return beyond_chance(sums[RELAY_FOUND].bytes, sums[RELAY_BY_CHANCE].bytes, leg->bytes);
}

static double share_of_loads(const struct relay_leg *leg, unsigned trial)
{
    const struct match_sum *sums = leg->sums[trial];

    return beyond_chance(sums[RELAY_FOUND].weight, sums[RELAY_BY_CHANCE].weight, leg->weight);
}

static uint8_t best_trial(const struct relay_leg *leg)
{
    double share, most = share_of_bytes(leg, 0);
    uint8_t best = 0;

    for (uint8_t trial = 1; trial < RELAY_TRIALS; trial++) {
        share = share_of_bytes(leg, trial);
        if (share <= most)
            continue;
        most = share;
        best = trial;
    }
    return best;
}

/* --- blocks --- */

static void fade_leg(struct relay_leg *leg, float keep)
{
    leg->bytes *= keep;
    leg->weight *= keep;
    leg->profile.before *= keep;
    for (unsigned lag = 0; lag < MATCH_REACH; lag++)
        leg->profile.at[lag] *= keep;
    for (unsigned trial = 0; trial < RELAY_TRIALS; trial++)
        for (unsigned count = 0; count < RELAY_COUNTS; count++) {
            leg->sums[trial][count].bytes *= keep;
            leg->sums[trial][count].weight *= keep;
        }
}

void relay_case_begin(struct relay_case *entry, uint32_t bin, const float carried[2])
{
    uint32_t blocks = (bin - entry->latest) / MATCH_BLOCK;
    float keep = powf(KEEP, (float)(blocks < PAUSE_BLOCKS ? blocks : PAUSE_BLOCKS));

    for (unsigned i = 0; i < MATCH_LEGS; i++) {
        struct relay_leg *leg = &entry->legs[i];

        fade_leg(leg, keep);
        leg->bytes += carried[i == MATCH_REQUEST ? RELAY_DOWN : RELAY_UP];
        leg->best = best_trial(leg);
    }
    entry->excess *= keep;
    entry->excess_squares *= keep;
    entry->excess_now = 0;
    entry->latest = bin;
}

/* Where channel and loads have nothing in common at any lag of the window, nothing is matched. */
static bool may_match(const struct relay_leg *leg, unsigned trial, enum relay_count count,
        const struct match_lags *lags)
{
    uint64_t window = ((UINT64_C(2) << trials[trial].width) - 1) << leg->from[trial];

    return ((count == RELAY_FOUND ? lags->after : lags->before) & window) != 0;
}

/* Returns what was found beyond chance at the lag that was best before, so that no block chooses
 * how it is judged. */
static struct match_sum add_trials(struct relay_leg *leg, const struct match_block *block,
        const struct match_lags *lags)
{
    struct match_sum excess = { 0, 0 };

    for (unsigned trial = 0; trial < RELAY_TRIALS; trial++)
        for (enum relay_count count = RELAY_FOUND; count < RELAY_COUNTS; count++) {
            float sign = count == RELAY_FOUND ? 1 : -1;
            struct match_sum sum;

            if (!may_match(leg, trial, count, lags))
                continue;
            sum = match_loads(block, window_of(leg, trial, count), NULL);
            leg->sums[trial][count].bytes += sum.bytes;
            leg->sums[trial][count].weight += sum.weight;
            if (trial != leg->best)
                continue;
            excess.bytes += sign * sum.bytes;
            excess.weight += sign * sum.weight;
        }
    return excess;
}

void relay_case_add(struct relay_case *entry, const struct match_block *block)
{
    struct relay_leg *leg = &entry->legs[block->leg];
    struct match_lags lags;
    struct match_sum excess;

    for (unsigned i = 0; i < block->load_count; i++)
        leg->weight += block->loads[i].weight;
    if (block->channel_count == 0)
        return;
    lags = match_profile(block, &leg->profile);
    excess = add_trials(leg, block, &lags);
    if (lags.after != 0)
        follow(leg);
    leg->best = best_trial(leg);
    entry->excess_now += excess.weight;
    if (block->leg == MATCH_ANSWER)
        entry->worth += excess.bytes;
}

void relay_case_count(struct relay_case *entry, enum relay_count count, uint64_t group)
{
    for (unsigned i = 0; i < RELAY_COUNTS; i++)
        entry->targets[i] *= KEEP_TARGETS;
    entry->targets[count] += 1;
    if (count == RELAY_BY_CHANCE)
        return;
    entry->flows++;
    entry->groups |= UINT64_C(1) << (group % 64);
}

void relay_case_attribute(const struct relay_case *entry, const struct match_block *block,
        enum relay_count count, float *by_row)
{
    const struct relay_leg *leg = &entry->legs[block->leg];

    match_loads(block, window_of(leg, leg->best, count), by_row);
}

/* --- the verdict --- */

static double grown(double value, double full)
{
    return value > 0 ? 1 - exp(-value / full) : 0;
}

/* By how many standard errors the loads found exceed those found by chance. Blocks are the
 * witnesses: the loads within one often have a common cause. */
static double standard_errors(const struct relay_case *entry)
{
    return entry->excess > 0 ? (double)entry->excess / sqrt((double)entry->excess_squares) : 0;
}

static double consistency(const struct relay_case *entry)
{
    const struct relay_leg *answers = &entry->legs[MATCH_ANSWER];
    double errors = standard_errors(entry), share = share_of_loads(answers, answers->best);

    if (answers->from[answers->best] > SHORT_LAG && share < LONG_LAG_SHARE)
        errors *= share / LONG_LAG_SHARE;
    return grown(errors * errors, FULL_ERRORS * FULL_ERRORS);
}

static double score_of(const struct relay_case *entry, const struct relay_view *view)
{
    const float *targets = entry->targets;

    if (targets[RELAY_FOUND] <= targets[RELAY_BY_CHANCE] ||
            (!address_is_public(&view->controller.remote) && view->groups < RELAY_LAN_GROUPS))
        return 0;
    return sqrt(view->requests * view->answers) * consistency(entry) *
           grown((double)view->bytes, FULL_BYTES) *
           grown((double)(targets[RELAY_FOUND] - targets[RELAY_BY_CHANCE]), FULL_TARGETS);
}

/* Of requests, either the controller's bytes may tell or the targets': it may say much that is for
 * the device alone (TLS handshakes, junk), and the device may have requests of its own. */
void relay_case_end(struct relay_case *entry)
{
    const struct relay_leg *requests = &entry->legs[MATCH_REQUEST];
    const struct relay_leg *answers = &entry->legs[MATCH_ANSWER];
    unsigned asked = requests->best, answered = answers->best;
    struct relay_view *view = &entry->view;

    entry->excess += entry->excess_now;
    entry->excess_squares += entry->excess_now * entry->excess_now;
    view->lag_ms = lag_ms(requests);
    view->flows = entry->flows;
    view->groups = (uint32_t)__builtin_popcountll(entry->groups);
    view->requests = fmax(share_of_bytes(requests, asked), share_of_loads(requests, asked));
    view->answers = share_of_bytes(answers, answered);
    view->bytes = (uint64_t)(requests->sums[asked][RELAY_FOUND].bytes +
                             answers->sums[answered][RELAY_FOUND].bytes);
    view->score = score_of(entry, view);
}
