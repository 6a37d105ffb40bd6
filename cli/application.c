#include "application.h"

#include <string.h>
#include <strings.h>

#include "parse/mqtt.h"

enum side { TO_SERVER = 1, TO_CLIENT = 2, EITHER_SIDE = 3 };

static const struct application http1 = { APPLICATION_HTTP1, "http" };
static const struct application http2 = { APPLICATION_HTTP, "http2" };
static const struct application tls = { APPLICATION_TLS, "tls" };
static const struct application ssh = { APPLICATION_SSH, "ssh" };
static const struct application sip = { APPLICATION_ANY, "sip" };
static const struct application mqtt = { APPLICATION_MQTT, "mqtt" };

/* What a side begins with; the first that fits counts. Case is ignored in texts, as in Suricata. */
static const struct pattern {
    const struct application *application;
    enum side side;
    const char *bytes;
    uint8_t length;
} patterns[] = {
#define PATTERN(application, side, bytes) { &(application), side, bytes, sizeof(bytes) - 1 }
#define METHOD(name) PATTERN(http1, TO_SERVER, name " "), PATTERN(http1, TO_SERVER, name "\t")
    PATTERN(tls, EITHER_SIDE, "\x16\x03\x00"),
    PATTERN(tls, EITHER_SIDE, "\x16\x03\x01"),
    PATTERN(tls, EITHER_SIDE, "\x16\x03\x02"),
    PATTERN(tls, EITHER_SIDE, "\x16\x03\x03"),
    PATTERN(tls, TO_SERVER, "\x01\x03\x00"),
    PATTERN(tls, TO_SERVER, "\x01\x03\x01"),
    PATTERN(tls, TO_SERVER, "\x01\x03\x02"),
    PATTERN(tls, TO_SERVER, "\x01\x03\x03"),
    PATTERN(tls, TO_CLIENT, "\x15\x03\x00"),
    PATTERN(tls, TO_CLIENT, "\x15\x03\x01"),
    PATTERN(tls, TO_CLIENT, "\x15\x03\x02"),
    PATTERN(tls, TO_CLIENT, "\x15\x03\x03"),
    PATTERN(tls, TO_CLIENT, "\x17\x03\x00"),
    PATTERN(tls, TO_CLIENT, "\x17\x03\x01"),
    PATTERN(tls, TO_CLIENT, "\x17\x03\x02"),
    PATTERN(tls, TO_CLIENT, "\x17\x03\x03"),
    PATTERN(ssh, EITHER_SIDE, "SSH-"),
    PATTERN(http1, TO_CLIENT, "HTTP/0.9"),
    PATTERN(http1, TO_CLIENT, "HTTP/1.0"),
    PATTERN(http1, TO_CLIENT, "HTTP/1.1"),
    PATTERN(http2, TO_SERVER, "PRI * HTTP/2.0"),
    PATTERN(sip, TO_SERVER, "OPTIONS sip:"),
    PATTERN(sip, TO_SERVER, "UPDATE sip:"),
    METHOD("GET"),
    METHOD("PUT"),
    METHOD("POST"),
    METHOD("HEAD"),
    METHOD("TRACE"),
    METHOD("OPTIONS"),
    METHOD("CONNECT"),
    METHOD("DELETE"),
    METHOD("PATCH"),
    METHOD("PROPFIND"),
    METHOD("PROPPATCH"),
    METHOD("MKCOL"),
    METHOD("COPY"),
    METHOD("MOVE"),
    METHOD("LOCK"),
    METHOD("UNLOCK"),
    METHOD("CHECKOUT"),
    METHOD("UNCHECKOUT"),
    METHOD("CHECKIN"),
    METHOD("UPDATE"),
    METHOD("LABEL"),
    METHOD("REPORT"),
    METHOD("MKWORKSPACE"),
    METHOD("MKACTIVITY"),
    METHOD("MERGE"),
    METHOD("INVALID"),
    METHOD("VERSION-CONTROL"),
    METHOD("BASELINE-CONTROL"),
};

/* Case is folded so, too, which does not confuse the first bytes above. */
static uint8_t fold(uint8_t byte)
{
    return byte & (uint8_t)~0x20;
}

/* Most connections begin with nothing of the sort. */
static bool may_begin(uint8_t first)
{
    static const char firsts[] = "\x01\x15\x16\x17" "BCDGHILMOPRSTUV";

    return memchr(firsts, fold(first), sizeof(firsts) - 1) != NULL;
}

static const struct application *find_pattern(struct cursor first, enum side side)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const struct pattern *pattern = &patterns[i];

        if ((pattern->side & side) != 0 && pattern->length <= first.left &&
                fold((uint8_t)pattern->bytes[0]) == fold(first.at[0]) &&
                strncasecmp((const char *)first.at, pattern->bytes, pattern->length) == 0)
            return pattern->application;
    }
    return NULL;
}

/* A fixed header (MQTT 5.0 section 2.1): a packet type, a quality of service below 3, and a length
 * of at most four bytes. */
static bool is_mqtt(struct cursor first)
{
    struct mqtt_header header;

    return mqtt_header_read(&first, &header) == TATTLER_OK && header.type != 0 &&
           header.quality < 3;
}

const struct application *application_find(struct cursor first, bool to_server, bool mqtt_port)
{
    const struct application *found = NULL;

    if (first.left > 0 && may_begin(first.at[0]))
        found = find_pattern(first, to_server ? TO_SERVER : TO_CLIENT);
    if (found == NULL && mqtt_port && is_mqtt(first))
        found = &mqtt;
    return found;
}
