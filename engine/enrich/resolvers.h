/* resolvers.h - which remote ends are public encrypted DNS resolvers.
 *
 * A device that asks one of them resolves names nobody else can see, so what it connects to later
 * may well have been resolved. Lists are text files, one host name or address a line, '#' starts a
 * comment; a name also stands for the names below it. Ports and ALPN tell DoT and DoQ apart without
 * any list; DoH looks like any other HTTPS and needs one.
 *
 * resolvers_load() and resolvers_free() belong to set-up; look-ups only read, in any thread. */
#ifndef TATTLER_ENRICH_RESOLVERS_H
#define TATTLER_ENRICH_RESOLVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/status.h"
#include "enrich/problem.h"

struct resolvers;

/* Bad lines and unreadable files are told and left out. Fails only with TATTLER_NO_MEMORY.
 * The caller owns '*out'. */
enum tattler_status resolvers_load(const char *const paths[], size_t n,
        problem_fn problem, void *user, struct resolvers **out);
void resolvers_free(struct resolvers *resolvers); /* accepts NULL */

/* 'name' in any case, without a final dot, 'len' bytes. */
bool resolvers_has_name(const struct resolvers *resolvers, const char *name, size_t len);
bool resolvers_has_address(const struct resolvers *resolvers, const struct address *address);
size_t resolvers_count(const struct resolvers *resolvers);

#endif
