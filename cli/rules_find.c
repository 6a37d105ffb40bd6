/* Rules as a person names them: by folder or file, or by number. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "rules.h"

bool rules_choose(struct rules_source *source, const struct settings *settings, bool needs_pack)
{
    static const char *pack;

    if (source->path_count == 0) {
        source->paths = (const char *const *)settings->rule_files.items;
        source->path_count = settings->rule_files.count;
    }
    if (source->path_count > 0 || !needs_pack)
        return true;
    pack = rules_folder();
    source->paths = &pack;
    if (access(pack, R_OK) == 0)
        source->path_count = 1;
    else
        complain("no rules: %s: %s: name some, as in '-S FOLDER'", pack, strerror(errno));
    return source->path_count > 0;
}

bool rules_are_left_open(const struct settings *settings)
{
    return settings->rule_files.items == NULL;
}

bool rules_is_number(const char *word)
{
    return word[0] != '\0' && word[strspn(word, "0123456789:")] == '\0';
}

static uint32_t apart(uint32_t one, uint32_t other)
{
    return one > other ? one - other : other - one;
}

static void tell_unknown(const struct rule_set *set, uint32_t sid)
{
    const struct rule *nearest = NULL;

    for (size_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);

        if (nearest == NULL || apart(rule->sid, sid) < apart(nearest->sid, sid))
            nearest = rule;
    }
    if (nearest != NULL)
        complain("no rule has the sid %u: the nearest is %u, \"%s\"", sid, nearest->sid,
                nearest->msg != NULL ? nearest->msg : "");
}

const struct rule *rules_find(const struct rule_set *set, const char *word)
{
    const char *colon = strchr(word, ':');
    uint64_t gid = 1, sid;
    const struct rule *rule;

    if ((colon != NULL && !number_unsigned(word, 10, false, UINT32_MAX, &gid)) ||
            !number_unsigned(colon != NULL ? colon + 1 : word, 10, true, UINT32_MAX, &sid)) {
        complain("'%s' is no sid: write a number, as in 1000010 or 1:1000010", word);
        return NULL;
    }
    rule = rule_set_find(set, (uint32_t)gid, (uint32_t)sid);
    if (rule == NULL)
        tell_unknown(set, (uint32_t)sid);
    return rule;
}
