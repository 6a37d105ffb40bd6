/* Lists for packet filters on the router: pairs of a device, by its MAC where it has one and by its
 * addresses, and a remote address. */
#include <inttypes.h>
#include <string.h>

#include "export.h"

enum side { BY_MAC, BY_PAIR }; /* the device's MAC and the remote; the device's address and it */

/* Calls 'visit' for each device part that goes with the entry's remote, IPv4 or IPv6. */
typedef void (*pair_fn)(void *user, const struct export_entry *entry, const char *device,
        const char *remote);

static void each_pair(const struct export_list *list, enum side side, bool v4, pair_fn visit,
        void *user)
{
    char device_text[ADDRESS_TEXT_SIZE], remote[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_entry *entry = &list->entries[i];
        const struct export_device *device = entry->device;

        if (address_is_v4(entry->address) != v4)
            continue;
        export_address(entry->address, remote);
        if (side == BY_MAC && device->has_mac)
            visit(user, entry, device->key, remote);
        for (size_t k = 0; side == BY_PAIR && k < device->address_count; k++) {
            if (address_is_v4(&device->addresses[k]) != v4)
                continue;
            export_address(&device->addresses[k], device_text);
            visit(user, entry, device_text, remote);
        }
    }
}

/* --- nftables --- */

struct elements {
    FILE *to;
    size_t count;
};

static void write_element(void *user, const struct export_entry *entry, const char *device,
        const char *remote)
{
    struct elements *elements = user;
    char reason[EXPORT_REASON_SIZE];

    export_reason(entry, reason);
    if (elements->count++ == 0)
        fputs("        elements = {\n", elements->to);
    fprintf(elements->to, "            %s . %s, # %s\n", device, remote, reason);
}

static void write_set(FILE *to, const struct export_list *list, const char *name, enum side side,
        bool v4)
{
    struct elements elements = { .to = to };
    const char *type = v4 ? "ipv4_addr" : "ipv6_addr";

    fprintf(to, "    set %s {\n        type %s . %s\n", name,
            side == BY_MAC ? "ether_addr" : type, type);
    each_pair(list, side, v4, write_element, &elements);
    fprintf(to, "%s    }\n", elements.count > 0 ? "        }\n" : "");
}

static void write_block_rules(FILE *to)
{
    fputs("    chain forward {\n"
          "        type filter hook forward priority filter - 10; policy accept;\n"
          "        ether saddr . ip daddr @mac4 counter reject\n"
          "        ether saddr . ip6 daddr @mac6 counter reject\n"
          "        ip saddr . ip daddr @pair4 counter reject\n"
          "        ip6 saddr . ip6 daddr @pair6 counter reject\n"
          "        ip daddr . ip saddr @pair4 counter drop\n"
          "        ip6 daddr . ip6 saddr @pair6 counter drop\n"
          "    }\n", to);
}

/* What a device has and needs besides: its own network, names, the time. */
static void write_allow_rules(FILE *to)
{
    fputs("    chain listed {\n"
          "        ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, "
          "224.0.0.0/3 } accept\n"
          "        ip6 daddr { fc00::/7, fe80::/10, ff00::/8 } accept\n"
          "        meta l4proto { tcp, udp } th dport 53 accept\n"
          "        udp dport 123 accept\n"
          "        ether saddr . ip daddr @mac4 accept\n"
          "        ether saddr . ip6 daddr @mac6 accept\n"
          "        ip saddr . ip daddr @pair4 accept\n"
          "        ip6 saddr . ip6 daddr @pair6 accept\n"
          "        counter reject\n"
          "    }\n"
          "    chain forward {\n"
          "        type filter hook forward priority filter - 10; policy accept;\n"
          "        ct state established,related accept\n"
          "        ether saddr @held goto listed\n"
          "        ip saddr @held4 goto listed\n"
          "        ip6 saddr @held6 goto listed\n"
          "    }\n", to);
}

