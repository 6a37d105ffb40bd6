/* What EVE records say of devices and remotes, added up: one use for each device, name and address. */
#include "export_uses.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"

/* --- names --- */

/* Letters, digits, '-' and '_' in labels of 1 to 63 (RFC 1035 section 2.3.4; '_' as in RFC 8552): all
 * that may go into a list which another program reads. */
static size_t valid_name(const char *text, char out[EXPORT_NAME_SIZE])
{
    size_t len = strlen(text), label = 0;

    while (len > 0 && text[len - 1] == '.')
        len--;
    if (len == 0 || len >= EXPORT_NAME_SIZE)
        return 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '.' ? label == 0 : !(isalnum(c) || c == '-' || c == '_') || label == 63)
            return 0;
        label = c == '.' ? 0 : label + 1;
        out[i] = (char)tolower(c);
    }
    out[len] = '\0';
    return memchr(out, '.', len) != NULL ? len : 0;
}

static struct export_name *intern(struct export_uses *uses, const struct export_fact *fact)
{
    char text[EXPORT_NAME_SIZE];
    struct export_name *name;
    struct address literal;
    size_t len;

    if (fact->name == NULL || fact->name[0] == '\0' || address_parse(fact->name, &literal))
        return NULL;
    len = valid_name(fact->name, text);
    if (len == 0) {
        uses->counts.bad_names++;
        return NULL;
    }
    HASH_FIND(hh, uses->names, text, (unsigned)len, name);
    if (name != NULL)
        return name;
    if (HASH_COUNT(uses->names) < EXPORT_NAMES_MAX)
        name = calloc(1, sizeof(*name));
    if (name == NULL) {
        uses->counts.nameless++;
        return NULL;
    }
    memcpy(name->text, text, len + 1);
    HASH_ADD(hh, uses->names, text, (unsigned)len, name);
    return name;
}

/* --- devices --- */

static void set_label(char out[EXPORT_TEXT_SIZE], const char *text)
{
    size_t len = 0;

    for (; *text != '\0' && len < EXPORT_TEXT_SIZE - 1; text++)
        if (isalnum((unsigned char)*text) || strchr(" ._:+-()", *text) != NULL)
            out[len++] = *text;
    out[len] = '\0';
}

static void add_address(struct export_device *device, const struct address *address)
{
    for (size_t i = 0; i < device->address_count; i++)
        if (address_equal(&device->addresses[i], address))
            return;
    if (device->address_count < EXPORT_DEVICE_ADDRESSES && !address_is_link_local(address))
        device->addresses[device->address_count++] = *address;
}

static struct export_device_entry *device_of(struct export_uses *uses,
        const struct export_fact *fact)
{
    char key[EXPORT_TEXT_SIZE];
    struct export_device_entry *entry;
    struct mac mac;
    bool has_mac = fact->mac != NULL && mac_parse(fact->mac, &mac);

    if (has_mac)
        mac_text(&mac, key);
    else
        address_text(&fact->device, key);
    HASH_FIND_STR(uses->devices, key, entry);
    if (entry == NULL && HASH_COUNT(uses->devices) < EXPORT_DEVICES_MAX) {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL)
            return NULL;
        memcpy(entry->device.key, key, sizeof(key));
        entry->device.has_mac = has_mac;
        if (has_mac)
            entry->device.mac = mac;
        HASH_ADD_STR(uses->devices, device.key, entry);
    }
    if (entry == NULL)
        return NULL;
    if (fact->device_name != NULL && fact->device_name[0] != '\0')
        set_label(entry->device.name, fact->device_name);
    add_address(&entry->device, &fact->device);
    return entry;
}

bool export_uses_device(const struct export_uses *uses, const char *word, const char **near)
{
    const char *words[2 * 256];
    size_t count = 0;

    for (const struct export_device_entry *entry = uses->devices; entry != NULL;
            entry = entry->hh.next) {
        if (export_device_is(&entry->device, word))
            return true;
        if (count + 2 <= sizeof(words) / sizeof(words[0])) {
            words[count++] = entry->device.key;
            if (entry->device.name[0] != '\0')
                words[count++] = entry->device.name;
        }
    }
    *near = nearest_word(word, words, count);
    return false;
}

bool export_device_is(const struct export_device *device, const char *word)
{
    return strcasecmp(device->key, word) == 0
            || (device->name[0] != '\0' && strcasecmp(device->name, word) == 0);
}

/* --- uses --- */

static bool is_one_of(const char *list, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);

        for (const char *at = list; (at = strstr(at, words[i])) != NULL; at += len)
            if ((at == list || strchr(", ", at[-1]) != NULL)
                    && (at[len] == '\0' || strchr(", ", at[len]) != NULL))
                return true;
    }
    return false;
}

