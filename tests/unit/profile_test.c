#include "enrich/profile.h"

#include "temporary.h"

#include "run_suite.h"

#define A "0123456789abcdef0123456789abcdef"
#define B "fedcba9876543210fedcba9876543210"

struct problems {
    size_t count;
    unsigned line; /* of the last */
    char what[512];
};

static struct domain_list *domains;

static void set_up(void)
{
    char error[256];

    ck_assert_int_eq(domain_open(NULL, &domains, error, sizeof(error)), TATTLER_OK);
}

static void tear_down(void)
{
    domain_close(domains);
}

static void note(void *user, const char *path, unsigned line, const char *what)
{
    struct problems *problems = user;

    ck_assert_ptr_nonnull(path);
    problems->count++;
    problems->line = line;
    snprintf(problems->what, sizeof(problems->what), "%s", what);
}

static enum tattler_status read_bytes(const char *text, size_t len, struct problems *problems,
        struct profile *out)
{
    char path[TEMPORARY_SIZE];
    enum tattler_status status;

    *problems = (struct problems){ 0 };
    *out = (struct profile){ 0 };
    temporary_file(text, len, path);
    status = profile_read(path, domains, note, problems, out);
    unlink(path);
    return status;
}

static void read_good(const char *text, struct profile *out)
{
    struct problems problems;

    ck_assert_msg(read_bytes(text, strlen(text), &problems, out) == TATTLER_OK, "%s", problems.what);
    ck_assert_uint_eq(problems.count, 0);
}

/* 'households' of ids from 'first' on have cameras, 'votes' of them vote for 'value'. */
static void made(struct profile *out, unsigned first, unsigned households, unsigned votes,
        enum profile_kind kind, const char *value)
{
    struct profile_type *type = profile_type(out, "camera");
    char id[PROFILE_HOUSEHOLD_SIZE];

    for (unsigned i = 0; i < households; i++) {
        snprintf(id, sizeof(id), "%032x", first + i);
        ck_assert(profile_add_household(out, id));
    }
    type->count = (struct profile_count){ households, households };
    profile_use(out, type, kind, value)->count = (struct profile_count){ votes, votes };
}

#define CAMERA(counts, uses) \
    "{\"tattler-profile\": 1, \"households\": [\"" A "\", \"" B "\"],\n \"types\": {\"camera\": {" counts \
    ", \"domain\": {" uses "}}}}"
#define COUNTS "\"households\": 2, \"devices\": 3"
#define GOOD CAMERA(COUNTS, "\"vendor.example\": {\"households\": 2, \"devices\": 3}")

START_TEST(what_is_written_is_read)
{
    struct profile profile;
    struct profile_use *use;

    read_good(GOOD, &profile);
    ck_assert_uint_eq(HASH_COUNT(profile.households), 2);
    ck_assert_str_eq(profile.types->name, "camera");
    ck_assert_uint_eq(profile.types->count.devices, 3);
    use = profile.types->uses[PROFILE_DOMAIN];
    ck_assert_str_eq(use->value, "vendor.example");
    ck_assert_uint_eq(use->count.households, 2);
    profile_clear(&profile);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct problems problems;
    struct profile profile;

    for (size_t len = 0; len < strlen(GOOD); len++) {
        ck_assert_int_eq(read_bytes(GOOD, len, &problems, &profile), TATTLER_MALFORMED);
        ck_assert_uint_eq(problems.count, 1);
        ck_assert_ptr_null(profile.types);
        ck_assert_ptr_null(profile.households);
    }
}
END_TEST

