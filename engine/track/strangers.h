/* strangers.h - how many hosts a device met of late in one way: called them outside without having
 * a name for them, asked for them at home in vain, or called them there. And how many names it said were
 * its own, and for how many domains it looked for the servers of mail.
 *
 * One host called without a name is worth a look. Who has a dozen is a peer among peers (BitTorrent,
 * games, calls) or scans, and each of them says little. One host that is gone from home is a lamp
 * switched off; who asks for dozens in a day, however slowly, looks for prey. And who calls the same
 * ports at home as before looks for nobody: a hub's lamps do not answer while they are switched off.
 *
 * Not locked: used under the device's lock. */
#ifndef TATTLER_TRACK_STRANGERS_H
#define TATTLER_TRACK_STRANGERS_H

#include <stdbool.h>
#include <stdint.h>

#define STRANGERS_MAX 16 /* outside: that many or more */
#define ABSENT_MAX 64    /* at home */
/* Ports of hosts at home: a hub's many lamps, but by far not all addresses of a home. Who scans it
 * again meets none that is still remembered. */
#define NEIGHBOURS_MAX 128
#define CLAIMS_MAX 16 /* names */
#define MAIL_MAX 16   /* domains; a day is too long to tell a household from who mails all the world */
#define MAIL_WINDOW_S 300
#define STRANGERS_KEPT_S 86400

struct stranger {
    uint64_t key;
    uint64_t seen_us;
};

struct strangers {
    unsigned taken, room;
    uint64_t earliest_us, latest_us; /* all were seen between, as of the latest note */
    struct stranger items[];         /* noted longest ago first */
};

/* 'key' is the hash of an address, or of more; when all 'most' places are taken the one noted longest
 * ago is forgotten. True if it was noted before within STRANGERS_KEPT_S. '*strangers', NULL before,
 * is made and grows; out of memory, it stays as it is. Free it with free(). */
bool strangers_note(struct strangers **strangers, unsigned most, uint64_t key, uint64_t now_us);
/* It is none after all. All these accept NULL for none. */
void strangers_forget(struct strangers *strangers, uint64_t key);

/* Those of the last STRANGERS_KEPT_S; none from before a clock stepped back by more. */
uint32_t strangers_count(const struct strangers *strangers, uint64_t now_us);
/* Those of the last 'within_s', no more than STRANGERS_KEPT_S. */
uint32_t strangers_count_lately(const struct strangers *strangers, uint32_t within_s, uint64_t now_us);

#endif
