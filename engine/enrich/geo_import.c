#include "enrich/geo_import.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libloc/database.h>
#include <libloc/libloc.h>

/* CC BY-SA 4.0 asks for the source, the licence and that a change is told. */
#define DESCRIPTION \
    "IPFire Location Database (https://location.ipfire.org/), converted by Tattler; " \
    "licence CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/)"

/* Everything an import holds; closed in one place. */
struct import {
    struct loc_ctx *loc;
    struct loc_database *database;
    FILE *source;
    struct mmdb_writer *writer;
    const char *source_path, *output_path;
    struct geo_import_report report;
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 3, 4))) static enum tattler_status
fail(struct import *import, enum tattler_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(import->error, import->error_size, format, arguments);
    va_end(arguments);
    return status;
}

static void stay_silent(struct loc_ctx *loc, int priority, const char *file, int line,
                        const char *function, const char *format, va_list arguments)
{
    (void)loc, (void)priority, (void)file, (void)line, (void)function, (void)format;
    (void)arguments;
}

static enum tattler_status open_source(struct import *import)
{
    time_t created;

    import->source = fopen(import->source_path, "rbe");
    if (import->source == NULL)
        return fail(import, TATTLER_UNSUPPORTED, "%s: %s (Debian: package libloc-database)",
                    import->source_path, strerror(errno));
    if (loc_new(&import->loc) != 0)
        return fail(import, TATTLER_NO_MEMORY, "out of memory");
    loc_set_log_fn(import->loc, stay_silent);
    if (loc_database_new(import->loc, &import->database, import->source) != 0)
        return fail(import, TATTLER_MALFORMED, "%s: not a location database of libloc",
                    import->source_path);
    created = loc_database_created_at(import->database);
    import->report.created_s = created > 0 ? (uint64_t)created : 0;
    return TATTLER_OK;
}

static uint8_t flags_of(struct loc_network *network)
{
    static const struct {
        enum loc_network_flags theirs;
        enum geo_flag ours;
    } flags[] = {
        { LOC_NETWORK_FLAG_ANYCAST, GEO_ANYCAST },
        { LOC_NETWORK_FLAG_ANONYMOUS_PROXY, GEO_ANONYMOUS_PROXY },
        { LOC_NETWORK_FLAG_SATELLITE_PROVIDER, GEO_SATELLITE },
        { LOC_NETWORK_FLAG_DROP, GEO_HOSTILE },
    };
    unsigned found = 0;

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (loc_network_has_flag(network, flags[i].theirs))
            found |= flags[i].ours;
    return (uint8_t)found;
}

static bool is_country(const char *code)
{
    return code != NULL && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z' &&
           code[2] == '\0';
}

static enum tattler_status insert(struct import *import, const struct prefix *prefix,
                                  const struct geo_record *record)
{
    enum tattler_status status = mmdb_writer_insert(import->writer, prefix, record);

    if (status == TATTLER_OK)
        import->report.networks++;
    else if (status == TATTLER_UNSUPPORTED)
        import->report.skipped++;
    else
        return fail(import, status, "out of memory after %llu networks",
                    (unsigned long long)import->report.networks);
    return TATTLER_OK;
}

static enum tattler_status take_network(struct import *import, struct loc_network *network)
{
    struct geo_record record = { .asn = loc_network_get_asn(network), .flags = flags_of(network) };
    bool is_v4 = loc_network_address_family(network) == AF_INET;
    const char *country = loc_network_get_country_code(network);
    struct loc_as *as = NULL;
    struct prefix prefix;
    enum tattler_status status;

    memcpy(prefix.address.bytes, loc_network_get_first_address(network), 16);
    prefix.bits = (uint8_t)(loc_network_prefix(network) + (is_v4 ? 96 : 0));
    if (is_country(country))
        memcpy(record.country, country, 2);
    if (record.asn != 0 && loc_database_get_as(import->database, &as, record.asn) == 0 &&
        as != NULL && loc_as_get_name(as) != NULL) {
        record.as_org = loc_as_get_name(as);
        record.as_org_len = strnlen(record.as_org, MMDB_NAME_BYTES_MAX);
    }
    status = insert(import, &prefix, &record);
    if (as != NULL)
        loc_as_unref(as);
    return status;
}

