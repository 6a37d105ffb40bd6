/* 'tattler replay': capture files through the engine; EVE JSON to a file, a table to a person. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baseline_file.h"
#include "capture.h"
#include "clock.h"
#include "command.h"
#include "heuristics.h"
#include "inspect.h"
#include "options.h"
#include "rules_told.h"
#include "screen.h"
#include "stop.h"
#include "summary.h"

#define EVE_NAME "eve.json"
#define EVE_BUFFER_BYTES ((size_t)256 * 1024)
#define PROGRESS_PACKETS 8192 /* look at the clock so often */
#define PROGRESS_US (US_PER_S / 5)

static const char usage[] =
        "usage: tattler replay [-c tattler.yaml] [-S RULES]... [-l DIRECTORY | -o FILE] CAPTURE...\n"
        "\n"
        "Reads pcap and pcapng files, also compressed, in the order given; '-' is standard input.\n"
        "\n"
        "  -c FILE       configuration, as doc/configuration.md describes it\n"
        "  -S RULES      a file of rules, or a folder of files '*.rules'; may be given again\n"
        "                (default: those of the configuration, else the pack)\n"
        "  -l DIRECTORY  write eve.json there\n"
        "  -o FILE       write EVE JSON to this file; '-' is standard output\n"
        "  -h, --help    this text\n"
        "\n"
        "Without -o and -l, EVE JSON goes to ./eve.json; a table of devices to standard output.\n"
        "Exit status: 0 done, 1 some input could not be read, 2 wrong usage or configuration.\n";

struct options {
    const char *directory, *output;
    struct rule_options rules;
    const char *const *captures;
    size_t capture_count;
};

struct replay {
    struct options options;
    char eve_path[4096];
    FILE *eve;
    char *eve_buffer; /* owned */
    bool eve_failed;
    bool had_problems; /* some data file was left out */
    struct rules_told told;
    struct rules rules; /* no set: none are wanted */
    struct summary *summary;
    bool shows_progress;
    uint64_t shown_at_us; /* of steady_us() */
};

/* --- arguments --- */

static bool is_empty(const char *path)
{
    return path != NULL && path[0] == '\0';
}

static int parse_options(struct options *options, int argc, char **argv)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->rules.config, NULL },
        { OPTION_TEXT, "l", &options->directory, NULL },
        { OPTION_TEXT, "o", &options->output, NULL },
        { OPTION_RULES, "S", &options->rules, NULL },
    };
    int status = options_read("replay", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    if (is_empty(options->rules.config) || is_empty(options->directory) ||
            is_empty(options->output))
        return usage_error("replay", "-c, -l and -o need a path, not an empty word");
    if (options->directory != NULL && options->output != NULL)
        return usage_error("replay", "-l and -o both say where EVE goes: give one of them");
    options->captures = (const char *const *)(argv + optind);
    options->capture_count = (size_t)(argc - optind);
    if (options->capture_count == 0)
        return usage_error("replay", "no capture given");
    return EXIT_DONE;
}

/* --- output --- */

/* Is the file that is to be written one of those to be read, by whatever name? */
static const char *capture_at(const struct options *options, const char *path)
{
    struct stat written, read;

    if (stat(path, &written) != 0 || !S_ISREG(written.st_mode))
        return NULL;
    for (size_t i = 0; i < options->capture_count; i++)
        if (stat(options->captures[i], &read) == 0 && read.st_dev == written.st_dev &&
                read.st_ino == written.st_ino)
            return options->captures[i];
    return NULL;
}

/* Tells, too. Where no capture can be read an older EVE file is better left alone. */
static bool can_read_any(const struct options *options)
{
    for (size_t i = 0; i < options->capture_count; i++)
        if (strcmp(options->captures[i], "-") == 0 || access(options->captures[i], R_OK) == 0)
            return true;
    for (size_t i = 0; i < options->capture_count; i++)
        if (access(options->captures[i], R_OK) != 0)
            complain("%s: %s", options->captures[i], strerror(errno));
    return false;
}

static bool open_eve(struct replay *replay)
{
    const struct options *options = &replay->options;
    int len = snprintf(replay->eve_path, sizeof(replay->eve_path), "%s%s%s",
            options->directory != NULL ? options->directory : "",
            options->directory != NULL ? "/" : "",
            options->output != NULL ? options->output : EVE_NAME);

    if (len < 0 || (size_t)len >= sizeof(replay->eve_path)) {
        complain("the path of the EVE file is too long");
        return false;
    }
    if (options->output != NULL && strcmp(options->output, "-") == 0) {
        replay->eve = stdout;
        return true;
    }
    if (capture_at(options, replay->eve_path) != NULL) {
        complain("%s is a capture to be read: give another file for EVE with -o, or a folder with -l",
                replay->eve_path);
        return false;
    }
    replay->eve = fopen(replay->eve_path, "w");
    if (replay->eve == NULL) {
        complain("%s: %s", replay->eve_path, strerror(errno));
        return false;
    }
    replay->eve_buffer = malloc(EVE_BUFFER_BYTES); /* without one of ours the size is ignored */
    if (replay->eve_buffer != NULL)
        setvbuf(replay->eve, replay->eve_buffer, _IOFBF, EVE_BUFFER_BYTES);
    return true;
}

static void write_eve(void *user, const char *record, size_t len)
{
    struct replay *replay = user;

    if (!replay->eve_failed && fwrite_unlocked(record, 1, len, replay->eve) != len)
        replay->eve_failed = true;
}

