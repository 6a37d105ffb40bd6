/* settings.h - what a user may set, as one read-only value.
 *
 * Filled once at start-up from tattler.yaml, from the 'tattler:' section of suricata.yaml or from
 * both hosts' defaults; afterwards nobody writes to it, so any thread may read. The table in
 * settings_table.c names every key once: the YAML reader, Suricata's section and the documentation are
 * driven by it. */
#ifndef TATTLER_SETTINGS_H
#define TATTLER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"

/* Borrowed by nobody: each string is owned by the settings. */
struct string_list {
    char **items;
    size_t count;
};

struct prefix_list {
    struct prefix *items;
    size_t count;
};

/* A device the user named; matched by MAC if given, else by address. */
struct device_setting {
    bool has_mac, has_address;
    struct mac mac;
    struct address address;
    char *name; /* NULL: not set */
    char *type; /* NULL: not set */
};

struct number_list {
    uint32_t *items;
    size_t count;
};

/* Alerts that are not told (detect/suppress.h): those for which all that is set holds. */
struct suppress_setting {
    char *id, *reason, *author; /* NULL: not set */
    uint64_t until_us;          /* the first moment out of force, since 1970 UTC; 0: for ever */
    struct number_list sids;    /* one of them; empty: any */
    char *detects;              /* NULL: any, as all of the following */
    bool has_mac, has_device_network;
    struct mac mac;
    struct prefix device_network;
    char *device_name, *device_type;
    char *domain, *name; /* lower case, without a leading "*." */
    uint32_t asn;        /* 0: any */
    struct prefix_list networks; /* the remote is in one of these; empty: any */
    uint32_t hours;        /* bit h: from h:00 to h:59, local; 0: any */
};

/* A parameter of a heuristic: for all devices, for a type of them, or for one. Which heuristics and
 * parameters there are is known when they are loaded. */
#define PARAM_ALL_DEVICES SIZE_MAX
struct param_setting {
    char *heuristic, *name, *value;
    char *type;    /* NULL: any */
    size_t device; /* index into the devices, or PARAM_ALL_DEVICES */
    char *path;    /* where it stands; NULL: its host does not know */
    unsigned line, column;
};

/* Kinds of EVE records that the stand-alone host writes. */
enum eve_type {
    EVE_FLOW = 1 << 0,
    EVE_DNS = 1 << 1,
    EVE_TLS = 1 << 2,
    EVE_QUIC = 1 << 3,
    EVE_IOT = 1 << 4,
    EVE_STATS = 1 << 5,
    EVE_ALERT = 1 << 6,
};

/* Of 'tattler live' only. */
struct live_settings {
    char *interface, *filter; /* NULL: not set */
    char *user;               /* NULL: whoever started it */
    uint64_t snap_length, buffer_bytes, timeout_ms;
    bool promiscuous, immediate, sandbox;
    uint64_t stats_s, summary_s; /* how often statistics and devices are written */
};

/* The stream of Redis that EVE records go to, if an output says so. */
struct redis_settings {
    char *key, *username, *password; /* the last two NULL: not set */
    uint64_t max_records;            /* the stream is cut to about so many; 0: never */
};

struct settings {
    struct prefix_list home_networks; /* RFC 1918, fc00::/7, fe80::/10 and 169.254.0.0/16 */
    uint64_t warm_up_s;               /* watch a device this long before judging 'no_dns' */
    uint64_t dns_grace_s;             /* keep a resolved name this long behind its TTL */
    struct prefix_list network_resolvers; /* beside those that DHCP and routers offer */
    uint64_t learning_s;              /* a device's baseline takes so long */
    char *baseline;                   /* the store of baselines; NULL: none */
    struct string_list profiles;      /* of other households, see enrich/profile.h */
    char *timezone;                   /* an IANA name; NULL: the machine's */

    struct string_list geo;  /* MMDB files */
    struct string_list risk; /* CSV files, later ones override */
    struct string_list oui;  /* IEEE CSV files */
    struct string_list resolvers; /* files of encrypted resolvers, see enrich/resolvers.h */
    char *public_suffix_list;     /* NULL: the system's or the one built into libpsl */

    /* Of the stand-alone host only; Suricata has keys of its own for them. */
    struct string_list rule_files; /* and folders of such; 'items' NULL: not set, so the pack */
    char *classification_file, *reference_file, *threshold_file; /* NULL: none */

    struct string_list lua_files; /* and folders of such */
    char *lua_module;             /* what runs them */
    uint64_t lua_instructions;    /* that one call of a heuristic may take */
    uint64_t lua_memory_kb;       /* that one file's heuristics may use in each thread */
    struct param_setting *params;
    size_t param_count;

