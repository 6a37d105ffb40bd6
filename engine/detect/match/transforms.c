#include "detect/match/transforms.h"

#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

static const struct nettle_hash *const hashes[TRANSFORM_KINDS] = {
    [TRANSFORM_MD5] = &nettle_md5,
    [TRANSFORM_SHA1] = &nettle_sha1,
    [TRANSFORM_SHA256] = &nettle_sha256,
};

static struct cursor digest_of(const struct nettle_hash *hash, struct cursor bytes,
        uint8_t room[TRANSFORMED_SIZE])
{
    union {
        struct md5_ctx md5;
        struct sha1_ctx sha1;
        struct sha256_ctx sha256;
    } context;

    hash->init(&context);
    hash->update(&context, bytes.left, bytes.at);
    hash->digest(&context, hash->digest_size, room);
    return cursor_over(room, hash->digest_size);
}

struct cursor transforms_apply(const struct rule_transforms *transforms, struct cursor bytes,
        uint8_t room[TRANSFORMED_SIZE])
{
    for (unsigned i = 0; i < transforms->count && bytes.left > 0; i++)
        bytes = digest_of(hashes[transforms->kinds[i]], bytes, room);
    return bytes;
}
