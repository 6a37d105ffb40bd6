/* What rules remember for each other: flowbits of a flow, xbits of an address or a pair of them. */
#include <ctype.h>
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"
#define NAME_MAX_LEN 255
#define COMMAND_MAX 15
#define ALTERNATIVES_MAX 100
#define XBIT_EXPIRE_S 30 /* unless the rule says something else */

enum bit_word { WORD_SET, WORD_UNSET, WORD_TOGGLE, WORD_IS_SET, WORD_IS_NOT_SET, WORD_NO_ALERT,
    BIT_WORDS };

static const char *const bit_words[BIT_WORDS] = { "set", "unset", "toggle", "isset", "isnotset",
    "noalert" };

static enum bit_word word_of(const char *text)
{
    int word = 0;

    while (word < BIT_WORDS && strcmp(text, bit_words[word]) != 0)
        word++;
    return (enum bit_word)word;
}

static bool refuse_word(struct rule_draft *draft, const struct keyword *keyword, const char *at)
{
    return draft_refuse(draft, at, "'%s' begins with 'set', 'isset', 'isnotset', 'unset', 'toggle' "
            "or 'noalert'", keyword->name);
}

/* --- flowbits --- */

/* The names between '|'; false: refused. */
static bool read_alternatives(struct rule_draft *draft, char *text, uint32_t bits[],
        uint32_t *count)
{
    char *next;

    for (char *name = text; name != NULL; name = next) {
        size_t len;

        next = strchr(name, '|');
        if (next != NULL)
            *next++ = '\0';
        name += strspn(name, SPACES);
        for (len = strlen(name); len > 0 && isspace((unsigned char)name[len - 1]); len--)
            name[len - 1] = '\0';
        if (*name == '\0')
            continue;
        if (strchr(name, ' ') != NULL)
            return draft_refuse(draft, name, "the name of a bit has no blanks");
        if (*count == ALTERNATIVES_MAX)
            return draft_refuse(draft, name, "more than %d names", ALTERNATIVES_MAX);
        if (!bit_names_number(draft->world->flowbits, name, &bits[(*count)++]))
            return draft_no_memory(draft);
    }
    return *count > 0 || draft_refuse(draft, text, "the name of a bit is missing");
}

static bool read_flowbit_names(struct rule_draft *draft, char *name, uint32_t bits[],
        uint32_t *count)
{
    size_t len = strlen(name);

    if (len > NAME_MAX_LEN)
        return draft_refuse(draft, name, "the name of a bit has at most %d characters",
                NAME_MAX_LEN);
    for (; len > 0 && isblank((unsigned char)name[len - 1]); len--)
        name[len - 1] = '\0';
    if (strchr(name, '|') != NULL)
        return read_alternatives(draft, name, bits, count);
    if (*name == '\0')
        return draft_refuse(draft, name, "the name of a bit is missing");
    if (name[strcspn(name, " \t")] != '\0')
        return draft_refuse(draft, name, "the name of a bit has no blanks");
    *count = 1;
    return bit_names_number(draft->world->flowbits, name, bits) || draft_no_memory(draft);
}

static bool add_flowbit(struct rule_draft *draft, const char *at, enum bit_word word,
        const uint32_t bits[], uint32_t count)
{
    const uint32_t *kept = arena_copy(draft->world->arena, bits, count, sizeof(*bits));

    if (kept == NULL)
        return draft_no_memory(draft);
    if (word == WORD_IS_SET || word == WORD_IS_NOT_SET)
        return draft_add_test(draft, &(struct rule_test){ .kind = TEST_FLOWBIT,
                .flowbit = { kept, count, word == WORD_IS_NOT_SET } });
    if (count > 1)
        draft_warn(draft, at, "several bits can be asked for, but not changed: Suricata changes "
                "none of them");
    return draft_add_effect(draft, &(struct rule_effect){ .command = (enum rule_bit_command)word,
            .bits = kept, .bit_count = count > 1 ? 0 : 1 });
}

bool read_flowbits(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyz");
    char *name = value + len;
    uint32_t bits[ALTERNATIVES_MAX], count = 0;
    enum bit_word word;

    if (len == 0 || len > COMMAND_MAX)
        return refuse_word(draft, keyword, value);
    name = *name == ',' ? name + 1 + strspn(name + 1, SPACES) : name + strlen(name);
    value[len] = '\0';
    word = word_of(value);
    if (word == BIT_WORDS)
        return refuse_word(draft, keyword, value);
    if (word == WORD_NO_ALERT) {
        draft->rule.alerts = false;
        return *name == '\0' || draft_refuse(draft, name, "'noalert' takes no name");
    }
    return read_flowbit_names(draft, name, bits, &count) &&
           add_flowbit(draft, at, word, bits, count);
}

