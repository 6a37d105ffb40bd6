#include "pcapng.h"

#include "base/time.h"
#include "capture_time.h"

#include <stdlib.h>

enum {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE_DESCRIPTION = 1,
    OBSOLETE_PACKET = 2,
    SIMPLE_PACKET = 3,
    ENHANCED_PACKET = 6,

    BLOCK_FRAME_BYTES = 12, /* type, length, and the length again at the end */
    BLOCK_BYTES_MAX = 16 * 1024 * 1024,

    OPTION_END = 0,
    OPTION_TIME_RESOLUTION = 9,
    OPTION_TIME_OFFSET = 14,
    RESOLUTION_DEFAULT = 6,       /* microseconds */
    RESOLUTION_BINARY = 0x80,     /* a negative power of 2, not of 10 */
    RESOLUTION_DECIMAL_MAX = 19,  /* what 64 bits can count */
    RESOLUTION_BINARY_MAX = 63,
};

struct interface {
    uint16_t link_type;
    uint32_t snap_bytes; /* 0: no limit */
    uint8_t resolution;
    uint64_t ticks_per_s; /* of a decimal one */
    int64_t offset_s;
};

struct pcapng {
    struct input *input;
    bool big_endian; /* of this section */
    const char *problem;
    struct interface *interfaces; /* of this section */
    uint32_t interface_count;
    uint32_t interface_capacity;
};

struct pcapng *pcapng_new(struct input *input)
{
    struct pcapng *pcapng = calloc(1, sizeof(*pcapng));

    if (pcapng != NULL)
        pcapng->input = input;
    return pcapng;
}

void pcapng_free(struct pcapng *pcapng)
{
    if (pcapng == NULL)
        return;
    free(pcapng->interfaces);
    free(pcapng);
}

const char *pcapng_problem(const struct pcapng *pcapng)
{
    return pcapng->problem;
}

static enum capture_event fail(struct pcapng *pcapng, const char *problem)
{
    pcapng->problem = problem;
    return CAPTURE_UNREADABLE;
}

static bool read_u16(const struct pcapng *pcapng, struct cursor *in, uint16_t *out)
{
    return pcapng->big_endian ? cursor_u16be(in, out) : cursor_u16le(in, out);
}

static inline bool read_u32(const struct pcapng *pcapng, struct cursor *in, uint32_t *out)
{
    return pcapng->big_endian ? cursor_u32be(in, out) : cursor_u32le(in, out);
}

/* A section says its byte order after the length of its header. */
static enum capture_event begin_section(struct pcapng *pcapng)
{
    static const uint8_t big[] = { 0x1a, 0x2b, 0x3c, 0x4d }, little[] = { 0x4d, 0x3c, 0x2b, 0x1a };
    struct cursor magic;

    if (!input_take(pcapng->input, sizeof(big), &magic))
        return CAPTURE_TRUNCATED;
    pcapng->big_endian = cursor_starts_with(&magic, big, sizeof(big));
    pcapng->interface_count = 0;
    if (!pcapng->big_endian && !cursor_starts_with(&magic, little, sizeof(little)))
        return fail(pcapng, "a section that does not tell its byte order");
    return CAPTURE_PACKET;
}

/* Reads one block; CAPTURE_PACKET: 'type' and 'body' are set. The body of a section header lacks
 * the byte order. */
static enum capture_event read_block(struct pcapng *pcapng, uint32_t *type, struct cursor *body)
{
    uint8_t start[8]; /* a copy: to know its byte order more has to be taken */
    struct cursor in = cursor_over(start, sizeof(start)), taken;
    uint32_t length = 0, length_again = 0, rest = BLOCK_FRAME_BYTES - sizeof(start);
    enum capture_event event = CAPTURE_PACKET;

