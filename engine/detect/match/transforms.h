/* transforms.h - what transforms make of a buffer's bytes. */
#ifndef TATTLER_DETECT_MATCH_TRANSFORMS_H
#define TATTLER_DETECT_MATCH_TRANSFORMS_H

#include "base/cursor.h"
#include "detect/rules/rule.h"

#define TRANSFORMED_SIZE 32 /* the longest digest */

/* Each takes what the one before made; the result is in 'room', or what it was for no transforms. As in
 * Suricata no bytes stay none. */
struct cursor transforms_apply(const struct rule_transforms *transforms, struct cursor bytes,
        uint8_t room[TRANSFORMED_SIZE]);

#endif
