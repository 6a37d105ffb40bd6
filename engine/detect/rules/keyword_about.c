/* What a rule says about itself. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define ID_TEXT_MAX 23 /* characters, as in Suricata */
#define SPACES " \t\n\v\f\r"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* A '\' at the end stays where there is no other, as for Suricata. */
bool read_msg(struct rule_draft *draft, const struct keyword *keyword, const char *at, char *value)
{
    char *to = value;

    (void)keyword;
    if (draft->rule.msg != NULL)
        return draft_refuse(draft, at, "a second 'msg'");
    for (const char *from = value; *from != '\0'; from++) {
        if (*from == '\\' && (from[1] != '\0' || to != from))
            from++;
        if (*from == '\0')
            break;
        *to++ = *from;
    }
    *to = '\0';
    draft->rule.msg = draft_text(draft, value);
    return draft->rule.msg != NULL;
}

/* What stands behind the digits is not looked at. */
static bool read_id(struct rule_draft *draft, const struct keyword *keyword, const char *value,
        uint32_t least, uint32_t *out)
{
    uint64_t number;

    if (strlen(value) > ID_TEXT_MAX || !number_unsigned(value, 10, false, UINT32_MAX, &number) ||
            number < least)
        return draft_refuse(draft, value, "'%s' is a number from %u to %u", keyword->name,
                (unsigned)least, (unsigned)UINT32_MAX);
    if (value[strspn(value, DIGITS)] != '\0')
        draft_warn(draft, value, "'%s' is read as %lu, up to the first character that is no digit",
                keyword->name, (unsigned long)number);
    *out = (uint32_t)number;
    return true;
}

bool read_sid(struct rule_draft *draft, const struct keyword *keyword, const char *at, char *value)
{
    if (draft->rule.sid != 0)
        return draft_refuse(draft, at, "a second 'sid'");
    draft->sid_at = value;
    return read_id(draft, keyword, value, 1, &draft->rule.sid);
}

bool read_rev(struct rule_draft *draft, const struct keyword *keyword, const char *at, char *value)
{
    if (draft->rule.rev != 0)
        return draft_refuse(draft, at, "a second 'rev'");
    return read_id(draft, keyword, value, 1, &draft->rule.rev);
}

bool read_gid(struct rule_draft *draft, const struct keyword *keyword, const char *at, char *value)
{
    (void)at;
    draft->gid_seen = true;
    return read_id(draft, keyword, value, 0, &draft->rule.gid);
}

/* The lowest number is the highest priority, and wins. */
bool read_priority(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    size_t digits = strspn(value, DIGITS);
    int priority;

    (void)keyword;
    if (digits == 0 || value[digits + strspn(value + digits, SPACES)] != '\0')
        return draft_refuse(draft, value, "'priority' is a whole number");
    priority = (int)strtol(value, NULL, 10);
    if (draft->priority_seen)
        draft_warn(draft, at, "a second 'priority': the lower number counts");
    if (!draft->priority_seen || priority < draft->rule.priority)
        draft->rule.priority = priority;
    draft->priority_seen = draft->gives_priority = true;
    return true;
}

/* A class that is not known gives the default priority. */
static void use_class(struct rule_draft *draft, const struct rule_class *class)
{
    struct rule *rule = &draft->rule;
    int priority = class != NULL ? class->priority : CLASS_DEFAULT_PRIORITY;
    bool counts = draft->priority_seen || !draft->gives_priority || priority < rule->priority;

    if (!counts)
        return;
    if (!draft->priority_seen)
        rule->priority = priority;
    draft->gives_priority = true;
    if (class != NULL)
        rule->class = class;
}

bool read_classtype(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    size_t len = strspn(value, LETTERS DIGITS "-_");
    const struct rule_class *class;

    (void)keyword;
    if (!isalpha((unsigned char)*value) || value[len + strspn(value + len, SPACES)] != '\0')
        return draft_refuse(draft, value, "a 'classtype' is one word of letters, digits, '-' and "
                "'_'");
    if (len > CLASS_NAME_MAX)
        return draft_refuse(draft, value, "a 'classtype' has at most %d characters",
                CLASS_NAME_MAX);
    value[len] = '\0';
    if (draft->rule.classtype != NULL)
        draft_warn(draft, at, "a second 'classtype': the one of higher priority counts");
    class = classes_find(draft->world->classes, value);
    if (class == NULL && draft->world->classes->classes != NULL)
        draft_warn(draft, value, "classtype '%s' is not in classification.config: priority %d is "
                "taken", value, CLASS_DEFAULT_PRIORITY);
    use_class(draft, class);
    draft->rule.classtype = draft_text(draft, value);
    return draft->rule.classtype != NULL;
}

