/* What a list must not name, whatever alerts say: clocks, resolvers, addresses of many. */
#include "export_uses.h"

/* Networks whose addresses serve names of many customers at once, so that one address says little of who
 * is behind it. Clouds where an address belongs to one customer at a time are none. Names as registered
 * with the regional registries; https://www.peeringdb.com/ has them by network type "Content". */
static const struct {
    uint32_t asn;
    const char *name;
} shared_networks[] = {
    { 714, "Apple" },         { 2906, "Netflix" },         { 12989, "StackPath" },
    { 13335, "Cloudflare" },  { 15133, "Edgio" },          { 15169, "Google" },
    { 16625, "Akamai" },      { 19551, "Imperva" },        { 20940, "Akamai" },
    { 22822, "Edgio" },       { 30148, "Sucuri" },         { 32787, "Akamai" },
    { 32934, "Meta" },        { 36183, "Akamai" },         { 54113, "Fastly" },
    { 60068, "CDN77" },       { 199524, "Gcore" },         { 200325, "bunny.net" },
    { 202422, "Gcore" },      { 209242, "Cloudflare" },
};

const char *export_shared_network(uint32_t asn)
{
    for (size_t i = 0; i < sizeof(shared_networks) / sizeof(shared_networks[0]); i++)
        if (shared_networks[i].asn == asn)
            return shared_networks[i].name;
    return NULL;
}

/* Do most devices that ask resolvers ask this one? */
static bool most_ask(const struct export_uses *uses, const struct export_group *group)
{
    const struct export_device *last = NULL;
    size_t devices = 0;

    for (size_t i = 0; i < group->count; i++) {
        devices += group->uses[i]->resolver && group->uses[i]->key.device != last;
        last = group->uses[i]->key.device;
    }
    return devices >= 2 && 2 * devices > uses->asking;
}

/* Is there a device here that the list is for, and that asks nobody else? */
static bool is_only_resolver(unsigned traits, const struct export_group *group,
        const struct export_use *use)
{
    bool for_one = (traits & EXPORT_BY_DEVICE) != 0;

    for (size_t i = 0; i < group->count; i++) {
        const struct export_use *other = group->uses[i];

        if (other->resolver && !other->key.device->asks_several &&
                (!for_one || other->key.device == use->key.device))
            return true;
    }
    return false;
}

static bool is_resolver(const struct export_uses *uses, unsigned traits, const struct export_group *group,
        const struct export_use *use)
{
    const struct export_wish *wish = uses->wish;

    for (size_t i = 0; i < wish->resolver_count; i++)
        if (prefix_contains(&wish->resolvers[i], &use->key.remote))
            return true;
    return most_ask(uses, group) || is_only_resolver(traits, group, use);
}

/* By anybody, at this address or by this name. */
static bool is_clock(const struct export_group *group, const struct export_name *name)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->uses[i]->ntp)
            return true;
    return name != NULL && name->ntp;
}

const char *export_protection(const struct export_uses *uses, unsigned traits,
        const struct export_group *group, const struct export_use *use,
        const struct export_name *name)
{
    if (is_clock(group, name))
        return "it tells the time (NTP)";
    if (is_resolver(uses, traits, group, use))
        return "it is the network's resolver";
    return NULL;
}
