/* What the packet's flow says: direction, state, age and volume. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"
#define WORDS_MAX 3
#define WORD_MAX 15 /* characters, as in Suricata */

/* --- flow --- */

enum flow_word { ESTABLISHED, NOT_ESTABLISHED, STATELESS, TO_CLIENT, TO_SERVER, NO_FRAGMENT,
    ONLY_FRAGMENT, ONLY_STREAM, NO_STREAM };

#define BIT(word) (1u << (word))

static const struct {
    const char *name;
    enum flow_word word;
    unsigned excludes; /* bits of words that may not stand in front */
} words[] = {
    { "established", ESTABLISHED, BIT(NOT_ESTABLISHED) | BIT(STATELESS) },
    { "not_established", NOT_ESTABLISHED, BIT(ESTABLISHED) },
    { "stateless", STATELESS, BIT(ESTABLISHED) },
    { "to_client", TO_CLIENT, BIT(TO_SERVER) },
    { "from_server", TO_CLIENT, BIT(TO_SERVER) },
    { "to_server", TO_SERVER, BIT(TO_CLIENT) },
    { "from_client", TO_SERVER, BIT(TO_CLIENT) },
    { "no_frag", NO_FRAGMENT, BIT(ONLY_FRAGMENT) },
    { "only_frag", ONLY_FRAGMENT, BIT(NO_FRAGMENT) },
    { "only_stream", ONLY_STREAM, BIT(NO_STREAM) },
    { "no_stream", NO_STREAM, BIT(ONLY_STREAM) },
};

static bool read_word(struct rule_draft *draft, const char *text, size_t len, unsigned *said)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].name) != len || strncasecmp(text, words[i].name, len) != 0)
            continue;
        if ((*said & BIT(words[i].word)) != 0)
            return draft_refuse(draft, text, "'flow' says this twice");
        if ((*said & words[i].excludes) != 0)
            return draft_refuse(draft, text, "'flow' says the opposite, too");
        *said |= BIT(words[i].word);
        return true;
    }
    return draft_refuse(draft, text, "'flow' has no '%.*s': write 'established', 'to_server', "
            "'to_client' …", len < WORD_MAX ? (int)len : WORD_MAX, text);
}

static bool read_words(struct rule_draft *draft, const char *text, unsigned *said)
{
    for (int count = 0;; count++) {
        size_t len;

        text += strspn(text, SPACES);
        len = strcspn(text, SPACES ",");
        if (count == WORDS_MAX)
            return draft_refuse(draft, text, "'flow' takes %d words at most", WORDS_MAX);
        if (!read_word(draft, text, len, said))
            return false;
        text += len + strspn(text + len, SPACES);
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return draft_refuse(draft, text - 1, "a comma is missing between the words of 'flow'");
    }
}

/* Without a direction both count. */
static bool set_direction(struct rule_draft *draft, const char *at, unsigned said)
{
    bool to_server = (said & BIT(TO_SERVER)) != 0, to_client = (said & BIT(TO_CLIENT)) != 0;
    struct rule *rule = &draft->rule;

    if ((to_server || to_client) && draft->both_transactions)
        return draft_refuse(draft, at, "a rule with '=>' has no direction of the flow");
    if ((to_server && rule->to_client) || (to_client && rule->to_server))
        return draft_refuse(draft, at, "a second 'flow' with another direction");
    if (!to_server && !to_client && !rule->to_server && !rule->to_client)
        to_server = to_client = true;
    rule->to_server |= to_server;
    rule->to_client |= to_client;
    return true;
}

bool read_flow(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    const unsigned states = BIT(ESTABLISHED) | BIT(NOT_ESTABLISHED) | BIT(STATELESS) |
                            BIT(NO_FRAGMENT) | BIT(ONLY_FRAGMENT);
    struct rule_test test = { .kind = TEST_FLOW_STATE };
    unsigned said = 0;

    (void)keyword;
    if (draft->flow_seen)
        return draft_refuse(draft, at, "a second 'flow'");
    if (!read_words(draft, value, &said) || !set_direction(draft, at, said))
        return false;
    draft->rule.stream_only |= (said & BIT(ONLY_STREAM)) != 0;
    draft->rule.needs_stream |= (said & BIT(ONLY_STREAM)) != 0;
    draft->rule.needs_packet |= (said & BIT(NO_STREAM)) != 0;
    if ((said & states) == 0)
        return true;
    draft->flow_seen = true;
    test.flow_state = (struct rule_flow_state){ (said & BIT(ESTABLISHED)) != 0,
        (said & BIT(NOT_ESTABLISHED)) != 0, (said & BIT(NO_FRAGMENT)) != 0,
        (said & BIT(ONLY_FRAGMENT)) != 0 };
    return draft_add_test(draft, &test);
}

/* --- numbers --- */

bool read_flow_age(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_test test = { .kind = TEST_FLOW_AGE };

    (void)at;
    draft->rule.needs_packet = true;
    return draft_read_number(draft, keyword, value, UINT32_MAX, &test.number) &&
           draft_add_test(draft, &test);
}

static bool read_side(struct rule_draft *draft, const struct keyword *keyword, char **value,
        enum rule_flow_side *out)
{
    static const char *const sides[] = { "toserver", "toclient", "either" };
    char *text = *value;

    for (int side = 0; side < 3; side++) {
        size_t len = strlen(sides[side]);

        if (strncmp(text, sides[side], len) != 0)
            continue;
        text += len + strspn(text + len, " \t");
        if (*text != ',')
            break;
        *value = text + 1 + strspn(text + 1, " \t");
        *out = (enum rule_flow_side)side;
        return true;
    }
    return draft_refuse(draft, text, "'%s' begins with 'toserver,', 'toclient,' or 'either,'",
            keyword->name);
}

/* flow.bytes, flow.pkts, and what has its side in the name. */
bool read_flow_count(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    bool bytes = strncmp(keyword->name, "flow.bytes", strlen("flow.bytes")) == 0;
    struct rule_test test = { .kind = bytes ? TEST_FLOW_BYTES : TEST_FLOW_PACKETS };
    struct rule_flow_count *count = &test.flow_count;

    (void)at;
    count->side = (enum rule_flow_side)keyword->argument;
    if (count->side == FLOW_EITHER_SIDE && !read_side(draft, keyword, &value, &count->side))
        return false;
    draft->rule.needs_packet = true;
    return draft_read_number(draft, keyword, value, bytes ? UINT64_MAX : UINT32_MAX,
                   &count->number) && draft_add_test(draft, &test);
}