/* --- references --- */

#define REFERENCE_CHARACTERS LETTERS DIGITS "-_./?="

/* "http://" in front of something; then the reference begins behind it. */
static size_t scheme_length(const char *text)
{
    size_t len = strspn(text, LETTERS);

    if (len == 0 || strncmp(text + len, "://", 3) != 0 ||
            strspn(text + len + 3, REFERENCE_CHARACTERS) == 0)
        return 0;
    return len + 3;
}

/* Where the reference begins behind the comma: blanks and up to two quotes are passed over. */
static char *skip_quotes(char *text)
{
    for (int i = 0; i < 2; i++) {
        if (*text == '"')
            text++;
        text += strspn(text, SPACES);
    }
    return text;
}

static bool add_reference(struct rule_draft *draft, const char *system, const char *scheme,
        const char *text)
{
    const char *prefix = *scheme != '\0' ? scheme : classes_prefix(draft->world->classes, system);

    if (prefix == NULL) {
        if (!isalpha((unsigned char)*system))
            return draft_refuse(draft, system, "'%.63s' is no system of reference.config, and "
                    "could be none: its name begins with a letter", system);
        if (draft->world->classes->references != NULL)
            draft_warn(draft, system, "'%.63s' is no system of reference.config", system);
        prefix = "undefined";
    }
    return draft_add_reference(draft, system, prefix, text);
}

bool read_reference(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    char scheme[REFERENCE_NAME_MAX + 1] = "";
    size_t len = strspn(value, LETTERS DIGITS), scheme_len;
    char *comma = value + len + strspn(value + len, SPACES), *text, *end;

    (void)at;
    if (len == 0 || *comma != ',' ||
            strspn(skip_quotes(comma + 1), REFERENCE_CHARACTERS) == 0)
        return draft_refuse(draft, value, "'reference' is a system, a comma and what it calls it: "
                "write it as in '%s'", keyword->example);
    text = skip_quotes(comma + 1);
    value[len] = '\0';
    scheme_len = scheme_length(text);
    if (scheme_len <= REFERENCE_NAME_MAX)
        memcpy(scheme, text, scheme_len);
    text += scheme_len;
    end = text + strspn(text, REFERENCE_CHARACTERS);
    if (*end != '\0' && end[strspn(end, "\"" SPACES)] != '\0')
        draft_warn(draft, end, "the reference ends here: '%c' cannot be part of it", *end);
    if (len > REFERENCE_NAME_MAX || end - text > REFERENCE_TEXT_MAX)
        return draft_refuse(draft, value, "the reference is too long");
    *end = '\0';
    return add_reference(draft, value, scheme, text);
}

/* --- metadata --- */

/* What is no pair of a word and a text is passed over, as in Suricata. */
bool read_metadata(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    char *next, *key = value, *text;

    (void)keyword;
    (void)at;
    for (; key != NULL; key = next) {
        next = strchr(key, ',');
        if (next != NULL)
            *next++ = '\0';
        key += strspn(key, " \t");
        text = strchr(key, ' ');
        if (text == NULL || text == key)
            continue;
        *text++ = '\0';
        text += strspn(text, " \t");
        if (*text != '\0' && !draft_add_metadata(draft, key, text))
            return false;
    }
    return true;
}

bool read_target(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    enum rule_target target = TARGET_NONE;
    size_t len = strcspn(value, SPACES);

    (void)keyword;
    (void)at;
    if (value[len + strspn(value + len, SPACES)] == '\0')
        value[len] = '\0';
    if (strcmp(value, "src_ip") == 0)
        target = TARGET_SOURCE;
    else if (strcmp(value, "dest_ip") == 0)
        target = TARGET_DESTINATION;
    else
        return draft_refuse(draft, value, "'target' is 'src_ip' or 'dest_ip'");
    if (draft->rule.target != TARGET_NONE && draft->rule.target != target)
        return draft_refuse(draft, value, "a second 'target' that says something else");
    draft->rule.target = target;
    return true;
}

bool read_alert(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    (void)at;
    (void)value;
    draft->rule.alerts = keyword->argument != 0;
    return true;
}
