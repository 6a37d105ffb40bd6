#include "enrich/geo.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <maxminddb.h>

#include "enrich/mmdb_decode.h"

struct geo {
    size_t count;
    MMDB_s files[GEO_FILES_MAX];
};

/* NULL: it could be one. The library maps what it is given, and would wait for who writes to a pipe. */
static const char *why_no_database(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return errno == ENOENT ? "No such file: 'tattler geo import' makes one" : strerror(errno);
    if (S_ISDIR(status.st_mode))
        return "is a directory: name the file of the database in it";
    if (!S_ISREG(status.st_mode))
        return "not a plain file, as a location database has to be";
    return status.st_size == 0 ? "not a location database: it is empty" : NULL;
}

static const char *open_one(const char *path, MMDB_s *out)
{
    const char *reason = why_no_database(path);
    int result;

    if (reason != NULL)
        return reason;
    result = MMDB_open(path, MMDB_MODE_MMAP, out);
    if (result == MMDB_SUCCESS)
        return NULL;
    if (result == MMDB_INVALID_METADATA_ERROR)
        return "no MMDB file: name one, such as 'tattler geo import' makes";
    return result == MMDB_FILE_OPEN_ERROR || result == MMDB_IO_ERROR ? strerror(errno)
                                                                     : MMDB_strerror(result);
}

enum tattler_status geo_open(const char *const paths[], size_t n, problem_fn problem, void *user,
                             struct geo **out)
{
    struct geo *geo = calloc(1, sizeof(*geo));

    if (geo == NULL)
        return TATTLER_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const char *reason;

        if (geo->count == GEO_FILES_MAX) {
            problem(user, paths[i], 0, "one too many: at most 4 location databases can be used");
            continue;
        }
        reason = open_one(paths[i], &geo->files[geo->count]);
        if (reason == NULL)
            geo->count++;
        else
            problem(user, paths[i], 0, reason);
    }
    *out = geo->count > 0 ? geo : NULL;
    if (*out == NULL)
        geo_close(geo);
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
