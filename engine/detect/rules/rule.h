/* rule.h - a rule, compiled: all that a matcher needs to run it and EVE needs to tell of it.
 *
 * The language is Suricata 8's (its user guide, chapter "Suricata Rules"), as far as
 * doc/rules-language.md lists it; what is said here about the meaning of a field is what Suricata
 * does. Rules belong to a rule set (rule_set.h), live as long as it does and do not change, so any
 * thread may read them. Pointers are never to be freed by who reads them. */
#ifndef TATTLER_DETECT_RULES_RULE_H
#define TATTLER_DETECT_RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/condition.h"
#include "detect/rules/address_set.h"
#include "detect/rules/number.h"
#include "detect/rules/port_set.h"

struct dataset; /* dataset.h */

/* --- what is searched --- */

/* Where a rule's patterns look. BUFFER_PAYLOAD is the packet's payload or the stream's. */
enum rule_buffer_kind {
    BUFFER_PAYLOAD,
    BUFFER_DNS_QUERY,
    BUFFER_TLS_SNI,
    BUFFER_QUIC_SNI,
    BUFFER_HTTP_METHOD,
    BUFFER_HTTP_URI,
    BUFFER_HTTP_HOST, /* in lower case, without port */
    BUFFER_HTTP_USER_AGENT,
    BUFFER_HTTP_HEADER,
    BUFFER_HTTP_REQUEST_BODY,
    BUFFER_MQTT_CLIENT_ID,
    BUFFER_MQTT_USERNAME,
    BUFFER_MQTT_PASSWORD,
    BUFFER_MQTT_PUBLISH_TOPIC,
    BUFFER_MQTT_SUBSCRIBE_TOPIC,
    BUFFER_FEATURE, /* a string of the feature table: 'iot.name' */
    BUFFER_IP_SOURCE, /* of the packet: four bytes of IPv4, sixteen of IPv6 */
    BUFFER_IP_DESTINATION,
    BUFFER_KINDS,
};

/* What is made of a buffer's bytes before rules look at them. */
enum rule_transform { TRANSFORM_MD5, TRANSFORM_SHA1, TRANSFORM_SHA256, TRANSFORM_KINDS };

#define TRANSFORMS_MAX 16 /* of one buffer, as in Suricata */

struct rule_transforms {
    uint8_t count;
    uint8_t kinds[TRANSFORMS_MAX]; /* enum rule_transform, in their order; zeros behind them */
};

/* 'offset' and 'depth' count from the start of the buffer: the match lies within [offset, depth).
 * 'distance' and 'within' count from the end of the match before, or from the start of the buffer
 * if there was none: it begins at 'distance' or later and ends within 'within' bytes. */
struct rule_content {
    const uint8_t *bytes; /* in lower case if 'nocase' */
    uint16_t length;
    uint16_t offset, depth;
    int32_t distance, within;
    bool has_offset, has_depth, has_distance, has_within;
    bool starts_with, ends_with;
    bool negated, nocase;
    /* What to search by, as Suricata derives it from all contents of the buffer (bounds.h): does it
     * count from the match before; where from the start can it begin and end; 'end' 0: anywhere.
     * If it is relative, 'end' counts from the match before, too. */
    bool relative;
    uint16_t begin, end;
    /* If what follows fails, the next occurrence is tried; otherwise the first one decides. */
    bool retry;
    bool fast_pattern;           /* the author wants this one searched first */
    uint16_t chop_offset, chop_length; /* only this part of it then; length 0: all */
};

/* The search ends at rule_set_pcre_context(). */
struct rule_pcre {
    void *code; /* pcre2_code, compiled to machine code where PCRE2 can */
    const char *text; /* as written, with the slashes and the letters */
    bool negated;
    bool relative; /* starts behind the match before */
    bool retry;    /* as for contents */
};

enum rule_comparison { COMPARE_EQUAL, COMPARE_LESS, COMPARE_GREATER, COMPARE_AND, COMPARE_XOR,
    COMPARE_GREATER_EQUAL, COMPARE_LESS_EQUAL };

/* A number in the data. */
struct rule_field {
    uint8_t bytes;
    int32_t offset;
    bool relative; /* 'offset' counts from the end of the match before */
    bool string;   /* digits in 'base'; otherwise binary */
    uint8_t base;  /* 0: as C reads it */
    bool little;
};

struct rule_byte_test {
    struct rule_field field;
    enum rule_comparison comparison;
    bool negated;
    uint64_t value;
    bool has_mask;
    uint32_t mask;
    uint8_t shift; /* to the right, behind the mask */
};

