#include "serve_tune.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "detect/rules/kinds.h"
#include "eve_follow.h"
#include "html.h"
#include "report_data.h"
#include "report_page.h"
#include "tune_apply.h"
#include "undo_file.h"

#define GROUPS_SHOWN 20
#define STEPS_AT_ONCE 16 /* of reading, before the page after a change is shown */
#define DAYS 90 /* that an entry is in force */
#define SHOWN_SIZE 17
#define NEWS_SIZE 256

struct triage {
    const char *config, *source;
    struct settings settings;
    struct zone *zone;
    struct tune_history history;
    struct eve_reading reading;
    struct eve_follow *follow;
    bool is_open; /* all of the above */
    bool is_reading; /* not at the end of the file yet */
    char news[NEWS_SIZE]; /* of the last change, told once */
};

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
    triage->is_open = false;
}

/* With the configuration as it is by now. */
static bool open_history(struct triage *triage)
{
    char error[256];

    if (!load_settings(&triage->settings, triage->config))
        return false;
    if (zone_open(triage->settings.timezone, &triage->zone, error, sizeof(error)) != TATTLER_OK) {
        complain("%s", error);
        settings_clear(&triage->settings);
        return false;
    }
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

/* --- proposals --- */

static bool propose_for(struct triage *triage, struct tune_group *group, const char *reason,
        struct proposal *out)
{
    const struct tune_options options = { reason, "tattler serve", DAYS };

    return propose(&triage->history, group, &options, (uint64_t)time(NULL) * 1000000, out);
}

/* Freed by the caller; NULL: nothing is proposed. */
static char *lines_of(struct triage *triage, struct tune_group *group, const char *reason,
        struct proposal *proposal)
{
    return propose_for(triage, group, reason, proposal) ? proposal_yaml(proposal, 2, "\n") : NULL;
}

/* What would be silenced, in few letters: it has to be the same when it is applied. The reason does
 * not count: unless somebody gives one it tells how many alerts there are by now. */
static bool name_shown(struct triage *triage, struct tune_group *group, char out[SHOWN_SIZE])
{
    struct proposal proposal;
    char *lines = lines_of(triage, group, "-", &proposal);
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];

    if (lines == NULL)
        return false;
    sha256_init(&hash);
    sha256_update(&hash, strlen(lines), (const uint8_t *)lines);
    sha256_digest(&hash, sizeof(digest), digest);
    base16_encode_update(out, (SHOWN_SIZE - 1) / 2, digest);
    out[SHOWN_SIZE - 1] = '\0';
    free(lines);
    return true;
}

/* --- the page --- */

static void put_title(const struct tune_group *group, FILE *to)
{
    const struct rule_kind *kind = rule_kind_find(group->key.detects);

    fprintf(to, "<h2><span class=\"p p%u\">P%u</span>", group->priority, group->priority);
    html_text(to, kind != NULL ? kind->title : group->key.detects);
    fputs("</h2><p>", to);
    html_cut(to, group->message, 120, HTML_KEEP_START);
    fputs("</p><p class=\"quiet\">", to);
    html_cut(to, group->device != NULL && group->device->name[0] != '\0' ? group->device->name
                                                                         : group->key.device,
            60, HTML_KEEP_START);
    fputs(" with ", to);
    html_cut(to, group->key.remote, 60, HTML_KEEP_END);
    fputs(": ", to);
    html_plural(to, group->count, "alert", "alerts");
    fputs("</p>", to);
}

static void put_effect(const struct proposal *proposal, FILE *to)
{
    fputs("<p>It would have silenced ", to);
    html_plural(to, proposal->silenced, "alert", "alerts");
    if (proposal->others == 0) {
        fputs(", and none of any other group.</p>", to);
        return;
    }
    fputs(", <b>", to);
    html_count(to, proposal->others);
    fputs(" of ", to);
    html_plural(to, proposal->other_groups, "other group", "other groups");
    fputs(" among them</b>.</p>", to);
}

static void put_secret(const char *secret, FILE *to)
{
    fprintf(to, "<input type=\"hidden\" name=\"secret\" value=\"%s\">", secret);
}

