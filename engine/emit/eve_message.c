#include "emit/eve_message.h"

#include <string.h>

#include "emit/eve_common.h"

static void put_hello(struct json *json, const struct eve_message *message,
        void (*put)(struct json *json, const struct tls_hello *hello))
{
    struct tls_hello hello;

    if (message->request.left != sizeof(hello))
        return;
    memcpy(&hello, message->request.at, sizeof(hello));
    put(json, &hello);
}

void eve_put_message(struct json *json, const struct eve_head *head,
        const struct eve_message *message)
{
    switch (message->application) {
    case APPLICATION_DNS:
        eve_put_dns(json, head, message->request);
        break;
    case APPLICATION_HTTP1:
        eve_put_http(json, message);
        break;
    case APPLICATION_MQTT:
        eve_put_mqtt(json, message);
        break;
    case APPLICATION_TLS:
        put_hello(json, message, eve_put_tls);
        break;
    case APPLICATION_QUIC:
        put_hello(json, message, eve_put_quic);
        break;
    default:
        break;
    }
}
