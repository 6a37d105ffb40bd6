/* learn_inputs.h - which of the files given to 'tattler learn' are to be learned: those that the store
 * does not know yet. */
#ifndef TATTLER_CLI_LEARN_INPUTS_H
#define TATTLER_CLI_LEARN_INPUTS_H

#include "store.h"

struct learn_inputs {
    const char **paths; /* owned */
    size_t path_count;
    struct store_capture *known; /* owned: those that will be known again */
    size_t known_count;
};

struct learn_choice {
    /* Given, and borrowed. */
    const char *const *paths;
    size_t count;
    bool again; /* also what was learned before */
    /* Chosen. */
    struct learn_inputs captures, records;
};

/* Reads every file to tell whether it is known, until stop_is_wanted(); of those that are and therefore left
 * out the user is told. False: out of memory. */
bool learn_inputs_choose(struct learn_choice *choice, struct store *store);
void learn_inputs_free(struct learn_choice *choice); /* safe on zeros */

#endif
