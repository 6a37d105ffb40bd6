/* ARP and IPv6 neighbour discovery, which tell whose address is whose. Suricata has no flow for
 * ARP, so they are taken where packets are logged. */
#include "plugin.h"

#include "base/time.h"
#include "parse/packet.h"
#include "suricata.h"

#define ARP_REQUEST 1       /* RFC 826 */
#define ND_HOP_LIMIT 255    /* a lower one has been routed: RFC 4861 section 7.1 */
#define ND_BEFORE_TARGET 8  /* bytes: RFC 4861 sections 4.3 and 4.4 */
#define ND_BEFORE_LIFETIME 6 /* section 4.2 */

static struct engine *told_engine; /* set once while Suricata starts */

static struct mac MacOf(const uint8_t bytes[6])
{
    struct mac mac;

    memcpy(mac.bytes, bytes, sizeof(mac.bytes));
    return mac;
}

static uint64_t TimeOf(const Packet *p)
{
    return SCTIME_SECS(p->ts) * US_PER_S + SCTIME_USECS(p->ts);
}

static void LearnArp(const Packet *p)
{
    const ARPHdr *header = PacketGetARP(p);
    const struct mac mac = MacOf(header->source_mac);
    const struct neighbour_view arp = {
        .asks = SCNtohs(header->opcode) == ARP_REQUEST,
        .sender_mac = &mac,
        .sender = address_from_v4(header->source_ip),
        .target = address_from_v4(header->dest_ip),
    };

    engine_learn_neighbour(told_engine, &arp, TimeOf(p));
}

static void LearnNeighbour(const Packet *p)
{
    const uint8_t *start = (const uint8_t *)PacketGetICMPv6(p);
    struct cursor message =
            cursor_over(start, (size_t)(GET_PKT_DATA(p) + GET_PKT_LEN(p) - start)), target;
    struct neighbour_view said = { .asks = start[0] == ND_NEIGHBOR_SOLICIT };
    struct mac mac;

    if (!cursor_skip(&message, ND_BEFORE_TARGET) ||
            !cursor_split(&message, sizeof(said.target.bytes), &target) ||
            !TattlerSenderMac(p, &mac))
        return;
    said.sender_mac = &mac;
    said.sender = address_from_v6(said.asks ? p->src.addr_data8 : target.at);
    said.target = address_from_v6(said.asks ? target.at : p->dst.addr_data8);
    engine_learn_neighbour(told_engine, &said, TimeOf(p));
}

/* Of what Suricata passes over, and the interface of several that it watches; inline it makes them one. */
static uint32_t LinkOf(const Packet *p)
{
    struct packet packet;
    uint32_t interface = EngineModeIsIPS() ? 0 : (uint32_t)((uintptr_t)p->livedev >> 4);

    return packet_decode(p->datalink, cursor_over(GET_PKT_DATA(p), GET_PKT_LEN(p)), &packet) == TATTLER_OK
                   ? packet.link + interface
                   : interface;
}

static void LearnRouter(const Packet *p)
{
    const uint8_t *start = (const uint8_t *)PacketGetICMPv6(p);
    struct mac mac;
    struct router_view said = {
        .sender_mac = TattlerSenderMac(p, &mac) ? &mac : NULL,
        .sender = address_from_v6(p->src.addr_data8),
        .link = LinkOf(p),
        .advertisement = cursor_over(start, (size_t)(GET_PKT_DATA(p) + GET_PKT_LEN(p) - start)),
    };

    if (cursor_skip(&said.advertisement, ND_BEFORE_LIFETIME) &&
            cursor_u16be(&said.advertisement, &said.lifetime_s))
        engine_learn_router(told_engine, &said, TimeOf(p));
}

static bool IsNeighbour(const Packet *p)
{
    const ICMPV6Hdr *header;

    if (!PacketIsICMPv6(p) || !PacketIsIPv6(p))
        return false;
    header = PacketGetICMPv6(p);
    return (header->type == ND_NEIGHBOR_SOLICIT || header->type == ND_NEIGHBOR_ADVERT ||
                   header->type == ND_ROUTER_ADVERT) &&
           IPV6_GET_RAW_HLIM(PacketGetIPv6(p)) == ND_HOP_LIMIT;
}

bool TattlerClaimsIs(const Packet *p)
{
    return PacketIsARP(p) || IsNeighbour(p);
}

void TattlerClaimsLearn(const Packet *p)
{
    if (PacketIsARP(p))
        LearnArp(p);
    else if (PacketGetICMPv6(p)->type == ND_ROUTER_ADVERT)
        LearnRouter(p);
    else
        LearnNeighbour(p);
}

void TattlerClaimsUse(struct engine *engine)
{
    told_engine = engine;
}
