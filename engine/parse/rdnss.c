#include "parse/rdnss.h"

#define OPTION_RDNSS 25
#define OPTION_UNIT 8 /* bytes; an option's length counts its type and length, too */
#define TIMERS_SIZE 8 /* reachable time and retransmission timer */

static void add_resolvers(struct cursor in, struct rdnss *rdnss)
{
    uint8_t bytes[16];
    uint32_t lifetime_s;

    if (!cursor_skip(&in, 2) || !cursor_u32be(&in, &lifetime_s) || lifetime_s == 0)
        return;
    while (rdnss->count < RDNSS_RESOLVERS_MAX && cursor_copy(&in, bytes, sizeof(bytes)))
        rdnss->resolvers[rdnss->count++] = address_from_v6(bytes);
}

enum tattler_status rdnss_read(struct cursor in, struct rdnss *out)
{
    struct rdnss rdnss = { 0 };
    struct cursor option;
    uint8_t type, units;

    if (!cursor_skip(&in, TIMERS_SIZE))
        return TATTLER_TRUNCATED;
    while (cursor_u8(&in, &type) && cursor_u8(&in, &units)) {
        if (units == 0)
            return TATTLER_MALFORMED;
        if (!cursor_split(&in, (size_t)units * OPTION_UNIT - 2, &option))
            break;
        if (type == OPTION_RDNSS)
            add_resolvers(option, &rdnss);
    }
    *out = rdnss;
    return TATTLER_OK;
}
