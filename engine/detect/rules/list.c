#include "detect/rules/list.h"

#include <ctype.h>
#include <string.h>

/* The comma that ends this item, or the end of the list; NULL with 'at' on the bracket that has no
 * other half. */
static const char *end_of_item(const struct list *list, const char **at)
{
    const char *opened = list->at;
    size_t depth = 0;

    for (const char *c = list->at; c < list->end; c++) {
        if (*c == '[' && depth++ == 0)
            opened = c;
        *at = c;
        if (*c == ']' && depth-- == 0)
            return NULL;
        if (*c == ',' && depth == 0)
            return c;
    }
    *at = opened;
    return depth == 0 ? list->end : NULL;
}

/* Takes the brackets off; returns what stands behind them. */
static const char *open_block(struct list_item *item, const char *bracket)
{
    const char *c = bracket;
    size_t depth = 0;

    do
        depth = depth + (*c == '[') - (*c == ']');
    while (depth > 0 && c++ != NULL);
    item->kind = ITEM_BLOCK;
    item->text = bracket + 1;
    item->len = (size_t)(c - item->text);
    return c + 1;
}

static bool has(const char *text, size_t len, char c)
{
    return memchr(text, c, len) != NULL;
}

enum list_found list_next(struct list *list, struct list_item *item)
{
    const char *end, *bracket, *behind;

    *item = (struct list_item){ .text = list->at };
    if (list->at >= list->end)
        return LIST_END;
    end = end_of_item(list, &item->text);
    if (end == NULL)
        return LIST_UNBALANCED;
    item->text = list->at;
    item->len = (size_t)(end - list->at);
    item->last = end == list->end;
    list->at = item->last ? end : end + 1;
    bracket = memchr(item->text, '[', item->len);
    if (bracket == NULL) {
        if (item->last && item->len > 0 &&
                (end[-1] == '$' || (end[-1] == '!' && !list->behind_block)))
            return LIST_END; /* such an item is never looked at, in Suricata */
        item->negated = !list->behind_block && has(item->text, item->len, '!');
        item->kind = has(item->text, item->len, '$') ? ITEM_VARIABLE : ITEM_PLAIN;
        return LIST_ITEM;
    }
    if (list->behind_block) {
        item->text = bracket;
        return LIST_UNBALANCED;
    }
    item->negated = has(item->text, (size_t)(bracket - item->text), '!');
    behind = open_block(item, bracket);
    list->behind_block = item->last && behind < end;
    if (list->behind_block)
        list->at = behind;
    return LIST_ITEM;
}

bool list_item_text(const struct list_item *item, char *out, size_t size)
{
    bool begun = false;
    size_t used = 0;

    for (const char *c = item->text; c < item->text + item->len; c++) {
        if ((item->negated && *c == '!') || (!begun && isspace((unsigned char)*c)))
            continue;
        if (!begun) {
            begun = true;
            if (item->kind == ITEM_VARIABLE && *c == '$')
                continue;
        }
        if (used + 1 >= size)
            return false;
        out[used++] = *c;
    }
    out[used] = '\0';
    return true;
}
