#include "track/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/time.h"

#define FIRST_ROOM 4

static const uint16_t room_max[SEEN_KINDS] = {
    [SEEN_DOMAIN] = SEEN_DOMAINS_MAX,
    [SEEN_ASN] = SEEN_ASNS_MAX,
    [SEEN_PORT] = SEEN_PORTS_MAX,
    [SEEN_NAME] = SEEN_NAMES_MAX,
    [SEEN_SERVICE] = SEEN_SERVICES_MAX,
    [SEEN_RULE] = SEEN_RULES_MAX,
};

void seen_clear(struct seen *seen, struct seen_budget *budget)
{
    for (unsigned kind = 0; kind < SEEN_KINDS; kind++) {
        struct seen_set *set = &seen->sets[kind];

        atomic_fetch_sub(&budget->items, set->count);
        for (uint16_t i = 0; i < set->count; i++)
            free(set->items[i].text);
        free(set->items);
    }
    memset(seen, 0, sizeof(*seen));
}

/* --- one set --- */

/* Where 'key' is, or belongs. */
static uint16_t place_of(const struct seen_set *set, uint64_t key)
{
    uint16_t low = 0, high = set->count;

    while (low < high) {
        uint16_t middle = (uint16_t)((low + high) / 2);

        if (set->items[middle].key < key)
            low = (uint16_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

struct seen_item *seen_find(const struct seen *seen, enum seen_kind kind, uint64_t key)
{
    const struct seen_set *set = &seen->sets[kind];
    uint16_t place = place_of(set, key);

    return place < set->count && set->items[place].key == key ? &set->items[place] : NULL;
}

/* '*text' is a copy of the fact's, NULL if it has none. */
static bool take_room(struct seen_set *set, struct seen_budget *budget,
        const struct seen_fact *fact, char **text)
{
    struct seen_item *items = NULL;

    *text = NULL;
    if (atomic_fetch_add(&budget->items, 1) < budget->max_items)
        items = grow_within(set->items, &set->room, set->count, FIRST_ROOM, room_max[fact->kind],
                sizeof(*items));
    if (items != NULL)
        set->items = items;
    if (items != NULL &&
            (fact->text == NULL || (*text = strndup(fact->text, fact->len)) != NULL))
        return true;
    atomic_fetch_sub(&budget->items, 1);
    atomic_fetch_add(&budget->refused, 1);
    set->lossy = true;
    return false;
}

/* NULL: no room. */
static struct seen_item *insert(struct seen *seen, struct seen_budget *budget,
        const struct seen_fact *fact)
{
    struct seen_set *set = &seen->sets[fact->kind];
    uint16_t place = place_of(set, fact->key);
    char *text;

    if (!take_room(set, budget, fact, &text))
        return NULL;
    memmove(&set->items[place + 1], &set->items[place],
            (size_t)(set->count - place) * sizeof(set->items[0]));
    set->count++;
    set->items[place] = (struct seen_item){ .key = fact->key, .text = text };
    return &set->items[place];
}

/* --- judging --- */

static enum seen_verdict judge(uint64_t learned_us, uint64_t first_us, uint64_t now_us)
{
    if (now_us < learned_us)
        return SEEN_UNSURE;
    if (first_us < learned_us)
        return SEEN_BEFORE;
    return now_us < first_us + SEEN_NEW_S * US_PER_S ? SEEN_NEW : SEEN_BEFORE;
}

void seen_resume(struct seen *seen, const struct seen_budget *budget, uint64_t began_us,
        uint64_t trusted_us)
{
    seen->began = began_us != 0;
    seen->began_us = began_us;
    seen->trusted_us = trusted_us;
    seen->learned_us = trusted_us != 0 ? trusted_us : began_us + budget->learning_s * US_PER_S;
}

static enum seen_verdict judge_item(const struct seen *seen, const struct seen_item *item,
        uint64_t now_us)
{
    if ((item->flags & SEEN_ACCUSED) != 0)
        return now_us < seen->learned_us ? SEEN_UNSURE : SEEN_NEW;
    return judge(seen->learned_us, item->first_us, now_us);
}

/* A device that is frozen takes nothing in, so what it does not know stays new. */
static enum seen_verdict judge_unknown(const struct seen *seen, const struct seen_set *set,
        uint64_t now_us)
{
    return set->lossy || now_us < seen->learned_us ? SEEN_UNSURE : SEEN_NEW;
}

static void touch(struct seen_item *item, uint64_t now_us)
{
    item->flags |= SEEN_FRESH;
    item->times += item->times < UINT32_MAX;
    if (now_us > item->last_us)
        item->last_us = now_us;
}

/* Keys of texts are hashes that anybody can work out, so two texts of one key can be made. */
static bool is_of_another(const struct seen_item *item, const struct seen_fact *fact)
{
    return item->text != NULL && fact->text != NULL &&
           (strncmp(item->text, fact->text, fact->len) != 0 || item->text[fact->len] != '\0');
}

enum seen_verdict seen_note(struct seen *seen, struct seen_budget *budget,
        const struct seen_fact *fact, uint64_t now_us)
{
    struct seen_set *set = &seen->sets[fact->kind];
    struct seen_item *item = seen_find(seen, fact->kind, fact->key);
    bool known = item != NULL, sure = !set->lossy;

    if (!seen->began) {
        seen_resume(seen, budget, now_us, seen->trusted_us);
        seen->began = true;
    }
    if ((!known && seen->frozen) || (known && is_of_another(item, fact)))
        return judge_unknown(seen, set, now_us);
    if (!known) {
        item = insert(seen, budget, fact);
        if (item == NULL)
            return SEEN_UNSURE;
        item->first_us = sure ? now_us : seen->began_us;
        item->flags = (now_us < seen->suspect_until_us ? SEEN_SUSPECT : 0u) |
                      (fact->accused ? SEEN_ACCUSED : 0u);
        seen->accused += fact->accused;
    }
    touch(item, now_us);
    if (!known && !sure)
        return SEEN_UNSURE;
    return judge_item(seen, item, now_us);
}

bool seen_item_is_usual(const struct seen *seen, const struct seen_budget *budget,
        const struct seen_item *item, uint64_t now_us)
{
    if ((item->flags & (SEEN_SUSPECT | SEEN_ACCUSED)) != 0)
        return false;
    if ((item->flags & SEEN_VOUCHED) != 0)
        return true;
    return (now_us >= seen->learned_us && item->first_us < seen->learned_us) ||
           now_us >= item->first_us + budget->learning_s * US_PER_S;
}

bool seen_is_usual(const struct seen *seen, const struct seen_budget *budget,
        const struct seen_fact *fact, uint64_t now_us)
{
    const struct seen_item *item = seen_find(seen, fact->kind, fact->key);

    return item != NULL && !is_of_another(item, fact) &&
           seen_item_is_usual(seen, budget, item, now_us);
}

/* --- alerts --- */

void seen_accuse(struct seen *seen, enum seen_kind kind, uint64_t key, uint64_t since_us)
{
    struct seen_item *item = seen_find(seen, kind, key);

    if (item == NULL || item->first_us < since_us ||
            (item->flags & (SEEN_ACCUSED | SEEN_VOUCHED)) != 0)
        return;
    item->flags |= SEEN_ACCUSED | SEEN_FRESH;
    seen->accused++;
}

void seen_acquit(struct seen *seen, enum seen_kind kind, uint64_t key)
{
    struct seen_item *item = seen_find(seen, kind, key);

    if (item == NULL || (item->flags & SEEN_ACCUSED) == 0)
        return;
    item->flags = (item->flags & ~(uint32_t)SEEN_ACCUSED) | SEEN_FRESH;
    seen->accused--;
}

/* --- what was saved --- */

bool seen_restore(struct seen *seen, struct seen_budget *budget, const struct seen_fact *fact,
        const struct seen_item *item)
{
    struct seen_item *made = seen_find(seen, fact->kind, fact->key);

    if (made == NULL)
        made = insert(seen, budget, fact);
    if (made == NULL)
        return false;
    made->first_us = item->first_us;
    made->last_us = item->last_us;
    made->times = item->times;
    made->flags = item->flags;
    seen->vouched |= (item->flags & SEEN_VOUCHED) != 0;
    return true;
}

enum seen_verdict seen_device(uint64_t began_us, uint64_t learning_s, uint64_t first_seen_us,
        uint64_t now_us)
{
    return judge(began_us + learning_s * US_PER_S, first_seen_us, now_us);
}
