/* features.h - the one table of all features.
 *
 * A row is a feature's name, type, unit, documentation and getter, and which change of a flow makes
 * rules on it worth looking at. The table alone drives the keyword 'iot.<name>' in both hosts, the
 * field in EVE and Lua, 'tattler features' and doc/features.md. Adding a feature is a row here,
 * its getter in feature_get.c and what computes it.
 *
 * The table is const; getters only read the flow and take no lock. */
#ifndef TATTLER_DETECT_FEATURES_H
#define TATTLER_DETECT_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "track/flow.h"

enum feature_type {
    FEATURE_STRING,  /* sticky buffer */
    FEATURE_NUMBER,  /* unsigned integer */
    FEATURE_REAL,    /* with a fraction; EVE writes three decimals */
    FEATURE_BOOLEAN, /* 'true' or 'false' */
    FEATURE_NAMES,   /* one of a fixed list of names */
    FEATURE_SET,     /* findings of heuristics */
};

/* How a string is written: rules that ask for other letters never match. */
enum feature_letters { LETTERS_ANY, LETTERS_LOWER, LETTERS_CAPITAL };

/* Whose property it is. */
enum feature_scope { SCOPE_FLOW, SCOPE_REMOTE, SCOPE_DEVICE };

struct feature_value {
    union {
        struct {
            const char *text; /* borrowed from the flow until its next packet; not NUL-terminated */
            size_t len;
        };
        uint64_t number; /* also booleans (0, 1) and the index of a name */
        const struct findings *findings; /* borrowed as texts are */
        double real;
    };
};

#define FEATURE_KEY_SIZE 24

struct feature {
    const char *name; /* dotted: a nested object in EVE */
    /* Its last part as EVE writes it, with quotes and colon, in room for any: copied whole. */
    char key[FEATURE_KEY_SIZE];
    uint8_t key_len;
    const char *section; /* the part before the dot; NULL: there is none */
    enum feature_type type;
    enum feature_scope scope;
    uint32_t changed; /* enum flow_change */
    const char *unit; /* "" where there is none */
    /* For checking rules. Of numbers: the largest that can be, 0: any; of strings: enum feature_letters. */
    uint64_t max;
    /* FEATURE_NAMES: the spelling of value 'index', NULL behind the last. */
    const char *(*value_name)(size_t index);
    /* False: unknown. Then no rule on it matches and EVE leaves it out. */
    bool (*get)(const struct flow *flow, struct feature_value *out);
    const char *doc;
    const char *example; /* a rule option */
};

extern const struct feature features[];
extern const size_t feature_count;

/* By name without "iot."; NULL: none. */
const struct feature *feature_find(const char *name);

const char *feature_type_name(enum feature_type type);
const char *feature_scope_name(enum feature_scope scope);

#endif
