#include "enrich/mmdb_writer.h"

#include <maxminddb.h>

#include "run_suite.h"
#include "temporary.h"

struct file {
    uint8_t *bytes;
    size_t len;
    struct mmdb_size size;
};

static bool to_memory(void *user, const void *data, size_t len)
{
    struct file *file = user;

    file->bytes = realloc(file->bytes, file->len + len);
    memcpy(file->bytes + file->len, data, len);
    file->len += len;
    return true;
}

static bool to_nowhere(void *user, const void *data, size_t len)
{
    size_t *room = user;

    (void)data;
    if (len > *room)
        return false;
    *room -= len;
    return true;
}

static enum tattler_status try_insert(struct mmdb_writer *writer, const char *prefix_text,
                                      uint32_t asn, const char *org, const char *country,
                                      uint8_t flags)
{
    struct geo_record record = { asn, org, strlen(org), "", flags };
    struct prefix prefix;

    memcpy(record.country, country, strlen(country));
    ck_assert(prefix_parse(prefix_text, &prefix));
    return mmdb_writer_insert(writer, &prefix, &record);
}

static void insert(struct mmdb_writer *writer, const char *prefix, uint32_t asn, const char *org,
                   const char *country, uint8_t flags)
{
    ck_assert_int_eq(try_insert(writer, prefix, asn, org, country, flags), TATTLER_OK);
}

/* Writes the file and frees the writer. */
static struct file finish(struct mmdb_writer *writer)
{
    struct file file = { 0 };

    ck_assert_int_eq(mmdb_writer_write(writer, 1700000000, "made by hand", to_memory, &file,
                                       &file.size), TATTLER_OK);
    ck_assert_uint_eq(file.size.bytes, file.len);
    mmdb_writer_free(writer);
    return file;
}

static MMDB_s open_with_libmaxminddb(const struct file *file)
{
    char path[TEMPORARY_SIZE];
    MMDB_s database;

    temporary_file(file->bytes, file->len, path);
    ck_assert_int_eq(MMDB_open(path, MMDB_MODE_MMAP, &database), MMDB_SUCCESS);
    unlink(path);
    return database;
}

/* The number that libmaxminddb finds, 0 for nothing. */
static uint32_t asn_of(MMDB_s *database, const char *address)
{
    int lookup, error;
    MMDB_lookup_result_s found = MMDB_lookup_string(database, address, &lookup, &error);
    MMDB_entry_data_s data;

    ck_assert_int_eq(lookup, 0);
    ck_assert_int_eq(error, MMDB_SUCCESS);
    if (!found.found_entry)
        return 0;
    ck_assert_int_eq(MMDB_get_value(&found.entry, &data, "autonomous_system_number", NULL),
                     MMDB_SUCCESS);
    ck_assert_int_eq(data.type, MMDB_DATA_TYPE_UINT32);
    return data.uint32;
}

static void check_asns(MMDB_s *database, const char *const addresses[], const uint32_t asns[],
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(asn_of(database, addresses[i]) == asns[i], "%s", addresses[i]);
}

/* What mmdblookup prints for a path of keys, without the type. */
static void check_mmdblookup(const struct file *file, const char *address, const char *keys,
                             const char *expected)
{
    char path[TEMPORARY_SIZE], command[256], text[256], rest[4096];
    size_t len;
    FILE *pipe;

    temporary_file(file->bytes, file->len, path);
    snprintf(command, sizeof(command), "mmdblookup --file %s --ip %s %s 2>&1", path, address, keys);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    len = fread(text, 1, sizeof(text) - 1, pipe);
    text[len] = '\0';
    while (fread(rest, 1, sizeof(rest), pipe) > 0)
        continue;
    ck_assert_int_eq(pclose(pipe), 0);
    ck_assert_msg(strstr(text, expected) != NULL, "%s, not %s", text, expected);
    unlink(path);
}

static const char *const nested[] = { "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32",
                                      "10.1.2.128/25", "2001:db8::/32", "2001:db8:1::/48" };

#define NESTED (sizeof(nested) / sizeof(nested[0]))

static struct file write_nested(bool backwards)
{
    struct mmdb_writer *writer = mmdb_writer_new();

    for (size_t i = 0; i < NESTED; i++) {
        size_t at = backwards ? NESTED - 1 - i : i;
        insert(writer, nested[at], (uint32_t)at + 1, "org", "DE", 0);
    }
    return finish(writer);
}

