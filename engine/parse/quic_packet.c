#include "parse/quic_packet.h"

#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

enum {
    SALT_SIZE = 20,
    TAG_SIZE = 16,
    SAMPLE_SIZE = 16,
    SAMPLE_OFFSET = 4, /* behind the longest packet number (RFC 9001 section 5.4.2) */
    LABEL_MAX = 32,
};

struct quic_version {
    uint32_t first, last; /* a range of version numbers */
    uint8_t salt[SALT_SIZE];
    const char *key_label, *iv_label, *hp_label;
    uint8_t initial_type; /* the long header's type bits; the other types follow in order */
};

#define V1_SALT                                                                                    \
    { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,                                  \
      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a }
#define DRAFT_23_SALT                                                                              \
    { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,                                  \
      0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 }
#define DRAFT_29_SALT                                                                              \
    { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,                                  \
      0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 }
#define V2_SALT                                                                                    \
    { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,                                  \
      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 }
/* From Chromium's net/third_party/quiche, "QuicVersion" T050 and T051: IETF packets carrying TLS. */
#define T050_SALT                                                                                  \
    { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,                                  \
      0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 }
#define T051_SALT                                                                                  \
    { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,                                  \
      0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d }
#define V1_LABELS "quic key", "quic iv", "quic hp"
#define V2_LABELS "quicv2 key", "quicv2 iv", "quicv2 hp"

/* RFC 9001 section 5.2, RFC 9369 section 3, draft-ietf-quic-tls-23, -29 and -33 section 5.2. The
 * fourth and fifth are names of Facebook for draft 27. */
static const struct quic_version versions[] = {
    { 0x00000001, 0x00000001, V1_SALT, V1_LABELS, 0 },
    { 0x6b3343cf, 0x6b3343cf, V2_SALT, V2_LABELS, 1 },
    { 0xff000017, 0xff00001c, DRAFT_23_SALT, V1_LABELS, 0 },
    { 0xfaceb002, 0xfaceb002, DRAFT_23_SALT, V1_LABELS, 0 },
    { 0xfaceb00e, 0xfaceb00e, DRAFT_23_SALT, V1_LABELS, 0 },
    { 0xff00001d, 0xff000020, DRAFT_29_SALT, V1_LABELS, 0 },
    { 0xff000021, 0xff000022, V1_SALT, V1_LABELS, 0 },
    { 0x54303530, 0x54303530, T050_SALT, V1_LABELS, 0 },
    { 0x54303531, 0x54303531, T051_SALT, V1_LABELS, 0 },
};

static const struct quic_version *version_find(uint32_t number)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        if (number >= versions[i].first && number <= versions[i].last)
            return &versions[i];
    return NULL;
}

/* Numbers like 0x1a2a3a4a only provoke version negotiation (RFC 9000 section 15). */
static bool version_is_reserved(uint32_t number)
{
    return (number & 0x0f0f0f0f) == 0x0a0a0a0a;
}

bool quic_varint(struct cursor *in, uint64_t *out)
{
    uint8_t byte;
    uint64_t value;

    if (!cursor_u8(in, &byte))
        return false;
    value = byte & 0x3f;
    for (unsigned int left = (1u << (byte >> 6)) - 1; left > 0; left--) {
        if (!cursor_u8(in, &byte))
            return false;
        value = value << 8 | byte;
    }
    *out = value;
    return true;
}

bool quic_vector(struct cursor *in, struct cursor *part)
{
    uint64_t length;

    return quic_varint(in, &length) && length <= in->left &&
           cursor_split(in, (size_t)length, part);
}

static bool split_id(struct cursor *in, struct cursor *id)
{
    uint8_t length;

    return cursor_u8(in, &length) && length <= QUIC_ID_MAX && cursor_split(in, length, id);
}

/* Is this a long header (RFC 8999 section 5.1)? The fixed bit may be greased (RFC 9287). */
static bool read_version(struct cursor *in, uint8_t *first, uint32_t *version)
{
    return cursor_u8(in, first) && (*first & 0x80) != 0 && cursor_u32be(in, version);
}

bool quic_starts_flow(struct cursor datagram)
{
    uint8_t first;
    uint32_t number;

    return read_version(&datagram, &first, &number) &&
           (version_find(number) != NULL || version_is_reserved(number));
}

bool quic_packet_split(struct cursor *in, struct quic_packet *out)
{
    struct cursor start = *in, source_id, token;
    uint32_t number;
    uint8_t first;

    if (!read_version(in, &first, &number))
        return false;
    out->version = version_find(number);
    if (out->version == NULL || !split_id(in, &out->id) || !split_id(in, &source_id))
        return false;
    out->type = (enum quic_packet_type)(((first >> 4) - out->version->initial_type) & 3);
    if (out->type == QUIC_RETRY || (out->type == QUIC_INITIAL && !quic_vector(in, &token)) ||
            !quic_vector(in, &out->payload))
        return false;
    return cursor_split(&start, (size_t)(out->payload.at - start.at), &out->header);
}

