/* Whom a device talks to; when there are too many, the least are counted together. */
#include <stdlib.h>
#include <string.h>

#include "report_internal.h"
#include "screen.h"

bool report_excuses(const char *service)
{
    static const char *const excused[] = { "ntp", "stun", "dns", "dot", "doh", "doq" };

    for (size_t i = 0; i < sizeof(excused) / sizeof(excused[0]); i++)
        if (strcmp(service, excused[i]) == 0)
            return true;
    return false;
}

void report_label(const struct eve_event *event, char out[REPORT_LABEL_SIZE])
{
    const char *name = event->domain[0] != '\0' ? event->domain : event->name;
    size_t len = strlen(name);

    out[0] = '\0';
    if (name[0] == '\0' && event->has_remote)
        screen_address(&event->remote_address, out);
    else /* of a name the end matters */
        report_copy(out, REPORT_LABEL_SIZE,
                len < REPORT_LABEL_SIZE ? name : name + len - REPORT_LABEL_SIZE + 1);
}

static uint64_t weight_of(const struct report_remote *remote)
{
    uint64_t bytes = remote->tally.bytes[REPORT_UP] + remote->tally.bytes[REPORT_DOWN];

    return remote->alerted ? UINT64_MAX / 2 + bytes / 2 : bytes;
}

static int compare_weights(const void *a, const void *b)
{
    uint64_t one = weight_of(*(struct report_remote *const *)a);
    uint64_t other = weight_of(*(struct report_remote *const *)b);

    return (one > other) - (one < other);
}

static void fold(struct report *report, struct report_device *device, struct report_remote *remote)
{
    report_tally_add(&device->folded, &remote->tally);
    device->folded_remotes++;
    HASH_DEL(device->remotes, remote);
    report->remote_count--;
    free(remote);
}

/* A quarter of them at once, so that it is seldom done. */
static void fold_least(struct report *report, struct report_device *device)
{
    struct report_remote *remotes[REPORT_DEVICE_REMOTES_MAX], *remote, *next;
    size_t count = 0;

    HASH_ITER(hh, device->remotes, remote, next)
        remotes[count++] = remote;
    qsort(remotes, count, sizeof(remotes[0]), compare_weights);
    for (size_t i = 0; i < (count + 3) / 4; i++)
        fold(report, device, remotes[i]);
}

static bool is_crowded(const struct report *report, const struct report_device *device)
{
    size_t count = HASH_COUNT(device->remotes);

    return count == REPORT_DEVICE_REMOTES_MAX ||
           (report->remote_count >= REPORT_REMOTES_MAX && count >= REPORT_DEVICE_REMOTES_MIN);
}

/* NULL: no room. */
static struct report_remote *remote_of(struct report *report, struct report_device *device,
        const struct eve_event *event)
{
    struct report_remote_key key = { .asn = event->asn };
    struct report_remote *remote = NULL;
    size_t len;

    report_label(event, key.label);
    len = offsetof(struct report_remote_key, label) + strlen(key.label);
    HASH_FIND(hh, device->remotes, &key, len, remote);
    if (remote != NULL)
        return remote;
    if (is_crowded(report, device))
        fold_least(report, device);
    remote = calloc(1, sizeof(*remote));
    if (remote != NULL) {
        remote->key = key;
        HASH_ADD_KEYPTR(hh, device->remotes, &remote->key, len, remote);
    }
    if (remote == NULL || remote->hh.tbl == NULL) {
        report->out_of_memory = true;
        free(remote);
        return NULL;
    }
    report->remote_count++;
    return remote;
}

/* Keeps the first; true: there is another one. */
static bool note_text(char *kept, size_t size, const char *text)
{
    if (text[0] == '\0')
        return false;
    if (kept[0] == '\0')
        report_copy(kept, size, text);
    return strncmp(kept, text, size) != 0;
}

static void note_end(struct report_remote *remote, const struct eve_event *event)
{
    remote->several_names |= note_text(remote->name, sizeof(remote->name), event->name);
    if (remote->address[0] == '\0')
        screen_address(&event->remote_address, remote->address);
    note_text(remote->as_org, sizeof(remote->as_org), event->as_org);
    note_text(remote->country, sizeof(remote->country), event->country);
    note_text(remote->protocol, sizeof(remote->protocol), event->protocol);
    remote->several_services |= note_text(remote->service, sizeof(remote->service),
            event->service[0] != '\0' ? event->service : event->app_protocol);
    remote->several_ports |= remote->port != 0 && remote->port != event->remote_port;
    if (remote->port == 0)
        remote->port = event->remote_port;
}

void report_add_remote(struct report *report, struct report_device *device,
        const struct eve_event *event, const struct report_flow *flow)
{
    struct report_remote *remote = remote_of(report, device, event);
    struct report_tally one = { 1, event->no_dns, { flow->bytes[0], flow->bytes[1] } };

    if (remote == NULL) {
        report_tally_add(&device->folded, &one);
        return;
    }
    note_end(remote, event);
    report_tally_add(&remote->tally, &one);
    remote->no_dns_unexcused += event->no_dns && !report_excuses(event->service);
    remote->alerted |= event->alerted;
    if (remote->first_us == 0 || flow->start_us < remote->first_us)
        remote->first_us = flow->start_us;
    if (flow->end_us > remote->last_us)
        remote->last_us = flow->end_us;
}
