/* messages.h - which rules can concern a transaction, by what its buffers contain, or a feature, by
 * its text. Made once, then read only. */
#ifndef TATTLER_DETECT_MATCH_MESSAGES_H
#define TATTLER_DETECT_MATCH_MESSAGES_H

#include "base/status.h"
#include "detect/match/groups.h"
#include "detect/match/transaction.h"

/* Rules that look for something in a feature, whatever the flow. */
struct text_search {
    const struct feature *feature;
    struct patterns *patterns;
};

struct messages {
    struct patterns *by_kind[BUFFER_KINDS];
    struct text_search *texts;
    uint32_t text_count, text_changes; /* of enum flow_change: one of the texts */
    struct plan_list each; /* rules without anything to look for first */
    bool wants_stream; /* a rule looks at the stream, too */
    uint32_t kinds; /* that any rule looks at: 1 << enum rule_buffer_kind */
};

enum tattler_status messages_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct messages *out);
void messages_clear(struct messages *messages);

#endif
