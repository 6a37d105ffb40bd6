#include "enrich/mmdb_record.h"

#include <string.h>

/* A record as it lies in the pool: no padding, so that equal records are equal bytes. */
struct stored {
    uint32_t asn;
    uint32_t org; /* id of the text, 0: none */
    char country[2];
    uint8_t flags;
    uint8_t zero;
};

static const struct {
    uint8_t flag;
    const char *key;
} traits[] = {
    { GEO_ANYCAST, "is_anycast" },
    { GEO_ANONYMOUS_PROXY, "is_anonymous_proxy" },
    { GEO_SATELLITE, "is_satellite_provider" },
    { GEO_HOSTILE, "is_hostile" },
};

#define TRAITS (sizeof(traits) / sizeof(traits[0]))

uint32_t mmdb_records_add(struct mmdb_records *records, const struct geo_record *record)
{
    struct stored stored = { .asn = record->asn, .flags = record->flags };

    memcpy(stored.country, record->country, sizeof(stored.country));
    if (record->as_org_len != 0) {
        stored.org = mmdb_pool_intern(&records->texts, record->as_org, record->as_org_len);
        if (stored.org == 0)
            return 0;
    }
    return mmdb_pool_intern(&records->records, &stored, sizeof(stored));
}

void mmdb_records_clear(struct mmdb_records *records)
{
    mmdb_pool_clear(&records->texts);
    mmdb_pool_clear(&records->records);
}

static void rewind_pool(struct mmdb_pool *pool)
{
    for (size_t id = 1; id <= pool->count; id++)
        pool->blobs[id].written = 0;
}

void mmdb_records_rewind(struct mmdb_records *records)
{
    rewind_pool(&records->texts);
    rewind_pool(&records->records);
}

/* The text itself the first time, afterwards a pointer to it. */
static void put_pooled(struct mmdb_buffer *out, struct mmdb_pool *texts, uint32_t id)
{
    struct mmdb_blob *blob = &texts->blobs[id];

    if (blob->written != 0) {
        mmdb_put_pointer(out, blob->written - 1);
        return;
    }
    blob->written = (uint32_t)out->used + 1;
    mmdb_put_control(out, MMDB_TEXT, blob->len);
    mmdb_put(out, texts->bytes + blob->at, blob->len);
}

static void put_shared(struct mmdb_buffer *out, struct mmdb_pool *texts, const char *text,
                       size_t len)
{
    uint32_t id = mmdb_pool_intern(texts, text, len);

    if (id == 0)
        out->failed = true;
    else
        put_pooled(out, texts, id);
}

static void put_key(struct mmdb_buffer *out, struct mmdb_pool *texts, const char *key)
{
    put_shared(out, texts, key, strlen(key));
}

static void put_traits(struct mmdb_buffer *out, struct mmdb_pool *texts, uint8_t flags)
{
    size_t count = 0;

    for (size_t i = 0; i < TRAITS; i++)
        count += (flags & traits[i].flag) != 0;
    put_key(out, texts, "traits");
    mmdb_put_control(out, MMDB_MAP, count);
    for (size_t i = 0; i < TRAITS; i++)
        if ((flags & traits[i].flag) != 0) {
            put_key(out, texts, traits[i].key);
            mmdb_put_control(out, MMDB_BOOLEAN, 1);
        }
}

static void put_record(struct mmdb_buffer *out, struct mmdb_pool *texts,
                       const struct stored *record)
{
    bool has_asn = record->asn != 0, has_org = record->org != 0;
    bool has_country = record->country[0] != '\0', has_traits = record->flags != 0;

    mmdb_put_control(out, MMDB_MAP, (size_t)has_asn + has_org + has_country + has_traits);
    if (has_asn) {
        put_key(out, texts, "autonomous_system_number");
        mmdb_put_unsigned(out, MMDB_U32, record->asn);
    }
    if (has_org) {
        put_key(out, texts, "autonomous_system_organization");
        put_pooled(out, texts, record->org);
    }
    if (has_country) {
        put_key(out, texts, "country");
        mmdb_put_control(out, MMDB_MAP, 1);
        put_key(out, texts, "iso_code");
        put_shared(out, texts, record->country, sizeof(record->country));
    }
    if (has_traits)
        put_traits(out, texts, record->flags);
}

bool mmdb_records_put(struct mmdb_records *records, uint32_t id, struct mmdb_buffer *out)
{
    struct mmdb_blob *blob = &records->records.blobs[id];
    struct stored stored;

    if (blob->written != 0)
        return false;
    memcpy(&stored, records->records.bytes + blob->at, sizeof(stored));
    blob->written = (uint32_t)out->used + 1;
    put_record(out, &records->texts, &stored);
    return true;
}

uint32_t mmdb_records_place(const struct mmdb_records *records, uint32_t id)
{
    return records->records.blobs[id].written - 1;
}
