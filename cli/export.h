/* export.h - block and allow lists for 'tattler export': which device talked to what, what of it a
 * list may name without cutting anything else off, and how each tool wants it written.
 *
 *   facts of EVE records -> export_uses -> export_choose() -> struct export_list -> a format
 *
 * One thread; set-up and end of a command, never while packets are inspected. */
#ifndef TATTLER_CLI_EXPORT_H
#define TATTLER_CLI_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/address.h"
#include "enrich/domain.h"
#include "settings.h"

#define EXPORT_NAME_SIZE 254 /* 253 bytes as text (RFC 1035 section 2.3.4) and a NUL */
#define EXPORT_TEXT_SIZE 64

/* --- what was seen --- */

/* What one record says of a device and a remote. All texts are borrowed for the call, may hold
 * anything and are NULL where unknown. */
struct export_fact {
    const char *mac, *device_name; /* a device without MAC is known by its address */
    struct address device, remote;
    const char *name;   /* of the remote */
    uint32_t asn;       /* 0: unknown */
    uint8_t protocol;   /* IP protocol number */
    uint16_t port;      /* the remote's; 0: none */
    const char *service; /* of the feature table */
    unsigned priority;  /* of an alert; 0: this is no alert */
    const char *detects; /* the alert's */
};

#define EXPORT_DEVICE_ADDRESSES 16

struct export_device {
    char key[EXPORT_TEXT_SIZE];  /* the MAC, else the address */
    char name[EXPORT_TEXT_SIZE]; /* "" unknown; printable ASCII without quotes or backslashes */
    bool has_mac;
    struct mac mac;
    struct address addresses[EXPORT_DEVICE_ADDRESSES];
    size_t address_count;
    bool asks, asks_several; /* a resolver, or more than one */
    struct address asked;    /* the first of them */
};

/* Which alerts, and which devices' connections, a list is about. Borrowed for the life of the uses. */
struct export_wish {
    bool allow;        /* what devices use without alerts, instead of what alerts are about */
    bool force;        /* also what would be left out for what it may break */
    unsigned priority; /* alerts up to this one block */
    const char *const *devices; /* keys or names, any case; only these; count 0: all */
    size_t device_count;
    const char *const *detects; /* count 0: all */
    size_t detects_count;
    const struct prefix_list *home; /* whose hosts no list names, beside all that is not public */
    const struct prefix *resolvers; /* the network's own, beside those that most devices ask */
    size_t resolver_count;
    const struct domain_list *domains; /* tells names that are nobody's own; NULL: none is told */
};

struct export_uses;

struct export_uses *export_uses_new(const struct export_wish *wish); /* NULL: out of memory */
void export_uses_free(struct export_uses *uses);                     /* accepts NULL */
/* Takes a fact in. */
void export_uses_add(struct export_uses *uses, const struct export_fact *fact);

/* Did any fact tell of this device (key or name)? 'near' is the nearest key or name, NULL: none. */
bool export_uses_device(const struct export_uses *uses, const char *word, const char **near);

struct export_counts {
    uint64_t alerts;    /* that the wish is about */
    uint64_t local;     /* of these, about remotes that are no Internet hosts: no list holds them */
    uint64_t bad_names; /* facts with a name that no host can have: taken as nameless */
    uint64_t nameless;  /* facts whose name was one too many: taken as nameless */
    uint64_t refused;   /* facts too many (or no memory): they are missing */
};
struct export_counts export_uses_count(const struct export_uses *uses);

/* --- reading --- */

/* What helps to tell what a list had better not name; without it something may be listed that should
 * not be, which is told. */
struct export_knowledge {
    struct geo *geo;             /* NULL: no file knows any address */
    struct domain_list *domains; /* NULL: none */
};

void export_knowledge_open(const struct settings *settings, struct export_knowledge *out);
void export_knowledge_close(struct export_knowledge *knowledge);

struct eve_counts;

/* As eve_read() does. */
enum tattler_status export_read(const char *const *sources, size_t count,
        const struct settings *settings, const struct export_knowledge *knowledge,
        struct export_uses *uses, struct eve_counts *counts);

/* --- what a list holds --- */

/* What the tool that reads the list can tell apart. */
enum export_trait {
    EXPORT_BY_NAME = 1 << 0,
    EXPORT_BY_ADDRESS = 1 << 1,
    EXPORT_BY_DEVICE = 1 << 2, /* else the list holds for the whole network */
    EXPORT_CAN_ALLOW = 1 << 3,
    EXPORT_ONLY_ALLOW = 1 << 4,
};

struct export_entry {
    const struct export_device *device; /* for whom; of a format for the whole network, the first */
    const char *name;       /* NULL: by address */
    const struct address *address; /* NULL: by name */
    uint8_t protocol; /* 0: various */
    uint16_t port;    /* 0: various */
    uint32_t alerts;
    unsigned priority;    /* the most urgent; 0: none */
    const char *detects;  /* "" unknown */
};

/* Something that was left out (or, forced, was not) and why, for people; and what may break. */
struct export_note {
    char *text;
    bool breaks; /* it is in the list and others use it, else it is not in the list */
};

struct export_list {
    bool allow;
    struct export_entry *entries; /* by device, then name or address; texts are the uses' */
    size_t entry_count;
    struct export_note *notes; /* owned */
    size_t note_count, notes_dropped;
    const char *mud_url; /* of a MUD profile; set by the caller */
};

/* What the wish asks for of what was seen, for a format with these traits (enum export_trait). What
 * tells the time, the network's resolvers and a device's only one, addresses that others use as well
 * and names such as co.uk, which a device can put into its packets at will, are left out unless
 * forced. False: out of memory. The caller clears the list before the uses are freed. */
bool export_choose(const struct export_uses *uses, unsigned traits, struct export_list *out);
void export_list_clear(struct export_list *list);

/* --- how it is written --- */

struct export_format {
    const char *name;
    unsigned traits;     /* enum export_trait */
    const char *comment; /* what a line of comment begins with; NUL: it has none */
    void (*write)(FILE *to, const struct export_list *list);
    const char *doc;  /* what it is */
    const char *load; /* how it is put to use: lines of the file's head; FILE stands for its name */
    const char *load_allowed; /* the same for what is allowed; NULL: no other way */
};

extern const struct export_format export_formats[];
extern const size_t export_format_count;

/* The device for people, "name (key)": safe in any comment. */
#define EXPORT_LABEL_SIZE (2 * EXPORT_TEXT_SIZE + 4)
void export_device_label(const struct export_device *device, char out[EXPORT_LABEL_SIZE]);
/* Why the entry is there: "beacon, 3 alerts: bulb (c4:29:96:4f:2a:10)". */
#define EXPORT_REASON_SIZE (EXPORT_LABEL_SIZE + EXPORT_TEXT_SIZE + 48)
void export_reason(const struct export_entry *entry, char out[EXPORT_REASON_SIZE]);
/* As people write it: short IPv6. */
void export_address(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

void export_write_nftables(FILE *to, const struct export_list *list);
void export_write_ipset(FILE *to, const struct export_list *list);
void export_write_iptables(FILE *to, const struct export_list *list);
void export_write_ip6tables(FILE *to, const struct export_list *list);
void export_write_suricata(FILE *to, const struct export_list *list);
void export_write_mud(FILE *to, const struct export_list *list);

#endif
