/* names.h - the addresses one device has resolved, and by which names.
 *
 * Each answer keeps its addresses for its TTL plus a grace time, and each use for the grace time: a
 * program that resolves its cloud once, as it starts, may call it for years. An address remembers the name
 * last asked for and a few more that also led to it, so an SNI can be checked against all of them. Full
 * tables forget what was resolved or used longest ago and say so: until a forgotten entry would have run
 * out by itself, 'never resolved' cannot be told from 'forgotten'. A device makes room out of its
 * own; but one with fewer than NAMES_ALWAYS may always have one more, whatever the others hold.
 *
 * Not locked: a device's names are used under that device's lock. */
#ifndef TATTLER_TRACK_NAMES_H
#define TATTLER_TRACK_NAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"

#define NAMES_ALWAYS 8
#define NAME_SIZE 256 /* the longest host name as text with its NUL (RFC 1035 section 2.3.4) */

/* What one DNS response says, made by resolution_read() or by a host with its own DNS parser. */
#define RESOLUTION_ADDRESSES_MAX 64
#define RESOLUTION_ALIASES_MAX 16
struct resolution {
    char asked[NAME_SIZE]; /* the question's name in lower case, "" if there was none */
    size_t asked_len;
    uint8_t rcode;
    bool is_answer; /* a response, whatever it says */
    size_t address_count, alias_count;
    struct {
        struct address address;
        uint32_t ttl_s;
    } addresses[RESOLUTION_ADDRESSES_MAX];
    uint64_t aliases[RESOLUTION_ALIASES_MAX]; /* name_hash() of each CNAME or SVCB target */
    bool dropped; /* the answer held more than fits, or than could be read */
};

/* Limits and counters that all devices share; any thread. */
struct names_budget {
    size_t max_entries, max_per_device;
    uint64_t grace_us;
    atomic_size_t entries;  /* held now */
    atomic_ullong forgotten; /* live entries dropped because a cap was reached */
};

struct name_entry;

struct names {
    struct name_entry *by_address; /* uthash, in the order of the last answer */
    uint64_t blind_until_us;       /* some live entry was forgotten that would last until then */
};

enum names_verdict {
    NAMES_NEVER,    /* this device asked nobody for this address */
    NAMES_RESOLVED, /* it did */
    NAMES_UNSURE,   /* it may have: that answer was forgotten or never kept */
};

void names_clear(struct names *names, struct names_budget *budget);

/* Is the shared table more than three quarters full? Then names_trim(), called for each device from
 * time to time, takes what has run out from those that ask nothing any more. */
bool names_pressed(const struct names_budget *budget);
void names_trim(struct names *names, struct names_budget *budget, uint64_t now_us);

/* Case-insensitive, without a final dot. */
uint64_t name_hash(const char *name, size_t len);

/* Adds one answer given at 'now_us'. TATTLER_NO_MEMORY: some addresses could not be kept, which is
 * counted and remembered. */
enum tattler_status names_learn(struct names *names, struct names_budget *budget,
        const struct resolution *answer, uint64_t now_us);

/* Which name was asked for 'address', which is used at 'now_us', by an answer that came until
 * 'answered_by_us'? Several threads read packets a little out of order, so names may hold answers
 * that came after what is asked about. 'name' is written only for NAMES_RESOLVED. */
#define NAMES_ALL_READ UINT64_MAX /* for 'answered_by_us': whatever has been read */
enum names_verdict names_find(struct names *names, struct names_budget *budget,
        const struct address *address, uint64_t now_us, uint64_t answered_by_us,
        char name[NAME_SIZE]);

/* The address is still in use. */
void names_use(struct names *names, struct names_budget *budget, const struct address *address,
        uint64_t now_us);

/* Did one of the names that led to 'address' have this hash? NAMES_UNSURE where 'address' is not
 * known at all or has had more names than are kept. */
enum names_verdict names_match(const struct names *names, const struct address *address,
        uint64_t name_hash, uint64_t now_us);

#endif
