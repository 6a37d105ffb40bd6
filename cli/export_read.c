/* What EVE records say to 'tattler export', and what else helps it. */
#include <string.h>
#include <strings.h>

#include "command.h"
#include "enrich/geo.h"
#include "eve_read.h"
#include "export.h"

/* --- knowledge --- */

void export_knowledge_open(const struct settings *settings, struct export_knowledge *out)
{
    char error[256];

    *out = (struct export_knowledge){ .geo = NULL };
    if (domain_open(settings->public_suffix_list, &out->domains, error, sizeof(error)) !=
            TATTLER_OK)
        complain("%s: names such as co.uk are not told from others", error);
    if (geo_open((const char *const *)settings->geo.items, settings->geo.count, complain_of_file, NULL,
                &out->geo) != TATTLER_OK)
        complain("out of memory: addresses that serve many names are told by the records alone");
}

void export_knowledge_close(struct export_knowledge *knowledge)
{
    domain_close(knowledge->domains);
    geo_close(knowledge->geo);
}

/* --- records --- */

static uint8_t protocol_number(const char *name)
{
    static const struct {
        const char *name;
        uint8_t number;
    } protocols[] = { { "TCP", 6 }, { "UDP", 17 }, { "ICMP", 1 }, { "IPv6-ICMP", 58 } };

    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (strcasecmp(name, protocols[i].name) == 0)
            return protocols[i].number;
    return 0;
}

struct taking {
    struct export_uses *uses;
    const struct geo *geo; /* for records without an ASN; NULL: none */
};

static uint32_t asn_of(const struct taking *taking, const struct eve_event *event)
{
    struct geo_record record;

    if (event->asn == 0 && taking->geo != NULL &&
            geo_lookup(taking->geo, &event->remote_address, &record))
        return record.asn;
    return event->asn;
}

static bool take_event(void *user, struct eve_event *event)
{
    const struct taking *taking = user;
    char mac[MAC_TEXT_SIZE];
    struct export_fact fact = {
        .device_name = event->device_name,
        .device = event->device_address,
        .remote = event->remote_address,
        .name = event->name,
        .asn = asn_of(taking, event),
        .protocol = protocol_number(event->protocol),
        .port = event->remote_port,
        .service = event->service,
        .priority = strcmp(event->type, "alert") == 0 ? event->priority : 0,
        .detects = event->detects,
    };

    if (!event->has_device || !event->has_remote)
        return true;
    if (event->has_mac) {
        mac_text(&event->mac, mac);
        fact.mac = mac;
    }
    export_uses_add(taking->uses, &fact);
    return true;
}

enum tattler_status export_read(const char *const *sources, size_t count,
        const struct settings *settings, const struct export_knowledge *knowledge,
        struct export_uses *uses, struct eve_counts *counts)
{
    struct taking taking = { uses, knowledge->geo };
    const struct eve_reading reading = {
        .home = &settings->home_networks,
        .event = take_event,
        .problem = complain_of,
        .user = &taking,
    };

    return eve_read(sources, count, &reading, counts);
}
