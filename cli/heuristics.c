#include "heuristics.h"

#include <stdio.h>
#include <string.h>

#include "command.h"

#define SUFFIX ".lua"

static void tell_line(void *user, const char *file, unsigned line, const char *text)
{
    complain_of_place(user, file, line, 1, text);
}

int load_heuristics(const struct settings *settings, const char *script,
        const struct heuristic_witness *witness, struct heuristics **out)
{
    const struct string_list *own = &settings->lua_files;
    const struct heuristics_source source = {
        .settings = settings,
        .paths = script != NULL ? &script : (const char *const *)own->items,
        .path_count = script != NULL ? 1 : own->count,
        .is_part = script != NULL,
        .problem = complain_of_place,
        .tell = tell_line,
        .witness = witness,
    };
    enum tattler_status status;

    *out = NULL;
    status = heuristics_load(&source, out);
    if (status == TATTLER_NO_MEMORY) {
        complain("out of memory");
    } else if (heuristics_settings_wrong(*out)) {
        heuristics_release(*out);
        *out = NULL;
        return EXIT_USAGE;
    }
    return status == TATTLER_OK ? EXIT_DONE : EXIT_INPUT;
}

static void ignore(void *user, const char *file, unsigned line, unsigned column, const char *what)
{
    (void)user;
    (void)file;
    (void)line;
    (void)column;
    (void)what;
}

struct heuristics *load_quietly(const struct settings *settings, const char *const *paths,
        size_t path_count)
{
    const struct heuristics_source source = { .settings = settings, .paths = paths,
        .path_count = path_count, .problem = ignore, .tell = tell_line };
    struct heuristics *heuristics = NULL;

    heuristics_load(&source, &heuristics);
    return heuristics;
}

bool is_lua(const char *path)
{
    size_t len = strlen(path);

    return len > strlen(SUFFIX) && strcmp(path + len - strlen(SUFFIX), SUFFIX) == 0;
}

static bool asks(const struct rule_test *test)
{
    return test->kind == TEST_IOT && test->iot.feature->type == FEATURE_SET;
}

bool asks_for_findings(const struct rule_set *set)
{
    for (size_t i = 0; i < rule_set_count(set); i++)
        for (uint32_t n = 0; n < rule_set_rule(set, i)->test_count; n++)
            if (asks(&rule_set_rule(set, i)->tests[n]))
                return true;
    return false;
}

static void tell_rule(const struct rule *rule, const char *text, rule_problem_fn problem, void *user)
{
    const struct rule_problem found = { RULE_WARNING, rule->file, rule->line, 1, text };

    problem(user, &found);
}

static void tell_absent(const struct rule *rule, const char *id, const char *near,
        rule_problem_fn problem, void *user)
{
    char text[256];

    snprintf(text, sizeof(text), "no heuristic '%s' is loaded, so this never matches%s%s%s", id,
            near != NULL ? ": did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    tell_rule(rule, text, problem, user);
}

/* Rules that ask for what is not loaded. The first is told, and the last how many there were. */
struct absent {
    const struct rule *last;
    unsigned count;
};

static void check_finding(const struct rule *rule, const char *id, const struct heuristics *heuristics,
        struct absent *absent, rule_problem_fn problem, void *user)
{
    const char *near = heuristics_nearest(heuristics, id);

    if (heuristics_find(heuristics, id) != NULL)
        return;
    if (near != NULL || absent->last == NULL)
        tell_absent(rule, id, near, problem, user);
    if (near == NULL && absent->last != rule) {
        absent->last = rule;
        absent->count++;
    }
}

static void tell_rest(const struct absent *absent, rule_problem_fn problem, void *user)
{
    char text[256];

    snprintf(text, sizeof(text), "the last of %u rules that never match for want of their heuristics: "
            "'lua-files' takes the place of the installed ones", absent->count);
    tell_rule(absent->last, text, problem, user);
}

void check_findings(const struct rule_set *set, const struct heuristics *heuristics,
        rule_problem_fn problem, void *user)
{
    struct absent absent = { NULL, 0 };

    for (size_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);

        for (uint32_t n = 0; n < rule->test_count; n++) {
            if (!asks(&rule->tests[n]))
                continue;
            if (heuristics_count(heuristics) == 0) {
                tell_rule(rule, "no heuristics are loaded, so no rule on findings matches", problem, user);
                return;
            }
            check_finding(rule, rule->tests[n].iot.finding.id, heuristics, &absent, problem, user);
        }
    }
    if (absent.count > 1)
        tell_rest(&absent, problem, user);
}
