#include "settings.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "settings_kind.h"

#if !defined(TATTLER_DATADIR) || !defined(TATTLER_STATEDIR)
#error "TATTLER_DATADIR and TATTLER_STATEDIR must name the data folders of this build"
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define DEVICES "devices"
#define DEVICES_MAX 4096
#define DAY_S 86400

static const char *const sections[] = { DEVICES, "limits" };

#define AT(member) offsetof(struct settings, member)
#define IN_DEVICE(member) offsetof(struct device_setting, member)

/* A default is what a user would write, list items apart by ", ". The caps on files are those of
 * the modules that load them. */
static const struct settings_row rows[] = {
    { "home-networks", &kind_networks, AT(home_networks), 0, 64,
            "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, fc00::/7, fe80::/10",
            "the networks whose hosts are devices; all else is remote" },
    { "warm-up", &kind_duration, AT(warm_up_s), 0, 30 * DAY_S, "10m",
            "watch a device for this long before telling that it skipped DNS" },
    { "dns-grace", &kind_duration, AT(dns_grace_s), 0, 30 * DAY_S, "24h",
            "a resolved name still counts for this long after its TTL" },
    { "learning", &kind_duration, AT(learning_s), 0, 365 * DAY_S, "7d",
            "learn what a device does for this long before calling something new" },
    { "network-resolvers", &kind_networks, AT(network_resolvers), 0, 16, "",
            "DNS resolvers of the network, beside those that DHCP and routers offer" },
    { "timezone", &kind_zone, AT(timezone), 0, 64, "",
            "IANA name for local hours, such as Europe/Berlin; not set: the machine's" },
    { "geo", &kind_files, AT(geo), 0, 16, "$TATTLER_STATE/tattler.mmdb",
            "MMDB files that give network, organisation and country of an address" },
    { "risk", &kind_files, AT(risk), 0, 16, "$TATTLER_DATA/risk.csv",
            "CSV files that score networks; a later file overrides" },
    { "oui", &kind_files, AT(oui), 0, 8,
            "/usr/share/ieee-data/oui.csv, /usr/share/ieee-data/mam.csv, "
            "/usr/share/ieee-data/oui36.csv",
            "IEEE CSV files that give the vendor of a MAC address" },
    { "resolvers", &kind_files, AT(resolvers), 0, 16, "$TATTLER_DATA/resolvers.txt",
            "text files of public encrypted DNS resolvers" },
    { "public-suffix-list", &kind_file, AT(public_suffix_list), 0, 0, "",
            "the list that finds registrable domains; not set: the system's" },
    { "rule-files", &kind_files, AT(rule_files), 0, 256, "",
            "rules, or folders of .rules files, for 'tattler replay'" },
    { "classification-file", &kind_file, AT(classification_file), 0, 0, "",
            "Suricata's classification.config; not set: the installed one" },
    { "reference-config-file", &kind_file, AT(reference_file), 0, 0, "",
            "Suricata's reference.config; not set: the installed one" },
    { "threshold-file", &kind_file, AT(threshold_file), 0, 0, "",
            "Suricata's threshold.config: how often which rules alert" },
    { "packet-alert-max", &kind_count, AT(max_alerts), 1, 255, "15",
            "alerts of one packet that are told, the most urgent first" },
    { DEVICES ".mac", &kind_mac, 0, 0, 0, "", "the device with this MAC address" },
    { DEVICES ".address", &kind_address, 0, 0, 0, "", "or, without 'mac', with this address" },
    { DEVICES ".name", &kind_text, IN_DEVICE(name), 0, 63, "", "what to call it" },
    { DEVICES ".type", &kind_text, IN_DEVICE(type), 0, 63, "", "what it is, such as camera" },
    { "eve-types", &kind_eve_types, AT(eve_types), 0, 16, "alert, flow, dns, tls, quic, iot, stats",
            "EVE records to write; in Suricata its 'outputs' say that" },
    { "limits.flows", &kind_count, AT(max_flows), 1, 1 << 24, "64k",
            "flows remembered at once; in Suricata flow.memcap rules instead" },
    { "limits.devices", &kind_count, AT(max_devices), 1, 1 << 20, "4k", "devices remembered" },
    { "limits.names", &kind_count, AT(max_names), 1, 1 << 24, "64k",
            "resolved addresses remembered, of all devices together" },
    { "limits.names-per-device", &kind_count, AT(max_names_per_device), 1, 1 << 24, "2k",
            "resolved addresses remembered of one device" },
    { "limits.remotes", &kind_count, AT(max_remotes), 1, 1 << 24, "32k",
            "remotes whose rhythm and volume are followed, of all devices together" },
    { "limits.remotes-per-device", &kind_count, AT(max_remotes_per_device), 8, 1 << 20, "512",
            "remotes followed of one device" },
};

