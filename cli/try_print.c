/* What became of each connection, for a person. */
#include <time.h>

#include "explain.h"
#include "prose.h"
#include "try.h"

#define US_PER_S UINT64_C(1000000)
#define TIME_SIZE sizeof("2026-01-31 23:59:59")

static void say_place(FILE *to, const struct try_place *place)
{
    time_t seconds = (time_t)(place->time_us / US_PER_S);
    char text[TIME_SIZE];
    struct tm parts;

    if (gmtime_r(&seconds, &parts) != NULL && strftime(text, sizeof(text), "%F %T", &parts) > 0)
        fprintf(to, "%s.%03u UTC ", text, (unsigned)(place->time_us % US_PER_S / 1000));
    fprintf(to, "(packet %llu)", (unsigned long long)place->number);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_title(const struct try_flows *flows, struct prose *prose, const char *capture,
        uint64_t packets)
{
    const struct rule *rule = flows->tried->rule;

    fprintf(prose->text, "%u  %s", rule->sid,
            rule->msg != NULL ? rule->msg : "(a rule without a message)");
    prose_end(prose, PROSE_TITLE);
    fprintf(prose->text, "%s: %llu packet%s. ", capture, (unsigned long long)packets,
            plural(packets));
    fprintf(prose->text, "It matches in %llu connection%s and does not in %llu.",
            (unsigned long long)flows->matched_count, plural(flows->matched_count),
            (unsigned long long)flows->missed_count);
    if (flows->outside > 0)
        fprintf(prose->text, " %llu packets belong to no connection and were not tried.",
                (unsigned long long)flows->outside);
    prose_end(prose, PROSE_PARAGRAPH);
}

/* --- that matched --- */

static void say_alerts(FILE *to, const struct try_flows *flows, const struct try_flow *flow)
{
    const struct rule *rule = flows->tried->rule;
    size_t lines;

    if (flow->alerts == flow->matches || !rule->alerts)
        return;
    fprintf(to, flow->alerts > 0 ? ", of which %llu alert%s" : ", but does not alert",
            (unsigned long long)flow->alerts, flow->alerts == 1 ? "s" : "");
    fputs(": held back by its threshold. ", to);
    rule_set_thresholds(flows->tried->set, &lines);
    if (rule->limit.kind != LIMIT_NONE)
        say_limit(to, &rule->limit);
    if (lines > 0)
        fputs(" A line of threshold.config may say otherwise.", to);
}

static void print_match(const struct try_flows *flows, struct prose *prose,
        const struct try_flow *flow)
{
    prose_print(prose, PROSE_HEADING, flow->title);
    fputs("Matched at ", prose->text);
    say_place(prose->text, &flow->matched);
    if (flow->matches > 1)
        fprintf(prose->text, ", %llu times in all", (unsigned long long)flow->matches);
    say_alerts(prose->text, flows, flow);
    prose_end(prose, PROSE_PARAGRAPH);
    if (flow->features != NULL && flow->features[0] != '\0') {
        fprintf(prose->text, "There %s.", flow->features);
        prose_end(prose, PROSE_PARAGRAPH);
    }
}

/* --- that did not --- */

static void print_miss(const struct try_flows *flows, struct prose *prose,
        const struct try_flow *flow)
{
    const struct try_rule *tried = flows->tried;
    const struct try_reach *reach = &flow->reach;

    prose_print(prose, PROSE_HEADING, flow->title);
    if (reach->condition == tried->count) {
        fputs("All of it held, though not where Suricata looks: ", prose->text);
    } else {
        fputs("Asked: ", prose->text);
        try_say_asked(prose->text, tried, reach->condition, reach->depth);
        prose_end(prose, PROSE_PARAGRAPH);
        fprintf(prose->text, "Seen: %s, ", flow->seen);
    }
    say_place(prose->text, &flow->reached);
    if (flow->looks > 1)
        fprintf(prose->text, ", the nearest of %llu looks", (unsigned long long)flow->looks);
    putc('.', prose->text);
    prose_end(prose, PROSE_PARAGRAPH);
}

/* --- the rest --- */

static void say_other(FILE *to, const struct try_rule *tried, size_t condition)
{
    static const char *const header[TRY_TEST] = {
        [TRY_PROTOCOL] = "another protocol",
        [TRY_APPLICATION] = "another application protocol, or none that is known",
        [TRY_SOURCE] = "another source address",
        [TRY_SOURCE_PORT] = "another source port",
        [TRY_DESTINATION] = "another destination address",
        [TRY_DESTINATION_PORT] = "another destination port",
        [TRY_DIRECTION] = "nothing goes in its direction",
    };

    if (condition == tried->count) {
        fputs("all of it held, though not where Suricata looks", to);
    } else if (condition < TRY_TEST) {
        fputs(header[condition], to);
    } else {
        fputs("not so: ", to);
        try_say_asked(to, tried, condition, 0);
    }
}

static void print_others(const struct try_flows *flows, struct prose *prose)
{
    const struct try_rule *tried = flows->tried;

    if (flows->matched_count > flows->matched_shown) {
        fprintf(prose->text, "It matches in %llu more.",
                (unsigned long long)(flows->matched_count - flows->matched_shown));
        prose_end(prose, PROSE_HEADING);
    }
    if (flows->missed_count == flows->missed_shown)
        return;
    prose_print(prose, PROSE_HEADING, "What failed first in the other connections");
    for (size_t i = tried->count + 1; i-- > 0;)
        if (flows->others[i] > 0) {
            fprintf(prose->text, "%llu: ", (unsigned long long)flows->others[i]);
            say_other(prose->text, tried, i);
            prose_end(prose, PROSE_ITEM);
        }
}

bool try_print(const struct try_flows *flows, FILE *to, const char *capture, uint64_t packets)
{
    struct prose prose;

    if (!prose_open(&prose, to, PROSE_TERMINAL))
        return false;
    print_title(flows, &prose, capture, packets);
    for (size_t i = 0; i < flows->matched_shown; i++)
        print_match(flows, &prose, flows->matched[i]);
    for (size_t i = 0; i < flows->missed_shown; i++)
        print_miss(flows, &prose, flows->missed[i]);
    print_others(flows, &prose);
    prose_close(&prose);
    return true;
}
