#include "privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "command.h"

static const struct passwd *default_user(void)
{
    static const char *const names[] = { "tattler", "nobody" };
    const struct passwd *found = NULL;

    if (geteuid() != 0)
        return getpwuid(geteuid());
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && found == NULL; i++)
        found = getpwnam(names[i]);
    return found;
}

bool identity_find(const char *wanted, struct identity *out)
{
    const struct passwd *found = wanted != NULL ? getpwnam(wanted) : default_user();

    *out = (struct identity){ .user = geteuid(), .group = getegid() };
    if (found == NULL && wanted == NULL && geteuid() != 0)
        return true; /* a user without a name, as in some containers */
    if (found == NULL) {
        complain("no user '%s': make one (as root: useradd --system %s), or name another with --user",
                wanted != NULL ? wanted : "nobody", wanted != NULL ? wanted : "tattler");
        return false;
    }
    if (found->pw_uid != geteuid() && geteuid() != 0) {
        complain("only root can change to user '%s': start as root, or leave --user out", wanted);
        return false;
    }
    out->is_other = found->pw_uid != geteuid();
    out->user = found->pw_uid;
    out->group = found->pw_gid;
    snprintf(out->name, sizeof(out->name), "%s", found->pw_name);
    return true;
}

/* The sets that could give some back, too: the ambient one, and the bounding one where that may be
 * changed. */
static bool drop_capabilities(void)
{
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;

    capng_clear(CAPNG_SELECT_BOTH);
    return capng_apply(may_bound ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) ==
           0;
}

static bool change_user(const struct identity *identity)
{
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_change_id((int)identity->user, (int)identity->group,
                   CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT) == 0;
}

bool privileges_drop(const struct identity *identity)
{
    capng_get_caps_process();
    if ((identity->is_other ? change_user(identity) : drop_capabilities()) &&
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        return true;
    complain("cannot give up privileges: %s", strerror(errno));
    return false;
}
