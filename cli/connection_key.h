/* connection_key.h - which flow a packet belongs to. */
#ifndef TATTLER_CLI_CONNECTION_KEY_H
#define TATTLER_CLI_CONNECTION_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "parse/packet.h"

/* As the packet goes. ICMP: type and code, and those of its answer, in place of ports. */
struct connection_ends {
    struct address source, destination;
    uint16_t source_port, destination_port;
    uint8_t protocol;
};

/* Compared and hashed as bytes: it must have no padding. */
struct connection_key {
    struct address low, high; /* in some order, so that both directions have one key */
    uint16_t low_port, high_port;
    uint16_t vlans[PACKET_VLANS_MAX];
    uint8_t protocol, depth;
};

_Static_assert(sizeof(struct connection_key) == 2 * sizeof(struct address) +
                               (2 + PACKET_VLANS_MAX) * sizeof(uint16_t) + 2,
        "padding in struct connection_key");

/* Filled in place, as all that runs for each packet: see inspect.c. */
void connection_read_ends(const struct packet *packet, struct connection_ends *out);
/* 'depth': of tunnels. */
void connection_make_key(const struct packet *packet, const struct connection_ends *ends,
        unsigned depth, struct connection_key *key);

/* ICMPv4 messages about other packets open no flow of their own (RFC 1122 section 3.2.2); those of
 * ICMPv6 do, in Suricata. */
bool connection_is_icmp_error(const struct packet *packet);

#endif
