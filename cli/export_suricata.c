/* Lists for those who understand connections: Suricata's drop rules and RFC 8520's profiles. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "export.h"

/* --- Suricata --- */

/* Of the range that is for everybody's own rules (https://sidallocation.org/), behind the pack's. */
#define FIRST_SID 1900000

static void write_home(FILE *to, const struct export_device *device)
{
    char address[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < device->address_count; i++) {
        export_address(&device->addresses[i], address);
        fprintf(to, "%s%s", i == 0 ? "[" : ",", address);
    }
    fputs(device->address_count > 0 ? "]" : "any", to);
}

static void write_rule(FILE *to, const struct export_entry *entry, const char *protocol,
        const char *buffer, const char *more, unsigned sid)
{
    char reason[EXPORT_REASON_SIZE], address[ADDRESS_TEXT_SIZE] = "any";

    export_reason(entry, reason);
    for (char *at = reason; (at = strpbrk(at, ":;")) != NULL;) /* they end options */
        *at = '.';
    if (entry->address != NULL)
        export_address(entry->address, address);
    fprintf(to, "drop %s ", protocol);
    write_home(to, entry->device);
    fprintf(to, " any %s %s any (msg:\"TATTLER export %s. %s\"; ",
            entry->address != NULL ? "<>" : "->", address,
            entry->address != NULL ? "address" : entry->name, reason);
    if (buffer != NULL)
        fprintf(to, "%s; dotprefix; content:\".%s\"; endswith; %s", buffer, entry->name, more);
    fprintf(to, "classtype:policy-violation; sid:%u; rev:1;)\n", sid);
}

void export_write_suricata(FILE *to, const struct export_list *list)
{
    static const struct {
        const char *protocol, *buffer, *more; /* http.host is in lower case already */
    } by_name[] = { { "dns", "dns.query", "nocase; " }, { "tls", "tls.sni", "nocase; " },
        { "quic", "quic.sni", "nocase; " }, { "http", "http.host", "" } };
    unsigned sid = FIRST_SID;

    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_entry *entry = &list->entries[i];

        if (entry->address != NULL)
            write_rule(to, entry, "ip", NULL, "", sid++);
        for (size_t k = 0; entry->address == NULL && k < 4; k++)
            write_rule(to, entry, by_name[k].protocol, by_name[k].buffer,
                    by_name[k].more, sid++);
    }
}

/* --- MUD: RFC 8520, with the DNS names of its section 8 --- */

struct acl {
    const char *name;
    bool v4, from_device;
};

static const struct acl acls[] = {
    { "from-device-v4", true, true },
    { "to-device-v4", true, false },
    { "from-device-v6", false, true },
    { "to-device-v6", false, false },
};

#define ACL_COUNT (sizeof(acls) / sizeof(acls[0]))

static json_t *network_match(const struct export_entry *entry, const struct acl *acl)
{
    char text[ADDRESS_TEXT_SIZE], network[ADDRESS_TEXT_SIZE + 8], key[64];
    const char *end = acl->from_device ? "destination" : "source";
    json_t *match = json_object();

    if (entry->address != NULL) {
        export_address(entry->address, text);
        snprintf(network, sizeof(network), "%s/%d", text, acl->v4 ? 32 : 128);
        snprintf(key, sizeof(key), "%s-ipv%c-network", end, acl->v4 ? '4' : '6');
        json_object_set_new(match, key, json_string(network));
    } else {
        snprintf(key, sizeof(key), "ietf-acldns:%s-dnsname", acl->from_device ? "dst" : "src");
        json_object_set_new(match, key, json_string(entry->name));
    }
    if (entry->protocol != 0)
        json_object_set_new(match, "protocol", json_integer(entry->protocol));
    return match;
}

static json_t *port_match(const struct export_entry *entry, const struct acl *acl)
{
    json_t *match = json_pack("{s:{s:s,s:i}}",
            acl->from_device ? "destination-port" : "source-port", "operator", "eq", "port",
            (int)entry->port);

    if (entry->protocol == 6)
        json_object_set_new(match, "ietf-mud:direction-initiated", json_string("from-device"));
    return match;
}

static json_t *ace(const struct export_entry *entry, const struct acl *acl, size_t number)
{
    char name[32];
    json_t *matches = json_object();

    snprintf(name, sizeof(name), "%s%zu", acl->from_device ? "out" : "in", number);
    json_object_set_new(matches, acl->v4 ? "ipv4" : "ipv6", network_match(entry, acl));
    if (entry->port != 0 && (entry->protocol == 6 || entry->protocol == 17))
        json_object_set_new(matches, entry->protocol == 6 ? "tcp" : "udp", port_match(entry, acl));
    return json_pack("{s:s,s:o,s:{s:s}}", "name", name, "matches", matches, "actions",
            "forwarding", "accept");
}

static json_t *acl_of(const struct export_list *list, const struct acl *acl)
{
    json_t *aces = json_array();

    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_entry *entry = &list->entries[i];

        if (entry->address == NULL || address_is_v4(entry->address) == acl->v4)
            json_array_append_new(aces, ace(entry, acl, json_array_size(aces)));
    }
    return json_pack("{s:s,s:s,s:{s:o}}", "name", acl->name, "type",
            acl->v4 ? "ipv4-acl-type" : "ipv6-acl-type", "aces", "ace", aces);
}

static json_t *policy(bool from_device)
{
    json_t *names = json_array();

    for (size_t i = 0; i < ACL_COUNT; i++)
        if (acls[i].from_device == from_device)
            json_array_append_new(names, json_pack("{s:s}", "name", acls[i].name));
    return json_pack("{s:{s:o}}", "access-lists", "access-list", names);
}

static json_t *description(const struct export_list *list)
{
    char label[EXPORT_LABEL_SIZE] = "", updated[32] = "";
    time_t now = time(NULL);
    struct tm parts;

    if (list->entry_count > 0)
        export_device_label(list->entries[0].device, label);
    if (gmtime_r(&now, &parts) != NULL)
        strftime(updated, sizeof(updated), "%Y-%m-%dT%H:%M:%SZ", &parts);
    /* 60 is the longest that section 3.6 takes. */
    return json_pack("{s:i,s:s,s:s,s:i,s:b,s:s%,s:o,s:o}", "mud-version", 1, "mud-url",
            list->mud_url, "last-update", updated, "cache-validity", 48, "is-supported", 1,
            "systeminfo", label, strnlen(label, 60), "from-device-policy", policy(true),
            "to-device-policy", policy(false));
}

void export_write_mud(FILE *to, const struct export_list *list)
{
    json_t *all = json_array(), *profile;

    for (size_t i = 0; i < ACL_COUNT; i++)
        json_array_append_new(all, acl_of(list, &acls[i]));
    profile = json_pack("{s:o,s:{s:o}}", "ietf-mud:mud", description(list),
            "ietf-access-control-list:acls", "acl", all);
    if (profile == NULL || json_dumpf(profile, to, JSON_INDENT(2)) != 0)
        fputs("{}", to);
    fputc('\n', to);
    json_decref(profile);
}
