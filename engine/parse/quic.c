#include "parse/quic.h"

#include <stdlib.h>

#include "parse/quic_packet.h"

enum {
    RANGES_MAX = 32,      /* pieces with gaps between them; Chromium sends about ten */
    AHEAD_MAX = 8 * 1024, /* twice what RFC 9000 section 7.5 lets a client rely on */
};

struct range {
    uint32_t start, end;
};

struct quic_stream {
    struct quic_keys keys;
    struct range ranges[RANGES_MAX]; /* what of 'crypto' is there: sorted, with gaps between */
    uint8_t *crypto;                 /* owned */
    uint32_t capacity;
    uint8_t range_count;
    uint8_t tries;
};

static bool keys_match(const struct quic_keys *keys, const struct quic_packet *packet)
{
    return keys->version == packet->version && keys->id_length == packet->id.left &&
           memcmp(keys->id, packet->id.at, packet->id.left) == 0;
}

/* Whichever keys open the packet stay. New ones derive from its own connection ID: those of the
 * flow's first Initial, after a Retry and after version negotiation, when the handshake starts
 * anew (RFC 9001 section 5.2). A client that switches to the server's ID keeps the old keys. */
static bool stream_open(struct quic_stream *stream, const struct quic_packet *packet, uint8_t *copy,
        struct cursor *frames)
{
    struct quic_keys fresh = { .version = NULL };

    if (stream->keys.version == packet->version &&
            quic_packet_open(&stream->keys, packet, copy, frames))
        return true;
    if (keys_match(&stream->keys, packet))
        return false;
    quic_keys_derive(packet, &fresh);
    if (!quic_packet_open(&fresh, packet, copy, frames))
        return false;
    stream->keys = fresh;
    stream->range_count = 0;
    return true;
}

static uint32_t bytes_there(const struct quic_stream *stream)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < stream->range_count; i++)
        sum += stream->ranges[i].end - stream->ranges[i].start;
    return sum;
}

/* Merges a range with those it touches; false when there are too many gaps. */
static bool add_range(struct quic_stream *stream, struct range range)
{
    struct range *ranges = stream->ranges;
    size_t first = 0, last, count = stream->range_count;

    while (first < count && ranges[first].end < range.start)
        first++;
    for (last = first; last < count && ranges[last].start <= range.end; last++) {
        if (ranges[last].start < range.start)
            range.start = ranges[last].start;
        if (ranges[last].end > range.end)
            range.end = ranges[last].end;
    }
    if (first == last && count == RANGES_MAX)
        return false;
    memmove(&ranges[first + 1], &ranges[last], (count - last) * sizeof(*ranges));
    ranges[first] = range;
    stream->range_count = (uint8_t)(count + 1 - (last - first));
    return true;
}

static bool reserve(struct quic_stream *stream, uint32_t needed)
{
    uint8_t *grown;

    if (needed <= stream->capacity)
        return true;
    grown = realloc(stream->crypto, needed);
    if (grown == NULL)
        return false;
    stream->crypto = grown;
    stream->capacity = needed;
    return true;
}

/* Keeps a piece of the handshake. What is too far ahead or one gap too many is dropped: the client
 * sends it again. */
static enum tattler_status keep_crypto(struct quic_stream *stream, uint64_t offset,
        struct cursor data)
{
    uint64_t end = offset + data.left; /* offset < 2^62 */
    uint32_t start = (uint32_t)offset;

    if (data.left == 0 || end > TLS_MESSAGE_MAX ||
            end > bytes_there(stream) + data.left + AHEAD_MAX)
        return TATTLER_OK;
    if (!reserve(stream, (uint32_t)end))
        return TATTLER_NO_MEMORY;
    if (add_range(stream, (struct range){ start, (uint32_t)end }))
        memcpy(stream->crypto + start, data.at, data.left);
    return TATTLER_OK;
}

static enum tattler_status read_crypto(struct quic_stream *stream, struct cursor *in)
{
    struct cursor data;
    uint64_t offset;

    if (!quic_varint(in, &offset) || !quic_vector(in, &data))
        return TATTLER_MALFORMED;
    return keep_crypto(stream, offset, data);
}

static bool skip_varints(struct cursor *in, uint64_t count)
{
    uint64_t ignored;

    while (count-- > 0)
        if (!quic_varint(in, &ignored))
            return false;
    return true;
}

