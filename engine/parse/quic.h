/* quic.h - reads the ClientHello out of a QUIC flow's client Initial packets.
 *
 * Their keys derive from public values, so any observer may open them (RFC 9001 section 5.2):
 * QUIC v1 (RFC 9000), v2 (RFC 9369) and the deployed IETF drafts (see the table in quic.c).
 * Any thread, one at a time for one flow; no global state. */
#ifndef TATTLER_PARSE_QUIC_H
#define TATTLER_PARSE_QUIC_H

#include "base/cursor.h"
#include "base/status.h"
#include "parse/tls.h"

/* What one flow needs to remember until its hello is whole: keys and CRYPTO bytes. */
struct quic_stream;

/* Datagrams looked at in one flow before giving up. A hello takes one to three of them; a Retry,
 * version negotiation, retransmissions and 0-RTT packets need the rest. */
#define QUIC_TRIES_MAX 16

/* Feeds one UDP payload from the client; '*stream' is NULL for the first one of a flow and owned
 * by the caller from then on. Call until the status is not TRUNCATED:
 *   OK           the hello is in 'out'
 *   TRUNCATED    it needs more datagrams. This one may have added nothing: 0-RTT, a version sent
 *                to provoke negotiation, packets that do not authenticate, such as a server's
 *   UNSUPPORTED  the flow's first datagram is no QUIC, or of a version that is not read here; or
 *                the handshake is not that of a TLS client
 *   MALFORMED    an authenticated packet, or the hello in it, breaks the protocol
 *   FULL         QUIC_TRIES_MAX datagrams brought no hello, or it exceeds TLS_MESSAGE_MAX
 *   NO_MEMORY
 * Whatever ends it also frees the stream and sets '*stream' to NULL. A stream takes some 400 bytes
 * and a buffer that is never more than 8 KiB ahead of what really arrived. */
enum tattler_status quic_read(struct quic_stream **stream, struct cursor datagram,
        struct tls_hello *out);

/* For a flow given up before its end; accepts NULL. */
void quic_free(struct quic_stream *stream);

#endif
