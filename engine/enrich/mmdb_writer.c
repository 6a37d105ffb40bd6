#include "enrich/mmdb_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "enrich/mmdb_encode.h"
#include "enrich/mmdb_record.h"

#define ALIAS UINT32_MAX           /* as a child: the same nodes as IPv4's */
#define RECORD (UINT32_C(1) << 31) /* in a finished tree: a record's id, not a node */
#define SEPARATOR_BYTES 16 /* zeros between the tree and the data section */
#define CHUNK_NODES 4096

/* One per prefix on the way to an inserted one. Node 0 is the root, so 0 means no child. */
struct node {
    uint32_t child[2];
    uint32_t record; /* id in the pool, 0: none of its own */
};

struct mmdb_writer {
    struct node *nodes;
    size_t count, room;
    uint32_t ipv4; /* the node of ::/96 */
    struct mmdb_records records;
};

/* The tree as it is written: without nodes that make no difference. */
struct tree {
    const struct mmdb_writer *writer;
    uint32_t (*nodes)[2];
    uint32_t count;
    uint32_t ipv4; /* what an alias leads to */
};

static unsigned bit_at(const uint8_t bytes[16], unsigned depth)
{
    return (unsigned)bytes[depth / 8] >> (7 - depth % 8) & 1;
}

static enum tattler_status add_node(struct mmdb_writer *writer, uint32_t *out)
{
    struct node *nodes;

    if (writer->count >= RECORD)
        return TATTLER_FULL;
    nodes = grow(writer->nodes, &writer->room, writer->count + 1, sizeof(*nodes));
    if (nodes == NULL)
        return TATTLER_NO_MEMORY;
    writer->nodes = nodes;
    nodes[writer->count] = (struct node){ 0 };
    *out = (uint32_t)writer->count++;
    return TATTLER_OK;
}

/* Finds or makes the node of a prefix. */
static enum tattler_status node_of(struct mmdb_writer *writer, const uint8_t bytes[16],
                                   unsigned bits, uint32_t *out)
{
    uint32_t at = 0;

    for (unsigned depth = 0; depth < bits; depth++) {
        unsigned side = bit_at(bytes, depth);
        uint32_t child = writer->nodes[at].child[side];

        if (child == ALIAS)
            return TATTLER_UNSUPPORTED;
        if (child == 0) {
            enum tattler_status status = add_node(writer, &child);
            if (status != TATTLER_OK)
                return status;
            writer->nodes[at].child[side] = child;
        }
        at = child;
    }
    *out = at;
    return TATTLER_OK;
}

/* Makes what lies below the last of 'bits' an alias of IPv4. */
static bool add_alias(struct mmdb_writer *writer, const uint8_t bytes[16], unsigned bits)
{
    uint32_t parent;

    if (node_of(writer, bytes, bits - 1, &parent) != TATTLER_OK)
        return false;
    writer->nodes[parent].child[bit_at(bytes, bits - 1)] = ALIAS;
    return true;
}

struct mmdb_writer *mmdb_writer_new(void)
{
    static const uint8_t ipv4[16], sixtofour[16] = { 0x20, 0x02 },
                         mapped[16] = { [10] = 0xff, [11] = 0xff };
    struct mmdb_writer *writer = calloc(1, sizeof(*writer));
    uint32_t root;

    if (writer == NULL)
        return NULL;
    if (add_node(writer, &root) != TATTLER_OK ||
        node_of(writer, ipv4, 96, &writer->ipv4) != TATTLER_OK ||
        !add_alias(writer, mapped, 96) || !add_alias(writer, sixtofour, 16)) {
        mmdb_writer_free(writer);
        return NULL;
    }
    return writer;
}

void mmdb_writer_free(struct mmdb_writer *writer)
{
    if (writer == NULL)
        return;
    free(writer->nodes);
    mmdb_records_clear(&writer->records);
    free(writer);
}

