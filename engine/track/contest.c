#include "track/contest.h"

#include "base/time.h"

#define WITHIN_US (CONTEST_WITHIN_S * US_PER_S)

/* Is it still going on? The clock may step back. */
static bool goes_on(const struct contest *contest, uint64_t now_us)
{
    return contest->taken_us != 0 && now_us < contest->taken_us + WITHIN_US &&
           contest->taken_us < now_us + WITHIN_US;
}

/* The one with this holder, or one that is over. NULL: two others go on. */
static struct contest *place_for(struct contests *contests, const struct mac *holder, uint64_t now_us)
{
    struct contest *over = NULL;

    for (unsigned i = 0; i < 2; i++) {
        struct contest *contest = &contests->of[i];

        if (!goes_on(contest, now_us))
            over = contest;
        else if (mac_equal(&contest->holder, holder))
            return contest;
    }
    if (over != NULL)
        *over = (struct contest){ .holder = *holder };
    return over;
}

static bool is_fought(const struct contest *contest, uint64_t now_us)
{
    return contest->times >= CONTEST_TAKEN && goes_on(contest, now_us);
}

enum contest_state contests_note(struct contests *contests, const struct mac *holder, uint64_t now_us)
{
    struct contest *contest = place_for(contests, holder, now_us);
    bool again = contest == NULL || contest->times > 0;

    if (contest != NULL) {
        contest->taken_us = now_us;
        if (contest->times < CONTEST_TAKEN)
            contest->times++;
    }
    if (is_fought(&contests->of[0], now_us) && is_fought(&contests->of[1], now_us))
        return CONTEST_BETWEEN;
    return again ? CONTEST_AGAIN : CONTEST_FIRST;
}

bool contests_has_third(const struct contests *contests, const struct mac *other, uint64_t now_us)
{
    for (unsigned i = 0; i < 2; i++)
        if (goes_on(&contests->of[i], now_us) && !mac_equal(&contests->of[i].holder, other))
            return true;
    return false;
}
