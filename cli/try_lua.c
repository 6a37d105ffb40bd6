/* 'tattler try' of a heuristic: how often it was called, what it read, what it found. */
#include "try.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <uthash.h>

#include "base/time.h"
#include "capture.h"
#include "command.h"
#include "heuristics.h"
#include "inspect.h"
#include "screen.h"
#include "track/device.h"

#define TEXTS_MAX 3
#define WANTS_MAX 32
#define TEXT_SIZE 64

/* What was read under one name. */
struct reading {
    char name[96]; /* key */
    uint64_t known, unknown, yes;
    enum value_type type; /* of the last known one */
    double min, max;
    char texts[TEXTS_MAX][TEXT_SIZE]; /* the first different ones */
    size_t text_count;
    bool more;
    UT_hash_handle hh;
};

/* Events without a call, and for want of what. */
struct missed {
    uint64_t events;
    struct want {
        const char *object, *field;
        uint64_t count;
    } wants[WANTS_MAX];
};

struct trial {
    uint64_t calls[SCRIPT_EVENTS];
    struct missed missed[SCRIPT_EVENTS];
    struct reading *readings;
    struct engine *engine;
    uint64_t packets, findings;
    bool failed;
};

/* --- what is witnessed --- */

static void on_call(void *user, const struct script_heuristic *heuristic, enum script_event event)
{
    struct trial *trial = user;

    (void)heuristic;
    trial->calls[event]++;
}

static void on_missing(void *user, enum script_event event, const char *object, const char *field)
{
    struct missed *missed = &((struct trial *)user)->missed[event];
    size_t i = 0;

    missed->events++;
    while (i < WANTS_MAX && missed->wants[i].count > 0 &&
            (strcmp(missed->wants[i].object, object) != 0 ||
                    strcmp(missed->wants[i].field, field) != 0))
        i++;
    if (i == WANTS_MAX)
        return;
    missed->wants[i].object = object;
    missed->wants[i].field = field;
    missed->wants[i].count++;
}

static void note_text(struct reading *reading, const struct value *value)
{
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text), "%.*s", (int)(value->len < TEXT_SIZE ? value->len : TEXT_SIZE - 1),
            value->text);
    for (size_t i = 0; i < reading->text_count; i++)
        if (strcmp(reading->texts[i], text) == 0)
            return;
    if (reading->text_count < TEXTS_MAX)
        memcpy(reading->texts[reading->text_count++], text, sizeof(text));
    else
        reading->more = true;
}

static void note_value(struct reading *reading, const struct value *value)
{
    bool first = reading->known++ == 0;

    reading->type = value->type;
    reading->yes += value->type == VALUE_FLAG && value->flag;
    if (value->type == VALUE_TEXT)
        note_text(reading, value);
    if (value->type != VALUE_NUMBER)
        return;
    reading->min = first || value->number < reading->min ? value->number : reading->min;
    reading->max = first || value->number > reading->max ? value->number : reading->max;
}

static void on_read(void *user, const char *object, const char *field, const struct value *value)
{
    struct trial *trial = user;
    struct reading *reading;
    char name[sizeof(reading->name)];

    snprintf(name, sizeof(name), "%s.%s", object, field);
    HASH_FIND_STR(trial->readings, name, reading);
    if (reading == NULL) {
        reading = calloc(1, sizeof(*reading));
        if (reading == NULL)
            return;
        memcpy(reading->name, name, sizeof(name));
        HASH_ADD_STR(trial->readings, name, reading);
    }
    if (value != NULL)
        note_value(reading, value);
    else
        reading->unknown++;
}

/* --- findings --- */

static void print_safe(const char *text)
{
    screen_print(stdout, cursor_over((const uint8_t *)text, strlen(text)), SCREEN_ALL,
            SCREEN_KEEP_START);
}

