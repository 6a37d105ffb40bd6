/* heuristics.h - the heuristics that a command works with. */
#ifndef TATTLER_CLI_HEURISTICS_H
#define TATTLER_CLI_HEURISTICS_H

#include "detect/heuristics/heuristics.h"

/* Those that 'paths' name, or where there are none those of the settings. '*had_problems' is set where
 * some are left out, each of which is told. What they log later goes to standard error. NULL: out of
 * memory, which was told. */
struct heuristics *load_heuristics(const struct settings *settings, const char *const *paths,
        size_t path_count, bool *had_problems);

#endif
