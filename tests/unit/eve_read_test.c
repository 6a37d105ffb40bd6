#include "eve_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run_suite.h"
#include "temporary.h"

static const struct prefix_list home;
static char lines[4096], problems[8192];
static uint64_t wanted; /* records until the reader is told to stop */

static bool note(void *user, struct eve_event *event)
{
    size_t used = strlen(lines);

    (void)user;
    snprintf(lines + used, sizeof(lines) - used, "%llu:%s ", (unsigned long long)event->line,
            event->type);
    return --wanted > 0;
}

static void note_problem(void *user, const char *what)
{
    size_t used = strlen(problems);

    (void)user;
    snprintf(problems + used, sizeof(problems) - used, "%s\n", what);
}

static enum tattler_status read_from(const char *source, struct eve_counts *counts)
{
    const struct eve_reading reading = { &home, note, note_problem, NULL };

    lines[0] = problems[0] = '\0';
    return eve_read(&source, 1, &reading, counts);
}

static enum tattler_status read_text(const char *text, size_t len, struct eve_counts *counts)
{
    char path[TEMPORARY_SIZE], *at;
    enum tattler_status status;

    temporary_file(text, len, path);
    status = read_from(path, counts);
    while ((at = strstr(problems, path)) != NULL) /* its name is another each time */
        memmove(at, at + strlen(path), strlen(at + strlen(path)) + 1);
    unlink(path);
    return status;
}

static void set_up(void)
{
    wanted = UINT64_MAX;
}

#define RECORD(type) "{\"event_type\":\"" type "\"}"

START_TEST(good_lines_are_read_and_bad_ones_told_with_their_line)
{
    static const char text[] = RECORD("a") "\n\nnonsense\r\n" RECORD("b") "\r\n{\"x\":\n" RECORD("c");
    struct eve_counts counts;

    ck_assert_int_eq(read_text(text, sizeof(text) - 1, &counts), TATTLER_MALFORMED);
    ck_assert_str_eq(lines, "1:a 4:b 6:c ");
    ck_assert_str_eq(problems, ":3: not a JSON object\n:5: not a JSON object\n");
    ck_assert_uint_eq(counts.records, 3);
    ck_assert_uint_eq(counts.bad, 2);
}
END_TEST

START_TEST(a_last_line_that_is_cut_is_told_as_such)
{
    static const char text[] = RECORD("a") "\n{\"event_type\":\"b";
    struct eve_counts counts;

    ck_assert_int_eq(read_text(text, sizeof(text) - 1, &counts), TATTLER_MALFORMED);
    ck_assert_str_eq(lines, "1:a ");
    ck_assert_str_eq(problems, ":2: the last record is cut off\n");
    ck_assert_uint_eq(counts.bad, 1);
}
END_TEST

START_TEST(a_line_too_long_is_skipped_and_the_next_one_read)
{
    for (size_t over = 0; over < 2; over++) {
        size_t len = EVE_LINE_MAX * (1 + 3 * over), front = strlen("{\"x\":\"");
        char *text = malloc(len + 64);
        struct eve_counts counts;

        ck_assert_ptr_nonnull(text);
        memset(text, 'x', len);
        memcpy(text, "{\"x\":\"", front);
        memcpy(text + len - 2, "\"}", 2);
        len += (size_t)snprintf(text + len, 64, "\n%s\n", RECORD("b"));
        read_text(text, len, &counts);
        free(text);
        ck_assert_str_eq(lines, over ? "2:b " : "1: 2:b ");
        ck_assert_str_eq(problems, over ? ":1: a line of more than a megabyte\n" : "");
        ck_assert_uint_eq(counts.bad, over);
    }
}
END_TEST

START_TEST(of_many_bad_lines_some_are_told_and_all_counted)
{
    char text[2 * (EVE_PROBLEMS_TOLD + 7)];
    struct eve_counts counts;

    for (size_t i = 0; i < sizeof(text); i += 2)
        memcpy(text + i, "x\n", 2);
    read_text(text, sizeof(text), &counts);
    ck_assert_uint_eq(counts.bad, EVE_PROBLEMS_TOLD + 7);
    ck_assert_ptr_nonnull(strstr(problems, "\nand 7 more lines that hold no record\n"));
}
END_TEST

START_TEST(reading_stops_when_told)
{
    static const char text[] = RECORD("a") "\n" RECORD("b") "\n" RECORD("c") "\n";

    wanted = 2;
    ck_assert_int_eq(read_text(text, sizeof(text) - 1, NULL), TATTLER_OK);
    ck_assert_str_eq(lines, "1:a 2:b ");
}
END_TEST

START_TEST(what_is_not_there_is_told)
{
    ck_assert_int_eq(read_from("/nowhere/eve.json", NULL), TATTLER_MALFORMED);
    ck_assert_str_eq(problems, "/nowhere/eve.json: No such file or directory\n");
    ck_assert_int_eq(read_from("redis://localhost", NULL), TATTLER_MALFORMED);
    ck_assert_str_eq(problems, "redis://localhost: write redis://HOST[:PORT]/STREAM\n");
    ck_assert_int_eq(read_from("redis://[::1]x/s", NULL), TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(problems, "write redis://"));
}
END_TEST

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    unlink(path);
}

/* Neither the names nor the times of change tell the order. */
START_TEST(files_of_a_folder_come_in_the_order_of_their_records)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        { "eve.json", "{\"timestamp\":\"2026-01-03T00:00:00Z\",\"event_type\":\"new\"}\n" },
        { "eve.json.1", "x\n{\"timestamp\":\"2026-01-02T00:00:00Z\",\"event_type\":\"middle\"}\n" },
        { "eve.json-20260101", "{\"event_type\":\"first\"}\n"
            "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_type\":\"old\"}\n" },
        { "suricata.log", "{\"event_type\":\"no EVE\"}\n" },
    };
    char folder[] = "/tmp/tattler_test_XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < 4; i++)
        write_file(folder, files[i].name, files[i].text);
    read_from(folder, NULL);
    ck_assert_str_eq(lines, "1:first 2:old 2:middle 1:new ");
    for (size_t i = 0; i < 3; i++)
        remove_file(folder, files[i].name);
    ck_assert_int_eq(read_from(folder, NULL), TATTLER_MALFORMED);
    ck_assert_ptr_nonnull(strstr(problems, "holds no EVE files"));
    remove_file(folder, files[3].name);
    rmdir(folder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eve_read");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, good_lines_are_read_and_bad_ones_told_with_their_line);
    tcase_add_test(tcase, a_last_line_that_is_cut_is_told_as_such);
    tcase_add_test(tcase, a_line_too_long_is_skipped_and_the_next_one_read);
    tcase_add_test(tcase, of_many_bad_lines_some_are_told_and_all_counted);
    tcase_add_test(tcase, reading_stops_when_told);
    tcase_add_test(tcase, what_is_not_there_is_told);
    tcase_add_test(tcase, files_of_a_folder_come_in_the_order_of_their_records);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
