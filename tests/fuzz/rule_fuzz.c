#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "detect/rules/findings.h"
#include "detect/rules/rule_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_problem(void *user, const struct rule_problem *problem)
{
    const size_t *size = user;

    if (*problem->text == '\0' || problem->line == 0 || problem->line > *size + 1 ||
            problem->column == 0 || problem->column > RULE_TEXT_MAX + 1)
        abort();
}

static void check_finding(void *user, const struct rule *rule, const char *text)
{
    (void)user;
    if (rule == NULL || *text == '\0')
        abort();
}

static void check_rule(const struct rule_set *set, const struct rule *rule)
{
    if (rule->sid == 0 || rule_set_find(set, rule->gid, rule->sid) != rule ||
            rule->source == NULL || rule->destination_ports == NULL ||
            (!rule->to_server && !rule->to_client))
        abort();
    for (uint32_t i = 0; i < rule->buffer_count; i++)
        if (rule->buffers[i].step_count == 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rule_vars vars = { { NULL } };
    struct rule_set *set = NULL;

    if (vars_default(&vars, "[192.168.0.0/16,10.0.0.0/8,fd00::/8]") == TATTLER_OK &&
            rule_set_new(&vars, check_problem, &size, &set) == TATTLER_OK) {
        rule_set_load_text(set, "a.rules", (const char *)data, size);
        for (size_t i = 0; i < rule_set_count(set); i++)
            check_rule(set, rule_set_rule(set, i));
        findings_tell(set, check_finding, NULL);
    }
    rule_set_free(set);
    vars_clear(&vars);
    return 0;
}
