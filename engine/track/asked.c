#include "track/asked.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/cursor.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NIBBLES_V6 32 /* labels of an IPv6 address in reverse (RFC 5782 section 2.4) */
#define LABELS_V4 4

/* RFC 6762, RFC 6761, ICANN's reservation of 2024, and what home routers hand out. */
static const char *const home_zones[] = { "corp", "home", "internal", "intranet", "lan", "local",
    "localdomain", "localhost" };

/* What registries put between a country and who registers. */
static const char *const second_levels[] = { "ac", "co", "com", "edu", "gob", "gov", "mil", "ne",
    "net", "or", "org" };

static bool is_one_of(struct cursor label, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == label.left && memcmp(words[i], label.at, label.left) == 0)
            return true;
    return false;
}

/* The label that ends at 'end'. */
static struct cursor label_at(const char *name, size_t end)
{
    size_t start = end;

    while (start > 0 && name[start - 1] != '.')
        start--;
    return cursor_over(name + start, end - start);
}

/* Takes the first label and its dot off. */
static bool next_label(struct cursor *in, struct cursor *label)
{
    const uint8_t *dot = in->left > 0 ? memchr(in->at, '.', in->left) : NULL;

    if (in->left == 0 || !cursor_split(in, dot != NULL ? (size_t)(dot - in->at) : in->left, label))
        return false;
    (void)cursor_skip(in, 1);
    return true;
}

static bool is_octet(struct cursor label)
{
    unsigned value = 0;
    uint8_t byte;

    if (label.left == 0 || label.left > 3)
        return false;
    while (cursor_u8(&label, &byte)) {
        if (byte < '0' || byte > '9')
            return false;
        value = 10 * value + byte - '0';
    }
    return value <= UINT8_MAX;
}

static bool is_nibble(struct cursor label)
{
    uint8_t byte;

    return label.left == 1 && cursor_u8(&label, &byte) &&
           ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f'));
}

static bool starts_with(struct cursor in, size_t labels, bool (*is_part)(struct cursor label))
{
    struct cursor label;

    for (size_t i = 0; i < labels; i++)
        if (!next_label(&in, &label) || !is_part(label))
            return false;
    return in.left > 0;
}

static bool has_service_label(struct cursor in)
{
    struct cursor label;

    while (next_label(&in, &label))
        if (cursor_starts_with(&label, "_", 1))
            return true;
    return false;
}

enum asked_kind asked_kind(const char *name, size_t len)
{
    struct cursor whole = cursor_over(name, len), top = label_at(name, len);

    if (top.left == len || is_one_of(top, home_zones, COUNT(home_zones)))
        return ASKED_LOCAL;
    if ((top.left == 4 && memcmp(top.at, "arpa", 4) == 0) ||
            starts_with(whole, LABELS_V4, is_octet) || starts_with(whole, NIBBLES_V6, is_nibble))
        return ASKED_REVERSE;
    return has_service_label(whole) ? ASKED_SERVICE : ASKED_PUBLIC;
}

static bool is_top_level(struct cursor label)
{
    uint8_t byte;

    if (cursor_starts_with(&label, "xn--", 4))
        return true;
    if (label.left < 2)
        return false;
    while (cursor_u8(&label, &byte))
        if (byte < 'a' || byte > 'z')
            return false;
    return true;
}

size_t asked_domain(const char *name, size_t len)
{
    struct cursor top = label_at(name, len), label;
    size_t start = len - top.left;

    if (!is_top_level(top))
        return len;
    if (start == 0)
        return 0;
    label = label_at(name, start - 1);
    start -= 1 + label.left;
    if (start > 0 && top.left == 2 && is_one_of(label, second_levels, COUNT(second_levels)))
        start -= 1 + label_at(name, start - 1).left;
    return start;
}

double asked_bits(const void *bytes, size_t len)
{
    struct cursor in = cursor_over(bytes, len);
    unsigned counts[UINT8_MAX + 1] = { 0 };
    double bits = 0;
    uint8_t byte;

    while (cursor_u8(&in, &byte))
        counts[byte]++;
    for (size_t i = 0; i <= UINT8_MAX; i++)
        if (counts[i] > 0)
            bits += counts[i] * log2((double)len / counts[i]);
    return bits;
}
