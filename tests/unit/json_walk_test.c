#include "json_walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "run_suite.h"

static char told[1024];

static void note(void *user, const struct json_value *value)
{
    size_t used = strlen(told);

    (void)user;
    snprintf(told + used, sizeof(told) - used, "%.*s=%.*s;", (int)value->path.left,
            (const char *)value->path.at, (int)value->text.left, (const char *)value->text.at);
}

/* At the end of a block of exactly its size, so that a sanitizer sees a read too far. */
static bool walk(const char *text)
{
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1);
    bool good;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    told[0] = '\0';
    good = json_walk(cursor_over(copy, len), note, NULL);
    free(copy);
    return good;
}

START_TEST(values_are_told_with_their_paths)
{
    ck_assert(walk(" {\"a\" : 1 , \"b\":{\"c\":\"x\",\"d\":[true,-0.5e3]},\"e\":null}\r"));
    ck_assert_str_eq(told, "a=1;b.c=x;b.d=true;b.d=-0.5e3;b.d=[true,-0.5e3];"
            "b={\"c\":\"x\",\"d\":[true,-0.5e3]};e=null;"
            "={\"a\" : 1 , \"b\":{\"c\":\"x\",\"d\":[true,-0.5e3]},\"e\":null};");
}
END_TEST

START_TEST(items_of_nested_lists_keep_the_path)
{
    ck_assert(walk("{\"a\":[[{\"b\":1}],2],\"c\":3}"));
    ck_assert_str_eq(told, "a.b=1;a={\"b\":1};a=[{\"b\":1}];a=2;a=[[{\"b\":1}],2];c=3;"
            "={\"a\":[[{\"b\":1}],2],\"c\":3};");
}
END_TEST

/* RFC 8259. */
static const char *const broken[] = { "", " ", "1", "[]", "\"a\"", "{", "{}x", "{} {}", "{\"a\"}",
    "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":01}", "{\"a\":1.}",
    "{\"a\":.5}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":True}",
    "{\"a\":[1,]}", "{\"a\":[1}", "{\"a\":[1}]", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\t\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}",
    "{\"a\":'b'}" };

START_TEST(what_is_no_object_is_refused)
{
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        ck_assert_msg(!walk(broken[i]), "accepted: %s", broken[i]);
}
END_TEST

START_TEST(every_cut_is_refused)
{
    const char whole[] = "{\"a\":\"\\u00e4\xc3\xa4\",\"b\":[-1.5e+3,true,{\"c\":null}]}";
    char cut[sizeof(whole)];

    ck_assert(walk(whole));
    for (size_t len = 0; len + 1 < sizeof(whole); len++) {
        memcpy(cut, whole, len);
        cut[len] = '\0';
        ck_assert_msg(!walk(cut), "accepted: %s", cut);
    }
}
END_TEST

START_TEST(only_so_many_levels_are_walked)
{
    char text[2 * JSON_DEPTH_MAX + 16] = "{\"a\":";

    memset(text + 5, '[', JSON_DEPTH_MAX - 1);
    memset(text + 5 + JSON_DEPTH_MAX - 1, ']', JSON_DEPTH_MAX - 1);
    text[5 + 2 * (JSON_DEPTH_MAX - 1)] = '}';
    ck_assert(walk(text));
    memset(text + 5, '[', JSON_DEPTH_MAX);
    memset(text + 5 + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    text[5 + 2 * JSON_DEPTH_MAX] = '}';
    ck_assert(!walk(text));
}
END_TEST

START_TEST(a_path_too_long_is_told_empty_and_the_next_one_whole)
{
    char key[200], text[512];

    memset(key, 'k', sizeof(key));
    snprintf(text, sizeof(text), "{\"%.129s\":{\"x\":1},\"b\":2}", key);
    ck_assert(walk(text));
    ck_assert_ptr_eq(strstr(told, "=1;={\"x\":1};b=2;"), told);
    snprintf(text, sizeof(text), "{\"%.126s\":{\"x\":1}}", key);
    ck_assert(walk(text));
    ck_assert_ptr_nonnull(strstr(told, "k.x=1;"));
}
END_TEST

static const char *plain(const char *escaped, size_t size)
{
    static char out[64];
    const struct json_value value = { .text = cursor_over(escaped, strlen(escaped)) };

    ck_assert_uint_eq(json_text_of(&value, out, size), strlen(out));
    return out;
}

START_TEST(escapes_become_what_they_stand_for)
{
    ck_assert_str_eq(plain("a\\\"\\\\\\/\\b\\f\\n\\r\\tz", 64), "a\"\\/\b\f\n\r\tz");
    ck_assert_str_eq(plain("\\u00e4\\u20AC\\ud83d\\ude00", 64), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    ck_assert_str_eq(plain("a\\u0000b\\ud83dc\\ude00", 64), "a?b?c?");
}
END_TEST

START_TEST(a_text_is_cut_between_characters)
{
    ck_assert_str_eq(plain("ab\xc3\xa4", 4), "ab");
    ck_assert_str_eq(plain("ab\xc3\xa4", 5), "ab\xc3\xa4");
    ck_assert_str_eq(plain("abc", 1), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_walk");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, values_are_told_with_their_paths);
    tcase_add_test(tcase, items_of_nested_lists_keep_the_path);
    tcase_add_test(tcase, what_is_no_object_is_refused);
    tcase_add_test(tcase, every_cut_is_refused);
    tcase_add_test(tcase, only_so_many_levels_are_walked);
    tcase_add_test(tcase, a_path_too_long_is_told_empty_and_the_next_one_whole);
    tcase_add_test(tcase, escapes_become_what_they_stand_for);
    tcase_add_test(tcase, a_text_is_cut_between_characters);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
