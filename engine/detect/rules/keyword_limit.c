/* How often a rule may alert: 'threshold' and 'detection_filter'. */
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"
#define DIGITS "0123456789"
#define PAIRS_MAX 4
#define BACKOFF_MAX 65535

/* The values that name something; what pair they stand in does not count for Suricata. */
static const struct {
    const char *name;
    enum rule_limit_kind kind;
    enum rule_track track;
    bool filter; /* also of detection_filter */
} words[] = {
    { "limit", LIMIT_LIMIT, TRACK_NONE, false },
    { "both", LIMIT_BOTH, TRACK_NONE, false },
    { "threshold", LIMIT_THRESHOLD, TRACK_NONE, false },
    { "backoff", LIMIT_BACKOFF, TRACK_NONE, false },
    { "by_dst", LIMIT_NONE, TRACK_DESTINATION, true },
    { "by_src", LIMIT_NONE, TRACK_SOURCE, true },
    { "by_both", LIMIT_NONE, TRACK_BOTH, false },
    { "by_rule", LIMIT_NONE, TRACK_RULE, false },
    { "by_flow", LIMIT_NONE, TRACK_FLOW, true },
};

enum pair_name { NAME_TRACK, NAME_COUNT, NAME_SECONDS, NAME_TYPE, NAME_MULTIPLIER, NAMES };

static const char *const names[NAMES] = { "track", "count", "seconds", "type", "multiplier" };

struct reading {
    struct rule_draft *draft;
    const struct keyword *keyword;
    bool filter;
    const char *values[NAMES]; /* NULL: the pair is missing */
    size_t lengths[NAMES];
    struct rule_limit limit;
};

static bool refuse_pair(const struct reading *reading, const char *at)
{
    return draft_refuse(reading->draft, at, "write '%s' as in '%s'", reading->keyword->name,
            reading->keyword->example);
}

static bool starts_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* The length of the value, noting what it names; 0: it is none. */
static size_t take_value(struct reading *reading, const char *text)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (starts_with(text, words[i].name) && (!reading->filter || words[i].filter)) {
            if (words[i].kind != LIMIT_NONE)
                reading->limit.kind = words[i].kind;
            else
                reading->limit.track = words[i].track;
            return strlen(words[i].name);
        }
    return strspn(text, DIGITS);
}

/* "count 10"; the text moves behind it. */
static bool take_pair(struct reading *reading, const char **text, enum pair_name *out)
{
    const char *at = *text;
    size_t len;
    int name = 0;

    while (name < NAMES && !starts_with(at, names[name]))
        name++;
    if (name == NAMES || (reading->filter && name > NAME_SECONDS))
        return refuse_pair(reading, at);
    if (reading->values[name] != NULL)
        return draft_refuse(reading->draft, at, "a second '%s'", names[name]);
    at += strlen(names[name]);
    if (strspn(at, SPACES) == 0)
        return refuse_pair(reading, at);
    at += strspn(at, SPACES);
    len = take_value(reading, at);
    if (len == 0)
        return refuse_pair(reading, at);
    *out = (enum pair_name)name;
    reading->values[name] = at;
    reading->lengths[name] = len;
    *text = at + len + strspn(at + len, SPACES);
    return true;
}

/* Does what stands behind the last pair name one again? Up to the next comma its own does not count,
 * nor what makes no difference to Suricata, such as a multiplier behind seconds. */
static bool names_again(const struct reading *reading, const char *text, enum pair_name last)
{
    bool with_seconds = reading->values[NAME_SECONDS] != NULL;
    size_t own = strcspn(text, ",");

    for (int name = 0; name < NAMES; name++) {
        const char *word = name == NAME_SECONDS ? "second" : names[name];

        if (strstr(name == (int)last ? text + own : text, word) != NULL &&
                (name != NAME_MULTIPLIER || !with_seconds))
            return true;
    }
    return false;
}

static bool read_pairs(struct reading *reading, const char *text, int count)
{
    enum pair_name name = NAMES;

    text += strspn(text, SPACES);
    for (int i = 0; i < count; i++) {
        if (i > 0 && *text != ',')
            return refuse_pair(reading, text);
        text += i > 0;
        text += strspn(text, SPACES);
        if (!take_pair(reading, &text, &name))
            return false;
    }
    if (*text == '\0')
        return true;
    if (reading->filter)
        return refuse_pair(reading, text);
    if (names_again(reading, text, name))
        return refuse_pair(reading, text);
    draft_warn(reading->draft, text, "Suricata does not look at what stands here");
    return true;
}

static bool has_pair(struct reading *reading, enum pair_name name)
{
    return reading->values[name] != NULL ||
           draft_refuse(reading->draft, reading->draft->text, "'%s' is missing: write '%s' as in '%s'",
                   names[name], reading->keyword->name, reading->keyword->example);
}

static bool read_count(struct reading *reading, enum pair_name name, uint32_t min, uint32_t max,
        uint32_t *out)
{
    const char *value = reading->values[name];
    uint64_t number;

    if (!has_pair(reading, name))
        return false;
    if (strspn(value, DIGITS) == 0 || !number_unsigned(value, 10, false, UINT32_MAX, &number) ||
            number < min || number > max)
        return draft_refuse(reading->draft, value, "'%s' is a number from %u to %u", names[name],
                (unsigned)min, (unsigned)max);
    *out = (uint32_t)number;
    return true;
}

static bool read_backoff(struct reading *reading, const char *at)
{
    struct rule_limit *limit = &reading->limit;

    if (reading->values[NAME_SECONDS] != NULL)
        return draft_refuse(reading->draft, at, "'type backoff' has a 'multiplier', no 'seconds'");
    if (limit->track != TRACK_FLOW)
        return draft_refuse(reading->draft, at, "'type backoff' goes with 'track by_flow' alone");
    return read_count(reading, NAME_COUNT, 1, BACKOFF_MAX, &limit->count) &&
           read_count(reading, NAME_MULTIPLIER, 2, BACKOFF_MAX, &limit->multiplier);
}

/* Under a buffer Suricata does not see the one before. */
static bool is_first(struct rule_draft *draft, const char *at)
{
    return draft->sticky || !draft->limit_seen ||
           draft_refuse(draft, at, "a rule has one 'threshold' or one 'detection_filter'");
}

bool read_threshold(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct reading reading = { .draft = draft, .keyword = keyword };
    struct rule_limit *limit = &reading.limit;
    bool good;

    if (!is_first(draft, at) || !read_pairs(&reading, value, PAIRS_MAX) ||
            !has_pair(&reading, NAME_TYPE) || !has_pair(&reading, NAME_TRACK))
        return false;
    if (limit->kind == LIMIT_BACKOFF)
        good = read_backoff(&reading, value);
    else
        good = read_count(&reading, NAME_COUNT, 0, UINT32_MAX, &limit->count) &&
               read_count(&reading, NAME_SECONDS, 0, UINT32_MAX, &limit->seconds);
    draft->rule.limit = *limit;
    draft->limit_seen = true;
    return good;
}

bool read_detection_filter(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct reading reading = { .draft = draft, .keyword = keyword, .filter = true,
        .limit = { .kind = LIMIT_DETECTION_FILTER } };

    if (!is_first(draft, at) || !read_pairs(&reading, value, PAIRS_MAX - 1) ||
            !read_count(&reading, NAME_COUNT, 1, UINT32_MAX, &reading.limit.count) ||
            !read_count(&reading, NAME_SECONDS, 1, UINT32_MAX, &reading.limit.seconds))
        return false;
    draft->rule.limit = reading.limit;
    draft->limit_seen = true;
    return true;
}
