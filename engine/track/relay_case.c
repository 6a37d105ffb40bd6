#include "track/relay_case.h"

#include <math.h>

/* What a block counts for after one more: half after 86 of them. */
#define KEEP 0.992f
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

/* --- lags --- */

static float profile_sum(const struct relay_leg *leg, struct match_window window)
{
    float sum = 0;

    for (int lag = window.from; lag <= window.to; lag++)
        sum += leg->profile[lag + MATCH_REACH];
    return sum;
}

static struct match_window likeliest(const struct relay_leg *leg, int width)
{
    const float *profile = leg->profile + MATCH_REACH;
    struct match_window best = { 0, width };
    float sum = profile_sum(leg, best), most = sum;

    for (int from = 1; from + width < MATCH_REACH; from++) {
        sum += profile[from + width] - profile[from - 1];
        if (sum <= most)
            continue;
        most = sum;
        best = (struct match_window){ from, from + width };
    }
    return best;
}

/* By chance, bytes are found as often as far on the other side. */
static struct match_window window_of(const struct relay_leg *leg, unsigned trial,
        enum relay_count count)
{
    int width = trials[trial].width;
    struct match_window window = { 0, width };

    if (trials[trial].follows)
        window = likeliest(leg, width);
    if (count == RELAY_BY_CHANCE)
        window = (struct match_window){ -1 - window.to, -1 - window.from };
    return window;
}

/* The mean lag in bins is that in time, since bins begin at any moment of it. */
static double lag_ms(const struct relay_leg *leg)
{
    struct match_window window = likeliest(leg, 2);
    struct match_window before = { -MATCH_REACH, -1 };
    double chance = (double)profile_sum(leg, before) / MATCH_REACH, sum = 0, weight = 0;

    for (int lag = window.from; lag <= window.to; lag++) {
        double above = (double)leg->profile[lag + MATCH_REACH] - chance;

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

static unsigned best_trial(const struct relay_leg *leg)
{
    unsigned best = 0;

    for (unsigned trial = 1; trial < RELAY_TRIALS; trial++)
        if (share_of_bytes(leg, trial) > share_of_bytes(leg, best))
            best = trial;
    return best;
}

/* --- blocks --- */

static void fade_leg(struct relay_leg *leg)
{
    leg->bytes *= KEEP;
    leg->weight *= KEEP;
    for (unsigned i = 0; i < MATCH_LAGS; i++)
        leg->profile[i] *= KEEP;
    for (unsigned trial = 0; trial < RELAY_TRIALS; trial++)
        for (unsigned count = 0; count < RELAY_COUNTS; count++) {
            leg->sums[trial][count].bytes *= KEEP;
            leg->sums[trial][count].weight *= KEEP;
        }
}

void relay_case_begin(struct relay_case *entry)
{
    for (unsigned leg = 0; leg < MATCH_LEGS; leg++)
        fade_leg(&entry->legs[leg]);
    entry->excess *= KEEP;
    entry->excess_squares *= KEEP;
    entry->excess_now = 0;
}

/* Returns what was found beyond chance at the lag that was best before, so that no block chooses
 * how it is judged. */
static struct match_sum add_trials(struct relay_leg *leg, const struct match_block *block)
{
    unsigned best = best_trial(leg);
    struct match_sum excess = { 0, 0 };

    for (unsigned trial = 0; trial < RELAY_TRIALS; trial++)
        for (enum relay_count count = RELAY_FOUND; count < RELAY_COUNTS; count++) {
            struct match_sum sum = match_loads(block, window_of(leg, trial, count), NULL);
            float sign = count == RELAY_FOUND ? 1 : -1;

            leg->sums[trial][count].bytes += sum.bytes;
            leg->sums[trial][count].weight += sum.weight;
            if (trial != best)
                continue;
            excess.bytes += sign * sum.bytes;
            excess.weight += sign * sum.weight;
        }
    return excess;
}

void relay_case_add(struct relay_case *entry, const struct match_block *block)
{
    struct relay_leg *leg = &entry->legs[block->leg];
    struct match_sum excess;

    for (int bin = MATCH_REACH; bin < MATCH_REACH + MATCH_BLOCK; bin++)
        leg->bytes += (float)block->channel.bytes[bin];
    if (block->count == 0)
        return;
    for (unsigned i = 0; i < block->count; i++)
        leg->weight += block->loads[i].weight;
    excess = add_trials(leg, block);
    match_profile(block, leg->profile);
    entry->excess_now += excess.weight;
    if (block->leg == MATCH_ANSWER)
        entry->worth += excess.bytes;
}

void relay_case_end(struct relay_case *entry)
{
    entry->excess += entry->excess_now;
    entry->excess_squares += entry->excess_now * entry->excess_now;
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

    match_loads(block, window_of(leg, best_trial(leg), count), by_row);
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

static double consistency(const struct relay_case *entry, unsigned answer_trial)
{
    const struct relay_leg *answers = &entry->legs[MATCH_ANSWER];
    double errors = standard_errors(entry), share = share_of_loads(answers, answer_trial);

    if (window_of(answers, answer_trial, RELAY_FOUND).from > SHORT_LAG && share < LONG_LAG_SHARE)
        errors *= share / LONG_LAG_SHARE;
    return grown(errors * errors, FULL_ERRORS * FULL_ERRORS);
}

static double score_of(const struct relay_case *entry, const struct relay_view *view,
        unsigned answer_trial)
{
    const float *targets = entry->targets;

    if (!address_is_public(&entry->controller.remote) && view->groups < RELAY_LAN_GROUPS)
        return 0;
    return sqrt(view->requests * view->answers) * consistency(entry, answer_trial) *
           grown((double)view->bytes, FULL_BYTES) *
           grown((double)(targets[RELAY_FOUND] - targets[RELAY_BY_CHANCE]), FULL_TARGETS);
}

/* Of requests, either the controller's bytes may tell or the targets': it may say much that is for
 * the device alone (TLS handshakes, junk), and the device may have requests of its own. */
void relay_case_read(const struct relay_case *entry, struct relay_view *out)
{
    const struct relay_leg *requests = &entry->legs[MATCH_REQUEST];
    const struct relay_leg *answers = &entry->legs[MATCH_ANSWER];
    unsigned asked = best_trial(requests), answered = best_trial(answers);

    *out = (struct relay_view){
        .lag_ms = lag_ms(requests),
        .flows = entry->flows,
        .groups = (uint32_t)__builtin_popcountll(entry->groups),
        .controller = entry->controller,
        .requests = fmax(share_of_bytes(requests, asked), share_of_loads(requests, asked)),
        .answers = share_of_bytes(answers, answered),
        .bytes = (uint64_t)(requests->sums[asked][RELAY_FOUND].bytes +
                            answers->sums[answered][RELAY_FOUND].bytes),
    };
    out->score = score_of(entry, out, answered);
}
