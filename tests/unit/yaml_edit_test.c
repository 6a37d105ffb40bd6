#include "yaml_edit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(void)
{
    Suite *suite = suite_create("yaml_edit");
    TCase *tcase = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, an_item_is_put_in_and_nothing_else_touched, 0,
            (int)(sizeof(good) / sizeof(good[0])));
    tcase_add_loop_test(tcase, a_layout_that_is_not_known_is_refused, 0,
            (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tcase, aliases_of_aliases_take_no_time);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