static bool is_wanted(const struct export_wish *wish, const struct export_fact *fact)
{
    if (fact->priority == 0 || fact->priority > wish->priority)
        return false;
    return wish->detects_count == 0
            || (fact->detects != NULL
                    && is_one_of(fact->detects, wish->detects, wish->detects_count));
}

static bool tells_time(const struct export_fact *fact)
{
    return (fact->protocol == 17 && fact->port == 123) ||
           (fact->service != NULL && strcmp(fact->service, "ntp") == 0);
}

static bool tells_names(const struct export_fact *fact)
{
    static const char *const services[] = { "dns", "dot", "doh", "doq" };

    return fact->port == 53 || fact->port == 853 ||
           (fact->service != NULL && is_one_of(fact->service, services, 4));
}

static void note_asked(struct export_uses *uses, struct export_device *device,
        const struct export_fact *fact)
{
    if (!tells_names(fact))
        return;
    uses->asking += !device->asks;
    device->asks_several |= device->asks && !address_equal(&device->asked, &fact->remote);
    device->asked = fact->remote;
    device->asks = true;
}

static void add_up(struct export_use *use, const struct export_fact *fact, bool wanted)
{
    use->asn = fact->asn != 0 ? fact->asn : use->asn;
    use->ntp |= tells_time(fact);
    use->resolver |= tells_names(fact);
    if (use->ntp && use->key.name != NULL)
        use->key.name->ntp = true;
    if (use->records == 0 && !use->alerted) {
        use->port = fact->port;
        use->protocol = fact->protocol;
    }
    use->port = use->port == fact->port ? fact->port : 0;
    use->protocol = use->protocol == fact->protocol ? fact->protocol : 0;
    use->records += fact->priority == 0;
    use->alerted |= fact->priority != 0;
    if (!wanted)
        return;
    use->alerts++;
    if (use->priority == 0 || fact->priority < use->priority) {
        use->priority = fact->priority;
        set_label(use->detects, fact->detects != NULL ? fact->detects : "");
    }
}

static struct export_use *use_of(struct export_uses *uses, const struct export_use_key *key)
{
    struct export_use *use;

    HASH_FIND(hh, uses->uses, key, sizeof(*key), use);
    if (use != NULL || HASH_COUNT(uses->uses) >= EXPORT_USES_MAX)
        return use;
    use = calloc(1, sizeof(*use));
    if (use != NULL) {
        use->key = *key;
        HASH_ADD(hh, uses->uses, key, sizeof(*key), use);
    }
    return use;
}

/* A host of the own network: a router does not see what is said to it, or it is the router. */
static bool is_at_home(const struct export_wish *wish, const struct export_fact *fact)
{
    const struct prefix_list *home = wish->home;

    for (size_t i = 0; home != NULL && i < home->count; i++)
        if (prefix_contains(&home->items[i], &fact->remote))
            return true;
    if (!address_is_public(&fact->remote))
        return true;
    /* A link's IPv6 prefix has 64 bits (RFC 4291 section 2.5.4). */
    return !address_is_v4(&fact->remote) && !address_is_v4(&fact->device) &&
           memcmp(fact->remote.bytes, fact->device.bytes, 8) == 0;
}

void export_uses_add(struct export_uses *uses, const struct export_fact *fact)
{
    struct export_use_key key;
    struct export_device_entry *device;
    struct export_use *use;
    bool wanted = is_wanted(uses->wish, fact);

    uses->counts.alerts += wanted;
    device = device_of(uses, fact);
    if (device != NULL)
        note_asked(uses, &device->device, fact);
    if (is_at_home(uses->wish, fact)) {
        uses->counts.local += wanted;
        return;
    }
    memset(&key, 0, sizeof(key));
    key.remote = fact->remote;
    key.device = device != NULL ? &device->device : NULL;
    key.name = intern(uses, fact);
    use = device != NULL ? use_of(uses, &key) : NULL;
    if (use == NULL)
        uses->counts.refused++;
    else
        add_up(use, fact, wanted);
}

struct export_counts export_uses_count(const struct export_uses *uses)
{
    return uses->counts;
}

struct export_uses *export_uses_new(const struct export_wish *wish)
{
    struct export_uses *uses = calloc(1, sizeof(*uses));

    if (uses != NULL)
        uses->wish = wish;
    return uses;
}

void export_uses_free(struct export_uses *uses)
{
    if (uses == NULL)
        return;
    HASH_FREE(uses->uses, free);
    HASH_FREE(uses->names, free);
    HASH_FREE(uses->devices, free);
    free(uses);
}
