#include "emit/eve.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "emit/eve_common.h"
#include "parse/packet.h"

/* --- what all records share --- */

/* IANA's "Assigned Internet Protocol Numbers" from 0 on, spelled as in Suricata's util-proto-name.c, which
 * tells those without a name by number. */
void eve_put_protocol(struct json *json, uint8_t protocol)
{
    static const char *const names[] = {
        "HOPOPT", "ICMP", "IGMP", "GGP", "IP-in-IP", "ST", "TCP", "CBT", "EGP", "IGP",
        "BBN-RCC-MON", "NVP-II", "PUP", "ARGUS", "EMCON", "XNET", "CHAOS", "UDP", "MUX", "DCN-MEAS",
        "HMP", "PRM", "XNS-IDP", "TRUNK-1", "TRUNK-2", "LEAF-1", "LEAF-2", "RDP", "IRTP", "ISO-TP4",
        "NETBLT", "MFE-NSP", "MERIT-INP", "DCCP", "3PC", "IDPR", "XTP", "DDP", "IDPR-CMTP", "TP++",
        "IL", "IPv6", "SDRP", "IPv6-Route", "IPv6-Frag", "IDRP", "RSVP", "GRE", "DSR", "BNA",
        "ESP", "AH", "I-NLSP", "SwIPe", "NARP", "MOBILE", "TLSP", "SKIP", "IPv6-ICMP", "IPv6-NoNxt",
        "IPv6-Opts", "Any", "CFTP", "Any", "SAT-EXPAK", "KRYPTOLAN", "RVD", "IPPC", "Any", "SAT-MON",
        "VISA", "IPCU", "CPNX", "CPHB", "WSN", "PVP", "BR-SAT-MON", "SUN-ND", "WB-MON", "WB-EXPAK",
        "ISO-IP", "VMTP", "SECURE-VMTP", "VINES", "TTP", "NSFNET-IGP", "DGP", "TCF", "EIGRP", "OSPF",
        "Sprite-RPC", "LARP", "MTP", "AX.25", "OS", "MICP", "SCC-SP", "ETHERIP", "ENCAP", "Any",
        "GMTP", "IFMP", "PNNI", "PIM", "ARIS", "SCPS", "QNX", "A/N", "IPComp", "SNP",
        "Compaq-Peer", "IPX-in-IP", "VRRP", "PGM", "Any", "L2TP", "DDX", "IATP", "STP", "SRP",
        "UTI", "SMP", "SM", "PTP", "IS-IS", "FIRE", "CRTP", "CRUDP", "SSCOPMCE", "IPLT",
        "SPS", "PIPE", "SCTP", "FC", "RSVP-E2E-IGNORE", "Mobility", "UDPLite", "MPLS-in-IP", "manet",
        "HIP", "Shim6", "WESP", "ROHC", "Ethernet",
    };
    char number[4];

    if (protocol < sizeof(names) / sizeof(names[0])) {
        json_word(json, "proto", names[protocol]);
        return;
    }
    snprintf(number, sizeof(number), "%u", protocol);
    json_text(json, "proto", number);
}

static bool is_icmp(const struct eve_head *head)
{
    return !head->is_fragment && (head->protocol == PACKET_PROTOCOL_ICMP ||
                                         head->protocol == PACKET_PROTOCOL_ICMPV6);
}

static void put_vlans(struct json *json, const struct eve_head *head)
{
    if (head->vlan_count == 0)
        return;
    json_open_array(json, "vlan");
    for (size_t i = 0; i < head->vlan_count; i++)
        json_unsigned(json, NULL, head->vlans[i]);
    json_close_array(json);
}

/* Flowbits with these prefixes say what the flow is taken for, and Suricata tells them by themselves. */
static const struct traffic_mark {
    const char *name, *prefix;
} traffic_marks[] = { { "id", "traffic/id/" }, { "label", "traffic/label/" } };

#define TRAFFIC_MARKS (sizeof(traffic_marks) / sizeof(traffic_marks[0]))

/* NULL: a flowbit like any other. */
static const struct traffic_mark *traffic_mark(const char *bit)
{
    for (size_t i = 0; i < TRAFFIC_MARKS; i++)
        if (strncmp(bit, traffic_marks[i].prefix, strlen(traffic_marks[i].prefix)) == 0)
            return &traffic_marks[i];
    return NULL;
}

static bool is_marked(const struct eve_head *head, const struct traffic_mark *mark)
{
    for (size_t i = 0; i < head->flowbit_count; i++)
        if (traffic_mark(head->flowbits[i]) == mark)
            return true;
    return false;
}