START_TEST(a_file_that_contradicts_itself_is_refused_with_the_place)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        { "[]", "no profile" },
        { "{}", "no profile" },
        { "{\"tattler-profile\": 2}", "version 2" },
        { "{\"tattler-profile\": 1}", "households: not a list" },
        { "{\"tattler-profile\": 1, \"households\": [\"x\"]}", "households[0]: not 32 hex" },
        { "{\"tattler-profile\": 1, \"households\": [\"" A "\", \"" A "\"]}",
                "households[1]: there before" },
        { CAMERA("\"households\": 3, \"devices\": 3", ""), "types.camera.households: not a number from 0 to 2" },
        { CAMERA("\"households\": -1, \"devices\": 3", ""), "types.camera.households: not a number" },
        { CAMERA("\"households\": 2, \"devices\": 1e9", ""), "types.camera.devices: not a number" },
        { CAMERA(COUNTS, "\"a.example\": 7"), "types.camera.domain.a.example.households: not" },
        { CAMERA(COUNTS, "\"a.example\": {\"households\": 2, \"devices\": 4}"),
                "types.camera.domain.a.example.devices: not a number from 0 to 3" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problems problems;
        struct profile profile;

        ck_assert_int_eq(read_bytes(cases[i].text, strlen(cases[i].text), &problems, &profile),
                TATTLER_MALFORMED);
        ck_assert_msg(strstr(problems.what, cases[i].what) != NULL, "%s: %s", cases[i].what,
                problems.what);
        ck_assert_ptr_null(profile.types);
    }
}
END_TEST

START_TEST(a_mistake_in_the_text_has_its_line)
{
    static const char text[] = "{\"tattler-profile\": 1,\n\n \"households\": oops}";
    struct problems problems;
    struct profile profile;

    ck_assert_int_eq(read_bytes(text, strlen(text), &problems, &profile), TATTLER_MALFORMED);
    ck_assert_uint_eq(problems.line, 3);
}
END_TEST

START_TEST(what_is_no_registrable_domain_is_left_out)
{
    static const char *const bad[] = { "com", "co.uk", "a.vendor.example", "192.0.2.1", "printer",
        "nas.local", "Vendor.example", "*" };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[512];
        struct problems problems;
        struct profile profile;

        snprintf(text, sizeof(text), CAMERA(COUNTS, "\"%s\": {\"households\": 2, \"devices\": 3}"),
                bad[i]);
        ck_assert_int_eq(read_bytes(text, strlen(text), &problems, &profile), TATTLER_OK);
        ck_assert_uint_eq(problems.count, 1);
        ck_assert_msg(profile.types->uses[PROFILE_DOMAIN] == NULL, "%s", bad[i]);
        profile_clear(&profile);
    }
}
END_TEST

START_TEST(three_households_and_half_of_them_make_common)
{
    static const struct {
        unsigned votes, households;
        unsigned counted;
    } cases[] = { { 2, 2, 2 }, { 3, 3, 3 }, { 3, 6, 3 }, { 3, 7, 0 }, { 50, 100, 50 }, { 49, 100, 0 } };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct profile profile = { 0 };

        made(&profile, 0, cases[i].households, cases[i].votes, PROFILE_DOMAIN, "vendor.example");
        ck_assert_uint_eq(profile_votes(&profile, "camera", PROFILE_DOMAIN, "vendor.example"),
                cases[i].counted);
        ck_assert(profile_count_is_common(profile.types, profile.types->uses[PROFILE_DOMAIN]) ==
                  (cases[i].counted >= 3));
        ck_assert_uint_eq(profile_votes(&profile, "plug", PROFILE_DOMAIN, "vendor.example"), 0);
        ck_assert_uint_eq(profile_votes(&profile, "camera", PROFILE_DOMAIN, "other.example"), 0);
        ck_assert_uint_eq(profile_votes(&profile, "camera", PROFILE_ASN, "vendor.example"), 0);
        profile_clear(&profile);
    }
}
END_TEST

