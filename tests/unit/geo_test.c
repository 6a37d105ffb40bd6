#include "enrich/geo.h"

#include <sys/stat.h>

#include "enrich/mmdb_decode.h"
#include "enrich/mmdb_writer.h"
#include "temporary.h"

#include "run_suite.h"

struct bytes {
    uint8_t data[4096];
    size_t len;
};

static bool to_bytes(void *user, const void *data, size_t len)
{
    struct bytes *out = user;

    if (len > sizeof(out->data) - out->len)
        return false;
    memcpy(out->data + out->len, data, len);
    out->len += len;
    return true;
}

static void write_database(const char *const prefixes[], const struct geo_record records[],
                           size_t n, struct bytes *out)
{
    struct mmdb_writer *writer = mmdb_writer_new();

    out->len = 0;
    for (size_t i = 0; i < n; i++) {
        struct prefix prefix;

        ck_assert(prefix_parse(prefixes[i], &prefix));
        ck_assert_int_eq(mmdb_writer_insert(writer, &prefix, &records[i]), TATTLER_OK);
    }
    ck_assert_int_eq(mmdb_writer_write(writer, 1700000000, "made by hand", to_bytes, out, NULL),
                     TATTLER_OK);
    mmdb_writer_free(writer);
}

static const char *const asn_prefixes[] = { "192.0.2.0/24", "2001:db8::/32" };
static const struct geo_record asn_records[] = { { 64496, "First", 5, "", 0 },
                                                 { 64497, "Second", 6, "", GEO_HOSTILE } };
static const char *const country_prefixes[] = { "192.0.2.0/25", "198.51.100.0/24" };
static const struct geo_record country_records[] = { { 65000, "Other", 5, "CH", GEO_ANYCAST },
                                                     { 0, NULL, 0, "JP", 0 } };

static char told[200]; /* the problem told last */

static void tell(void *user, const char *path, unsigned line, const char *what)
{
    ck_assert_ptr_null(user);
    ck_assert_uint_eq(line, 0);
    snprintf(told, sizeof(told), "%s: %s", path, what);
}

static struct geo *open_both(void)
{
    struct bytes asn, country;
    char first[TEMPORARY_SIZE], second[TEMPORARY_SIZE];
    struct geo *geo;

    write_database(asn_prefixes, asn_records, 2, &asn);
    write_database(country_prefixes, country_records, 2, &country);
    temporary_file(asn.data, asn.len, first);
    temporary_file(country.data, country.len, second);
    told[0] = '\0';
    ck_assert_int_eq(geo_open((const char *[]){ first, "/nonexistent/x.mmdb", second }, 3, tell,
                              NULL, &geo),
                     TATTLER_OK);
    ck_assert_str_eq(told, "/nonexistent/x.mmdb: No such file: 'tattler geo import' makes one");
    unlink(first);
    unlink(second);
    return geo;
}

static bool look_up(const struct geo *geo, const char *text, struct geo_record *out)
{
    struct address address;

    ck_assert(address_parse(text, &address));
    return geo_lookup(geo, &address, out);
}

START_TEST(files_that_know_different_things_are_asked_together)
{
    struct geo *geo = open_both();
    struct geo_record found;

    ck_assert(look_up(geo, "192.0.2.1", &found));
    ck_assert_uint_eq(found.asn, 64496); /* the earlier file is believed */
    ck_assert_uint_eq(found.as_org_len, 5);
    ck_assert_mem_eq(found.as_org, "First", 5);
    ck_assert_str_eq(found.country, "CH");
    ck_assert_uint_eq(found.flags, GEO_ANYCAST);
    ck_assert(look_up(geo, "192.0.2.200", &found));
    ck_assert_str_eq(found.country, "");
    ck_assert(look_up(geo, "198.51.100.1", &found));
    ck_assert_uint_eq(found.asn, 0);
    ck_assert_ptr_null(found.as_org);
    ck_assert_str_eq(found.country, "JP");
    ck_assert(look_up(geo, "2001:db8::1", &found));
    ck_assert_uint_eq(found.asn, 64497);
    ck_assert_uint_eq(found.flags, GEO_HOSTILE);
    geo_close(geo);
}
END_TEST

START_TEST(an_unknown_address_gives_an_empty_record)
{
    struct geo *geo = open_both();
    struct geo_record found = { .asn = 1, .country = "XX" };

    ck_assert(!look_up(geo, "203.0.113.1", &found));
    ck_assert_uint_eq(found.asn, 0);
    ck_assert_str_eq(found.country, "");
    ck_assert(!look_up(geo, "2001:db9::1", &found));
    geo_close(geo);
}
END_TEST

START_TEST(files_describe_themselves)
{
    struct geo *geo = open_both();
    struct geo_description about;

    ck_assert(geo_describe(geo, 1, &about));
    ck_assert_str_eq(about.type, "Tattler-ASN");
    ck_assert_str_eq(about.text, "made by hand");
    ck_assert_uint_eq(about.built_s, 1700000000);
    ck_assert_uint_eq(about.ip_version, 6);
    ck_assert_uint_gt(about.nodes, 100);
    ck_assert(!geo_describe(geo, 2, &about));
    geo_close(geo);
}
END_TEST

