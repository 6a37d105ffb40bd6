/* application.h - which application a TCP connection carries, told from the first bytes of a side
 * as Suricata tells it: rules and EVE name what it names.
 *
 * Any thread; no allocation, no state. */
#ifndef TATTLER_CLI_APPLICATION_H
#define TATTLER_CLI_APPLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "detect/rules/rule.h"

#define APPLICATION_PORT_MQTT 1883
#define APPLICATION_BYTES 17 /* so many decide: "BASELINE-CONTROL " */

struct application {
    enum rule_application id; /* ANY: none that rules know */
    const char *name; /* as EVE spells it */
};

/* 'first': what a side sent first; APPLICATION_BYTES are enough. 'mqtt_port': MQTT, which begins
 * with nothing of its own, may be told as well. NULL: none of those told here, as yet. */
const struct application *application_find(struct cursor first, bool to_server, bool mqtt_port);

#endif
