/* sandbox.h - what a process that inspects traffic may still do, should somebody take it over.
 *
 * Landlock (landlock(7)): write below given folders only, execute nothing; what it reads is left to
 * the user's permissions, for a new configuration may name files anywhere. seccomp(2): a list of
 * system calls that are needed; others fail with EPERM and are logged by the kernel (audit), which
 * unlike a kill loses no packets when a library of another version wants one more. */
#ifndef TATTLER_CLI_SANDBOX_H
#define TATTLER_CLI_SANDBOX_H

#include <stddef.h>

/* Without folders nothing can be written. Before threads are started. A kernel that cannot is told of, and
 * does without. */
void sandbox_enter(const char *const writable[], size_t count);

#endif
