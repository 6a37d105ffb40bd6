/* messages.h - which rules can concern a transaction, by what its buffers contain. Made once, then
 * read only. */
#ifndef TATTLER_DETECT_MATCH_MESSAGES_H
#define TATTLER_DETECT_MATCH_MESSAGES_H

#include "base/status.h"
#include "detect/match/groups.h"
#include "detect/match/transaction.h"

struct messages {
    struct patterns *by_kind[BUFFER_KINDS];
    struct plan_list each; /* rules without anything to look for first */
    uint32_t kinds; /* that any rule looks at: 1 << enum rule_buffer_kind */
};

enum tattler_status messages_make(const struct plans *plans, struct pattern_scratch **scratch,
        struct messages *out);
void messages_clear(struct messages *messages);

#endif
