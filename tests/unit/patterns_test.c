/* Byte strings searched at once. */
#include "detect/match/patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run_suite.h"

#define VALUES 8

static struct pattern_scratch *scratch;
static struct patterns *patterns;
static unsigned found[VALUES];

static void tear_down(void)
{
    patterns_free(patterns);
    pattern_scratch_free(scratch);
    patterns = NULL;
    scratch = NULL;
}

static struct pattern pattern(const char *text, bool nocase, uint32_t value)
{
    return (struct pattern){ (const uint8_t *)text, strlen(text), nocase, value };
}

static void make(struct pattern *list, size_t count)
{
    ck_assert_int_eq(patterns_new(list, count, &scratch, &patterns), TATTLER_OK);
}

static void on_found(void *user, uint32_t value)
{
    ck_assert_ptr_eq(user, &patterns);
    ck_assert_uint_lt(value, VALUES);
    found[value]++;
}

/* The bytes end where their block ends. */
static void search(const char *bytes, size_t len)
{
    uint8_t *block = malloc(len > 0 ? len : 1);

    ck_assert_ptr_nonnull(block);
    memcpy(block, bytes, len);
    memset(found, 0, sizeof(found));
    patterns_search(patterns, scratch, cursor_over(block, len), on_found, &patterns);
    free(block);
}

START_TEST(each_that_occurs_is_told_once)
{
    struct pattern list[] = { pattern("ab", false, 0), pattern("abc", false, 1),
        pattern("zz", false, 2) };

    make(list, 3);
    search("abxxabcab", 9);
    ck_assert(found[0] == 1 && found[1] == 1 && found[2] == 0);
    search("", 0);
    ck_assert(found[0] == 0);
}
END_TEST

START_TEST(equal_ones_are_told_to_all_who_asked)
{
    struct pattern list[] = { pattern("same", false, 0), pattern("same", false, 1),
        pattern("other", false, 2), pattern("same", false, 3), pattern("same", true, 4) };

    make(list, 5);
    search("the same", 8);
    ck_assert(found[0] == 1 && found[1] == 1 && found[2] == 0 && found[3] == 1 && found[4] == 1);
    search("the SAME", 8);
    ck_assert(found[0] == 0 && found[1] == 0 && found[3] == 0 && found[4] == 1);
}
END_TEST

START_TEST(nul_bytes_are_as_good_as_any)
{
    struct pattern list[] = { { (const uint8_t *)"a\0b", 3, false, 0 },
        { (const uint8_t *)"a\0\0", 3, false, 1 }, { (const uint8_t *)"\xff\0", 2, false, 2 } };

    make(list, 3);
    search("xa\0b\0", 5);
    ck_assert(found[0] == 1 && found[1] == 0 && found[2] == 0);
    search("a\0\0\xff\0", 5);
    ck_assert(found[0] == 0 && found[1] == 1 && found[2] == 1);
}
END_TEST

START_TEST(signs_of_regular_expressions_are_plain_bytes)
{
    struct pattern list[] = { pattern("a.c*", false, 0), pattern("\\x41[", false, 1) };

    make(list, 2);
    search("abcc", 4);
    ck_assert_uint_eq(found[0], 0);
    search("xa.c*\\x41[", 10);
    ck_assert(found[0] == 1 && found[1] == 1);
}
END_TEST

#define MANY 200 /* enough for another way to search */

/* Four letters each, all different. */
static void make_many(size_t count)
{
    static char texts[MANY][5];
    struct pattern list[MANY];

    for (size_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%c%c%c%c", (int)('a' + i % 26),
                (int)('a' + i / 26), 'x', 'y');
        list[i] = pattern(texts[i], i % 2 == 1, i < VALUES ? (uint32_t)i : VALUES - 1);
    }
    make(list, count);
}

/* Right in front of a page that must not be touched. */
START_TEST(bytes_at_the_end_of_a_page_are_searched_and_none_behind)
{
    static const size_t counts[] = { 1, 7, 30, MANY };
    size_t page = (size_t)sysconf(_SC_PAGESIZE); /* 16 kB on a Raspberry Pi 5 */
    uint8_t *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert(pages != MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + 2 * page, page, PROT_NONE), 0);
    make_many(counts[_i]);
    for (size_t length = 4; length < page + 100; length += length < 300 ? 1 : 97) {
        uint8_t *at = pages + 2 * page - length;

        memset(at, 'q', length);
        memcpy(at + length - 4, "aaxy", 4);
        memset(found, 0, sizeof(found));
        patterns_search(patterns, scratch, cursor_over(at, length), on_found, &patterns);
        ck_assert_uint_eq(found[0], 1);
        memset(found, 0, sizeof(found));
        patterns_search(patterns, scratch, cursor_over(at, length - 1), on_found, &patterns);
        ck_assert_uint_eq(found[0], 0);
    }
    munmap(pages, 3 * page);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("patterns");
    TCase *tests = tcase_create("patterns");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, each_that_occurs_is_told_once);
    tcase_add_test(tests, equal_ones_are_told_to_all_who_asked);
    tcase_add_test(tests, nul_bytes_are_as_good_as_any);
    tcase_add_test(tests, signs_of_regular_expressions_are_plain_bytes);
    tcase_add_loop_test(tests, bytes_at_the_end_of_a_page_are_searched_and_none_behind, 0, 4);
    return run_suite(suite);
}