    if (!input_take(pcapng->input, sizeof(start), &taken))
        return input_is_at_end(pcapng->input) ? CAPTURE_END : CAPTURE_TRUNCATED;
    cursor_copy(&taken, start, sizeof(start));
    read_u32(pcapng, &in, type);
    if (*type == SECTION_HEADER) { /* the same in both orders */
        event = begin_section(pcapng);
        rest = 0;
    }
    if (event != CAPTURE_PACKET)
        return event;
    read_u32(pcapng, &in, &length);
    if (length < BLOCK_FRAME_BYTES || length % 4 != 0 || length > BLOCK_BYTES_MAX)
        return fail(pcapng, "a block has an impossible length");
    rest += length - BLOCK_FRAME_BYTES;
    if (rest < 4)
        return fail(pcapng, "a section header is too short");
    if (!input_take(pcapng->input, rest, &taken))
        return CAPTURE_TRUNCATED;
    cursor_split(&taken, rest - 4, body);
    read_u32(pcapng, &taken, &length_again);
    return length == length_again ? CAPTURE_PACKET
                                  : fail(pcapng, "the two lengths of a block differ");
}

static bool read_section(struct pcapng *pcapng, struct cursor body)
{
    uint16_t major;

    if (read_u16(pcapng, &body, &major) && major == 1)
        return true;
    fail(pcapng, "its version is not 1");
    return false;
}

/* Options: code 2, length 2, value, padded to 4 bytes. */
static bool read_options(const struct pcapng *pcapng, struct cursor in, struct interface *interface)
{
    uint16_t code, length;
    struct cursor value;

    while (read_u16(pcapng, &in, &code) && read_u16(pcapng, &in, &length) && code != OPTION_END) {
        uint32_t half[2];

        if (!cursor_split(&in, length, &value))
            return false;
        if (code == OPTION_TIME_RESOLUTION && !cursor_u8(&value, &interface->resolution))
            return false;
        if (code == OPTION_TIME_OFFSET) {
            if (!read_u32(pcapng, &value, &half[0]) || !read_u32(pcapng, &value, &half[1]))
                return false;
            interface->offset_s = (int64_t)((uint64_t)half[pcapng->big_endian ? 0 : 1] << 32 |
                                            half[pcapng->big_endian ? 1 : 0]);
        }
        cursor_skip(&in, (4u - length % 4u) % 4u);
    }
    return true;
}

static bool add_interface(struct pcapng *pcapng, const struct interface *interface)
{
    if (pcapng->interface_count == PCAPNG_INTERFACES_MAX) {
        fail(pcapng, "it has too many interfaces");
        return false;
    }
    if (pcapng->interface_count == pcapng->interface_capacity) {
        uint32_t capacity = pcapng->interface_capacity == 0 ? 8 : pcapng->interface_capacity * 2;
        struct interface *grown = realloc(pcapng->interfaces, capacity * sizeof(*grown));

        if (grown == NULL) {
            fail(pcapng, "out of memory");
            return false;
        }
        pcapng->interfaces = grown;
        pcapng->interface_capacity = capacity;
    }
    pcapng->interfaces[pcapng->interface_count++] = *interface;
    return true;
}

