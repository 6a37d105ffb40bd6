#include "enrich/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "enrich/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is told goes to terminals. */
static void check_plain(void *user, const char *file, unsigned line, const char *what)
{
    (void)user;
    (void)file;
    (void)line;
    for (; *what != '\0'; what++)
        if (*what < ' ' || *what > '~')
            abort();
}

/* Nobody weighs more than a stranger's file may. */
static void check_votes(const struct profile *profile)
{
    struct profile whole = { 0 };

    if (profile_add(&whole, profile, 2) == TATTLER_OK)
        for (const struct profile_type *type = whole.types; type != NULL; type = type->hh.next)
            if (type->count.households > 2)
                abort();
    profile_clear(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct domain_list *domains;
    struct profile profile = { 0 };
    char path[64], error[256];
    int file = memfd_create("profile", MFD_CLOEXEC);

    if (domains == NULL)
        (void)domain_open(NULL, &domains, error, sizeof(error));
    if (file < 0)
        return 0;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (write(file, data, size) == (ssize_t)size &&
            profile_read(path, domains, check_plain, NULL, &profile) == TATTLER_OK)
        check_votes(&profile);
    profile_clear(&profile);
    close(file);
    return 0;
}
