/* The page of what alerts most, and what would silence it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "detect/rules/kinds.h"
#include "html.h"
#include "report_data.h"
#include "report_page.h"
#include "serve_tune_internal.h"
#include "undo_file.h"

/* --- what alerts --- */

static void put_title(const struct tune_group *group, size_t number, FILE *to)
{
    const struct rule_kind *kind = rule_kind_find(group->key.detects);

    fprintf(to, "<section class=\"alert p%u\" aria-labelledby=\"g%zu\"><h2 id=\"g%zu\">"
            "<span class=\"p p%u\">P%u</span>", group->priority, number, number, group->priority,
            group->priority);
    html_text(to, kind != NULL ? kind->title : group->key.detects);
    fprintf(to, "</h2><p id=\"w%zu\">", number);
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

static void put_group(struct triage *triage, size_t number, FILE *to, const char *secret)
{
    struct tune_group *group = triage->history.ranked[number];
    struct proposal proposal;
    char mark[TRIAGE_MARK_SIZE], *lines = triage_lines(triage, group, &proposal);

    put_title(group, number, to);
    if (lines == NULL || !triage_mark_group(triage, group, mark)) {
        fputs("<p>Nothing is proposed: its device or its remote is not known, or it varies.</p>",
                to);
    } else {
        fputs("<pre>", to);
        html_text(to, lines);
        fputs("</pre>", to);
        put_effect(&proposal, to);
    }
    if (lines != NULL && secret != NULL) {
        fputs("<form method=\"post\" action=\"/tune\">", to);
        put_secret(secret, to);
        fprintf(to, "<input type=\"hidden\" name=\"shown\" value=\"%s\"><label>Why: "
                "<input name=\"reason\" maxlength=\"200\"></label> <button "
                "aria-describedby=\"g%zu w%zu\">Silence it for %d days</button></form>", mark, number,
                number, TRIAGE_DAYS);
    }
    fputs("</section>\n", to);
    free(lines);
}

/* 'secret' is NULL where nothing can be changed. */
static void put_groups(struct triage *triage, FILE *to, const char *secret)
{
    size_t count = history_rank(&triage->history);

    for (size_t i = 0; i < count && i < TRIAGE_GROUPS; i++)
        put_group(triage, i, to, secret);
    if (count == 0)
        fputs("<p>There are no alerts that entries of the configuration do not silence.</p>", to);
    if (count > TRIAGE_GROUPS) {
        fputs("<p>and ", to);
        html_plural(to, count - TRIAGE_GROUPS, "more group</p>", "more groups</p>");
    }
}

/* --- what is silenced --- */

static void put_undo(const struct triage *triage, FILE *to, const char *secret)
{
    char mark[TRIAGE_MARK_SIZE];
    size_t kept = undo_file_kept(triage->config);

    if (kept == 0 || secret == NULL || !triage_mark_config(triage, mark))
        return;
    fputs("<form method=\"post\" action=\"/tune\">", to);
    put_secret(secret, to);
    fprintf(to, "<input type=\"hidden\" name=\"undo\" value=\"%s\"><button>Take the last change back"
            "</button> <span class=\"quiet\">", mark);
    html_plural(to, kept, "change is kept", "changes are kept");
    fputs("</span></form>", to);
}

static void put_cell(FILE *to, const char *name, const char *text)
{
    fprintf(to, "<td data-name=\"%s\">", name);
    html_cut(to, text != NULL ? text : "", 120, HTML_KEEP_START);
    fputs("</td>", to);
}

static void put_entry(const struct triage *triage, size_t index, uint64_t now_us, FILE *to)
{
    const struct suppress_setting *entry = &triage->settings.suppress[index];
    bool is_over = entry->until_us != 0 && entry->until_us <= now_us;
    char name[SUPPRESS_NAME_SIZE], until[32];

    suppress_name(&triage->settings, index, name);
    fputs("<tr><th scope=\"row\">", to);
    html_text(to, name);
    fprintf(to, "</th><td data-name=\"until\">%s", is_over ? "<b class=\"odd\">expired</b> " : "");
    if (entry->until_us != 0) {
        tune_time_text(entry->until_us - 1, until);
        until[strlen("YYYY-MM-DD")] = '\0';
        fputs(until, to);
    } else {
        fputs("for ever", to);
    }
    fputs(is_over ? "<small>what it silenced is told again</small></td>" : "</td>", to);
    put_cell(to, "why", entry->reason);
    put_cell(to, "by", entry->author);
    fputs("</tr>\n", to);
}

static void put_entries(const struct triage *triage, FILE *to)
{
    uint64_t now_us = clock_us();

    if (triage->settings.suppress_count == 0)
        return;
    fputs("<section aria-labelledby=\"entries\"><h2 id=\"entries\">What is silenced already</h2>"
          "<div class=\"wide\"><table class=\"stack\"><thead><tr><th scope=\"col\">Entry</th>"
          "<th scope=\"col\">Until the end of</th><th scope=\"col\">Why</th><th scope=\"col\">By</th></tr>"
          "</thead><tbody>\n", to);
    for (size_t i = 0; i < triage->settings.suppress_count; i++)
        put_entry(triage, i, now_us, to);
    fputs("</tbody></table></div></section>\n", to);
}

/* --- all of it --- */

static void put_head(FILE *to)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ",
            to);
    report_page_hash(to, report_page_css);
    fprintf(to, "; base-uri 'none'; form-action 'self'\"><meta name=\"viewport\" "
            "content=\"width=device-width, initial-scale=1\"><title>Tattler: quieter</title>"
            "<style>%s</style></head><body><header><h1>What alerts most</h1><nav><a href=\"/\">Back to the "
            "report</a></nav></header><main>", report_page_css);
}

static void put_status(FILE *to, const char *text)
{
    fputs("<p role=\"status\"><b>", to);
    html_text(to, text);
    fputs("</b></p>", to);
}

static void put_hint(const struct triage *triage, FILE *to, bool may_write)
{
    fputs("<p class=\"hint\">Silence what you know to be harmless; P1 and P2 want a look first. "
          "An entry goes into the list 'suppress' of ", to);
    html_text(to, triage->config);
    fputs("; hosts take it up when they read that file again.</p>", to);
    if (may_write)
        return;
    fputs("<p><b>Nothing can be changed here:</b> the server may not write ", to);
    html_text(to, triage->config);
    fputs(". Lines can be copied into the file by hand.</p>", to);
}

bool triage_write(struct triage *triage, FILE *to, const char *secret)
{
    bool may_write = access(triage->config, W_OK) == 0;

    triage_renew(triage);
    put_head(to);
    if (triage->news[0] != '\0')
        put_status(to, triage->news);
    triage->news[0] = '\0';
    put_hint(triage, to, may_write);
    if (!triage->is_open) {
        fputs("<p><b>Nothing can be proposed:</b></p><pre>", to);
        html_text(to, triage->trouble);
        fputs("</pre><p>Mend the file, or take a change back, and load this page again.</p>", to);
    }
    put_undo(triage, to, may_write ? secret : NULL);
    if (triage->is_reading)
        fputs("<p><b>The records are still being read:</b> load the page again.</p>", to);
    if (triage->is_open) {
        put_groups(triage, to, may_write ? secret : NULL);
        put_entries(triage, to);
    }
    fputs("</main></body></html>\n", to);
    return true;
}
