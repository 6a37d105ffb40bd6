/* What a single packet says. */
#include <ctype.h>
#include <string.h>

#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define SPACES " \t\n\v\f\r"

bool read_dsize(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_test test = { .kind = TEST_PAYLOAD_SIZE };

    if (draft->has_payload_size && !draft->sticky)
        return draft_refuse(draft, at, "a second 'dsize'");
    if (!draft_read_number(draft, keyword, value, UINT16_MAX, &test.number))
        return false;
    if (!draft->has_payload_size)
        draft->payload_size = test.number;
    draft->has_payload_size = draft->rule.needs_packet = true;
    return draft_add_test(draft, &test);
}

bool read_packet_number(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_test test = { .kind = (enum rule_test_kind)keyword->argument };

    (void)at;
    draft->rule.needs_packet = true;
    return draft_read_number(draft, keyword, value, UINT8_MAX, &test.number) &&
           draft_add_test(draft, &test);
}

/* --- tcp.flags --- */

#define FLAG_LETTERS "FSRPAUEC" /* from the lowest bit up */
#define MODES "!+*"

static bool take_mode(struct rule_draft *draft, const char *at, struct rule_tcp_flags *flags)
{
    static const enum rule_flags_mode modes[] = { FLAGS_NOT, FLAGS_ALL_OF, FLAGS_ANY_OF };

    if (flags->mode != FLAGS_EQUAL)
        return draft_refuse(draft, at, "only one of '!', '+' and '*' goes with flags");
    flags->mode = modes[strchr(MODES, *at) - MODES];
    return true;
}

/* '1' and '2' are older names of C and E. */
static uint8_t flag_of(char letter)
{
    const char *found = strchr(FLAG_LETTERS, letter == '1' ? 'C' : letter == '2' ? 'E' : letter);

    return found != NULL && letter != '\0' ? (uint8_t)(1u << (found - FLAG_LETTERS)) : 0;
}

#define FLAGS_TEXT_MAX 15 /* characters, as in Suricata */

static bool read_flags(struct rule_draft *draft, const char *text, size_t len,
        struct rule_tcp_flags *flags)
{
    bool found = false;

    for (const char *c = text; c < text + len; c++) {
        if (strchr(MODES, *c) != NULL) {
            if (!take_mode(draft, c, flags))
                return false;
            continue;
        }
        flags->flags = *c == '0' ? 0 : flags->flags | flag_of(*c);
        found = true;
    }
    return (found && len <= FLAGS_TEXT_MAX) ||
           draft_refuse(draft, text, "here have to stand flags: " FLAG_LETTERS ", or 0 for none");
}

static bool read_ignored(struct rule_draft *draft, const char *text, struct rule_tcp_flags *flags)
{
    size_t len;

    text += 1 + strspn(text + 1, SPACES);
    len = strspn(text, FLAG_LETTERS "12");
    if (len == 0 || len > FLAGS_TEXT_MAX || text[len + strspn(text + len, SPACES)] != '\0')
        return draft_refuse(draft, text, "behind the comma stand the flags to ignore: "
                FLAG_LETTERS);
    for (size_t i = 0; i < len; i++)
        flags->mask &= (uint8_t)~flag_of(text[i]);
    return true;
}

bool read_tcp_flags(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_test test = { .kind = TEST_TCP_FLAGS, .tcp_flags = { .mask = 0xff } };
    struct rule_tcp_flags *flags = &test.tcp_flags;
    const char *text = value, *behind;
    size_t len;

    (void)at;
    /* A sign in front may stand apart, and does not count for the length. */
    if (*text != '\0' && strchr(MODES, *text) != NULL && text[1] != '\0' && text[1] != ',') {
        take_mode(draft, text, flags);
        text += 1 + strspn(text + 1, SPACES);
    }
    len = strspn(text, FLAG_LETTERS "120" MODES);
    behind = text + len + strspn(text + len, SPACES);
    if (*behind != '\0' && *behind != ',')
        return draft_refuse(draft, behind, "write '%s' as in '%s'", keyword->name,
                keyword->example);
    draft->rule.needs_packet = true;
    return read_flags(draft, text, len, flags) &&
           (*behind == '\0' || read_ignored(draft, behind, flags)) && draft_add_test(draft, &test);
}

/* --- ip_proto --- */

/* Of the protocols that Suricata knows by name (IANA's registry), those that one meets; upper and
 * lower case count. */