static void put_group(struct triage *triage, struct tune_group *group, FILE *to,
        const char *secret)
{
    struct proposal proposal;
    char shown[SHOWN_SIZE], *lines = lines_of(triage, group, NULL, &proposal);

    fprintf(to, "<section class=\"alert p%u\">", group->priority);
    put_title(group, to);
    if (lines == NULL || !name_shown(triage, group, shown)) {
        fputs("<p>Nothing is proposed: its device or its remote is not known, or it varies.</p>",
                to);
    } else {
        fputs("<pre>", to);
        html_text(to, lines);
        fputs("</pre>", to);
        put_effect(&proposal, to);
        fputs("<form method=\"post\" action=\"/tune\">", to);
        put_secret(secret, to);
        fprintf(to, "<input type=\"hidden\" name=\"shown\" value=\"%s\"><label>Why: "
                "<input name=\"reason\" maxlength=\"200\"></label> "
                "<button>Silence it for %d days</button></form>", shown, DAYS);
    }
    fputs("</section>\n", to);
    free(lines);
}

static void put_undo(FILE *to, const char *secret)
{
    fputs("<form method=\"post\" action=\"/tune\">", to);
    put_secret(secret, to);
    fputs("<input type=\"hidden\" name=\"undo\" value=\"1\"><button>Take the last change back"
          "</button></form>", to);
}

static void put_groups(struct triage *triage, FILE *to, const char *secret)
{
    size_t count = history_rank(&triage->history);

    for (size_t i = 0; i < count && i < GROUPS_SHOWN; i++)
        put_group(triage, triage->history.ranked[i], to, secret);
    if (count == 0)
        fputs("<p>There are no alerts that entries of the configuration do not silence.</p>", to);
    if (count > GROUPS_SHOWN) {
        fputs("<p>and ", to);
        html_plural(to, count - GROUPS_SHOWN, "more group</p>", "more groups</p>");
    }
}

bool triage_write(struct triage *triage, FILE *to, const char *secret)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ",
            to);
    report_page_hash(to, report_page_css);
    fprintf(to, "; base-uri 'none'; form-action 'self'\"><meta name=\"viewport\" "
            "content=\"width=device-width, initial-scale=1\"><title>Tattler: quieter</title>"
            "<style>%s</style></head><body><header><h1>What alerts most</h1><nav><a href=\"/\">Back to the "
            "report</a></nav></header><main>", report_page_css);
    if (triage->news[0] != '\0') {
        fputs("<p role=\"status\"><b>", to);
        html_text(to, triage->news);
        fputs("</b></p>", to);
        triage->news[0] = '\0';
    }
    fputs("<p class=\"hint\">Silence what you know to be harmless; P1 and P2 want a look first. "
          "An entry goes into the list 'suppress' of ", to);
    html_text(to, triage->config);
    fputs("; hosts take it up when they read that file again.</p>", to);
    put_undo(to, secret);
    if (triage->is_reading)
        fputs("<p><b>The records are still being read:</b> load the page again.</p>", to);
    if (triage->is_open)
        put_groups(triage, to, secret);
    fputs("</main></body></html>\n", to);
    return true;
}

/* --- changes --- */

static void tell(struct triage *triage, const char *what)
{
    snprintf(triage->news, sizeof(triage->news), "%s", what);
}

/* The file has changed, and with it what entries silence. */
static void begin_anew(struct triage *triage)
{
    close_history(triage);
    if (!open_history(triage))
        tell(triage,
                "The configuration cannot be read any more: see what the server complained of.");
    for (unsigned i = 0; i < STEPS_AT_ONCE && triage_step(triage); i++)
        ;
}

static struct tune_group *find_shown(struct triage *triage, const char *wanted)
{
    size_t count = history_rank(&triage->history);

    for (size_t i = 0; i < count && i < GROUPS_SHOWN; i++) {
        char shown[SHOWN_SIZE];

        if (name_shown(triage, triage->history.ranked[i], shown) && strcmp(shown, wanted) == 0)
            return triage->history.ranked[i];
    }
    return NULL;
}

void triage_apply(struct triage *triage, const char *shown, const char *reason)
{
    struct tune_group *group = triage->is_open && shown[0] != '\0' ? find_shown(triage, shown)
                                                                   : NULL;
    struct proposal proposal;

    if (group == NULL) {
        tell(triage,
                "Nothing was changed: what was proposed is not the same any more. Look again.");
        return;
    }
    if (propose_for(triage, group, reason[0] != '\0' ? reason : NULL, &proposal) &&
            tune_apply_yaml(triage->config, &triage->settings, &proposal)) {
        snprintf(triage->news, sizeof(triage->news), "Written as %s.", proposal.id);
        begin_anew(triage);
    } else {
        tell(triage, "Nothing was changed: see what the server complained of.");
    }
}

void triage_undo(struct triage *triage)
{
    size_t left;

    if (!undo_file_undo(triage->config, &left)) {
        tell(triage, "Nothing was taken back: see what the server complained of.");
        return;
    }
    snprintf(triage->news, sizeof(triage->news), "Taken back; %zu changes are left.", left);
    begin_anew(triage);
}
