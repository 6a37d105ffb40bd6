/* The handlers that a heuristic may have. */
#include "detect/heuristics/script.h"

const struct script_handler script_handlers[SCRIPT_EVENTS] = {
    [SCRIPT_FLOW_WINDOW] = { "on_flow_window", { SCRIPT_FLOW, SCRIPT_DEVICE }, 2 },
    [SCRIPT_FLOW_END] = { "on_flow_end", { SCRIPT_FLOW, SCRIPT_DEVICE }, 2 },
    [SCRIPT_DEVICE_WINDOW] = { "on_device_window", { SCRIPT_DEVICE }, 1 },
    [SCRIPT_DEVICE_HOUR] = { "on_device_hour", { SCRIPT_DEVICE }, 1 },
    [SCRIPT_NAME] = { "on_name", { SCRIPT_FLOW, SCRIPT_DEVICE }, 2 },
    [SCRIPT_DNS_ANSWER] = { "on_dns_answer", { SCRIPT_ANSWER, SCRIPT_DEVICE }, 2 },
    [SCRIPT_HEARTBEAT_CHANGE] = { "on_heartbeat_change", { SCRIPT_CHANGE, SCRIPT_DEVICE }, 2 },
};