/* RFC 9000 section 19.3: largest, delay, count of ranges, first range, pairs, ECN's three. */
static enum tattler_status skip_ack(struct cursor *in, bool ecn)
{
    uint64_t pairs;

    if (!skip_varints(in, 2) || !quic_varint(in, &pairs) || !skip_varints(in, 1) ||
            pairs > in->left || !skip_varints(in, 2 * pairs) || !skip_varints(in, ecn ? 3 : 0))
        return TATTLER_MALFORMED;
    return TATTLER_OK;
}

/* RFC 9000 section 19.19: code, frame type, reason. */
static enum tattler_status skip_close(struct cursor *in)
{
    struct cursor reason;

    return skip_varints(in, 2) && quic_vector(in, &reason) ? TATTLER_OK : TATTLER_MALFORMED;
}

/* An Initial packet may carry no other frames than these (RFC 9000 section 12.4). */
static enum tattler_status read_frame(struct quic_stream *stream, uint64_t type, struct cursor *in)
{
    switch (type) {
    case 0x00: /* PADDING */
    case 0x01: /* PING */
        return TATTLER_OK;
    case 0x02:
    case 0x03:
        return skip_ack(in, type == 0x03);
    case 0x06:
    case 0x08: /* CRYPTO of T050 and T051; elsewhere a STREAM, which no Initial may carry */
        return read_crypto(stream, in);
    case 0x1c:
        return skip_close(in);
    default:
        return TATTLER_MALFORMED;
    }
}

static enum tattler_status read_frames(struct quic_stream *stream, struct cursor frames)
{
    enum tattler_status status = TATTLER_OK;
    uint64_t type;

    while (status == TATTLER_OK && frames.left > 0)
        status = quic_varint(&frames, &type) ? read_frame(stream, type, &frames)
                                             : TATTLER_MALFORMED;
    return status;
}

static enum tattler_status stream_hello(const struct quic_stream *stream, struct tls_hello *out)
{
    if (stream->range_count == 0 || stream->ranges[0].start != 0)
        return TATTLER_TRUNCATED;
    return tls_hello_parse(cursor_over(stream->crypto, stream->ranges[0].end), out);
}

static enum tattler_status read_initial(struct quic_stream *stream,
        const struct quic_packet *packet, struct tls_hello *out)
{
    enum tattler_status status;
    struct cursor frames;
    uint8_t *copy = malloc(packet->header.left + packet->payload.left);

    if (copy == NULL)
        return TATTLER_NO_MEMORY;
    if (stream_open(stream, packet, copy, &frames)) {
        status = read_frames(stream, frames);
        if (status == TATTLER_OK)
            status = stream_hello(stream, out);
    } else {
        status = TATTLER_TRUNCATED;
    }
    free(copy);
    return status;
}

/* A datagram may carry several packets (RFC 9000 section 12.2); one that cannot be read hides
 * those behind it. */
static enum tattler_status read_datagram(struct quic_stream *stream, struct cursor datagram,
        struct tls_hello *out)
{
    enum tattler_status status = TATTLER_TRUNCATED;
    struct quic_packet packet;

    while (status == TATTLER_TRUNCATED && quic_packet_split(&datagram, &packet))
        if (packet.type == QUIC_INITIAL)
            status = read_initial(stream, &packet, out);
    if (status == TATTLER_TRUNCATED && ++stream->tries == QUIC_TRIES_MAX)
        status = TATTLER_FULL;
    return status;
}

enum tattler_status quic_read(struct quic_stream **stream, struct cursor datagram,
        struct tls_hello *out)
{
    enum tattler_status status;

    if (*stream == NULL) {
        if (!quic_starts_flow(datagram))
            return TATTLER_UNSUPPORTED;
        *stream = calloc(1, sizeof(**stream));
        if (*stream == NULL)
            return TATTLER_NO_MEMORY;
    }
    status = read_datagram(*stream, datagram, out);
    if (status != TATTLER_TRUNCATED) {
        quic_free(*stream);
        *stream = NULL;
    }
    return status;
}

void quic_free(struct quic_stream *stream)
{
    if (stream != NULL)
        free(stream->crypto);
    free(stream);
}
