#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"
#include "tune.h"

/* --- what it is called --- */

static bool id_is_taken(const struct settings *settings, const char *id)
{
    for (size_t i = 0; i < settings->suppress_count; i++)
        if (settings->suppress[i].id != NULL && strcmp(settings->suppress[i].id, id) == 0)
            return true;
    return false;
}

/* "beacon-2": the first word of what it is about, and the first number that is free. */
static void make_id(const struct settings *settings, const struct tune_group *group, char out[48])
{
    char word[24] = "sid";
    size_t len = strspn(group->key.detects, "abcdefghijklmnopqrstuvwxyz0123456789-");
    unsigned long number = 0;

    if (len > 0 && len < sizeof(word))
        snprintf(word, sizeof(word), "%.*s", (int)len, group->key.detects);
    do
        snprintf(out, 48, "%s-%lu", word, ++number);
    while (id_is_taken(settings, out));
}

static void day_text(uint64_t time_us, char out[16])
{
    time_t seconds = (time_t)(time_us / US_PER_S);
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL || strftime(out, 16, "%Y-%m-%d", &parts) == 0)
        snprintf(out, 16, "1970-01-01");
}

static void tell_why(const struct tune_group *group, const struct tune_options *options,
        uint64_t now_us, struct proposal *out)
{
    char first[16], last[16];

    day_text(group->first_us, first);
    day_text(group->last_us, last);
    if (options->reason != NULL)
        snprintf(out->reason, sizeof(out->reason), "%s", options->reason);
    else
        snprintf(out->reason, sizeof(out->reason), "%llu alert%s from %s to %s",
                (unsigned long long)group->count, group->count == 1 ? "" : "s", first, last);
    snprintf(out->author, sizeof(out->author), "%s", options->author);
    day_text(now_us + options->days * DAY_S * US_PER_S, out->expires);
    out->entry.until_us = (now_us / US_PER_S / DAY_S + options->days + 1) * DAY_S * US_PER_S;
    out->entry.id = out->id;
    out->entry.reason = out->reason;
    out->entry.author = out->author;
}

/* --- whom it names --- */

/* A name comes from the network: what is no plain host name goes into no file. */
static bool is_host_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0';
}

static struct prefix only(const struct address *address)
{
    return (struct prefix){ *address, 128 };
}

/* The domain; where there is none a network of several addresses, or the addresses, if they are few. */
static void name_remote(struct tune_group *group, struct proposal *out)
{
    struct suppress_setting *entry = &out->entry;

    if (is_host_name(group->domain)) {
        entry->domain = group->domain;
    } else if (is_host_name(group->name)) {
        entry->name = group->name;
    } else if (group->asn != 0 && !tune_has_one_remote(group)) {
        entry->asn = group->asn;
    } else if (!group->too_many_remotes) {
        for (size_t i = 0; i < group->remote_count; i++)
            out->networks[i] = only(&group->remotes[i]);
        entry->networks = (struct prefix_list){ out->networks, group->remote_count };
    }
}

/* --- what it silences --- */

struct tally {
    uint64_t counts[TUNE_GROUPS_MAX];
};

static void sum_up(const struct tune_history *history, const struct tune_group *group,
        const struct tally *tally, struct proposal *out)
{
    out->silenced = out->others = out->other_groups = 0;
    out->widest = NULL;
    for (uint32_t i = 0; i < HASH_COUNT(history->groups); i++) {
        out->silenced += tally->counts[i];
        if (tally->counts[i] == 0 || i == group->index)
            continue;
        out->others += tally->counts[i];
        out->other_groups++;
        if (out->widest == NULL || tally->counts[i] > tally->counts[out->widest->index])
            out->widest = history->by_index[i];
    }
}

static void count_alerts(const struct tune_history *history, const struct tune_device *device,
        const struct suppress_setting *entry, struct tally *tally)
{
    struct suppress_alert alert = { .mac = device->has_mac ? &device->mac : NULL };

    for (uint32_t i = device->newest; i > 0; i = history->alerts[i - 1].older) {
        const struct tune_alert *told = &history->alerts[i - 1];
        const struct tune_ends_key *ends = &history->ends_list[told->ends]->key;

        alert.sid = told->sid;
        alert.device = &ends->device;
        alert.remote = &ends->remote;
        alert.name = ends->name[0] != '\0' ? ends->name : NULL;
        alert.asn = ends->asn;
        tally->counts[told->group] += suppress_holds(entry, &alert, history->zone);
    }
}

