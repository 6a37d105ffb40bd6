#include "detect/rules/classes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"
#define NAME_CHARACTERS                                                                            \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define DESCRIPTION_MAX 511
#define KEY_SIZE (CLASS_NAME_MAX + 1)

struct classes_entry {
    UT_hash_handle hh;
    struct rule_class class; /* of a system of references: its prefix as the description */
};

static void to_lower(char out[KEY_SIZE], const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (char)tolower((unsigned char)name[i]);
    out[len] = '\0';
}

static const struct rule_class *find(struct classes_entry *table, const char *name)
{
    struct classes_entry *found = NULL;
    size_t len = strlen(name);
    char key[KEY_SIZE];

    if (len >= sizeof(key))
        return NULL;
    to_lower(key, name, len);
    HASH_FIND(hh, table, key, len, found);
    return found != NULL ? &found->class : NULL;
}

const struct rule_class *classes_find(const struct classes *classes, const char *name)
{
    return find(classes->classes, name);
}

const char *classes_prefix(const struct classes *classes, const char *system)
{
    const struct rule_class *found = find(classes->references, system);

    return found != NULL ? found->description : NULL;
}

void classes_clear(struct classes *classes)
{
    HASH_CLEAR(hh, classes->classes);
    HASH_CLEAR(hh, classes->references);
}

/* --- lines --- */

struct span {
    const char *start;
    size_t len;
};

static const char *add(struct classes_entry **table, struct arena *arena, struct span name,
        struct span text, int priority)
{
    struct classes_entry *entry;
    char key[KEY_SIZE];

    to_lower(key, name.start, name.len);
    if (find(*table, key) != NULL)
        return NULL;
    entry = arena_take(arena, sizeof(*entry));
    if (entry == NULL)
        return "out of memory";
    entry->class = (struct rule_class){ arena_text(arena, key, name.len),
        arena_text(arena, text.start, text.len), priority };
    if (entry->class.name == NULL || entry->class.description == NULL)
        return "out of memory";
    HASH_ADD_KEYPTR(hh, *table, entry->class.name, name.len, entry);
    return entry->hh.tbl != NULL ? NULL : "out of memory";
}

/* "config classification:" and the name behind it; NULL if it does not begin so. */
static const char *take_start(const char *line, const char *word, bool needs_blank,
        struct span *name)
{
    line += strspn(line, SPACES);
    if (strncmp(line, "config", 6) != 0)
        return NULL;
    line += 6;
    if (needs_blank && strspn(line, SPACES) == 0)
        return NULL;
    line += strspn(line, SPACES);
    if (strncmp(line, word, strlen(word)) != 0)
        return NULL;
    line += strlen(word);
    line += strspn(line, SPACES);
    if (*line != ':')
        return NULL;
    line++;
    line += strspn(line, SPACES);
    *name = (struct span){ line, strspn(line, NAME_CHARACTERS) };
    return isalpha((unsigned char)*line) && name->len <= CLASS_NAME_MAX ? line + name->len : NULL;
}

static size_t without_blanks_behind(const char *text, size_t len)
{
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return len;
}

const char *classes_read_class(struct classes *classes, struct arena *arena, const char *line)
{
    static const char wrong[] = "not a class: write it as 'config classification: "
                                "trojan-activity,A Network Trojan was detected,1'";
    struct span name, text;
    const char *comma = take_start(line, "classification", false, &name), *last;
    char digits[16];
    uint64_t priority;
    size_t len;

    if (comma == NULL)
        return wrong;
    comma += strspn(comma, SPACES);
    last = strrchr(line, ',');
    if (*comma != ',' || last == comma)
        return wrong;
    text.start = comma + 1 + strspn(comma + 1, SPACES);
    if (text.start >= last)
        text.start = comma + 1; /* blanks alone are a description, too */
    if (text.start >= last)
        return wrong;
    text.len = (size_t)(last - text.start);
    last += 1 + strspn(last + 1, SPACES);
    len = without_blanks_behind(last, strlen(last));
    if (text.len > DESCRIPTION_MAX || len == 0 || len >= sizeof(digits) ||
            strspn(last, "0123456789") != len)
        return wrong;
    snprintf(digits, sizeof(digits), "%.*s", (int)len, last);
    if (!number_unsigned(digits, 10, true, UINT32_MAX, &priority))
        return wrong;
    return add(&classes->classes, arena, name, text, (int)(uint32_t)priority);
}

const char *classes_read_reference(struct classes *classes, struct arena *arena,
        const char *line)
{
    static const char wrong[] =
            "not a system of references: write it as 'config reference: cve https://…'";
    struct span name, text;
    const char *behind = take_start(line, "reference", true, &name);

    if (behind == NULL || strspn(behind, SPACES) == 0)
        return wrong;
    behind += strspn(behind, SPACES);
    text = (struct span){ behind, without_blanks_behind(behind, strlen(behind)) };
    if (text.len == 0 || text.len > REFERENCE_TEXT_MAX)
        return wrong;
    return add(&classes->references, arena, name, text, 0);
}
