/* export_uses.h - what collecting and choosing share. */
#ifndef TATTLER_CLI_EXPORT_USES_H
#define TATTLER_CLI_EXPORT_USES_H

#include "base/hash.h"
#include "export.h"

/* What is kept at most; facts beyond are counted as refused. */
#define EXPORT_DEVICES_MAX 4096
#define EXPORT_NAMES_MAX 200000
#define EXPORT_USES_MAX 500000

struct export_name {
    char text[EXPORT_NAME_SIZE];
    const struct export_device *listed; /* whose entry in the list has it; NULL: none (yet) */
    bool spared; /* others would lose it */
    bool ntp;    /* clocks are set by it */
    UT_hash_handle hh;
};

struct export_device_entry {
    struct export_device device;
    UT_hash_handle hh;
};

struct export_use_key {
    const struct export_device *device;
    struct export_name *name; /* NULL: none */
    struct address remote;
};

struct export_use {
    struct export_use_key key;
    uint32_t asn;
    uint32_t records; /* without alerts: connections and the like */
    uint32_t alerts;  /* that the wish is about */
    bool alerted;     /* by any rule */
    bool ntp, resolver;
    unsigned priority;
    char detects[EXPORT_TEXT_SIZE];
    uint16_t port;    /* 0: various */
    uint8_t protocol; /* 0: various */
    UT_hash_handle hh;
};

struct export_uses {
    const struct export_wish *wish;
    struct export_device_entry *devices;
    struct export_name *names;
    struct export_use *uses;
    size_t asking; /* devices that ask some resolver */
    struct export_counts counts;
};

bool export_device_is(const struct export_device *device, const char *word);

/* The uses of one address, those of a device beside each other. */
struct export_group {
    struct export_use *const *uses;
    size_t count;
};

/* Why no list to block, of a format with these traits, may hold this remote; NULL: nothing speaks
 * against it. 'name' is what the device calls it; NULL: nothing. */
const char *export_protection(const struct export_uses *uses, unsigned traits,
        const struct export_group *group, const struct export_use *use,
        const struct export_name *name);
/* Who serves many names from one address there; NULL: nobody known for it. */
const char *export_shared_network(uint32_t asn);

/* Sorts, and merges what is the same for a format with these traits. */
void export_list_sort(struct export_list *list, unsigned traits);

#endif
