#include "enrich/geo.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <maxminddb.h>

#include "enrich/mmdb_decode.h"

struct geo {
    size_t count;
    MMDB_s files[GEO_FILES_MAX];
};

static enum tattler_status tell(char *error, size_t error_size, const char *path, int result)
{
    const char *why = result == MMDB_FILE_OPEN_ERROR || result == MMDB_IO_ERROR
                          ? strerror(errno)
                          : MMDB_strerror(result);

    snprintf(error, error_size, "%s: %s", path, why);
    return result == MMDB_OUT_OF_MEMORY_ERROR ? TATTLER_NO_MEMORY : TATTLER_MALFORMED;
}

enum tattler_status geo_open(const char *const paths[], size_t n, struct geo **out, char *error,
                             size_t error_size)
{
    struct geo *geo;

    if (n > GEO_FILES_MAX) {
        snprintf(error, error_size, "%zu geo databases given, at most %d can be used", n,
                 GEO_FILES_MAX);
        return TATTLER_FULL;
    }
    geo = calloc(1, sizeof(*geo));
    if (geo == NULL) {
        snprintf(error, error_size, "out of memory");
        return TATTLER_NO_MEMORY;
    }
    for (; geo->count < n; geo->count++) {
        int result = MMDB_open(paths[geo->count], MMDB_MODE_MMAP, &geo->files[geo->count]);

        if (result != MMDB_SUCCESS) {
            enum tattler_status status = tell(error, error_size, paths[geo->count], result);

            geo_close(geo);
            return status;
        }
    }
    *out = geo;
    return TATTLER_OK;
}

void geo_close(struct geo *geo)
{
    if (geo == NULL)
        return;
    for (size_t i = 0; i < geo->count; i++)
        MMDB_close(&geo->files[i]);
    free(geo);
}

static MMDB_lookup_result_s find(const MMDB_s *file, const struct address *address)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    MMDB_lookup_result_s result;
    int error;

    if (address_is_v4(address)) {
        memcpy(&v4.sin_addr, address->bytes + 12, 4);
        result = MMDB_lookup_sockaddr(file, (const struct sockaddr *)&v4, &error);
    } else {
        memcpy(&v6.sin6_addr, address->bytes, 16);
        result = MMDB_lookup_sockaddr(file, (const struct sockaddr *)&v6, &error);
    }
    result.found_entry = result.found_entry && error == MMDB_SUCCESS;
    return result;
}

/* The system and its name go together, so that one file's name never stands beside another's
 * number. */
static void merge(struct geo_record *out, const struct geo_record *more)
{
    if (out->asn == 0 && out->as_org == NULL) {
        out->asn = more->asn;
        out->as_org = more->as_org;
        out->as_org_len = more->as_org_len;
    }
    if (out->country[0] == '\0')
        memcpy(out->country, more->country, sizeof(out->country));
    out->flags |= more->flags;
}

bool geo_lookup(const struct geo *geo, const struct address *address, struct geo_record *out)
{
    *out = (struct geo_record){ 0 };
    for (size_t i = 0; i < geo->count; i++) {
        const MMDB_s *file = &geo->files[i];
        MMDB_lookup_result_s found = find(file, address);
        struct geo_record record = { 0 };

        if (found.found_entry &&
            mmdb_decode(cursor_over(file->data_section, file->data_section_size),
                        found.entry.offset, &record))
            merge(out, &record);
    }
    return out->asn != 0 || out->as_org != NULL || out->country[0] != '\0' || out->flags != 0;
}

static const char *english(const MMDB_s *file)
{
    for (size_t i = 0; i < file->metadata.description.count; i++)
        if (strcmp(file->metadata.description.descriptions[i]->language, "en") == 0)
            return file->metadata.description.descriptions[i]->description;
    return "";
}

bool geo_describe(const struct geo *geo, size_t index, struct geo_description *out)
{
    const MMDB_s *file;

    if (index >= geo->count)
        return false;
    file = &geo->files[index];
    *out = (struct geo_description){
        .path = file->filename,
        .type = file->metadata.database_type,
        .text = english(file),
        .built_s = file->metadata.build_epoch,
        .nodes = file->metadata.node_count,
        .ip_version = file->metadata.ip_version,
    };
    return true;
}
