/* In the order of the table. */
#include "detect/feature_get.h"

#include <string.h>

static bool text(const char *string, struct feature_value *out)
{
    if (string == NULL || string[0] == '\0')
        return false;
    out->text = string;
    out->len = strlen(string);
    return true;
}

static bool number(uint64_t value, struct feature_value *out)
{
    out->number = value;
    return true;
}

static bool ternary(enum ternary value, struct feature_value *out)
{
    out->number = value == YES;
    return value != UNKNOWN;
}

/* None is as good as unknown. */
static bool positive(uint64_t value, struct feature_value *out)
{
    return number(value, out) && value > 0;
}

bool get_name(const struct flow *flow, struct feature_value *out)
{
    return text(flow->name, out);
}

bool get_name_source(const struct flow *flow, struct feature_value *out)
{
    return number(flow->name_source, out);
}

bool get_domain(const struct flow *flow, struct feature_value *out)
{
    return text(flow->domain, out);
}

bool get_ech(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->ech, out);
}

bool get_sni_is_ip(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->sni_is_ip, out);
}

bool get_sni_mismatch(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->sni_mismatch, out);
}

bool get_asn(const struct flow *flow, struct feature_value *out)
{
    return number(flow->geo.asn, out) && flow->geo.asn != 0;
}

bool get_as_org(const struct flow *flow, struct feature_value *out)
{
    out->text = flow->geo.as_org;
    out->len = flow->geo.as_org_len;
    return out->text != NULL && out->len > 0;
}

bool get_country(const struct flow *flow, struct feature_value *out)
{
    return text(flow->geo.country, out);
}

bool get_asn_risk(const struct flow *flow, struct feature_value *out)
{
    return number(flow->risk, out) && flow->remote_is_public;
}

bool get_no_dns(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->no_dns, out);
}

bool get_service(const struct flow *flow, struct feature_value *out)
{
    return number(flow->service, out);
}

bool get_bytes_up(const struct flow *flow, struct feature_value *out)
{
    return number(flow->bytes[UP], out);
}

bool get_bytes_down(const struct flow *flow, struct feature_value *out)
{
    return number(flow->bytes[DOWN], out);
}

bool get_pkts_up(const struct flow *flow, struct feature_value *out)
{
    return number(flow->packets[UP], out);
}

bool get_pkts_down(const struct flow *flow, struct feature_value *out)
{
    return number(flow->packets[DOWN], out);
}

bool get_age_s(const struct flow *flow, struct feature_value *out)
{
    return number(flow_age_s(flow), out);
}

bool get_symmetry(const struct flow *flow, struct feature_value *out)
{
    return symmetry_read(&flow->symmetry, &out->real);
}

static bool relayed(const struct flow *flow)
{
    return flow->relay != NULL && flow->relay->known;
}

bool get_relay_score(const struct flow *flow, struct feature_value *out)
{
    out->real = relayed(flow) ? flow->relay->view.score : 0;
    return relayed(flow);
}

bool get_relay_lag(const struct flow *flow, struct feature_value *out)
{
    out->real = relayed(flow) ? flow->relay->view.lag_ms : 0;
    return relayed(flow);
}

bool get_relay_flows(const struct flow *flow, struct feature_value *out)
{
    return number(relayed(flow) ? flow->relay->view.flows : 0, out) && relayed(flow);
}

bool get_relay_role(const struct flow *flow, struct feature_value *out)
{
    return number(relayed(flow) ? flow->relay->view.role : RELAY_UNRELATED, out) && relayed(flow);
}

bool get_relay_controller(const struct flow *flow, struct feature_value *out)
{
    return relayed(flow) && text(flow->relay->controller, out);
}

bool get_dns_dga(const struct flow *flow, struct feature_value *out)
{
    out->real = flow->dns.dga;
    return flow->dns.dga_known;
}

bool get_dns_mail(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->dns.mail, out);
}

bool get_dns_nxdomain(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->dns.nxdomain, out);
}

bool get_dns_bypass(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->dns.bypass, out);
}

bool get_dns_tunnel(const struct flow *flow, struct feature_value *out)
{
    out->real = flow->dns.tunnel.bits_per_s;
    return flow->dns.tunnel_known && out->real > 0;
}

bool get_dns_names(const struct flow *flow, struct feature_value *out)
{
    return flow->dns.tunnel_known && positive(flow->dns.tunnel.names, out);
}

bool get_upload_burst(const struct flow *flow, struct feature_value *out)
{
    out->real = flow->outlook.upload_burst;
    return flow->outlook.upload_burst_known;
}

bool get_upload_day(const struct flow *flow, struct feature_value *out)
{
    out->real = flow->outlook.upload_day;
    return flow->outlook.upload_day_known;
}

bool get_upload_24h(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.upload_24h, out);
}

