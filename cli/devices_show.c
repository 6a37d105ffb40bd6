#include "devices_show.h"

#include <stdio.h>
#include <time.h>

#include "base/time.h"
#include "baseline_progress.h"
#include "screen.h"

/* --- what other households know --- */

/* How many of those that have the device's type use it, too; 0: too few, or it is nothing they share. */
static uint32_t votes_for(const struct devices_show *show, const struct baseline *baseline,
        const struct baseline_item *item)
{
    char type[PROFILE_TYPE_SIZE];

    if (show->profile == NULL || (item->kind != SEEN_DOMAIN && item->kind != SEEN_ASN) ||
            !profile_type_name(baseline->type, baseline->vendor, type))
        return 0;
    return profile_votes(show->profile, type,
            item->kind == SEEN_DOMAIN ? PROFILE_DOMAIN : PROFILE_ASN, item->value);
}

static void print_common(const struct devices_show *show, const struct baseline *baseline)
{
    size_t common = 0, all = 0;

    for (size_t i = 0; i < baseline->item_count; i++) {
        enum seen_kind kind = baseline->items[i].kind;

        all += kind == SEEN_DOMAIN || kind == SEEN_ASN;
        common += votes_for(show, baseline, &baseline->items[i]) >= PROFILE_COMMON_VOTES;
    }
    if (common > 0)
        printf("  %zu of these %zu domains and ASNs are common for devices of its type elsewhere\n",
                common, all);
}

/* --- the table --- */

static void print_text(const char *text, size_t columns)
{
    screen_cell(stdout, cursor_over(text, strlen(text)), columns, SCREEN_KEEP_START);
}

static void span_text(uint64_t seconds, char out[32])
{
    if (seconds >= 2 * 86400)
        snprintf(out, 32, "%llu d %llu h", (unsigned long long)(seconds / 86400),
                (unsigned long long)(seconds / 3600 % 24));
    else if (seconds >= 2 * 3600)
        snprintf(out, 32, "%llu h %llu min", (unsigned long long)(seconds / 3600),
                (unsigned long long)(seconds / 60 % 60));
    else
        snprintf(out, 32, "%llu min", (unsigned long long)(seconds / 60 + 1));
}

static void print_time(uint64_t time_us)
{
    time_t seconds = (time_t)(time_us / US_PER_S);
    struct tm parts;
    char text[32];

    if (gmtime_r(&seconds, &parts) != NULL && strftime(text, sizeof(text), "%F %R", &parts) > 0)
        fputs(text, stdout);
}

static void print_missing(const struct baseline_progress *progress)
{
    char span[32];

    if (progress->state == BASELINE_FROZEN)
        fputs("learns nothing until '--thaw'", stdout);
    else if (progress->state == BASELINE_TRUSTED)
        fputs("nothing, since ", stdout), print_time(progress->trusted_us);
    else if (progress->trusted_us == 0)
        fputs("it has not talked to anybody yet", stdout);
    else {
        span_text(progress->missing_s, span);
        printf("%s more; trusted from ", span);
        print_time(progress->trusted_us);
    }
}

static void print_marks(const struct baseline *baseline, const struct baseline_progress *progress)
{
    if (baseline->alerts + progress->suspect + progress->accused == 0)
        return;
    printf("  %llu urgent alert%s:", (unsigned long long)baseline->alerts,
            baseline->alerts == 1 ? "" : "s");
    printf(" %zu fact%s not learned, %zu learned within a day of one and not excused; "
           "'--trust' takes them in\n",
            progress->accused, progress->accused == 1 ? "" : "s", progress->suspect);
}

