/* heuristics.h - the heuristics that a command works with. */
#ifndef TATTLER_CLI_HEURISTICS_H
#define TATTLER_CLI_HEURISTICS_H

#include "detect/heuristics/heuristics.h"
#include "detect/rules/rule_set.h"

/* Those of the file 'script', or, if that is NULL, of the settings. 'witness' may be NULL. What they log
 * later goes to standard error. An exit status: EXIT_INPUT where some are left out or, with '*out' NULL,
 * for want of memory; EXIT_USAGE, with '*out' NULL, where the settings set a parameter wrongly; all of which
 * is told. */
int load_heuristics(const struct settings *settings, const char *script,
        const struct heuristic_witness *witness, struct heuristics **out);

/* Does the name say that it is a file of heuristics? */
bool is_lua(const char *path);

/* The same without a word of what is wrong with them. */
struct heuristics *load_quietly(const struct settings *settings, const char *const *paths,
        size_t path_count);

/* Does a rule ask for a finding at all? */
bool asks_for_findings(const struct rule_set *set);
/* Rules that ask for findings which no heuristic makes: 'problem' is told, as a warning, of those that may be
 * misspelled, and of the first and the last of the others. */
void check_findings(const struct rule_set *set, const struct heuristics *heuristics,
        rule_problem_fn problem, void *user);

#endif