/* May alerts of this device be about that address? */
static bool had_address(const struct tune_device *device, const struct prefix *only)
{
    return !device->one_address || prefix_contains(only, &device->address);
}

/* Who is named by an address may be somebody else, too, whose MAC address other records know. */
static void evaluate(const struct tune_history *history, const struct tune_group *group,
        struct proposal *out)
{
    const struct suppress_setting *entry = &out->entry;
    struct tally tally = { { 0 } };

    for (const struct tune_device *device = history->devices; device != NULL; device = device->hh.next)
        if (device == group->device ||
                (entry->has_device_network && had_address(device, &entry->device_network)))
            count_alerts(history, device, entry, &tally);
    sum_up(history, group, &tally, out);
}

bool propose(const struct tune_history *history, struct tune_group *group,
        const struct tune_options *options, uint64_t now_us, struct proposal *out)
{
    const struct tune_device *device = group->device;

    *out = (struct proposal){ .silenced = 0 };
    if (device == NULL || group->too_many_sids || tune_has_sid(group, 0)) /* that is no rule */
        return false;
    make_id(history->settings, group, out->id);
    tell_why(group, options, now_us, out);
    out->entry.sids = (struct number_list){ group->sids, group->sid_count };
    out->entry.has_mac = device->has_mac;
    out->entry.mac = device->mac;
    out->entry.has_device_network = !device->has_mac;
    out->entry.device_network = only(&device->address);
    name_remote(group, out);
    evaluate(history, group, out);
    return true;
}

/* --- in threshold.config --- */

static void evaluate_address(const struct tune_history *history, const struct tune_group *group,
        const struct address *address, struct proposal *out)
{
    struct tally tally = { { 0 } };

    for (size_t i = 0; i < history->alert_count; i++) {
        const struct tune_alert *told = &history->alerts[i];
        const struct tune_ends_key *ends = &history->ends_list[told->ends]->key;

        if (tune_has_sid(group, told->sid))
            tally.counts[told->group] += address_equal(&ends->remote, address) ||
                                         address_equal(&ends->device, address);
    }
    sum_up(history, group, &tally, out);
}

/* Which address names the group, and less else; false: none. */
static bool choose_address(const struct tune_history *history, const struct tune_group *group,
        struct proposal *proposal, struct address *out)
{
    bool by_remote = tune_has_one_remote(group);
    bool by_device = group->device != NULL && group->device->one_address;
    struct proposal other = *proposal;

    if (by_remote)
        evaluate_address(history, group, &group->remotes[0], proposal);
    if (by_device)
        evaluate_address(history, group, &group->device->address, &other);
    if (by_device && (!by_remote || other.silenced <= proposal->silenced))
        *proposal = other;
    else
        by_device = false;
    *out = by_device ? group->device->address : group->remotes[0];
    return by_device || by_remote;
}

void tune_comment(const struct proposal *proposal, char out[TUNE_COMMENT_SIZE])
{
    snprintf(out, TUNE_COMMENT_SIZE, "%s: %s", proposal->author, proposal->reason);
    for (; *out != '\0'; out++)
        *out = (unsigned char)*out < 0x20 ? ' ' : *out;
}

char *proposal_threshold(const struct tune_history *history, const struct tune_group *group,
        struct proposal *proposal)
{
    struct address address;
    char *bytes = NULL, text[ADDRESS_TEXT_SIZE], comment[TUNE_COMMENT_SIZE];
    size_t len;
    FILE *to;

    if (!choose_address(history, group, proposal, &address))
        return NULL;
    to = open_memstream(&bytes, &len);
    if (to == NULL)
        return NULL;
    address_text(&address, text);
    tune_comment(proposal, comment);
    fprintf(to, "# %s, by %s; look again by %s\n", proposal->id, comment, proposal->expires);
    for (size_t i = 0; i < group->sid_count; i++)
        fprintf(to, "suppress gen_id %u, sig_id %u, track by_either, ip %s\n", group->gid,
                group->sids[i], text);
    if (fclose(to) != 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}
