#include "serve_tune.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "serve_tune_internal.h"
#include "tune_apply.h"
#include "undo_file.h"

#define STEPS_AT_ONCE 16 /* of reading, before the page after a change is shown */

/* --- history --- */

static void close_history(struct triage *triage)
{
    if (!triage->is_open)
        return;
    eve_follow_free(triage->follow);
    history_clear(&triage->history);
    zone_close(triage->zone);
    settings_clear(&triage->settings);
    triage->zone = NULL;
    triage->is_open = triage->is_reading = false;
}

static bool open_settings(struct triage *triage)
{
    char error[256];

    if (load_settings(&triage->settings, triage->config)) {
        if (zone_open(triage->settings.timezone, &triage->zone, error, sizeof(error)) == TATTLER_OK)
            return true;
        complain("%s", error);
    }
    settings_clear(&triage->settings);
    return false;
}

/* With the configuration as it is by now. */
static bool open_history(struct triage *triage)
{
    if (stat(triage->config, &triage->seen) != 0)
        triage->seen = (struct stat){ .st_size = 0 };
    if (!open_settings(triage))
        return false;
    triage->is_open = triage->is_reading = true;
    triage->reading = (struct eve_reading){ .home = &triage->settings.home_networks,
        .event = history_take, .user = &triage->history };
    triage->follow = eve_follow_new(triage->source, &triage->reading);
    if (history_open(&triage->history, &triage->settings, triage->zone) && triage->follow != NULL)
        return true;
    complain("out of memory");
    close_history(triage);
    return false;
}

struct triage *triage_new(const char *config, const char *source)
{
    struct triage *triage = calloc(1, sizeof(*triage));

    if (triage == NULL) {
        complain("out of memory");
        return NULL;
    }
    triage->config = config;
    triage->source = source;
    if (open_history(triage))
        return triage;
    free(triage);
    return NULL;
}

void triage_free(struct triage *triage)
{
    if (triage != NULL)
        close_history(triage);
    free(triage);
}

bool triage_step(struct triage *triage)
{
    if (triage->is_open)
        triage->is_reading = eve_follow_step(triage->follow);
    return triage->is_open && triage->is_reading;
}

/* The file has changed, and with it what entries silence. */
static void begin_anew(struct triage *triage)
{
    close_history(triage);
    complain_into(triage->trouble, sizeof(triage->trouble));
    open_history(triage);
    complain_into(NULL, 0);
    for (unsigned i = 0; i < STEPS_AT_ONCE && triage_step(triage); i++)
        ;
}

void triage_renew(struct triage *triage)
{
    struct stat now;

    if (stat(triage->config, &now) != 0 || now.st_ino != triage->seen.st_ino ||
            now.st_size != triage->seen.st_size || now.st_mtim.tv_sec != triage->seen.st_mtim.tv_sec ||
            now.st_mtim.tv_nsec != triage->seen.st_mtim.tv_nsec)
        begin_anew(triage);
}

/* --- proposals --- */

static bool propose_for(struct triage *triage, struct tune_group *group, const char *reason,
        struct proposal *out)
{
    const struct tune_options options = { reason, "tattler serve", TRIAGE_DAYS };

    return propose(&triage->history, group, &options, clock_us(), out);
}

char *triage_lines(struct triage *triage, struct tune_group *group, struct proposal *proposal)
{
    return propose_for(triage, group, NULL, proposal) ? proposal_yaml(proposal, 2, "\n") : NULL;
}

static void mark_of(const char *text, size_t len, char out[TRIAGE_MARK_SIZE])
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&hash);
    sha256_update(&hash, len, (const uint8_t *)text);
    sha256_digest(&hash, sizeof(digest), digest);
    base16_encode_update(out, (TRIAGE_MARK_SIZE - 1) / 2, digest);
    out[TRIAGE_MARK_SIZE - 1] = '\0';
}

/* The reason does not count: unless somebody gives one it tells how many alerts there are by now. Nor
 * does the entry's name, which counts those that were written meanwhile. */
bool triage_mark_group(struct triage *triage, struct tune_group *group, char out[TRIAGE_MARK_SIZE])
{
    struct proposal proposal;
    char *lines = NULL;

    if (propose_for(triage, group, "-", &proposal)) {
        snprintf(proposal.id, sizeof(proposal.id), "-");
        lines = proposal_yaml(&proposal, 2, "\n");
    }
    if (lines != NULL)
        mark_of(lines, strlen(lines), out);
    free(lines);
    return lines != NULL;
}

bool triage_mark_config(const struct triage *triage, char out[TRIAGE_MARK_SIZE])
{
    struct undo_file file;
    bool good = undo_file_read(triage->config, false, &file);

    if (good)
        mark_of(file.text, file.len, out);
    undo_file_clear(&file);
    return good;
}

/* --- changes --- */

static void tell(struct triage *triage, const char *what)
{
    snprintf(triage->news, sizeof(triage->news), "%s", what);
}

static struct tune_group *find_shown(struct triage *triage, const char *wanted)
{
    size_t count = triage->is_open ? history_rank(&triage->history) : 0;

    for (size_t i = 0; i < count && i < TRIAGE_GROUPS; i++) {
        char shown[TRIAGE_MARK_SIZE];

        if (triage_mark_group(triage, triage->history.ranked[i], shown) &&
                strcmp(shown, wanted) == 0)
            return triage->history.ranked[i];
    }
    return NULL;
}

/* What is complained of meanwhile becomes the news. */
static bool apply(struct triage *triage, struct tune_group *group, const char *reason,
        struct proposal *proposal)
{
    bool good;

    complain_into(triage->news, sizeof(triage->news));
    good = propose_for(triage, group, reason[0] != '\0' ? reason : NULL, proposal) &&
           tune_apply_yaml(triage->config, &triage->settings, proposal);
    complain_into(NULL, 0);
    return good;
}

void triage_apply(struct triage *triage, const char *shown, const char *reason)
{
    struct tune_group *group;
    struct proposal proposal;

    triage_renew(triage);
    group = find_shown(triage, shown);
    if (group == NULL) {
        tell(triage, "Nothing was changed: that is not proposed any more. It has been silenced "
                "meanwhile, or the records or the configuration have changed. Look again.");
    } else if (apply(triage, group, reason, &proposal)) {
        snprintf(triage->news, sizeof(triage->news), "Written as %s.", proposal.id);
        begin_anew(triage);
    } else if (triage->news[0] == '\0') {
        tell(triage, "Nothing was changed.");
    }
}

void triage_undo(struct triage *triage, const char *shown)
{
    char now[TRIAGE_MARK_SIZE];
    bool good;
    size_t left;

    if (!triage_mark_config(triage, now) || strcmp(now, shown) != 0) {
        tell(triage, "Nothing was taken back: the configuration is not what it was when that page was "
                "shown. Look again.");
        return;
    }
    complain_into(triage->news, sizeof(triage->news));
    good = undo_file_undo(triage->config, &left);
    complain_into(NULL, 0);
    if (!good)
        return;
    snprintf(triage->news, sizeof(triage->news), "Taken back; %zu %s left.", left,
            left == 1 ? "change is" : "changes are");
    begin_anew(triage);
}
