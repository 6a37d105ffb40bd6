/* 'dataset': is what the buffer holds among the values of a file? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "detect/rules/datasets.h"
#include "detect/rules/draft.h"
#include "detect/rules/keyword.h"
#include "detect/rules/number.h"

#define NAME_MAX_LEN 63
#define PATH_SIZE 4096

struct wish {
    enum rule_dataset_command command;
    bool commanded, named, stopped, below;
    char path[PATH_SIZE];
    struct dataset_wish set;
};

static const char *const commands[] = { "isset", "isnotset", "set", "unset" };

static bool read_command(struct rule_draft *draft, const char *text, struct wish *wish)
{
    wish->commanded = true;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(text, commands[i]) == 0) {
            wish->command = (enum rule_dataset_command)i;
            return true;
        }
    return draft_refuse(draft, text, "'dataset' begins with 'isset', 'isnotset', 'set' or 'unset'");
}

/* Suricata reads no further where something is wrong, and goes by what it has got. */
static bool stop(struct rule_draft *draft, const char *at, struct wish *wish, const char *what)
{
    draft_warn(draft, at, "%s; Suricata does not look at what stands from here on", what);
    wish->stopped = true;
    return true;
}

/* An IPv4 address counts as one of IPv6 in its mapped form for 'ip' and 'ipv6'. */
static bool read_type(struct rule_draft *draft, const char *text, struct wish *wish)
{
    if (strcmp(text, "ipv6") == 0)
        text = "ip";
    for (int type = 0; type < DATASET_TYPES; type++)
        if (strcmp(text, dataset_type_name((enum dataset_type)type)) == 0) {
            wish->set.type = (enum dataset_type)type;
            wish->set.typed = true;
            return true;
        }
    return stop(draft, text, wish, "the 'type' is 'string', 'ip', 'ipv4', 'md5' or 'sha256'");
}

/* A relative path starts at the folder of the rule's file, or else where the command runs. */
static bool read_load(struct rule_draft *draft, const char *text, struct wish *wish)
{
    const char *file = draft->rule.file, *slash = strrchr(file, '/');
    int folder = slash != NULL ? (int)(slash - file + 1) : 0;
    int len;

    if (*wish->set.load != '\0')
        return stop(draft, text, wish, "a second 'load'");
    len = snprintf(wish->path, sizeof(wish->path), "%.*s%s", *text == '/' ? 0 : folder, file,
            text);
    if (len < 0 || (size_t)len >= sizeof(wish->path))
        return draft_refuse(draft, text, "the path is too long");
    if (access(wish->path, F_OK) != 0)
        snprintf(wish->path, sizeof(wish->path), "%s", text);
    wish->set.load = wish->path;
    return true;
}

/* Of Suricata's own memory. A size that is none, or too large, says nothing and takes back one before. */
static bool read_size(struct rule_draft *draft, const char *part, const char *text, struct wish *wish)
{
    bool is_rows = strcmp(part, "hashsize") == 0;
    uint64_t size = 0;

    if (!number_size(text, &size) || (is_rows && size > UINT32_MAX)) {
        draft_warn(draft, text, "'%.64s' is no size, such as '100' or '10mb': it says nothing", text);
        size = 0;
    }
    *(is_rows ? &wish->set.hashsize : &wish->set.memcap) = size;
    return true;
}

static bool read_match(struct rule_draft *draft, const char *text, struct wish *wish)
{
    if (strcmp(text, "subdomain") != 0)
        return stop(draft, text, wish, "'match' is 'subdomain'");
    wish->below = true;
    return true;
}

/* What needs more than a list of values. */
static const char *const foreign[] = { "save", "state", "format", "value_key", "array_key",
    "context_key", "remove_key" };

static bool read_setting(struct rule_draft *draft, const char *part, const char *text,
        struct wish *wish)
{
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (strcmp(part, foreign[i]) == 0)
            return draft_unsupported(draft, part, "'%s' of 'dataset' needs Suricata", part);
    if (text == NULL)
        return stop(draft, part, wish, "here has to stand a word and a value");
    if (strcmp(part, "type") == 0)
        return read_type(draft, text, wish);
    if (strcmp(part, "load") == 0)
        return read_load(draft, text, wish);
    if (strcmp(part, "match") == 0)
        return read_match(draft, text, wish);
    if (strcmp(part, "memcap") == 0 || strcmp(part, "hashsize") == 0)
        return read_size(draft, part, text, wish);
    draft_warn(draft, part, "'%.64s' says nothing", part);
    return true;
}

/* 'text' is what stands behind the first blank; NULL: none. */
static bool read_part(struct rule_draft *draft, char *part, char *text, struct wish *wish)
{
    if (wish->commanded && wish->named)
        return read_setting(draft, part, text, wish);
    if (text != NULL && *text != '\0')
        return stop(draft, text, wish, "a comma is missing in front of this");
    if (!wish->commanded)
        return read_command(draft, part, wish);
    wish->named = true;
    wish->set.name = part;
    if (strchr(part, '\t') != NULL)
        return draft_refuse(draft, part, "the name of a dataset has no blanks");
    if (strlen(part) > NAME_MAX_LEN) {
        draft_warn(draft, part, "the name of a dataset is cut at %d characters", NAME_MAX_LEN);
        part[NAME_MAX_LEN] = '\0';
    }
    return true;
}

static bool read_parts(struct rule_draft *draft, char *value, struct wish *wish)
{
    char *rest = value, *part, *text;

    while (!wish->stopped && (part = draft_next_part(&rest, &text)) != NULL)
        if (*part != '\0' && !read_part(draft, part, text, wish))
            return false;
    return wish->commanded || read_command(draft, value, wish);
}

static bool may_match_below(const struct wish *wish)
{
    return (wish->command == DATASET_IS_SET || wish->command == DATASET_IS_NOT_SET) &&
           wish->set.typed && wish->set.type == DATASET_STRING;
}

bool read_dataset(struct rule_draft *draft, const struct keyword *keyword, const char *at,
        char *value)
{
    struct rule_step step = { .kind = STEP_DATASET };
    struct wish wish = { .set = { .name = "", .load = "" } };
    enum tattler_status status;
    char error[sizeof(draft->error)];

    (void)keyword;
    if (!draft->sticky)
        return draft_refuse(draft, at, "'dataset' needs a buffer in front of it, such as "
                "'dns.query'");
    if (!read_parts(draft, value, &wish))
        return false;
    if (wish.below && !may_match_below(&wish))
        return draft_refuse(draft, at, "'match subdomain' goes with 'isset' or 'isnotset', and with "
                "'type string'");
    step.dataset.command = wish.command;
    step.dataset.below = wish.below;
    step.dataset.dataset =
            datasets_get(draft->world->datasets, &wish.set, &status, error, sizeof(error));
    if (step.dataset.dataset == NULL)
        return status == TATTLER_UNSUPPORTED ? draft_unsupported(draft, value, "%s", error)
                                             : draft_refuse(draft, value, "%s", error);
    return draft_add_step(draft, at, draft_active_buffer(draft), &step);
}