enum tattler_status mmdb_writer_insert(struct mmdb_writer *writer, const struct prefix *prefix,
                                       const struct geo_record *record)
{
    struct address address = prefix->address;
    enum tattler_status status;
    uint32_t at, id;

    if (record->as_org_len > MMDB_NAME_BYTES_MAX)
        return TATTLER_FULL;
    if (prefix->bits >= 96 && address_is_v4(&address))
        address.bytes[10] = address.bytes[11] = 0; /* ::ffff:a.b.c.d to ::a.b.c.d */
    status = node_of(writer, address.bytes, prefix->bits, &at);
    if (status != TATTLER_OK)
        return status;
    id = mmdb_records_add(&writer->records, record);
    if (id == 0)
        return TATTLER_NO_MEMORY;
    writer->nodes[at].record = id;
    return TATTLER_OK;
}

/* Appends the subtree of 'node', parents first, and returns its index, or RECORD and an id where
 * all of it has the same record. Recurses 128 deep at most, the longest prefix. IPv4 comes before
 * its aliases, being leftmost. */
static uint32_t finish(struct tree *tree, uint32_t node, uint32_t inherited)
{
    const struct node *from = &tree->writer->nodes[node];
    uint32_t record = from->record != 0 ? from->record : inherited;
    uint32_t at = tree->count++, ends[2];

    for (unsigned side = 0; side < 2; side++) {
        uint32_t child = from->child[side];

        if (child == 0)
            ends[side] = RECORD | record;
        else if (child == ALIAS)
            ends[side] = tree->ipv4;
        else
            ends[side] = finish(tree, child, record);
    }
    if (ends[0] == ends[1] && (ends[0] & RECORD) != 0) {
        tree->count--; /* and nothing was appended below it */
        at = ends[0];
    } else {
        memcpy(tree->nodes[at], ends, sizeof(ends));
    }
    if (node == tree->writer->ipv4)
        tree->ipv4 = at;
    return at;
}

static bool finish_tree(const struct mmdb_writer *writer, struct tree *tree)
{
    uint32_t root;

    *tree = (struct tree){ .writer = writer };
    tree->nodes = calloc(writer->count, sizeof(*tree->nodes));
    if (tree->nodes == NULL)
        return false;
    root = finish(tree, 0, 0);
    if ((root & RECORD) != 0) { /* a file needs a node */
        tree->nodes[0][0] = tree->nodes[0][1] = root;
        tree->count = 1;
    }
    return true;
}

/* Writes each record that the tree leads to, once; returns how many. */
static uint32_t put_records(struct mmdb_buffer *out, const struct tree *tree,
                            struct mmdb_records *records)
{
    uint32_t count = 0;

    mmdb_records_rewind(records);
    for (uint32_t i = 0; i < tree->count; i++)
        for (unsigned side = 0; side < 2; side++) {
            uint32_t end = tree->nodes[i][side];
            if ((end & RECORD) != 0 && end != RECORD)
                count += mmdb_records_put(records, end & ~RECORD, out);
        }
    return count;
}

/* "Search Tree Section": an end is a node, the node count for nothing, or past that and the
 * separator a place in the data section. */
static uint32_t end_value(const struct tree *tree, uint32_t end)
{
    if ((end & RECORD) == 0)
        return end;
    if (end == RECORD)
        return tree->count;
    return tree->count + SEPARATOR_BYTES +
           mmdb_records_place(&tree->writer->records, end & ~RECORD);
}

static void put_big_endian(uint8_t *at, uint32_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        at[bytes] = (uint8_t)value;
        value >>= 8;
    }
}

static void encode_node(uint8_t *at, uint32_t left, uint32_t right, unsigned record_bits)
{
    unsigned whole = record_bits / 8;

    put_big_endian(at, left, whole);
    if (record_bits == 28)
        at[whole++] = (uint8_t)((left >> 24) << 4 | right >> 24);
    put_big_endian(at + whole, right, record_bits / 8);
}

