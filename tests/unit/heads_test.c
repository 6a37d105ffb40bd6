/* Rules found by how their bytes begin. */
#include "detect/match/heads.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

static struct heads heads;
static uint64_t found; /* a bit for each number */

static void on_found(void *user, uint32_t number)
{
    ck_assert_ptr_eq(user, &found);
    ck_assert_uint_eq(found >> number & 1, 0); /* each once */
    found |= UINT64_C(1) << number;
}

static void add(const char *bytes, size_t length, uint32_t number)
{
    ck_assert(heads_add(&heads, (const uint8_t *)bytes, length, 0, number));
}

/* The bytes end where their block ends. */
static uint64_t find(const char *bytes, size_t length)
{
    uint8_t *block = malloc(length > 0 ? length : 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block, bytes, length);
    found = 0;
    heads_find(&heads, cursor_over(block, length), on_found, &found);
    free(block);
    return found;
}

static void tear_down(void)
{
    heads_clear(&heads);
}

START_TEST(each_that_the_bytes_begin_with_is_told)
{
    add("GET ", 4, 0);
    add("G", 1, 1);
    add("GET /index.html", 15, 2); /* known by its first eight bytes */
    add("GEZ", 3, 3);
    add("GET ", 4, 4);
    add("POST", 4, 5);
    heads_sort(&heads);
    ck_assert_uint_eq(find("GET /index", 10), 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4);
    ck_assert_uint_eq(find("GET /x", 6), 1 << 0 | 1 << 1 | 1 << 4);
    ck_assert_uint_eq(find("GET", 3), 1 << 1);
    ck_assert_uint_eq(find("GEZZZ", 5), 1 << 1 | 1 << 3);
    ck_assert_uint_eq(find("PO", 2), 0);
    ck_assert_uint_eq(find("XGET ", 5), 0);
    ck_assert_uint_eq(find("", 0), 0);
}
END_TEST

START_TEST(bytes_in_one_place_behind_the_start_are_found)
{
    ck_assert(heads_add(&heads, (const uint8_t *)"vt01", 4, 4, 0));
    ck_assert(heads_add(&heads, (const uint8_t *)"ab", 2, 1, 1));
    add("GET ", 4, 2);
    ck_assert(heads_add(&heads, (const uint8_t *)"nOversion", 9, 3, 3)); /* by the first eight bytes */
    heads_sort(&heads);
    ck_assert_uint_eq(find("123Nover", 8), 1 << 3);
    ck_assert_uint_eq(find("123Nove", 7), 0);
    ck_assert_uint_eq(find("123noVERdict", 12), 1 << 3);
    ck_assert_uint_eq(find("\1\2\3\4VT01", 8), 1 << 0);
    ck_assert_uint_eq(find("\1\2\3\4VT01 and more", 17), 1 << 0);
    ck_assert_uint_eq(find("\1\2\3\4VT0", 7), 0);
    ck_assert_uint_eq(find("\1\2\3VT01", 7), 0);
    ck_assert_uint_eq(find("xaB", 3), 1 << 1);
    ck_assert_uint_eq(find("xa", 2), 0);
    ck_assert_uint_eq(find("xab\4vt01", 8), 1 << 0 | 1 << 1);
    ck_assert_uint_eq(find("GET vt01", 8), 1 << 0 | 1 << 2);
    ck_assert(!heads_may_find(&heads, cursor_over("", 0)));
}
END_TEST

START_TEST(what_is_there_twice_is_told_once)
{
    for (int i = 0; i < 3; i++) {
        add("GET ", 4, 1);
        add("GET /", 5, 1);
        ck_assert(heads_add(&heads, (const uint8_t *)"SMB", 3, 5, 2));
    }
    add("GET ", 4, 0);
    heads_sort(&heads);
    ck_assert_uint_eq(heads.count, 3);
    ck_assert_uint_eq(heads.spot_count, 1);
    ck_assert_uint_eq(find("GET x", 5), 1 << 0 | 1 << 1);
    ck_assert_uint_eq(find("12345smb", 8), 1 << 2);
}
END_TEST

START_TEST(letters_are_the_same_in_both_cases)
{
    add("AbC", 3, 0);
    heads_sort(&heads);
    ck_assert_uint_eq(find("aBc", 3), 1);
    ck_assert_uint_eq(find("ABC", 3), 1);
    ck_assert_uint_eq(find("AB[", 3), 0);
}
END_TEST

START_TEST(no_other_bytes_are_the_same)
{
    for (int b = 0; b < 256; b++) {
        const char bytes[] = { 'x', (char)b };

        add(bytes, sizeof(bytes), 0);
        heads_sort(&heads);
        for (int c = 0; c < 256; c++) {
            const char text[] = { 'X', (char)c, (char)c };

            ck_assert_uint_eq(find(text, sizeof(text)), tolower(b) == tolower(c));
        }
        heads_clear(&heads);
    }
}
END_TEST

START_TEST(zeros_are_bytes_like_others)
{
    add("\0", 1, 0);
    add("\0\0", 2, 1);
    add("\0\0\0\1", 4, 2);
    heads_sort(&heads);
    ck_assert_uint_eq(find("\0", 1), 1 << 0);
    ck_assert_uint_eq(find("\0\0\0", 3), 1 << 0 | 1 << 1);
    ck_assert_uint_eq(find("\0\0\0\1", 4), 7);
    ck_assert_uint_eq(find("\0x", 2), 1 << 0);
}
END_TEST

static bool begins(const uint8_t *bytes, size_t length, const uint8_t *head, size_t head_length)
{
    return head_length <= length && memcmp(bytes, head, head_length) == 0;
}

/* Against looking at each of them. */
START_TEST(all_others_are_left_out)
{
    uint8_t made[64][4], bytes[5];
    size_t lengths[64];

    srand(7);
    for (uint32_t i = 0; i < 64; i++) {
        lengths[i] = 1 + (size_t)rand() % 4;
        for (size_t j = 0; j < 4; j++)
            made[i][j] = (uint8_t)(rand() % 3);
        add((const char *)made[i], lengths[i], i);
    }
    heads_sort(&heads);
    for (unsigned round = 0; round < 2000; round++) {
        size_t length = (size_t)rand() % 6;
        uint64_t wanted = 0;

        for (size_t j = 0; j < sizeof(bytes); j++)
            bytes[j] = (uint8_t)(rand() % 3);
        for (uint32_t i = 0; i < 64; i++)
            if (begins(bytes, length, made[i], lengths[i]))
                wanted |= UINT64_C(1) << i;
        ck_assert_uint_eq(find((const char *)bytes, length), wanted);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heads");
    TCase *tests = tcase_create("heads");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, each_that_the_bytes_begin_with_is_told);
    tcase_add_test(tests, bytes_in_one_place_behind_the_start_are_found);
    tcase_add_test(tests, what_is_there_twice_is_told_once);
    tcase_add_test(tests, letters_are_the_same_in_both_cases);
    tcase_add_test(tests, no_other_bytes_are_the_same);
    tcase_add_test(tests, zeros_are_bytes_like_others);
    tcase_add_test(tests, all_others_are_left_out);
    return run_suite(suite);
}
