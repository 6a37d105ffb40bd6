/* How each tool wants its list. Those of a line an entry stand here, the others in files of their own. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export.h"

/* --- what all need --- */

void export_address(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    if (address_is_v4(address))
        inet_ntop(AF_INET, address->bytes + 12, out, ADDRESS_TEXT_SIZE);
    else
        inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT_SIZE);
}

void export_device_label(const struct export_device *device, char out[EXPORT_LABEL_SIZE])
{
    if (device->name[0] != '\0')
        snprintf(out, EXPORT_LABEL_SIZE, "%s (%s)", device->name, device->key);
    else
        snprintf(out, EXPORT_LABEL_SIZE, "%s", device->key);
}

void export_reason(const struct export_entry *entry, char out[EXPORT_REASON_SIZE])
{
    char label[EXPORT_LABEL_SIZE];

    export_device_label(entry->device, label);
    if (entry->alerts == 0)
        snprintf(out, EXPORT_REASON_SIZE, "used by %s", label);
    else
        snprintf(out, EXPORT_REASON_SIZE, "%s%s%" PRIu32 " alert%s: %s", entry->detects,
                entry->detects[0] != '\0' ? ", " : "", entry->alerts,
                entry->alerts == 1 ? "" : "s", label);
}

/* One line for each name or address, as 'before' TARGET 'after', its reason above it. */
static void write_lines(FILE *to, const struct export_list *list, const char *comment,
        const char *before, const char *after)
{
    char reason[EXPORT_REASON_SIZE], address[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_entry *entry = &list->entries[i];

        export_reason(entry, reason);
        if (entry->address != NULL)
            export_address(entry->address, address);
        fprintf(to, "%s %s\n%s%s%s\n", comment, reason, before,
                entry->address != NULL ? address : entry->name, after);
    }
}

static void write_pf(FILE *to, const struct export_list *list)
{
    write_lines(to, list, "#", "", "");
}

static void write_dnsmasq(FILE *to, const struct export_list *list)
{
    write_lines(to, list, "#", "local=/", "/");
}

static void write_unbound(FILE *to, const struct export_list *list)
{
    fputs("server:\n", to);
    write_lines(to, list, "    #", "    local-zone: \"", ".\" always_nxdomain");
}

static void write_pihole(FILE *to, const struct export_list *list)
{
    write_lines(to, list, "!", list->allow ? "@@||" : "||", "^");
}

/* Response policy zone: CNAME to the root answers NXDOMAIN
 * (https://datatracker.ietf.org/doc/draft-vixie-dnsop-dns-rpz/, section 3.1). */
static void write_rpz(FILE *to, const struct export_list *list)
{
    char reason[EXPORT_REASON_SIZE];

    fprintf(to, "$TTL 300\n@ SOA localhost. root.localhost. (%" PRIu32 " 3600 600 86400 300)\n"
                "  NS localhost.\n", (uint32_t)time(NULL));
    for (size_t i = 0; i < list->entry_count; i++) {
        export_reason(&list->entries[i], reason);
        fprintf(to, "; %s\n%s CNAME .\n*.%s CNAME .\n", reason, list->entries[i].name,
                list->entries[i].name);
    }
}

/* https://github.com/AdguardTeam/AdGuardHome/wiki/Hosts-Blocklists: $client takes addresses. */
static void write_adguard(FILE *to, const struct export_list *list)
{
    char reason[EXPORT_REASON_SIZE], address[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < list->entry_count; i++) {
        const struct export_entry *entry = &list->entries[i];

        export_reason(entry, reason);
        fprintf(to, "! %s\n%s||%s^$client=", reason, list->allow ? "@@" : "", entry->name);
        for (size_t k = 0; k < entry->device->address_count; k++) {
            export_address(&entry->device->addresses[k], address);
            fprintf(to, "%s'%s'", k > 0 ? "|" : "", address);
        }
        fputc('\n', to);
    }
}

/* --- the table --- */

#define NAMES_OF_ALL EXPORT_BY_NAME
#define ADDRESSES_OF_ONE (EXPORT_BY_ADDRESS | EXPORT_BY_DEVICE)

