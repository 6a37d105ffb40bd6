/* What became of each connection, for a person. */
#include <time.h>

#include "base/time.h"
#include "explain.h"
#include "prose.h"
#include "try.h"

#define TIME_SIZE sizeof("2026-01-31 23:59:59")

/* "packet 12 at 23:59:59.123", in UTC */
static void say_place(FILE *to, const struct try_place *place, bool with_date)
{
    time_t seconds = (time_t)(place->time_us / US_PER_S);
    char text[TIME_SIZE];
    struct tm parts;

    fprintf(to, "packet %llu", (unsigned long long)place->number);
    if (gmtime_r(&seconds, &parts) == NULL ||
            strftime(text, sizeof(text), "%F %T", &parts) != TIME_SIZE - 1)
        return; /* of a year that nobody has seen */
    fprintf(to, " at %s.%03u", with_date ? text : text + TIME_SIZE - sizeof("23:59:59"),
            (unsigned)(place->time_us % US_PER_S / 1000));
}

static uint64_t count_missed(const struct try_flows *flows)
{
    uint64_t count = 0;

    for (size_t i = 0; i <= flows->tried->count; i++)
        count += flows->missed[i].count;
    return count;
}

static void print_title(const struct try_flows *flows, struct prose *prose, const char *capture,
        uint64_t packets)
{
    const struct rule *rule = flows->tried->rule;
    size_t lines;

    fprintf(prose->text, "%u  %s", rule->sid,
            rule->msg != NULL ? rule->msg : "(a rule without a message)");
    prose_end(prose, PROSE_TITLE);
    fprintf(prose->text, "%s: of %llu connections%s (%llu packets) it matches %llu.", capture,
            (unsigned long long)(flows->matched.count + count_missed(flows) - flows->has_outside),
            flows->has_outside ? " and the packets of none" : "", (unsigned long long)packets,
            (unsigned long long)flows->matched.count);
    prose_end(prose, PROSE_PARAGRAPH);
    say_header(prose->text, rule);
    putc(' ', prose->text);
    say_limit(prose->text, &rule->limit);
    rule_set_thresholds(flows->tried->set, &lines);
    if (lines > 0)
        fputs(" (threshold.config may say otherwise.)", prose->text);
    prose_end(prose, PROSE_PARAGRAPH);
}

/* --- that matched --- */

/* What the threshold is stands above. */
static void say_alerts(FILE *to, const struct try_flows *flows, const struct try_flow *flow)
{
    if (flow->alerts == flow->matches || !flows->tried->rule->alerts)
        return;
    fprintf(to, "; %s by the threshold", flow->alerts > 0 ? "some of them held back"
            : "raises no alert: held back");
}

static void print_match(const struct try_flows *flows, struct prose *prose,
        const struct try_flow *flow)
{
    fprintf(prose->text, "%s: ", flow->title);
    say_place(prose->text, &flow->matched, true);
    if (flow->features != NULL && flow->features[0] != '\0')
        fprintf(prose->text, ", where %s", flow->features);
    if (flow->matches > 1)
        fprintf(prose->text, "; %llu times in all", (unsigned long long)flow->matches);
    say_alerts(prose->text, flows, flow);
    prose_end(prose, PROSE_ITEM);
}

/* --- that did not --- */

static void print_miss(struct prose *prose, const struct try_flow *flow)
{
    fprintf(prose->text, "%s: ", flow->title);
    for (unsigned i = 0; i < flow->seen_count; i++) {
        fprintf(prose->text, "%s%s in ", i > 0 ? "; " : "", flow->seen[i].text);
        say_place(prose->text, &flow->seen[i].place, false);
    }
    if (flow->looks > 1)
        fprintf(prose->text, "; nearest of %llu looks", (unsigned long long)flow->looks);
    prose_end(prose, PROSE_ITEM);
}

/* --- all --- */

static void print_more(struct prose *prose, const struct try_list *list)
{
    if (list->shown == 0 || list->count == list->shown)
        return;
    fprintf(prose->text, "and %llu more", (unsigned long long)(list->count - list->shown));
    prose_end(prose, PROSE_ITEM);
}

static void print_matched(const struct try_flows *flows, struct prose *prose)
{
    const struct try_list *list = &flows->matched;

    if (list->count == 0)
        return;
    fprintf(prose->text, list->count == 1 ? "%llu matches" : "%llu match",
            (unsigned long long)list->count);
    if (flows->tried->rule->alerts && flows->alerted < list->count)
        fprintf(prose->text, ", %llu with an alert", (unsigned long long)flows->alerted);
    putc(':', prose->text);
    prose_end(prose, PROSE_HEADING);
    for (size_t i = 0; i < list->shown; i++)
        print_match(flows, prose, list->flows[i]);
    print_more(prose, list);
}

static void print_missed(const struct try_flows *flows, struct prose *prose, size_t condition)
{
    const struct try_list *list = &flows->missed[condition];

    if (list->count == 0)
        return;
    fprintf(prose->text, list->count == 1 ? "%llu fails at: " : "%llu fail at: ",
            (unsigned long long)list->count);
    if (condition < flows->tried->count)
        try_say_asked(prose->text, flows->tried, condition);
    else
        fputs("nothing, but all of it held only where Suricata does not look.", prose->text);
    prose_end(prose, PROSE_HEADING);
    for (size_t i = 0; i < list->shown; i++)
        print_miss(prose, list->flows[i]);
    print_more(prose, list);
}

bool try_print(const struct try_flows *flows, FILE *to, const char *capture, uint64_t packets)
{
    struct prose prose;

    if (!prose_open(&prose, to, PROSE_TERMINAL))
        return false;
    print_title(flows, &prose, capture, packets);
    print_matched(flows, &prose);
    for (size_t i = flows->tried->count + 1; i-- > 0;)
        print_missed(flows, &prose, i);
    prose_close(&prose);
    return true;
}
