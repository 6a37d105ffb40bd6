/* tune.h - what the parts of 'tattler tune' share: alerts of an EVE history by group, and for each
 * group the narrowest change that would silence it.
 *
 * A group is what one device does towards one remote (its domain, else its network) that rules call by
 * one word ('detects', else the rule's number). One thread. */
#ifndef TATTLER_CLI_TUNE_H
#define TATTLER_CLI_TUNE_H

#include "base/hash.h"
#include "detect/heuristics/heuristics.h"
#include "detect/rules/rule_set.h"
#include "detect/suppress.h"
#include "eve_read.h"

#define TUNE_GROUPS_MAX 16384 /* 6 KiB each */
#define TUNE_DEVICES_MAX 4096
#define TUNE_ENDS_MAX 262144
#define TUNE_ALERTS_MAX 4000000 /* 20 bytes each */
#define TUNE_FOUND_MAX 1000000 /* reasons of heuristics in them, 24 bytes each */
#define TUNE_SIDS_MAX 256       /* of a group, as of an entry of 'suppress' */
#define TUNE_ADDRESSES_MAX 16   /* that a proposal names */

/* --- tune_numbers.c: what features are like, from a sample of the records --- */

#define SAMPLE_SIZE 16

struct sample {
    uint64_t seen;
    float values[SAMPLE_SIZE]; /* of all seen, each with the same chance */
};

struct numbers {
    struct sample *samples; /* by feature; NULL: none yet */
};

struct spread {
    double low, middle, high;
};

/* Takes the numbers of the record's 'iot'. */
void numbers_take(struct numbers *numbers, const struct eve_event *event);
/* False: the feature was never told. */
bool numbers_spread(const struct numbers *numbers, size_t feature, struct spread *out);
void numbers_clear(struct numbers *numbers);

/* --- tune_history.c --- */

struct tune_device {
    char key[EVE_DEVICE_KEY_SIZE];
    bool has_mac;
    struct mac mac;
    struct address address; /* the last one */
    bool one_address;       /* it had no other */
    char name[64], type[64];
    uint32_t newest; /* of its alerts, 1 + index; 0: none */
    struct numbers usual; /* of its flows */
    UT_hash_handle hh;
};

/* The two ends of alerts: a device's address may be another's tomorrow. */
struct tune_ends_key {
    struct address device, remote;
    uint32_t asn;
    char name[256]; /* filled up with zeros, as are all that are hashed */
};

struct tune_ends {
    struct tune_ends_key key;
    uint32_t index;
    UT_hash_handle hh;
};

/* What a proposal is evaluated on. */
struct tune_alert {
    uint32_t sid, ends, group;
    uint32_t older; /* of the same device, 1 + index */
    uint32_t time_s;
};

/* A reason that an alert's finding gives, and that a parameter bounds. */
struct tune_found {
    uint32_t alert, param;
    const struct heuristic *heuristic;
    double value;
};

struct tune_group_key {
    char detects[128]; /* or "sid 5" */
    char device[EVE_DEVICE_KEY_SIZE];
    char remote[256]; /* "example.org", "AS64500", or what sort of address it is */
};

struct tune_group {
    struct tune_group_key key;
    uint32_t index;
    struct tune_device *device; /* NULL: not known */
    uint64_t count, first_us, last_us;
    uint32_t priority; /* the most urgent */
    uint32_t gid, sids[TUNE_SIDS_MAX];
    size_t sid_count;
    bool too_many_sids;
    char message[256]; /* of the last alert */
    char domain[256];  /* "": none */
    char name[256];    /* of a remote without a domain; "": none */
    uint32_t asn;      /* 0: none */
    char as_org[128];
    struct address remotes[TUNE_ADDRESSES_MAX]; /* the first ones */
    size_t remote_count;
    bool too_many_remotes;
    struct numbers numbers;
    UT_hash_handle hh;
};

/* How often an entry of the configuration has silenced something, as statistics in EVE tell. */
struct tune_hits {
    uint64_t total, last;
};

struct tune_history {
    const struct settings *settings;
    const struct zone *zone;
    struct suppressions *suppressions;
    const struct rule_set *rules;        /* borrowed, as is the next; NULL: not known */
    const struct heuristics *heuristics;
    const char *wanted_device; /* NULL: all */
    uint64_t since_us;

    struct tune_group *groups, *by_index[TUNE_GROUPS_MAX];
    struct tune_group *ranked[TUNE_GROUPS_MAX]; /* most alerts first, after history_rank() */
    struct tune_device *devices;
    struct tune_ends *ends, **ends_list;
    size_t ends_room;
    struct tune_alert *alerts;
    size_t alert_count, alert_room;
    struct tune_found *found;
    size_t found_count, found_room;
    struct tune_hits *hits; /* by entry */
    uint64_t alerts_read;
    uint64_t covered;  /* by entries of the configuration */
    uint64_t left_out; /* a table was full */
};

