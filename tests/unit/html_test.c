#include "html.h"

#include <locale.h>
#include <stdlib.h>

#include "run_suite.h"

static char *bytes;
static size_t length;
static FILE *page;

static void open_page(void)
{
    page = open_memstream(&bytes, &length);
    ck_assert_ptr_nonnull(page);
}

static void close_page(void)
{
    free(bytes);
    bytes = NULL;
}

static const char *written(void)
{
    fclose(page);
    return bytes;
}

START_TEST(markup_becomes_text)
{
    html_text(page, "<a href=\"x\" title='y'>&amp;</a>");
    ck_assert_str_eq(written(),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}
END_TEST

START_TEST(what_hides_or_turns_text_is_replaced)
{
    html_text(page, "a\x01" "b\x7f" "c\xe2\x80\xae" "d\xe2\x80\x8b" "e\xe2\x81\xa6" "f");
    ck_assert_str_eq(written(), "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\xef\xbf\xbd" "d\xef\xbf\xbd"
            "e\xef\xbf\xbd" "f");
}
END_TEST

START_TEST(bytes_that_are_no_characters_are_replaced)
{
    /* A lone continuation, an overlong '/', a surrogate, a cut character and a NUL. */
    html_bytes(page, cursor_over("\x80" "a\xc0\xaf" "b\xed\xa0\x80" "c\0d\xe2\x82", 13));
    ck_assert_str_eq(written(), "\xef\xbf\xbd" "a\xef\xbf\xbd\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd" "\xef\xbf\xbd" "c\xef\xbf\xbd" "d\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

START_TEST(letters_of_all_scripts_stay)
{
    html_text(page, "Küche, Кухня, 廚房");
    ck_assert_str_eq(written(), "Küche, Кухня, 廚房");
}
END_TEST

START_TEST(a_cut_counts_characters_not_bytes_or_entities)
{
    html_cut(page, "<<<<", 4, HTML_KEEP_START);
    fputs(" ", page);
    html_cut(page, "<<<<<", 4, HTML_KEEP_START);
    fputs(" ", page);
    html_cut(page, "ab.üüü.example", 8, HTML_KEEP_END);
    ck_assert_str_eq(written(), "&lt;&lt;&lt;&lt; &lt;&lt;&lt;… …example");
}
END_TEST

START_TEST(numbers_are_for_people)
{
    html_count(page, 0);
    fputs(" ", page);
    html_count(page, 1002003);
    fputs(" ", page);
    html_plural(page, 1, "flow", "flows");
    fputs(" ", page);
    html_size(page, 1500000);
    ck_assert_str_eq(written(), "0 1,002,003 1 flow 1.5&nbsp;MB");
}
END_TEST

START_TEST(durations_take_the_unit_that_fits)
{
    static const double seconds[] = { 0.5, 45, 119.8, 3600, 5400, 604200, 2592000, -1 };

    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        html_duration(page, seconds[i]);
        fputs(";", page);
    }
    ck_assert_str_eq(written(), "0.5&nbsp;s;45&nbsp;s;2&nbsp;min;1&nbsp;h;1.5&nbsp;h;7&nbsp;days;"
            "30&nbsp;days;-1&nbsp;s;");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("html");
    TCase *tcase = tcase_create("html");

    setlocale(LC_CTYPE, "C.UTF-8");
    tcase_add_checked_fixture(tcase, open_page, close_page);
    tcase_add_test(tcase, markup_becomes_text);
    tcase_add_test(tcase, what_hides_or_turns_text_is_replaced);
    tcase_add_test(tcase, bytes_that_are_no_characters_are_replaced);
    tcase_add_test(tcase, letters_of_all_scripts_stay);
    tcase_add_test(tcase, a_cut_counts_characters_not_bytes_or_entities);
    tcase_add_test(tcase, numbers_are_for_people);
    tcase_add_test(tcase, durations_take_the_unit_that_fits);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
