#include "capture_look.h"

#include <ctype.h>
#include <stdio.h>

struct magic {
    uint8_t len;
    char bytes[12];
    const char *name;
};

static bool begins_with(struct cursor head, const struct magic *magic)
{
    return cursor_starts_with(&head, magic->bytes, magic->len);
}

enum capture_look capture_look(struct cursor head)
{
    static const struct magic pcap[] = {
        { 4, "\xa1\xb2\xc3\xd4", "microseconds" },
        { 4, "\xd4\xc3\xb2\xa1", "microseconds" },
        { 4, "\xa1\xb2\x3c\x4d", "nanoseconds" },
        { 4, "\x4d\x3c\xb2\xa1", "nanoseconds" },
        { 4, "\xa1\xb2\xcd\x34", "modified by Kuznetzov" },
        { 4, "\x34\xcd\xb2\xa1", "modified by Kuznetzov" },
    };

    if (cursor_starts_with(&head, "\x0a\x0d\x0d\x0a", 4))
        return CAPTURE_LOOKS_PCAPNG;
    for (size_t i = 0; i < sizeof(pcap) / sizeof(pcap[0]); i++) {
        if (begins_with(head, &pcap[i]))
            return CAPTURE_LOOKS_PCAP;
    }
    return CAPTURE_LOOKS_OTHER;
}

static const char *known_name(struct cursor head)
{
    static const struct magic magics[] = {
        { 4, "\x7f" "ELF", "an ELF program" },
        { 4, "PK\x03\x04", "a zip archive: unpack it first" },
        { 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first" },
        { 4, "Rar!", "a RAR archive: unpack it first" },
        { 8, "snoop\0\0\0", "a Solaris snoop capture: convert it to pcap first" },
        { 4, "GMBU", "a Microsoft Network Monitor capture: convert it to pcap first" },
        { 4, "RTSS", "a Microsoft Network Monitor capture: convert it to pcap first" },
        { 4, "TRSN", "a Sniffer capture: convert it to pcap first" },
        { 4, "%PDF", "a PDF document" },
        { 8, "\x89PNG\r\n\x1a\n", "a PNG image" },
        { 3, "\xff\xd8\xff", "a JPEG image" },
        { 12, "SQLite forma", "an SQLite database" },
        { 5, "<?xml", "XML" },
    };
    struct cursor tar = head;

    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        if (begins_with(head, &magics[i]))
            return magics[i].name;
    }
    if (cursor_skip(&tar, 257) && cursor_starts_with(&tar, "ustar", 5)) /* POSIX tar header */
        return "a tar archive: unpack it first";
    return NULL;
}

static bool is_text(struct cursor head)
{
    uint8_t byte;

    while (cursor_u8(&head, &byte)) {
        if (byte < 0x80 && !isprint(byte) && !isspace(byte))
            return false;
    }
    return true;
}

static bool is_zero(struct cursor head)
{
    uint8_t byte;

    while (cursor_u8(&head, &byte)) {
        if (byte != 0)
            return false;
    }
    return true;
}

void capture_describe(struct cursor head, char *text, size_t size)
{
    const char *name = known_name(head);
    uint8_t b[4] = { 0 };

    if (head.left == 0)
        snprintf(text, size, "it is empty");
    else if (name != NULL)
        snprintf(text, size, "it looks like %s", name);
    else if (is_text(head))
        snprintf(text, size, "it looks like text");
    else if (is_zero(head))
        snprintf(text, size, "it begins with nothing but zeros");
    else if (cursor_copy(&head, b, sizeof(b)))
        snprintf(text, size, "it begins with the bytes %02x %02x %02x %02x", b[0], b[1], b[2],
                b[3]);
    else
        snprintf(text, size, "it has only %zu bytes", head.left);
}
