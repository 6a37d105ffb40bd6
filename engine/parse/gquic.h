/* gquic.h - reads the server name out of the client hello of Google's own QUIC, the protocol in
 * use before the IETF's and still spoken by old devices.
 *
 * Versions Q034 to Q043 and Q046 send their CHLO in clear, in one datagram (Google's "QUIC Crypto"
 * and "QUIC Wire Layout Specification"). Q050 encrypts it and is not
 * read; T050 and T051 carry TLS, which quic.h reads. Any
 * thread; no allocation, no state. */
#ifndef TATTLER_PARSE_GQUIC_H
#define TATTLER_PARSE_GQUIC_H

#include "base/cursor.h"
#include "base/status.h"
#include "parse/tls.h"

/* Reads one UDP payload from the client; of 'out' only the SNI is filled, the rest is zero.
 *   OK           a CHLO: the name is as it is in tls.h, length 0 when there is none
 *   UNSUPPORTED  anything else, among it packets behind the CHLO and a server's
 *   MALFORMED    a CHLO whose offsets lead out of it */
enum tattler_status gquic_hello_parse(struct cursor datagram, struct tls_hello *out);

#endif
