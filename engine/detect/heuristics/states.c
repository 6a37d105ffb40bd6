/* The states of one worker, and what happens when one fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/heuristics/heuristics_internal.h"

#define LOG_LINES_MAX 10 /* in LOG_US, of one file */
#define LOG_US UINT64_C(60000000)
#define LOG_TEXT_MAX 400

struct state {
    struct script *script; /* NULL: it could not be opened */
    uint64_t logging_us;   /* since when its lines are counted */
    unsigned lines;
};

struct heuristic_states {
    struct heuristics *set; /* held */
    struct heuristic_counters *counters;
    uint8_t *answers; /* of an event's needs; owned */
    struct state states[]; /* one for each file */
};

/* One line without control characters: scripts may log names, which whoever is watched has made up. */
static void tell_line(const struct heuristics *set, const struct heuristic_file *file, unsigned line,
        char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    set->tell(set->user, file->path, line, text);
}

static void tell_fault(const struct heuristics *set, const struct heuristic_file *file,
        const char *what, const struct script_fault *fault)
{
    char text[512];

    snprintf(text, sizeof(text), "%s%s%s", what, what[0] != '\0' ? ": " : "", fault->text);
    tell_line(set, file, fault->line, text);
}

/* The file was loaded once already, to see what it declares; NULL: another worker has it. */
static struct script *borrow(struct heuristic_file *file)
{
    return atomic_exchange(&file->borrowed, true) ? NULL : file->declared;
}

static void give_back(const struct heuristics *set, struct heuristic_file *file,
        struct script *script)
{
    if (script == file->declared)
        atomic_store(&file->borrowed, false);
    else
        set->module->close(script);
}

struct heuristic_states *heuristics_open(struct heuristics *heuristics,
        struct heuristic_counters *counters)
{
    struct heuristic_states *states =
            calloc(1, sizeof(*states) + heuristics->file_count * sizeof(states->states[0]));
    struct script_fault fault;

    if (states == NULL)
        return NULL;
    states->answers = calloc(heuristics->answer_count + 1, 1);
    if (states->answers == NULL) {
        free(states);
        return NULL;
    }
    states->set = heuristics_hold(heuristics);
    states->counters = counters;
    for (size_t i = 0; i < heuristics->file_count; i++) {
        struct heuristic_file *file = heuristics->files[i];

        if (file->declared == NULL)
            continue; /* which was told */
        states->states[i].script = borrow(file);
        if (states->states[i].script != NULL)
            continue;
        states->states[i].script = heuristics->module->open(&heuristics->host,
                &heuristics->limits, file->text, file->len, &fault);
        if (states->states[i].script == NULL)
            tell_fault(heuristics, file, "not loaded in one thread", &fault);
    }
    return states;
}

void heuristics_close(struct heuristic_states *states)
{
    if (states == NULL)
        return;
    for (size_t i = 0; i < states->set->file_count; i++)
        if (states->states[i].script != NULL)
            give_back(states->set, states->set->files[i], states->states[i].script);
    heuristics_release(states->set);
    free(states->answers);
    free(states);
}

const struct heuristics *heuristics_set(const struct heuristic_states *states)
{
    return states->set;
}

/* The first fault of a file is told, and that it is switched off. */
static void note_fault(struct heuristic_states *states, struct heuristic_file *file,
        const struct heuristic *heuristic, enum script_event event, struct script_fault *fault)
{
    unsigned before = atomic_fetch_add(&file->faults, 1);
    char what[128];

    atomic_fetch_add(&states->counters->faults, 1);
    if (fault->line == 0)
        fault->line = heuristic->declared->line;
    snprintf(what, sizeof(what), "heuristic '%s', %s", heuristic->declared->id,
            script_handlers[event].name);
    if (before == 0)
        tell_fault(states->set, file, what, fault);
    if (before + 1 != HEURISTIC_FAULTS_MAX)
        return;
    atomic_store(&file->off, true);
    atomic_fetch_add(&states->counters->switched_off, 1);
    snprintf(what, sizeof(what), "switched off after %u faults, the last in '%s'",
            HEURISTIC_FAULTS_MAX, heuristic->declared->id);
    tell_fault(states->set, file, what, fault);
}

static void run(struct heuristic_states *states, size_t number, enum script_event event,
        struct script_call *call)
{
    const struct heuristics *set = states->set;
    const struct heuristic *heuristic = &set->items[number];
    struct heuristic_file *file = set->files[heuristic->file_number];
    struct script *script = states->states[heuristic->file_number].script;
    struct script_fault fault;

    if (script == NULL || atomic_load_explicit(&file->off, memory_order_relaxed))
        return;
    call->heuristic = number;
    if (set->witness != NULL)
        set->witness->call(set->witness->user, heuristic->declared, event);
    atomic_fetch_add_explicit(&states->counters->calls, 1, memory_order_relaxed);
    if (!set->module->call(script, heuristic->number_in_file, event, call, &fault))
        note_fault(states, file, heuristic, event, &fault);
}

static void tell_missing(const struct heuristics *set, enum script_event event,
        const struct script_need *missing)
{
    const struct script_catalog *object = &set->host.catalogs[missing->object];

    set->witness->missing(set->witness->user, event, object->name, object->fields[missing->field]);
}

void heuristics_run(struct heuristic_states *states, enum script_event event,
        const struct flow *flow, struct script_call *call)
{
    const struct heuristic_list *list = &states->set->of_event[event];
    struct needs_view view = { states->set, flow, call, states->answers };

    memset(states->answers, NOT_ASKED, list->need_count);
    for (size_t i = 0; i < list->count; i++) {
        const struct script_need *missing = needs_missing(&list->items[i], &view);

        if (missing == NULL)
            run(states, list->items[i].number, event, call);
        else if (states->set->witness != NULL)
            tell_missing(states->set, event, missing);
    }
}

void heuristics_log(struct heuristic_states *states, const struct script_call *call,
        const char *text, size_t len)
{
    const struct heuristics *set = states->set;
    size_t file = set->items[call->heuristic].file_number;
    struct state *state = &states->states[file];
    char line[LOG_TEXT_MAX + FINDING_ID_SIZE + 4];

    if (call->now_us >= state->logging_us + LOG_US || call->now_us < state->logging_us) {
        state->logging_us = call->now_us;
        state->lines = 0;
    }
    if (state->lines++ >= LOG_LINES_MAX) {
        atomic_fetch_add(&states->counters->lines_dropped, 1);
        return;
    }
    snprintf(line, sizeof(line), "%s: %.*s", set->items[call->heuristic].declared->id,
            (int)(len < LOG_TEXT_MAX ? len : LOG_TEXT_MAX), text);
    tell_line(set, set->files[file], 0, line);
}