static const struct settings_row *find_row(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].key, key) == 0)
            return &rows[i];
    return NULL;
}

bool settings_is_section(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        if (strcmp(sections[i], key) == 0)
            return true;
    return false;
}

bool settings_is_list(const char *key)
{
    const struct settings_row *row = find_row(key);

    return strcmp(key, DEVICES) == 0 || (row != NULL && row->kind->is_list);
}

bool settings_describe(size_t index, struct settings_key *out)
{
    if (index >= COUNT_OF(rows))
        return false;
    *out = (struct settings_key){ rows[index].key, rows[index].kind->name,
        rows[index].default_text, rows[index].doc };
    return true;
}

/* --- keys that are none --- */

#define KEYS_MAX (COUNT_OF(rows) + COUNT_OF(sections))

/* What may stand in a section, "" for the top level, without the section's name. */
static size_t keys_in(const char *section, const char *keys[KEYS_MAX])
{
    size_t n = 0, len = strlen(section);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *key = rows[i].key, *dot = strchr(key, '.');

        if (dot == NULL && len == 0)
            keys[n++] = key;
        else if (dot != NULL && (size_t)(dot - key) == len && strncmp(key, section, len) == 0)
            keys[n++] = dot + 1;
    }
    for (size_t i = 0; i < COUNT_OF(sections) && len == 0; i++)
        keys[n++] = sections[i];
    return n;
}

static void append(char *out, size_t size, const char *text)
{
    size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", text);
}

static enum tattler_status refuse_key(const char *key, const struct complaint *complaint)
{
    char section[NEAREST_WORD_MAX + 1] = "", all[512] = "";
    const char *dot = strchr(key, '.'), *word = key, *keys[KEYS_MAX], *near;
    size_t n;

    if (settings_is_section(key)) {
        snprintf(section, sizeof(section), "%s", key);
    } else if (dot != NULL) {
        snprintf(section, sizeof(section), "%.*s", (int)(dot - key), key);
        if (find_row(section) != NULL)
            return settings_refuse(complaint, "'%s' has no keys of its own but a value", section);
        if (!settings_is_section(section))
            return refuse_key(section, complaint);
        word = dot + 1;
    }
    n = keys_in(section, keys);
    for (size_t i = 0; i < n; i++)
        append(all, sizeof(all), keys[i]);
    if (word == key && *section != '\0')
        return settings_refuse(complaint, "'%s' has no value of its own but keys: %s", key, all);
    near = nearest_word(word, keys, n);
    if (near != NULL)
        return settings_refuse(complaint, "unknown key '%.64s': did you mean '%s'?", word, near);
    return settings_refuse(complaint, "unknown key '%.64s': write one of %s", word, all);
}

/* --- setting --- */

static bool is_device_key(const char *key)
{
    return strncmp(key, DEVICES ".", strlen(DEVICES ".")) == 0;
}

/* The device to set a key of: the last, or, 'fresh', an empty one behind it that does not count
 * yet. NULL: out of memory. */
static struct device_setting *device_for(struct settings *settings, bool fresh)
{
    size_t count = settings->device_count;
    struct device_setting *devices;

    if (!fresh)
        return &settings->devices[count - 1];
    devices = realloc(settings->devices, (count + 1) * sizeof(*devices));
    if (devices == NULL)
        return NULL;
    settings->devices = devices;
    devices[count] = (struct device_setting){ 0 };
    return &devices[count];
}

static enum tattler_status set_in_device(struct settings *settings, const struct settings_row *row,
        const struct settings_entry *entry, const struct complaint *complaint)
{
    bool fresh = entry->first || settings->device_count == 0;
    struct device_setting *device;
    enum tattler_status status;

    if (fresh && settings->device_count == DEVICES_MAX) {
        settings_refuse(complaint, "more than %d devices", DEVICES_MAX);
        return TATTLER_FULL;
    }
    device = device_for(settings, fresh);
    if (device == NULL)
        return settings_no_memory(complaint);
    status = row->kind->set(row, (char *)device + row->offset, entry, complaint);
    if (status == TATTLER_OK && fresh)
        settings->device_count++;
    return status;
}