/* False: out of memory. 'settings' and 'zone' are borrowed. */
bool history_open(struct tune_history *history, const struct settings *settings,
        const struct zone *zone);
void history_clear(struct tune_history *history);
/* For eve_read(): 'user' is the history. */
bool history_take(void *user, struct eve_event *event);
size_t history_rank(struct tune_history *history); /* how many groups there are */

/* Has one of its alerts this sid? */
bool tune_has_sid(const struct tune_group *group, uint32_t sid);
/* Is it to one address alone? */
bool tune_has_one_remote(const struct tune_group *group);

/* --- tune_propose.c --- */

struct tune_options {
    const char *reason, *author;
    unsigned days;
};

struct proposal {
    struct suppress_setting entry; /* its texts and sids point into the group and here */
    char id[48], reason[256], author[64], expires[16];
    struct prefix networks[TUNE_ADDRESSES_MAX];
    uint64_t silenced, others; /* alerts of the history; of other groups among them */
    size_t other_groups;
    const struct tune_group *widest; /* of the other groups, the one with most alerts */
};

/* False: nothing names it narrowly enough (its device, or its rule, is not known). */
bool propose(const struct tune_history *history, struct tune_group *group,
        const struct tune_options *options, uint64_t now_us, struct proposal *out);

/* "author: reason" on one line, as a comment ends with it. */
#define TUNE_COMMENT_SIZE 324
void tune_comment(const struct proposal *proposal, char out[TUNE_COMMENT_SIZE]);

/* Lines for threshold.config: by the device's address or the remote's, whichever silences less else;
 * counted in 'proposal'. NULL: out of memory, or it has no address. */
char *proposal_threshold(const struct tune_history *history, const struct tune_group *group,
        struct proposal *proposal);

/* --- tune_yaml.c --- */

/* The entry in YAML: each line is begun by 'indent' blanks, the first one's last two being "- ", and
 * ended by 'newline'. Freed by the caller; NULL: out of memory. */
char *proposal_yaml(const struct proposal *proposal, size_t indent, const char *newline);

/* --- tune_limit.c --- */

/* Told at most once in so many seconds, by each rule of the group for each two ends, whoever they are:
 * threshold.config knows no devices. */
struct tune_limit {
    uint32_t seconds;
    uint64_t left;                /* alerts of the group */
    uint64_t others, others_left; /* alerts of other groups by the same rules, and what is left */
};

/* False: the group does not repeat so often that a limit helps, or its rules have limits of their
 * own, which hold instead, or they are not among 'rules' (which may be NULL). */
bool tune_limit(const struct tune_history *history, const struct tune_group *group,
        const struct rule_set *rules, struct tune_limit *out);
/* Its lines; freed by the caller. NULL: out of memory. */
char *tune_limit_lines(const struct tune_group *group, const struct tune_limit *limit);

/* --- tune_param.c --- */

/* Set for the group's device, it would have kept the heuristic from the group's findings. */
struct tune_param {
    const struct heuristic *heuristic;
    size_t param;     /* the first of those that bound the same reason */
    uint32_t changed; /* a bit for each that is to be set */
    double value;
    uint64_t silenced, others; /* alerts of the group; of other groups of the device */
};

/* What the finding of an alert tells. */
void tune_param_take(struct tune_history *history, struct eve_event *event, uint32_t alert);
/* False: no alert of the group comes from a heuristic that says what bounds it. */
bool tune_param(const struct tune_history *history, const struct tune_group *group,
        struct tune_param *out);

struct tune_param_item {
    const struct tune_param *param;
    const struct tune_group *group;
    const struct proposal *proposal; /* author and reason */
};
/* An item of 'devices', as proposal_yaml() writes one of 'suppress'. */
char *tune_param_yaml(const struct tune_param_item *item, size_t indent, const char *newline);

/* --- tune_print.c, tune_json.c --- */

void tune_print_param(const struct tune_group *group, const struct tune_param *param,
        const char *lines);
void tune_json_param(json_t *object, const struct tune_param *param, const char *lines);

void tune_print_limit(const struct tune_group *group, const struct tune_limit *limit,
        const char *lines);
void tune_json_limit(json_t *object, const struct tune_limit *limit, const char *lines);

void tune_print_group(const struct tune_history *history, const struct tune_group *group,
        size_t number, const struct rule_set *rules);
void tune_print_proposal(const struct tune_group *group, const struct proposal *proposal,
        const char *lines);
/* The features that the group's rules ask for; without rules, those that alerts have and flows of the
 * device mostly do not. At most 'room'. */
size_t tune_features(const struct tune_group *group, const struct rule_set *rules, size_t *out,
        size_t room);
json_t *tune_json_group(const struct tune_history *history, const struct tune_group *group,
        size_t number, const struct rule_set *rules);
void tune_json_proposal(json_t *object, const struct proposal *proposal, const char *lines);
void tune_time_text(uint64_t time_us, char out[32]);

#endif
