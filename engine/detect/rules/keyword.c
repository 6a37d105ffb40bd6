#include "detect/rules/keyword.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lower.h"
#include "base/nearest.h"
#include "detect/rules/draft.h"

const struct keyword keywords[] = {
    /* what the rule is */
    { "msg", NULL, FORM_QUOTED, read_msg, 0, "msg:\"Camera asks for a relay\"",
        "the text of the alert" },
    { "sid", NULL, FORM_PLAIN, read_sid, 0, "sid:9000001",
        "the rule's number; every rule has one" },
    { "rev", NULL, FORM_PLAIN, read_rev, 0, "rev:2",
        "the rule's version; of two rules with one sid the higher counts" },
    { "gid", NULL, FORM_PLAIN, read_gid, 0, "gid:1", "the group of the number; 1 if not given" },
    { "classtype", NULL, FORM_PLAIN, read_classtype, 0, "classtype:trojan-activity",
        "a class of classification.config, which gives the priority" },
    { "priority", NULL, FORM_PLAIN, read_priority, 0, "priority:2",
        "1 is the most urgent; overrides that of the class" },
    { "reference", NULL, FORM_PLAIN, read_reference, 0, "reference:cve,2016-10401",
        "where to read more: a system of reference.config and what it calls it" },
    { "metadata", NULL, FORM_PLAIN, read_metadata, 0, "metadata:detects beacon, confidence high",
        "pairs of a word and a text, which the alert carries" },
    { "target", NULL, FORM_PLAIN, read_target, 0, "target:src_ip",
        "which end is the victim: src_ip or dest_ip" },
    { "noalert", NULL, FORM_NONE, read_alert, false, "noalert",
        "the rule acts (sets bits, for example) but does not alert" },
    { "alert", NULL, FORM_NONE, read_alert, true, "alert", "the rule alerts after all" },

    /* patterns */
    { "content", NULL, FORM_QUOTED | FORM_NEGATABLE, read_content, 0,
        "content:\"admin|3a|admin\"",
        "these bytes occur in the buffer; '!' in front: they do not" },
    { "nocase", NULL, FORM_NONE, read_nocase, 0, "nocase",
        "upper and lower case of the content do not count" },
    { "offset", NULL, FORM_PLAIN, read_offset, 0, "offset:4",
        "the content begins so many bytes into the buffer or later" },
    { "depth", NULL, FORM_PLAIN, read_depth, 0, "depth:16",
        "the content lies within so many bytes from the offset on" },
    { "distance", NULL, FORM_PLAIN, read_distance, 0, "distance:2",
        "the content begins so many bytes behind the match before or later" },
    { "within", NULL, FORM_PLAIN, read_within, 0, "within:32",
        "the content lies within so many bytes from there on" },
    { "startswith", NULL, FORM_NONE, read_startswith, 0, "startswith",
        "the content stands at the start of the buffer" },
    { "endswith", NULL, FORM_NONE, read_endswith, 0, "endswith",
        "the content stands at the end of the buffer" },
    { "rawbytes", NULL, FORM_NONE, read_rawbytes, 0, "rawbytes",
        "taken for the sake of older rules, without effect" },
    { "fast_pattern", NULL, FORM_OPTIONAL, read_fast_pattern, 0, "fast_pattern",
        "this content is looked for before anything else; 'only' and 'offset,length' say how" },
    { "pcre", NULL, FORM_MAY_QUOTE | FORM_NEGATABLE, read_pcre, 0, "pcre:\"/^GET \\/[a-z]{8}$/Ui\"",
        "a regular expression (PCRE2) and letters: A E G i m s x, R behind the match before, "
        "U V W H M P for HTTP's uri, user agent, host, header, method, request body" },
    { "isdataat", NULL, FORM_PLAIN, read_isdataat, 0, "isdataat:10,relative",
        "the buffer goes on there; '!' in front: it does not" },
    { "byte_test", NULL, FORM_PLAIN, read_byte_test, 0, "byte_test:2,>,100,0,relative",
        "a number in the buffer compared: bytes, comparison, value, offset, options" },
    { "byte_jump", NULL, FORM_PLAIN, read_byte_jump, 0, "byte_jump:2,0,relative",
        "goes on as many bytes as a number in the buffer says: bytes, offset, options" },
    { "bsize", NULL, FORM_PLAIN, read_bsize, 0, "bsize:>20", "the size of the buffer" },
    { "dataset", NULL, FORM_PLAIN, read_dataset, 0,
        "dataset:isset,bad-names,type string,load bad-names.lst",
        "the buffer is among the values of a file; 'match subdomain' also finds what ends with one that "
        "begins with '.'" },

    /* buffers */
    { "pkt_data", NULL, FORM_NONE, read_pkt_data, 0, "pkt_data",
        "what follows looks at the payload again" },
    { "ip.src", NULL, FORM_NONE, read_buffer, BUFFER_IP_SOURCE, "ip.src",
        "what follows looks at the packet's source address: 4 bytes of IPv4, 16 of IPv6" },
    { "ip.dst", NULL, FORM_NONE, read_buffer, BUFFER_IP_DESTINATION, "ip.dst",
        "… at its destination address" },
    { "dns.query", "dns_query", FORM_NONE, read_buffer, BUFFER_DNS_QUERY, "dns.query",
        "… at the name that DNS is asked for" },
    { "tls.sni", "tls_sni", FORM_NONE, read_buffer, BUFFER_TLS_SNI, "tls.sni",
        "… at the server's name in TLS" },
    { "quic.sni", NULL, FORM_NONE, read_buffer, BUFFER_QUIC_SNI, "quic.sni",
        "… at the server's name in QUIC" },
    { "http.method", NULL, FORM_NONE, read_buffer, BUFFER_HTTP_METHOD, "http.method",
        "… at the method of HTTP" },
    { "http.uri", "http.uri.normalized", FORM_NONE, read_buffer, BUFFER_HTTP_URI, "http.uri",
        "… at path and query of HTTP, decoded" },
    { "http.host", NULL, FORM_NONE, read_buffer, BUFFER_HTTP_HOST, "http.host",
        "… at the host of HTTP, in lower case" },
    { "http.user_agent", NULL, FORM_NONE, read_buffer, BUFFER_HTTP_USER_AGENT, "http.user_agent",
        "… at the user agent of HTTP" },
    { "http.header", NULL, FORM_NONE, read_buffer, BUFFER_HTTP_HEADER, "http.header",
        "… at all header lines of HTTP" },
    { "http.request_body", NULL, FORM_NONE, read_buffer, BUFFER_HTTP_REQUEST_BODY,
        "http.request_body", "… at the body of an HTTP request" },
    { "mqtt.connect.clientid", NULL, FORM_NONE, read_buffer, BUFFER_MQTT_CLIENT_ID,
        "mqtt.connect.clientid", "… at the client's name in MQTT" },
    { "mqtt.connect.username", NULL, FORM_NONE, read_buffer, BUFFER_MQTT_USERNAME,
        "mqtt.connect.username", "… at the user's name in MQTT" },
    { "mqtt.connect.password", NULL, FORM_NONE, read_buffer, BUFFER_MQTT_PASSWORD,
        "mqtt.connect.password", "… at the password in MQTT" },
    { "mqtt.publish.topic", NULL, FORM_NONE, read_buffer, BUFFER_MQTT_PUBLISH_TOPIC,
        "mqtt.publish.topic", "… at the topic that is published to in MQTT" },
    { "mqtt.subscribe.topic", NULL, FORM_NONE, read_buffer, BUFFER_MQTT_SUBSCRIBE_TOPIC,
        "mqtt.subscribe.topic", "… at the topics that are subscribed to in MQTT" },
    { "to_md5", NULL, FORM_NONE, read_transform, TRANSFORM_MD5, "to_md5",
        "behind a buffer: what follows looks at the MD5 of its bytes; others may follow" },
    { "to_sha1", NULL, FORM_NONE, read_transform, TRANSFORM_SHA1, "to_sha1", "… at their SHA-1" },
    { "to_sha256", NULL, FORM_NONE, read_transform, TRANSFORM_SHA256, "to_sha256",
        "… at their SHA-256" },
    { "http_method", NULL, FORM_NONE, read_buffer_modifier, BUFFER_HTTP_METHOD, "http_method",
        "older: the content in front looks at the method of HTTP" },
    { "http_uri", NULL, FORM_NONE, read_buffer_modifier, BUFFER_HTTP_URI, "http_uri",
        "older: … at path and query" },
    { "http_host", NULL, FORM_NONE, read_buffer_modifier, BUFFER_HTTP_HOST, "http_host",
        "older: … at the host" },
    { "http_user_agent", NULL, FORM_NONE, read_buffer_modifier, BUFFER_HTTP_USER_AGENT,
        "http_user_agent", "older: … at the user agent" },
    { "http_header", NULL, FORM_NONE, read_buffer_modifier, BUFFER_HTTP_HEADER, "http_header",
        "older: … at all header lines" },
    { "http_client_body", NULL, FORM_NONE, read_buffer_modifier, BUFFER_HTTP_REQUEST_BODY,
        "http_client_body", "older: … at the body of a request" },

    /* the packet and its flow */
    { "dsize", NULL, FORM_PLAIN, read_dsize, 0, "dsize:>100", "the size of the packet's payload" },
    { "tcp.flags", "flags", FORM_PLAIN, read_tcp_flags, 0, "tcp.flags:S,CE",
        "TCP's flags, and behind a comma those to ignore; '+' in front: others may be set, "
        "'*': any of them, '!': not all; where it names S, F or R, packets without these three "
        "are not asked, nor those without U, C and E where it names one of them" },
    { "itype", NULL, FORM_PLAIN, read_packet_number, TEST_ICMP_TYPE, "itype:8", "ICMP's type" },
    { "icode", NULL, FORM_PLAIN, read_packet_number, TEST_ICMP_CODE, "icode:0", "ICMP's code" },
    { "ttl", NULL, FORM_PLAIN, read_packet_number, TEST_TTL, "ttl:<5",
        "the time to live of IPv4, the hop limit of IPv6" },
    { "ip_proto", NULL, FORM_MAY_QUOTE, read_ip_proto, 0, "ip_proto:47",
        "the protocol of IP, in a rule that begins 'alert ip'" },
    { "flow", NULL, FORM_PLAIN, read_flow, 0, "flow:established,to_server",
        "direction and state: to_server, to_client, established, not_established, stateless, "
        "no_stream, only_stream, no_frag, only_frag" },
    { "flow.age", NULL, FORM_PLAIN, read_flow_age, 0, "flow.age:>3600",
        "how long ago the flow began, in seconds" },
    { "flow.pkts", NULL, FORM_PLAIN, read_flow_count, FLOW_EITHER_SIDE, "flow.pkts:either,>100",
        "how many packets went to one side: 'toserver,', 'toclient,' or 'either,' in front" },
    { "flow.pkts_toserver", NULL, FORM_PLAIN, read_flow_count, FLOW_TO_SERVER,
        "flow.pkts_toserver:>100", "how many packets went to the server" },
    { "flow.pkts_toclient", NULL, FORM_PLAIN, read_flow_count, FLOW_TO_CLIENT,
        "flow.pkts_toclient:>100", "how many packets went to the client" },
    { "flow.bytes", NULL, FORM_PLAIN, read_flow_count, FLOW_EITHER_SIDE,
        "flow.bytes:toserver,>10MB", "how many bytes went to one side" },
    { "flow.bytes_toserver", NULL, FORM_PLAIN, read_flow_count, FLOW_TO_SERVER,
        "flow.bytes_toserver:>10MB", "how many bytes went to the server" },
    { "flow.bytes_toclient", NULL, FORM_PLAIN, read_flow_count, FLOW_TO_CLIENT,
        "flow.bytes_toclient:>10MB", "how many bytes went to the client" },

    /* memory and frequency */
    { "flowbits", NULL, FORM_PLAIN, read_flowbits, 0, "flowbits:set,camera.login",
        "a mark on the flow: set, unset, toggle, isset, isnotset, noalert" },
    { "xbits", NULL, FORM_PLAIN, read_xbits, 0, "xbits:set,scanner,track ip_src,expire 3600",
        "a mark on an address or a pair of them" },
    { "threshold", NULL, FORM_PLAIN, read_threshold, 0,
        "threshold:type limit, track by_src, count 1, seconds 3600", "how often the rule alerts" },
    { "detection_filter", NULL, FORM_PLAIN, read_detection_filter, 0,
        "detection_filter:track by_src, count 30, seconds 60",
        "the rule matches only beyond so many times" },
    { "iot.unusual", NULL, FORM_NONE, read_unusual, 0, "iot.unusual",
        "not where the rule held with this remote while the device learned" },
};