/* Records as their makers write them, by the specification's "Data Field Format". */
static const struct {
    const char *bytes;
    size_t len;
    uint32_t asn;
    const char *org, *country;
    uint8_t flags;
} layouts[] = {
#define LAYOUT(bytes, ...) { bytes, sizeof(bytes) - 1, __VA_ARGS__ }
    /* GeoLite2-ASN, DB-IP */
    LAYOUT("\xe2\x58" "autonomous_system_number" "\xc2\x3b\x41"
           "\x5d\x01" "autonomous_system_organization" "\x46" "GOOGLE", 15169, "GOOGLE", "", 0),
    /* GeoLite2-Country: other maps before and after, names, a list, a double and a pointer */
    LAYOUT("\xe5" "\x49" "continent" "\xe2\x44" "code" "\x42" "EU" "\x45" "names" "\xe1\x42" "en"
           "\x46" "Europe"
           "\x47" "country" "\xe3\x4a" "geoname_id" "\xc3\x2b\x90\x37" "\x48" "iso_code" "\x42" "DE"
           "\x45" "names" "\xe2\x42" "de" "\x4b" "Deutschland" "\x42" "en" "\x47" "Germany"
           "\x44" "list" "\x02\x04" "\x42" "aa" "\x20\x01"
           "\x46" "number" "\x68" "\0\0\0\0\0\0\0\0"
           "\x46" "traits" "\xe2\x4a" "is_anycast" "\x01\x07"
           "\x52" "is_anonymous_proxy" "\x00\x07", 0, NULL, "DE", GEO_ANYCAST),
    /* IPinfo Lite: the country's name is no code */
    LAYOUT("\xe4\x43" "asn" "\x47" "AS15169" "\x47" "as_name" "\x46" "Google"
           "\x47" "country" "\x4d" "United States" "\x4c" "country_code" "\x42" "US",
           15169, "Google", "US", 0),
    /* IPinfo ASN and country */
    LAYOUT("\xe3\x43" "asn" "\x45" "AS174" "\x44" "name" "\x46" "Cogent" "\x47" "country"
           "\x42" "US", 174, "Cogent", "US", 0),
    /* a number that is none, a code too long, a flag that is a text */
    LAYOUT("\xe3\x43" "asn" "\x43" "ASx" "\x4c" "country_code" "\x43" "USA"
           "\x4a" "is_anycast" "\x44" "true", 0, NULL, "", 0),
    LAYOUT("\xe1\x43" "asn" "\x4c" "AS4294967296", 0, NULL, "", 0),
};

START_TEST(records_of_other_makers_are_understood)
{
    struct geo_record found = { 0 };

    ck_assert(mmdb_decode(cursor_over(layouts[_i].bytes, layouts[_i].len), 0, &found));
    ck_assert_uint_eq(found.asn, layouts[_i].asn);
    ck_assert_str_eq(found.country, layouts[_i].country);
    ck_assert_uint_eq(found.flags, layouts[_i].flags);
    if (layouts[_i].org == NULL) {
        ck_assert_ptr_null(found.as_org);
        return;
    }
    ck_assert_uint_eq(found.as_org_len, strlen(layouts[_i].org));
    ck_assert_mem_eq(found.as_org, layouts[_i].org, found.as_org_len);
}
END_TEST

START_TEST(every_cut_record_is_broken)
{
    for (size_t i = 0; i < 4; i++)
        for (size_t len = 0; len < layouts[i].len; len++) {
            struct geo_record found = { 0 };
            uint8_t *block = malloc(len + 1), *cut = block + 1;

            memcpy(cut, layouts[i].bytes, len);
            ck_assert(!mmdb_decode(cursor_over(cut, len), 0, &found));
            free(block);
        }
}
END_TEST

START_TEST(hostile_records_end)
{
    static const struct {
        const char *bytes;
        size_t len;
    } hostile[] = {
#define HOSTILE(bytes) { bytes, sizeof(bytes) - 1 }
        HOSTILE("\x20\x00"),                             /* a pointer to itself */
        HOSTILE("\x20\x02\x20\x00"),                     /* two that chase each other */
        HOSTILE("\xe1\x20\x00\x20\x00"),                 /* key and value are the map itself */
        HOSTILE("\x38\xff\xff\xff\xff"),                 /* a pointer far outside */
        HOSTILE("\xff\xff\xff\xff"),                     /* a map of 16 million pairs */
        HOSTILE("\xe1\x41" "a" "\x1f\x04\xff\xff\xff"),  /* a list of as many */
        HOSTILE("\xe1\x47" "country" "\xe1\x48" "iso_code" "\xe1\x48" "iso_code" "\xe0"),
        HOSTILE("\xe1\x00\xff" "a"),                     /* a type that does not exist */
    };
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct geo_record found = { 0 };

        (void)mmdb_decode(cursor_over(hostile[i].bytes, hostile[i].len), 0, &found);
        ck_assert_uint_eq(found.asn, 0);
        ck_assert_str_eq(found.country, "");
    }
}
END_TEST

