/* Of what was seen: what a list may name, what would cut off more than is meant, and what may break. */
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "export_uses.h"

/* Notes tell people; who wants all of many hundred has better lists to look at. */
#define NOTES_MAX 200

struct chooser {
    const struct export_uses *uses;
    unsigned traits;
    struct export_list *list;
    size_t entry_room;
    bool failed;
    struct export_use **by_address; /* all uses, sorted */
    size_t count;
};

/* --- notes --- */

static void note(struct chooser *chooser, bool breaks, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static void note(struct chooser *chooser, bool breaks, const char *format, ...)
{
    struct export_list *list = chooser->list;
    va_list args;
    char *text = NULL;
    int len;

    if (list->note_count == NOTES_MAX) {
        list->notes_dropped++;
        return;
    }
    va_start(args, format);
    len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        chooser->failed = true;
        return;
    }
    for (size_t i = 0; i < list->note_count; i++)
        if (strcmp(list->notes[i].text, text) == 0) {
            free(text);
            return;
        }
    list->notes[list->note_count++] = (struct export_note){ .text = text, .breaks = breaks };
}

/* --- what a use is --- */

static bool is_asked_for(const struct export_wish *wish, const struct export_device *device)
{
    for (size_t i = 0; i < wish->device_count; i++)
        if (export_device_is(device, wish->devices[i]))
            return true;
    return wish->device_count == 0;
}

static bool is_target(const struct chooser *chooser, const struct export_use *use)
{
    const struct export_wish *wish = chooser->uses->wish;

    if (!is_asked_for(wish, use->key.device))
        return false;
    return wish->allow ? !use->alerted && use->records > 0 : use->alerts > 0;
}

/* Same address and device, and one of them had no name yet when it was told of. */
static bool is_same_talk(const struct export_use *a, const struct export_use *b)
{
    return a->key.device == b->key.device
            && (a->key.name == NULL || b->key.name == NULL || a->key.name == b->key.name);
}

static int compare_uses(const void *a, const void *b)
{
    const struct export_use *left = *(struct export_use *const *)a;
    const struct export_use *right = *(struct export_use *const *)b;
    int order = memcmp(&left->key.remote, &right->key.remote, sizeof(struct address));

    return order != 0 ? order : strcmp(left->key.device->key, right->key.device->key);
}

static struct export_group group_at(const struct chooser *chooser, size_t first)
{
    struct export_group group = { chooser->by_address + first, 1 };

    while (first + group.count < chooser->count
            && address_equal(&group.uses[0]->key.remote,
                    &group.uses[group.count]->key.remote))
        group.count++;
    return group;
}

/* The name that the device calls this address by, if it calls it by one only. */
static struct export_name *name_in(const struct export_group *group, const struct export_use *use)
{
    struct export_name *name = use->key.name;

    if (name != NULL)
        return name;
    for (size_t i = 0; i < group->count; i++) {
        const struct export_use *other = group->uses[i];

        if (other->key.device != use->key.device || other->key.name == NULL)
            continue;
        if (name != NULL && name != other->key.name)
            return NULL;
        name = other->key.name;
    }
    return name;
}

/* Somebody who talks to the address as well, and about whom there is nothing to tell. */
static const struct export_use *other_user(const struct chooser *chooser,
        const struct export_group *group, const struct export_use *use)
{
    bool own = (chooser->traits & EXPORT_BY_DEVICE) != 0;

    for (size_t i = 0; i < group->count; i++) {
        const struct export_use *other = group->uses[i];

        if (other->alerts > 0 || is_same_talk(use, other))
            continue;
        if (!own || other->key.device == use->key.device)
            return other;
    }
    return NULL;
}

/* --- entries --- */

static void add_entry(struct chooser *chooser, const struct export_use *use,
        const struct export_name *name, bool by_name)
{
    struct export_list *list = chooser->list;

    if (list->entry_count == chooser->entry_room) {
        size_t room = chooser->entry_room == 0 ? 256 : 2 * chooser->entry_room;
        void *moved = realloc(list->entries, room * sizeof(list->entries[0]));

        if (moved == NULL) {
            chooser->failed = true;
            return;
        }
        list->entries = moved;
        chooser->entry_room = room;
    }
    list->entries[list->entry_count++] = (struct export_entry){
        .device = use->key.device,
        .name = name != NULL ? name->text : NULL,
        .address = by_name ? NULL : &use->key.remote,
        .protocol = use->protocol,
        .port = use->port,
        .alerts = use->alerts,
        .priority = use->priority,
        .detects = use->detects,
    };
}

/* By its address, unless others are there as well. 'spare': its name is in the list already. */
static void choose_address(struct chooser *chooser, const struct export_group *group,
        const struct export_use *use, const struct export_name *name, bool spare)
{
    const struct export_wish *wish = chooser->uses->wish;
    const struct export_use *other = other_user(chooser, group, use);
    const char *network = export_shared_network(use->asn);
    char text[ADDRESS_TEXT_SIZE], label[EXPORT_LABEL_SIZE];

    export_address(&use->key.remote, text);
    if (!wish->allow && other != NULL && !(spare && !wish->force)) {
        export_device_label(other->key.device, label);
        note(chooser, wish->force, "%s: %s reaches %s there as well", text, label,
                other->key.name != NULL ? other->key.name->text : "somebody");
    } else if (!wish->allow && network != NULL && !(spare && !wish->force)) {
        note(chooser, wish->force, "%s: %s serves many names from one address", text,
                network);
    }
    if (wish->allow || wish->force || (other == NULL && network == NULL))
        add_entry(chooser, use, name, false);
}

