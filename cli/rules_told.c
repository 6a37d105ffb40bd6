#include "rules_told.h"

#include <unistd.h>

#include "command.h"

#define PROBLEMS_TOLD 20

struct telling {
    struct rules_told *told;
    unsigned problems;
};

static void tell_rule(void *user, const struct rule_problem *problem)
{
    struct telling *telling = user;

    telling->told->refused += problem->kind == RULE_ERROR;
    telling->told->unsupported += problem->kind == RULE_UNSUPPORTED;
    if (++telling->problems > PROBLEMS_TOLD)
        return;
    if (problem->line > 0)
        complain("%s:%u:%u: %s", problem->file, problem->line, problem->column, problem->text);
    else
        complain("%s: %s", problem->file, problem->text);
}

bool rules_load_told(const struct rule_options *options, const struct settings *settings,
        const struct heuristics *heuristics, struct rules *out, struct rules_told *told)
{
    struct rules_source source = {
        .yaml = options->config,
        .classification = settings->classification_file,
        .reference = settings->reference_file,
        .threshold = settings->threshold_file,
        .paths = options->paths,
        .path_count = options->path_count,
        .home = &settings->home_networks,
    };
    struct telling telling = { .told = told };

    *out = (struct rules){ 0 };
    *told = (struct rules_told){ 0 };
    rules_choose(&source, settings, rules_are_left_open(settings));
    if (source.path_count == 0)
        return true;
    if (rules_load(&source, tell_rule, &telling, out) == TATTLER_NO_MEMORY) {
        complain("out of memory");
        return false;
    }
    if (heuristics != NULL)
        check_findings(out->set, heuristics, tell_rule, &telling);
    if (telling.problems > PROBLEMS_TOLD)
        complain("and %u more problems with rules: 'tattler check' tells all of them",
                telling.problems - PROBLEMS_TOLD);
    return true;
}

bool rules_load_known(const struct rule_options *options, const struct settings *settings,
        struct rules *out)
{
    struct rule_options known = *options;
    struct rules_told told;

    if (known.path_count == 0 && settings->rule_files.count == 0 &&
            access(rules_folder(), R_OK) == 0)
        known.paths[known.path_count++] = rules_folder();
    return rules_load_told(&known, settings, NULL, out, &told);
}