/* The devices themselves; the entries are sorted by device. */
static void write_devices(FILE *to, const struct export_list *list, const char *name,
        const char *type, enum side side, bool v4)
{
    const struct export_device *last = NULL;
    char text[ADDRESS_TEXT_SIZE];
    size_t count = 0;

    fprintf(to, "    set %s {\n        type %s\n", name, type);
    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_device *device = list->entries[i].device;

        for (size_t k = 0; device != last && side == BY_PAIR && k < device->address_count; k++) {
            if (address_is_v4(&device->addresses[k]) != v4)
                continue;
            export_address(&device->addresses[k], text);
            fprintf(to, "%s%s", count++ == 0 ? "        elements = { " : ", ", text);
        }
        if (device != last && side == BY_MAC && device->has_mac)
            fprintf(to, "%s%s", count++ == 0 ? "        elements = { " : ", ", device->key);
        last = device;
    }
    fprintf(to, "%s    }\n", count > 0 ? " }\n" : "");
}

void export_write_nftables(FILE *to, const struct export_list *list)
{
    /* Added first, so that deleting it is no error where it is not there yet. */
    fputs("table inet tattler\n"
          "delete table inet tattler\n"
          "table inet tattler {\n", to);
    write_set(to, list, "mac4", BY_MAC, true);
    write_set(to, list, "mac6", BY_MAC, false);
    write_set(to, list, "pair4", BY_PAIR, true);
    write_set(to, list, "pair6", BY_PAIR, false);
    if (list->allow) {
        write_devices(to, list, "held", "ether_addr", BY_MAC, true);
        write_devices(to, list, "held4", "ipv4_addr", BY_PAIR, true);
        write_devices(to, list, "held6", "ipv6_addr", BY_PAIR, false);
        write_allow_rules(to);
    } else {
        write_block_rules(to);
    }
    fputs("}\n", to);
}

/* --- ipset --- */

struct members {
    FILE *to;
    const char *set;
    enum side side;
};

static void write_member(void *user, const struct export_entry *entry, const char *device,
        const char *remote)
{
    const struct members *members = user;

    (void)entry;
    if (members->side == BY_MAC)
        fprintf(members->to, "add %s %s,%s\n", members->set, remote, device);
    else
        fprintf(members->to, "add %s %s,%s\n", members->set, device, remote);
}

void export_write_ipset(FILE *to, const struct export_list *list)
{
    static const struct {
        const char *name, *type;
        enum side side;
        bool v4;
    } sets[] = {
        { "tattler-mac4", "hash:ip,mac family inet", BY_MAC, true },
        { "tattler-mac6", "hash:ip,mac family inet6", BY_MAC, false },
        { "tattler-pair4", "hash:net,net family inet", BY_PAIR, true },
        { "tattler-pair6", "hash:net,net family inet6", BY_PAIR, false },
    };

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        struct members members = { to, sets[i].name, sets[i].side };

        fprintf(to, "create %s %s maxelem 1048576\nflush %s\n", sets[i].name, sets[i].type,
                sets[i].name);
        each_pair(list, sets[i].side, sets[i].v4, write_member, &members);
    }
}

/* --- iptables --- */

static void write_rule_by_mac(void *user, const struct export_entry *entry, const char *device,
        const char *remote)
{
    (void)entry;
    fprintf(user, "-A TATTLER -m mac --mac-source %s -d %s -j REJECT\n", device, remote);
}

static void write_rules_by_pair(void *user, const struct export_entry *entry, const char *device,
        const char *remote)
{
    char reason[EXPORT_REASON_SIZE];

    export_reason(entry, reason);
    fprintf(user, "# %s\n", reason);
    fprintf(user, "-A TATTLER -s %s -d %s -j REJECT\n", device, remote);
    fprintf(user, "-A TATTLER -s %s -d %s -j DROP\n", remote, device);
}

static void write_restore(FILE *to, const struct export_list *list, bool v4)
{
    fputs("*filter\n:TATTLER - [0:0]\n", to); /* naming a chain empties it */
    each_pair(list, BY_MAC, v4, write_rule_by_mac, to);
    each_pair(list, BY_PAIR, v4, write_rules_by_pair, to);
    fputs("COMMIT\n", to);
}

void export_write_iptables(FILE *to, const struct export_list *list)
{
    write_restore(to, list, true);
}

void export_write_ip6tables(FILE *to, const struct export_list *list)
{
    write_restore(to, list, false);
}
