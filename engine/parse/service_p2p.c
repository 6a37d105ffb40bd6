#include <stddef.h>

#include "parse/service_match.h"

/* PPPP, of CS2 Network and with changes of Yi and iLnk: 0xf1, a type, the length of the rest.
 * Sources: P. Marrapese's dissector (github.com/pmarrapese/iot, p2p/dissector/pppp.fdesc),
 * M. Ihse Bursie's (github.com/magicus/pppp-dissector), and W. Palant, "An overview of the PPPP
 * protocol for IoT cameras" (palant.info, 2025) for sizes. */

#define PPPP_MAGIC 0xf1

static const struct {
    uint8_t first_type, last_type;
    uint16_t min, max; /* bytes behind the header */
} pppp_types[] = {
    { 0x00, 0x00, 0, 0 },      /* HELLO to the server */
    { 0x01, 0x03, 0, 128 },    /* HELLO_ACK, HELLO_TO */
    { 0x08, 0x09, 4, 256 },    /* QUERY_DID */
    { 0x10, 0x1a, 4, 512 },    /* DEV_LGN and its variants, DEV_ONLINE_REQ */
    { 0x20, 0x26, 4, 512 },    /* P2P_REQ */
    { 0x30, 0x30, 0, 0 },      /* LAN_SEARCH */
    { 0x31, 0x35, 0, 128 },    /* LAN_NOTIFY, LAN_SEARCH_EXT */
    { 0x40, 0x43, 16, 256 },   /* PUNCH_TO, PUNCH_PKT, P2P_RDY */
    { 0x60, 0x6a, 4, 512 },    /* RS_LGN, LIST_REQ */
    { 0x70, 0x71, 0, 0 },      /* RLY_HELLO */
    { 0x72, 0x78, 0, 512 },    /* RLY_PORT */
    { 0x80, 0x87, 0, 512 },    /* RLY_REQ, RLY_TO, RLY_RDY */
    { 0x90, 0x94, 4, 512 },    /* SDEV_LGN */
    { 0xd0, 0xd1, 4, 0xffff }, /* DRW: data, and its acknowledgement */
    { 0xe0, 0xe1, 0, 0 },      /* ALIVE */
    { 0xf0, 0xf0, 0, 0 },      /* CLOSE */
};

/* HELLO and LAN_SEARCH under the pre-shared keys "camera", "SHIX" and "SSD@cs2-network.", which
 * most of the obfuscating networks use (Ihse Bursie's dissector). */
static const uint8_t pppp_obfuscated[][4] = {
    { 0x2c, 0x8a, 0xb9, 0x14 }, { 0x2c, 0xba, 0x5f, 0x5d }, { 0x9f, 0x91, 0x2a, 0x19 },
    { 0x9f, 0xa1, 0xee, 0xb9 }, { 0xb1, 0x96, 0xec, 0x02 }, { 0xb1, 0xa6, 0xbb, 0x9a },
};

static bool is_obfuscated_pppp(struct cursor payload)
{
    for (size_t i = 0; i < sizeof(pppp_obfuscated) / sizeof(pppp_obfuscated[0]); i++)
        if (payload.left == 4 && cursor_starts_with(&payload, pppp_obfuscated[i], 4))
            return true;
    return false;
}

bool service_is_pppp(struct cursor payload)
{
    uint8_t magic, type;
    uint16_t length;

    if (is_obfuscated_pppp(payload))
        return true;
    if (!cursor_u8(&payload, &magic) || !cursor_u8(&payload, &type) ||
            !cursor_u16be(&payload, &length) || magic != PPPP_MAGIC || length != payload.left)
        return false;
    for (size_t i = 0; i < sizeof(pppp_types) / sizeof(pppp_types[0]); i++)
        if (type >= pppp_types[i].first_type && type <= pppp_types[i].last_type)
            return length >= pppp_types[i].min && length <= pppp_types[i].max;
    return false;
}

/* Kalay, of ThroughTek (TUTK): a header of 16 bytes, all of it scrambled with a fixed key.
 * Source: AlexxIT/go2rtc, pkg/tutk; the scrambler's story is told in "Hacking Reolink cameras for
 * fun and profit" (thirtythreeforty.net, 2020). */

#define KALAY_BLOCK 16

static uint32_t rotate_left(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

/* Rotates the four little-endian words of a block by 'first' bits, four more, and so on. */
static void rotate_words(uint8_t block[KALAY_BLOCK], unsigned first)
{
    for (unsigned i = 0; i < KALAY_BLOCK; i += 4) {
        uint32_t word = (uint32_t)block[i + 3] << 24 | (uint32_t)block[i + 2] << 16 |
                        (uint32_t)block[i + 1] << 8 | block[i];

        word = rotate_left(word, first + i);
        block[i] = (uint8_t)word;
        block[i + 1] = (uint8_t)(word >> 8);
        block[i + 2] = (uint8_t)(word >> 16);
        block[i + 3] = (uint8_t)(word >> 24);
    }
}

static void unscramble(uint8_t block[KALAY_BLOCK])
{
    static const char key[KALAY_BLOCK + 1] = "Charlie is the d";
    static const uint8_t from[KALAY_BLOCK] = {
        11, 9, 8, 15, 13, 10, 12, 14, 2, 1, 5, 0, 6, 4, 7, 3,
    };
    uint8_t mixed[KALAY_BLOCK];

    rotate_words(block, 3);
    for (size_t i = 0; i < KALAY_BLOCK; i++)
        mixed[i] = block[from[i]] ^ (uint8_t)key[i];
    rotate_words(mixed, 1);
    memcpy(block, mixed, KALAY_BLOCK);
}

/* Header: 04 02, two bytes of version and mode, then the length of what follows the header. */
static bool is_scrambled_kalay(struct cursor payload)
{
    uint8_t block[KALAY_BLOCK];
    struct cursor header = cursor_over(block, sizeof(block));
    uint16_t magic, mode, length;

    if (!cursor_copy(&payload, block, sizeof(block)))
        return false;
    unscramble(block);
    return cursor_u16be(&header, &magic) && cursor_u16be(&header, &mode) &&
           cursor_u16le(&header, &length) && magic == 0x0402 && length == payload.left;
}

/* Newer devices: 51 cc, flags, a command, the length of what follows these twelve bytes. */
static bool is_new_kalay(struct cursor payload)
{
    uint16_t magic, flags, command, length;

    return cursor_u16be(&payload, &magic) && cursor_u16be(&payload, &flags) &&
           cursor_u16le(&payload, &command) && cursor_u16le(&payload, &length) &&
           cursor_skip(&payload, 4) && magic == 0x51cc && length == payload.left &&
           (command == 0x1002 || command == 0x1202 || command == 0x1502);
}

bool service_is_kalay(struct cursor payload)
{
    return is_scrambled_kalay(payload) || is_new_kalay(payload);
}
