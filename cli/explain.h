/* explain.h - rules in words, for 'tattler explain' and the pages of doc/rules/. */
#ifndef TATTLER_CLI_EXPLAIN_H
#define TATTLER_CLI_EXPLAIN_H

#include "base/cursor.h"
#include "detect/features.h"
#include "detect/rules/kinds.h"
#include "detect/rules/rule_set.h"
#include "prose.h"

/* All there is to say of one rule. */
void explain_rule(struct prose *prose, const struct rule_set *set, const struct rule *rule);

/* A page for each word behind 'detects', WORD.md, and README.md, an index of them. False: a file
 * could not be written, which was told. */
bool explain_pages(const struct rule_set *set, const char *folder);

/* --- parts, each writes pieces --- */

/* What it is called, how urgent it is, and what its author noted above it. */
void explain_title(struct prose *prose, const struct rule *rule);
void explain_note(struct prose *prose, const struct rule *rule);
/* What a word behind 'detects' means. */
void explain_kind(struct prose *prose, const struct rule_kind *kind);
/* What the rule looks for, and what happens then. */
void explain_conditions(struct prose *prose, const struct rule_set *set, const struct rule *rule);
/* Where to read more. */
void explain_references(struct prose *prose, const struct rule *rule);
/* Lines to paste, all of them or only those that change a number of the rule. */
void explain_tuning(struct prose *prose, const struct rule_set *set, const struct rule *rule);
void explain_numbers(struct prose *prose, const struct rule *rule);

/* --- phrases, without what stands around them --- */

void say_header(FILE *to, const struct rule *rule);
void say_ip_protocol(FILE *to, uint8_t protocol);
/* '"text"', or numbers where few of the bytes can be read; only the first of many. */
void say_bytes(FILE *to, const uint8_t *bytes, size_t len);
void say_buffer(FILE *to, const struct rule_buffer *buffer);
void say_test(FILE *to, const struct rule_set *set, const struct rule_test *test);
void say_tcp_flag_names(FILE *to, uint8_t flags);
void say_effect(FILE *to, const struct rule_set *set, const struct rule_effect *effect);
void say_limit(FILE *to, const struct rule_limit *limit);
void say_number(FILE *to, const struct number_condition *number);
/* " (Registrable domain of the name.)": the first sentence of what is written of it. */
void say_meaning(FILE *to, const struct feature *feature);
/* "1013000, 1013002 and 3 more": who sets this bit, or who asks for it. */
void say_bit_users(FILE *to, const struct rule_set *set, bool is_xbit, uint32_t bit, bool setters);

/* Of the rule's metadata, the one at 'index' of those with this key; NULL: there are no more. */
const char *rule_metadata_value(const struct rule *rule, const char *key, unsigned index);
bool rule_detects(const struct rule *rule, const char *word);
/* What MITRE calls "T1071"; NULL: not in our list. */
const char *technique_name(const char *id);

/* The words of a rule's header: action, protocol, source, ports, direction, destination, ports. */
enum header_word { HEADER_ACTION, HEADER_PROTOCOL, HEADER_SOURCE, HEADER_SOURCE_PORTS,
    HEADER_DIRECTION, HEADER_DESTINATION, HEADER_DESTINATION_PORTS, HEADER_WORDS };

struct header_words {
    struct cursor word[HEADER_WORDS];
};

struct header_words header_split(const struct rule *rule);
bool header_is(struct cursor word, const char *text);

#endif
