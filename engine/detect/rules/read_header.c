/* What stands in front of the options: 'alert tcp $HOME_NET any -> any 80'. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "detect/rules/draft.h"
#include "detect/rules/header_sets.h"

enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58, SCTP = 132 };

/* --- words --- */

/* The next word; what is left begins behind it. NULL: nothing is left. */
static char *take_word(char **rest)
{
    char *word = *rest, *end;

    if (word == NULL || *word == '\0')
        return NULL;
    word += strspn(word, " \t");
    end = strpbrk(word, " \t\n\r");
    *rest = end != NULL ? end + 1 : NULL;
    if (end != NULL)
        *end = '\0';
    return word;
}

/* The next word, in which blanks may stand between brackets. Something has to follow it. */
static char *take_list(char **rest)
{
    char *word = *rest, *end;
    int depth = 0;

    if (word == NULL || *word == '\0')
        return NULL;
    word += strspn(word, " \t");
    for (end = word; *end != '\0' && (*end != ' ' || depth != 0); end++)
        depth += (*end == '[') - (*end == ']');
    *rest = *end != '\0' ? end + 1 : NULL;
    if (*end == '\0')
        return NULL;
    *end = '\0';
    return word;
}

/* --- actions --- */

static const struct {
    const char *name;
    enum rule_action action;
    bool alerts, has_scope;
} actions[] = {
    { "alert", ACTION_ALERT, true, false },
    { "drop", ACTION_DROP, true, true },
    { "pass", ACTION_PASS, false, true },
    { "reject", ACTION_REJECT, true, true },
    { "rejectsrc", ACTION_REJECT, true, true },
    { "rejectdst", ACTION_REJECT, true, true },
    { "rejectboth", ACTION_REJECT, true, true },
};

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

