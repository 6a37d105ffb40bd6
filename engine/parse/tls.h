/* tls.h - reads what a TLS client says in clear: its ClientHello (RFC 8446 section 4.1.2 and
 * RFC 5246 section 7.4.1.2).
 *
 * tls_hello_parse() reads one handshake message; 'struct tls_stream' finds that message in the
 * in-order bytes a TCP client sends, however they are cut into segments and records. DTLS is not
 * read. Any thread, one at a time for one stream. */
#ifndef TATTLER_PARSE_TLS_H
#define TATTLER_PARSE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

/* A host name has at most 253 characters (RFC 1035 section 2.3.4); like Suricata we keep 255. */
#define TLS_SNI_SIZE 256
#define TLS_ALPN_MAX 8   /* browsers offer two or three */
#define TLS_ALPN_SIZE 33 /* the longest registered token has 16 bytes */

/* The longest message a stream or a QUIC flow joins, header included. Post-quantum key shares and
 * long session tickets make hellos of 12 KiB; browsers stay under 2 KiB. */
#define TLS_MESSAGE_MAX (32 * 1024)

struct tls_hello {
    /* First host_name of the server_name extension (RFC 6066 section 3) as on the wire, with a NUL
     * added: case, non-printable bytes and embedded NULs are kept, so trust 'sni_length', not
     * strlen(). Suricata keeps them too and escapes them when it prints; tshark ends the name at
     * the first NUL. An absent, empty or overlong name has length 0. */
    char sni[TLS_SNI_SIZE];
    uint8_t sni_length;
    /* ALPN tokens (RFC 7301) in the client's order, each with its NUL; left out are GREASE ones and what is
     * not printable, too long or too many. */
    char alpn[TLS_ALPN_MAX][TLS_ALPN_SIZE];
    uint8_t alpn_count;
    /* Highest SSL or TLS version offered (0x0300 to 0x03ff): from supported_versions when there,
     * else the legacy field. GREASE values (RFC 8701) and numbers of TLS 1.3 drafts are skipped. */
    uint16_t version;
    /* The encrypted_client_hello extension (0xfe0d) is present: 'sni' is then the public name of
     * the provider. Clients also send GREASE ECH, which by design cannot be told apart: there
     * 'sni' is the true name. */
    bool ech;
};

/* Reads one handshake message from its four-byte header on; bytes behind it are ignored.
 *   TRUNCATED    the message goes on behind the bytes
 *   UNSUPPORTED  no ClientHello: a server's direction starts with a ServerHello
 *   MALFORMED    its lengths disagree
 *   FULL         it exceeds TLS_MESSAGE_MAX
 * No allocation. */
enum tattler_status tls_hello_parse(struct cursor message, struct tls_hello *out);

/* One direction of a TCP stream, all zeros at the start. The fields are private. */
struct tls_stream {
    uint8_t *message; /* owned; NULL as long as nothing had to be joined */
    uint32_t length, capacity;
    uint16_t record_left;
    bool is_v2;        /* the record is an SSLv2 one */
    uint8_t header[5]; /* a record header cut by a segment's end */
    uint8_t header_length;
};

/* Feeds the next bytes, in order and without gaps, until the status is not TRUNCATED:
 *   OK           the hello is in 'out'
 *   TRUNCATED    it needs more bytes
 *   UNSUPPORTED  not TLS, SSLv2 itself, or TLS that does not start with a ClientHello: the server's
 *                direction, or a flow picked up in the middle
 *   MALFORMED    TLS gone wrong
 *   FULL         a message over TLS_MESSAGE_MAX
 *   NO_MEMORY
 * A hello for SSL 3.0 to TLS 1.2 in SSLv2's framing (RFC 5246 appendix E.2) has a version and nothing
 * else; it must have 255 bytes at most. Whatever ends it also frees what was joined and zeroes the stream. A
 * hello that lies in one segment and one record is read in place; memory only grows with bytes that really
 * arrived. */
enum tattler_status tls_stream_read(struct tls_stream *stream, struct cursor bytes,
        struct tls_hello *out);

/* For a stream given up before its end; safe on a zeroed one. */
void tls_stream_clear(struct tls_stream *stream);

#endif
