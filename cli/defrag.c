#include "defrag.h"

#include <stdlib.h>

enum {
    UNIT = 8, /* fragments begin at multiples of 8 bytes */
    DATA_MAX = 65536,
    UNITS = DATA_MAX / UNIT,
    IP_LENGTH_MAX = 65535, /* IPv4 total length, IPv6 payload length */
    IPV6_HEADER = 40,
    HEADER_MAX = 512, /* IPv6: with all that comes before the fragment header */
};

/* What makes two fragments parts of one datagram. */
struct key {
    struct address src;
    struct address dst;
    uint32_t id;
    unsigned int depth;
    uint16_t vlans[PACKET_VLANS_MAX];
    uint8_t vlan_count;
    uint8_t ip_version;
    uint8_t protocol; /* IPv4 only */
};

/* The header ends where the data begins, so that the whole datagram lies in one piece. */
struct datagram {
    uint8_t bytes[HEADER_MAX + DATA_MAX];
    uint8_t present[UNITS]; /* 1: this unit of the data has arrived */
    uint32_t units_present;
    uint32_t data_end;   /* the furthest byte that arrived */
    uint32_t data_len;   /* known from the last fragment, else 0 */
    uint16_t header_len; /* known from the first fragment, else 0 */
    uint32_t link_bytes;
    uint8_t next_header;
    uint16_t next_header_at;
    bool spoilt; /* the rest is refused until it times out */
};

struct slot {
    struct key key;
    uint64_t first_us;
    struct datagram *datagram;
};

struct defrag {
    struct slot slots[DEFRAG_DATAGRAMS_MAX]; /* the used ones come first */
    size_t used;
    struct datagram *rebuilt; /* what the last call handed out */
    struct defrag_counters counters;
};

struct defrag *defrag_new(void)
{
    return calloc(1, sizeof(struct defrag));
}

void defrag_free(struct defrag *defrag)
{
    if (defrag == NULL)
        return;
    for (size_t i = 0; i < defrag->used; i++)
        free(defrag->slots[i].datagram);
    free(defrag->rebuilt);
    free(defrag);
}

const struct defrag_counters *defrag_counters(const struct defrag *defrag)
{
    return &defrag->counters;
}

static struct key key_of(const struct packet *packet, unsigned int depth)
{
    struct key key = {
        .src = packet->src,
        .dst = packet->dst,
        .id = packet->fragment.id,
        .depth = depth,
        .vlan_count = packet->vlan_count,
        .ip_version = packet->ip_version,
        .protocol = packet->ip_version == 4 ? packet->protocol : 0,
    };

    memcpy(key.vlans, packet->vlans, sizeof(key.vlans));
    return key;
}

static bool key_equal(const struct key *a, const struct key *b)
{
    return a->id == b->id && address_equal(&a->src, &b->src) && address_equal(&a->dst, &b->dst) &&
           a->depth == b->depth && a->ip_version == b->ip_version && a->protocol == b->protocol &&
           a->vlan_count == b->vlan_count && memcmp(a->vlans, b->vlans, sizeof(a->vlans)) == 0;
}

/* Frees a slot; order does not matter among them. */
static struct datagram *take_out(struct defrag *defrag, size_t slot)
{
    struct datagram *datagram = defrag->slots[slot].datagram;

    defrag->slots[slot] = defrag->slots[--defrag->used];
    return datagram;
}

static void drop_expired(struct defrag *defrag, uint64_t now_us)
{
    for (size_t i = defrag->used; i-- > 0;) {
        uint64_t first_us = defrag->slots[i].first_us;

        if (now_us > first_us && now_us - first_us > DEFRAG_TIMEOUT_US) {
            defrag->counters.timed_out++;
            free(take_out(defrag, i));
        }
    }
}

static void drop_oldest(struct defrag *defrag)
{
    size_t oldest = 0;

    for (size_t i = 1; i < defrag->used; i++) {
        if (defrag->slots[i].first_us < defrag->slots[oldest].first_us)
            oldest = i;
    }
    defrag->counters.crowded_out++;
    free(take_out(defrag, oldest));
}

/* Finds the slot of a fragment's datagram, or makes one; false: out of memory. */
static bool find_slot(struct defrag *defrag, const struct key *key, uint64_t now_us, size_t *slot)
{
    struct datagram *datagram;

    for (size_t i = 0; i < defrag->used; i++) {
        if (key_equal(&defrag->slots[i].key, key)) {
            *slot = i;
            return true;
        }
    }
    datagram = calloc(1, sizeof(*datagram));
    if (datagram == NULL)
        return false;
    if (defrag->used == DEFRAG_DATAGRAMS_MAX)
        drop_oldest(defrag);
    *slot = defrag->used;
    defrag->slots[defrag->used++] = (struct slot){ *key, now_us, datagram };
    return true;
}

/* Does the fragment agree with what is known of the datagram's end? */
static bool agrees(const struct datagram *datagram, const struct packet_fragment *fragment,
        size_t len)
{
    size_t end = fragment->offset + len;

    if (!fragment->more && end < datagram->data_end)
        return false;
    if (datagram->data_len != 0)
        return fragment->more ? end <= datagram->data_len : end == datagram->data_len;
    return true;
}

