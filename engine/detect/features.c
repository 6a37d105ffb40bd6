#include "detect/features.h"

#include <string.h>

#include "detect/feature_get.h"

/* --- names of values --- */

static const char *name_source_name(size_t index)
{
    static const char *const names[] = {
        [NAME_NONE] = "none",
        [NAME_DNS] = "dns",
        [NAME_HTTP] = "http",
        [NAME_QUIC] = "quic",
        [NAME_SNI] = "sni",
    };

    return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static const char *service_value_name(size_t index)
{
    return index < SERVICE_COUNT ? service_name((enum service)index) : NULL;
}

static const char *beat_state_name(size_t index)
{
    static const char *const names[] = {
        [BEAT_NONE] = "none",
        [BEAT_FORMING] = "forming",
        [BEAT_STEADY] = "steady",
        [BEAT_LATE] = "late",
        [BEAT_LOST] = "lost",
        [BEAT_CHANGED] = "changed",
    };

    return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static const char *relay_role_name(size_t index)
{
    static const char *const names[] = {
        [RELAY_UNRELATED] = "unrelated",
        [RELAY_CONTROLLER] = "controller",
        [RELAY_TARGET] = "target",
    };

    return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static const char *boolean_name(size_t index)
{
    static const char *const names[] = { "false", "true" };

    return index < 2 ? names[index] : NULL;
}

/* --- the table --- */

#define ALONE(name) name, "\"" name "\":", sizeof("\"" name "\":") - 1, NULL
#define WITHIN(section, name)                                                                      \
    section "." name, "\"" name "\":", sizeof("\"" name "\":") - 1, section

const struct feature features[] = {
    { ALONE("name"), FEATURE_STRING, SCOPE_REMOTE, CHANGED_NAME, "", LETTERS_LOWER, NULL, get_name,
            "Best name of the remote end, in lower case: TLS SNI, QUIC SNI, HTTP Host, else the "
            "name that this device resolved to the address.",
            "iot.name; content:\"tuya\";" },
    { ALONE("name_source"), FEATURE_NAMES, SCOPE_REMOTE, CHANGED_NAME, "", 0, name_source_name,
            get_name_source, "Where the name was taken from.", "iot.name_source:dns;" },
    { ALONE("domain"), FEATURE_STRING, SCOPE_REMOTE, CHANGED_NAME, "", LETTERS_LOWER, NULL, get_domain,
            "Registrable domain of the name, in lower case, by the public suffix list.",
            "iot.domain; content:\"example.com\"; startswith; endswith;" },
    { ALONE("ech"), FEATURE_BOOLEAN, SCOPE_FLOW, CHANGED_NAME, "", 1, boolean_name, get_ech,
            "The ClientHello offers Encrypted ClientHello: the name may be the provider's outer "
            "name. Browsers also send a decoy of it (GREASE). Known once a hello was read.",
            "iot.ech:true;" },
    { ALONE("sni_is_ip"), FEATURE_BOOLEAN, SCOPE_FLOW, CHANGED_NAME, "", 1, boolean_name,
            get_sni_is_ip,
            "The SNI is an IP address, which RFC 6066 forbids. Known once a hello was read.",
            "iot.sni_is_ip:true;" },
    { ALONE("sni_mismatch"), FEATURE_BOOLEAN, SCOPE_FLOW, CHANGED_NAME, "", 1, boolean_name,
            get_sni_mismatch,
            "This device resolved names to the address, but never the one in the SNI. Unknown "
            "where it resolved none, or when the SNI is an outer name of ECH.",
            "iot.sni_mismatch:true;" },
    { ALONE("asn"), FEATURE_NUMBER, SCOPE_REMOTE, CHANGED_OPEN, "", UINT32_MAX, NULL, get_asn,
            "Number of the autonomous system that the remote address belongs to.",
            "iot.asn:64496;" },
    { ALONE("as_org"), FEATURE_STRING, SCOPE_REMOTE, CHANGED_OPEN, "", 0, NULL, get_as_org,
            "Name of that autonomous system's holder.",
            "iot.as_org; content:\"hosting\"; nocase;" },
    { ALONE("country"), FEATURE_STRING, SCOPE_REMOTE, CHANGED_OPEN, "", LETTERS_CAPITAL, NULL, get_country,
            "Country of the remote address as ISO 3166-1 alpha-2 in capitals.",
            "iot.country; content:\"DE\";" },
    { ALONE("asn_risk"), FEATURE_NUMBER, SCOPE_REMOTE, CHANGED_OPEN, "", 100, NULL, get_asn_risk,
            "Reputation of the remote network by the risk lists: 0 nothing known, 100 worst. "
            "Unknown for remotes that are not public.",
            "iot.asn_risk:>=70;" },
    { ALONE("no_dns"), FEATURE_BOOLEAN, SCOPE_FLOW, CHANGED_DNS, "", 1, boolean_name, get_no_dns,
            "The device connected to a public address without having resolved any name to it. "
            "Unknown until the device was watched for the warm-up and got a DNS answer (no "
            "warm-up for one seen to join the network), for flows picked up mid-stream, while "
            "it uses an encrypted resolver, while the line to the Internet is out, no resolver tells it "
            "anything and nobody answers the flow, and where answers had to be forgotten. A request "
            "that names its peer by literal address is true at once, and so is who calls 32 "
            "nameless hosts in a minute, on ports other than those of the web, DNS, NTP and STUN.",
            "iot.no_dns:true;" },
    { ALONE("service"), FEATURE_NAMES, SCOPE_FLOW, CHANGED_SERVICE, "", 0, service_value_name,
            get_service, "What the first payload shows.", "iot.service:!ntp,stun,dns;" },
    { ALONE("bytes_up"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_VOLUME, "bytes", 0, NULL, get_bytes_up,
            "Bytes from the device, whole frames.", "iot.bytes_up:>1000000;" },
    { ALONE("bytes_down"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_VOLUME, "bytes", 0, NULL,
            get_bytes_down,
            "Bytes to the device, whole frames.", "iot.bytes_down:<1000;" },
    { ALONE("pkts_up"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_VOLUME, "packets", 0, NULL, get_pkts_up,
            "Packets from the device.", "iot.pkts_up:1;" },
    { ALONE("pkts_down"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_VOLUME, "packets", 0, NULL,
            get_pkts_down,
            "Packets to the device.", "iot.pkts_down:0;" },
    { ALONE("age_s"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_AGE, "seconds", 0, NULL, get_age_s,
            "Time since the flow's first packet.", "iot.age_s:>3600;" },
    { ALONE("symmetry"), FEATURE_REAL, SCOPE_FLOW, CHANGED_SYMMETRY, "", 1, NULL, get_symmetry,
            "How evenly payload goes both ways over the last 60 s: 2 min(up, down) / (up + down). "
            "Unknown below 16 KiB; rules look at it every 10 s.",
            "iot.symmetry:>0.8;" },
    { ALONE("entropy"), FEATURE_REAL, SCOPE_FLOW, CHANGED_ENTROPY, "bits/byte", 8, NULL,
            get_entropy,
            "Shannon entropy of the first 8 KiB of payload that the device sent. Unknown below 256 "
            "bytes; rules look at it at 256, 1024, 4096 and 8192.",
            "iot.entropy:>7.5;" },
    { WITHIN("heartbeat", "score"), FEATURE_REAL, SCOPE_REMOTE, CHANGED_BEAT, "", 1, NULL,
            get_beat_score,
            "How surely messages come from a clock rather than at random: those within the "
            "connection, or all that the device exchanges with this remote, however many "
            "connections that takes. From 0.8 on it is a heartbeat. Unknown before there are "
            "gaps enough to judge.",
            "iot.heartbeat.score:>=0.8;" },
    { WITHIN("heartbeat", "period_s"), FEATURE_REAL, SCOPE_REMOTE, CHANGED_BEAT, "seconds", 0, NULL,
            get_beat_period, "Time from one beat to the next, with missed beats folded.",
            "iot.heartbeat.period_s:50-70;" },
    { WITHIN("heartbeat", "jitter"), FEATURE_REAL, SCOPE_REMOTE, CHANGED_BEAT, "", 0, NULL,
            get_beat_jitter,
            "Spread of the gaps as a share of the period.", "iot.heartbeat.jitter:<0.1;" },
    { WITHIN("heartbeat", "bytes"), FEATURE_NUMBER, SCOPE_REMOTE, CHANGED_BEAT, "bytes", 0, NULL,
            get_beat_bytes, "Payload that the device sends with a beat; the median of the last. Known "
            "of what is or was a heartbeat.",
            "iot.heartbeat.bytes:<1000;" },
    { WITHIN("heartbeat", "state"), FEATURE_NAMES, SCOPE_REMOTE, CHANGED_BEAT_STATE, "", 0,
            beat_state_name,
            get_beat_state,
            "What has become of the beat. forming: some gaps, not yet sure; steady: a heartbeat; late: the next "
            "beat is overdue; lost: it stopped; changed: its period or size moved and is not steady yet.",
            "iot.heartbeat.state:steady;" },
    { WITHIN("heartbeat", "lost"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "heartbeats", UINT32_MAX,
            NULL,
            get_beats_lost,
            "Heartbeats of the device, with whichever remotes outside, that have stopped: told by its "
            "other packets for an hour, as no packet comes from what has stopped. In flows whose first packet "
            "the remote sent this is unknown.",
            "iot.heartbeat.lost:>0;" },
    { WITHIN("relay", "score"), FEATURE_REAL, SCOPE_DEVICE, CHANGED_RELAY, "", 1, NULL,
            get_relay_score,
            "How surely the device passes on, in this flow and others, what one remote sends it, "
            "and brings back the answers. From 0.5 on it is a relay. Known of flows that take "
            "part, once there is something to judge.",
            "iot.relay.score:>=0.5;" },
    { WITHIN("relay", "role"), FEATURE_NAMES, SCOPE_FLOW, CHANGED_RELAY, "", 0, relay_role_name,
            get_relay_role, "The part of this flow in that.", "iot.relay.role:controller;" },
    { WITHIN("relay", "controller"), FEATURE_STRING, SCOPE_DEVICE, CHANGED_RELAY, "", 0, NULL,
            get_relay_controller, "Address of the remote that the device relays for.",
            "iot.relay.controller; content:\"203.0.113.\"; startswith;" },
    { WITHIN("relay", "lag_ms"), FEATURE_REAL, SCOPE_DEVICE, CHANGED_RELAY, "ms", 0, NULL,
            get_relay_lag,
            "From what comes in from the controller to what leaves to a target.",
            "iot.relay.lag_ms:<100;" },
    { WITHIN("relay", "flows"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_RELAY, "flows", UINT32_MAX,
            NULL,
            get_relay_flows, "Flows to targets found so far.", "iot.relay.flows:>5;" },
    { WITHIN("dns", "dga"), FEATURE_REAL, SCOPE_FLOW, CHANGED_QUERY, "", 1, NULL, get_dns_dga,
            "How much the domain last asked for looks as if a program had made it up. Only the "
            "registrable part counts; unknown where there is none.",
            "iot.dns.dga:>=0.8;" },
    { WITHIN("dns", "nxdomain"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_QUERY, "answers", UINT32_MAX,
            NULL,
            get_dns_nxdomain,
            "Answers in the last 5 min that the name does not exist, without those that are "
            "usual: reverse and local names, service discovery. Unknown while there are none.",
            "iot.dns.nxdomain:>=10;" },
    { WITHIN("dns", "mail"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_QUERY, "domains", MAIL_MAX, NULL,
            get_dns_mail,
            "Domains whose servers of mail (MX) the device asked for in the last 5 min; 16 are that many or "
            "more. Unknown while there are none.",
            "iot.dns.mail:>=8;" },
    { WITHIN("dns", "bypass"), FEATURE_BOOLEAN, SCOPE_FLOW, CHANGED_DNS, "", 1, boolean_name,
            get_dns_bypass,
            "The resolver asked, in the clear or by DoT, DoH or DoQ, is none of the network's. "
            "Unknown where that cannot be told.",
            "iot.dns.bypass:true;" },
    { WITHIN("dns", "tunnel"), FEATURE_REAL, SCOPE_FLOW, CHANGED_QUERY, "bits/s", 0, NULL,
            get_dns_tunnel,
            "Information in the names asked for below the domain last asked, and in what answers "
            "bring besides addresses, over the last 60 s.",
            "iot.dns.tunnel:>200;" },
    { WITHIN("dns", "names"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_QUERY, "names", UINT32_MAX, NULL,
            get_dns_names,
            "Names asked for below the domain last asked in the last hour, each once, as far as is "
            "remembered; unknown for local names, reverse look-ups and blocklists.",
            "iot.dns.names:>=100;" },
    { ALONE("upload_burst"), FEATURE_REAL, SCOPE_REMOTE, CHANGED_UPLOAD, "", 0, NULL,
            get_upload_burst,
            "Payload sent to this remote in the last 5 min over what is usual for the device: its "
            "99th percentile, at least 1 MB. Unknown in a device's first 10 min.",
            "iot.upload_burst:>10;" },
    { ALONE("upload_day"), FEATURE_REAL, SCOPE_REMOTE, CHANGED_UPLOAD, "", 0, NULL, get_upload_day,
            "Payload sent to this remote in a day, from its first byte on, over the most that the "
            "device sent to any remote in a day before, at least 10 MB: what leaves too slowly for a "
            "burst. Unknown in a device's first hour.",
            "iot.upload_day:>2;" },
    { ALONE("upload_24h"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_UPLOAD, "bytes", 0, NULL,
            get_upload_24h,
            "Payload that the device sent to public addresses in the last day. Unknown while there "
            "is none, as the counts below.",
            "iot.upload_24h:>1000000000;" },
    { ALONE("unanswered"), FEATURE_NUMBER, SCOPE_REMOTE, CHANGED_UNANSWERED, "packets", UINT32_MAX,
            NULL,
            get_unanswered,
            "SYNs in a row, retransmissions too, that this remote and port left without any "
            "answer. A refusal is an answer, and so is what the device acknowledges unseen. Unknown "
            "where the device was not seen to get packets, since the capture may show one direction "
            "only.",
            "iot.unanswered:>12;" },
    { ALONE("refused"), FEATURE_NUMBER, SCOPE_REMOTE, CHANGED_UNANSWERED, "attempts", UINT32_MAX,
            NULL,
            get_refused,
            "Attempts to connect that this remote and port refused (RST or ICMP) since it last "
            "accepted one, at most one in 30 s.",
            "iot.refused:>=10;" },
    { ALONE("fanout"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "hosts", UINT32_MAX, NULL,
            get_fanout,
            "Public hosts that the device opened flows to in the last 60 s. Exact up to 128, "
            "above within some percent. In flows whose first packet the remote sent this is unknown, as "
            "are the other `iot.fanout_`, `iot.absent_24h` and `iot.heartbeat.lost`: who calls a device "
            "that scans, or refuses it late, does not scan.",
            "iot.fanout:>100;" },
    { ALONE("fanout_lan"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "hosts", UINT32_MAX, NULL,
            get_fanout_lan,
            "Private hosts that the device opened flows to in the last 60 s, at ports where it had not "
            "called them in the day before: who polls the same ones looks for nobody.",
            "iot.fanout_lan:>20;" },
    { ALONE("fanout_absent"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "hosts", UINT32_MAX,
            NULL,
            get_fanout_absent,
            "Addresses at home that the device asked for by ARP or IPv6 neighbour discovery in the "
            "last 60 s, that nobody answered for and where no device is known: who has dozens sweeps "
            "the network. Unknown when there are none, for routers and for the network's resolvers, "
            "and before "
            "anything was heard to come to the device.",
            "iot.fanout_absent:>=32;" },
    { ALONE("absent_24h"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "hosts", ABSENT_MAX, NULL,
            get_absent_24h,
            "Addresses at home that the device asked for in the last day, that nobody answered for and "
            "where no device is known, for who takes its time; 64 are that many or more.",
            "iot.absent_24h:>=64;" },
    { ALONE("router_claimed"), FEATURE_BOOLEAN, SCOPE_DEVICE, CHANGED_FANOUT, "", 1, boolean_name,
            get_router_claimed,
            "The device has said within the last hour that it is the router, beside one that is there: by "
            "ARP or IPv6 neighbour discovery, that the address of a router which was seen a minute before is "
            "its own; or by an IPv6 router advertisement, that it is a way out, beside another that says so "
            "on the same link (VLAN, PPPoE session or interface) or after half an hour as an ordinary host. "
            "Unknown otherwise.",
            "iot.router_claimed:true;" },
    { ALONE("neighbours_claimed"), FEATURE_BOOLEAN, SCOPE_DEVICE, CHANGED_FANOUT, "", 1, boolean_name,
            get_neighbours_claimed,
            "The device has said within the last hour, by ARP or IPv6 neighbour discovery, that the "
            "addresses of two neighbours are its own: three times each, a minute apart at most, though both "
            "were seen there since and claim no address of a third. "
            "Unknown otherwise.",
            "iot.neighbours_claimed:true;" },
    { ALONE("dhcp_claimed"), FEATURE_BOOLEAN, SCOPE_DEVICE, CHANGED_FANOUT, "", 1, boolean_name,
            get_dhcp_claimed,
            "The device has offered or given an address by DHCP, or routers, routes, resolvers or a proxy to "
            "who has an address, or a resolver by DHCPv6, within the last hour, to who was answered by "
            "another server as well, one that was there before it and says "
            "something else of the network; or by DHCPv6 itself as resolver, though it is no router and what "
            "resolves in IPv4 is elsewhere. Unknown otherwise.",
            "iot.dhcp_claimed:true;" },
    { ALONE("names_claimed"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "names", CLAIMS_MAX, NULL,
            get_names_claimed,
            "Names that the device has said within the last day to be its own, as neighbours looked for them "
            "by LLMNR or NetBIOS; 16 are that many or more. A host has one. Unknown when there are none, and "
            "for routers.",
            "iot.names_claimed:>=4;" },
    { ALONE("fanout_ports"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "ports", UINT16_MAX,
            NULL,
            get_fanout_ports, "Ports that the device opened flows to in the last 60 s.",
            "iot.fanout_ports:>50;" },
    { ALONE("accepted"), FEATURE_REAL, SCOPE_DEVICE, CHANGED_FANOUT, "", 1, NULL, get_accepted,
            "Share of the flows that the device opened in the last 60 s to which anything but a "
            "refusal came back, or where the device went on as if it had; up to 128 do not count "
            "in their first 0.3 s, as long as nothing did, but for those to IPv4 neighbours that were "
            "never seen, and to outside of devices with fewer than 20 domains. Unknown below 8 flows "
            "that count and, of flows to outside, until a packet from there has come in for any device: "
            "the sensor may see one direction only.",
            "iot.accepted:<0.3;" },
    { ALONE("strangers"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT | CHANGED_DNS, "hosts", 16,
            NULL,
            get_strangers,
            "Public hosts that the device called in the last day without having resolved a name to "
            "them; 16 are that many or more. One may be a controller, a dozen are a swarm. Unknown "
            "when there are none.",
            "iot.strangers:<8;" },
    { ALONE("domains"), FEATURE_NUMBER, SCOPE_DEVICE, CHANGED_FANOUT, "domains", SEEN_DOMAINS_MAX,
            NULL,
            get_domains,
            "Registrable domains that the device has talked to, of all that is remembered of it. A plug "
            "has a handful, who surfs has hundreds: what is odd for the one is common for the other.",
            "iot.domains:<30;" },
    { ALONE("new_device"), FEATURE_BOOLEAN, SCOPE_DEVICE, CHANGED_NEW, "", 1, boolean_name,
            get_new_device,
            "The device first came within the last hour, to a network watched for the learning "
            "period. Unknown before that, and while only packets to an unknown address were seen: they do "
            "not show whose it is.",
            "iot.new_device:true;" },
    { ALONE("new_domain"), FEATURE_BOOLEAN, SCOPE_REMOTE, CHANGED_NEW, "", 1, boolean_name,
            get_new_domain,
            "The device, whose learning period is over, first talked to this domain within the "
            "last hour. Unknown while it learns. False where five other households know it, see "
            "`iot.common`.",
            "iot.new_domain:true;" },
    { ALONE("new_asn"), FEATURE_BOOLEAN, SCOPE_REMOTE, CHANGED_NEW, "", 1, boolean_name,
            get_new_asn,
            "The device, whose learning period is over, first talked to this network within the last "
            "hour. Unknown while it learns. False where five other households know it.",
            "iot.new_asn:true;" },
    { ALONE("new_port"), FEATURE_BOOLEAN, SCOPE_REMOTE, CHANGED_NEW, "", 1, boolean_name,
            get_new_port,
            "The device, whose learning period is over, first talked to this port, with its protocol, "
            "within the last hour. Unknown while it learns.", "iot.new_port:true;" },
    { ALONE("common"), FEATURE_NUMBER, SCOPE_REMOTE, CHANGED_NEW, "households", 10000, NULL,
            get_common,
            "Other households whose devices of this type talk to this domain, or without a name to "
            "this network, too, by the files that `profiles` names; 0 where fewer than half of those "
            "that have the type do. Unknown without such files and for devices without a type.",
            "iot.common:<3;" },
    { ALONE("finding"), FEATURE_SET, SCOPE_FLOW, CHANGED_FINDING, "", 0, NULL, get_finding,
            "What heuristics have found: of this flow, or of its device when this flow had the "
            "next packet. Each has an id, a score from 0 to 1 and its reasons.",
            "iot.finding:exfil;" },
    { ALONE("hour"), FEATURE_NUMBER, SCOPE_FLOW, CHANGED_HOUR, "", 23, NULL, get_hour,
            "Local hour of the packet in the configured time zone.", "iot.hour:<6;" },
    { WITHIN("device", "name"), FEATURE_STRING, SCOPE_DEVICE, CHANGED_DEVICE, "", 0, NULL,
            get_device_name,
            "Name of the device: from configuration, DHCP or mDNS.",
            "iot.device.name; content:\"camera\"; nocase;" },
    { WITHIN("device", "mac"), FEATURE_STRING, SCOPE_DEVICE, CHANGED_OPEN, "", LETTERS_LOWER, NULL,
            get_device_mac,
            "MAC address of the device, in lower case; unknown where it is seen by its IP address only.",
            "iot.device.mac; content:\"02:00:5e\"; startswith;" },
    { WITHIN("device", "vendor"), FEATURE_STRING, SCOPE_DEVICE, CHANGED_OPEN, "", 0, NULL,
            get_device_vendor, "Vendor of the device by its MAC address (IEEE registry).",
            "iot.device.vendor; content:\"Espressif\";" },
    { WITHIN("device", "type"), FEATURE_STRING, SCOPE_DEVICE, CHANGED_OPEN, "", 0, NULL,
            get_device_type,
            "Type of the device as configured.", "iot.device.type; content:\"camera\";" },
};

const size_t feature_count = sizeof(features) / sizeof(features[0]);

const struct feature *feature_find(const char *name)
{
    for (size_t i = 0; i < feature_count; i++)
        if (strcmp(features[i].name, name) == 0)
            return &features[i];
    return NULL;
}

const char *feature_type_name(enum feature_type type)
{
    static const char *const names[] = { "string", "number", "real", "boolean", "name", "set" };

    return names[type];
}

const char *feature_scope_name(enum feature_scope scope)
{
    static const char *const names[] = { "flow", "remote", "device" };

    return names[scope];
}