enum rule_jump_from { JUMP_FROM_FIELD, JUMP_FROM_BEGINNING, JUMP_FROM_END };

struct rule_byte_jump {
    struct rule_field field;
    uint16_t multiplier;
    bool align; /* to four bytes */
    enum rule_jump_from from;
    int32_t post_offset;
};

struct rule_data_at {
    uint16_t offset;
    bool relative, negated;
};

enum rule_dataset_command { DATASET_IS_SET, DATASET_IS_NOT_SET, DATASET_SET, DATASET_UNSET };

struct rule_dataset {
    struct dataset *dataset;
    enum rule_dataset_command command;
    bool below; /* what ends with a value of the set counts as well, where that begins with '.' */
};

enum rule_step_kind {
    STEP_CONTENT,
    STEP_PCRE,
    STEP_BYTE_TEST,
    STEP_BYTE_JUMP,
    STEP_DATA_AT,
    STEP_SIZE, /* of the whole buffer */
    STEP_DATASET,
};

struct rule_step {
    enum rule_step_kind kind;
    union {
        struct rule_content content;
        struct rule_pcre pcre;
        struct rule_byte_test byte_test;
        struct rule_byte_jump byte_jump;
        struct rule_data_at data_at;
        struct number_condition size;
        struct rule_dataset dataset;
    };
};

/* All steps have to hold in one instance of the buffer (of several queries of a DNS message, for
 * example, in one). The same kind may occur more than once: each is asked on its own. */
struct rule_buffer {
    enum rule_buffer_kind kind;
    const struct feature *feature; /* of BUFFER_FEATURE */
    const struct rule_step *steps;
    uint32_t step_count; /* at least one */
    struct rule_transforms transforms;
};

/* --- what else has to hold --- */

enum rule_test_kind {
    TEST_PAYLOAD_SIZE, /* dsize */
    TEST_TCP_FLAGS,
    TEST_ICMP_TYPE,
    TEST_ICMP_CODE,
    TEST_TTL,
    TEST_FLOW_AGE, /* seconds */
    TEST_FLOW_PACKETS,
    TEST_FLOW_BYTES,
    TEST_FLOW_STATE,
    TEST_FLOWBIT,
    TEST_XBIT,
    TEST_IOT,
};

enum rule_flow_side { FLOW_TO_SERVER, FLOW_TO_CLIENT, FLOW_EITHER_SIDE };

struct rule_flow_count {
    enum rule_flow_side side; /* FLOW_EITHER_SIDE: one of both is enough */
    struct number_condition number;
};

/* 'flags' as in the TCP header (RFC 9293 section 3.1), without those not in 'mask'. */
enum rule_flags_mode { FLAGS_EQUAL, FLAGS_NOT, FLAGS_ALL_OF, FLAGS_ANY_OF };

struct rule_tcp_flags {
    uint8_t flags, mask;
    enum rule_flags_mode mode;
};

/* What 'flow' asks besides the direction. */
struct rule_flow_state {
    bool established, not_established, no_fragment, only_fragment;
};

/* Bits have a number in the rule set: rule_set_bit_name(). */
struct rule_flowbit {
    const uint32_t *bits; /* one of them is enough */
    uint32_t bit_count;
    bool negated; /* isnotset */
};

enum rule_xbit_track { XBIT_NO_TRACK, XBIT_SOURCE, XBIT_DESTINATION, XBIT_PAIR };

struct rule_xbit {
    uint32_t bit;
    enum rule_xbit_track track;
    bool negated;
};

struct rule_test {
    enum rule_test_kind kind;
    union {
        struct number_condition number;
        struct rule_flow_count flow_count;
        struct rule_tcp_flags tcp_flags;
        struct rule_flow_state flow_state;
        struct rule_flowbit flowbit;
        struct rule_xbit xbit;
        struct condition iot;
    };
};

/* --- what happens then --- */

enum rule_bit_command { BIT_SET, BIT_UNSET, BIT_TOGGLE };

struct rule_effect {
    enum rule_bit_command command;
    bool is_xbit;
    const uint32_t *bits; /* all of them; an xbit has one */
    uint32_t bit_count;
    enum rule_xbit_track track; /* of an xbit */
    uint32_t expire_s;          /* of an xbit */
};