static void put_marked(struct json *json, const struct eve_head *head,
        const struct traffic_mark *mark)
{
    if (!is_marked(head, mark))
        return;
    json_open_array(json, mark != NULL ? mark->name : "flowbits");
    for (size_t i = 0; i < head->flowbit_count; i++)
        if (traffic_mark(head->flowbits[i]) == mark)
            json_text(json, NULL,
                    head->flowbits[i] + (mark != NULL ? strlen(mark->prefix) : 0));
    json_close_array(json);
}

/* With nothing but traffic's marks 'metadata' is there and empty. */
static void put_flowbits(struct json *json, const struct eve_head *head)
{
    if (head->flowbit_count == 0)
        return;
    if (is_marked(head, &traffic_marks[0]) || is_marked(head, &traffic_marks[1])) {
        json_open_object(json, "traffic");
        for (size_t i = 0; i < TRAFFIC_MARKS; i++)
            put_marked(json, head, &traffic_marks[i]);
        json_close_object(json);
    }
    json_open_object(json, "metadata");
    put_marked(json, head, NULL);
    json_close_object(json);
}

void eve_open_event(struct json *json, uint64_t time_us)
{
    json_open_object(json, NULL);
    json_time(json, "timestamp", time_us);
}

static void open_record(struct json *json, const struct eve_head *head, const char *event_type)
{
    eve_open_event(json, head->time_us);
    if (head->flow_id != 0)
        json_unsigned(json, "flow_id", head->flow_id);
    if (head->packet_number != 0)
        json_unsigned(json, "pcap_cnt", head->packet_number);
    json_word(json, "event_type", event_type);
    put_vlans(json, head);
    json_address(json, "src_ip", &head->source);
    if (head->has_ports)
        json_unsigned(json, "src_port", head->source_port);
    json_address(json, "dest_ip", &head->destination);
    if (head->has_ports)
        json_unsigned(json, "dest_port", head->destination_port);
    eve_put_protocol(json, head->protocol);
    json_unsigned(json, "ip_v", head->ip_version);
    if (is_icmp(head)) {
        json_unsigned(json, "icmp_type", head->source_port >> 8);
        json_unsigned(json, "icmp_code", head->source_port & 0xff);
    }
    put_flowbits(json, head);
}

void eve_open_packet(struct json *json, const struct eve_head *head, const char *event_type)
{
    open_record(json, head, event_type);
    json_word(json, "pkt_src", head->packet_source != NULL ? head->packet_source : EVE_CAPTURED);
}

void eve_close(struct json *json, const struct eve_head *head, uint32_t without)
{
    if (head->flow != NULL)
        iot_emit(head->flow, without, json);
    json_close_object(json);
}

/* --- flow --- */

static void put_icmp_answer(struct json *json, const struct eve_head *head,
        const struct eve_flow *flow)
{
    if (!is_icmp(head) || flow->packets[1] == 0)
        return;
    json_unsigned(json, "response_icmp_type", head->destination_port >> 8);
    json_unsigned(json, "response_icmp_code", head->destination_port & 0xff);
}

/* Suricata takes the difference of whole seconds. */
static uint64_t age_s(const struct eve_flow *flow)
{
    return flow->last_us / US_PER_S - flow->first_us / US_PER_S;
}

void eve_open_flow(struct json *json, const struct eve_flow *flow)
{
    json_open_object(json, "flow");
    json_unsigned(json, "pkts_toserver", flow->packets[0]);
    json_unsigned(json, "pkts_toclient", flow->packets[1]);
    json_unsigned(json, "bytes_toserver", flow->bytes[0]);
    json_unsigned(json, "bytes_toclient", flow->bytes[1]);
    json_time(json, "start", flow->first_us);
}

static void put_flow(struct json *json, const struct eve_flow *flow)
{
    eve_open_flow(json, flow);
    json_time(json, "end", flow->last_us);
    json_unsigned(json, "age", age_s(flow));
    json_word(json, "state", flow->state);
    json_word(json, "reason", flow->reason);
    json_bool(json, "alerted", flow->alerted);
    if (flow->transactions > 0)
        json_unsigned(json, "tx_cnt", flow->transactions);
    json_close_object(json);
}

static void put_tcp(struct json *json, const struct eve_flow *flow)
{
    static const struct {
        uint8_t flag;
        const char *name;
    } flags[] = {
        { PACKET_TCP_SYN, "syn" }, { PACKET_TCP_FIN, "fin" }, { PACKET_TCP_RST, "rst" },
        { PACKET_TCP_PSH, "psh" }, { PACKET_TCP_ACK, "ack" }, { PACKET_TCP_URG, "urg" },
        { PACKET_TCP_ECE, "ecn" }, { PACKET_TCP_CWR, "cwr" },
    };
    uint8_t seen = flow->tcp_flags[0] | flow->tcp_flags[1];

    json_open_object(json, "tcp");
    json_hex(json, "tcp_flags", &seen, 1, '\0');
    json_hex(json, "tcp_flags_ts", &flow->tcp_flags[0], 1, '\0');
    json_hex(json, "tcp_flags_tc", &flow->tcp_flags[1], 1, '\0');
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if ((seen & flags[i].flag) != 0)
            json_bool(json, flags[i].name, true);
    json_word(json, "state", flow->tcp_state);
    json_close_object(json);
}

