/* Whose traffic a rule looks at, in words. */
#include <ctype.h>
#include <string.h>

#include "explain.h"

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

static void say_protocol(FILE *to, struct cursor word)
{
    if (header_is(word, "ip"))
        fputs("everything", to);
    else
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
    say_protocol(to, header.word[HEADER_PROTOCOL]);
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