static bool refuse_action(struct rule_draft *draft, const char *word)
{
    const char *names[ACTION_COUNT], *near;

    if (strncmp(word, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
        return draft_refuse(draft, word, "a byte order mark in front of the rule: save the file as "
                "UTF-8 without one");
    if (strcasecmp(word, "config") == 0)
        return draft_unsupported(draft, word, "the action 'config' is Suricata's alone");
    for (size_t i = 0; i < ACTION_COUNT; i++)
        names[i] = actions[i].name;
    near = nearest_word(word, names, ACTION_COUNT);
    return draft_refuse(draft, word, near != NULL
            ? "unknown action '%.32s': did you mean '%s'?"
            : "unknown action '%.32s': write 'alert', 'drop', 'reject' or 'pass'", word, near);
}

static bool read_scope(struct rule_draft *draft, const char *scope, bool has_scope)
{
    if (!has_scope)
        return draft_refuse(draft, scope, "only 'drop', 'reject' and 'pass' have a scope");
    if (strcmp(scope, "packet") == 0)
        draft->rule.scope = SCOPE_PACKET;
    else if (strcmp(scope, "flow") == 0)
        draft->rule.scope = SCOPE_WHOLE_FLOW;
    else
        return draft_refuse(draft, scope, "unknown scope '%.32s': write 'packet' or 'flow'",
                scope);
    return true;
}

/* Cuts off what stands behind the colon; NULL: nothing does. Colons side by side are one. */
static char *cut_behind_colon(char **word)
{
    char *colon, *behind;

    *word += strspn(*word, ":");
    colon = strchr(*word, ':');
    if (colon == NULL)
        return NULL;
    behind = colon + strspn(colon, ":");
    *colon = '\0';
    behind[strcspn(behind, ":")] = '\0';
    return *behind != '\0' ? behind : NULL;
}

static bool read_action(struct rule_draft *draft, char *word)
{
    char *scope = cut_behind_colon(&word);

    for (size_t i = 0; i < ACTION_COUNT; i++)
        if (strcasecmp(word, actions[i].name) == 0) {
            draft->rule.action = actions[i].action;
            draft->rule.alerts = actions[i].alerts;
            return scope == NULL || read_scope(draft, scope, actions[i].has_scope);
        }
    return refuse_action(draft, word);
}

/* --- protocols --- */

static const struct {
    const char *name;
    uint8_t first, second; /* 0: none; without any: all */
    bool ipv4_only, ipv6_only, packets, stream;
} protocols[] = {
    { "tcp", TCP, 0, false, false, false, false },
    { "tcp-pkt", TCP, 0, false, false, true, false },
    { "tcp-stream", TCP, 0, false, false, false, true },
    { "udp", UDP, 0, false, false, false, false },
    { "icmp", ICMP, ICMPV6, false, false, false, false },
    { "icmpv4", ICMP, 0, false, false, false, false },
    { "icmpv6", ICMPV6, 0, false, false, false, false },
    { "sctp", SCTP, 0, false, false, false, false },
    { "ip", 0, 0, false, false, false, false },
    { "pkthdr", 0, 0, false, false, false, false },
    { "ipv4", 0, 0, true, false, false, false },
    { "ip4", 0, 0, true, false, false, false },
    { "ipv6", 0, 0, false, true, false, false },
    { "ip6", 0, 0, false, true, false, false },
};

static const struct {
    const char *name;
    enum rule_application application;
    uint8_t first, second;
} applications[] = {
    { "dns", APPLICATION_DNS, TCP, UDP },
    { "tls", APPLICATION_TLS, TCP, 0 },
    { "http", APPLICATION_HTTP, TCP, 0 },
    { "http1", APPLICATION_HTTP1, TCP, 0 },
    { "quic", APPLICATION_QUIC, UDP, 0 },
    { "mqtt", APPLICATION_MQTT, TCP, 0 },
    { "ssh", APPLICATION_SSH, TCP, 0 },
};

#define PROTOCOL_COUNT (sizeof(protocols) / sizeof(protocols[0]))
#define APPLICATION_COUNT (sizeof(applications) / sizeof(applications[0]))

/* Protocols that Suricata knows and takes for rules. */
static const char *const foreign_protocols[] = { "bittorrent-dht", "dcerpc", "dhcp", "dnp3", "doh2",
    "enip", "ftp", "ftp-data", "http2", "ike", "imap", "krb5", "ldap", "mdns", "modbus", "nfs",
    "ntp", "pgsql", "pop3", "rdp", "rfb", "sip", "smb", "smtp", "snmp", "telnet", "tftp",
    "websocket" };

/* An older name of 'ike', which Suricata takes in upper and lower case. */
#define OLD_IKE "ikev2"

static bool is_foreign(const char *word)
{
    for (size_t i = 0; i < sizeof(foreign_protocols) / sizeof(foreign_protocols[0]); i++)
        if (strcmp(word, foreign_protocols[i]) == 0)
            return true;
    return strcasecmp(word, OLD_IKE) == 0;
}

static void set_protocol(struct rule *rule, uint8_t protocol)
{
    if (protocol != 0)
        rule->ip_protocols[protocol / 8] |= (uint8_t)(1u << protocol % 8);
}

static bool refuse_protocol(struct rule_draft *draft, const char *word)
{
    const char *names[PROTOCOL_COUNT + APPLICATION_COUNT], *near;
    size_t count = 0;

    if (is_foreign(word))
        return draft_unsupported(draft, word, "rules on '%s' need Suricata", word);
    for (size_t i = 0; i < PROTOCOL_COUNT; i++)
        names[count++] = protocols[i].name;
    for (size_t i = 0; i < APPLICATION_COUNT; i++)
        names[count++] = applications[i].name;
    near = nearest_word(word, names, count);
    return draft_refuse(draft, word, near != NULL ? "unknown protocol '%.32s': did you mean '%s'?"
                                                  : "unknown protocol '%.32s'", word, near);
}

static bool read_protocol(struct rule_draft *draft, const char *word)
{
    struct rule *rule = &draft->rule;

    for (size_t i = 0; i < PROTOCOL_COUNT; i++)
        if (strcasecmp(word, protocols[i].name) == 0) {
            set_protocol(rule, protocols[i].first);
            set_protocol(rule, protocols[i].second);
            rule->any_ip_protocol = protocols[i].first == 0;
            if (rule->any_ip_protocol)
                memset(rule->ip_protocols, 0xff, sizeof(rule->ip_protocols));
            rule->ipv4_only = protocols[i].ipv4_only;
            rule->ipv6_only = protocols[i].ipv6_only;
            rule->needs_packet = protocols[i].packets;
            rule->needs_stream = protocols[i].stream;
            return true;
        }
    for (size_t i = 0; i < APPLICATION_COUNT; i++)
        if (strcmp(word, applications[i].name) == 0) {
            rule->application = applications[i].application;
            return true;
        }
    return refuse_protocol(draft, word);
}

/* A rule on an application without a transport protocol takes that of the application. */
void draft_set_transport(struct rule_draft *draft)
{
    static const uint8_t none[sizeof(draft->rule.ip_protocols)];
    struct rule *rule = &draft->rule;

    if (rule->application == APPLICATION_ANY ||
            (!rule->any_ip_protocol && memcmp(rule->ip_protocols, none, sizeof(none)) != 0))
        return;
    memset(rule->ip_protocols, 0, sizeof(rule->ip_protocols));
    rule->any_ip_protocol = false;
    for (size_t i = 0; i < APPLICATION_COUNT; i++)
        if (applications[i].application == rule->application) {
            set_protocol(rule, applications[i].first);
            set_protocol(rule, applications[i].second);
        }
}

static bool read_protocol_and_hook(struct rule_draft *draft, char *word)
{
    char *hook = cut_behind_colon(&word);

    if (hook == NULL)
        return read_protocol(draft, word);
    return draft_unsupported(draft, hook, "hooks such as '%.32s' need Suricata", hook);
}

/* --- both ends --- */

static bool read_direction(struct rule_draft *draft, const char *word)
{
    if (strcmp(word, "<>") == 0)
        draft->rule.bidirectional = true;
    else if (strcmp(word, "=>") == 0)
        draft->both_transactions = true;
    else if (strcmp(word, "->") != 0)
        return draft_refuse(draft, word, "'%.32s' is no direction: write '->', or '<>' for both",
                word);
    return true;
}

static bool read_addresses(struct rule_draft *draft, const char *word,
        const struct address_set **out)
{
    struct list_error error;

    *out = header_sets_addresses(draft->world->header_sets, draft->world->vars, word, &error);
    return *out != NULL || draft_refuse(draft, error.at, "%s", error.text);
}

static bool read_ports(struct rule_draft *draft, const char *word, const struct port_set **out)
{
    struct list_error error;

    *out = header_sets_ports(draft->world->header_sets, draft->world->vars, word, &error);
    return *out != NULL || draft_refuse(draft, error.at, "%s", error.text);
}

static bool same_bytes(const void *one, const void *other, size_t count, size_t size)
{
    return count == 0 || memcmp(one, other, count * size) == 0;
}

static bool same_addresses(const struct address_set *one, const struct address_set *other)
{
    return one->any == other->any && one->v4_count == other->v4_count &&
           one->v6_count == other->v6_count &&
           same_bytes(one->v4, other->v4, one->v4_count, sizeof(*one->v4)) &&
           same_bytes(one->v6, other->v6, one->v6_count, sizeof(*one->v6));
}

static bool same_ports(const struct port_set *one, const struct port_set *other)
{
    return one->any == other->any && one->count == other->count &&
           same_bytes(one->ranges, other->ranges, one->count, sizeof(*one->ranges));
}

/* Where both ends are the same, '<>' says no more than '->', and must not alert twice. */
static void drop_needless_direction(struct rule *rule)
{
    if (rule->bidirectional && same_addresses(rule->source, rule->destination) &&
            same_ports(rule->source_ports, rule->destination_ports))
        rule->bidirectional = false;
}

/* --- all of it --- */

enum part { PART_ACTION, PART_PROTOCOL, PART_SOURCE, PART_SOURCE_PORTS, PART_DIRECTION,
    PART_DESTINATION, PART_DESTINATION_PORTS, PARTS };

static bool read_parts(struct rule_draft *draft, char *const parts[PARTS])
{
    struct rule *rule = &draft->rule;

    return read_action(draft, parts[PART_ACTION]) &&
           read_protocol_and_hook(draft, parts[PART_PROTOCOL]) &&
           read_direction(draft, parts[PART_DIRECTION]) &&
           read_addresses(draft, parts[PART_SOURCE], &rule->source) &&
           read_addresses(draft, parts[PART_DESTINATION], &rule->destination) &&
           read_ports(draft, parts[PART_SOURCE_PORTS], &rule->source_ports) &&
           read_ports(draft, parts[PART_DESTINATION_PORTS], &rule->destination_ports);
}

bool draft_read_header(struct rule_draft *draft, char *text, char **options)
{
    static const char *const names[PARTS] = { "action", "protocol", "source", "source port",
        "direction", "destination", "destination port" };
    char *parts[PARTS], *rest = text;
    const char *end = text + strlen(text);

    for (int part = 0; part < PARTS; part++) {
        parts[part] = part == PART_ACTION || part == PART_DIRECTION ? take_word(&rest)
                                                                    : take_list(&rest);
        if (parts[part] == NULL)
            return draft_refuse(draft, end, "the rule ends in front of its %s: write it as 'alert "
                    "tcp any any -> any 80 (…)'", names[part]);
    }
    if (rest == NULL)
        return draft_refuse(draft, end, "the rule has no options");
    *options = rest;
    if (!read_parts(draft, parts))
        return false;
    drop_needless_direction(&draft->rule);
    return true;
}