/* --- xbits --- */

struct xbit {
    enum bit_word word;
    const char *name;
    enum rule_xbit_track track;
    uint32_t expire_s;
    bool tracked, expires;
};

static bool read_track(struct rule_draft *draft, const char *text, struct xbit *xbit)
{
    static const char *const tracks[] = { "", "ip_src", "ip_dst", "ip_pair" };

    if (xbit->tracked)
        return draft_refuse(draft, text, "a second 'track'");
    xbit->tracked = true;
    for (int track = XBIT_SOURCE; track <= XBIT_PAIR; track++)
        if (strcmp(text, tracks[track]) == 0) {
            xbit->track = (enum rule_xbit_track)track;
            return true;
        }
    if (strcmp(text, "tx") == 0)
        return draft_unsupported(draft, text, "xbits of a transaction need Suricata");
    return draft_refuse(draft, text, "'track' is 'ip_src', 'ip_dst' or 'ip_pair'");
}

static bool read_expire(struct rule_draft *draft, const char *text, struct xbit *xbit)
{
    uint64_t seconds;

    if (xbit->expires)
        return draft_refuse(draft, text, "a second 'expire'");
    xbit->expires = true;
    if (!number_unsigned(text, 10, true, UINT32_MAX, &seconds) || seconds == 0)
        return draft_refuse(draft, text, "'expire' is a number of seconds, from 1 on");
    xbit->expire_s = (uint32_t)seconds;
    return true;
}

/* 'text' is what stands behind the first blank; NULL: none. */
static bool read_xbit_part(struct rule_draft *draft, const struct keyword *keyword, char *part,
        char *text, struct xbit *xbit)
{
    bool is_first = xbit->word == BIT_WORDS;

    if ((is_first || xbit->name == NULL) && text != NULL && *text != '\0')
        return draft_refuse(draft, text, "a comma is missing in front of this");
    if (is_first) {
        xbit->word = word_of(part);
        return xbit->word != BIT_WORDS || refuse_word(draft, keyword, part);
    }
    if (xbit->word == WORD_NO_ALERT)
        return draft_refuse(draft, part, "'noalert' takes nothing behind it");
    if (xbit->name == NULL) {
        xbit->name = part;
        return true;
    }
    if (xbit->tracked && xbit->expires)
        return draft_refuse(draft, part, "nothing may stand behind 'track' and 'expire'");
    if (text == NULL)
        return draft_refuse(draft, part, "write 'track ip_src' or 'expire 60' here");
    if (strcmp(part, "track") == 0)
        return read_track(draft, text, xbit);
    if (strcmp(part, "expire") == 0)
        return read_expire(draft, text, xbit);
    draft_warn(draft, part, "'%.64s' says nothing: there are 'track' and 'expire'", part);
    return true;
}

static bool add_xbit(struct rule_draft *draft, const struct xbit *xbit)
{
    char name[NAME_MAX_LEN + 1];
    uint32_t bit, *kept;
    size_t len = strlen(xbit->name);

    if (len > NAME_MAX_LEN)
        len = NAME_MAX_LEN;
    memcpy(name, xbit->name, len);
    name[len] = '\0';
    if (!bit_names_number(draft->world->xbits, name, &bit))
        return draft_no_memory(draft);
    if (xbit->word == WORD_IS_SET || xbit->word == WORD_IS_NOT_SET)
        return draft_add_test(draft, &(struct rule_test){ .kind = TEST_XBIT,
                .xbit = { bit, xbit->track, xbit->word == WORD_IS_NOT_SET } });
    kept = arena_copy(draft->world->arena, &bit, 1, sizeof(bit));
    if (kept == NULL)
        return draft_no_memory(draft);
    return draft_add_effect(draft, &(struct rule_effect){
            .command = (enum rule_bit_command)xbit->word, .is_xbit = true, .bits = kept,
            .bit_count = 1, .track = xbit->track, .expire_s = xbit->expire_s });
}

bool read_xbits(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct xbit xbit = { .word = BIT_WORDS, .expire_s = XBIT_EXPIRE_S };
    char *rest = value, *part, *text;

    (void)at;
    while ((part = draft_next_part(&rest, &text)) != NULL)
        if (*part != '\0' && !read_xbit_part(draft, keyword, part, text, &xbit))
            return false;
    if (xbit.word == WORD_NO_ALERT) {
        draft->rule.alerts = false;
        return true;
    }
    if (xbit.name == NULL) {
        draft_warn(draft, value, "the name of a bit is missing");
        xbit.name = "";
    }
    if (xbit.track == XBIT_NO_TRACK)
        draft_warn(draft, value, "without a 'track' nothing is remembered");
    return add_xbit(draft, &xbit);
}