static const struct {
    const char *name, *alias;
    uint8_t number;
} names[] = {
    { "ICMP", "icmp", 1 }, { "IGMP", "igmp", 2 }, { "IP-in-IP", "ipencap", 4 }, { "TCP", "tcp", 6 },
    { "EGP", "egp", 8 }, { "IGP", "igp", 9 }, { "UDP", "udp", 17 }, { "DCCP", "dccp", 33 },
    { "IPv6", "ipV6", 41 }, { "IPv6-Route", "ipv6-route", 43 }, { "IPv6-Frag", "ipv6-frag", 44 },
    { "RSVP", "rsvp", 46 }, { "GRE", "gre", 47 }, { "ESP", "esp", 50 }, { "AH", "ah", 51 },
    { "IPv6-ICMP", "ipv6-icmp", 58 }, { "IPv6-NoNxt", "ipv6-nonxt", 59 },
    { "IPv6-Opts", "ipv6-opts", 60 }, { "EIGRP", "eigrp", 88 }, { "OSPF", "ospf", 89 },
    { "ETHERIP", "etherip", 97 }, { "ENCAP", "encap", 98 }, { "PIM", "pim", 103 },
    { "IPComp", "ipcomp", 108 }, { "VRRP", "vrrp", 112 }, { "L2TP", "l2tp", 115 },
    { "SCTP", "sctp", 132 }, { "FC", "fc", 133 }, { "UDPLite", "udplite", 136 },
};

static bool read_protocol(struct rule_draft *draft, const char *text, uint8_t *out)
{
    uint64_t number;

    if (isdigit((unsigned char)*text)) {
        if (!number_unsigned(text, 10, true, UINT8_MAX, &number))
            return draft_refuse(draft, text, "a protocol of IP is a number from 0 to 255");
        *out = (uint8_t)number;
        return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i].name) == 0 || strcmp(text, names[i].alias) == 0) {
            *out = names[i].number;
            return true;
        }
    return draft_unsupported(draft, text, "the name '%.32s' of a protocol needs Suricata: write "
            "its number", text);
}

static bool clashes(const struct rule_draft *draft, char sign)
{
    switch (sign) {
    case '>':
        return draft->proto.equal || draft->proto.greater ||
               (draft->proto.less && draft->proto.low >= draft->proto.high);
    case '<':
        return draft->proto.equal || draft->proto.less ||
               (draft->proto.greater && draft->proto.low >= draft->proto.high);
    case '!':
        return draft->proto.equal;
    default:
        return draft->proto.equal || draft->proto.greater || draft->proto.less ||
               draft->proto.not;
    }
}

static bool accepts(char sign, unsigned protocol, unsigned candidate)
{
    return sign == '>'   ? candidate > protocol
           : sign == '<' ? candidate < protocol
           : sign == '!' ? candidate != protocol
                         : candidate == protocol;
}

/* Takes from the rule's protocols those that the condition does not accept. */
static void narrow(struct rule_draft *draft, char sign, uint8_t protocol)
{
    struct rule *rule = &draft->rule;

    for (unsigned i = 0; i < 256; i++)
        if (!accepts(sign, protocol, i))
            rule->ip_protocols[i / 8] &= (uint8_t)~(1u << i % 8);
    rule->any_ip_protocol = false;
    draft->proto.greater |= sign == '>';
    draft->proto.less |= sign == '<';
    draft->proto.not |= sign == '!';
    draft->proto.equal |= sign == '\0';
}

bool read_ip_proto(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    char sign = strchr("!<>", *value) != NULL ? *value : '\0';
    char *text = value + (sign != '\0');
    uint8_t protocol = 0;

    (void)keyword;
    text += strspn(text, SPACES);
    if (!draft->rule.any_ip_protocol && !draft->proto.equal && !draft->proto.greater &&
            !draft->proto.less && !draft->proto.not)
        return draft_refuse(draft, at, "'ip_proto' goes with 'alert ip' alone");
    if (*text == '\0' || text[strcspn(text, SPACES)] != '\0')
        return draft_refuse(draft, text, "'ip_proto' is one number or name");
    if (!read_protocol(draft, text, &protocol))
        return false;
    if (sign == '>')
        draft->proto.low = protocol;
    if (sign == '<')
        draft->proto.high = protocol;
    if (clashes(draft, sign))
        return draft_refuse(draft, value, "this does not go with the 'ip_proto' before");
    narrow(draft, sign, protocol);
    draft->rule.needs_packet = true;
    return true;
}