START_TEST(longest_prefix_wins)
{
    static const char *const addresses[] = { "9.255.255.255", "10.0.0.0", "10.0.255.255",
        "10.1.0.0", "10.1.1.255", "10.1.2.0", "10.1.2.3", "10.1.2.4", "10.1.2.127", "10.1.2.128",
        "10.1.2.255", "10.1.3.0", "10.2.0.0", "10.255.255.255", "11.0.0.0", "2001:db8::1",
        "2001:db8:1::", "2001:db8:1:ffff::1", "2001:db8:2::", "2001:db9::" };
    static const uint32_t asns[] = { 0, 1, 1, 2, 2, 3, 4, 3, 3, 5, 5, 2, 1, 1, 0, 6, 7, 7, 6, 0 };
    struct file file = write_nested(_i == 1);
    MMDB_s database = open_with_libmaxminddb(&file);

    check_asns(&database, addresses, asns, sizeof(asns) / sizeof(asns[0]));
    MMDB_close(&database);
    free(file.bytes);
}
END_TEST

START_TEST(order_of_insertion_does_not_show)
{
    struct file forwards = write_nested(false), backwards = write_nested(true);

    ck_assert_uint_eq(forwards.len, backwards.len);
    ck_assert_mem_eq(forwards.bytes, backwards.bytes, forwards.len);
    free(forwards.bytes);
    free(backwards.bytes);
}
END_TEST

/* 3,000 prefixes from 8 to 32 bits, crowded into 10.0.0.0/8 and far from sorted. */
START_TEST(random_prefixes_match_a_plain_search)
{
    enum { COUNT = 3000 };
    static struct prefix prefixes[COUNT];
    struct mmdb_writer *writer = mmdb_writer_new();
    struct file file;
    MMDB_s database;

    srand(7);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct geo_record record = { .asn = i + 1 };
        char text[32];

        snprintf(text, sizeof(text), "10.%d.%d.%d/%d", rand() % 4, rand() % 256, rand() % 256,
                 8 + rand() % 25);
        ck_assert(prefix_parse(text, &prefixes[i]));
        ck_assert_int_eq(mmdb_writer_insert(writer, &prefixes[i], &record), TATTLER_OK);
    }
    file = finish(writer);
    database = open_with_libmaxminddb(&file);
    for (int n = 0; n < 20000; n++) {
        char text[32];
        struct address address;
        uint32_t expected = 0;
        unsigned bits = 0;

        snprintf(text, sizeof(text), "10.%d.%d.%d", rand() % 5, rand() % 256, rand() % 256);
        ck_assert(address_parse(text, &address));
        for (uint32_t i = 0; i < COUNT; i++) /* of the same prefix the later counts */
            if (prefix_contains(&prefixes[i], &address) && prefixes[i].bits >= bits) {
                bits = prefixes[i].bits;
                expected = i + 1;
            }
        ck_assert_msg(asn_of(&database, text) == expected, "%s", text);
    }
    MMDB_close(&database);
    free(file.bytes);
}
END_TEST

START_TEST(ipv4_is_also_found_at_its_aliases)
{
    static const char *const addresses[] = { "192.0.2.1", "::192.0.2.1", "2002:c000:201::1",
                                             "2002:c000:301::1" };
    static const uint32_t asns[] = { 64496, 64496, 64496, 0 };
    struct mmdb_writer *writer = mmdb_writer_new();
    struct file file;
    MMDB_s database;

    insert(writer, "192.0.2.0/24", 64496, "Example", "", 0);
    file = finish(writer);
    database = open_with_libmaxminddb(&file);
    check_asns(&database, addresses, asns, 4);
    check_mmdblookup(&file, "::ffff:192.0.2.1", "autonomous_system_number", "64496 <uint32>");
    MMDB_close(&database);
    free(file.bytes);
}
END_TEST

START_TEST(aliases_take_no_records)
{
    struct mmdb_writer *writer = mmdb_writer_new();

    ck_assert_int_eq(try_insert(writer, "2002::/16", 1, "", "", 0), TATTLER_UNSUPPORTED);
    ck_assert_int_eq(try_insert(writer, "2002:c000::/24", 1, "", "", 0), TATTLER_UNSUPPORTED);
    insert(writer, "2000::/3", 2, "", "", 0); /* around it is well */
    mmdb_writer_free(writer);
}
END_TEST

START_TEST(whole_address_space_is_one_record)
{
    static const char *const addresses[] = { "1.2.3.4", "::", "ffff::1", "2002::1" };
    static const uint32_t asns[] = { 1, 1, 1, 1 };
    struct mmdb_writer *writer = mmdb_writer_new();
    struct file file;
    MMDB_s database;

    insert(writer, "::/0", 1, "all", "", 0);
    file = finish(writer);
    ck_assert_uint_eq(file.size.nodes, 1);
    database = open_with_libmaxminddb(&file);
    check_asns(&database, addresses, asns, 4);
    MMDB_close(&database);
    free(file.bytes);
}
END_TEST

