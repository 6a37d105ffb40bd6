/* The options between the parentheses: 'name:value; name; …'. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"

#define BLANKS " \t"

static void cut_blanks_behind(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        text[--len] = '\0';
}

/* The ';' that ends this option; one behind a '\' belongs to its value. NULL: there is none. */
static char *end_of_option(char *option)
{
    char *end = strchr(option, ';');

    while (end != NULL && end > option && end[-1] == '\\')
        end = strchr(end + 1, ';');
    return end;
}

/* --- values --- */

/* Takes the quotes off. A quote alone stays, as for Suricata. */
static bool unquote(struct rule_draft *draft, char **value)
{
    size_t len = strlen(*value);
    char *last = strrchr(*value, '"');

    if ((*value)[len - 1] != '"' && last > *value && last[-1] != '\\')
        return draft_refuse(draft, last + 1, "a ';' is missing here, behind the quotes");
    if ((*value)[len - 1] != '"')
        return draft_refuse(draft, *value + len, "the quotes are not closed, or a ';' inside them "
                "is not written as '\\;'");
    if (len == 2)
        return draft_refuse(draft, *value, "nothing stands between the quotes");
    if (len > 2) {
        (*value)[len - 1] = '\0';
        (*value)++;
    }
    return true;
}

static bool read_value(struct rule_draft *draft, const struct keyword *keyword, char **value)
{
    char *start = *value + strspn(*value, BLANKS);

    if ((keyword->form & FORM_NEGATABLE) != 0 && *start == '!') {
        draft->value_negated = true;
        start++;
    }
    start += strspn(start, BLANKS);
    *value = start;
    if (*start == '\0')
        return draft_refuse(draft, start, "'%s' has no value: write it as in '%s'", keyword->name,
                keyword->example);
    if ((keyword->form & FORM_QUOTED) != 0 && *start != '"')
        return draft_refuse(draft, start, "the value of '%s' has to stand in quotes: write it as "
                "in '%s'", keyword->name, keyword->example);
    if (*start != '"')
        return true;
    if ((keyword->form & (FORM_QUOTED | FORM_MAY_QUOTE)) == 0)
        return draft_refuse(draft, start, "'%s' takes no quotes: write it as in '%s'",
                keyword->name, keyword->example);
    return unquote(draft, value);
}

static bool apply(struct rule_draft *draft, const struct keyword *keyword, const char *name,
        char *value)
{
    bool is_empty = value == NULL || *value == '\0';

    if (is_empty && (keyword->form & (FORM_NONE | FORM_OPTIONAL)) == 0)
        return draft_refuse(draft, name, "'%s' needs a value: write it as in '%s'", keyword->name,
                keyword->example);
    if (!is_empty && (keyword->form & FORM_NONE) != 0)
        return draft_refuse(draft, value, "'%s' takes no value: write '%s;'", keyword->name,
                keyword->name);
    draft->value_negated = false;
    if (!is_empty && !read_value(draft, keyword, &value))
        return false;
    return keyword->read(draft, keyword, name, is_empty ? NULL : value);
}

/* --- keywords --- */

static bool refuse_keyword(struct rule_draft *draft, const char *name)
{
    const char *near;

    if (*name == '\0')
        return draft_refuse(draft, name, "a ';' without an option in front of it");
    if (keyword_is_foreign(name))
        return draft_unsupported(draft, name, "the keyword '%.64s' needs Suricata", name);
    if (feature_find(name) != NULL)
        return draft_refuse(draft, name, "unknown keyword '%s': did you mean 'iot.%s'?", name,
                name);
    near = draft->world->suggestions > 0 ? keyword_nearest(name) : NULL;
    draft->world->suggestions -= draft->world->suggestions > 0;
    return draft_refuse(draft, name, near != NULL ? "unknown keyword '%.64s': did you mean '%s'?"
                                                  : "unknown keyword '%.64s'", name, near);
}

#define IOT "iot."

