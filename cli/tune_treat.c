/* One group of 'tattler tune': what could be done about it, and whether. */
#include "tune_session.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "tune_apply.h"

const char *tune_target(const struct tune_arguments *arguments)
{
    return arguments->threshold != NULL ? arguments->threshold : arguments->rules.config;
}

/* All that could be done about it, and what is to be done. */
struct choice {
    struct proposal proposal;
    struct tune_limit limit;
    struct tune_param param;
    bool proposed, limited, bounded; /* which of them there are */
    char *lines; /* owned; NULL: nothing is proposed */
};

static char *param_lines(const struct tune_group *group, const struct choice *choice)
{
    return tune_param_yaml(&(struct tune_param_item){ &choice->param, group, &choice->proposal }, 2,
            "\n");
}

static char *lines_of(const struct tune *tune, const struct tune_group *group,
        struct choice *choice)
{
    if (tune->arguments.limit)
        return choice->limited ? tune_limit_lines(group, &choice->limit) : NULL;
    if (tune->arguments.parameter)
        return choice->bounded ? param_lines(group, choice) : NULL;
    if (!choice->proposed)
        return NULL;
    return tune->arguments.threshold != NULL
            ? proposal_threshold(&tune->history, group, &choice->proposal)
            : proposal_yaml(&choice->proposal, 2, "\n");
}

static void choose(const struct tune *tune, struct tune_group *group, struct choice *out)
{
    out->proposed = propose(&tune->history, group, &tune->arguments.options, tune->now_us,
            &out->proposal);
    out->limited = tune_limit(&tune->history, group, tune->rules.set, &out->limit);
    out->bounded = out->proposed && tune_param(&tune->history, group, &out->param);
    out->lines = lines_of(tune, group, out);
}

/* The ids that are taken have changed with the file. */
static bool reload(struct tune *tune)
{
    settings_clear(&tune->settings);
    return load_settings(&tune->settings, tune->arguments.rules.config);
}

static bool write_change(struct tune *tune, const struct tune_group *group,
        const struct choice *choice)
{
    const struct tune_arguments *arguments = &tune->arguments;

    if (arguments->threshold != NULL)
        return tune_apply_threshold(arguments->threshold, choice->lines);
    if (!arguments->parameter)
        return tune_apply_yaml(arguments->rules.config, &tune->settings, &choice->proposal) &&
               reload(tune);
    return tune_apply_param(arguments->rules.config, &tune->settings,
                   &(struct tune_param_item){ &choice->param, group, &choice->proposal }) &&
           reload(tune);
}

static void apply(struct tune *tune, const struct tune_group *group, const struct choice *choice)
{
    const struct tune_arguments *arguments = &tune->arguments;
    bool entry = !arguments->limit && !arguments->parameter;
    const char *id = entry ? choice->proposal.id : arguments->limit ? "a limit" : "a parameter";
    bool good = write_change(tune, group, choice);

    tune->stuck |= !good;
    if (good && arguments->json)
        json_array_append_new(tune->applied, json_string(id));
    else if (good)
        printf("     written to %s as %s; 'tattler tune %s %s --undo' takes it back\n",
                tune_target(arguments), id, arguments->threshold != NULL ? "--threshold-file" : "-c",
                tune_target(arguments));
}

static bool is_chosen(const char *list, size_t number)
{
    char *end;

    for (; list != NULL && *list != '\0'; list = *end == ',' ? end + 1 : end)
        if (strtoul(list, &end, 10) == number)
            return true;
        else if (*end != ',' && *end != '\0')
            return false;
    return false;
}

/* 'y' or 'n'; 'q': to the end without more questions. */
static char ask(const struct tune_group *group)
{
    char line[64];

    for (;;) {
        printf("     Apply it? [y]es, [n]o, [?] more, [q]uit: ");
        fflush(stdout);
        if (fgets(line, sizeof(line), stdin) == NULL || line[0] == 'q')
            return 'q';
        if (line[0] == 'y' || line[0] == 'n' || line[0] == 's')
            return line[0] == 'y' ? 'y' : 'n';
        printf("     'tattler explain %u' says what the rule looks for and what else can be done.\n"
               "     The entry ends by itself, and 'tune --undo' takes it back. 'n' leaves\n"
               "     things as they are.\n", group->sids[0]);
    }
}

/* What else could be done. */
static void show_others(const struct tune_group *group, const struct choice *choice, json_t *object)
{
    char *limit = choice->limited ? tune_limit_lines(group, &choice->limit) : NULL;
    char *param = choice->bounded ? param_lines(group, choice) : NULL;

    if (limit != NULL && object != NULL)
        tune_json_limit(object, &choice->limit, limit);
    else if (limit != NULL)
        tune_print_limit(group, &choice->limit, limit);
    if (param != NULL && object != NULL)
        tune_json_param(object, &choice->param, param);
    else if (param != NULL)
        tune_print_param(group, &choice->param, param);
    free(limit);
    free(param);
}

static const char *why_nothing(const struct tune_arguments *arguments)
{
    return arguments->limit ? "it does not repeat, or its rules have limits of their own"
           : arguments->parameter ? "it does not come from a heuristic whose parameter bounds it"
                                  : "its device or its address is not known, or it varies";
}

static void show(struct tune *tune, const struct tune_group *group, size_t number,
        const struct choice *choice)
{
    const struct tune_arguments *arguments = &tune->arguments;
    bool entry = choice->lines != NULL && !arguments->limit && !arguments->parameter;
    json_t *object = NULL;

    if (arguments->json) {
        object = tune_json_group(&tune->history, group, number, tune->rules.set);
        if (entry)
            tune_json_proposal(object, &choice->proposal, choice->lines);
        json_array_append_new(tune->groups, object);
    } else {
        tune_print_group(&tune->history, group, number, tune->rules.set);
        if (entry)
            tune_print_proposal(group, &choice->proposal, choice->lines);
        else if (choice->lines == NULL)
            printf("     nothing proposed: %s\n", why_nothing(arguments));
    }
    show_others(group, choice, object);
}

bool tune_treat(struct tune *tune, struct tune_group *group, size_t number)
{
    bool chosen = is_chosen(tune->arguments.apply, number);
    struct choice choice;
    char answer = 'n';

    choose(tune, group, &choice);
    if (chosen || number <= tune->arguments.top)
        show(tune, group, number, &choice);
    if (tune->interactive && choice.lines != NULL)
        answer = ask(group);
    if ((chosen || answer == 'y') && choice.lines != NULL)
        apply(tune, group, &choice);
    tune->stuck |= chosen && choice.lines == NULL;
    free(choice.lines);
    return answer != 'q';
}