const struct export_format export_formats[] = {
    { "nftables", ADDRESSES_OF_ONE | EXPORT_CAN_ALLOW, "#", export_write_nftables,
            "sets and rules of a table of its own",
            "On the router: nft -f FILE, which replaces what an earlier one put there; to be rid of\n"
            "it: nft delete table inet tattler", NULL },
    { "ipset", ADDRESSES_OF_ONE, "#", export_write_ipset, "sets for iptables",
            "On the router: ipset restore -! -f FILE, and once for iptables (ip6tables: tattler-mac6,\n"
            "tattler-pair6):\n"
            "  iptables -I FORWARD -m set --match-set tattler-mac4 dst,src -j REJECT\n"
            "  iptables -I FORWARD -m set --match-set tattler-pair4 src,dst -j REJECT\n"
            "  iptables -I FORWARD -m set --match-set tattler-pair4 dst,src -j DROP", NULL },
    { "iptables", ADDRESSES_OF_ONE, "#", export_write_iptables, "rules for IPv4",
            "On the router: iptables-restore --noflush FILE, and once:\n"
            "  iptables -I FORWARD -j TATTLER", NULL },
    { "ip6tables", ADDRESSES_OF_ONE, "#", export_write_ip6tables, "rules for IPv6",
            "On the router: ip6tables-restore --noflush FILE, and once:\n"
            "  ip6tables -I FORWARD -j TATTLER", NULL },
    { "pf", EXPORT_BY_ADDRESS | EXPORT_CAN_ALLOW, "#", write_pf,
            "a table of addresses: pf, pfSense and OPNsense (alias of type URL Table)",
            "In pf.conf: table <tattler> persist file \"FILE\"\n"
            "            block return out quick to <tattler>",
            "In pf.conf: table <tattler> persist file \"FILE\"\n"
            "            pass out quick to <tattler>\n"
            "and behind it what blocks the rest for the devices meant." },
    { "dnsmasq", NAMES_OF_ALL, "#", write_dnsmasq, "names that do not exist for anybody",
            "Put it into /etc/dnsmasq.d and restart dnsmasq. All names below a listed one go too.", NULL },
    { "unbound", NAMES_OF_ALL, "#", write_unbound, "names that do not exist for anybody",
            "Put it into /etc/unbound/unbound.conf.d: unbound-control reload. All names below a listed\n"
            "one go too.", NULL },
    { "rpz", NAMES_OF_ALL, ";", write_rpz,
            "a response policy zone: BIND, Knot Resolver, PowerDNS, Unbound",
            "In named.conf: response-policy { zone \"tattler.rpz\"; }; and a primary zone of that name\n"
            "with file \"FILE\". All names below a listed one go too.", NULL },
    { "pihole", NAMES_OF_ALL | EXPORT_CAN_ALLOW, "!", write_pihole,
            "a list for Pi-hole 5.22 and later",
            "Give its address to Lists in the web interface as a blocklist, or file:// and its path;\n"
            "pihole -g.",
            "Give its address to Lists in the web interface as an allowlist, or file:// and its path;\n"
            "pihole -g." },
    { "adguard", EXPORT_BY_NAME | EXPORT_BY_DEVICE | EXPORT_CAN_ALLOW, "!", write_adguard,
            "a list for AdGuard Home that holds for single devices",
            "Filters, DNS blocklists, Add a custom list: its path.",
            "Filters, DNS allowlists, Add a custom list: its path." },
    { "suricata", EXPORT_BY_NAME | EXPORT_BY_ADDRESS | EXPORT_BY_DEVICE, "#",
            export_write_suricata, "drop rules for Suricata in the way of the traffic (IPS)",
            "In suricata.yaml below rule-files.", NULL },
    { "mud", EXPORT_BY_NAME | EXPORT_BY_ADDRESS | EXPORT_BY_DEVICE | EXPORT_CAN_ALLOW
                    | EXPORT_ONLY_ALLOW, NULL, export_write_mud,
            "what one device may talk to, as a profile of RFC 8520", "", NULL },
};

const size_t export_format_count = sizeof(export_formats) / sizeof(export_formats[0]);