enum tattler_status settings_set(struct settings *settings, const struct settings_entry *entry,
        char *error, size_t error_size)
{
    const struct settings_row *row = find_row(entry->key);
    struct complaint complaint = { error, error_size };
    struct settings_entry given = *entry;
    size_t prefix;

    if (row == NULL)
        return refuse_key(entry->key, &complaint);
    prefix = (size_t)snprintf(error, error_size, "%s: ", row->key);
    if (prefix < error_size)
        complaint = (struct complaint){ error + prefix, error_size - prefix };
    if (given.value != NULL && *given.value == '\0')
        given.value = NULL;
    if (given.value == NULL && !row->kind->may_be_empty)
        return settings_refuse(&complaint, "needs a value (%s)", row->kind->name);
    if (is_device_key(row->key))
        return set_in_device(settings, row, &given, &complaint);
    return row->kind->set(row, (char *)settings + row->offset, &given, &complaint);
}

const char *settings_device_problem(const struct settings *settings, size_t index)
{
    const struct device_setting *device = &settings->devices[index];

    if (!device->has_mac && !device->has_address)
        return "a device needs 'mac' or 'address' to be known by";
    for (size_t i = 0; i < index; i++) {
        const struct device_setting *other = &settings->devices[i];

        if (device->has_mac && other->has_mac && mac_equal(&device->mac, &other->mac))
            return "another device has the same 'mac': remove one of them";
        if (!device->has_mac && !other->has_mac &&
                address_equal(&device->address, &other->address))
            return "another device has the same 'address': remove one of them";
    }
    return NULL;
}

/* --- defaults --- */

/* Data folders can be moved, so that a build tree runs where it is. */
static const struct {
    const char *variable, *folder;
} folders[] = {
    { "TATTLER_DATA", TATTLER_DATADIR },
    { "TATTLER_STATE", TATTLER_STATEDIR },
};

/* "$VARIABLE/rest" with the folder put in; anything else as it stands. */
static void expand(const char *item, size_t len, char out[SETTINGS_PATH_SIZE])
{
    for (size_t i = 0; i < COUNT_OF(folders) && *item == '$'; i++) {
        size_t skip = 1 + strlen(folders[i].variable);
        const char *folder = getenv(folders[i].variable);

        if (len < skip || strncmp(item + 1, folders[i].variable, skip - 1) != 0 ||
                item[skip] != '/')
            continue;
        snprintf(out, SETTINGS_PATH_SIZE, "%s%.*s",
                folder != NULL && *folder != '\0' ? folder : folders[i].folder,
                (int)(len - skip), item + skip);
        return;
    }
    snprintf(out, SETTINGS_PATH_SIZE, "%.*s", (int)len, item);
}

static enum tattler_status set_default(struct settings *settings, const struct settings_row *row)
{
    const char *item = row->default_text;
    char value[SETTINGS_PATH_SIZE], error[128];
    struct settings_entry entry = { row->key, value, NULL, true };

    while (*item != '\0') {
        size_t len = row->kind->is_list ? strcspn(item, ",") : strlen(item);

        expand(item, len, value);
        if (row->kind != &kind_files || access(value, F_OK) == 0) {
            enum tattler_status status = settings_set(settings, &entry, error, sizeof(error));

            assert(status == TATTLER_OK || status == TATTLER_NO_MEMORY);
            if (status != TATTLER_OK)
                return status;
            entry.first = false;
        }
        item += len;
        item += strspn(item, ", ");
    }
    return TATTLER_OK;
}

enum tattler_status settings_default(struct settings *settings)
{
    *settings = (struct settings){ 0 };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum tattler_status status = set_default(settings, &rows[i]);

        if (status != TATTLER_OK) {
            settings_clear(settings);
            return status;
        }
    }
    return TATTLER_OK;
}

void settings_clear(struct settings *settings)
{
    for (size_t i = 0; i < settings->device_count; i++) {
        free(settings->devices[i].name);
        free(settings->devices[i].type);
    }
    free(settings->devices);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].kind->clear != NULL && !is_device_key(rows[i].key))
            rows[i].kind->clear((char *)settings + rows[i].offset);
    *settings = (struct settings){ 0 };
}
