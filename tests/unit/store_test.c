/* A store in the hands of processes that are killed, of several at once, on a disk that is full. */
#include "store.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run_suite.h"
#include "scene.h"

#define KILLS 500
#define LONG_S 15 /* then what is tried again and again has been tried often enough */
#define ITEM "tcp/443"
#define VENDOR "203.0.113.9"

static char folder[] = "/tmp/tattler_store_XXXXXX";
static char path[64];
static struct scene scene;

static void remove_all(void)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
    char name[80];

    for (unsigned i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "%s%s", path, tails[i]);
        unlink(name);
    }
}

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "%s", "/tmp/tattler_store_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/store.db", folder);
    scene = (struct scene){ 0 };
    scene_open(&scene);
}

static void tear_down(void)
{
    scene_close(&scene);
    remove_all();
    rmdir(folder);
}

static struct store *must_open(enum store_mode mode)
{
    char error[512] = "";
    struct store *store = store_open(path, mode, 100, error, sizeof(error));

    ck_assert_msg(store != NULL, "%s", error);
    return store;
}

static struct packet_view packet_to_vendor(void)
{
    return packet_from(&scene, DEVICE, 50000, VENDOR, 443, TCP);
}

/* One more connection. Asserts nothing: check writes each assertion to a file that its processes
 * share, and one killed in the middle of that leaves half a message. */
static bool connect_again(struct packet_view *syn)
{
    struct flow *flow;

    syn->time_us = scene.now_us += SECOND;
    flow = flow_open(scene.worker, syn);
    if (flow == NULL)
        return false;
    flow_packet(scene.worker, flow, syn);
    flow_close(scene.engine, flow);
    return true;
}

static void talk(void)
{
    struct packet_view syn = packet_to_vendor();

    ck_assert(connect_again(&syn));
}

