/* Ways to write a value that several keywords have in common. */
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"

bool draft_read_number(struct rule_draft *draft, const struct keyword *keyword, const char *value,
        uint64_t max, struct number_condition *out)
{
    const char *where;

    return number_condition_parse(value, max, out, &where) ||
           draft_refuse(draft, where, "write '%s' as in '%s'; a range leaves out both ends, and "
                   "what never or always holds is refused", keyword->name, keyword->example);
}

char *draft_next_part(char **rest, char **text)
{
    char *part = *rest;

    if (part == NULL)
        return NULL;
    *rest = strchr(part, ',');
    if (*rest != NULL)
        *(*rest)++ = '\0';
    part += strspn(part, " \t");
    *text = strchr(part, ' ');
    if (*text != NULL) {
        *(*text)++ = '\0';
        *text += strspn(*text, " \t");
    }
    return part;
}