/* All that belongs to others below it would be blocked with it. */
static bool is_public_suffix(const struct export_wish *wish, const struct export_name *name)
{
    char domain[DOMAIN_NAME_SIZE];

    return wish->domains != NULL &&
           domain_registrable(wish->domains, name->text, strlen(name->text), domain) == 0;
}

static void choose_use(struct chooser *chooser, const struct export_group *group,
        const struct export_use *use)
{
    const struct export_wish *wish = chooser->uses->wish;
    struct export_name *name = name_in(group, use);
    const char *reason = wish->allow ? NULL : export_protection(chooser->uses, chooser->traits,
                                                       group, use, name);
    bool by_name = (chooser->traits & EXPORT_BY_NAME) != 0 && name != NULL;
    char text[ADDRESS_TEXT_SIZE];

    export_address(&use->key.remote, text);
    if (reason != NULL) {
        note(chooser, wish->force, "%s: %s", name != NULL ? name->text : text, reason);
        if (!wish->force)
            return;
    }
    if (by_name && !wish->allow && is_public_suffix(wish, name)) {
        note(chooser, wish->force, "%s: the names below it are of many owners", name->text);
        by_name = wish->force;
    }
    if (by_name) {
        name->listed = use->key.device;
        add_entry(chooser, use, name, true);
    }
    if (!(chooser->traits & EXPORT_BY_ADDRESS) && !by_name)
        note(chooser, false, "%s: it has no name, and the format knows names only", text);
    if ((chooser->traits & EXPORT_BY_ADDRESS) && !(by_name && wish->allow))
        choose_address(chooser, group, use, name, by_name);
}

/* --- the list as a whole --- */

/* The name itself or the one it is below, if that is listed and the use is not what it is listed for. */
static struct export_name *listed_above(const struct chooser *chooser,
        const struct export_use *use)
{
    bool for_one = (chooser->traits & EXPORT_BY_DEVICE) != 0;

    for (const char *at = use->key.name->text; at != NULL; at = strchr(at, '.')) {
        struct export_name *name;
        bool own;

        at += *at == '.';
        HASH_FIND(hh, chooser->uses->names, at, (unsigned)strlen(at), name);
        if (name == NULL || name->listed == NULL)
            continue;
        own = name->listed == use->key.device;
        if (for_one ? own && name != use->key.name : !own || name != use->key.name)
            return name;
    }
    return NULL;
}

/* Names that would be blocked with a listed one, and that somebody uses without alerts. The time has to
 * be told to everybody. */
static void look_for_others(struct chooser *chooser)
{
    bool for_all = (chooser->traits & EXPORT_BY_DEVICE) == 0, force = chooser->uses->wish->force;
    char label[EXPORT_LABEL_SIZE];

    for (size_t i = 0; i < chooser->count; i++) {
        const struct export_use *use = chooser->by_address[i];
        const struct export_name *name = use->key.name;
        struct export_name *listed;
        bool spares;

        listed = use->alerts == 0 && name != NULL ? listed_above(chooser, use) : NULL;
        if (listed == NULL)
            continue;
        spares = !force && (use->ntp || (for_all && listed->listed != use->key.device));
        listed->spared |= spares;
        export_device_label(use->key.device, label);
        if (listed == name)
            note(chooser, !spares, "%s: %s uses it as well", name->text, label);
        else
            note(chooser, !spares, "%s: %s uses %s", listed->text, label, name->text);
    }
}

/* Whoever chooses a name in a ClientHello must not have it cut off for those who need it. */
static void spare_names(struct chooser *chooser)
{
    struct export_list *list = chooser->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_entry *entry = &list->entries[i];
        struct export_name *name = NULL;

        if (entry->address == NULL)
            HASH_FIND(hh, chooser->uses->names, entry->name, (unsigned)strlen(entry->name), name);
        if (name == NULL || !name->spared)
            list->entries[kept++] = *entry;
    }
    list->entry_count = kept;
}

static bool sort_uses(struct chooser *chooser)
{
    struct export_use *use, *next;

    chooser->by_address = calloc(HASH_COUNT(chooser->uses->uses) + 1, sizeof(struct export_use *));
    if (chooser->by_address == NULL)
        return false;
    HASH_ITER(hh, chooser->uses->uses, use, next)
        chooser->by_address[chooser->count++] = use;
    qsort(chooser->by_address, chooser->count, sizeof(struct export_use *), compare_uses);
    return true;
}

bool export_choose(const struct export_uses *uses, unsigned traits, struct export_list *out)
{
    struct chooser chooser = { .uses = uses, .traits = traits, .list = out };

    *out = (struct export_list){ .allow = uses->wish->allow };
    out->notes = calloc(NOTES_MAX, sizeof(out->notes[0]));
    if (out->notes == NULL || !sort_uses(&chooser))
        return false;
    for (size_t first = 0; first < chooser.count;) {
        struct export_group group = group_at(&chooser, first);

        for (size_t i = 0; i < group.count; i++)
            if (is_target(&chooser, group.uses[i]))
                choose_use(&chooser, &group, group.uses[i]);
        first += group.count;
    }
    export_list_sort(out, traits);
    if (!out->allow && (traits & EXPORT_BY_NAME))
        look_for_others(&chooser);
    spare_names(&chooser);
    free(chooser.by_address);
    return !chooser.failed;
}
