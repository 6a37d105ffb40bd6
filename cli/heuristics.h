/* heuristics.h - the heuristics that a command works with. */
#ifndef TATTLER_CLI_HEURISTICS_H
#define TATTLER_CLI_HEURISTICS_H

#include "detect/heuristics/heuristics.h"
#include "detect/rules/rule_set.h"

/* Those that 'paths' name, or where there are none those of the settings. '*had_problems' is set where
 * some are left out, each of which is told. 'witness' may be NULL. What they log later goes to standard
 * error. NULL: out of memory, which was told. */
struct heuristics *load_heuristics(const struct settings *settings, const char *const *paths,
        size_t path_count, const struct heuristic_witness *witness, bool *had_problems);

/* Does the name say that it is a file of heuristics? */
bool is_lua(const char *path);

/* The same without a word of what is wrong with them. */
struct heuristics *load_quietly(const struct settings *settings, const char *const *paths,
        size_t path_count);

/* Does a rule ask for a finding at all? */
bool asks_for_findings(const struct rule_set *set);
/* Rules that ask for findings which no heuristic makes: 'problem' is told, as a warning. */
void check_findings(const struct rule_set *set, const struct heuristics *heuristics,
        rule_problem_fn problem, void *user);

#endif
