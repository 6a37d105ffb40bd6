#include "notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"

/* "/path", or "@name" for one without a file. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(path);
    int descriptor;

    if (len >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && connect(descriptor, (const struct sockaddr *)&address,
                                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

struct notify notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET"), *watchdog = getenv("WATCHDOG_USEC");
    const char *process = getenv("WATCHDOG_PID");
    struct notify notify = { .descriptor = -1 };

    if (path == NULL || path[0] == '\0')
        return notify;
    notify.descriptor = connect_to(path);
    if (notify.descriptor < 0)
        complain("NOTIFY_SOCKET %s: %s", path, strerror(errno));
    if (watchdog != NULL && (process == NULL || strtol(process, NULL, 10) == (long)getpid()))
        notify.watchdog_us = strtoull(watchdog, NULL, 10);
    return notify;
}

void notify_close(struct notify *notify)
{
    if (notify->descriptor >= 0)
        close(notify->descriptor);
    notify->descriptor = -1;
}

/* Whoever does not listen any more, misses it. */
static void tell(const struct notify *notify, const char *text)
{
    if (notify->descriptor >= 0)
        (void)!send(notify->descriptor, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void notify_ready(struct notify *notify, const char *status)
{
    char text[512];

    snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", status);
    tell(notify, text);
}

void notify_reloading(struct notify *notify)
{
    char text[128];

    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)steady_us());
    tell(notify, text);
}

void notify_stopping(struct notify *notify)
{
    tell(notify, "STOPPING=1");
}

void notify_alive(struct notify *notify, uint64_t now_us)
{
    if (notify->watchdog_us == 0 || now_us < notify->told_us + notify->watchdog_us / 2)
        return;
    notify->told_us = now_us;
    tell(notify, "WATCHDOG=1");
}
