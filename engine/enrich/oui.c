#include "enrich/oui.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/csv.h"
#include "files/file_map.h"

#define MAC_BITS 48
#define LOCAL_BIT 0x02 /* of the first octet: IEEE 802-2014, 8.4 */
#define GROUP_BIT 0x01

/* The lengths of an assignment in bits, longest first: MA-S, MA-M, MA-L. */
static const unsigned lengths[] = { 36, 28, 24 };

/* There are tens of thousands, found at each start: small, so that most of them stay in the cache. */
struct assignment {
    uint64_t key; /* see key_of(); 0: a free slot */
    uint32_t file;
    uint32_t vendor; /* where in it, of which 4 GiB are read, the row goes on with the holder's name */
};

struct oui {
    struct cursor files[OUI_FILES_MAX];
    size_t file_count;
    struct assignment *slots; /* open addressing with linear probing; never full */
    size_t count, slot_count; /* slot_count is a power of two */
};

/* The first 'bits' of a MAC, and how many: equal only for the same assignment. */
static uint64_t key_of(uint64_t mac, unsigned bits)
{
    return (mac >> (MAC_BITS - bits)) << 8 | bits;
}

/* Six, seven or nine hex digits and a comma, which are passed. */
static bool parse_assignment(struct cursor *line, uint64_t *key)
{
    uint64_t value = 0;
    unsigned digits = 0;
    uint8_t c;

    while (cursor_u8(line, &c) && c != ',' && digits < 10) {
        if (c >= '0' && c <= '9')
            value = value << 4 | (c - (unsigned)'0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value << 4 | ((c | 0x20u) - (unsigned)'a' + 10);
        else
            return false;
        digits++;
    }
    *key = value << 8 | digits * 4;
    return digits == 6 || digits == 7 || digits == 9;
}

/* Blocks that the registry keeps to divide: their parts have rows of their own, and who is in
 * none of them has no vendor. */
static bool is_registry_itself(const struct cursor *vendor)
{
    static const char name[] = "IEEE Registration Authority,";

    return cursor_starts_with(vendor, name, sizeof(name) - 1);
}

/* The next line, without its end; false behind the last. */
static bool next_line(struct cursor *file, struct cursor *line)
{
    const uint8_t *end;

    if (file->left == 0)
        return false;
    end = memchr(file->at, '\n', file->left);
    cursor_split(file, end != NULL ? (size_t)(end - file->at) : file->left, line);
    cursor_skip(file, 1);
    return true;
}

/* Registry ("MA-L", "MA-M" or "MA-S"), Assignment, Organization Name, Organization Address. The first
 * two are never quoted, so a start-up need not parse the 6 MB as CSV: lines that begin in the middle of
 * a quoted address have no assignment in their second field. */
static bool parse_row(const struct cursor *file, struct cursor line, struct assignment *out)
{
    uint8_t comma;

    if (!cursor_starts_with(&line, "MA-", 3) || !cursor_skip(&line, 4) || !cursor_u8(&line, &comma) ||
            comma != ',' || !parse_assignment(&line, &out->key) || is_registry_itself(&line))
        return false;
    out->vendor = (uint32_t)(line.at - file->at);
    return true;
}

/* The slot of a key, or the free one where it belongs. The multiplier is 2^64 divided by the golden
 * ratio (Knuth, The Art of Computer Programming 3, section 6.4); the files are trusted. */
static struct assignment *find_slot(const struct oui *oui, uint64_t key)
{
    size_t mask = oui->slot_count - 1;
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;

    while (oui->slots[at].key != 0 && oui->slots[at].key != key)
        at = (at + 1) & mask;
    return &oui->slots[at];
}

/* Keeps a quarter of the slots free. */
static bool make_room(struct oui *oui)
{
    struct oui wider = *oui;

    if (oui->count < oui->slot_count / 4 * 3)
        return true;
    wider.slot_count = oui->slot_count > 0 ? oui->slot_count * 2 : 1 << 16;
    wider.slots = calloc(wider.slot_count, sizeof(*wider.slots));
    if (wider.slots == NULL)
        return false;
    for (size_t i = 0; i < oui->slot_count; i++)
        if (oui->slots[i].key != 0)
            *find_slot(&wider, oui->slots[i].key) = oui->slots[i];
    free(oui->slots);
    *oui = wider;
    return true;
}

static enum tattler_status index_file(struct oui *oui, uint32_t index)
{
    const struct cursor *file = &oui->files[index];
    struct cursor rest = cursor_over(file->at, file->left < UINT32_MAX ? file->left : UINT32_MAX);
    struct cursor line = { 0 };
    size_t before = oui->count;

    while (next_line(&rest, &line)) {
        struct assignment found = { .file = index }, *slot;

        if (!parse_row(file, line, &found))
            continue;
        if (!make_room(oui))
            return TATTLER_NO_MEMORY;
        slot = find_slot(oui, found.key);
        oui->count += slot->key == 0;
        *slot = found;
    }
    return oui->count > before ? TATTLER_OK : TATTLER_MALFORMED;
}

/* False: out of memory. */
static bool add_file(struct oui *oui, const char *path, problem_fn problem, void *user)
{
    struct cursor *file = &oui->files[oui->file_count];
    enum tattler_status status;

    if (oui->file_count == OUI_FILES_MAX) {
        problem(user, path, 0, "one too many: at most 8 lists of vendors can be used");
        return true;
    }
    if (!file_map(path, file)) {
        problem(user, path, 0, strerror(errno));
        return true;
    }
    status = index_file(oui, (uint32_t)oui->file_count++);
    if (status == TATTLER_MALFORMED)
        problem(user, path, 0, "no assignments; take oui.csv, mam.csv and oui36.csv of the IEEE "
                               "(Debian: ieee-data)");
    return status != TATTLER_NO_MEMORY;
}

enum tattler_status oui_open(const char *const paths[], size_t n, problem_fn problem, void *user,
                             struct oui **out)
{
    struct oui *oui = calloc(1, sizeof(*oui));

    for (size_t i = 0; i < n && oui != NULL; i++)
        if (!add_file(oui, paths[i], problem, user)) {
            oui_close(oui);
            oui = NULL;
        }
    if (oui == NULL)
        return TATTLER_NO_MEMORY;
    *out = oui->count > 0 ? oui : NULL;
    if (*out == NULL)
        oui_close(oui);
    return TATTLER_OK;
}

void oui_close(struct oui *oui)
{
    if (oui == NULL)
        return;
    for (size_t i = 0; i < oui->file_count; i++)
        file_unmap(&oui->files[i]);
    free(oui->slots);
    free(oui);
}

static bool read_vendor(const struct oui *oui, const struct assignment *assignment,
        char vendor[OUI_VENDOR_SIZE])
{
    struct cursor rest = oui->files[assignment->file];
    struct csv_record record;
    struct csv csv;

    cursor_skip(&rest, assignment->vendor);
    csv = csv_over(rest);
    return csv_next(&csv, &record) && !record.broken &&
           csv_text(&record.fields[0], vendor, OUI_VENDOR_SIZE) > 0;
}

enum oui_kind oui_lookup(const struct oui *oui, const struct mac *mac,
                         char vendor[OUI_VENDOR_SIZE])
{
    uint64_t value = 0;

    vendor[0] = '\0';
    if ((mac->bytes[0] & GROUP_BIT) != 0)
        return OUI_UNKNOWN;
    if ((mac->bytes[0] & LOCAL_BIT) != 0)
        return OUI_RANDOMISED;
    for (size_t i = 0; i < sizeof(mac->bytes); i++)
        value = value << 8 | mac->bytes[i];
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) && oui->count > 0; i++) {
        const struct assignment *found = find_slot(oui, key_of(value, lengths[i]));

        if (found->key != 0 && read_vendor(oui, found, vendor))
            return OUI_VENDOR;
    }
    return OUI_UNKNOWN;
}

size_t oui_assignments(const struct oui *oui)
{
    return oui->count;
}