    struct device_setting *devices;
    size_t device_count;
    struct suppress_setting *suppress;
    size_t suppress_count;

    uint32_t eve_types; /* enum eve_type; stand-alone host only, Suricata has its 'outputs' */

    struct live_settings live;
    struct string_list eve_outputs; /* "regular:eve.json", "redis:127.0.0.1:6379"; for live */
    uint64_t eve_buffer_bytes;      /* held for each output that does not take them */
    struct redis_settings redis;

    uint64_t max_alerts; /* of one packet; stand-alone host only, as Suricata's own key */
    uint64_t max_flows; /* stand-alone host only: in Suricata flow.memcap rules */
    uint64_t max_devices;
    uint64_t max_names;            /* resolved addresses remembered, all devices together */
    uint64_t max_names_per_device;
    uint64_t max_remotes;          /* remotes kept in touch with, all devices together */
    uint64_t max_remotes_per_device;
    uint64_t max_memory; /* values that heuristics remember, all devices together */
};

/* Told of each problem: 'line' and 'column' count from 1, 0 where there is none (Suricata's own
 * configuration). 'what' says what is wrong and what to write instead. */
typedef void (*settings_problem_fn)(void *user, const char *file, unsigned line, unsigned column,
        const char *what);

/* The built-in values. Data files are the installed ones that exist on this machine, from the
 * folders TATTLER_DATADIR and TATTLER_STATEDIR of the build, or from those that the environment
 * names in TATTLER_DATA and TATTLER_STATE. TATTLER_NO_MEMORY leaves 'settings' empty but safe to
 * clear. */
enum tattler_status settings_default(struct settings *settings);
void settings_clear(struct settings *settings);

/* Reads a YAML file on top of what is there. If it has a section 'tattler', as suricata.yaml may,
 * that is read and the rest of the file ignored; the file that its key 'config' names is read before the
 * section's other keys, as the plugin does. Relative paths in it start at the file's folder.
 * Up to 50 problems are told; what is good is still taken. TATTLER_MALFORMED if there was any. */
enum tattler_status settings_read_yaml(struct settings *settings, const char *path,
        settings_problem_fn problem, void *user);
/* The same for 'len' bytes of text, as if they had been read from 'path'. */
enum tattler_status settings_read_yaml_text(struct settings *settings, const char *path,
        const char *text, size_t len, settings_problem_fn problem, void *user);

/* The way in for a host that has its own configuration reader. */
struct settings_entry {
    const char *key;    /* dotted: "limits.devices", "heuristics.exfil.night_mb" */
    const char *value;  /* NULL or "": none, which empties a list of files, unsets a text */
    const char *folder; /* where a relative path starts; NULL: as it stands */
    bool first;         /* a list: replaces what was there, otherwise the value is appended.
                         * Of a record, "devices.mac", "suppress.sid" …: starts the next one, and a
                         * list in it only grows. To be kept until a call has succeeded */
    const char *path;   /* where it stands, for what is judged later; NULL: unknown */
    unsigned line, column;
};

/* On failure 'error' holds the text for the user and nothing changed. */
enum tattler_status settings_set(struct settings *settings, const struct settings_entry *entry,
        char *error, size_t error_size);

/* Records are the items of a list of maps: "devices" and "suppress". What keeps the one at 'index'
 * from being of use once all its keys are set: a text for the user; NULL if nothing does. Behind the
 * last: what keeps one without keys. */
size_t settings_record_count(const struct settings *settings, const char *section);
const char *settings_record_problem(const struct settings *settings, const char *section,
        size_t index);
/* How one begins, for who has written something else: "- mac: …". */
const char *settings_record_example(const char *section);

/* Is 'key' (dotted) a section such as "limits" or "devices"? Is it a list? Both: of records. */
bool settings_is_section(const char *key);
bool settings_is_list(const char *key);

/* Are the keys below 'key' for heuristics to say? They are maps of maps with values. */
bool settings_is_free(const char *key);

/* Of the keys that take effect when a host begins the next whose values differ; NULL behind the last.
 * '*row' is zero at first. */
const char *settings_next_differing(const struct settings *one, const struct settings *other,
        size_t *row);

/* Walks the table for the reference page: false behind the last row. A 'default_text' is written
 * as it would be in YAML; "" where there is none. */
struct settings_key {
    const char *key, *kind, *default_text, *doc;
};
bool settings_describe(size_t index, struct settings_key *out);

#endif