START_TEST(a_file_weighs_no_more_than_it_may)
{
    struct profile all = { 0 }, crowd = { 0 };

    made(&crowd, 0, 1000, 1000, PROFILE_DOMAIN, "bad.example");
    ck_assert_int_eq(profile_add(&all, &crowd, 2), TATTLER_OK);
    ck_assert_uint_eq(all.types->count.households, 2);
    ck_assert_uint_eq(all.types->uses[PROFILE_DOMAIN]->count.households, 2);
    ck_assert_uint_eq(profile_votes(&all, "camera", PROFILE_DOMAIN, "bad.example"), 2);
    profile_clear(&crowd);

    made(&crowd, 1000, 3, 1, PROFILE_DOMAIN, "bad.example"); /* a third of two is none */
    ck_assert_int_eq(profile_add(&all, &crowd, 2), TATTLER_OK);
    ck_assert_uint_eq(all.types->count.households, 4);
    ck_assert_uint_eq(all.types->uses[PROFILE_DOMAIN]->count.households, 2);
    profile_clear(&crowd);
    profile_clear(&all);
}
END_TEST

START_TEST(households_are_known_again)
{
    struct profile a = { 0 }, b = { 0 };

    made(&a, 0, 5, 1, PROFILE_ASN, "64496");
    made(&b, 5, 5, 1, PROFILE_ASN, "64496");
    ck_assert_ptr_null(profile_overlap(&a, &b));
    ck_assert(profile_add_household(&b, "00000000000000000000000000000003"));
    ck_assert_str_eq(profile_overlap(&a, &b), "00000000000000000000000000000003");
    profile_clear(&a);
    profile_clear(&b);
}
END_TEST

/* A file in which three households vote for 'count' domains. */
static size_t write_wide(char *out, size_t size, unsigned count)
{
    size_t len = (size_t)snprintf(out, size, "{\"tattler-profile\": 1, \"households\": [\"" A "\", "
            "\"" B "\", \"00000000000000000000000000000001\"], \"types\": {\"camera\": "
            "{\"households\": 3, \"devices\": 3, \"domain\": {");

    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(out + len, size - len,
                "%s\"v%u.example\": {\"households\": 3, \"devices\": 3}", i > 0 ? "," : "", i);
    return len + (size_t)snprintf(out + len, size - len, "}}}}");
}

START_TEST(a_type_that_would_excuse_everything_is_left_out)
{
    for (unsigned more = 0; more < 2; more++) {
        static char text[65536];
        size_t len = write_wide(text, sizeof(text), PROFILE_COMMON_MAX + more);
        char path[TEMPORARY_SIZE];
        const char *const paths[] = { path };
        struct problems problems = { 0 };
        struct profile *profile;

        temporary_file(text, len, path);
        profile = profile_load(paths, 1, domains, note, &problems);
        unlink(path);
        ck_assert_uint_eq(problems.count, more);
        ck_assert(more == 0 ? profile_votes(profile, "camera", PROFILE_DOMAIN, "v7.example") == 3
                            : profile == NULL);
        profile_free(profile);
    }
}
END_TEST

START_TEST(the_same_file_twice_counts_once)
{
    char path[TEMPORARY_SIZE];
    const char *const paths[] = { path, path };
    struct problems problems = { 0 };
    struct profile *profile;

    temporary_file(GOOD, strlen(GOOD), path);
    profile = profile_load(paths, 2, domains, note, &problems);
    unlink(path);
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_uint_eq(profile->types->count.households, 2);
    profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile");
    TCase *tcase = tcase_create("profile");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, what_is_written_is_read);
    tcase_add_test(tcase, every_truncation_is_refused);
    tcase_add_test(tcase, a_file_that_contradicts_itself_is_refused_with_the_place);
    tcase_add_test(tcase, a_mistake_in_the_text_has_its_line);
    tcase_add_test(tcase, what_is_no_registrable_domain_is_left_out);
    tcase_add_test(tcase, three_households_and_half_of_them_make_common);
    tcase_add_test(tcase, a_file_weighs_no_more_than_it_may);
    tcase_add_test(tcase, households_are_known_again);
    tcase_add_test(tcase, a_type_that_would_excuse_everything_is_left_out);
    tcase_add_test(tcase, the_same_file_twice_counts_once);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
