/* 'pcre': a pattern between slashes and letters behind it. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <ctype.h>
#include <pcre2.h>
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/pcre_codes.h"

#define LETTERS_MAX 62 /* as in Suricata */
#define NO_SUCH_GROUP 115 /* an error of pcre2_compile(); its header has no name for older ones */

/* --- letters --- */

enum letter_kind { LETTER_OPTION, LETTER_BUFFER, LETTER_RELATIVE, LETTER_RAW, LETTER_NOTHING,
    LETTER_FOREIGN };

static const struct {
    char letter;
    enum letter_kind kind;
    uint32_t option;
    enum rule_buffer_kind buffer;
} letters[] = {
    { 'A', LETTER_OPTION, PCRE2_ANCHORED, 0 },
    { 'E', LETTER_OPTION, PCRE2_DOLLAR_ENDONLY, 0 },
    { 'G', LETTER_OPTION, PCRE2_UNGREEDY, 0 },
    { 'i', LETTER_OPTION, PCRE2_CASELESS, 0 },
    { 'm', LETTER_OPTION, PCRE2_MULTILINE, 0 },
    { 's', LETTER_OPTION, PCRE2_DOTALL, 0 },
    { 'x', LETTER_OPTION, PCRE2_EXTENDED, 0 },
    { 'O', LETTER_NOTHING, 0, 0 }, /* limits from the configuration; they are the same here */
    { 'B', LETTER_RAW, 0, 0 },
    { 'R', LETTER_RELATIVE, 0, 0 },
    { 'U', LETTER_BUFFER, 0, BUFFER_HTTP_URI },
    { 'V', LETTER_BUFFER, 0, BUFFER_HTTP_USER_AGENT },
    { 'W', LETTER_BUFFER, 0, BUFFER_HTTP_HOST },
    { 'H', LETTER_BUFFER, 0, BUFFER_HTTP_HEADER },
    { 'M', LETTER_BUFFER, 0, BUFFER_HTTP_METHOD },
    { 'P', LETTER_BUFFER, 0, BUFFER_HTTP_REQUEST_BODY },
    { 'C', LETTER_FOREIGN, 0, 0 },
    { 'D', LETTER_FOREIGN, 0, 0 },
    { 'I', LETTER_FOREIGN, 0, 0 },
    { 'Q', LETTER_FOREIGN, 0, 0 },
    { 'S', LETTER_FOREIGN, 0, 0 },
    { 'Y', LETTER_FOREIGN, 0, 0 },
    { 'Z', LETTER_FOREIGN, 0, 0 },
};

struct wish {
    const char *at; /* the keyword */
    uint32_t options;
    bool relative, raw;
    enum rule_buffer_kind buffer; /* BUFFER_PAYLOAD: none named */
};

static bool read_buffer_letter(struct rule_draft *draft, const char *at,
        enum rule_buffer_kind buffer, struct wish *wish)
{
    if (wish->buffer != BUFFER_PAYLOAD)
        return draft_refuse(draft, at, "'%c' is a second buffer", *at);
    if (wish->raw && buffer != BUFFER_HTTP_REQUEST_BODY)
        return draft_refuse(draft, at, "'%c' does not go with 'B'", *at);
    wish->buffer = buffer;
    return true;
}

static bool read_letter(struct rule_draft *draft, const char *at, struct wish *wish)
{
    size_t i = 0;

    while (i < sizeof(letters) / sizeof(letters[0]) && letters[i].letter != *at)
        i++;
    if (i == sizeof(letters) / sizeof(letters[0]))
        return draft_refuse(draft, at, "unknown letter '%c' behind the pattern", *at);
    switch (letters[i].kind) {
    case LETTER_BUFFER:
        return read_buffer_letter(draft, at, letters[i].buffer, wish);
    case LETTER_FOREIGN:
        return draft_unsupported(draft, at, "the letter '%c' of 'pcre' needs Suricata", *at);
    case LETTER_RAW:
        if (wish->buffer != BUFFER_PAYLOAD)
            return draft_refuse(draft, at, "'B' does not go with a buffer");
        wish->raw = true;
        break;
    case LETTER_RELATIVE:
        wish->relative = true;
        break;
    case LETTER_OPTION:
    case LETTER_NOTHING:
        wish->options |= letters[i].option;
        break;
    }
    return true;
}

static bool read_letters(struct rule_draft *draft, const char *at, struct wish *wish)
{
    size_t len = strcspn(at, "\"");

    if (len > LETTERS_MAX)
        return draft_refuse(draft, at, "more than %d letters behind the pattern", LETTERS_MAX);
    for (size_t i = 0; i < len; i++)
        if (!read_letter(draft, at + i, wish))
            return false;
    return true;
}

/* --- the pattern --- */

