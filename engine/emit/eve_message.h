/* eve_message.h - the message that an alert is about, as the object that Suricata 8 adds to it
 * (output-json-alert.c, AlertAddAppLayer()): "http", "dns", "tls", "quic" or "mqtt".
 *
 * Written from the message itself, so that nothing is kept of one that no rule matches. What the
 * parsers here do not read is left out: of TLS and QUIC all but the client's hello, of MQTT the
 * properties of version 5 and most answers. Any thread; no state. */
#ifndef TATTLER_EMIT_EVE_MESSAGE_H
#define TATTLER_EMIT_EVE_MESSAGE_H

#include "detect/rules/rule.h"
#include "emit/eve.h"
#include "parse/http_request.h"

struct eve_message {
    enum rule_application application; /* another one than those above adds nothing */
    bool has_number;                   /* the record's head tells it: 'transaction' */
    /* HTTP: heads; of the client or of the server. DNS: the one message, without TCP's length. MQTT: the
     * one message with its header, and the CONNACK to a CONNECT. TLS, QUIC: a struct tls_hello. */
    struct cursor request, response;
    bool has_length;
    uint64_t length;        /* HTTP: of the response's body, as far as it has come */
    uint8_t mqtt_version;   /* of the connection, 0: not known */
    struct http_work *work; /* borrowed, HTTP alone; its contents are gone then */
};

void eve_put_message(struct json *json, const struct eve_head *head,
        const struct eve_message *message);

#endif
