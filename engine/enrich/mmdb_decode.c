#include "enrich/mmdb_decode.h"

#include <string.h>

/* "Data Field Format" of the MaxMind DB specification */
enum { EXTENDED = 0, POINTER = 1, TEXT = 2, U16 = 5, U32 = 6, MAP = 7, U64 = 9, LIST = 11,
       END_MARKER = 13, BOOLEAN = 14 };

#define ITEMS_MAX 4096 /* of a skipped value: the largest known records have a few hundred */

struct value {
    unsigned type;
    uint32_t len;        /* bytes; items of a list; pairs of a map; the value of a boolean */
    struct cursor bytes; /* of a scalar: itself; of a map or list: what begins with its items */
};

enum field { ASN, ORG, CODE, COUNTRY, FLAG, FLAGS };

struct key {
    const char *name;
    uint8_t len; /* of the name */
    enum field field;
    uint8_t flag;
};

#define NAME(text) text, sizeof(text) - 1

#define FLAG_KEYS \
    { NAME("is_anycast"), FLAG, GEO_ANYCAST }, \
    { NAME("is_anonymous_proxy"), FLAG, GEO_ANONYMOUS_PROXY }, \
    { NAME("is_satellite_provider"), FLAG, GEO_SATELLITE }, \
    { NAME("is_hostile"), FLAG, GEO_HOSTILE }

static const struct key record_keys[] = {
    { NAME("autonomous_system_number"), ASN, 0 },       /* GeoLite2-ASN, DB-IP, ours */
    { NAME("autonomous_system_organization"), ORG, 0 },
    { NAME("asn"), ASN, 0 },                            /* IPinfo: "AS15169" */
    { NAME("as_name"), ORG, 0 },                        /* IPinfo Lite */
    { NAME("name"), ORG, 0 },                           /* IPinfo ASN */
    { NAME("country"), COUNTRY, 0 },                    /* a map; IPinfo: the code or the name */
    { NAME("country_code"), CODE, 0 },                  /* IPinfo Lite */
    { NAME("traits"), FLAGS, 0 },                       /* GeoLite2-Country, ours */
    { NAME("flags"), FLAGS, 0 },
    FLAG_KEYS,
    { NULL, 0, 0, 0 },
};
static const struct key country_keys[] = { { NAME("iso_code"), CODE, 0 }, { NULL, 0, 0, 0 } };
static const struct key flag_keys[] = { FLAG_KEYS, { NULL, 0, 0, 0 } };

static bool read_number(struct cursor *in, size_t bytes, uint32_t *out)
{
    struct cursor part;
    uint32_t value = 0;

    if (bytes > 4 || !cursor_split(in, bytes, &part))
        return false;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | part.at[i];
    *out = value;
    return true;
}

/* A length of 29, 30 or 31 means that it goes on in one, two or three bytes. */
static bool read_length(struct cursor *in, uint32_t *len)
{
    static const uint32_t starts[] = { 29, 285, 65821 };
    uint32_t more, form = *len - 29;

    if (*len < 29)
        return true;
    if (!read_number(in, form + 1, &more))
        return false;
    *len = starts[form] + more;
    return true;
}

/* The pointer's size and its first bits are in the control byte. */
static bool read_pointer(struct cursor *in, unsigned control, uint32_t *to)
{
    static const uint32_t starts[] = { 0, 2048, 526336, 0 };
    unsigned size = control >> 3 & 3;
    uint32_t low;

    if (!read_number(in, size + 1, &low))
        return false;
    *to = size < 3 ? starts[size] + ((control & 7) << 8 * (size + 1) | low) : low;
    return true;
}

/* Reads one value as it stands: a pointer is not followed, and 'in' moves to the items of a map
 * or list, past anything else. */
static bool read_plain(struct cursor *in, struct value *out)
{
    uint8_t control, extended;

    if (!cursor_u8(in, &control))
        return false;
    out->type = control >> 5;
    out->len = control & 31;
    if (out->type == POINTER)
        return read_pointer(in, control, &out->len);
    if (out->type == EXTENDED) {
        if (!cursor_u8(in, &extended))
            return false;
        out->type = extended + 7u;
    }
    if (!read_length(in, &out->len))
        return false;
    if (out->type == MAP || out->type == LIST) {
        out->bytes = *in;
        return true;
    }
    if (out->type == BOOLEAN || out->type == END_MARKER)
        return true;
    return cursor_split(in, out->len, &out->bytes);
}

