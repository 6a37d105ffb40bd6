/* privileges.h - who 'tattler live' is once the interface is open, and 'tattler serve' once it
 * listens; the other commands have no rights but their caller's. Before threads are started. */
#ifndef TATTLER_CLI_PRIVILEGES_H
#define TATTLER_CLI_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

struct identity {
    uid_t user;
    gid_t group;
    char name[64];
    bool is_other; /* than who runs this: root started it */
};

/* The user 'wanted', or, if that is NULL, who may be had: tattler or nobody for root, else whoever
 * started this. False: there is no such user, or only root may change to it; which was told. */
bool identity_find(const char *wanted, struct identity *out);

/* Becomes that user, with none of the capabilities there were and no way to get new ones. False:
 * that failed, which was told. */
bool privileges_drop(const struct identity *identity);

#endif
