/* classes.h - classification.config and reference.config. Set-up only. */
#ifndef TATTLER_DETECT_RULES_CLASSES_H
#define TATTLER_DETECT_RULES_CLASSES_H

#include <stddef.h>

#include "base/status.h"
#include "detect/rules/arena.h"
#include "detect/rules/rule.h"

#define CLASS_DEFAULT_PRIORITY 3
#define CLASS_NAME_MAX 63
#define REFERENCE_NAME_MAX 63
#define REFERENCE_TEXT_MAX 1023

struct classes_entry;

/* All zero: none. Names are kept in lower case. */
struct classes {
    struct classes_entry *classes, *references;
};

/* NULL: not known. Upper and lower case do not count. */
const struct rule_class *classes_find(const struct classes *classes, const char *name);
/* The text in front of references of a system; NULL: not known. */
const char *classes_prefix(const struct classes *classes, const char *system);

/* One line without its end. NULL, or what is wrong with it. The first line of a name counts. */
const char *classes_read_class(struct classes *classes, struct arena *arena, const char *line);
const char *classes_read_reference(struct classes *classes, struct arena *arena,
        const char *line);
void classes_clear(struct classes *classes);

#endif