START_TEST(long_nesting_lists_are_given_up)
{
    size_t len = 3 + 100000;
    uint8_t *deep = malloc(len);
    struct geo_record found = { 0 };

    memset(deep, 0, len);
    memcpy(deep, "\xe1\x41" "a", 3);
    for (size_t i = 3; i + 1 < len; i += 2)
        memcpy(deep + i, "\x01\x04", 2); /* a list of one list of one … */
    ck_assert(!mmdb_decode(cursor_over(deep, len), 0, &found));
    free(deep);
}
END_TEST

/* NULL where it is refused, which must be told by name. */
static struct geo *open_one(const void *data, size_t len)
{
    char path[TEMPORARY_SIZE];
    struct geo *geo;

    temporary_file(data, len, path);
    told[0] = '\0';
    ck_assert_int_eq(geo_open((const char *[]){ path }, 1, tell, NULL, &geo), TATTLER_OK);
    ck_assert((geo == NULL) == (strstr(told, path) == told));
    unlink(path);
    return geo;
}

START_TEST(what_is_no_database_is_told_by_name)
{
    static const char text[] = "network,score\n";

    ck_assert_ptr_null(open_one(text, sizeof(text)));
    ck_assert_ptr_null(open_one("", 0));
    ck_assert_ptr_nonnull(strstr(told, ": not a location database: it is empty"));
}
END_TEST

START_TEST(what_is_no_plain_file_is_not_waited_for)
{
    char folder[] = "/tmp/tattler-geo-XXXXXX", pipe[sizeof(folder) + 2];
    struct geo *geo;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(pipe, sizeof(pipe), "%s/p", folder);
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    ck_assert_int_eq(geo_open((const char *[]){ pipe }, 1, tell, NULL, &geo), TATTLER_OK);
    ck_assert_ptr_null(geo);
    ck_assert_ptr_nonnull(strstr(told, "/p: not a plain file"));
    unlink(pipe);
    ck_assert_int_eq(geo_open((const char *[]){ folder }, 1, tell, NULL, &geo), TATTLER_OK);
    ck_assert_ptr_null(geo);
    ck_assert_ptr_nonnull(strstr(told, ": is a directory"));
    rmdir(folder);
}
END_TEST

static void look_up_everywhere(const struct geo *geo)
{
    static const char *const texts[] = { "192.0.2.1", "192.0.2.200", "198.51.100.1", "1.1.1.1",
                                         "2001:db8::1", "2002:c000:201::1", "ff::1" };
    struct geo_record found;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        (void)look_up(geo, texts[i], &found);
}

/* Libmaxminddb needs the metadata at the end, so no cut file opens. */
START_TEST(every_cut_file_is_refused)
{
    struct bytes file;

    write_database(asn_prefixes, asn_records, 2, &file);
    for (size_t len = 0; len < file.len; len++)
        ck_assert_ptr_null(open_one(file.data, len));
}
END_TEST

/* In the tree and the data: libmaxminddb 1.7 leaks when it refuses damaged metadata. */
START_TEST(every_damaged_byte_is_survived)
{
    static const uint8_t damages[] = { 0xff, 0x80, 0x20, 0x01 };
    struct bytes file;
    const uint8_t *metadata;
    struct geo *geo;

    write_database(asn_prefixes, asn_records, 2, &file);
    metadata = memmem(file.data, file.len, "MaxMind.com", 11);
    for (size_t i = 0; i < (size_t)(metadata - file.data) * sizeof(damages); i++) {
        uint8_t *byte = &file.data[i / sizeof(damages)], kept = *byte;

        *byte ^= damages[i % sizeof(damages)];
        geo = open_one(file.data, file.len);
        if (geo != NULL)
            look_up_everywhere(geo);
        geo_close(geo);
        *byte = kept;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("geo");
    TCase *cases = tcase_create("geo");

    tcase_add_test(cases, files_that_know_different_things_are_asked_together);
    tcase_add_test(cases, an_unknown_address_gives_an_empty_record);
    tcase_add_test(cases, files_describe_themselves);
    tcase_add_loop_test(cases, records_of_other_makers_are_understood, 0,
                        (int)(sizeof(layouts) / sizeof(layouts[0])));
    tcase_add_test(cases, every_cut_record_is_broken);
    tcase_add_test(cases, hostile_records_end);
    tcase_add_test(cases, long_nesting_lists_are_given_up);
    tcase_add_test(cases, what_is_no_database_is_told_by_name);
    tcase_add_test(cases, what_is_no_plain_file_is_not_waited_for);
    tcase_add_test(cases, every_cut_file_is_refused);
    tcase_add_test(cases, every_damaged_byte_is_survived);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
