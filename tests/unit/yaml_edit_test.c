#include "yaml_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

static char *make_item(void *user, size_t indent, const char *newline)
{
    char *text = NULL;

    if (asprintf(&text, "%*s- new: %s%s", (int)indent - 2, "", (const char *)user, newline) < 0)
        return NULL;
    return text;
}

/* At the end of a block of exactly its size, so that a sanitizer sees a read too far. */
static char *add(const char *text, const char **why)
{
    size_t len = strlen(text), out_len;
    char *copy = malloc(len + 1), *made, *out = NULL;
    char value[] = "1";

    memcpy(copy, text, len);
    copy = realloc(copy, len > 0 ? len : 1);
    made = yaml_add_item(copy, len, "suppress", make_item, value, &out_len, why);
    if (made != NULL)
        out = strndup(made, out_len);
    free(made);
    free(copy);
    return out;
}

static const struct {
    const char *before, *after;
} good[] = {
    { "", "suppress:\n  - new: 1\n" },
    { "# x\n", "# x\nsuppress:\n  - new: 1\n" },
    { "a: 1", "a: 1\nsuppress:\n  - new: 1\n" },
    { "a: 1\r\n", "a: 1\r\nsuppress:\r\n  - new: 1\r\n" },
    { "suppress:\n", "suppress:\n  - new: 1\n" },
    { "suppress: # none\na: 1\n", "suppress: # none\n  - new: 1\na: 1\n" },
    { "suppress: [] # none\na: 1\n", "suppress:  # none\n  - new: 1\na: 1\n" },
    { "suppress:\n- a: 1\n\n# b\nb: 2\n", "suppress:\n- a: 1\n- new: 1\n\n# b\nb: 2\n" },
    { "suppress:\n    - a: 1\n      b: {c:\n        2}\nb: 2",
        "suppress:\n    - a: 1\n      b: {c:\n        2}\n    - new: 1\nb: 2" },
    { "suppress:\n  - a: 1\n    b: |\n     c\n\nb: 2\n",
        "suppress:\n  - a: 1\n    b: |\n     c\n\n  - new: 1\nb: 2\n" },
    { "x: 1\ntattler:\n    # our\n    a: 1\n# not\ny: 1\n",
        "x: 1\ntattler:\n    # our\n    a: 1\n    suppress:\n      - new: 1\n# not\ny: 1\n" },
    { "tattler:\n  suppress:\n    - \xc3\xa4: 1\n", "tattler:\n  suppress:\n    - \xc3\xa4: 1\n    - new: 1\n" },
    /* The last of two sections is the one that counts. */
    { "tattler:\n  a: 1\ntattler:\n  b: 1\n", "tattler:\n  a: 1\ntattler:\n  b: 1\n  suppress:\n    - new: 1\n" },
};

static const char *const refused[] = { "a: [\n", "a: 1\n---\nb: 1\n", "{a: 1}\n", "suppress: [1]\n",
    "suppress: 5\n", "suppress: {a: 1}\n", "suppress: ~\n", "x: &l [1]\nsuppress: *l\n", "[1]\n", "5\n",
    "tattler:\nx: 1\n", "tattler: {a: 1}\n", "a: 1\n...\n", "a:\n\t- 1\n" };

/* Each level names the one before nine times: 9^12 nodes, were all to be looked at. */
static char *many_aliases(void)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    fputs("l0: &l0 x\n", to);
    for (int level = 1; level <= 12; level++) {
        fprintf(to, "l%d: &l%d [", level, level);
        for (int i = 0; i < 9; i++)
            fprintf(to, "%s*l%d", i > 0 ? ", " : "", level - 1);
        fputs("]\n", to);
    }
    fputs("suppress:\n  - a: *l12\n", to);
    fclose(to);
    return text;
}

START_TEST(aliases_of_aliases_take_no_time)
{
    char *text = many_aliases(), *made;
    const char *why = NULL;

    made = add(text, &why);
    ck_assert_ptr_null(made);
    ck_assert_ptr_nonnull(why);
    free(text);
}
END_TEST

START_TEST(an_item_is_put_in_and_nothing_else_touched)
{
    const char *why, *after = good[_i].after;
    char *made = add(good[_i].before, &why);

    ck_assert_msg(made != NULL, "%s\nrefused: %s", good[_i].before, why);
    /* What stood in its way behind brackets may be blanks. */
    ck_assert_msg(strcmp(made, after) == 0, "%s\nbecame\n%s", good[_i].before, made);
    free(made);
}
END_TEST

START_TEST(a_layout_that_is_not_known_is_refused)
{
    const char *why = NULL;
    char *made = add(refused[_i], &why);

    ck_assert_msg(made == NULL, "%s\nbecame\n%s", refused[_i], made);
    ck_assert_ptr_nonnull(why);
}
END_TEST

/* --- a value in an item --- */

/* Of the second item, {1}; else of the only one. */
static char *set(const char *text, const char **why)
{
    const struct yaml_value value = { .list = "devices", .item = strstr(text, "{1}") != NULL,
        .path = { "heuristics", "exfil", "mb" }, .value = "50", .comment = "anna: why" };
    size_t len = strlen(text), out_len;
    char *copy = malloc(len > 0 ? len : 1), *made, *out = NULL;

    memcpy(copy, text, len);
    made = yaml_set_value(copy, len, &value, &out_len, why);
    if (made != NULL)
        out = strndup(made, out_len);
    free(made);
    free(copy);
    return out;
}

