#include "pcap_file.h"

#include "capture_time.h"

enum {
    FILE_HEADER_BYTES = 24,
    RECORD_HEADER_BYTES = 16, /* seconds 4, ticks 4, captured length 4, wire length 4 */
    MODIFIED_HEADER_BYTES = 24, /* the same, interface 4, protocol 2, packet type 1, padding 1 behind it */
    VERSION_MAJOR = 2,
    VERSION_MINOR = 4,
    LINK_TYPE_MASK = 0xffff, /* what is above tells of frame check sequences */
};

static const struct {
    uint8_t magic[4];
    bool big_endian;
    bool has_nanoseconds;
    size_t header_bytes;
} variants[] = {
    { { 0xd4, 0xc3, 0xb2, 0xa1 }, false, false, RECORD_HEADER_BYTES },
    { { 0xa1, 0xb2, 0xc3, 0xd4 }, true, false, RECORD_HEADER_BYTES },
    { { 0x4d, 0x3c, 0xb2, 0xa1 }, false, true, RECORD_HEADER_BYTES },
    { { 0xa1, 0xb2, 0x3c, 0x4d }, true, true, RECORD_HEADER_BYTES },
    { { 0x34, 0xcd, 0xb2, 0xa1 }, false, false, MODIFIED_HEADER_BYTES },
    { { 0xa1, 0xb2, 0xcd, 0x34 }, true, false, MODIFIED_HEADER_BYTES },
};

static bool read_u16(const struct pcap_file *pcap, struct cursor *in, uint16_t *out)
{
    return pcap->big_endian ? cursor_u16be(in, out) : cursor_u16le(in, out);
}

static inline bool read_u32(const struct pcap_file *pcap, struct cursor *in, uint32_t *out)
{
    return pcap->big_endian ? cursor_u32be(in, out) : cursor_u32le(in, out);
}

static enum capture_event fail(struct pcap_file *pcap, const char *problem)
{
    pcap->problem = problem;
    return CAPTURE_UNREADABLE;
}

static bool read_magic(struct pcap_file *pcap, struct cursor *in)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        if (!cursor_starts_with(in, variants[i].magic, sizeof(variants[i].magic)))
            continue;
        pcap->big_endian = variants[i].big_endian;
        pcap->has_nanoseconds = variants[i].has_nanoseconds;
        pcap->header_bytes = variants[i].header_bytes;
        return cursor_skip(in, sizeof(variants[i].magic));
    }
    return false;
}

/* Magic 4, version 2 + 2, two unused 4 + 4, snap length 4, link type 4. */
enum capture_event pcap_file_begin(struct pcap_file *pcap, struct input *input)
{
    uint16_t major, minor;
    uint32_t link_type;
    struct cursor in;

    *pcap = (struct pcap_file){ .input = input };
    if (!input_take(input, FILE_HEADER_BYTES, &in))
        return CAPTURE_TRUNCATED;
    if (!read_magic(pcap, &in) || !read_u16(pcap, &in, &major) || !read_u16(pcap, &in, &minor) ||
            !cursor_skip(&in, 8) || !read_u32(pcap, &in, &pcap->snap_bytes) ||
            !read_u32(pcap, &in, &link_type))
        return fail(pcap, "it does not begin as a capture");
    if (major != VERSION_MAJOR || minor > VERSION_MINOR)
        return fail(pcap, "its version is not 2.4 or one before");
    pcap->old = minor < VERSION_MINOR;
    if (pcap->snap_bytes == 0 || pcap->snap_bytes > PCAP_FRAME_BYTES_MAX)
        pcap->snap_bytes = PCAP_FRAME_BYTES_MAX;
    pcap->link_type = (int)(link_type & LINK_TYPE_MASK);
    return CAPTURE_PACKET;
}

struct record {
    uint32_t s, ticks, captured, wire_bytes;
};

/* From a cursor of a length known when this is compiled, so that it is looked at once. */
static void read_record(const struct pcap_file *pcap, const uint8_t *header, struct record *out)
{
    struct cursor in = cursor_over(header, RECORD_HEADER_BYTES);

    cursor_u32le(&in, &out->s);
    cursor_u32le(&in, &out->ticks);
    cursor_u32le(&in, &out->captured);
    cursor_u32le(&in, &out->wire_bytes);
    if (pcap->big_endian) {
        out->s = __builtin_bswap32(out->s);
        out->ticks = __builtin_bswap32(out->ticks);
        out->captured = __builtin_bswap32(out->captured);
        out->wire_bytes = __builtin_bswap32(out->wire_bytes);
    }
    if (pcap->old && out->captured > out->wire_bytes) {
        uint32_t captured = out->captured;

        out->captured = out->wire_bytes;
        out->wire_bytes = captured;
    }
}

enum capture_event pcap_file_next(struct pcap_file *pcap, struct captured *out)
{
    struct cursor header, frame;
    struct record record;
    uint32_t us;

    if (!input_take(pcap->input, pcap->header_bytes, &header))
        return input_is_at_end(pcap->input) ? CAPTURE_END : CAPTURE_TRUNCATED;
    read_record(pcap, header.at, &record);
    if (record.captured > PCAP_FRAME_BYTES_MAX)
        return fail(pcap, "a packet has an impossible length");
    if (!input_take(pcap->input, record.captured, &frame))
        return CAPTURE_TRUNCATED;
    us = pcap->has_nanoseconds ? record.ticks / 1000 : record.ticks;
    out->time_us = capture_time_us(record.s, 0, us);
    out->link_type = pcap->link_type;
    out->data = cursor_over(frame.at,
            record.captured < pcap->snap_bytes ? record.captured : pcap->snap_bytes);
    out->wire_bytes = record.wire_bytes;
    return CAPTURE_PACKET;
}
