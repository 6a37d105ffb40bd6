/* dns.h - steps through the questions and records of one DNS message (RFC 1035), in place.
 *
 *     struct dns_message message;
 *     struct dns_record record;
 *
 *     if (dns_open(payload, &message) == TATTLER_OK)
 *         while (dns_next_record(&message, &record))
 *             ...
 *     message.status now says whether all announced records were read.
 *
 * Reads multicast DNS (RFC 6762) and LLMNR (RFC 4795) as well. The header's counts are not
 * trusted: the bytes bound the work, that of names too, however they are compressed. Any thread;
 * no allocation; the payload is borrowed by the message and by 'rdata'. */
#ifndef TATTLER_PARSE_DNS_H
#define TATTLER_PARSE_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/cursor.h"
#include "base/status.h"

#define DNS_NAME_SIZE 256 /* 255 octets on the wire (RFC 1035 section 2.3.4), and a NUL */
#define DNS_HINTS_MAX 8   /* addresses kept of one HTTPS or SVCB record; real ones have four */

/* Resource record types (IANA registry) that are decoded or that callers ask for. */
enum dns_type {
    DNS_TYPE_A = 1,
    DNS_TYPE_NS = 2,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_NULL = 10,
    DNS_TYPE_PTR = 12,
    DNS_TYPE_MX = 15,
    DNS_TYPE_TXT = 16,
    DNS_TYPE_AAAA = 28,
    DNS_TYPE_SRV = 33,
    DNS_TYPE_OPT = 41,
    DNS_TYPE_SVCB = 64,
    DNS_TYPE_HTTPS = 65
};

#define DNS_RCODE_SERVFAIL 2 /* RFC 1035 section 4.1.1 */
#define DNS_RCODE_NXDOMAIN 3
#define DNS_RCODE_REFUSED 5

enum dns_section { DNS_QUESTION, DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL, DNS_SECTIONS };

/* Labels joined by dots, without the root's: "example.com", and "" for the root. Bytes as on the
 * wire: case, dots inside of labels and NULs are kept, so trust 'length' before strlen(). */
struct dns_name {
    char text[DNS_NAME_SIZE];
    uint8_t length;
};

struct dns_message {
    uint16_t id;
    uint16_t flags; /* the whole word; what is in it follows */
    bool response;
    bool truncated; /* TC: the rest was to be had over TCP */
    uint8_t opcode; /* 0 is a query */
    uint8_t rcode;  /* the header's four bits */
    uint16_t counts[DNS_SECTIONS]; /* as the header claims */
    /* OK until dns_next_question() or dns_next_record() returns false for another reason than
     * that all are read: TRUNCATED (fewer bytes than announced) or MALFORMED (a bad name, or more
     * labels than the bytes can mean well). */
    enum tattler_status status;
    /* Private. */
    struct cursor whole, rest;
    uint16_t left[DNS_SECTIONS];
    size_t steps; /* labels and pointers that may still be read */
};

struct dns_question {
    struct dns_name name;
    uint16_t type;  /* any value, enum dns_type names a few */
    uint16_t class; /* without the "unicast response" bit of RFC 6762 section 5.4 */
};

struct dns_record {
    enum dns_section section;
    struct dns_name name; /* the owner */
    uint16_t type;
    uint16_t class; /* without the "cache flush" bit of RFC 6762 section 10.2; of OPT: its size */
    uint32_t ttl_s; /* 0 where the top bit is set (RFC 2181 section 8); of OPT: its flags */
    struct cursor rdata; /* all of it, as on the wire */
    /* Which of these are set depends on the type; the others are zero or empty. */
    struct address address; /* A, AAAA */
    struct dns_name target; /* CNAME, NS, PTR, HTTPS, SVCB */
    uint16_t priority;      /* HTTPS, SVCB (RFC 9460): 0 is an alias to 'target' */
    bool ech;               /* HTTPS, SVCB: an ech parameter is present */
    uint8_t hint_count;     /* HTTPS, SVCB: ipv4hint and ipv6hint, the first DNS_HINTS_MAX */
    struct address hints[DNS_HINTS_MAX];
};

/* Reads the header. TRUNCATED: under 12 bytes. Bytes behind the last record are never looked at. */
enum tattler_status dns_open(struct cursor payload, struct dns_message *out);

/* The next question, or false when there is none; then 'out' may hold part of a bad one. */
bool dns_next_question(struct dns_message *message, struct dns_question *out);

/* The next record of the answer, authority and additional sections, or false when there is none;
 * steps over questions that were not read; 'out' as above. Passed over are records
 * of another class than Internet (OPT has none) and those whose data does not fit their type. */
bool dns_next_record(struct dns_message *message, struct dns_record *out);

/* Like dns_next_record(), but passes nothing over and decodes no data, for who prints messages: of
 * any class, 'ttl_s' as on the wire, and the fields after 'rdata' are empty. */
bool dns_next_raw(struct dns_message *message, struct dns_record *out);

/* Reads a name inside of a record's data, which may point back into the message, and moves 'rdata'
 * behind it; both stay as they are on false. */
bool dns_read_name(struct dns_message *message, struct cursor *rdata, struct dns_name *out);

/* DNS over TCP (RFC 1035 section 4.2.2): moves the next whole message of a stream into 'message'.
 * TRUNCATED: it is not all there; MALFORMED: its length leaves no room for a header. Both leave
 * 'stream' alone. */
enum tattler_status dns_tcp_split(struct cursor *stream, struct cursor *message);

#endif
