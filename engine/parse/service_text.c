#include <stddef.h>
#include <strings.h>

#include "base/apart.h"
#include "parse/service_match.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TEXT_LOOK 64 /* bytes that decide whether a payload is text */

/* Most payloads are no text and fail by their first byte. */
static bool starts(struct cursor in, const char *text)
{
    return in.left > 0 && in.at[0] == (uint8_t)text[0] &&
           cursor_starts_with(&in, text, strlen(text));
}

static APART bool goes_on_without_case(struct cursor in, const char *text)
{
    size_t length = strlen(text);

    return in.left >= length && strncasecmp((const char *)in.at, text, length) == 0;
}

static inline bool starts_without_case(struct cursor in, const char *text)
{
    return in.left > 0 && (in.at[0] | 0x20) == ((uint8_t)text[0] | 0x20) &&
           goes_on_without_case(in, text);
}

static bool contains_without_case(struct cursor in, const char *text)
{
    do {
        if (starts_without_case(in, text))
            return true;
    } while (cursor_skip(&in, 1));
    return false;
}

/* Moves the first line into 'line', without its CR LF or LF; false when no LF is there, then
 * 'line' is all there is. */
static bool take_line(struct cursor *in, struct cursor *line)
{
    const uint8_t *end = in->left > 0 ? memchr(in->at, '\n', in->left) : NULL;
    size_t length = end != NULL ? (size_t)(end - in->at) : in->left;

    (void)cursor_split(in, length, line);
    (void)cursor_skip(in, 1);
    if (line->left > 0 && line->at[line->left - 1] == '\r')
        line->left--;
    return end != NULL;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Three digits and a space or hyphen, as in the replies of SMTP and many others. */
static bool starts_with_code(struct cursor in)
{
    uint8_t code[4];

    return cursor_copy(&in, code, sizeof(code)) && is_digit(code[0]) && is_digit(code[1]) &&
           is_digit(code[2]) && (code[3] == ' ' || code[3] == '-');
}

bool service_is_printable(struct cursor payload)
{
    size_t look = payload.left < TEXT_LOOK ? payload.left : TEXT_LOOK;

    for (size_t i = 0; i < look; i++) {
        uint8_t byte = payload.at[i];

        if ((byte < ' ' && (byte < '\a' || byte > '\r') && byte != 0x1b && byte != 0) || byte > '~')
            return false;
    }
    return look > 0;
}

/* What follows the method: a target, and the protocol's name at the end of the line. A line cut by
 * the segment's end has to start with a target that only this protocol has. */
static bool is_request_line(struct cursor in, const char *protocol, const char *target)
{
    struct cursor line;
    size_t version = strlen(protocol) + strlen("1.1");
    bool whole = take_line(&in, &line);

    if (!whole)
        return starts(line, target);
    return line.left > version && cursor_skip(&line, line.left - version) && starts(line, protocol);
}

static bool is_request(struct cursor payload, const char *const methods[], size_t count,
        const char *protocol, const char *target)
{
    for (size_t i = 0; i < count; i++)
        if (starts(payload, methods[i]) && cursor_skip(&payload, strlen(methods[i])))
            return is_request_line(payload, protocol, target);
    return false;
}

/* "HTTP/1.1 200 OK" */
static bool is_response(struct cursor payload, const char *protocol)
{
    uint8_t version[4];

    return starts(payload, protocol) && cursor_skip(&payload, strlen(protocol)) &&
           cursor_copy(&payload, version, sizeof(version)) && is_digit(version[0]) &&
           version[1] == '.' && is_digit(version[2]) && version[3] == ' ' && payload.left >= 3 &&
           is_digit(payload.at[0]) && is_digit(payload.at[1]) && is_digit(payload.at[2]);
}

/* Some devices send the method in a segment of its own. */
static bool is_method_alone(struct cursor payload)
{
    return (payload.left == 4 && starts(payload, "GET ")) ||
           (payload.left == 5 && starts(payload, "POST "));
}

/* RFC 9110, RFC 5789, WebDAV (RFC 4918), and UPnP's discovery and events, which use HTTP over UDP
 * and TCP; "PRI" is the preface of HTTP/2 (RFC 9113 section 3.4). */
bool service_is_http(struct cursor payload)
{
    static const char *const methods[] = {
        "GET ",      "POST ",     "HEAD ",   "PUT ",    "DELETE ",    "OPTIONS ",     "CONNECT ",
        "PATCH ",    "TRACE ",    "PRI ",    "COPY ",   "MOVE ",      "LOCK ",        "UNLOCK ",
        "PROPFIND ", "PROPPATCH ", "MKCOL ", "REPORT ", "M-SEARCH ",  "NOTIFY ",      "SUBSCRIBE ",
        "UNSUBSCRIBE ",
    };

    return is_request(payload, methods, COUNT(methods), "HTTP/", "/") ||
           is_response(payload, "HTTP/") || is_method_alone(payload);
}

/* RFC 2326 section 10, RFC 7826 section 13 */
bool service_is_rtsp(struct cursor payload)
{
    static const char *const methods[] = {
        "OPTIONS ",  "DESCRIBE ", "SETUP ",         "PLAY ",          "PAUSE ",    "TEARDOWN ",
        "ANNOUNCE ", "RECORD ",   "GET_PARAMETER ", "SET_PARAMETER ", "REDIRECT ",
    };

    return is_request(payload, methods, COUNT(methods), "RTSP/", "rtsp") ||
           is_response(payload, "RTSP/");
}

/* RFC 4253 section 4.2 */
bool service_is_ssh(struct cursor payload)
{
    return (starts(payload, "SSH-2.") || starts(payload, "SSH-1.")) &&
           service_is_printable(payload);
}

/* RFC 5321 section 4.1: the client's first command, or a greeting that says what it is. */
bool service_is_smtp(struct cursor payload)
{
    static const char *const commands[] = { "EHLO ", "HELO ", "LHLO ", "MAIL FROM:", "RCPT TO:" };
    struct cursor line;

    for (size_t i = 0; i < COUNT(commands); i++)
        if (starts_without_case(payload, commands[i]))
            return true;
    if (!starts(payload, "220 ") && !starts(payload, "220-"))
        return false;
    (void)take_line(&payload, &line);
    return contains_without_case(line, "SMTP");
}

bool service_is_smtp_reply(struct cursor payload)
{
    return starts_with_code(payload) && service_is_printable(payload);
}

static size_t count_words(struct cursor line)
{
    size_t words = 0;
    uint8_t byte, before = ' ';

    while (cursor_u8(&line, &byte)) {
        if (byte != ' ' && before == ' ')
            words++;
        before = byte;
    }
    return words;
}

/* RFC 2812 section 3: commands that other line protocols do not have, or not so. FTP and POP3 have
 * a USER too, but with one parameter. */
static bool is_irc_command(struct cursor line)
{
    static const struct {
        const char *start;
        size_t words;
    } commands[] = {
        { "NICK ", 2 },    { "USER ", 5 },    { "JOIN #", 2 },     { "JOIN &", 2 },
        { "CAP LS", 2 },   { "CAP REQ :", 3 }, { "NOTICE AUTH ", 3 }, { "NOTICE * :", 3 },
        { "PRIVMSG ", 3 }, { "PING :", 2 },   { "PONG :", 2 },     { "ERROR :Closing Link", 3 },
        { "MODE #", 2 },
    };

    for (size_t i = 0; i < COUNT(commands); i++)
        if (starts_without_case(line, commands[i].start))
            return count_words(line) >= commands[i].words;
    return false;
}

/* ":server 001 nick :Welcome" or ":nick!user@host COMMAND" */
static bool is_irc_prefixed(struct cursor line)
{
    uint8_t byte;

    if (!starts(line, ":") || count_words(line) < 3)
        return false;
    while (cursor_u8(&line, &byte) && byte != ' ')
        ;
    return starts_with_code(line) || starts(line, "NOTICE ") || is_irc_command(line);
}

bool service_is_irc(struct cursor payload)
{
    struct cursor line;

    (void)take_line(&payload, &line);
    /* Others have these with one parameter too: the next line tells. */
    if ((starts_without_case(line, "PASS ") || starts_without_case(line, "USER ")) &&
            count_words(line) == 2)
        (void)take_line(&payload, &line);
    return is_irc_command(line) || is_irc_prefixed(line);
}

#define IAC 255  /* RFC 854: interpret as command */
#define WILL 251 /* WILL, WONT, DO, DONT */
#define DONT 254

/* Starts with the negotiation of an option (RFC 855) from the IANA registry. */
bool service_is_telnet(struct cursor payload)
{
    uint8_t bytes[3];

    return cursor_copy(&payload, bytes, sizeof(bytes)) && bytes[0] == IAC && bytes[1] >= WILL &&
           bytes[1] <= DONT && (bytes[2] <= 49 || (bytes[2] >= 138 && bytes[2] <= 140)) &&
           (payload.left == 0 || payload.at[0] == IAC || service_is_printable(payload));
}
