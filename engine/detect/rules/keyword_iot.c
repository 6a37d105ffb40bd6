/* The keywords of the feature table. */
#include <stdlib.h>
#include <strings.h>

#include "base/nearest.h"
#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"

static bool refuse_feature(struct rule_draft *draft, const char *at, const char *name)
{
    const char **names = calloc(feature_count, sizeof(*names)), *near = NULL;

    for (size_t i = 0; names != NULL && i < feature_count; i++)
        names[i] = features[i].name;
    if (names != NULL)
        near = nearest_word(name, names, feature_count);
    free(names);
    return draft_refuse(draft, at, near != NULL ? "unknown keyword '%.64s': did you mean 'iot.%s'?"
                                                : "unknown keyword '%.64s': 'tattler features' "
                                                  "lists those that begin with 'iot.'", at, near);
}

static const struct feature *find(const char *name)
{
    for (size_t i = 0; i < feature_count; i++)
        if (strcasecmp(features[i].name, name) == 0)
            return &features[i];
    return NULL;
}

/* No feature: the answer is another one for each rule. */
bool read_unusual(struct rule_draft *draft, const struct keyword *keyword, const char *at, char *value)
{
    (void)keyword;
    (void)at;
    (void)value;
    draft->rule.unless_usual = true;
    return true;
}

bool read_iot(struct rule_draft *draft, const char *at, const char *name, char *value)
{
    const struct feature *feature = find(name);
    struct rule_test test = { .kind = TEST_IOT };
    char error[sizeof(draft->error)];

    if (feature == NULL)
        return refuse_feature(draft, at, name);
    draft->rule.iot_changed |= feature->changed;
    if (feature->type == FEATURE_STRING && value == NULL)
        return draft_choose_buffer(draft, at, BUFFER_FEATURE, feature);
    if (condition_parse(feature, value != NULL ? value : "", &test.iot, error, sizeof(error)) !=
            TATTLER_OK)
        return draft_refuse(draft, value != NULL ? value : at, "%s", error);
    return draft_add_test(draft, &test);
}
