/* Tables of a report: whom a device talked to, and whom all of them did. */
#include <stdlib.h>
#include <string.h>

#include "report_page_internal.h"

typedef bool (*remote_wanted_fn)(const struct report_remote *remote);

static bool is_any(const struct report_remote *remote)
{
    (void)remote;
    return true;
}

static bool is_straight(const struct report_remote *remote)
{
    return remote->no_dns_unexcused > 0;
}

static uint64_t bytes_of(const struct report_remote *remote)
{
    return remote->tally.bytes[REPORT_UP] + remote->tally.bytes[REPORT_DOWN];
}

static int compare_remotes(const void *one, const void *other)
{
    const struct report_remote *a = *(const struct report_remote *const *)one;
    const struct report_remote *b = *(const struct report_remote *const *)other;

    if (a->alerted != b->alerted)
        return a->alerted ? -1 : 1;
    if (bytes_of(a) != bytes_of(b))
        return bytes_of(a) > bytes_of(b) ? -1 : 1;
    return strcmp(a->key.label, b->key.label);
}

/* Those with alerts first, then by volume. The caller frees; NULL: no memory. */
static const struct report_remote **remotes_of(const struct report_device *device,
        remote_wanted_fn wanted, size_t *count)
{
    const struct report_remote **remotes =
            calloc(HASH_COUNT(device->remotes) + 1, sizeof(*remotes));
    const struct report_remote *remote = device->remotes;

    *count = 0;
    if (remotes == NULL)
        return NULL;
    for (; remote != NULL; remote = remote->hh.next)
        if (wanted(remote))
            remotes[(*count)++] = remote;
    qsort(remotes, *count, sizeof(*remotes), compare_remotes);
    return remotes;
}

/* --- one row --- */

static void put_name(const struct page *page, const struct usual_device *usual,
        const struct report_remote *remote)
{
    bool other_name = remote->name[0] != '\0' && strcmp(remote->name, remote->key.label) != 0;

    fputs("<th scope=\"row\"><bdi>", page->to);
    html_cut(page->to, remote->key.label, 60, HTML_KEEP_END);
    fputs("</bdi>", page->to);
    if (remote->alerted)
        fputs(" <span class=\"quiet\">(alerts)</span>", page->to);
    page_odd_remote(page, usual, remote);
    if (other_name || strcmp(remote->address, remote->key.label) != 0) {
        fputs("<small><bdi>", page->to);
        html_cut(page->to, other_name ? remote->name : remote->address, 60, HTML_KEEP_END);
        fputs(other_name && remote->several_names ? "</bdi> …</small>" : "</bdi></small>",
                page->to);
    }
    fputs("</th>", page->to);
}

static void put_network(const struct page *page, const struct report_remote *remote)
{
    fputs("<td data-name=\"network\">", page->to);
    html_cut(page->to, remote->as_org, 40, HTML_KEEP_START);
    if (remote->key.asn != 0)
        fprintf(page->to, " <span class=\"quiet\">AS%u</span>", remote->key.asn);
    fputs(" ", page->to);
    html_text(page->to, remote->country);
    fputs("</td>", page->to);
}

static void put_service(const struct page *page, const struct report_remote *remote)
{
    fputs("<td data-name=\"service\">", page->to);
    html_text(page->to, remote->service[0] != '\0' ? remote->service : remote->protocol);
    if (remote->several_services)
        fputs(" …", page->to);
    if (remote->port != 0) {
        fputs(" <span class=\"quiet\">", page->to);
        html_text(page->to, remote->protocol);
        fprintf(page->to, "&nbsp;%u%s</span>", remote->port,
                remote->several_ports ? "&nbsp;…" : "");
    }
    fputs("</td>", page->to);
}

static void put_size(const struct page *page, const char *name, uint64_t bytes)
{
    fprintf(page->to, "<td class=\"number\" data-name=\"%s\" data-sort=\"%llu\">", name,
            (unsigned long long)bytes);
    html_size(page->to, bytes);
    fputs("</td>", page->to);
}

