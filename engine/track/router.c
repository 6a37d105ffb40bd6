#include "track/router.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/time.h"

#define ROUTERS_MAX 1024
#define SHARES_FOR_US DAY_US
#define ANNOUNCES_US (ROUTER_ANNOUNCES_S * US_PER_S)

struct router {
    struct mac mac;
    bool forwards;
    uint64_t shares_until_us;
    uint64_t links; /* on which it announces itself, see link_bit(); 0: nowhere */
    uint64_t announced_us;
    struct address last_v4; /* while it shares */
    UT_hash_handle hh;
};

void routers_clear(struct routers *routers)
{
    struct router *router, *next;

    HASH_ITER(hh, routers->by_mac, router, next) {
        HASH_DEL(routers->by_mac, router);
        free(router);
    }
}

static struct router *find(const struct routers *routers, const struct mac *mac)
{
    struct router *router;

    HASH_FIND(hh, routers->by_mac, mac, sizeof(*mac), router);
    return router;
}

static struct router *make(struct routers *routers, const struct mac *mac)
{
    struct router *router;

    if (HASH_COUNT(routers->by_mac) >= ROUTERS_MAX)
        return NULL;
    router = calloc(1, sizeof(*router));
    if (router == NULL)
        return NULL;
    router->mac = *mac;
    HASH_ADD(hh, routers->by_mac, mac, sizeof(router->mac), router);
    if (router->hh.tbl != NULL)
        return router;
    free(router);
    return NULL;
}

static void go_on_sharing(struct routers *routers, struct router *router, uint64_t now_us)
{
    router->shares_until_us = now_us + SHARES_FOR_US;
    if (router->shares_until_us > routers->shares_until_us)
        routers->shares_until_us = router->shares_until_us;
}

bool routers_note(struct routers *routers, const struct mac *mac, enum router_kind kind,
        uint64_t now_us)
{
    struct router *known = find(routers, mac);
    struct router *router = known != NULL ? known : make(routers, mac);

    if (router != NULL && kind == ROUTER_FORWARDS)
        router->forwards = true;
    if (router != NULL && kind == ROUTER_SHARES)
        go_on_sharing(routers, router, now_us);
    return known == NULL && router != NULL;
}

/* Does it route by what it has shown until now, and lately if by announcing alone? */
static bool routes(const struct router *router, uint64_t now_us)
{
    bool lately = router->links != 0 && now_us < router->announced_us + ANNOUNCES_US &&
                  router->announced_us < now_us + ANNOUNCES_US; /* the clock may step back */

    return router->forwards || lately;
}

/* One of 64 bits: of links that share one, each counts for the other. */
static uint64_t link_bit(uint32_t link)
{
    return UINT64_C(1) << (link * UINT32_C(0x9e3779b1) >> 26);
}

static bool is_beside_another(const struct routers *routers, const struct announcement *said, bool was_host)
{
    const struct router *router, *next;

    HASH_ITER(hh, routers->by_mac, router, next) {
        bool meets = (was_host && router->forwards) || (router->links & link_bit(said->link)) != 0;

        if (meets && !mac_equal(&router->mac, said->mac) && routes(router, said->now_us))
            return true;
    }
    return false;
}

/* To announce oneself on a link that nobody else is on is no leave to do so on others. */
static bool is_known(const struct router *router, uint32_t link)
{
    return router != NULL &&
           (router->forwards || router->links == 0 || (router->links & link_bit(link)) != 0);
}

bool routers_announce(struct routers *routers, const struct announcement *said)
{
    struct router *router = find(routers, said->mac);

    if (!is_known(router, said->link) &&
            is_beside_another(routers, said, router == NULL && said->was_host))
        return false;
    if (router == NULL)
        router = make(routers, said->mac);
    if (router != NULL) {
        router->links |= link_bit(said->link);
        router->announced_us = said->now_us;
    }
    return true;
}

bool routers_has(const struct routers *routers, const struct mac *mac)
{
    return find(routers, mac) != NULL;
}

/* Senders start with 32, 64, 128 or 255 and each router takes one off; a home has few of those. */
static bool was_forwarded(uint8_t ttl)
{
    return (ttl >= 60 && ttl < 64) || (ttl >= 124 && ttl < 128) || (ttl >= 251 && ttl < 255);
}

static bool is_initial(uint8_t ttl)
{
    return ttl == 32 || ttl == 64 || ttl == 128 || ttl == 255;
}

/* It goes on if another host's address than the one before shows. */
static bool shares(struct routers *routers, struct router *router, const struct address *address,
        uint64_t now_us)
{
    if (now_us >= router->shares_until_us)
        return false;
    if (address_is_v4(address) && !address_is_link_local(address) &&
            !address_equal(&router->last_v4, address)) {
        router->last_v4 = *address;
        go_on_sharing(routers, router, now_us);
    }
    return true;
}

bool routers_is_own(struct routers *routers, const struct mac *mac, const struct address *address,
        uint8_t ttl, bool claimed, uint64_t now_us)
{
    struct router *router;

    if (claimed && now_us >= routers->shares_until_us) /* mostly: no router has to be looked for */
        return true;
    router = find(routers, mac);
    if (router != NULL && shares(routers, router, address, now_us))
        return false;
    if (claimed || address_is_link_local(address))
        return true;
    return router != NULL && router->forwards ? is_initial(ttl) : !was_forwarded(ttl);
}
