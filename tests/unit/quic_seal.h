/* quic_seal.h - the client's side of QUIC Initial protection, for tests: seals frames with keys
 * that are given, so that nothing of what is tested takes part. */
#ifndef TATTLER_TESTS_QUIC_SEAL_H
#define TATTLER_TESTS_QUIC_SEAL_H

#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct seal {
    uint8_t first; /* long header bits: 0xc0 for an Initial of v1, 0xd0 for one of v2 */
    uint8_t version[4];
    uint8_t id[8]; /* Destination Connection ID in the header */
    uint8_t key[16], iv[12], hp[16];
};

enum { SEAL_OVERHEAD = 22 + 16 }; /* header with a four-byte packet number, tag */

/* RFC 9001 appendix A.1 */
static const struct seal rfc_9001 = {
    .first = 0xc0,
    .version = { 0, 0, 0, 1 },
    .id = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 },
    .key = { 0x1f, 0x36, 0x96, 0x13, 0xdd, 0x76, 0xd5, 0x46, 0x77, 0x30, 0xef, 0xcb, 0xe3, 0xb1,
        0xa2, 0x2d },
    .iv = { 0xfa, 0x04, 0x4b, 0x2f, 0x42, 0xa3, 0xfd, 0x3b, 0x46, 0xfb, 0x25, 0x5c },
    .hp = { 0x9f, 0x50, 0x44, 0x9e, 0x04, 0xa0, 0xe8, 0x10, 0x28, 0x3a, 0x1e, 0x99, 0x33, 0xad,
        0xed, 0xd2 },
};

/* 'out' has room for 'length' and SEAL_OVERHEAD; returns the packet's length, at most 16 KiB. */
static inline size_t seal_packet(const struct seal *seal, uint8_t number, const void *frames,
        size_t length, uint8_t *out)
{
    size_t rest = 4 + length + 16;
    uint8_t header[22] = { (uint8_t)(seal->first | 3), [5] = 8, [14] = 0, [15] = 0,
        [16] = (uint8_t)(0x40 | rest >> 8), (uint8_t)rest, 0, 0, 0, number };
    uint8_t nonce[12], mask[16];
    struct gcm_aes128_ctx gcm;
    struct aes128_ctx aes;

    memcpy(header + 1, seal->version, 4);
    memcpy(header + 6, seal->id, 8);
    memcpy(nonce, seal->iv, sizeof(nonce));
    nonce[11] ^= number;
    gcm_aes128_set_key(&gcm, seal->key);
    gcm_aes128_set_iv(&gcm, sizeof(nonce), nonce);
    gcm_aes128_update(&gcm, sizeof(header), header);
    gcm_aes128_encrypt(&gcm, length, out + sizeof(header), frames);
    gcm_aes128_digest(&gcm, 16, out + sizeof(header) + length);
    aes128_set_encrypt_key(&aes, seal->hp);
    aes128_encrypt(&aes, sizeof(mask), mask, out + sizeof(header));
    memcpy(out, header, sizeof(header));
    out[0] ^= mask[0] & 0x0f;
    for (size_t i = 0; i < 4; i++)
        out[18 + i] ^= mask[1 + i];
    return sizeof(header) + length + 16;
}

#endif
