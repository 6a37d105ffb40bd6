/* feature_get.h - reads each feature off a flow: the column 'get' of the table in features.c, which alone
 * uses it.
 *
 * False: the feature is unknown, and 'out' may hold anything. Numbers and texts are in the units that
 * the table names; texts are borrowed as features.h says. No lock, no allocation. */
#ifndef TATTLER_DETECT_FEATURE_GET_H
#define TATTLER_DETECT_FEATURE_GET_H

#include "detect/features.h"

#define FEATURE_GETTER(name) bool name(const struct flow *flow, struct feature_value *out)

FEATURE_GETTER(get_name);
FEATURE_GETTER(get_name_source);
FEATURE_GETTER(get_domain);
FEATURE_GETTER(get_ech);
FEATURE_GETTER(get_sni_is_ip);
FEATURE_GETTER(get_sni_mismatch);
FEATURE_GETTER(get_asn);
FEATURE_GETTER(get_as_org);
FEATURE_GETTER(get_country);
FEATURE_GETTER(get_asn_risk);
FEATURE_GETTER(get_no_dns);
FEATURE_GETTER(get_service);
FEATURE_GETTER(get_bytes_up);
FEATURE_GETTER(get_bytes_down);
FEATURE_GETTER(get_pkts_up);
FEATURE_GETTER(get_pkts_down);
FEATURE_GETTER(get_age_s);
FEATURE_GETTER(get_symmetry);
FEATURE_GETTER(get_relay_score);
FEATURE_GETTER(get_relay_lag);
FEATURE_GETTER(get_relay_flows);
FEATURE_GETTER(get_relay_role);
FEATURE_GETTER(get_relay_controller);
FEATURE_GETTER(get_dns_dga);
FEATURE_GETTER(get_dns_nxdomain);
FEATURE_GETTER(get_dns_mail);
FEATURE_GETTER(get_dns_bypass);
FEATURE_GETTER(get_dns_tunnel);
FEATURE_GETTER(get_dns_names);
FEATURE_GETTER(get_upload_burst);
FEATURE_GETTER(get_upload_day);
FEATURE_GETTER(get_upload_24h);
FEATURE_GETTER(get_unanswered);
FEATURE_GETTER(get_refused);
FEATURE_GETTER(get_accepted);
FEATURE_GETTER(get_fanout);
FEATURE_GETTER(get_fanout_lan);
FEATURE_GETTER(get_fanout_absent);
FEATURE_GETTER(get_absent_24h);
FEATURE_GETTER(get_router_claimed);
FEATURE_GETTER(get_neighbours_claimed);
FEATURE_GETTER(get_dhcp_claimed);
FEATURE_GETTER(get_names_claimed);
FEATURE_GETTER(get_fanout_ports);
FEATURE_GETTER(get_strangers);
FEATURE_GETTER(get_domains);
FEATURE_GETTER(get_new_device);
FEATURE_GETTER(get_new_domain);
FEATURE_GETTER(get_new_asn);
FEATURE_GETTER(get_new_port);
FEATURE_GETTER(get_common);
FEATURE_GETTER(get_beat_score);
FEATURE_GETTER(get_beat_period);
FEATURE_GETTER(get_beat_jitter);
FEATURE_GETTER(get_beat_bytes);
FEATURE_GETTER(get_beat_state);
FEATURE_GETTER(get_beats_lost);
FEATURE_GETTER(get_entropy);
FEATURE_GETTER(get_finding);
FEATURE_GETTER(get_hour);
FEATURE_GETTER(get_device_name);
FEATURE_GETTER(get_device_mac);
FEATURE_GETTER(get_device_vendor);
FEATURE_GETTER(get_device_type);

#endif
