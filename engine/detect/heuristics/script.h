/* script.h - between the engine, which knows no Lua, and the module that runs it.
 *
 * The module is a library of its own (tattler-lua.so) since Suricata exports another Lua under the
 * same names; both sides see this header and nothing else of each other. A 'struct script' is one
 * Lua state with one file in it: what one file leaks, breaks or uses up is its own. One thread at a
 * time may use a script. */
#ifndef TATTLER_DETECT_HEURISTICS_SCRIPT_H
#define TATTLER_DETECT_HEURISTICS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/value.h"
#include "track/finding.h"

#define SCRIPT_VERSION 5 /* of this interface; the module and the engine must have the same */
#define SCRIPT_MODULE_SYMBOL "tattler_lua_module"

#define SCRIPT_HEURISTICS_MAX 16 /* of one file */
#define SCRIPT_PARAMS_MAX 16     /* of one heuristic */
#define SCRIPT_NEEDS_MAX 32      /* of one heuristic */

enum script_event {
    SCRIPT_FLOW_WINDOW,
    SCRIPT_FLOW_END,
    SCRIPT_DEVICE_WINDOW,
    SCRIPT_DEVICE_HOUR,
    SCRIPT_NAME,
    SCRIPT_DNS_ANSWER,
    SCRIPT_HEARTBEAT_CHANGE,
    SCRIPT_EVENTS
};

/* What a handler is given. */
enum script_object { SCRIPT_FLOW, SCRIPT_DEVICE, SCRIPT_ANSWER, SCRIPT_CHANGE, SCRIPT_OBJECTS };

/* The fields of an object, dotted where they are nested. A name that ends with ".*" stands for
 * whatever key the script writes there. */
struct script_catalog {
    const char *name; /* of the object */
    const char *const *fields;
    size_t count;
    bool may_have_findings;
};

/* The names of handlers, and the objects each is given, in this order and before the parameters. */
struct script_handler {
    const char *name;
    enum script_object objects[2];
    size_t object_count;
};
extern const struct script_handler script_handlers[SCRIPT_EVENTS]; /* a copy on both sides */

/* An event that a script is called for; the host's own struct begins with it. */
struct script_call {
    uint64_t now_us;
    uint64_t local_s; /* what local clocks show, in seconds since 1970 */
    uint32_t objects; /* bits of enum script_object: those there are */
    size_t heuristic; /* the host's number of the one called */
};

/* What scripts can do. 'call' is the one that the script was called with; texts are borrowed for the
 * call, both ways. Functions that return a text say what is wrong, or NULL. */
struct script_host {
    const struct script_catalog *catalogs; /* by enum script_object */
    /* False: unknown. */
    bool (*read)(struct script_call *call, enum script_object object, size_t field,
            struct value *out);
    /* Of a field ".*". */
    bool (*read_key)(struct script_call *call, enum script_object object, size_t field,
            const char *key, size_t len, struct value *out);
    const char *(*write_key)(struct script_call *call, enum script_object object, size_t field,
            const char *key, size_t len, const struct value *value);
    bool (*param)(struct script_call *call, size_t param, struct value *out);
    const char *(*finding)(struct script_call *call, enum script_object about, double score,
            const struct finding_reason reasons[], size_t count);
    void (*log)(struct script_call *call, const char *text, size_t len);
};

struct script_param {
    char *name, *unit, *doc; /* owned */
    char *bounds;            /* owned: findings tell at least so much as this reason, or as "score"; ""
                              * not said */
    struct value def;
    char *text;              /* owned: where 'def' points, if it is one */
    bool has_min, has_max;   /* of numbers */
    double min, max;
};

/* What a field must be for handlers to be called: known, and at least this number, or this very text
 * or flag. Of one handler, those of choice 0 stand first and all have to hold, and so do, if there
 * are other choices, all of any one. */
struct script_need {
    uint32_t events;           /* bits of enum script_event: the handlers */
    enum script_object object; /* the first that they are given */
    size_t field;
    unsigned choice;
    struct value value;
    char *text; /* owned: where 'value' points, if it is one */
};

struct script_heuristic {
    char id[FINDING_ID_SIZE];
    char *title; /* owned */
    uint8_t severity;
    unsigned line;
    uint32_t events; /* bits of enum script_event */
    struct script_param params[SCRIPT_PARAMS_MAX];
    size_t param_count;
    struct script_need needs[SCRIPT_NEEDS_MAX];
    size_t need_count;
};

struct script_limits {
    uint64_t instructions; /* of one call; work of library functions counts as well */
    uint64_t memory;       /* bytes of one script */
};

struct script_fault {
    char text[256]; /* what happened */
    unsigned line;  /* 0: not known */
    bool over;      /* it ran over its limits */
};

struct script;

struct script_module {
    int version; /* SCRIPT_VERSION */
    /* Runs the file's text, which declares heuristics. 'host' is borrowed for life. NULL: 'fault'
     * says why. */
    struct script *(*open)(const struct script_host *host, const struct script_limits *limits,
            const char *text, size_t len, struct script_fault *fault);
    void (*close)(struct script *script); /* accepts NULL */
    size_t (*count)(const struct script *script);
    const struct script_heuristic *(*heuristic)(const struct script *script, size_t index);
    /* Calls a heuristic's handler; false: 'fault' says what happened. The script can be called
     * again. */
    bool (*call)(struct script *script, size_t heuristic, enum script_event event,
            struct script_call *call, struct script_fault *fault);
};

const struct script_module *tattler_lua_module(void);

#endif
