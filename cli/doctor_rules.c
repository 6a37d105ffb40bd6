/* What 'tattler doctor' tells of rules, heuristics, profiles and baselines: they are loaded as hosts do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "enrich/profile.h"
#include "heuristics.h"
#include "rules.h"
#include "store.h"

#define ERROR_SIZE 512

static void tell_line(void *user, const char *file, unsigned line, const char *text)
{
    checklist_tell_place(user, file, line, 1, text);
}

static void tell_rule(void *user, const struct rule_problem *problem)
{
    if (problem->kind == RULE_ERROR)
        checklist_tell_place(user, problem->file, problem->line, problem->column, problem->text);
    else if (problem->kind == RULE_WARNING)
        checklist_tell(user, VERDICT_WARNING, NULL, "%s:%u:%u: %s", problem->file, problem->line,
                problem->column, problem->text);
}

static struct heuristics *check_heuristics(struct checklist *list, const struct settings *settings)
{
    const struct heuristics_source source = {
        .settings = settings,
        .paths = (const char *const *)settings->lua_files.items,
        .path_count = settings->lua_files.count,
        .problem = checklist_tell_place,
        .tell = tell_line,
        .user = list,
    };
    struct heuristics *heuristics = NULL;

    if (heuristics_load(&source, &heuristics) == TATTLER_OK)
        checklist_tell(list, VERDICT_OK, NULL, "heuristics: %zu", heuristics_count(heuristics));
    else if (heuristics == NULL)
        checklist_tell(list, VERDICT_PROBLEM, NULL, "heuristics: out of memory");
    return heuristics;
}

static void check_rules(struct checklist *list, const struct settings *settings, const char *config,
        const struct heuristics *heuristics)
{
    const char *const pack = rules_folder();
    const bool left_open = rules_are_left_open(settings);
    const struct rules_source source = {
        .yaml = config,
        .classification = settings->classification_file,
        .reference = settings->reference_file,
        .threshold = settings->threshold_file,
        .paths = left_open ? &pack : (const char *const *)settings->rule_files.items,
        .path_count = left_open ? 1 : settings->rule_files.count,
        .home = &settings->home_networks,
    };
    struct rules rules;

    if (source.path_count == 0)
        return; /* none are wanted */
    if (rules_load(&source, tell_rule, list, &rules) == TATTLER_NO_MEMORY) {
        checklist_tell(list, VERDICT_PROBLEM, NULL, "rules: out of memory");
        return;
    }
    check_findings(rules.set, heuristics, tell_rule, list);
    if (rule_set_count(rules.set) > 0)
        checklist_tell(list, VERDICT_OK, NULL, "rules: %zu", rule_set_count(rules.set));
    else
        checklist_tell(list, VERDICT_WARNING, "install Tattler's rules (make install), or name "
                "files under 'rule-files'", "rules: none, so nothing alerts");
    rules_clear(&rules);
}

static void check_profiles(struct checklist *list, const struct settings *settings)
{
    const unsigned problems = list->counts[VERDICT_PROBLEM];
    struct profile *profile;

    if (settings->profiles.count == 0)
        return;
    profile = profile_load((const char *const *)settings->profiles.items, settings->profiles.count,
            NULL, tell_line, list);
    if (list->counts[VERDICT_PROBLEM] == problems)
        checklist_tell(list, VERDICT_OK, NULL, "profiles: %zu", settings->profiles.count);
    profile_free(profile);
}

static void check_baseline(struct checklist *list, const struct settings *settings)
{
    const char *path = settings->baseline;
    char error[ERROR_SIZE];
    struct store *store;

    if (path == NULL)
        return;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        checklist_tell(list, VERDICT_NOTE, "nothing: 'tattler learn', 'live' or Suricata will make it",
                "baseline: %s is not there yet", path);
        return;
    }
    store = store_open(path, STORE_READ, settings->max_devices, error, sizeof(error));
    if (store != NULL)
        checklist_tell(list, VERDICT_OK, NULL, "baseline: %s", path);
    else
        checklist_tell(list, VERDICT_PROBLEM, "mend its permissions, or take the file away: it is "
                "learned anew", "baseline: %s", error);
    store_close(store);
}

void rules_check(struct checklist *list, const struct settings *settings, const char *config,
        bool stand_alone)
{
    struct heuristics *heuristics = check_heuristics(list, settings);

    if (stand_alone)
        check_rules(list, settings, config, heuristics);
    heuristics_release(heuristics);
    check_profiles(list, settings);
    check_baseline(list, settings);
}
