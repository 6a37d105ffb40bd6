#include "baseline_progress.h"

#include "base/time.h"

const char *baseline_state_name(enum baseline_state state)
{
    static const char *const names[] = {
        [BASELINE_LEARNING] = "learning",
        [BASELINE_TRUSTED] = "trusted",
        [BASELINE_FROZEN] = "frozen",
    };

    return names[state];
}

static void count_items(const struct baseline *baseline, struct baseline_progress *out)
{
    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];

        out->suspect += item->suspect;
        out->accused += item->accused;
        out->known[item->kind] += !item->accused;
    }
}

struct baseline_progress baseline_progress_of(const struct baseline *baseline,
        uint64_t learning_s)
{
    uint64_t needed_us = learning_s * US_PER_S, watched_us;
    struct baseline_progress progress = { .state = BASELINE_LEARNING };

    count_items(baseline, &progress);
    progress.missing_s = learning_s;
    if (baseline->began_us != 0) {
        watched_us = baseline->last_us > baseline->began_us
                             ? baseline->last_us - baseline->began_us
                             : 0;
        progress.trusted_us = baseline->began_us + needed_us;
        progress.share = watched_us < needed_us ? (double)watched_us / (double)needed_us : 1;
        progress.missing_s = watched_us < needed_us ? (needed_us - watched_us) / US_PER_S : 0;
    }
    if (baseline->ruling.trusted_us != 0) {
        progress.trusted_us = baseline->ruling.trusted_us;
        progress.share = 1;
        progress.missing_s = 0;
    }
    if (progress.share >= 1)
        progress.state = BASELINE_TRUSTED;
    if (baseline->ruling.frozen)
        progress.state = BASELINE_FROZEN;
    return progress;
}

bool baseline_is_usual(const struct baseline *baseline, const struct baseline_item *item,
        const struct baseline_progress *progress, uint64_t learning_s)
{
    if (item->suspect || item->accused)
        return false;
    if (item->vouched)
        return true;
    return (progress->share >= 1 && item->first_us < progress->trusted_us) ||
           baseline->last_us >= item->first_us + learning_s * US_PER_S;
}