static void show_row(struct devices_show *show, const struct baseline *baseline)
{
    struct baseline_progress progress = baseline_progress_of(baseline, show->learning_s);

    if (show->count == 0)
        printf("%-24s %-18s %-8s %5s  %7s %4s %5s %5s  %s\n", "device", "", "state", "far",
                "domains", "ASNs", "ports", "rules", "what is missing");
    print_text(baseline->name[0] != '\0' ? baseline->name : baseline->vendor, 24);
    putchar(' ');
    print_text(baseline->key, 18);
    printf(" %-8s %3.0f %%  %7zu %4zu %5zu %5zu  ", baseline_state_name(progress.state),
            100 * progress.share, progress.known[SEEN_DOMAIN], progress.known[SEEN_ASN],
            progress.known[SEEN_PORT], progress.known[SEEN_RULE]);
    print_missing(&progress);
    putchar('\n');
    print_common(show, baseline);
    print_marks(baseline, &progress);
}

/* --- JSON --- */

static void put_text(struct json *json, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_text(json, key, text);
}

static void put_time(struct json *json, const char *key, uint64_t time_us)
{
    if (time_us != 0)
        json_time(json, key, time_us);
}

static void put_items(struct devices_show *show, const struct baseline *baseline, enum seen_kind kind)
{
    struct json *json = &show->text;

    json_open_array(json, baseline_kind_name(kind));
    for (size_t i = 0; i < baseline->item_count; i++) {
        const struct baseline_item *item = &baseline->items[i];
        uint32_t votes = item->kind == kind ? votes_for(show, baseline, item) : 0;

        if (item->kind != kind)
            continue;
        json_open_object(json, NULL);
        json_text(json, "value", item->value);
        put_time(json, "first", item->first_us);
        put_time(json, "last", item->last_us);
        json_unsigned(json, "times", item->times);
        if (item->suspect)
            json_bool(json, "suspect", true);
        if (item->accused)
            json_bool(json, "accused", true);
        if (item->vouched)
            json_bool(json, "vouched", true);
        if (votes > 0)
            json_unsigned(json, "common", votes);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_beats(struct json *json, const struct baseline *baseline)
{
    json_open_array(json, "heartbeats");
    for (size_t i = 0; i < baseline->beat_count; i++) {
        const struct baseline_beat *beat = &baseline->beats[i];

        json_open_object(json, NULL);
        json_text(json, "remote", beat->remote);
        json_decimal(json, "period_s", beat->period_s);
        json_unsigned(json, "bytes", beat->bytes);
        put_time(json, "first", beat->first_us);
        put_time(json, "last", beat->last_us);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_hours(struct json *json, const char *key, const uint64_t hours[BASELINE_HOURS])
{
    json_open_array(json, key);
    for (unsigned hour = 0; hour < BASELINE_HOURS; hour++)
        json_unsigned(json, NULL, hours[hour]);
    json_close_array(json);
}

static void show_object(struct devices_show *show, const struct baseline *baseline)
{
    struct baseline_progress progress = baseline_progress_of(baseline, show->learning_s);
    struct json *json = &show->text;

    json_restart(json);
    json_open_object(json, NULL);
    json_text(json, "device", baseline->key);
    put_text(json, "name", baseline->name);
    put_text(json, "type", baseline->type);
    put_text(json, "vendor", baseline->vendor);
    json_text(json, "state", baseline_state_name(progress.state));
    json_decimal(json, "learned", progress.share);
    json_unsigned(json, "missing_s", progress.missing_s);
    put_time(json, "trusted", progress.trusted_us);
    put_time(json, "first_seen", baseline->met_us);
    put_time(json, "last_seen", baseline->last_us);
    json_unsigned(json, "alerts", baseline->alerts);
    json_unsigned(json, "suspect", progress.suspect);
    json_unsigned(json, "accused", progress.accused);
    for (size_t kind = 0; baseline_kind_name(kind) != NULL; kind++)
        put_items(show, baseline, (enum seen_kind)kind);
    put_beats(json, baseline);
    put_hours(json, "bytes_up", baseline->hours[0]);
    put_hours(json, "bytes_down", baseline->hours[1]);
    json_close_object(json);
    json_newline(json);
    if (!json->failed)
        fwrite(json->data, 1, json->len, stdout);
}

void devices_show(void *user, const struct baseline *baseline)
{
    struct devices_show *show = user;

    if (show->json)
        show_object(show, baseline);
    else
        show_row(show, baseline);
    show->count++;
}
