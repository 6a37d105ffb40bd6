#include <stdio.h>
#include <time.h>

#include "screen.h"
#include "tune.h"

#define FEATURES_SHOWN 4

void tune_time_text(uint64_t time_us, char out[32])
{
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL || strftime(out, 32, "%Y-%m-%d %H:%M", &parts) == 0)
        snprintf(out, 32, "?");
}

static void put(const char *text)
{
    screen_print(stdout, cursor_over(text, strlen(text)), SCREEN_ALL, SCREEN_KEEP_END);
}

/* --- the deciding numbers --- */

static size_t add(size_t *out, size_t count, size_t room, size_t feature)
{
    for (size_t i = 0; i < count; i++)
        if (out[i] == feature)
            return count;
    if (count < room)
        out[count++] = feature;
    return count;
}

static size_t asked_by(const struct tune_group *group, const struct rule *rule, size_t *out,
        size_t count, size_t room)
{
    struct spread spread;

    for (uint32_t i = 0; i < rule->test_count; i++) {
        size_t feature;

        if (rule->tests[i].kind != TEST_IOT)
            continue;
        feature = (size_t)(rule->tests[i].iot.feature - features);
        if (numbers_spread(&group->numbers, feature, &spread))
            count = add(out, count, room, feature);
    }
    return count;
}

size_t tune_features(const struct tune_group *group, const struct rule_set *rules, size_t *out,
        size_t room)
{
    size_t count = 0;

    for (size_t i = 0; rules != NULL && i < group->sid_count; i++) {
        const struct rule *rule = rule_set_find(rules, group->gid, group->sids[i]);

        if (rule != NULL)
            count = asked_by(group, rule, out, count, room);
    }
    return count;
}

static void print_spread(const struct tune_group *group, size_t feature)
{
    struct spread now, usual;

    if (!numbers_spread(&group->numbers, feature, &now))
        return;
    printf("     %s %g", features[feature].name, now.middle);
    if (now.low < now.high)
        printf(" (%g to %g)", now.low, now.high);
    if (features[feature].unit[0] != '\0')
        printf(" %s", features[feature].unit);
    if (group->device != NULL && numbers_spread(&group->device->usual, feature, &usual))
        printf("; its flows have %g (%g to %g)", usual.middle, usual.low, usual.high);
    putchar('\n');
}

/* --- a group --- */

static void print_whom(const struct tune_group *group)
{
    char text[ADDRESS_TEXT_SIZE];

    if (group->device == NULL) {
        fputs("no device", stdout);
    } else {
        put(group->device->name[0] != '\0' ? group->device->name : group->device->key);
        if (group->device->name[0] != '\0')
            printf(" (%s)", group->device->key);
    }
    fputs(" -> ", stdout);
    put(group->key.remote[0] != '\0' ? group->key.remote : "nobody");
    if (group->as_org[0] != '\0') {
        fputs(", ", stdout);
        put(group->as_org);
    }
    if (tune_has_one_remote(group)) {
        screen_address(&group->remotes[0], text);
        printf(", %s", text);
    }
    putchar('\n');
}

void tune_print_group(const struct tune_history *history, const struct tune_group *group,
        size_t number, const struct rule_set *rules)
{
    size_t features_shown[FEATURES_SHOWN], count;
    char first[32], last[32];

    (void)history;
    tune_time_text(group->first_us, first);
    tune_time_text(group->last_us, last);
    printf("%3zu  %llu alert%s, priority %u, ", number, (unsigned long long)group->count,
            group->count == 1 ? "" : "s", group->priority);
    put(group->key.detects);
    fputs(": ", stdout);
    print_whom(group);
    printf("     %u", group->sids[0]);
    if (group->sid_count > 1)
        printf(" and %zu more rule%s", group->sid_count - 1, group->sid_count == 2 ? "" : "s");
    fputs(", ", stdout);
    put(group->message);
    printf("\n     %s to %s UTC\n", first, last);
    count = tune_features(group, rules, features_shown, FEATURES_SHOWN);
    for (size_t i = 0; i < count; i++)
        print_spread(group, features_shown[i]);
}

/* What to think of before. */
static void warn(const struct tune_group *group, const struct proposal *proposal)
{
    const struct suppress_setting *entry = &proposal->entry;

    if (group->priority == 1)
        printf("     priority 1: look at the device first; 'tattler explain %u' says what to do\n",
                group->sids[0]);
    if (entry->domain == NULL && entry->name == NULL && entry->asn == 0 && entry->networks.count == 0)
        puts("     it names no remote, as there are too many: whoever the device talks to, these rules "
             "are silent");
}

static void print_lines(const char *lines)
{
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");

        fputs("       ", stdout);
        screen_print(stdout, cursor_over(lines, len), SCREEN_ALL, SCREEN_KEEP_START);
        putchar('\n');
        lines += len + (lines[len] == '\n');
    }
}

void tune_print_limit(const struct tune_group *group, const struct tune_limit *limit,
        const char *lines)
{
    puts("     or less often, for all devices, with --threshold-file FILE --limit:");
    print_lines(lines);
    printf("     leaves %llu of these %llu, and %llu of %llu alerts of other groups\n",
            (unsigned long long)limit->left, (unsigned long long)group->count,
            (unsigned long long)limit->others_left, (unsigned long long)limit->others);
}

void tune_print_param(const struct tune_group *group, const struct tune_param *param,
        const char *lines)
{
    puts("     or another parameter of the heuristic, with -c FILE --parameter:");
    print_lines(lines);
    printf("     silences %llu of these %llu, and %llu of other groups, where the numbers do not grow "
            "further\n",
            (unsigned long long)param->silenced, (unsigned long long)group->count,
            (unsigned long long)param->others);
}

void tune_print_proposal(const struct tune_group *group, const struct proposal *proposal,
        const char *lines)
{
    fputs("     proposed:\n", stdout);
    print_lines(lines);
    printf("     silences %llu of these %llu", (unsigned long long)(proposal->silenced - proposal->others),
            (unsigned long long)group->count);
    if (proposal->others == 0) {
        puts(" and nothing else in this history");
        warn(group, proposal);
        return;
    }
    printf(", and %llu alert%s of %zu other group%s, most of them ",
            (unsigned long long)proposal->others, proposal->others == 1 ? "" : "s",
            proposal->other_groups, proposal->other_groups == 1 ? "" : "s");
    put(proposal->widest->key.detects);
    fputs(": ", stdout);
    print_whom(proposal->widest);
    warn(group, proposal);
}