/* HKDF-Expand-Label (RFC 8446 section 7.1) for outputs of up to one SHA-256 block. */
static void expand_label(const uint8_t secret[SHA256_DIGEST_SIZE], const char *label, uint8_t *out,
        size_t out_size)
{
    static const uint8_t end[] = { 0, 1 }; /* no context; HKDF's counter of the first block */
    uint8_t info[3 + 6 + LABEL_MAX] = { 0, (uint8_t)out_size, (uint8_t)(6 + strlen(label)) };
    struct hmac_sha256_ctx hmac;

    memcpy(info + 3, "tls13 ", 6);
    memcpy(info + 9, label, strlen(label));
    hmac_sha256_set_key(&hmac, SHA256_DIGEST_SIZE, secret);
    hmac_sha256_update(&hmac, 9 + strlen(label), info);
    hmac_sha256_update(&hmac, sizeof(end), end);
    hmac_sha256_digest(&hmac, out_size, out);
}

/* RFC 9001 sections 5.1 and 5.2. */
void quic_keys_derive(const struct quic_packet *packet, struct quic_keys *out)
{
    const struct quic_version *version = packet->version;
    struct cursor id = packet->id;
    struct hmac_sha256_ctx hmac;
    uint8_t secret[SHA256_DIGEST_SIZE];

    hmac_sha256_set_key(&hmac, SALT_SIZE, version->salt); /* HKDF-Extract (RFC 5869) */
    hmac_sha256_update(&hmac, id.left, id.at);
    hmac_sha256_digest(&hmac, sizeof(secret), secret);
    expand_label(secret, "client in", secret, sizeof(secret));
    expand_label(secret, version->key_label, out->key, sizeof(out->key));
    expand_label(secret, version->iv_label, out->iv, sizeof(out->iv));
    expand_label(secret, version->hp_label, out->hp, sizeof(out->hp));
    out->version = version;
    out->id_length = (uint8_t)id.left;
    cursor_copy(&id, out->id, id.left);
}

/* Takes header protection off (RFC 9001 section 5.4); the length of the packet number. */
static size_t unmask_header(const uint8_t *hp, struct cursor sample, uint8_t *first,
        uint8_t *number)
{
    uint8_t mask[AES_BLOCK_SIZE];
    struct aes128_ctx aes;
    size_t length;

    aes128_set_encrypt_key(&aes, hp);
    aes128_encrypt(&aes, sizeof(mask), mask, sample.at);
    *first ^= mask[0] & 0x0f;
    length = (*first & 3u) + 1;
    for (size_t i = 0; i < length; i++)
        number[i] ^= mask[1 + i];
    return length;
}

/* RFC 9001 section 5.3. A client's first packet numbers are small, so the bytes on the wire are
 * taken for the whole number. */
bool quic_packet_open(const struct quic_keys *keys, const struct quic_packet *packet,
        uint8_t *copy, struct cursor *frames)
{
    struct cursor rest = packet->payload, sample;
    uint8_t nonce[GCM_IV_SIZE], tag[TAG_SIZE], *number = copy + packet->header.left, *sealed;
    size_t number_length, sealed_length;
    struct gcm_aes128_ctx gcm;

    if (!cursor_skip(&rest, SAMPLE_OFFSET) || !cursor_split(&rest, SAMPLE_SIZE, &sample))
        return false;
    memcpy(copy, packet->header.at, packet->header.left);
    memcpy(number, packet->payload.at, packet->payload.left);
    number_length = unmask_header(keys->hp, sample, copy, number);
    memcpy(nonce, keys->iv, sizeof(nonce));
    for (size_t i = 0; i < number_length; i++)
        nonce[GCM_IV_SIZE - number_length + i] ^= number[i];
    sealed = number + number_length;
    sealed_length = packet->payload.left - number_length - TAG_SIZE; /* room for a sample is more */
    gcm_aes128_set_key(&gcm, keys->key);
    gcm_aes128_set_iv(&gcm, sizeof(nonce), nonce);
    gcm_aes128_update(&gcm, packet->header.left + number_length, copy);
    gcm_aes128_decrypt(&gcm, sealed_length, sealed, sealed);
    gcm_aes128_digest(&gcm, sizeof(tag), tag);
    if (!memeql_sec(tag, sealed + sealed_length, sizeof(tag)))
        return false;
    *frames = cursor_over(sealed, sealed_length);
    return true;
}