static void put_count(const struct page *page, const char *name, uint64_t count)
{
    fprintf(page->to, "<td class=\"number\" data-name=\"%s\" data-sort=\"%llu\">", name,
            (unsigned long long)count);
    html_count(page->to, count);
    fputs("</td>", page->to);
}

static void put_remote(const struct page *page, const struct usual_device *usual,
        const struct report_remote *remote, uint64_t connections)
{
    fputs("<tr>", page->to);
    put_name(page, usual, remote);
    put_network(page, remote);
    put_service(page, remote);
    put_count(page, "connections", connections);
    put_size(page, "up", remote->tally.bytes[REPORT_UP]);
    put_size(page, "down", remote->tally.bytes[REPORT_DOWN]);
    fprintf(page->to, "<td class=\"time\" data-name=\"last\" data-sort=\"%llu\">",
            (unsigned long long)remote->last_us);
    page_time(page, remote->last_us);
    fputs("</td></tr>\n", page->to);
}

static const char remotes_head[] =
        "<div class=\"wide\"><table class=\"sortable\"><thead><tr><th scope=\"col\">Remote</th>"
        "<th scope=\"col\">Network</th><th scope=\"col\">Service</th><th scope=\"col\" class=\"number\">"
        "Connections</th><th scope=\"col\" class=\"number\">Up</th><th scope=\"col\" class=\"number\">"
        "Down</th><th scope=\"col\">Last seen</th></tr></thead><tbody>\n";

void page_remotes(const struct page *page, const struct report_device *device)
{
    size_t count;
    const struct report_remote **remotes = remotes_of(device, is_any, &count);

    if (count > 0)
        fprintf(page->to, "<h3>Destinations</h3>%s", remotes_head);
    for (size_t i = 0; i < count && i < PAGE_REMOTES; i++)
        put_remote(page, page_usual_of(page, device), remotes[i], remotes[i]->tally.connections);
    if (count > 0) {
        fputs("</tbody><tfoot>", page->to);
        page_more(page->to, device->folded_remotes +
                (count > PAGE_REMOTES ? count - PAGE_REMOTES : 0), 7);
        fputs("</tfoot></table></div>", page->to);
    }
    free(remotes);
}

void page_straight(const struct page *page, const struct report_device *device)
{
    size_t count;
    const struct report_remote **remotes = remotes_of(device, is_straight, &count);

    if (count > 0)
        fprintf(page->to, "<h3>Without DNS</h3>%s", remotes_head);
    for (size_t i = 0; i < count && i < PAGE_STRAIGHT; i++)
        put_remote(page, page_usual_of(page, device), remotes[i], remotes[i]->no_dns_unexcused);
    if (count > 0) {
        fputs("</tbody><tfoot>", page->to);
        page_more(page->to, count > PAGE_STRAIGHT ? count - PAGE_STRAIGHT : 0, 7);
        fputs("</tfoot></table></div>", page->to);
    }
    free(remotes);
}

/* --- all devices together --- */

struct group {
    char label[REPORT_LABEL_SIZE]; /* the key */
    const char *detail;            /* borrowed */
    const struct report_device *last_device;
    uint64_t devices, bytes[2];
    UT_hash_handle hh;
};

/* The label of the group that a remote belongs to, "" for none, and what to add to it. */
typedef void (*group_name_fn)(const struct report_remote *remote, char label[REPORT_LABEL_SIZE],
        const char **detail);

static void by_domain(const struct report_remote *remote, char label[REPORT_LABEL_SIZE],
        const char **detail)
{
    memcpy(label, remote->key.label, REPORT_LABEL_SIZE);
    *detail = remote->as_org;
}

