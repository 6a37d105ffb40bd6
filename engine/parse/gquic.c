#include "parse/gquic.h"

enum {
    FLAG_LONG_HEADER = 0x80, /* Q046 took over the header form of the IETF's drafts */
    FLAGS_VERSION_AND_ID = 0x09,
    CONNECTION_ID_LENGTH = 8,
    HASH_LENGTH = 12, /* stands where a tag will be once there are keys */
    STREAM_FRAME = 0x80,
    TAG_ENTRY_LENGTH = 8,
    TAG_SNI = 0x534e4900, /* "SNI\0" */
    VERSION_Q046 = 0x51303436,
};

/* "Q034" to "Q043" share one header; earlier ones have a byte more. */
static bool is_old_version(uint32_t version)
{
    return (version >= 0x51303334 && version <= 0x51303339) ||
           (version >= 0x51303430 && version <= 0x51303433);
}

static bool skip_header(struct cursor *in)
{
    static const uint8_t number_lengths[] = { 1, 2, 4, 6 };
    uint8_t flags, id_lengths;
    uint32_t version;

    if (!cursor_u8(in, &flags))
        return false;
    if ((flags & FLAG_LONG_HEADER) != 0)
        return cursor_u32be(in, &version) && version == VERSION_Q046 &&
               cursor_u8(in, &id_lengths) && id_lengths == 0x50 && /* client to server only */
               cursor_skip(in, CONNECTION_ID_LENGTH) && cursor_skip(in, (flags & 3u) + 1);
    return (flags & FLAGS_VERSION_AND_ID) == FLAGS_VERSION_AND_ID &&
           cursor_skip(in, CONNECTION_ID_LENGTH) && cursor_u32be(in, &version) &&
           is_old_version(version) && cursor_skip(in, number_lengths[flags >> 4 & 3]);
}

/* Stream frame: type 1FDOOOSS, a stream ID of SS + 1 bytes, an offset of none or OOO + 1 bytes, a
 * data length of two bytes if D. The first packets carry no other frame in front. */
static bool skip_stream_header(struct cursor *in)
{
    uint8_t type;
    size_t offset;

    if (!cursor_u8(in, &type) || (type & STREAM_FRAME) == 0)
        return false;
    offset = type >> 2 & 7u;
    return cursor_skip(in, (type & 3u) + 1) && cursor_skip(in, offset == 0 ? 0 : offset + 1) &&
           cursor_skip(in, (type & 0x20) != 0 ? 2 : 0);
}

/* Behind "CHLO": a count u16le, two bytes of padding, as many tags with the end of their values
 * u32le, then the values. */
static bool find_name(struct cursor in, struct cursor *name)
{
    uint32_t tag, start = 0, end;
    struct cursor entries;
    uint16_t count;

    if (!cursor_u16le(&in, &count) || !cursor_skip(&in, 2) ||
            !cursor_split(&in, (size_t)count * TAG_ENTRY_LENGTH, &entries))
        return false;
    *name = cursor_over(in.at, 0);
    while (cursor_u32be(&entries, &tag) && cursor_u32le(&entries, &end)) {
        if (tag == TAG_SNI)
            return start <= end && cursor_skip(&in, start) && cursor_split(&in, end - start, name);
        start = end;
    }
    return true;
}

enum tattler_status gquic_hello_parse(struct cursor datagram, struct tls_hello *out)
{
    struct tls_hello hello = { .version = 0 };
    struct cursor name;

    if (!skip_header(&datagram) || !cursor_skip(&datagram, HASH_LENGTH) ||
            !skip_stream_header(&datagram) || !cursor_starts_with(&datagram, "CHLO", 4) ||
            !cursor_skip(&datagram, 4))
        return TATTLER_UNSUPPORTED;
    if (!find_name(datagram, &name))
        return TATTLER_MALFORMED;
    if (name.left < TLS_SNI_SIZE) {
        hello.sni_length = (uint8_t)name.left;
        cursor_copy(&name, hello.sni, name.left);
    }
    *out = hello;
    return TATTLER_OK;
}