void eve_flow_record(struct json *json, const struct eve_head *head, const struct eve_flow *flow)
{
    open_record(json, head, "flow");
    put_icmp_answer(json, head, flow);
    if (head->app_proto != NULL)
        json_word(json, "app_proto", head->app_proto);
    put_flow(json, flow);
    if (flow->is_tcp)
        put_tcp(json, flow);
    eve_close(json, head, 0);
}

/* --- tls, quic --- */

static void put_sni(struct json *json, const struct tls_hello *hello)
{
    if (hello->sni_length > 0)
        json_bytes(json, "sni", hello->sni, hello->sni_length);
}

void eve_put_tls(struct json *json, const struct tls_hello *hello)
{
    json_open_object(json, "tls");
    put_sni(json, hello);
    if (hello->alpn_count > 0) {
        json_open_array(json, "client_alpns");
        for (size_t i = 0; i < hello->alpn_count; i++)
            json_text(json, NULL, hello->alpn[i]);
        json_close_array(json);
    }
    json_close_object(json);
}

void eve_put_quic(struct json *json, const struct tls_hello *hello)
{
    json_open_object(json, "quic");
    put_sni(json, hello);
    json_close_object(json);
}

void eve_tls_record(struct json *json, const struct eve_head *head,
        const struct tls_hello *hello)
{
    eve_open_packet(json, head, "tls");
    eve_put_tls(json, hello);
    eve_close(json, head, IOT_MOMENTARY);
}

void eve_quic_record(struct json *json, const struct eve_head *head,
        const struct tls_hello *hello)
{
    eve_open_packet(json, head, "quic");
    eve_put_quic(json, hello);
    eve_close(json, head, IOT_MOMENTARY);
}

/* --- records without a flow --- */

static bool is_own(const struct eve_counter *counter)
{
    return strcmp(counter->section, EVE_OWN_SECTION) == 0;
}

/* The engine's own, and what the host counts for it. */
static void put_engine_counters(struct json *json, const struct engine_counters *engine,
        const struct eve_counter *counters, size_t count)
{
    const char *name, *doc;
    size_t offset;
    uint64_t value;

    json_open_object(json, EVE_OWN_SECTION);
    for (size_t i = 0; engine_counter_describe(i, &name, &doc, &offset); i++) {
        memcpy(&value, (const char *)engine + offset, sizeof(value));
        json_unsigned(json, name, value);
    }
    for (size_t i = 0; i < count; i++)
        if (is_own(&counters[i]))
            json_unsigned(json, counters[i].name, counters[i].value);
    json_close_object(json);
}

static void put_host_counters(struct json *json, const struct eve_counter *counters, size_t count)
{
    const char *section = NULL;

    for (size_t i = 0; i < count; i++) {
        if (is_own(&counters[i]))
            continue;
        if (section == NULL || strcmp(section, counters[i].section) != 0) {
            if (section != NULL)
                json_close_object(json);
            section = counters[i].section;
            json_open_object(json, section);
        }
        json_unsigned(json, counters[i].name, counters[i].value);
    }
    if (section != NULL)
        json_close_object(json);
}

/* What each entry of 'suppress' has silenced. */
static void put_suppressed(struct json *json, const struct suppressions *suppressions)
{
    char name[SUPPRESS_NAME_SIZE];
    uint64_t value;

    for (size_t i = 0; suppress_count(suppressions, i, name, &value); i++) {
        if (i == 0)
            json_open_object(json, "suppressed");
        json_unsigned(json, name, value);
    }
    if (suppress_count(suppressions, 0, name, &value))
        json_close_object(json);
}

void eve_stats_record(struct json *json, uint64_t time_us, uint64_t uptime_s,
        const struct engine_counters *engine, const struct suppressions *suppressions,
        const struct eve_counter *counters, size_t count)
{
    eve_open_event(json, time_us);
    json_text(json, "event_type", "stats");
    json_open_object(json, "stats");
    json_unsigned(json, "uptime", uptime_s);
    put_host_counters(json, counters, count);
    put_suppressed(json, suppressions);
    put_engine_counters(json, engine, counters, count);
    json_close_object(json);
    json_close_object(json);
}
