#include "track/nxdomain.h"

#include "base/time.h"
#include "track/asked.h"

#define SLOT_US (US_PER_S * NXDOMAIN_WINDOW_S / NXDOMAIN_SLOTS)

/* Empties what has left the window. */
static void move_on(struct nxdomain *nxdomain, uint64_t slot)
{
    for (unsigned i = 0; i < NXDOMAIN_SLOTS && nxdomain->slot < slot; i++)
        nxdomain->counts[++nxdomain->slot % NXDOMAIN_SLOTS] = 0;
    if (nxdomain->slot < slot)
        nxdomain->slot = slot;
}

void nxdomain_note(struct nxdomain *nxdomain, const struct question *question, uint64_t now_us)
{
    if (!question->answered || question->rcode != DNS_RCODE_NXDOMAIN ||
            asked_kind(question->name, question->len) != ASKED_PUBLIC)
        return;
    move_on(nxdomain, now_us / SLOT_US);
    nxdomain->counts[nxdomain->slot % NXDOMAIN_SLOTS]++;
}

uint32_t nxdomain_count(const struct nxdomain *nxdomain, uint64_t now_us)
{
    struct nxdomain now = *nxdomain;
    uint32_t count = 0;

    move_on(&now, now_us / SLOT_US);
    for (unsigned i = 0; i < NXDOMAIN_SLOTS; i++)
        count += now.counts[i];
    return count;
}