static bool read_option(struct rule_draft *draft, char *name, char *value)
{
    static const struct keyword iot = { .name = "iot", .form = FORM_OPTIONAL | FORM_MAY_QUOTE,
        .example = "iot.asn_risk:>=70" };
    const struct keyword *keyword = keyword_find(name);

    if (keyword != NULL)
        return apply(draft, keyword, name, value);
    if (strncasecmp(name, IOT, strlen(IOT)) != 0)
        return refuse_keyword(draft, name);
    if (value != NULL && *value != '\0' && !read_value(draft, &iot, &value))
        return false;
    return read_iot(draft, name, name + strlen(IOT),
            value != NULL && *value != '\0' ? value : NULL);
}

static bool is_keyword(const char *word, size_t len)
{
    char name[64];

    if (len >= sizeof(name))
        return false;
    memcpy(name, word, len);
    name[len] = '\0';
    return keyword_find(name) != NULL ||
           (strncasecmp(name, IOT, strlen(IOT)) == 0 && feature_find(name + strlen(IOT)) != NULL);
}

/* The keyword behind the first word of 'text' that a ';' should stand in front of, as a ':' or the end follows,
 * and no ',' that goes on with a list is before it; NULL: there is none. */
static const char *joined_keyword(const char *text)
{
    const char *end = text + strcspn(text, BLANKS), *word;

    for (word = end + strspn(end, BLANKS); *word != '\0'; word = end + strspn(end, BLANKS)) {
        size_t len = strcspn(word, BLANKS ":,");
        bool goes_on = end > text && end[-1] == ',';

        if (!goes_on && (word[len] == '\0' || word[len] == ':') && is_keyword(word, len))
            return word;
        end = word + strcspn(word, BLANKS);
    }
    return NULL;
}

static bool may_have_quotes(const char *name)
{
    const struct keyword *keyword = keyword_find(name);

    return keyword != NULL && (keyword->form & (FORM_QUOTED | FORM_MAY_QUOTE)) != 0;
}

/* What else is wrong with an option that was refused comes of that. Text tells by itself. */
static bool refuse_joined(struct rule_draft *draft, const char *name, const char *value)
{
    const char *joined = is_keyword(name, strcspn(name, BLANKS)) ? joined_keyword(name) : NULL;

    if (joined == NULL && value != NULL && !may_have_quotes(name) && strchr(value, '"') == NULL)
        joined = joined_keyword(value);
    if (joined == NULL || draft->problem != RULE_ERROR)
        return false;
    draft->at = NULL;
    return draft_refuse(draft, joined, "a ';' is missing in front of '%.*s'",
            (int)strcspn(joined, BLANKS ":"), joined);
}

static bool read_options(struct rule_draft *draft, char *options)
{
    size_t len;

    while (*options != '\0' && (isspace((unsigned char)*options) || *options == '('))
        options++;
    len = strlen(options);
    while (len > 0 && (isspace((unsigned char)options[len - 1]) || options[len - 1] == ')'))
        options[--len] = '\0';
    while (*options != '\0') {
        char *name = options + strspn(options, BLANKS), *end = end_of_option(name), *value;

        if (end == NULL)
            return draft_refuse(draft, name + strlen(name), "a ';' is missing at the end of this "
                    "option");
        *end = '\0';
        value = strchr(name, ':');
        if (value != NULL) {
            *value++ = '\0';
            cut_blanks_behind(value);
        }
        cut_blanks_behind(name);
        if (!read_option(draft, name, value))
            return refuse_joined(draft, name, value);
        options = end + 1;
    }
    return draft->rule.sid != 0 ||
           draft_refuse(draft, draft->text, "the rule has no 'sid'");
}

bool draft_read(struct rule_draft *draft, char *text)
{
    char *options;

    draft->text = text;
    return draft_read_header(draft, text, &options) && read_options(draft, options) &&
           draft_validate(draft) && draft_finish(draft);
}
