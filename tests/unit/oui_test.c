#include "enrich/oui.h"

#include <string.h>

#include "run_suite.h"
#include "temporary.h"

#define HEADER "Registry,Assignment,Organization Name,Organization Address\r\n"

static const char large[] =
    HEADER "MA-L,001A2B,Plain Works,\"1, Road\r\nTown \"\r\n"
           "MA-L,FC1234,\"Quoted, \"\"Inc\"\"\",Somewhere\r\n"
           "MA-L,8C1F64,IEEE Registration Authority,Piscataway\r\n"
           "MA-L,BADXYZ,Not hex,Nowhere\r\n"
           "MA-L,080030,First holder,A\r\nMA-L,08003Z,x,y\r\n"
           "MA-L,080030,Second holder,A\r\n"
           "MA-L,AA0004,Old local,B\r\n"
           "MA-L,005056,Zw\xc3\xb6lf Zw\xc3\xb6lf Zw\xc3\xb6lf Zw\xc3\xb6lf Zw\xc3\xb6lf "
           "Zw\xc3\xb6lf Zw\xc3\xb6lf Zw\xc3\xb6lf 345678\xc3\xb6lf,C\r\n";
static const char medium[] = HEADER "MA-M,8C1F640,Medium One,D\r\n";
static const char small[] = HEADER "MA-S,8C1F64ABC,Small One,E\r\nMA-S,8C1F640AB,Smaller,F\n";

static char told[200]; /* the problem told last */

static void tell(void *user, const char *path, unsigned line, const char *what)
{
    ck_assert_ptr_null(user);
    ck_assert_uint_eq(line, 0);
    snprintf(told, sizeof(told), "%s: %s", path, what);
}

static struct oui *open_all(void)
{
    char paths[3][TEMPORARY_SIZE];
    struct oui *oui;

    temporary_file(small, sizeof(small) - 1, paths[0]);
    temporary_file(large, sizeof(large) - 1, paths[1]);
    temporary_file(medium, sizeof(medium) - 1, paths[2]);
    ck_assert_int_eq(oui_open((const char *[]){ paths[0], "/nonexistent/oui.csv", paths[1],
                                                paths[2] }, 4, tell, NULL, &oui), TATTLER_OK);
    ck_assert_str_eq(told, "/nonexistent/oui.csv: No such file or directory");
    for (size_t i = 0; i < 3; i++)
        unlink(paths[i]);
    return oui;
}

static const struct {
    const char *mac, *vendor;
    enum oui_kind kind;
} cases_of[] = {
    { "00:1a:2b:00:00:01", "Plain Works", OUI_VENDOR },
    { "fc:12:34:ff:ff:ff", "Quoted, \"Inc\"", OUI_VENDOR },
    { "8c:1f:64:0f:00:00", "Medium One", OUI_VENDOR },
    { "8c:1f:64:0a:b0:00", "Smaller", OUI_VENDOR }, /* the longest assignment */
    { "8c:1f:64:ab:cf:ff", "Small One", OUI_VENDOR },
    { "8c:1f:64:ab:d0:00", "", OUI_UNKNOWN }, /* a block that the registry divides */
    { "08:00:30:00:00:01", "Second holder", OUI_VENDOR }, /* of two rows the last */
    { "00:1a:2c:00:00:01", "", OUI_UNKNOWN },
    { "ba:1a:2b:00:00:01", "", OUI_RANDOMISED },
    { "aa:00:04:00:00:01", "", OUI_RANDOMISED },
    { "01:00:5e:00:00:fb", "", OUI_UNKNOWN }, /* multicast */
    { "ff:ff:ff:ff:ff:ff", "", OUI_UNKNOWN },
};

START_TEST(vendor_is_the_longest_assignment)
{
    struct oui *oui = open_all();
    char vendor[OUI_VENDOR_SIZE];
    struct mac mac;

    ck_assert(mac_parse(cases_of[_i].mac, &mac));
    ck_assert_int_eq(oui_lookup(oui, &mac, vendor), cases_of[_i].kind);
    ck_assert_str_eq(vendor, cases_of[_i].vendor);
    oui_close(oui);
}
END_TEST

START_TEST(long_names_are_cut_between_characters)
{
    struct oui *oui = open_all();
    struct mac mac = { { 0x00, 0x50, 0x56, 0, 0, 1 } };
    char vendor[OUI_VENDOR_SIZE];

    ck_assert_int_eq(oui_lookup(oui, &mac, vendor), OUI_VENDOR);
    /* 8 times 7 bytes, then six digits make 62: the two bytes that follow do not fit in 63. */
    ck_assert_uint_eq(strlen(vendor), 62);
    ck_assert_str_eq(vendor + 56, "345678");
    oui_close(oui);
}
END_TEST

START_TEST(bad_rows_are_skipped)
{
    struct oui *oui = open_all();

    ck_assert_uint_eq(oui_assignments(oui), 8);
    oui_close(oui);
}
END_TEST

START_TEST(a_file_without_assignments_is_told_by_name)
{
    char path[TEMPORARY_SIZE];
    const char *const paths[] = { path };
    struct oui *oui;

    temporary_file(HEADER, sizeof(HEADER) - 1, path);
    ck_assert_int_eq(oui_open(paths, 1, tell, NULL, &oui), TATTLER_OK);
    ck_assert_ptr_null(oui);
    ck_assert_ptr_eq(strstr(told, path), told);
    unlink(path);
}
END_TEST

START_TEST(every_cut_file_is_survived)
{
    for (size_t len = 0; len < sizeof(large); len++) {
        char path[TEMPORARY_SIZE], vendor[OUI_VENDOR_SIZE];
        struct mac mac = { { 0xfc, 0x12, 0x34, 0, 0, 1 } };
        struct oui *oui;

        temporary_file(large, len, path);
        ck_assert_int_eq(oui_open((const char *[]){ path }, 1, tell, NULL, &oui), TATTLER_OK);
        if (oui != NULL)
            (void)oui_lookup(oui, &mac, vendor);
        oui_close(oui);
        unlink(path);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oui");
    TCase *cases = tcase_create("oui");

    tcase_add_loop_test(cases, vendor_is_the_longest_assignment, 0,
                        (int)(sizeof(cases_of) / sizeof(cases_of[0])));
    tcase_add_test(cases, long_names_are_cut_between_characters);
    tcase_add_test(cases, bad_rows_are_skipped);
    tcase_add_test(cases, a_file_without_assignments_is_told_by_name);
    tcase_add_test(cases, every_cut_file_is_survived);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