/* Moves past the items of a map or list that was just read. */
static bool skip_items(struct cursor *in, const struct value *value)
{
    uint64_t left = value->type == MAP ? 2 * (uint64_t)value->len
                    : value->type == LIST ? value->len
                                          : 0;

    for (unsigned i = 0; left > 0; i++, left--) {
        struct value item;

        if (i >= ITEMS_MAX || !read_plain(in, &item))
            return false;
        left += item.type == MAP ? 2 * (uint64_t)item.len : item.type == LIST ? item.len : 0;
    }
    return true;
}

/* Reads one value, following a pointer (which must not lead to another), and moves past it. */
static bool read_value(struct cursor section, struct cursor *in, struct value *out)
{
    if (!read_plain(in, out))
        return false;
    if (out->type != POINTER)
        return skip_items(in, out);
    return cursor_skip(&section, out->len) && read_plain(&section, out) && out->type != POINTER;
}

static const struct key *find_key(const struct key *keys, const struct cursor *name)
{
    for (const struct key *key = keys; key->name != NULL; key++)
        if (key->len == name->left && memcmp(key->name, name->at, name->left) == 0)
            return key;
    return NULL;
}

static void take_asn(const struct value *value, struct geo_record *out)
{
    struct cursor digits = value->bytes;
    uint64_t asn = 0;
    uint8_t digit;

    if (value->type == U32 || value->type == U16 || value->type == U64) {
        (void)read_number(&digits, digits.left, &out->asn);
        return;
    }
    if (value->type != TEXT)
        return;
    if (cursor_starts_with(&digits, "AS", 2))
        (void)cursor_skip(&digits, 2);
    while (asn <= UINT32_MAX && cursor_u8(&digits, &digit)) {
        if (digit < '0' || digit > '9')
            return;
        asn = asn * 10 + (digit - (unsigned)'0');
    }
    if (asn <= UINT32_MAX)
        out->asn = (uint32_t)asn;
}

static void take_code(const struct value *value, struct geo_record *out)
{
    if (value->type == TEXT && value->len == 2)
        memcpy(out->country, value->bytes.at, 2);
}

static void take_org(const struct value *value, struct geo_record *out)
{
    if (value->type == TEXT && value->len != 0) {
        out->as_org = (const char *)value->bytes.at;
        out->as_org_len = value->len;
    }
}

static bool read_map(struct cursor section, const struct value *map, const struct key *keys,
                     struct geo_record *out);

/* Only a record's own keys lead into a map, so this nests once. */
static bool take(struct cursor section, const struct key *key, const struct value *value,
                 struct geo_record *out)
{
    switch (key->field) {
    case ASN:
        take_asn(value, out);
        break;
    case ORG:
        take_org(value, out);
        break;
    case FLAG:
        if (value->type == BOOLEAN && value->len != 0)
            out->flags |= key->flag;
        break;
    case FLAGS:
        return value->type != MAP || read_map(section, value, flag_keys, out);
    case COUNTRY:
        if (value->type == MAP)
            return read_map(section, value, country_keys, out);
        /* fall through */
    case CODE:
        take_code(value, out);
        break;
    }
    return true;
}

static bool read_map(struct cursor section, const struct value *map, const struct key *keys,
                     struct geo_record *out)
{
    struct cursor in = map->bytes;

    for (uint32_t i = 0; i < map->len; i++) {
        struct value name, value;
        const struct key *key;

        if (i >= ITEMS_MAX || !read_value(section, &in, &name) || name.type != TEXT ||
            !read_value(section, &in, &value))
            return false;
        key = find_key(keys, &name.bytes);
        if (key != NULL && !take(section, key, &value, out))
            return false;
    }
    return true;
}

bool mmdb_decode(struct cursor section, size_t offset, struct geo_record *out)
{
    struct cursor in = section;
    struct value value;

    if (!cursor_skip(&in, offset) || !read_value(section, &in, &value) || value.type != MAP)
        return false;
    return read_map(section, &value, record_keys, out);
}