/* Not flattened: the writer sorts out which of two nested networks an address belongs to, and
 * libloc takes a minute for it. */
static enum tattler_status take_networks(struct import *import)
{
    struct loc_database_enumerator *enumerator;
    struct loc_network *network = NULL;
    enum tattler_status status = TATTLER_OK;
    int result;

    if (loc_database_enumerator_new(&enumerator, import->database, LOC_DB_ENUMERATE_NETWORKS,
                                    0) != 0)
        return fail(import, TATTLER_NO_MEMORY, "out of memory");
    while ((result = loc_database_enumerator_next_network(enumerator, &network)) == 0 &&
           network != NULL && status == TATTLER_OK) {
        status = take_network(import, network);
        loc_network_unref(network);
        network = NULL;
    }
    if (network != NULL)
        loc_network_unref(network);
    loc_database_enumerator_unref(enumerator);
    if (status == TATTLER_OK && (result != 0 || import->report.networks == 0))
        return fail(import, TATTLER_MALFORMED, "%s: %s", import->source_path,
                    result != 0 ? "broken in the middle" : "no networks in it");
    return status;
}

static bool to_file(void *user, const void *data, size_t len)
{
    return fwrite(data, 1, len, user) == len;
}

static enum tattler_status write_to(struct import *import, FILE *file, const char *path)
{
    enum tattler_status status =
        mmdb_writer_write(import->writer, import->report.created_s, DESCRIPTION, to_file, file,
                          &import->report.size);

    if (status == TATTLER_NO_MEMORY)
        return fail(import, status, "out of memory");
    if (status != TATTLER_OK || fflush(file) != 0 || fchmod(fileno(file), 0644) != 0 ||
        fsync(fileno(file)) != 0)
        return fail(import, TATTLER_FULL, "%s: %s", path, strerror(errno));
    return TATTLER_OK;
}

/* Beside the output, so that the rename stays within one file system. */
static enum tattler_status write_output(struct import *import)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s.XXXXXX", import->output_path);
    int descriptor = length < (int)sizeof(path) ? mkstemp(path) : -1;
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    enum tattler_status status;

    if (file == NULL) {
        fail(import, TATTLER_UNSUPPORTED, "%s: cannot write beside it: %s", import->output_path,
             strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
            unlink(path);
        }
        return TATTLER_UNSUPPORTED;
    }
    status = write_to(import, file, path);
    if (fclose(file) != 0 && status == TATTLER_OK)
        status = fail(import, TATTLER_FULL, "%s: %s", path, strerror(errno));
    if (status == TATTLER_OK && rename(path, import->output_path) != 0)
        status = fail(import, TATTLER_FULL, "%s: %s", import->output_path, strerror(errno));
    if (status != TATTLER_OK)
        unlink(path);
    return status;
}

static void close_all(struct import *import)
{
    mmdb_writer_free(import->writer);
    if (import->database != NULL)
        loc_database_unref(import->database);
    if (import->loc != NULL)
        loc_unref(import->loc);
    if (import->source != NULL)
        fclose(import->source);
}

enum tattler_status geo_import(const char *location_db, const char *output_mmdb,
                               struct geo_import_report *report, char *error, size_t error_size)
{
    struct import import = { .source_path = location_db, .output_path = output_mmdb,
                             .error = error, .error_size = error_size };
    enum tattler_status status = open_source(&import);

    if (status == TATTLER_OK) {
        import.writer = mmdb_writer_new();
        if (import.writer == NULL)
            status = fail(&import, TATTLER_NO_MEMORY, "out of memory");
    }
    if (status == TATTLER_OK)
        status = take_networks(&import);
    if (status == TATTLER_OK)
        status = write_output(&import);
    if (status == TATTLER_OK)
        *report = import.report;
    close_all(&import);
    return status;
}
