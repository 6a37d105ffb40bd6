/* quic_packet.h - QUIC long-header packets and the protection of a client's Initial ones.
 *
 * The lower half of quic.h: nothing here remembers anything. Any thread; no allocation. */
#ifndef TATTLER_PARSE_QUIC_PACKET_H
#define TATTLER_PARSE_QUIC_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

#define QUIC_ID_MAX 20 /* RFC 9000 section 17.2 */

struct quic_version;

enum quic_packet_type { QUIC_INITIAL, QUIC_ZERO_RTT, QUIC_HANDSHAKE, QUIC_RETRY };

struct quic_packet {
    const struct quic_version *version;
    struct cursor id; /* Destination Connection ID */
    struct cursor header, payload; /* adjoining; the packet number belongs to 'payload' here */
    enum quic_packet_type type;
};

/* What protects a client's Initial packets. */
struct quic_keys {
    const struct quic_version *version; /* NULL: none yet */
    uint8_t id[QUIC_ID_MAX]; /* the Destination Connection ID they derive from */
    uint8_t id_length;
    uint8_t key[16], iv[12], hp[16];
};

/* A variable-length integer (RFC 9000 section 16). */
bool quic_varint(struct cursor *in, uint64_t *out);
/* The bytes behind such an integer, as many as it says. */
bool quic_vector(struct cursor *in, struct cursor *part);

/* May a client's flow begin with this? A long header of a version that is read here, or of one that
 * only provokes version negotiation. */
bool quic_starts_flow(struct cursor datagram);

/* Takes one packet off a datagram (RFC 9000 section 17.2). False for a short header, an unknown
 * version, a Retry, which only servers send, and a packet that ends behind the datagram. */
bool quic_packet_split(struct cursor *in, struct quic_packet *out);

/* The keys that derive from this packet's version and connection ID. */
void quic_keys_derive(const struct quic_packet *packet, struct quic_keys *out);

/* Opens an Initial packet into 'copy', which has its size, header and payload; 'frames' borrows
 * from it. False when it does not authenticate. */
bool quic_packet_open(const struct quic_keys *keys, const struct quic_packet *packet,
        uint8_t *copy, struct cursor *frames);

#endif