static void print_time(uint64_t time_us)
{
    time_t seconds = (time_t)(time_us / US_PER_S);
    struct tm parts;
    char text[32] = "";

    if (gmtime_r(&seconds, &parts) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
    printf("%s.%03u", text, (unsigned)(time_us % US_PER_S / 1000));
}

static void print_value(const struct value *value)
{
    char text[FINDING_TEXT_MAX + 1];

    switch (value->type) {
    case VALUE_NUMBER:
        printf("%.6g", value->number);
        break;
    case VALUE_FLAG:
        fputs(value->flag ? "true" : "false", stdout);
        break;
    default:
        snprintf(text, sizeof(text), "%.*s", (int)value->len, value->text);
        print_safe(text);
    }
}

static void print_finding(const struct engine_event *event)
{
    const struct finding *finding = event->finding;
    char address[ADDRESS_TEXT_SIZE];

    fputs("  ", stdout);
    print_time(finding->time_us);
    printf("  %s, score %.2f: ", finding->id, finding->score);
    if (device_name(event->device)[0] != '\0') {
        print_safe(device_name(event->device));
    } else {
        address_text(&event->device->address, address);
        fputs(address, stdout);
    }
    if (event->remote[0] != '\0') {
        fputs(" and ", stdout);
        print_safe(event->remote);
    }
    putchar('\n');
    for (size_t i = 0; i < finding->reason_count; i++) {
        printf("      %s = ", finding->reasons[i].name);
        print_value(&finding->reasons[i].value);
        putchar('\n');
    }
}

static void on_event(void *user, const struct engine_event *event)
{
    struct trial *trial = user;

    if (event->finding == NULL)
        return;
    trial->findings++;
    print_finding(event);
}

/* --- the rest --- */

static int by_name(const struct reading *a, const struct reading *b)
{
    return strcmp(a->name, b->name);
}

static void print_reading(const struct reading *reading)
{
    printf("  %-28s %6" PRIu64 " known", reading->name, reading->known);
    if (reading->unknown > 0)
        printf(", %" PRIu64 " unknown", reading->unknown);
    if (reading->known > 0 && reading->type == VALUE_NUMBER)
        printf(reading->min < reading->max ? ": %.10g to %.10g" : ": %.10g", reading->min,
                reading->max);
    if (reading->known > 0 && reading->type == VALUE_FLAG)
        printf(": %" PRIu64 " true", reading->yes);
    for (size_t i = 0; i < reading->text_count; i++) {
        fputs(i == 0 ? ": " : ", ", stdout);
        print_safe(reading->texts[i]);
    }
    puts(reading->more ? ", …" : "");
}

static void print_calls(const struct trial *trial, size_t event)
{
    const struct missed *missed = &trial->missed[event];

    if (trial->calls[event] + missed->events == 0)
        return;
    printf("  %-28s %6" PRIu64, script_handlers[event].name, trial->calls[event]);
    if (missed->events > 0)
        printf(" of %" PRIu64 "; not for want of", trial->calls[event] + missed->events);
    for (size_t i = 0; i < WANTS_MAX && missed->wants[i].count > 0; i++)
        printf("%s %s.%s (%" PRIu64 ")", i > 0 ? "," : "", missed->wants[i].object,
                missed->wants[i].field, missed->wants[i].count);
    putchar('\n');
}

static void print_summary(struct trial *trial)
{
    struct reading *reading, *next;

    printf("%" PRIu64 " finding%s in %" PRIu64 " packets; called:\n", trial->findings,
            trial->findings == 1 ? "" : "s", trial->packets);
    for (size_t i = 0; i < SCRIPT_EVENTS; i++)
        print_calls(trial, i);
    if (trial->readings != NULL)
        puts("read:");
    HASH_SORT(trial->readings, by_name);
    HASH_ITER (hh, trial->readings, reading, next) {
        print_reading(reading);
        HASH_DEL(trial->readings, reading);
        free(reading);
    }
}

/* False: out of memory. */
static bool inspect(struct trial *trial, const struct settings *settings, const char *path)
{
    const struct inspect_sink sink = { .event = on_event, .user = trial };
    struct capture *capture = capture_new(&path, 1);
    struct inspector *inspector = inspector_new(trial->engine, settings, NULL, &sink);
    bool good = inspector != NULL && capture != NULL;

    if (good) {
        trial->failed |= !inspector_read(inspector, capture);
        trial->packets = inspector_packets(inspector);
    }
    inspector_finish(inspector);
    capture_free(capture);
    return good;
}

/* False: out of memory. */
static bool run(struct trial *trial, const struct settings *settings, struct heuristics *heuristics,
        const char *capture)
{
    bool good;

    trial->engine = engine_new(settings, random_seed(), complain_and_fail, &trial->failed);
    good = trial->engine != NULL;
    if (good && heuristics_count(heuristics) > 0) {
        engine_use_heuristics(trial->engine, heuristics);
        good = inspect(trial, settings, capture);
        print_summary(trial);
    }
    engine_free(trial->engine);
    return good;
}

int try_heuristics(const struct settings *settings, const char *script, const char *capture)
{
    struct trial trial = { .packets = 0 };
    const struct heuristic_witness witness = { on_call, on_missing, on_read, &trial };
    struct heuristics *heuristics;
    int status = load_heuristics(settings, script, &witness, &heuristics);

    if (heuristics == NULL)
        return status;
    trial.failed = status != EXIT_DONE;
    if (!run(&trial, settings, heuristics, capture)) {
        complain("out of memory");
        trial.failed = true;
    }
    heuristics_release(heuristics);
    return trial.findings > 0 && !trial.failed ? EXIT_DONE : EXIT_INPUT;
}