/* The first '/' without a '\' in front, and the last one that is not written as '\/'. */
static char *find_pattern(char *value, char **end)
{
    char *start = strchr(value, '/'), *last;

    while (start != NULL && start > value && start[-1] == '\\')
        start = strchr(start + 1, '/');
    if (start == NULL)
        return NULL;
    for (last = start + strlen(start) - 1; last > start; last--)
        if (*last == '/' && (last[-1] != '\\' || (last - 1 > value && last[-2] == '\\')))
            break;
    *end = last;
    return last > start ? start + 1 : NULL;
}

/* Variables that a pattern would fill: named groups, and names behind the pattern. */
static bool has_variables(const char *value)
{
    static const char *const starts[] = { "(?P<flow_", "(?P<pkt_", "(?P<alert_" };
    static const char *const names[] = { "flow:", "pkt:", "alert:" };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strstr(value, starts[i]) != NULL)
            return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *name = strstr(value, names[i]);

        if (name != NULL && name > value + 1 && (name[-1] == ',' || name[-1] == ' '))
            return true;
    }
    return false;
}

/* A host is in lower case. What stands behind a '\' does not count. */
static bool has_upper_case(const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '\\' && pattern[1] != '\0')
            pattern += pattern[1] == 'x' && pattern[2] != '\0' && pattern[3] != '\0' ? 3 : 1;
        else if (isupper((unsigned char)*pattern))
            return true;
    }
    return false;
}

/* Groups that nobody refers to need not be kept. */
static pcre2_code *compile(const char *pattern, uint32_t options, int *error, size_t *offset)
{
    PCRE2_SPTR text = (PCRE2_SPTR)pattern;
    pcre2_code *code = pcre2_compile(text, PCRE2_ZERO_TERMINATED, options | PCRE2_NO_AUTO_CAPTURE,
            error, offset, NULL);

    if (code == NULL && *error == NO_SUCH_GROUP)
        code = pcre2_compile(text, PCRE2_ZERO_TERMINATED, options, error, offset, NULL);
    return code;
}

static void *read_pattern(struct rule_draft *draft, const char *pattern, const struct wish *wish)
{
    PCRE2_UCHAR message[128];
    size_t offset = 0;
    int error = 0;
    pcre2_code *code;

    if (wish->buffer == BUFFER_HTTP_HOST && (wish->options & PCRE2_CASELESS) == 0 &&
            has_upper_case(pattern)) {
        draft_refuse(draft, pattern, "hosts are in lower case, so this can never match");
        return NULL;
    }
    code = compile(pattern, wish->options, &error, &offset);
    if (code == NULL) {
        pcre2_get_error_message(error, message, sizeof(message));
        draft_refuse(draft, pattern + offset, "%s", (const char *)message);
    } else if (!pcre_codes_keep(draft->world->pcre_codes, code)) {
        draft_no_memory(draft);
        return NULL;
    }
    return code;
}

/* --- where it goes --- */

static bool choose_buffer(struct rule_draft *draft, const struct wish *wish, int *buffer)
{
    const struct draft_buffer *chosen = &draft->chosen;

    *buffer = draft_active_buffer(draft);
    if (wish->buffer == BUFFER_PAYLOAD)
        return true;
    if (draft->sticky)
        return (chosen->kind == wish->buffer && draft_is_as_chosen(draft)) ||
               draft_refuse(draft, wish->at, "the letters name another buffer than the one chosen: "
                       "leave them out, or write 'pkt_data' in front");
    if (!draft_set_application(draft, wish->at, APPLICATION_HTTP1) ||
            !draft_buffer_for_step(draft, wish->at, wish->buffer))
        return false;
    *buffer = draft->current;
    return true;
}

bool read_pcre(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_PCRE, .pcre = { .negated = draft->value_negated } };
    struct wish wish = { .at = at };
    struct draft_step *before;
    char *end, *pattern;
    int buffer;

    if (has_variables(value))
        return draft_unsupported(draft, value, "variables that a 'pcre' fills need Suricata");
    pattern = find_pattern(value, &end);
    if (pattern == NULL)
        return draft_refuse(draft, value, "the pattern stands between slashes: write it as in '%s'",
                keyword->example);
    step.pcre.text = draft_text(draft, pattern - 1);
    if (step.pcre.text == NULL)
        return false;
    *end = '\0';
    if (!read_letters(draft, end + 1, &wish))
        return false;
    step.pcre.relative = wish.relative;
    step.pcre.code = read_pattern(draft, pattern, &wish);
    if (step.pcre.code == NULL || !choose_buffer(draft, &wish, &buffer))
        return false;
    before = draft_last_in(draft, buffer, KIND(STEP_CONTENT) | KIND(STEP_PCRE), NULL);
    if (wish.relative && !draft->sticky && before == NULL)
        return draft_refuse(draft, at, "'R' counts from a match before, and there is none");
    if (wish.relative)
        draft_set_retry(before);
    return draft_add_step(draft, at, buffer, &step);
}
