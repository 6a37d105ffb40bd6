/* transaction.h - what one message of an application protocol gives rules to look at.
 *
 * Who reads a protocol hands each message over as a list of buffers, each with the bytes that
 * Suricata's sticky buffer of that name has. A kind may occur several times (the questions of a DNS
 * message, the topics of a SUBSCRIBE): a rule's buffer holds if one of them does. A kind that the
 * message does not have is left out; an empty one is there with no bytes. The bytes are borrowed for
 * the call. */
#ifndef TATTLER_DETECT_MATCH_TRANSACTION_H
#define TATTLER_DETECT_MATCH_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "detect/rules/rule.h"

struct match_buffer {
    enum rule_buffer_kind kind;
    struct cursor bytes;
};

/* A request may come in two stages, so that rules need not wait for a body they do not ask for. */
enum match_stage {
    MATCH_WHOLE, /* the only stage: every rule can be judged */
    MATCH_HEAD,  /* all but the body: rules that ask for it have to wait for the next stage */
    MATCH_BODY,  /* the head again, now with the body: only rules that ask for it are new */
};

/* What the host tells of a message in alerts. Rules do not look at it: who reads the protocol chooses
 * what the bytes are, and what is not known has none. */
struct match_message {
    uint64_t number; /* of the message in its connection, from 0 on */
    struct cursor request, response;
};

struct match_transaction {
    enum rule_application application;
    bool to_server; /* the way of the message; the packet that completed it may go the other */
    enum match_stage stage;
    const struct match_buffer *buffers;
    size_t count;
    struct match_message message;
};

#endif
