/* buffers.h - the table of buffers that patterns of rules can look at. */
#ifndef TATTLER_DETECT_RULES_BUFFERS_H
#define TATTLER_DETECT_RULES_BUFFERS_H

#include <stdbool.h>

#include "detect/rules/rule.h"

struct buffer_type {
    const char *name; /* of the sticky buffer */
    enum rule_application application;
    bool to_server, to_client; /* where it occurs */
    bool several;  /* a message may have more than one; each is asked on its own */
    bool packet;   /* goes with conditions on a single packet */
};

extern const struct buffer_type buffer_types[BUFFER_KINDS];

/* Of a message of an application, neither of the packet nor of its flow? */
static inline bool buffer_is_of_message(enum rule_buffer_kind kind)
{
    return kind > BUFFER_PAYLOAD && kind < BUFFER_FEATURE;
}

#define BUFFER_NAME_SIZE 64

/* "http.uri", "iot.name", "the payload". In 'room' if need be. */
const char *buffer_name(enum rule_buffer_kind kind, const struct feature *feature, char room[BUFFER_NAME_SIZE]);

#endif
