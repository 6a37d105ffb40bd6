/* resolution.h - boils one DNS message down to what names.h remembers.
 *
 * Addresses of the answer section, and the hints of HTTPS and SVCB records, count for the name
 * that was asked, whatever CNAME chain led to them (the owners and targets on the way become
 * aliases). Any thread; no allocation. */
#ifndef TATTLER_TRACK_RESOLUTION_H
#define TATTLER_TRACK_RESOLUTION_H

#include "base/cursor.h"
#include "base/status.h"
#include "track/names.h"
#include "track/question.h"

/* TRUNCATED, MALFORMED: no DNS header. A message that breaks off later gives what was read, and is
 * 'dropped' where answers may be missing: a capture that cuts packets must not look like silence.
 * 'question' becomes what question_read() makes of an answer, so that each is read once; where that is
 * none, it is not 'answered' and the rest of it not written. */
enum tattler_status resolution_read(struct cursor payload, struct resolution *out,
        struct question *question);

/* For hosts with a DNS parser of their own: fill a resolution piece by piece, from zero. */
void resolution_ask(struct resolution *resolution, const char *name, size_t len);
void resolution_add_address(struct resolution *resolution, const struct address *address,
        uint32_t ttl_s);
void resolution_add_alias(struct resolution *resolution, const char *name, size_t len);

#endif