const size_t keyword_count = sizeof(keywords) / sizeof(keywords[0]);

/* 'keyword' is in lower case. Mostly the first letter tells. */
static bool is_called(const char *name, const char *keyword)
{
    return keyword != NULL && lower_byte((uint8_t)name[0]) == (uint8_t)keyword[0] &&
           strcasecmp(name, keyword) == 0;
}

const struct keyword *keyword_find(const char *name)
{
    for (size_t i = 0; i < keyword_count; i++)
        if (is_called(name, keywords[i].name) || is_called(name, keywords[i].alias))
            return &keywords[i];
    return NULL;
}

static int compare(const void *name, const void *element)
{
    return strcasecmp(name, *(const char *const *)element);
}

bool keyword_is_foreign(const char *name)
{
    return bsearch(name, foreign_keywords, foreign_keyword_count, sizeof(*foreign_keywords),
                   compare) != NULL;
}

/* --- what may have been meant --- */

const char *keyword_nearest(const char *name)
{
    size_t count = keyword_count + foreign_keyword_count;
    const char **names = calloc(count, sizeof(*names)), *near;

    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < keyword_count; i++)
        names[i] = keywords[i].name;
    memcpy(names + keyword_count, foreign_keywords,
            foreign_keyword_count * sizeof(*foreign_keywords));
    near = nearest_word(name, names, count);
    free(names);
    return near;
}