static bool close_eve(struct replay *replay)
{
    bool failed = fflush(replay->eve) != 0 || replay->eve_failed;

    if (failed)
        complain("%s: not all was written: %s", replay->eve_path, strerror(errno));
    if (replay->eve != stdout)
        fclose(replay->eve);
    free(replay->eve_buffer);
    return !failed;
}

static void on_alert(void *user, const struct connection *connection, const struct rule *rule)
{
    struct replay *replay = user;

    if (replay->summary != NULL && connection->flow != NULL)
        summary_alert(replay->summary, connection->flow, rule);
}

static void on_flow(void *user, const struct connection *connection)
{
    struct replay *replay = user;

    if (replay->summary != NULL && connection->flow != NULL)
        summary_add(replay->summary, connection->flow);
}

/* --- progress --- */

static void show_progress(struct replay *replay, const struct capture *capture)
{
    struct capture_progress progress = capture_progress(capture);
    uint64_t now_us = steady_us();

    if (now_us - replay->shown_at_us < PROGRESS_US)
        return;
    replay->shown_at_us = now_us;
    fprintf(stderr, "\r\033[K%s: %llu packets", capture_path(capture),
            (unsigned long long)progress.packets);
    if (progress.total_bytes > 0)
        fprintf(stderr, ", %.0f %%",
                100.0 * (double)progress.done_bytes / (double)progress.total_bytes);
}

static void clear_progress(const struct replay *replay)
{
    if (replay->shows_progress)
        fputs("\r\033[K", stderr);
}

/* --- the run --- */

static int read_captures(struct replay *replay, struct inspector *inspector,
        struct capture *capture)
{
    struct captured frame;
    enum capture_event event;
    int status = EXIT_DONE;

    while (!stop_is_wanted() && (event = capture_next(capture, &frame)) != CAPTURE_END) {
        if (event == CAPTURE_PACKET) {
            inspector_frame(inspector, &frame);
            if (replay->shows_progress && inspector_packets(inspector) % PROGRESS_PACKETS == 0)
                show_progress(replay, capture);
            continue;
        }
        clear_progress(replay);
        complain("%s", capture_trouble(capture));
        status = EXIT_INPUT;
    }
    clear_progress(replay);
    if (stop_is_wanted()) {
        complain("interrupted: what was read until here is in the results");
        status = EXIT_INPUT;
    }
    return status;
}

static int inspect_captures(struct replay *replay, struct engine *engine,
        const struct settings *settings)
{
    struct inspect_sink sink = { .write = write_eve, .flow = on_flow, .alert = on_alert,
        .user = replay };
    struct inspector *inspector = inspector_new(engine, settings, replay->rules.set, &sink);
    struct capture *capture =
            capture_new(replay->options.captures, replay->options.capture_count);
    uint64_t packets;
    int status = EXIT_INPUT;

    if (inspector == NULL || capture == NULL) {
        complain("out of memory");
    } else {
        status = read_captures(replay, inspector, capture);
        packets = inspector_packets(inspector);
        inspector_finish(inspector);
        inspector = NULL;
        if (!close_eve(replay))
            status = EXIT_INPUT;
        if (replay->summary != NULL) {
            summary_print(replay->summary, stdout, screen_width(stdout), isatty(STDOUT_FILENO) == 1);
            printf("%llu packet%s; EVE JSON in %s\n", (unsigned long long)packets,
                    packets == 1 ? "" : "s", replay->eve_path);
        }
    }
    inspector_finish(inspector);
    capture_free(capture);
    return status;
}

static int run(struct replay *replay, const struct settings *settings)
{
    struct engine *engine = engine_new(settings, random_seed(), complain_and_fail,
            &replay->had_problems);
    struct heuristics *heuristics;
    int status = load_heuristics(settings, NULL, NULL, &heuristics);

    if (engine == NULL)
        complain("out of memory");
    if (engine == NULL || heuristics == NULL) {
        engine_free(engine);
        heuristics_release(heuristics);
        return heuristics == NULL ? status : EXIT_INPUT;
    }
    replay->had_problems |= status != EXIT_DONE;
    if (!baseline_recall(settings, engine))
        replay->had_problems = true;
    engine_use_heuristics(engine, heuristics);
    if (replay->options.output == NULL || strcmp(replay->options.output, "-") != 0)
        replay->summary = summary_new(engine);
    replay->shows_progress = isatty(STDERR_FILENO) == 1;
    stop_by_signals();
    if (!can_read_any(&replay->options) || !rules_load_told(&replay->options.rules, settings,
                                                   heuristics, &replay->rules, &replay->told))
        status = EXIT_INPUT;
    else if (open_eve(replay))
        status = inspect_captures(replay, engine, settings);
    else
        status = EXIT_USAGE;
    heuristics_release(heuristics);
    summary_free(replay->summary);
    rules_clear(&replay->rules);
    engine_free(engine);
    replay->had_problems |= replay->told.refused + replay->told.unsupported > 0;
    return status == EXIT_DONE && replay->had_problems ? EXIT_INPUT : status;
}

int command_replay(int argc, char **argv)
{
    struct replay replay = { 0 };
    struct settings settings;
    int status = parse_options(&replay.options, argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    status = EXIT_USAGE;
    if (load_settings(&settings, replay.options.rules.config)) {
        tell_idle(&settings);
        status = run(&replay, &settings);
    }
    settings_clear(&settings);
    return status;
}