static void copy_header(struct datagram *datagram, const struct packet *packet)
{
    const struct packet_fragment *fragment = &packet->fragment;

    if (fragment->offset != 0 || datagram->header_len != 0)
        return;
    memcpy(datagram->bytes + HEADER_MAX - fragment->header.left, fragment->header.at,
            fragment->header.left);
    datagram->header_len = (uint16_t)fragment->header.left;
    datagram->next_header = fragment->next_header;
    datagram->next_header_at = fragment->next_header_at;
    datagram->link_bytes = packet->link_bytes;
}

/* Copies the units that are not there yet. Returns whether some were, and in 'differs' whether any
 * of those had other bytes. */
static bool copy_data(struct datagram *datagram, const struct packet_fragment *fragment, size_t len,
        bool *differs)
{
    bool overlap = false;

    for (size_t at = 0; at < len; at += UNIT) {
        size_t n = len - at < UNIT ? len - at : UNIT;
        uint8_t *unit = datagram->bytes + HEADER_MAX + fragment->offset + at;
        uint8_t *present = &datagram->present[(fragment->offset + at) / UNIT];

        if (*present) {
            overlap = true;
            *differs = *differs || memcmp(unit, fragment->data.at + at, n) != 0;
            continue;
        }
        memcpy(unit, fragment->data.at + at, n);
        *present = 1;
        datagram->units_present++;
    }
    return overlap;
}

static bool is_whole(const struct datagram *datagram)
{
    return datagram->data_len != 0 && datagram->header_len != 0 &&
           datagram->units_present == (datagram->data_len + UNIT - 1) / UNIT;
}

static void put_u16be(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Makes the first fragment's header that of an unfragmented packet; false if it gets too long. */
static bool rebuild(struct datagram *datagram, uint8_t ip_version, struct defrag_rebuilt *out)
{
    uint8_t *header = datagram->bytes + HEADER_MAX - datagram->header_len;
    size_t len = (size_t)datagram->header_len + datagram->data_len;
    size_t length_field = ip_version == 4 ? len : len - IPV6_HEADER;

    if (length_field > IP_LENGTH_MAX)
        return false;
    header[datagram->next_header_at] = datagram->next_header;
    put_u16be(header + (ip_version == 4 ? 2 : 4), length_field);
    if (ip_version == 4)
        put_u16be(header + 6, 0); /* flags and offset */
    *out = (struct defrag_rebuilt){
        .link_type = ip_version == 4 ? PACKET_LINK_IPV4 : PACKET_LINK_IPV6,
        .datagram = cursor_over(header, len),
        .link_bytes = datagram->link_bytes,
    };
    return true;
}

/* How much of a fragment counts; 0: refused. RFC 791 lets only the last fragment have another
 * length than a multiple of 8: the odd end of others cannot be placed. RFC 8200 section 4.5
 * refuses them. */
static size_t usable_bytes(const struct packet *packet)
{
    const struct packet_fragment *fragment = &packet->fragment;
    size_t odd = fragment->more ? fragment->data.left % UNIT : 0;

    if (packet->cut || (odd != 0 && packet->ip_version == 6) ||
            fragment->header.left > HEADER_MAX ||
            fragment->offset + fragment->data.left > IP_LENGTH_MAX)
        return 0;
    return fragment->data.left - odd;
}

/* false: refused. */
static bool add_to(struct defrag *defrag, struct datagram *datagram, const struct packet *packet)
{
    const struct packet_fragment *fragment = &packet->fragment;
    size_t len = usable_bytes(packet);
    uint32_t units = datagram->units_present;
    bool differs = false, overlap;

    if (datagram->spoilt || !agrees(datagram, fragment, len))
        return false;
    copy_header(datagram, packet);
    overlap = copy_data(datagram, fragment, len, &differs);
    defrag->counters.overlapping += overlap;
    if (packet->ip_version == 6 && overlap && (differs || datagram->units_present != units)) {
        datagram->spoilt = true;
        return false;
    }
    if (fragment->offset + len > datagram->data_end)
        datagram->data_end = (uint32_t)(fragment->offset + len);
    if (!fragment->more)
        datagram->data_len = (uint32_t)(fragment->offset + len);
    return true;
}

static enum tattler_status refuse(struct defrag *defrag)
{
    defrag->counters.refused++;
    return TATTLER_MALFORMED;
}

static enum tattler_status add(struct defrag *defrag, const struct packet *fragment,
        const struct key *key, uint64_t now_us, struct datagram **whole)
{
    struct datagram *datagram;
    size_t slot;

    if (usable_bytes(fragment) == 0)
        return refuse(defrag);
    if (!find_slot(defrag, key, now_us, &slot))
        return TATTLER_NO_MEMORY;
    datagram = defrag->slots[slot].datagram;
    if (!add_to(defrag, datagram, fragment))
        return refuse(defrag);
    if (!is_whole(datagram))
        return TATTLER_TRUNCATED;
    *whole = take_out(defrag, slot);
    return TATTLER_OK;
}

enum tattler_status defrag_add(struct defrag *defrag, const struct packet *fragment,
        unsigned int depth, uint64_t now_us, struct defrag_rebuilt *out)
{
    struct key key = key_of(fragment, depth);
    struct datagram *whole = NULL;
    enum tattler_status status;

    defrag->counters.fragments++;
    drop_expired(defrag, now_us);
    status = add(defrag, fragment, &key, now_us, &whole);
    if (status == TATTLER_OK && !rebuild(whole, key.ip_version, out))
        status = refuse(defrag);
    else if (status == TATTLER_OK)
        defrag->counters.rebuilt++;
    free(defrag->rebuilt); /* only now: the fragment may lie in it */
    defrag->rebuilt = whole;
    return status;
}