START_TEST(nothing_inserted_is_a_file_that_knows_nothing)
{
    struct file file = finish(mmdb_writer_new());
    MMDB_s database = open_with_libmaxminddb(&file);

    ck_assert_uint_eq(file.size.records, 0);
    ck_assert_uint_eq(asn_of(&database, "1.1.1.1"), 0);
    ck_assert_uint_eq(asn_of(&database, "2001:db8::1"), 0);
    MMDB_close(&database);
    free(file.bytes);
}
END_TEST

START_TEST(neighbours_with_one_record_are_merged)
{
    struct mmdb_writer *halves = mmdb_writer_new(), *whole = mmdb_writer_new();
    struct file a, b;

    insert(halves, "10.0.0.0/9", 1, "x", "US", GEO_HOSTILE);
    insert(halves, "10.128.0.0/9", 1, "x", "US", GEO_HOSTILE);
    insert(whole, "10.0.0.0/8", 1, "x", "US", GEO_HOSTILE);
    a = finish(halves);
    b = finish(whole);
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_mem_eq(a.bytes, b.bytes, a.len);
    free(a.bytes);
    free(b.bytes);
}
END_TEST

START_TEST(other_readers_understand_every_field)
{
    struct mmdb_writer *writer = mmdb_writer_new();
    struct file file;

    insert(writer, "198.51.100.0/24", 4294967295, "Zw\xc3\xb6lf \"Nets\"", "CH",
           GEO_ANYCAST | GEO_ANONYMOUS_PROXY | GEO_SATELLITE | GEO_HOSTILE);
    insert(writer, "203.0.113.0/24", 64500, "Zw\xc3\xb6lf \"Nets\"", "CH", 0);
    file = finish(writer);
    ck_assert_uint_eq(file.size.records, 2);
    check_mmdblookup(&file, "198.51.100.7", "autonomous_system_number", "4294967295 <uint32>");
    check_mmdblookup(&file, "203.0.113.7", "autonomous_system_organization",
                     "\"Zw\xc3\xb6lf \"Nets\"\" <utf8_string>");
    check_mmdblookup(&file, "203.0.113.7", "country iso_code", "\"CH\" <utf8_string>");
    check_mmdblookup(&file, "198.51.100.7", "traits is_anycast", "true <boolean>");
    check_mmdblookup(&file, "198.51.100.7", "traits is_anonymous_proxy", "true <boolean>");
    check_mmdblookup(&file, "198.51.100.7", "traits is_satellite_provider", "true <boolean>");
    check_mmdblookup(&file, "198.51.100.7", "traits is_hostile", "true <boolean>");
    free(file.bytes);
}
END_TEST

START_TEST(metadata_is_complete)
{
    struct file file = write_nested(false);
    MMDB_s database = open_with_libmaxminddb(&file);
    const MMDB_metadata_s *metadata = &database.metadata;

    ck_assert_uint_eq(metadata->binary_format_major_version, 2);
    ck_assert_uint_eq(metadata->ip_version, 6);
    ck_assert_uint_eq(metadata->record_size, 24);
    ck_assert_uint_eq(metadata->node_count, file.size.nodes);
    ck_assert_uint_eq(metadata->build_epoch, 1700000000);
    ck_assert_str_eq(metadata->database_type, "Tattler-ASN");
    ck_assert_uint_eq(metadata->languages.count, 1);
    ck_assert_str_eq(metadata->languages.names[0], "en");
    ck_assert_str_eq(metadata->description.descriptions[0]->description, "made by hand");
    MMDB_close(&database);
    free(file.bytes);
}
END_TEST

/* 300 names of 60,000 bytes: more than 24 bits can point into, and pointers of all lengths. */
START_TEST(records_grow_to_28_bits_when_they_must)
{
    enum { COUNT = 300, LENGTH = 60000 };
    struct mmdb_writer *writer = mmdb_writer_new();
    char *name = malloc(LENGTH);
    struct file file;
    MMDB_s database;

    memset(name, 'n', LENGTH);
    for (uint32_t i = 0; i < COUNT * 2; i++) {
        struct geo_record record = { i + 1, name, LENGTH, "FR", 0 };
        struct prefix prefix = { address_from_v4((uint8_t[]){ 10, (uint8_t)(i >> 8), (uint8_t)i,
                                                              0 }), 96 + 24 };
        snprintf(name, LENGTH, "%05u", i % COUNT);
        name[5] = ' ';
        ck_assert_int_eq(mmdb_writer_insert(writer, &prefix, &record), TATTLER_OK);
    }
    file = finish(writer);
    ck_assert_uint_eq(file.size.record_bits, 28);
    ck_assert_uint_lt(file.len, COUNT * (LENGTH + 200)); /* each name once */
    database = open_with_libmaxminddb(&file);
    ck_assert_uint_eq(asn_of(&database, "10.0.0.1"), 1);
    ck_assert_uint_eq(asn_of(&database, "10.2.87.1"), 600);
    check_mmdblookup(&file, "10.2.87.1", "autonomous_system_organization", "\"00299 nnn");
    check_mmdblookup(&file, "10.1.44.1", "autonomous_system_organization", "\"00000 nnn");
    MMDB_close(&database);
    free(file.bytes);
    free(name);
}
END_TEST

