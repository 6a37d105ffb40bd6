/* Working out a list: brackets, variables and negation. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "detect/rules/vars_internal.h"

#define ITEM_SIZE 256 /* of the text of an address, port or name */

__attribute__((format(printf, 3, 4))) static bool refuse(struct list_reader *reader,
        const char *at, const char *format, ...)
{
    va_list arguments;

    reader->error->at = reader->place != NULL ? reader->place : at;
    va_start(arguments, format);
    vsnprintf(reader->error->text, sizeof(reader->error->text), format, arguments);
    va_end(arguments);
    return false;
}

void list_sum_clear(struct list_sum *sum)
{
    for (int family = 0; family < FAMILIES; family++) {
        ranges_clear(&sum->with[family]);
        ranges_clear(&sum->without[family]);
    }
}

bool list_sum_lacks_memory(const struct list_sum *sum)
{
    bool lacks = false;

    for (int family = 0; family < FAMILIES; family++)
        lacks |= sum->with[family].no_memory || sum->without[family].no_memory;
    return lacks;
}

const char *list_settle(enum vars_kind kind, struct list_sum *sum)
{
    size_t left = 0;

    for (int family = 0; family < FAMILIES; family++) {
        struct ranges *with = &sum->with[family], *without = &sum->without[family];
        struct address_range all = list_everything(kind, (enum family)family);

        ranges_tidy(without);
        /* Suricata looks at IPv4 alone. */
        if (family == FAMILY_V4 && ranges_hold(without, &all))
            return "nothing is left: all of it is negated";
        if (with->count == 0 && without->count > 0)
            ranges_add(with, &all);
        ranges_tidy(with);
        ranges_subtract(with, without);
        left += with->count;
    }
    return left == 0 ? "nothing is left in this list" : NULL;
}

/* --- variables --- */

/* As in Suricata. */
static unsigned deepest_of(const struct list_reader *reader)
{
    return reader->kind == VARS_PORTS ? LIST_DEPTH_MAX + 1 : LIST_DEPTH_MAX;
}

static bool refuse_depth(struct list_reader *reader, const char *at)
{
    return refuse(reader, at, "nested deeper than %u levels", deepest_of(reader));
}

/* One that is too deep where it is used first may be good elsewhere. */
static void work_out(struct list_reader *reader, struct rule_variable *variable, bool negated)
{
    struct list_error error = { 0 };
    struct list_reader inner = { reader->vars, reader->kind, &error, reader->depth, reader->depth,
        variable->value };
    struct list_sum *sum = &variable->sum[negated];
    bool good;

    variable->state[negated] = VARIABLE_BUSY;
    good = list_read(&inner, variable->value, strlen(variable->value), negated, sum);
    for (int family = 0; family < FAMILIES; family++) {
        ranges_tidy(&sum->with[family]);
        ranges_tidy(&sum->without[family]);
    }
    variable->depth[negated] = inner.deepest - reader->depth;
    variable->state[negated] = good ? VARIABLE_GOOD : VARIABLE_BAD;
    if (!good && inner.deepest > deepest_of(reader)) {
        variable->state[negated] = VARIABLE_UNKNOWN;
        list_sum_clear(sum);
    }
    memcpy(variable->problem, error.text, sizeof(variable->problem));
}

/* 'negated': the value is read so. 'negates': Suricata puts it in brackets of its own. */
static bool look_up(struct list_reader *reader, const struct list_item *item, bool negated,
        bool negates, const struct list_sum **out)
{
    struct rule_variable *variable = NULL;
    char name[ITEM_SIZE];
    unsigned depth;

    if (!list_item_text(item, name, sizeof(name)))
        return refuse(reader, item->text, "the name of a variable is too long");
    variable = vars_find(reader->vars, reader->kind, name);
    if (variable == NULL)
        return refuse(reader, item->text, "unknown variable '$%.64s': define it under '%s' in the "
                "section 'vars'", name,
                reader->kind == VARS_PORTS ? "port-groups" : "address-groups");
    if (*variable->value == '\0')
        return refuse(reader, item->text, "variable '$%.64s' is empty; a value that begins with '!' "
                "has to be quoted in YAML", name);
    if (variable->state[negated] == VARIABLE_BUSY)
        return refuse(reader, item->text, "variable '$%.64s' uses itself", name);
    if (variable->state[negated] == VARIABLE_UNKNOWN)
        work_out(reader, variable, negated);
    depth = reader->depth + variable->depth[negated] + (negates ? 1 : 0);
    if (depth > reader->deepest)
        reader->deepest = depth;
    if (reader->deepest > deepest_of(reader))
        return refuse_depth(reader, item->text);
    if (variable->state[negated] == VARIABLE_BAD)
        return refuse(reader, item->text, "variable '$%.64s': %s", name, variable->problem);
    *out = &variable->sum[negated];
    return true;
}

static void add_sum(struct list_sum *sum, const struct list_sum *other)
{
    for (int family = 0; family < FAMILIES; family++) {
        ranges_add_all(&sum->with[family], &other->with[family]);
        ranges_add_all(&sum->without[family], &other->without[family]);
    }
    sum->has_span |= other->has_span;
    sum->loose |= other->loose;
}

/* --- addresses --- */

