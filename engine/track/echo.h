/* echo.h - do pings carry data: do answers not bring back what was sent, as they must (RFC 792, RFC 4443
 * section 4.2), or is it ever something else that is sent?
 *
 * Those of a tunnel (ptunnel, Hans, icmptunnel, icmpsh) bring what the other end has to say. Only how a
 * message begins counts: some servers cut what they send back. An answer in place of many, always the
 * same, says nothing either. A capture may lack a ping now and then, and a watchdog pings for months: so
 * answers that bring back what was sent make up for some that do not. Tunnels have them as well, where
 * the other end's system answers beside the tunnel.
 *
 * Programs that ping fill their messages with the same pattern each time, or with one byte, behind a time and a number
 * in the first bytes. Some fill them with what comes by chance, and those are short unless told otherwise: who sends
 * long ones that differ each time has something to say, whether or not the other end brings it back.
 *
 * One for each flow of pings, not locked. All zeros is new. */
#ifndef TATTLER_TRACK_ECHO_H
#define TATTLER_TRACK_ECHO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

#define ECHO_HEAD 16 /* bytes compared; shorter messages are left alone */
#define ECHO_SENT 16 /* pings that may be on their way at once */
#define ECHO_FAITHFUL 32 /* answers that make up for one */
#define ECHO_LONG 128 /* bytes; programs send 32 to 64 unless told otherwise */
#define ECHO_PART_AT 96 /* where bytes are compared with those of the message before: behind times and numbers, */
#define ECHO_PART 16    /* in front of a checksum at the end, and the same for a pattern whatever the message's size */
#define ECHO_NEW 16     /* long ones in a row that differ there carry data */

struct echo {
    uint32_t sent[ECHO_SENT]; /* hashes of how they begin */
    uint32_t strange;         /* of the last answer that brought back something else */
    uint32_t part;            /* hash of what the last long one had there */
    uint8_t next, stranger, faithful;
    uint8_t news; /* long ones in a row that differed from the one before */
};

/* True: by now ECHO_NEW long ones in a row differed. */
bool echo_note_sent(struct echo *echo, struct cursor data);
/* True: by now ECHO_STRANGE different answers, that nothing made up for, were none of what was sent. */
#define ECHO_STRANGE 8
bool echo_note_answer(struct echo *echo, struct cursor data);

#endif
