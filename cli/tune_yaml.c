/* The entry of the configuration that a proposal is, in YAML. */
#include <stdio.h>
#include <stdlib.h>

#include "tune.h"

struct lines {
    FILE *to;
    size_t indent;
    const char *newline;
    bool first;
};

/* Begins a line: "    - id: " or "      sid: ". */
static void begin(struct lines *lines, const char *key)
{
    fprintf(lines->to, "%*s%s%s: ", (int)lines->indent - 2, "", lines->first ? "- " : "  ", key);
    lines->first = false;
}

/* In double quotes, with the escapes of YAML 1.1; bytes of UTF-8 as they are. */
static void put_text(struct lines *lines, const char *key, const char *text)
{
    if (text == NULL)
        return;
    begin(lines, key);
    putc('"', lines->to);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f)
            fprintf(lines->to, "\\x%02x", c);
        else
            fprintf(lines->to, "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
    }
    fprintf(lines->to, "\"%s", lines->newline);
}

static void put_plain(struct lines *lines, const char *key, const char *text)
{
    begin(lines, key);
    fprintf(lines->to, "%s%s", text, lines->newline);
}

static void put_sids(struct lines *lines, const struct number_list *sids)
{
    begin(lines, "sid");
    for (size_t i = 0; i < sids->count; i++)
        fprintf(lines->to, "%s%u", i == 0 ? "[" : ", ", sids->items[i]);
    fprintf(lines->to, "]%s", lines->newline);
}

static void put_device(struct lines *lines, const struct suppress_setting *entry)
{
    char text[ADDRESS_TEXT_SIZE];

    if (entry->has_mac)
        mac_text(&entry->mac, text);
    else
        address_text(&entry->device_network.address, text);
    put_text(lines, "device", text);
}

static void put_addresses(struct lines *lines, const struct prefix_list *networks)
{
    char text[ADDRESS_TEXT_SIZE];

    if (networks->count == 0)
        return;
    begin(lines, "address");
    for (size_t i = 0; i < networks->count; i++) {
        address_text(&networks->items[i].address, text);
        fprintf(lines->to, "%s\"%s\"", i == 0 ? "[" : ", ", text);
    }
    fprintf(lines->to, "]%s", lines->newline);
}

char *proposal_yaml(const struct proposal *proposal, size_t indent, const char *newline)
{
    const struct suppress_setting *entry = &proposal->entry;
    char *bytes = NULL, number[16];
    size_t len;
    struct lines lines = { open_memstream(&bytes, &len), indent, newline, true };

    if (lines.to == NULL)
        return NULL;
    put_plain(&lines, "id", proposal->id);
    put_sids(&lines, &entry->sids);
    put_device(&lines, entry);
    put_text(&lines, "domain", entry->domain);
    put_text(&lines, "name", entry->name);
    put_addresses(&lines, &entry->networks);
    if (entry->asn != 0) {
        snprintf(number, sizeof(number), "%u", entry->asn);
        put_plain(&lines, "asn", number);
    }
    put_text(&lines, "reason", proposal->reason);
    put_text(&lines, "author", proposal->author);
    put_plain(&lines, "expires", proposal->expires);
    if (fclose(lines.to) != 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}