static bool take_out(struct list_reader *reader, const char *at, struct list_sum *inner,
        struct list_sum *sum)
{
    const char *problem = list_settle(reader->kind, inner);

    for (int family = 0; family < FAMILIES; family++)
        ranges_add_all(&sum->without[family], &inner->with[family]);
    sum->has_span |= inner->has_span;
    sum->loose |= inner->loose;
    list_sum_clear(inner);
    return problem == NULL || refuse(reader, at, "%s", problem);
}

/* A list that is negated as a whole is worked out by itself first. */
static bool add_addresses(struct list_reader *reader, const struct list_item *item,
        struct list_sum *sum)
{
    const struct list_sum *value = NULL;
    struct list_sum inner = { 0 };

    if (item->kind == ITEM_VARIABLE) {
        if (!look_up(reader, item, false, item->negated, &value))
            return false;
        add_sum(item->negated ? &inner : sum, value);
    } else if (!list_read(reader, item->text, item->len, false, item->negated ? &inner : sum)) {
        list_sum_clear(&inner);
        return false;
    }
    return !item->negated || take_out(reader, item->text, &inner, sum);
}

static bool add_address(struct list_reader *reader, const struct list_item *item,
        struct list_sum *sum)
{
    struct ranges *into = item->negated ? sum->without : sum->with;
    struct list_address address;
    char text[ITEM_SIZE];

    if (list_item_text(item, text, sizeof(text)) && strcasecmp(text, "any") == 0) {
        for (int each = 0; each < FAMILIES; each++) {
            struct address_range all = list_everything(VARS_ADDRESSES, (enum family)each);

            ranges_add(&into[each], &all);
        }
        return true;
    }
    if (!list_item_text(item, text, sizeof(text)) || !list_read_address(text, &address))
        return refuse(reader, item->text, "'%.*s' is no address: write it as '192.0.2.1', "
                "'192.0.2.0/24', '192.0.2.1-192.0.2.9' or '2001:db8::/32'",
                item->len < 64 ? (int)item->len : 64, item->text);
    sum->has_span |= address.has_span;
    sum->loose |= address.loose;
    ranges_add(&into[address.family], &address.range);
    return true;
}

/* --- ports --- */

/* Suricata negates a block inside a negated block not twice but once, yet its last item twice. */
static bool add_ports(struct list_reader *reader, const struct list_item *item, bool negated,
        struct list_sum *sum)
{
    const struct list_sum *value = NULL;
    struct address_range range;
    char text[ITEM_SIZE];

    if (item->kind == ITEM_BLOCK)
        return list_read(reader, item->text, item->len, negated || item->negated, sum);
    if (item->kind == ITEM_VARIABLE) {
        negated = negated != item->negated;
        if (!look_up(reader, item, negated, negated, &value))
            return false;
        add_sum(sum, value);
        return true;
    }
    if (!list_item_text(item, text, sizeof(text)) || !list_read_port(text, &range))
        return refuse(reader, item->text, "'%.*s' is no port: write it as '80', '8000:8999', "
                "'1024:' or 'any'", item->len < 64 ? (int)item->len : 64, item->text);
    if (item->last)
        negated = negated != item->negated;
    else
        negated = negated || item->negated;
    ranges_add(negated ? &sum->without[0] : &sum->with[0], &range);
    return true;
}

/* Suricata takes a '!' behind a ':' for part of a range, until a comma outside of all brackets but
 * one, or a bracket that closes. NULL: there is none. */
static const char *negation_behind_range(const char *text, size_t len)
{
    bool range = false;
    int depth = 0;

    for (const char *c = text; c < text + len; c++) {
        if (*c == '!' && range)
            return c;
        depth += (*c == '[') - (*c == ']');
        if (*c == ':')
            range = true;
        else if (*c == ']' || (*c == ',' && depth <= 1))
            range = false;
    }
    return NULL;
}

/* --- all of it --- */

static bool add_item(struct list_reader *reader, const struct list_item *item, bool negated,
        struct list_sum *sum)
{
    if (reader->kind == VARS_PORTS)
        return add_ports(reader, item, negated, sum);
    return item->kind == ITEM_PLAIN ? add_address(reader, item, sum)
                                    : add_addresses(reader, item, sum);
}

/* Recurses for brackets and variables, to a depth of LIST_DEPTH_MAX. */
bool list_read(struct list_reader *reader, const char *text, size_t len, bool negated,
        struct list_sum *sum)
{
    struct list list = { text, text + len, false };
    enum list_found found;
    struct list_item item;
    const char *stray;
    bool good = true;

    if (++reader->depth > reader->deepest)
        reader->deepest = reader->depth;
    if (reader->depth > deepest_of(reader))
        return refuse_depth(reader, text);
    if (reader->kind == VARS_PORTS && (stray = negation_behind_range(text, len)) != NULL)
        return refuse(reader, stray, "no '!' may stand so behind a range: put what is negated "
                "first");
    while (good && (found = list_next(&list, &item)) != LIST_END) {
        if (found == LIST_UNBALANCED)
            good = refuse(reader, item.text, "a bracket without its other half");
        else
            good = add_item(reader, &item, negated, sum);
    }
    reader->depth--;
    return good && (!list_sum_lacks_memory(sum) || refuse(reader, text, "out of memory"));
}
