#include "rules_told.h"

#include <unistd.h>

#include "command.h"

#define LINES_TOLD 20

int rule_options_add(const char *command, struct rule_options *options, const char *path)
{
    if (options->path_count == RULE_PATHS_MAX)
        return usage_error(command, "more than %d options -S: give a folder", RULE_PATHS_MAX);
    options->paths[options->path_count++] = path;
    return EXIT_DONE;
}

struct rules_source rules_source_of(const struct rule_options *options, const struct settings *settings)
{
    return (struct rules_source){
        .yaml = options->config,
        .classification = settings->classification_file,
        .reference = settings->reference_file,
        .threshold = settings->threshold_file,
        .paths = options->paths,
        .path_count = options->path_count,
        .home = &settings->home_networks,
    };
}

void rules_tell(void *told, const struct rule_problem *problem)
{
    struct rules_told *so_far = told;

    if (problem->kind == RULE_WARNING && !so_far->warns)
        return;
    so_far->refused += problem->kind == RULE_ERROR;
    so_far->unsupported += problem->kind == RULE_UNSUPPORTED;
    if (++so_far->lines <= LINES_TOLD)
        complain_of_place(NULL, problem->file, problem->line, problem->column, problem->text);
}

bool rules_tell_rest(const struct rules_told *told)
{
    if (told->lines > LINES_TOLD)
        complain("and %u more problems with rules: 'tattler check' tells all of them",
                told->lines - LINES_TOLD);
    return told->refused + told->unsupported == 0;
}

bool rules_load_told(const struct rule_options *options, const struct settings *settings,
        const struct heuristics *heuristics, struct rules *out, struct rules_told *told)
{
    struct rules_source source = rules_source_of(options, settings);

    *out = (struct rules){ 0 };
    *told = (struct rules_told){ .warns = true };
    rules_choose(&source, settings, rules_are_left_open(settings));
    if (source.path_count == 0)
        return true;
    if (rules_load(&source, rules_tell, told, out) == TATTLER_NO_MEMORY) {
        complain("out of memory");
        return false;
    }
    if (heuristics != NULL)
        check_findings(out->set, heuristics, rules_tell, told);
    rules_tell_rest(told);
    return true;
}

bool rules_load_known(const struct rule_options *options, const struct settings *settings,
        struct rules *out, struct rules_told *told)
{
    struct rule_options known = *options;

    if (known.path_count == 0 && settings->rule_files.count == 0 &&
            access(rules_folder(), R_OK) == 0)
        known.paths[known.path_count++] = rules_folder();
    return rules_load_told(&known, settings, NULL, out, told);
}
