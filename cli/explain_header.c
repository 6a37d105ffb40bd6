/* Whose traffic a rule looks at, in words. */
#include <ctype.h>
#include <string.h>

#include "explain.h"
#include "parse/packet.h"

/* Up to the next blank that is not inside brackets. */
static struct cursor next_word(const char **at)
{
    const char *start = *at + strspn(*at, " \t"), *end = start;
    int depth = 0;

    for (; *end != '\0' && (depth > 0 || strchr(" \t(", *end) == NULL); end++)
        depth += (*end == '[') - (*end == ']');
    *at = end;
    return cursor_over(start, (size_t)(end - start));
}

struct header_words header_split(const struct rule *rule)
{
    const char *at = rule->text;
    struct header_words header;

    for (size_t i = 0; i < HEADER_WORDS; i++)
        header.word[i] = next_word(&at);
    return header;
}

bool header_is(struct cursor word, const char *text)
{
    return word.left == strlen(text) && memcmp(word.at, text, word.left) == 0;
}

void say_ip_protocol(FILE *to, uint8_t protocol)
{
    static const struct {
        uint8_t number;
        const char *name;
    } protocols[] = { { PACKET_PROTOCOL_TCP, "TCP" }, { PACKET_PROTOCOL_UDP, "UDP" },
        { PACKET_PROTOCOL_ICMP, "ICMP" }, { PACKET_PROTOCOL_ICMPV6, "ICMPv6" },
        { PACKET_PROTOCOL_SCTP, "SCTP" } };

    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (protocols[i].number == protocol) {
            fputs(protocols[i].name, to);
            return;
        }
    fprintf(to, "IP protocol %u", protocol);
}

/* The first protocol from 'at' on that the rule takes, or does not take; above 255: there is none. */
static unsigned next_protocol(const struct rule *rule, unsigned at, bool taken)
{
    while (at <= UINT8_MAX && rule_has_ip_protocol(rule, (uint8_t)at) != taken)
        at++;
    return at;
}

/* What 'ip_proto', or a buffer of an application, has left of all protocols. */
static void say_ip_protocols(FILE *to, const struct rule *rule)
{
    bool most = rule_has_ip_protocol(rule, 0) && rule_has_ip_protocol(rule, UINT8_MAX);
    const char *between = most ? "everything but " : "";
    unsigned first, behind;

    for (first = next_protocol(rule, 0, !most); first <= UINT8_MAX;
            first = next_protocol(rule, behind, !most)) {
        behind = next_protocol(rule, first, most);
        fputs(between, to);
        between = ", ";
        if (behind == first + 1)
            say_ip_protocol(to, (uint8_t)first);
        else
            fprintf(to, "IP protocols %u to %u", first, behind - 1);
    }
}

static void say_protocol(FILE *to, const struct rule *rule, struct cursor word)
{
    static const struct {
        const char *word, *all, *of;
    } wide[] = { { "ip", "everything", "" }, { "pkthdr", "everything", "" },
        { "ipv4", "IPv4", " of IPv4" }, { "ip4", "IPv4", " of IPv4" },
        { "ipv6", "IPv6", " of IPv6" }, { "ip6", "IPv6", " of IPv6" } };

    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (header_is(word, wide[i].word)) {
            if (rule->any_ip_protocol)
                fputs(wide[i].all, to);
            else
                say_ip_protocols(to, rule);
            fputs(rule->any_ip_protocol ? "" : wide[i].of, to);
            return;
        }
    for (size_t i = 0; i < word.left; i++)
        putc(toupper(word.at[i]), to);
}

static void say_hosts(FILE *to, struct cursor word)
{
    bool negated = word.left > 0 && word.at[0] == '!';

    if (header_is(word, "any"))
        fputs("any host", to);
    else if (header_is(word, "$HOME_NET"))
        fputs("the home network ($HOME_NET)", to);
    else if (header_is(word, "!$HOME_NET") || header_is(word, "$EXTERNAL_NET"))
        fprintf(to, "outside (%.*s)", (int)word.left, (const char *)word.at);
    else
        fprintf(to, "%s%.*s", negated ? "any host but " : "", (int)(word.left - negated),
                (const char *)word.at + negated);
}

/* The colon at 'i' of "1024:", ":1023" or "8000:8002". */
static void say_range(FILE *to, struct cursor word, size_t i)
{
    bool begins = i == 0 || strchr("![,", word.at[i - 1]) != NULL;
    bool ends = i + 1 == word.left || strchr(",]", word.at[i + 1]) != NULL;

    fputs(begins ? "0 to " : ends ? " and above" : " to ", to);
}

/* "[22,23]" as "port 22, 23", so that lines can be wrapped. */
static void say_ports(FILE *to, struct cursor word)
{
    if (header_is(word, "any"))
        return;
    fputs(word.at[0] == '!' ? ", any port but " : ", port ", to);
    for (size_t i = word.at[0] == '!'; i < word.left; i++) {
        if (word.at[i] == ':')
            say_range(to, word, i);
        else if (word.at[i] != '[' && word.at[i] != ']')
            putc(word.at[i], to);
        if (word.at[i] == ',')
            putc(' ', to);
    }
}

void say_header(FILE *to, const struct rule *rule)
{
    struct header_words header = header_split(rule);

    fputs("It looks at ", to);
    say_protocol(to, rule, header.word[HEADER_PROTOCOL]);
    fputs(" from ", to);
    say_hosts(to, header.word[HEADER_SOURCE]);
    say_ports(to, header.word[HEADER_SOURCE_PORTS]);
    fputs(rule->bidirectional ? " to, or from, " : " to ", to);
    say_hosts(to, header.word[HEADER_DESTINATION]);
    say_ports(to, header.word[HEADER_DESTINATION_PORTS]);
    if (rule->to_server != rule->to_client)
        fprintf(to, "; only what the %s sends", rule->to_server ? "client" : "server");
    putc('.', to);
}
