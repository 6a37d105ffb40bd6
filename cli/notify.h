/* notify.h - tells systemd how a service does (sd_notify(3)).
 *
 * The protocol is a datagram to the socket that $NOTIFY_SOCKET names; systemd promises to keep it and
 * itself shows how to do without its library, which would be one more to load and to trust. */
#ifndef TATTLER_CLI_NOTIFY_H
#define TATTLER_CLI_NOTIFY_H

#include <stdint.h>

struct notify {
    int descriptor; /* below 0: nobody wants to know */
    uint64_t watchdog_us; /* to be told of life so often; 0: not */
    uint64_t told_us;
};

/* As the environment says. A socket that cannot be reached is told. */
struct notify notify_open(void);
void notify_close(struct notify *notify);

void notify_ready(struct notify *notify, const char *status);
void notify_reloading(struct notify *notify);
void notify_stopping(struct notify *notify);
/* Often; tells the watchdog when it is time. 'now_us' of steady_us(). */
void notify_alive(struct notify *notify, uint64_t now_us);

#endif