bool get_unanswered(const struct flow *flow, struct feature_value *out)
{
    return number(flow->outlook.unanswered, out) && flow->outlook.unanswered_known;
}

bool get_refused(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.refused, out);
}

bool get_accepted(const struct flow *flow, struct feature_value *out)
{
    out->real = flow->outlook.accepted;
    return flow->outlook.accepted_known;
}

/* What the device does besides is told of flows that it began. Of another, a rule on what the client sends
 * would blame the remote: a scan's late refusals are such flows, one for each host. */
static bool deeds(const struct flow *flow, uint32_t count, struct feature_value *out)
{
    return positive(count, out) && flow->device_is_first;
}

/* While the device opens flows at all, none of one kind is a fact. */
static bool fanout(const struct flow *flow, enum fanout_kind kind, struct feature_value *out)
{
    const uint32_t *counts = flow->outlook.fanout;

    return number(counts[kind], out) && flow->device_is_first &&
           (counts[FANOUT_PUBLIC] > 0 || counts[FANOUT_LAN] > 0);
}

bool get_fanout(const struct flow *flow, struct feature_value *out)
{
    return fanout(flow, FANOUT_PUBLIC, out);
}

bool get_fanout_lan(const struct flow *flow, struct feature_value *out)
{
    return fanout(flow, FANOUT_LAN, out);
}

bool get_fanout_absent(const struct flow *flow, struct feature_value *out)
{
    return deeds(flow, flow->outlook.fanout[FANOUT_ABSENT], out);
}

bool get_absent_24h(const struct flow *flow, struct feature_value *out)
{
    return deeds(flow, flow->outlook.absent, out);
}

bool get_router_claimed(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.usurps, out);
}

bool get_neighbours_claimed(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.intervenes, out);
}

bool get_dhcp_claimed(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.leases, out);
}

bool get_names_claimed(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.claims, out);
}

bool get_fanout_ports(const struct flow *flow, struct feature_value *out)
{
    return fanout(flow, FANOUT_PORTS, out);
}

bool get_strangers(const struct flow *flow, struct feature_value *out)
{
    return positive(flow->outlook.strangers, out);
}

bool get_domains(const struct flow *flow, struct feature_value *out)
{
    return number(flow->outlook.domains, out);
}

bool get_new_device(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->outlook.new_device, out);
}

bool get_new_domain(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->outlook.new_domain, out);
}

bool get_new_asn(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->outlook.new_asn, out);
}

bool get_new_port(const struct flow *flow, struct feature_value *out)
{
    return ternary(flow->outlook.new_port, out);
}

bool get_common(const struct flow *flow, struct feature_value *out)
{
    out->number = flow->outlook.common;
    return flow->outlook.common_known;
}

bool get_beat_score(const struct flow *flow, struct feature_value *out)
{
    struct beat_view beat;

    flow_beat(flow, &beat);
    out->real = beat.score;
    return beat.known;
}

bool get_beat_period(const struct flow *flow, struct feature_value *out)
{
    struct beat_view beat;

    flow_beat(flow, &beat);
    out->real = beat.period_s;
    return beat.period_known;
}

bool get_beat_jitter(const struct flow *flow, struct feature_value *out)
{
    struct beat_view beat;

    flow_beat(flow, &beat);
    out->real = beat.jitter;
    return beat.period_known;
}

bool get_beat_bytes(const struct flow *flow, struct feature_value *out)
{
    struct beat_view beat;

    flow_beat(flow, &beat);
    return number(beat.bytes, out) && beat.period_known;
}

bool get_beat_state(const struct flow *flow, struct feature_value *out)
{
    struct beat_view beat;

    flow_beat(flow, &beat);
    return number(beat.state, out) && beat.state != BEAT_NONE;
}

bool get_beats_lost(const struct flow *flow, struct feature_value *out)
{
    return deeds(flow, flow->outlook.beats_lost, out);
}

bool get_entropy(const struct flow *flow, struct feature_value *out)
{
    return flow_entropy(flow, &out->real);
}

bool get_finding(const struct flow *flow, struct feature_value *out)
{
    out->findings = flow->findings;
    return flow->findings != NULL && flow->findings->count > 0;
}

bool get_hour(const struct flow *flow, struct feature_value *out)
{
    return number(flow->hour, out);
}

bool get_device_name(const struct flow *flow, struct feature_value *out)
{
    return text(device_name(flow->device), out);
}

bool get_device_mac(const struct flow *flow, struct feature_value *out)
{
    return flow->device->has_mac && text(flow->device->mac_text, out);
}

bool get_device_vendor(const struct flow *flow, struct feature_value *out)
{
    return text(flow->device->vendor, out);
}

bool get_device_type(const struct flow *flow, struct feature_value *out)
{
    return text(flow->device->type, out);
}
