/* keyword.h - the one table of the keywords that rules may use here.
 *
 * A row is a keyword's name, how its value is written, what reads it, and its documentation, for
 * 'tattler check' and doc/rules-language.md. The keywords 'iot.<name>' come from the feature table
 * instead. Names of keywords that only Suricata has are known, too, so that a rule that uses one
 * can be told from one with a typing error. */
#ifndef TATTLER_DETECT_RULES_KEYWORD_H
#define TATTLER_DETECT_RULES_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>

struct rule_draft;

/* How the value is written. Without a flag: it is needed, and takes no quotes. */
enum keyword_form {
    FORM_PLAIN = 0,
    FORM_NONE = 1 << 0,     /* takes none */
    FORM_OPTIONAL = 1 << 1, /* may be left out; then it is NULL */
    FORM_QUOTED = 1 << 2,   /* has to stand in quotes */
    FORM_MAY_QUOTE = 1 << 3,
    FORM_NEGATABLE = 1 << 4, /* a '!' in front is taken off: rule_draft.value_negated */
};

struct keyword {
    const char *name, *alias; /* the alias may be NULL */
    unsigned form;            /* of enum keyword_form */
    /* 'value' is NUL-terminated, without blanks around it and quotes; NULL if there is none. It may
     * be changed. 'at' is where the keyword stands. */
    bool (*read)(struct rule_draft *draft, const struct keyword *keyword, const char *at,
            char *value);
    int argument; /* which of several keywords with one reader */
    const char *example, *doc;
};

extern const struct keyword keywords[];
extern const size_t keyword_count;

/* Upper and lower case do not count. NULL: not in the table. */
const struct keyword *keyword_find(const char *name);

/* Is this a keyword of Suricata 8 that is not supported here? */
bool keyword_is_foreign(const char *name);
extern const char *const foreign_keywords[]; /* sorted */
extern const size_t foreign_keyword_count;

/* The keyword, of any kind, that may have been meant; NULL: none is near. */
const char *keyword_nearest(const char *name);

/* --- readers, one file for each theme --- */

#define KEYWORD_READER(name)                                                                       \
    bool name(struct rule_draft *draft, const struct keyword *keyword, const char *at, char *value)

/* keyword_about.c */
KEYWORD_READER(read_msg);
KEYWORD_READER(read_sid);
KEYWORD_READER(read_rev);
KEYWORD_READER(read_gid);
KEYWORD_READER(read_priority);
KEYWORD_READER(read_classtype);
KEYWORD_READER(read_reference);
KEYWORD_READER(read_metadata);
KEYWORD_READER(read_target);
KEYWORD_READER(read_alert);
/* keyword_content.c */
KEYWORD_READER(read_content);
KEYWORD_READER(read_nocase);
KEYWORD_READER(read_rawbytes);
KEYWORD_READER(read_fast_pattern);
/* keyword_position.c */
KEYWORD_READER(read_offset);
KEYWORD_READER(read_depth);
KEYWORD_READER(read_distance);
KEYWORD_READER(read_within);
KEYWORD_READER(read_startswith);
KEYWORD_READER(read_endswith);
/* keyword_pcre.c */
KEYWORD_READER(read_pcre);
/* keyword_bytes.c */
KEYWORD_READER(read_byte_test);
KEYWORD_READER(read_byte_jump);
KEYWORD_READER(read_isdataat);
/* keyword_buffer.c */
KEYWORD_READER(read_buffer);
KEYWORD_READER(read_transform);
KEYWORD_READER(read_buffer_modifier);
KEYWORD_READER(read_pkt_data);
KEYWORD_READER(read_bsize);
/* keyword_packet.c */
KEYWORD_READER(read_dsize);
KEYWORD_READER(read_packet_number);
KEYWORD_READER(read_tcp_flags);
KEYWORD_READER(read_ip_proto);
/* keyword_flow.c */
KEYWORD_READER(read_flow);
KEYWORD_READER(read_flow_age);
KEYWORD_READER(read_flow_count);
/* keyword_bits.c */
KEYWORD_READER(read_flowbits);
KEYWORD_READER(read_xbits);
/* keyword_limit.c */
KEYWORD_READER(read_threshold);
KEYWORD_READER(read_detection_filter);
/* keyword_dataset.c */
KEYWORD_READER(read_dataset);
/* keyword_iot.c */
KEYWORD_READER(read_unusual);
/* 'name' without "iot." */
bool read_iot(struct rule_draft *draft, const char *at, const char *name, char *value);

#endif