/* What the store says; the file is sound. */
static uint64_t ask(const char *query)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    uint64_t number = 0;

    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, NULL),
            SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    ck_assert_int_eq(sqlite3_prepare_v2(database, query, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    number = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

/* How often the device has been seen to use the port. */
static uint64_t count_times(void)
{
    return ask("SELECT total(times) FROM item WHERE kind = 'port' AND value = '" ITEM "'");
}

/* In a child: a connection, a save, and a letter to who waits, until it is killed or 'rounds' are
 * over. */
static void save_again_and_again(struct packet_view *syn, int to, unsigned rounds)
{
    char error[512];
    struct store *store = store_open(path, STORE_MAKE, 100, error, sizeof(error));

    for (unsigned i = 0; store != NULL && i < rounds; i++) {
        if (!connect_again(syn) || store_save(store, scene.engine, false) != TATTLER_OK ||
                write(to, "x", 1) != 1)
            _exit(1);
    }
    store_close(store);
    _exit(store != NULL ? 0 : 1);
}

static pid_t start(int out[2], unsigned rounds)
{
    struct packet_view syn = packet_to_vendor();
    pid_t child;

    ck_assert_int_eq(pipe(out), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        save_again_and_again(&syn, out[1], rounds);
    close(out[1]);
    return child;
}

static uint64_t count_letters(int from)
{
    char letters[4096];
    uint64_t count = 0;
    ssize_t got;

    while ((got = read(from, letters, sizeof(letters))) > 0)
        count += (uint64_t)got;
    close(from);
    return count;
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* How long a process takes to save a few times, which depends on processor and disk. */
static unsigned few_saves_us(void)
{
    enum { FEW = 8 };
    double begun_s = now_s();
    int from[2];
    pid_t child = start(from, FEW);

    ck_assert_uint_eq(count_letters(from[0]), FEW);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    return (unsigned)((now_s() - begun_s) * 1e6) + 1;
}

START_TEST(a_process_killed_at_any_moment_loses_nothing_and_counts_nothing_twice)
{
    unsigned seed = 7, span_us, kills = 0;
    uint64_t first, before, saved, lost_words = 0;
    double begun_s = now_s();

    store_close(must_open(STORE_MAKE));
    span_us = few_saves_us();
    first = before = count_times();
    for (; kills < KILLS && now_s() - begun_s < LONG_S; kills++) {
        int from[2];
        pid_t child = start(from, 1000000);
        uint64_t told;

        usleep((useconds_t)((unsigned)rand_r(&seed) % span_us));
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        told = count_letters(from[0]);
        saved = count_times() - before;
        ck_assert_uint_ge(saved, told);
        ck_assert_uint_le(saved, told + 1); /* it was killed before it could say so */
        lost_words += saved - told;
        before += saved;
    }
    ck_assert_uint_gt(before, first);
    ck_assert_uint_lt(lost_words, kills);
}
END_TEST

START_TEST(processes_that_save_at_once_add_up)
{
    enum { WRITERS = 3, ROUNDS = 60 };
    pid_t children[WRITERS];
    int from[WRITERS][2], status;

    for (unsigned i = 0; i < WRITERS; i++)
        children[i] = start(from[i], ROUNDS);
    for (unsigned i = 0; i < WRITERS; i++) {
        ck_assert_uint_eq(count_letters(from[i][0]), ROUNDS);
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_uint_eq(count_times(), WRITERS * ROUNDS);
}
END_TEST

START_TEST(processes_that_make_it_at_once_all_find_it_made)
{
    enum { MAKERS = 5, TIMES = 100 };
    double begun_s = now_s();

    for (unsigned round = 0; round < TIMES && now_s() - begun_s < LONG_S; round++) {
        pid_t children[MAKERS];
        int from[MAKERS][2], status;

        remove_all();
        for (unsigned i = 0; i < MAKERS; i++)
            children[i] = start(from[i], 1);
        for (unsigned i = 0; i < MAKERS; i++) {
            count_letters(from[i][0]);
            ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
            ck_assert_int_eq(status, 0);
        }
        ck_assert_uint_eq(count_times(), MAKERS);
    }
}
END_TEST

/* As on a disk without room: no file may grow beyond what the store has. */
static int save_on_a_full_disk(void)
{
    struct store *store = must_open(STORE_WRITE);
    struct rlimit limit = { 4096, RLIM_INFINITY };
    bool refused;

    signal(SIGXFSZ, SIG_IGN);
    for (unsigned i = 0; i < 50; i++)
        talk();
    setrlimit(RLIMIT_FSIZE, &limit);
    refused = store_save(store, scene.engine, false) != TATTLER_OK &&
              strstr(store_error(store), path) != NULL && store_count(store).failed == 1;
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    if (!refused || store_save(store, scene.engine, false) != TATTLER_OK)
        return 1;
    store_close(store);
    return 0;
}

START_TEST(what_did_not_fit_is_saved_when_there_is_room_again)
{
    int status;
    pid_t child;

    store_close(must_open(STORE_MAKE));
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(save_on_a_full_disk());
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(count_times(), 50);
}
END_TEST

/* --- what comes back --- */

struct seen_device {
    unsigned count;
    struct baseline_ruling ruling;
    size_t items;
    uint64_t alerts;
};

static void note_device(void *user, const struct baseline *baseline)
{
    struct seen_device *seen = user;

    seen->count++;
    seen->ruling = baseline->ruling;
    seen->items = baseline->item_count;
    seen->alerts = baseline->alerts;
}

static struct seen_device look(struct store *store)
{
    struct seen_device seen = { 0 };

    ck_assert_int_eq(store_each(store, note_device, &seen), TATTLER_OK);
    return seen;
}

START_TEST(a_ruling_reaches_a_running_engine_with_its_next_save)
{
    struct store *store = must_open(STORE_MAKE), *other;

    talk();
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    other = must_open(STORE_WRITE);
    ck_assert_int_eq(store_rule(other, "02:00:00:00:00:0a", RULING_FORGET), TATTLER_OK);
    ck_assert_uint_eq(look(other).count, 0);
    talk();
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    ck_assert_uint_eq(look(other).count, 0); /* what was learned before is not brought back */
    talk();
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    ck_assert_uint_eq(look(other).count, 1);
    ck_assert_uint_eq(count_times(), 1);
    store_close(other);
    store_close(store);
}
END_TEST

START_TEST(a_capture_teaches_what_was_forgotten_or_reset_before)
{
    const struct store_capture capture = { .fingerprint = "1", .path = "a.pcap" };
    const enum store_ruling voids[] = { RULING_FORGET, RULING_RESET };
    struct store *store = must_open(STORE_MAKE);
    struct baselines baselines;

    for (size_t i = 0; i < sizeof(voids) / sizeof(voids[0]); i++) {
        ck_assert_int_eq(store_rule(store, "02:00:00:00:00:0a", voids[i]), TATTLER_OK);
        talk();
        ck_assert_int_eq(store_save_captures(store, scene.engine, true, &capture, 1), TATTLER_OK);
        ck_assert_uint_eq(look(store).count, 1);
        ck_assert_uint_eq(count_times(), 1);
    }
    ck_assert_int_eq(store_rule(store, "02:00:00:00:00:0a", RULING_RESET), TATTLER_OK);
    talk();
    ck_assert_int_eq(engine_export(scene.engine, &baselines), TATTLER_OK);
    ck_assert_int_eq(store_add(store, &baselines, true, NULL, 0), TATTLER_OK);
    baselines_clear(&baselines);
    ck_assert_uint_eq(count_times(), 1);
    store_close(store);
}
END_TEST

START_TEST(those_unseen_for_longest_go_when_there_are_too_many)
{
    char error[512], address[32];
    struct store *store = store_open(path, STORE_MAKE, 5, error, sizeof(error));

    ck_assert_ptr_nonnull(store);
    for (unsigned i = 0; i < 12; i++) {
        struct flow *flow;

        scene.now_us += SECOND;
        snprintf(address, sizeof(address), "192.168.1.%u", 20 + i);
        flow = connect_from(&scene, address, VENDOR, 443);
        flow_close(scene.engine, flow);
    }
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    ck_assert_uint_eq(look(store).count, 5);
    ck_assert_uint_eq(store_count(store).devices_evicted, 7);
    store_close(store);
}
END_TEST

/* Each a second later than the one before. */
static void put_old_beats(unsigned count)
{
    sqlite3 *database;
    char query[512];

    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    snprintf(query, sizeof(query),
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
            " INSERT INTO beat SELECT id, printf('%%05d.example', i), 60, 0.1, 99, i, i FROM n, device",
            count);
    ck_assert_int_eq(sqlite3_exec(database, query, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

START_TEST(heartbeats_seen_last_stay_when_there_are_too_many)
{
    struct store *store = must_open(STORE_MAKE);

    talk();
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    put_old_beats(STORE_BEATS_MAX + 10);
    talk();
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    ck_assert_uint_eq(store_count(store).beats_evicted, 10);
    ck_assert_uint_eq(ask("SELECT count(*) FROM beat"), STORE_BEATS_MAX);
    ck_assert_uint_eq(ask("SELECT min(last_us) FROM beat"), 11);
    store_close(store);
}
END_TEST

START_TEST(what_was_loaded_is_not_saved_again_as_new)
{
    struct store *store = must_open(STORE_MAKE);

    talk();
    ck_assert_int_eq(store_save(store, scene.engine, true), TATTLER_OK);
    scene_close(&scene);
    scene_open(&scene);
    ck_assert_int_eq(store_load(store, scene.engine), TATTLER_OK);
    ck_assert_int_eq(store_save(store, scene.engine, false), TATTLER_OK);
    ck_assert_uint_eq(count_times(), 1);
    store_close(store);
}
END_TEST

/* --- files that are none --- */

static void assert_refused(enum store_mode mode, const char *why)
{
    char error[512] = "";

    ck_assert_ptr_null(store_open(path, mode, 100, error, sizeof(error)));
    ck_assert_msg(strstr(error, why) != NULL && strstr(error, path) != NULL, "%s", error);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(what_is_no_store_is_refused_with_a_reason)
{
    char text[2048];

    assert_refused(STORE_READ, "No such file");
    assert_refused(STORE_WRITE, "No such file");
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    write_file(text);
    assert_refused(STORE_READ, "not a store");
    assert_refused(STORE_MAKE, "not a store");
    unlink(path);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    assert_refused(STORE_MAKE, "not opened");
    rmdir(path);
}
END_TEST

START_TEST(a_name_with_odd_letters_is_a_name)
{
    snprintf(path, sizeof(path), "%s/a?b%%c#d e.db", folder);
    store_close(must_open(STORE_MAKE));
    store_close(must_open(STORE_READ));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_process_killed_at_any_moment_loses_nothing_and_counts_nothing_twice,
        processes_that_save_at_once_add_up,
        processes_that_make_it_at_once_all_find_it_made,
        what_did_not_fit_is_saved_when_there_is_room_again,
        a_ruling_reaches_a_running_engine_with_its_next_save,
        a_capture_teaches_what_was_forgotten_or_reset_before,
        those_unseen_for_longest_go_when_there_are_too_many,
        heartbeats_seen_last_stay_when_there_are_too_many,
        what_was_loaded_is_not_saved_again_as_new,
        what_is_no_store_is_refused_with_a_reason,
        a_name_with_odd_letters_is_a_name,
    };
    Suite *suite = suite_create("store");
    TCase *cases = tcase_create("store");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
