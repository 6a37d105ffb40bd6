#include "track/contest.h"

#include "base/time.h"

#define WITHIN_US (CONTEST_WITHIN_S * US_PER_S)

/* Is it still going on? The clock may step back. */
static bool goes_on(const struct contest *contest, uint64_t now_us)
{
    return contest->taken_us != 0 && now_us < contest->taken_us + WITHIN_US &&
           contest->taken_us < now_us + WITHIN_US;
}

static bool is_about(const struct contest *contest, const struct contest_claim *claim)
{
    return address_equal(&contest->address, claim->address) && mac_equal(&contest->holder, claim->holder);
}

/* The one that the claim is about, or one that is over. NULL: two others go on. */
static struct contest *place_for(struct contests *contests, const struct contest_claim *claim)
{
    struct contest *over = NULL;

    for (unsigned i = 0; i < 2; i++) {
        struct contest *contest = &contests->of[i];

        if (!goes_on(contest, claim->now_us))
            over = contest;
        else if (is_about(contest, claim))
            return contest;
    }
    if (over != NULL)
        *over = (struct contest){ .address = *claim->address, .holder = *claim->holder };
    return over;
}

static bool is_fought(const struct contests *contests, uint64_t now_us)
{
    const struct contest *one = &contests->of[0], *other = &contests->of[1];

    return one->times >= CONTEST_TAKEN && other->times >= CONTEST_TAKEN && goes_on(one, now_us) &&
           goes_on(other, now_us) && !mac_equal(&one->holder, &other->holder);
}

enum contest_state contests_note(struct contests *contests, const struct contest_claim *claim)
{
    struct contest *contest = place_for(contests, claim);
    bool again = contest != NULL && contest->times > 0;

    if (contest != NULL) {
        contest->taken_us = claim->now_us;
        if (contest->times < CONTEST_TAKEN)
            contest->times++;
    }
    if (is_fought(contests, claim->now_us))
        return CONTEST_BETWEEN;
    return again ? CONTEST_AGAIN : CONTEST_FIRST;
}