enum rule_limit_kind {
    LIMIT_NONE,
    LIMIT_LIMIT,
    LIMIT_THRESHOLD,
    LIMIT_BOTH,
    LIMIT_BACKOFF,
    LIMIT_DETECTION_FILTER,
    LIMIT_RATE,     /* of threshold.config alone */
    LIMIT_SUPPRESS, /* of threshold.config alone */
};

enum rule_track {
    TRACK_NONE,
    TRACK_SOURCE,
    TRACK_DESTINATION,
    TRACK_BOTH,
    TRACK_EITHER, /* of suppress alone */
    TRACK_RULE,
    TRACK_FLOW,
};

struct rule_limit {
    enum rule_limit_kind kind;
    enum rule_track track;
    uint32_t count, seconds, multiplier; /* the last of LIMIT_BACKOFF */
};

/* --- the rule --- */

enum rule_action { ACTION_ALERT, ACTION_DROP, ACTION_REJECT, ACTION_PASS };
enum rule_scope { SCOPE_UNSET, SCOPE_PACKET, SCOPE_WHOLE_FLOW };

enum rule_application {
    APPLICATION_ANY,
    APPLICATION_DNS,
    APPLICATION_TLS,
    APPLICATION_HTTP, /* any version */
    APPLICATION_HTTP1,
    APPLICATION_QUIC,
    APPLICATION_MQTT,
    APPLICATION_SSH,
};

enum rule_target { TARGET_NONE, TARGET_SOURCE, TARGET_DESTINATION };

/* A row of classification.config. */
struct rule_class {
    const char *name, *description;
    int priority;
};

struct rule_reference {
    const char *system; /* as written: "url", "cve" */
    const char *prefix; /* of reference.config, or the scheme the rule itself gives */
    const char *text;
};

struct rule_metadata {
    const char *key, *value;
};

struct rule {
    const char *file;
    unsigned line;
    const char *text; /* as written, without what continues lines */
    size_t index;     /* in its set: rule_set_rule() */

    uint32_t sid, gid, rev;
    int priority;
    const char *msg;                /* NULL: none */
    const char *classtype;          /* as written; NULL: none */
    const struct rule_class *class; /* NULL: none, or one that is not known */
    const struct rule_reference *references;
    uint32_t reference_count;
    const struct rule_metadata *metadata; /* in the order written */
    uint32_t metadata_count;
    enum rule_target target;

    enum rule_action action;
    enum rule_scope scope;
    bool alerts; /* false: noalert */

    uint8_t ip_protocols[32]; /* bit p % 8 of byte p / 8; see rule_has_ip_protocol() */
    bool any_ip_protocol;     /* then also packets without a transport protocol */
    bool ipv4_only, ipv6_only;
    enum rule_application application;
    const struct address_set *source, *destination;
    const struct port_set *source_ports, *destination_ports;
    bool bidirectional; /* '<>': also with both ends exchanged */
    /* Towards the server of the flow, the client, or both. */
    bool to_server, to_client;
    /* Payload patterns look at single packets, at the reassembled stream, or (both) where they find
     * something first. Without either the rule is about packets that carry what else it asks. */
    bool needs_packet, needs_stream;
    bool stream_only; /* flow:only_stream */

    const struct rule_test *tests;
    uint32_t test_count;
    const struct rule_buffer *buffers; /* the payload first */
    uint32_t buffer_count;
    const struct rule_effect *effects;
    uint32_t effect_count;
    struct rule_limit limit;

    /* The content to look for before anything else, as the author or, failing that, Suricata's
     * measure of rareness chooses; NULL: the rule has none that must be there. */
    const struct rule_content *fast;
    const struct rule_buffer *fast_buffer;
    bool unless_usual;    /* iot.unusual: not where it is usual for the device (engine.h) */
    uint32_t iot_changed; /* of enum flow_change: what its features hang on; 0: no features */
};

/* Does it ask for addresses, ports and protocols alone? It may also mark what it finds. Suricata calls it
 * "IP only", looks it up once for a flow, and reads its addresses a second time. */
bool rule_asks_ends_alone(const struct rule *rule);

/* Is what it asks the same for the whole flow, so that its action goes for the rest of it? Also where
 * addresses are negated or ranges, which Suricata looks up for each packet, and where it asks for HTTP,
 * DNS … alone (SIG_TYPE_LIKE_IPONLY, SIG_TYPE_APPLAYER). */
bool rule_is_about_flow(const struct rule *rule);

static inline bool rule_has_ip_protocol(const struct rule *rule, uint8_t protocol)
{
    return (rule->ip_protocols[protocol / 8] >> (protocol % 8) & 1) != 0;
}

#endif
