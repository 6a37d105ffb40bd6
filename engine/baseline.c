#include "baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine_internal.h"
#include "parse/packet.h"
#include "parse/service.h"

static const char *const kind_names[] = {
    [SEEN_DOMAIN] = "domain",
    [SEEN_ASN] = "asn",
    [SEEN_PORT] = "port",
    [SEEN_NAME] = "name",
    [SEEN_SERVICE] = "service",
    [SEEN_RULE] = "rule",
};

const char *baseline_kind_name(size_t kind)
{
    return kind < SEEN_KINDS ? kind_names[kind] : NULL;
}

void baseline_clear(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->item_count; i++)
        free(baseline->items[i].value);
    free(baseline->items);
    free(baseline->beats);
    *baseline = (struct baseline){ 0 };
}

void baselines_clear(struct baselines *baselines)
{
    for (size_t i = 0; i < baselines->count; i++)
        baseline_clear(&baselines->items[i]);
    free(baselines->items);
    *baselines = (struct baselines){ 0 };
}

/* --- facts in words --- */

#define PORT_TEXT_SIZE 16 /* "tcp/8443" */

static void port_text(unsigned protocol, unsigned port, char out[PORT_TEXT_SIZE])
{
    static const char *const protocols[] = { [PACKET_PROTOCOL_TCP] = "tcp", [PACKET_PROTOCOL_UDP] = "udp" };

    if (protocol < sizeof(protocols) / sizeof(protocols[0]) && protocols[protocol] != NULL)
        snprintf(out, PORT_TEXT_SIZE, "%s/%u", protocols[protocol], port & 0xffff);
    else
        snprintf(out, PORT_TEXT_SIZE, "%u/%u", protocol & 0xff, port & 0xffff);
}

char *baseline_value(enum seen_kind kind, const struct seen_item *item)
{
    char text[32];

    if (item->text != NULL)
        return strdup(item->text);
    if (kind == SEEN_PORT) {
        port_text((unsigned)(item->key >> 16), (unsigned)item->key, text);
        return strdup(text);
    }
    if (kind == SEEN_SERVICE && item->key < SERVICE_COUNT)
        return strdup(service_name((enum service)item->key));
    snprintf(text, sizeof(text), "%llu", (unsigned long long)item->key);
    return strdup(text);
}

static bool read_port(const char *value, uint64_t *key)
{
    unsigned protocol = 0, port;

    if (sscanf(value, "tcp/%5u", &port) == 1)
        protocol = PACKET_PROTOCOL_TCP;
    else if (sscanf(value, "udp/%5u", &port) == 1)
        protocol = PACKET_PROTOCOL_UDP;
    else if (sscanf(value, "%3u/%5u", &protocol, &port) != 2)
        return false;
    *key = (uint64_t)protocol << 16 | port;
    return protocol <= UINT8_MAX && port <= UINT16_MAX;
}

static bool read_service(const char *value, uint64_t *key)
{
    for (*key = 0; *key < SERVICE_COUNT; (*key)++)
        if (strcmp(service_name((enum service)*key), value) == 0)
            return true;
    return false;
}

static bool read_number(const char *value, uint64_t *key)
{
    char *end;

    *key = strtoull(value, &end, 10);
    return end != value && *end == '\0' && *key <= UINT32_MAX;
}

bool baseline_fact(const struct baseline_item *item, struct seen_fact *fact)
{
    *fact = seen_fact_text(item->kind, item->value);
    if (item->kind != SEEN_ASN && item->kind != SEEN_PORT && item->kind != SEEN_SERVICE)
        return true;
    fact->text = NULL;
    if (item->kind == SEEN_PORT)
        return read_port(item->value, &fact->key);
    if (item->kind == SEEN_SERVICE)
        return read_service(item->value, &fact->key);
    return read_number(item->value, &fact->key);
}

/* --- heartbeats --- */

void baseline_remote(const struct remote *remote, char out[BASELINE_REMOTE_SIZE])
{
    char port[PORT_TEXT_SIZE];

    if (remote->kind == REMOTE_ADDRESS) {
        port_text(remote->protocol, remote->port, port);
        snprintf(out, BASELINE_REMOTE_SIZE, "%s %s", remote->label, port);
    } else {
        snprintf(out, BASELINE_REMOTE_SIZE, "%s%s", remote->kind == REMOTE_DOMAIN ? "*." : "",
                remote->label);
    }
}