static void by_network(const struct report_remote *remote, char label[REPORT_LABEL_SIZE],
        const char **detail)
{
    if (remote->key.asn != 0)
        snprintf(label, REPORT_LABEL_SIZE, "AS%u", remote->key.asn);
    *detail = remote->as_org;
}

static void by_country(const struct report_remote *remote, char label[REPORT_LABEL_SIZE],
        const char **detail)
{
    memcpy(label, remote->country, sizeof(remote->country));
    *detail = "";
}

static void add_to_group(struct group **groups, const struct report_device *device,
        const struct report_remote *remote, group_name_fn name)
{
    char label[REPORT_LABEL_SIZE] = "";
    const char *detail;
    struct group *group = NULL;

    name(remote, label, &detail);
    if (label[0] == '\0')
        return;
    HASH_FIND_STR(*groups, label, group);
    if (group == NULL) {
        group = calloc(1, sizeof(*group));
        if (group == NULL)
            return;
        memcpy(group->label, label, sizeof(group->label));
        group->detail = detail;
        HASH_ADD_STR(*groups, label, group);
    }
    group->devices += group->last_device != device;
    group->last_device = device;
    for (size_t way = 0; way < 2; way++)
        group->bytes[way] += remote->tally.bytes[way];
}

static int compare_groups(struct group *a, struct group *b)
{
    uint64_t one = a->bytes[REPORT_UP] + a->bytes[REPORT_DOWN];
    uint64_t other = b->bytes[REPORT_UP] + b->bytes[REPORT_DOWN];

    if (one != other)
        return one > other ? -1 : 1;
    return strcmp(a->label, b->label);
}

static void put_group(const struct page *page, const struct group *group)
{
    fputs("<tr><th scope=\"row\"><bdi>", page->to);
    html_cut(page->to, group->label, 50, HTML_KEEP_END);
    fputs("</bdi>", page->to);
    if (group->detail[0] != '\0') {
        fputs("<small>", page->to);
        html_cut(page->to, group->detail, 40, HTML_KEEP_START);
        fputs("</small>", page->to);
    }
    fputs("</th>", page->to);
    put_count(page, "devices", group->devices);
    put_size(page, "up", group->bytes[REPORT_UP]);
    put_size(page, "down", group->bytes[REPORT_DOWN]);
    fputs("</tr>\n", page->to);
}

static void put_groups(const struct page *page, struct group **groups)
{
    struct group *group, *next;
    size_t shown = 0, count = HASH_COUNT(*groups);

    HASH_SORT(*groups, compare_groups);
    fputs("<table class=\"sortable\"><thead><tr><th scope=\"col\">Name</th>"
          "<th scope=\"col\" class=\"number\">Devices</th><th scope=\"col\" class=\"number\">Up</th>"
          "<th scope=\"col\" class=\"number\">Down</th></tr></thead><tbody>\n", page->to);
    HASH_ITER(hh, *groups, group, next) {
        if (shown++ < PAGE_TOP)
            put_group(page, group);
        HASH_DEL(*groups, group);
        free(group);
    }
    fputs("</tbody><tfoot>", page->to);
    page_more(page->to, count > PAGE_TOP ? count - PAGE_TOP : 0, 4);
    fputs("</tfoot></table>", page->to);
}

static void put_grouped(const struct page *page, group_name_fn name)
{
    struct group *groups = NULL;

    for (size_t i = 0; i < page->device_count; i++) {
        const struct report_remote *remote = page->devices[i]->remotes;

        for (; remote != NULL; remote = remote->hh.next)
            add_to_group(&groups, page->devices[i], remote, name);
    }
    if (groups == NULL)
        fputs("<p class=\"quiet\">None.</p>", page->to);
    else
        put_groups(page, &groups);
}

void page_domains(const struct page *page)
{
    put_grouped(page, by_domain);
}

void page_networks(const struct page *page)
{
    put_grouped(page, by_network);
}

void page_countries(const struct page *page)
{
    put_grouped(page, by_country);
}
