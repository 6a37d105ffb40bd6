/* domain.h - the registrable domain of a host name, by the public suffix list.
 *
 * "a.b.example.co.uk" belongs to "example.co.uk": one label more than the longest public suffix
 * (https://publicsuffix.org/list/), private suffixes such as "github.io" included.
 *
 * domain_open() and domain_close() belong to set-up; domain_registrable() only reads, in any
 * thread, allocates nothing and takes some microseconds: domain_tail() remembers. */
#ifndef TATTLER_ENRICH_DOMAIN_H
#define TATTLER_ENRICH_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define DOMAIN_NAME_SIZE 256 /* the longest name as text, 253 (RFC 1035), and then some; NUL */

struct domain_list;

/* 'path' is a list as text or DAFSA; NULL takes the newest of the system's and the one built into
 * libpsl. On failure 'error' says why. The caller owns '*out'. */
enum tattler_status domain_open(const char *path, struct domain_list **out, char *error,
                                size_t error_size);
void domain_close(struct domain_list *list); /* accepts NULL */

/* Writes the registrable domain of the 'len' bytes at 'name' to 'out', in lower case, without a
 * final dot and NUL-terminated, and returns its length. Returns 0, with 'out' empty, where there
 * is none: an IP literal, a single label, a public suffix itself, a name that is not globally
 * registered (.local, .arpa, .internal …), bytes that are no host name. */
size_t domain_registrable(const struct domain_list *list, const char *name, size_t len,
                          char out[DOMAIN_NAME_SIZE]);

/* Does a provider give the domain to a customer ("home.dyndns.example"): is it right below a suffix of
 * the list's private part? */
bool domain_is_customer(const struct domain_list *list, const char *domain);

/* What was asked for lately: the same few names come again and again. All zeros is new; one for each
 * thread. */
#define DOMAIN_MEMORY_SLOTS 1024
struct domain_memory {
    struct {
        uint64_t name_hash; /* 0: free */
        uint8_t tail;
    } slots[DOMAIN_MEMORY_SLOTS];
};

/* How many bytes at the end of 'name', which is in lower case, are its registrable domain. 0: there
 * is none, as above, or the name ends in a dot. */
size_t domain_tail(const struct domain_list *list, struct domain_memory *memory, const char *name,
                   size_t len);

#endif