START_TEST(names_of_every_length_survive)
{
    static const size_t lengths[] = { 1, 28, 29, 30, 284, 285, 286, 65535 };
    size_t length = lengths[_i];
    struct geo_record record = { 64496, malloc(length), length, "", 0 }, found;
    struct mmdb_writer *writer = mmdb_writer_new();
    const char *path = (char[TEMPORARY_SIZE]){ 0 };
    struct prefix prefix;
    struct file file;
    struct geo *geo;

    memset((char *)(uintptr_t)record.as_org, 'x', length);
    ck_assert(prefix_parse("192.0.2.0/24", &prefix));
    ck_assert_int_eq(mmdb_writer_insert(writer, &prefix, &record), TATTLER_OK);
    file = finish(writer);
    temporary_file(file.bytes, file.len, (char *)(uintptr_t)path);
    ck_assert_int_eq(geo_open(&path, 1, NULL, NULL, &geo), TATTLER_OK);
    ck_assert(geo_lookup(geo, &prefix.address, &found));
    ck_assert_uint_eq(found.as_org_len, length);
    ck_assert_mem_eq(found.as_org, record.as_org, length);
    geo_close(geo);
    unlink(path);
    free(file.bytes);
    free((char *)(uintptr_t)record.as_org);
}
END_TEST

START_TEST(a_name_too_long_is_refused)
{
    struct mmdb_writer *writer = mmdb_writer_new();
    struct geo_record record = { .asn = 1, .as_org_len = MMDB_NAME_BYTES_MAX + 1 };
    struct prefix prefix;

    ck_assert(prefix_parse("192.0.2.0/24", &prefix));
    ck_assert_int_eq(mmdb_writer_insert(writer, &prefix, &record), TATTLER_FULL);
    mmdb_writer_free(writer);
}
END_TEST

START_TEST(a_full_sink_is_told_wherever_it_fills)
{
    struct file file = write_nested(false);

    for (size_t room = 0; room <= file.len; room++) {
        struct mmdb_writer *writer = mmdb_writer_new();
        struct mmdb_size size = { .nodes = 7 };
        size_t left = room;

        for (size_t i = 0; i < NESTED; i++)
            insert(writer, nested[i], (uint32_t)i + 1, "org", "DE", 0);
        ck_assert_int_eq(mmdb_writer_write(writer, 1700000000, "made by hand", to_nowhere, &left,
                                           &size), room < file.len ? TATTLER_FULL : TATTLER_OK);
        ck_assert_uint_eq(size.nodes, room < file.len ? 7 : file.size.nodes);
        mmdb_writer_free(writer);
    }
    free(file.bytes);
}
END_TEST

START_TEST(writing_twice_gives_the_same_file)
{
    struct mmdb_writer *writer = mmdb_writer_new();
    struct file first = { 0 }, second;

    insert(writer, "192.0.2.0/24", 1, "one", "DE", 0);
    ck_assert_int_eq(mmdb_writer_write(writer, 1700000000, "made by hand", to_memory, &first,
                                       NULL), TATTLER_OK);
    second = finish(writer);
    ck_assert_uint_eq(first.len, second.len);
    ck_assert_mem_eq(first.bytes, second.bytes, first.len);
    free(first.bytes);
    free(second.bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mmdb_writer");
    TCase *cases = tcase_create("writer");

    tcase_add_loop_test(cases, longest_prefix_wins, 0, 2);
    tcase_add_test(cases, order_of_insertion_does_not_show);
    tcase_add_test(cases, random_prefixes_match_a_plain_search);
    tcase_add_test(cases, ipv4_is_also_found_at_its_aliases);
    tcase_add_test(cases, aliases_take_no_records);
    tcase_add_test(cases, whole_address_space_is_one_record);
    tcase_add_test(cases, nothing_inserted_is_a_file_that_knows_nothing);
    tcase_add_test(cases, neighbours_with_one_record_are_merged);
    tcase_add_test(cases, other_readers_understand_every_field);
    tcase_add_test(cases, metadata_is_complete);
    tcase_add_test(cases, records_grow_to_28_bits_when_they_must);
    tcase_add_loop_test(cases, names_of_every_length_survive, 0, 8);
    tcase_add_test(cases, a_name_too_long_is_refused);
    tcase_add_test(cases, a_full_sink_is_told_wherever_it_fills);
    tcase_add_test(cases, writing_twice_gives_the_same_file);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