#define LINES "    # anna: why\n    heuristics:\n      exfil:\n        mb: 50\n"

static const struct {
    const char *before, *after;
} settable[] = {
    { "devices:\n  - mac: x\n", "devices:\n  - mac: x\n" LINES },
    { "devices:\n  - mac: x", "devices:\n  - mac: x\n" LINES },
    { "devices:\r\n- mac: x\r\n", "devices:\r\n- mac: x\r\n  # anna: why\r\n  heuristics:\r\n"
                                   "    exfil:\r\n      mb: 50\r\n" },
    { "devices: # {1}\n  - mac: y\n  - mac: x # mine\n\n  # next\n  - mac: z\n",
        "devices: # {1}\n  - mac: y\n  - mac: x # mine\n" LINES "\n  # next\n  - mac: z\n" },
    { "devices:\n  - mac: x\n    heuristics:\n    name: y\n",
        "devices:\n  - mac: x\n    heuristics:\n      # anna: why\n      exfil:\n        mb: 50\n"
        "    name: y\n" },
    { "devices:\n  - mac: x\n    heuristics:\n        relay: {mb: 1}\n    name: y\n",
        "devices:\n  - mac: x\n    heuristics:\n        relay: {mb: 1}\n        # anna: why\n"
        "        exfil:\n          mb: 50\n    name: y\n" },
    { "devices:\n  - mac: x\n    heuristics:\n      exfil:\n        kb: 1\n",
        "devices:\n  - mac: x\n    heuristics:\n      exfil:\n        kb: 1\n        # anna: why\n"
        "        mb: 50\n" },
    { "devices:\n  - mac: x\n    heuristics:\n      exfil:\n        mb:  1 # old\n",
        "devices:\n  - mac: x\n    heuristics:\n      exfil:\n        # anna: why\n        mb:  50 # old\n" },
    { "devices:\n  - {mac: x, name: a b } # mine\n",
        "devices:\n  # anna: why\n  - {mac: x, name: a b, heuristics: {exfil: {mb: 50}} } # mine\n" },
    { "\xef\xbb\xbf" "devices: # {1} \xc3\xa4\n  - {mac: y}\n  - {name: \"\xc3\xb6\", heuristics: { }}\n",
        "\xef\xbb\xbf" "devices: # {1} \xc3\xa4\n  - {mac: y}\n  # anna: why\n"
        "  - {name: \"\xc3\xb6\", heuristics: { exfil: {mb: 50}}}\n" },
    { "devices: [{mac: x, heuristics: {exfil: {mb: \"1\", kb: 2}}}]\n",
        "# anna: why\ndevices: [{mac: x, heuristics: {exfil: {mb: 50, kb: 2}}}]\n" },
    { "tattler:\n    devices:\n    - mac: x\nvars: 1\n",
        "tattler:\n    devices:\n    - mac: x\n      # anna: why\n      heuristics:\n        exfil:\n"
        "          mb: 50\nvars: 1\n" },
};

/* Where another device would be changed as well, or what stands there is no map. */
static const char *const unsettable[] = { "", "devices:\n", "devices: {mac: x}\n", "devices: []\n",
    "devices:\n  - x\n", "devices:\n  - mac: x\n    heuristics: 5\n",
    "devices:\n  - mac: x\n    heuristics: [1]\n", "devices:\n  - {mac: x, heuristics: }\n",
    "devices:\n  - mac: x\n    heuristics: &h\n      exfil: {mb: 1}\n  - mac: y\n    heuristics: *h\n",
    "devices: # {1}\n  - mac: x\n    heuristics: &h\n      exfil: {mb: 1}\n  - mac: y\n    heuristics: *h\n",
    "devices: # {1}\n  - &d {mac: x}\n  - *d\n",
    "devices:\n  - mac: x\n    heuristics:\n      exfil: {mb: {a: 1}}\n",
    "devices:\n  - {mac: x, name: of\n       two lines}\n---\n" };

START_TEST(a_value_is_set_and_nothing_else_touched)
{
    const char *why = "", *after = settable[_i].after;
    char *made = set(settable[_i].before, &why);

    ck_assert_msg(made != NULL, "%s\nrefused: %s", settable[_i].before, why);
    ck_assert_msg(strcmp(made, after) == 0, "%s\nbecame\n%s", settable[_i].before, made);
    free(made);
}
END_TEST

START_TEST(a_value_that_is_not_alone_there_is_not_set)
{
    const char *why = NULL;
    char *made = set(unsettable[_i], &why);

    ck_assert_msg(made == NULL, "%s\nbecame\n%s", unsettable[_i], made);
    ck_assert_ptr_nonnull(why);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("yaml_edit");
    TCase *tcase = tcase_create("all");

    tcase_add_loop_test(tcase, an_item_is_put_in_and_nothing_else_touched, 0,
            (int)(sizeof(good) / sizeof(good[0])));
    tcase_add_loop_test(tcase, a_layout_that_is_not_known_is_refused, 0,
            (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_loop_test(tcase, a_value_is_set_and_nothing_else_touched, 0,
            (int)(sizeof(settable) / sizeof(settable[0])));
    tcase_add_loop_test(tcase, a_value_that_is_not_alone_there_is_not_set, 0,
            (int)(sizeof(unsettable) / sizeof(unsettable[0])));
    tcase_add_test(tcase, aliases_of_aliases_take_no_time);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
