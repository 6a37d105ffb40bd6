/* Strings of JSON. */
#include "emit/json.h"

#include "base/apart.h"
#include "emit/json_internal.h"

/* Bytes of the UTF-8 character at 'text', 0 if it is none (RFC 3629 section 4). */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    unsigned char lead = text[0];
    size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((lead == 0xe0 && text[1] < 0xa0) || (lead == 0xed && text[1] > 0x9f) ||
            (lead == 0xf0 && text[1] < 0x90) || (lead == 0xf4 && text[1] > 0x8f))
        return 0;
    return n;
}

static char *put_hex(char *at, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 0x0f];
    return at;
}

#define ESCAPED_MAX 6 /* bytes that one byte of text becomes at most */

static char *put_escaped(char *at, unsigned char c)
{
    static const char short_form[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    bool control = c < 0x20 || c == 0x7f;

    *at++ = '\\';
    for (size_t i = 0; i + 1 < sizeof(short_form); i += 2)
        if ((unsigned char)short_form[i] == c) {
            *at++ = short_form[i + 1];
            return at;
        }
    memcpy(at, control ? "u00" : "\\x", 3);
    at += control ? 3 : 2;
    return put_hex(at, c);
}

static bool is_utf8(const unsigned char *text, size_t len)
{
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        n = text[i] < 0x80 ? 1 : utf8_length(text + i, len - i);
        if (n == 0)
            return false;
    }
    return true;
}

/* Stands for itself in a string, whatever comes before and behind. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The rest of a string from its first byte that is not plain: what came before is ASCII and tells
 * nothing of it. One byte that is not UTF-8 puts all of it in doubt: then all beyond ASCII are escaped,
 * as Suricata does it. Apart, so that most strings need not save the registers that this takes. */
static APART void put_rest(struct json *json, char *at,
        const unsigned char *bytes, size_t len)
{
    bool utf8 = is_utf8(bytes, len);

    for (size_t i = 0; i < len; i++) {
        if (is_plain(bytes[i]) || (bytes[i] >= 0x80 && utf8))
            *at++ = (char)bytes[i];
        else
            at = put_escaped(at, bytes[i]);
    }
    *at++ = '"';
    json_written(json, at);
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Are these eight bytes all plain? Of each byte the top bit is looked at: a subtraction sets it where
 * the byte is too small, and bytes that borrow from the next are not plain themselves. */
static inline bool are_plain(uint64_t bytes)
{
    uint64_t special = bytes | (bytes - EACH_BYTE(0x20)) | ((bytes ^ EACH_BYTE('"')) - EACH_BYTE(1)) |
                       ((bytes ^ EACH_BYTE('\\')) - EACH_BYTE(1)) | (bytes + EACH_BYTE(1));

    return (special & EACH_BYTE(0x80)) == 0;
}

/* For fewer than eight, which are laid over each other: all are plain, or none is copied. */
static size_t put_plain_few(char *at, const char *text, size_t len)
{
    uint32_t first, last;

    if (len >= sizeof(first)) {
        memcpy(&first, text, sizeof(first));
        memcpy(&last, text + len - sizeof(last), sizeof(last));
        if (!are_plain((uint64_t)first << 32 | last))
            return 0;
        memcpy(at, &first, sizeof(first));
        memcpy(at + len - sizeof(last), &last, sizeof(last));
        return len;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_plain((unsigned char)text[i]))
            return i;
        at[i] = text[i];
    }
    return len;
}

/* Copies so many of the first bytes as are plain for sure, and returns how many. Eight at a time, the last
 * ones together with some of those before. */
static size_t put_plain(char *at, const char *text, size_t len)
{
    uint64_t word;
    size_t n = 0;

    if (len < sizeof(word))
        return put_plain_few(at, text, len);
    while (n + sizeof(word) <= len) {
        memcpy(&word, text + n, sizeof(word));
        if (!are_plain(word))
            return n;
        memcpy(at + n, &word, sizeof(word));
        n += sizeof(word);
    }
    memcpy(&word, text + len - sizeof(word), sizeof(word));
    if (!are_plain(word))
        return n;
    memcpy(at + len - sizeof(word), &word, sizeof(word));
    return len;
}

void json_put_bytes(struct json *json, char *at, const char *text, size_t len)
{
    size_t plain;

    if (at == NULL || len > JSON_RECORD_MAX / ESCAPED_MAX - 1) {
        json->failed = true;
        return;
    }
    at = json_widen(json, at, len * ESCAPED_MAX + 2);
    if (at == NULL)
        return;
    *at++ = '"';
    plain = put_plain(at, text, len);
    if (plain < len) {
        put_rest(json, at + plain, (const unsigned char *)text + plain, len - plain);
        return;
    }
    at[len] = '"';
    json_written(json, at + len + 1);
}

void json_put_word(struct json *json, char *at, const char *word)
{
    if (at == NULL)
        return;
    *at++ = '"';
    while (*word != '\0')
        *at++ = *word++;
    *at++ = '"';
    json_written(json, at);
}

void json_put_address(struct json *json, char *at, const struct address *address)
{
    if (at == NULL)
        return;
    *at++ = '"';
    at += address_text(address, at);
    *at++ = '"';
    json_written(json, at);
}

void json_put_hex(struct json *json, char *at, const uint8_t *bytes, size_t len, char separator)
{
    at = json_widen(json, at, 3 * len + 2);
    if (at == NULL)
        return;
    *at++ = '"';
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && separator != '\0')
            *at++ = separator;
        at = put_hex(at, bytes[i]);
    }
    *at++ = '"';
    json_written(json, at);
}