static bool write_tree(const struct tree *tree, unsigned record_bits, mmdb_sink_fn sink,
                       void *user)
{
    static const uint8_t separator[SEPARATOR_BYTES];
    uint8_t chunk[CHUNK_NODES * 8];
    size_t node_bytes = record_bits / 4, filled = 0;

    for (uint32_t i = 0; i < tree->count; i++) {
        encode_node(chunk + filled, end_value(tree, tree->nodes[i][0]),
                    end_value(tree, tree->nodes[i][1]), record_bits);
        filled += node_bytes;
        if (filled + node_bytes <= sizeof(chunk) && i + 1 < tree->count)
            continue;
        if (!sink(user, chunk, filled))
            return false;
        filled = 0;
    }
    return sink(user, separator, sizeof(separator));
}

/* "Metadata Section" */
static void put_metadata(struct mmdb_buffer *out, const struct mmdb_size *size,
                         uint64_t build_epoch_s, const char *description)
{
    mmdb_put(out, "\xab\xcd\xefMaxMind.com", 14);
    mmdb_put_control(out, MMDB_MAP, 9);
    mmdb_put_text(out, "binary_format_major_version");
    mmdb_put_unsigned(out, MMDB_U16, 2);
    mmdb_put_text(out, "binary_format_minor_version");
    mmdb_put_unsigned(out, MMDB_U16, 0);
    mmdb_put_text(out, "build_epoch");
    mmdb_put_unsigned(out, MMDB_U64, build_epoch_s);
    mmdb_put_text(out, "database_type");
    mmdb_put_text(out, "Tattler-ASN");
    mmdb_put_text(out, "description");
    mmdb_put_control(out, MMDB_MAP, 1);
    mmdb_put_text(out, "en");
    mmdb_put_text(out, description);
    mmdb_put_text(out, "ip_version");
    mmdb_put_unsigned(out, MMDB_U16, 6);
    mmdb_put_text(out, "languages");
    mmdb_put_control(out, MMDB_LIST, 1);
    mmdb_put_text(out, "en");
    mmdb_put_text(out, "node_count");
    mmdb_put_unsigned(out, MMDB_U32, size->nodes);
    mmdb_put_text(out, "record_size");
    mmdb_put_unsigned(out, MMDB_U16, size->record_bits);
}

/* The smallest of 24, 28 and 32 that holds 'highest'; 0: none does. */
static uint16_t choose_record_bits(uint64_t highest)
{
    for (uint16_t bits = 24; bits <= 32; bits = (uint16_t)(bits + 4))
        if (highest < UINT64_C(1) << bits)
            return bits;
    return 0;
}

enum tattler_status mmdb_writer_write(struct mmdb_writer *writer, uint64_t build_epoch_s,
                                      const char *description, mmdb_sink_fn sink, void *user,
                                      struct mmdb_size *size)
{
    struct mmdb_buffer data = { 0 }, metadata = { 0 };
    enum tattler_status status = TATTLER_NO_MEMORY;
    struct mmdb_size made;
    struct tree tree;

    if (!finish_tree(writer, &tree))
        return TATTLER_NO_MEMORY;
    made.nodes = tree.count;
    made.records = put_records(&data, &tree, &writer->records);
    made.record_bits = choose_record_bits((uint64_t)tree.count + SEPARATOR_BYTES + data.used);
    put_metadata(&metadata, &made, build_epoch_s, description);
    made.bytes = (uint64_t)made.nodes * made.record_bits / 4 + SEPARATOR_BYTES + data.used +
                 metadata.used;
    if (!data.failed && !metadata.failed)
        status = made.record_bits != 0 && write_tree(&tree, made.record_bits, sink, user) &&
                         (data.used == 0 || sink(user, data.bytes, data.used)) &&
                         sink(user, metadata.bytes, metadata.used)
                     ? TATTLER_OK
                     : TATTLER_FULL;
    if (status == TATTLER_OK && size != NULL)
        *size = made;
    free(tree.nodes);
    free(data.bytes);
    free(metadata.bytes);
    return status;
}
