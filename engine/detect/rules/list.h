/* list.h - lists in rules as they are written: "[10.0.0.0/8, !$SERVERS, ![10.1.0.0/16, fd00::/8]]".
 * Addresses and ports are written alike. Set-up only. */
#ifndef TATTLER_DETECT_RULES_LIST_H
#define TATTLER_DETECT_RULES_LIST_H

#include <stdbool.h>
#include <stddef.h>

enum list_item_kind { ITEM_PLAIN, ITEM_BLOCK, ITEM_VARIABLE };

struct list_item {
    enum list_item_kind kind;
    bool negated, last;
    const char *text; /* of a block: between its brackets; borrowed, no NUL behind it */
    size_t len;
};

struct list {
    const char *at, *end;
    bool behind_block; /* what is left stands behind a bracket */
};

enum list_found { LIST_ITEM, LIST_END, LIST_UNBALANCED };

/* The next item; LIST_UNBALANCED sets 'item->text' to a bracket without its other half. As Suricata
 * sees it a comma may stand behind the last item, a '!' anywhere in an item negates it, what stands
 * in front of a block is not looked at, and what stands behind one only at the end of the list. */
enum list_found list_next(struct list *list, struct list_item *item);

/* Copies an item's text without its '!', its '$' and the blanks in front; false: it is too long. */
bool list_item_text(const struct list_item *item, char *out, size_t size);

#endif
