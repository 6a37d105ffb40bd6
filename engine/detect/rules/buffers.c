#include "detect/rules/buffers.h"

#include <stdio.h>

const struct buffer_type buffer_types[BUFFER_KINDS] = {
    [BUFFER_PAYLOAD] = { "pkt_data", APPLICATION_ANY, true, true, false, true },
    [BUFFER_DNS_QUERY] = { "dns.query", APPLICATION_DNS, true, false, true, false },
    [BUFFER_TLS_SNI] = { "tls.sni", APPLICATION_TLS, true, false, false, false },
    [BUFFER_QUIC_SNI] = { "quic.sni", APPLICATION_QUIC, true, false, false, false },
    [BUFFER_HTTP_METHOD] = { "http.method", APPLICATION_HTTP, true, false, false, false },
    [BUFFER_HTTP_URI] = { "http.uri", APPLICATION_HTTP, true, false, false, false },
    [BUFFER_HTTP_HOST] = { "http.host", APPLICATION_HTTP, true, false, false, false },
    [BUFFER_HTTP_USER_AGENT] = { "http.user_agent", APPLICATION_HTTP, true, false, false, false },
    [BUFFER_HTTP_HEADER] = { "http.header", APPLICATION_HTTP, true, true, false, false },
    [BUFFER_HTTP_REQUEST_BODY] = { "http.request_body", APPLICATION_HTTP, true, false, false,
            false },
    [BUFFER_MQTT_CLIENT_ID] = { "mqtt.connect.clientid", APPLICATION_MQTT, true, false, false,
            false },
    [BUFFER_MQTT_USERNAME] = { "mqtt.connect.username", APPLICATION_MQTT, true, false, false,
            false },
    [BUFFER_MQTT_PASSWORD] = { "mqtt.connect.password", APPLICATION_MQTT, true, false, false,
            false },
    [BUFFER_MQTT_PUBLISH_TOPIC] = { "mqtt.publish.topic", APPLICATION_MQTT, true, true, false,
            false },
    [BUFFER_MQTT_SUBSCRIBE_TOPIC] = { "mqtt.subscribe.topic", APPLICATION_MQTT, true, false, true,
            false },
    /* Of a flow, so of any packet of it. */
    [BUFFER_FEATURE] = { "iot", APPLICATION_ANY, false, false, false, true },
    [BUFFER_IP_SOURCE] = { "ip.src", APPLICATION_ANY, true, true, false, true },
    [BUFFER_IP_DESTINATION] = { "ip.dst", APPLICATION_ANY, true, true, false, true },
};

const char *buffer_name(enum rule_buffer_kind kind, const struct feature *feature, char room[BUFFER_NAME_SIZE])
{
    if (kind != BUFFER_FEATURE)
        return kind == BUFFER_PAYLOAD ? "the payload" : buffer_types[kind].name;
    snprintf(room, BUFFER_NAME_SIZE, "iot.%s", feature->name);
    return room;
}