static uint64_t power_of_10(unsigned int exponent)
{
    uint64_t power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

static bool read_interface(struct pcapng *pcapng, struct cursor body)
{
    struct interface interface = { .resolution = RESOLUTION_DEFAULT };
    uint8_t digits;

    if (!read_u16(pcapng, &body, &interface.link_type) || !cursor_skip(&body, 2) ||
            !read_u32(pcapng, &body, &interface.snap_bytes) ||
            !read_options(pcapng, body, &interface)) {
        fail(pcapng, "an interface description is damaged");
        return false;
    }
    digits = interface.resolution & (RESOLUTION_BINARY - 1);
    if (digits > (interface.resolution & RESOLUTION_BINARY ? RESOLUTION_BINARY_MAX
                                                           : RESOLUTION_DECIMAL_MAX)) {
        fail(pcapng, "an interface has an impossible time resolution");
        return false;
    }
    interface.ticks_per_s = power_of_10(digits);
    return add_interface(pcapng, &interface);
}

/* Ticks of the interface's resolution since 1970 into microseconds. */
static uint64_t time_of(const struct interface *interface, uint64_t ticks)
{
    unsigned int digits = interface->resolution & (RESOLUTION_BINARY - 1);
    uint64_t s, us;

    if ((interface->resolution & RESOLUTION_BINARY) != 0) {
        uint64_t part = ticks & ((UINT64_C(1) << digits) - 1);
        unsigned int drop = digits > 40 ? digits - 40 : 0; /* so that the product fits 64 bits */

        s = ticks >> digits;
        us = ((part >> drop) * US_PER_S) >> (digits - drop);
    } else {
        uint64_t part = ticks % interface->ticks_per_s;

        s = ticks / interface->ticks_per_s;
        us = digits <= 6 ? part * (US_PER_S / interface->ticks_per_s)
                         : part / (interface->ticks_per_s / US_PER_S);
    }
    return capture_time_us(s > INT64_MAX ? INT64_MAX : (int64_t)s, interface->offset_s, us);
}

/* The common end of all frame blocks. */
static enum capture_event hand_out(struct pcapng *pcapng, uint32_t id, uint64_t ticks,
        struct captured *frame, struct captured *out)
{
    const struct interface *interface = &pcapng->interfaces[id];

    frame->link_type = interface->link_type;
    frame->time_us = time_of(interface, ticks);
    *out = *frame;
    return CAPTURE_PACKET;
}

/* Interface 4 (obsolete: 2, and drops 2), time 4 + 4, captured length 4, wire length 4, frame. */
static enum capture_event read_packet(struct pcapng *pcapng, uint32_t type, struct cursor body,
        struct captured *out)
{
    uint32_t id = 0, high, low, captured;
    uint16_t short_id = 0;
    struct captured frame;
    bool has_id = type == ENHANCED_PACKET
                          ? read_u32(pcapng, &body, &id)
                          : read_u16(pcapng, &body, &short_id) && cursor_skip(&body, 2);

    if (type == OBSOLETE_PACKET)
        id = short_id;
    if (!has_id || !read_u32(pcapng, &body, &high) || !read_u32(pcapng, &body, &low) ||
            !read_u32(pcapng, &body, &captured) || !read_u32(pcapng, &body, &frame.wire_bytes) ||
            !cursor_split(&body, captured, &frame.data))
        return fail(pcapng, "a packet is longer than its block");
    if (id >= pcapng->interface_count)
        return fail(pcapng, "a packet comes from an interface that is not described");
    return hand_out(pcapng, id, (uint64_t)high << 32 | low, &frame, out);
}

/* Wire length 4, frame; from interface 0, without a time, cut at the snap length. */
static enum capture_event read_simple_packet(struct pcapng *pcapng, struct cursor body,
        struct captured *out)
{
    struct captured frame;
    size_t captured;
    uint32_t snap_bytes;

    if (pcapng->interface_count == 0)
        return fail(pcapng, "a packet comes from an interface that is not described");
    snap_bytes = pcapng->interfaces[0].snap_bytes;
    if (!read_u32(pcapng, &body, &frame.wire_bytes))
        return fail(pcapng, "a packet is longer than its block");
    captured = frame.wire_bytes;
    if (snap_bytes != 0 && captured > snap_bytes)
        captured = snap_bytes;
    if (!cursor_split(&body, captured, &frame.data))
        return fail(pcapng, "a packet is longer than its block");
    return hand_out(pcapng, 0, 0, &frame, out);
}

enum capture_event pcapng_next(struct pcapng *pcapng, struct captured *out)
{
    for (;;) {
        uint32_t type;
        struct cursor body;
        enum capture_event event = read_block(pcapng, &type, &body);

        if (event != CAPTURE_PACKET)
            return event;
        if (type == ENHANCED_PACKET || type == OBSOLETE_PACKET)
            return read_packet(pcapng, type, body, out);
        if (type == SIMPLE_PACKET)
            return read_simple_packet(pcapng, body, out);
        if (type == SECTION_HEADER && !read_section(pcapng, body))
            return CAPTURE_UNREADABLE;
        if (type == INTERFACE_DESCRIPTION && !read_interface(pcapng, body))
            return CAPTURE_UNREADABLE;
    }
}
