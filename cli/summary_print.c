#include "summary.h"

#include <stdlib.h>
#include <string.h>

#include "parse/packet.h"
#include "screen.h"
#include "summary_internal.h"

#define COLUMNS_MIN 80
#define COLUMNS_MAX 160
#define BLOCKS_SHOWN 30
#define ROWS_SHOWN 12

/* Columns of a row: two blanks, remote, network, and these, a blank between them. */
#define SERVICE_COLUMNS 12
#define COUNT_COLUMNS 6
#define SIZE_COLUMNS 6
#define MARK_COLUMNS 7
#define FIXED_COLUMNS \
    (2 + 1 + 1 + SERVICE_COLUMNS + 1 + COUNT_COLUMNS + 2 * (1 + SIZE_COLUMNS) + 1 + MARK_COLUMNS)

#define VENDOR_COLUMNS 24 /* leaves room for an IPv4 address */
#define TEXT_SIZE 512 /* before it is cut to its cell */

/* --- pieces --- */

static struct cursor over(const char *text)
{
    return cursor_over(text, strlen(text));
}

static void print_count(const struct page *page, uint64_t count, const char *one)
{
    fprintf(page->to, "%llu %s%s", (unsigned long long)count, one, count == 1 ? "" : "s");
}

/* "34 connections, 1.2 MB up, 340 kB down, 3 without DNS" */
static void print_tally(const struct page *page, const struct tally *tally)
{
    char up[SCREEN_SIZE_TEXT], down[SCREEN_SIZE_TEXT];

    screen_size(tally->bytes[UP], up);
    screen_size(tally->bytes[DOWN], down);
    print_count(page, tally->connections, "connection");
    fprintf(page->to, ", %s up, %s down", up, down);
    if (tally->no_dns > 0)
        fprintf(page->to, ", %llu without DNS", (unsigned long long)tally->no_dns);
    if (tally->excused > 0)
        fprintf(page->to, " (%llu to NTP, STUN or DNS)", (unsigned long long)tally->excused);
}

/* --- what comes first --- */

static int descending(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a > b ? -1 : 1;
}

static int compare_tallies(const struct tally *a, const struct tally *b)
{
    int order = descending(a->no_dns > a->excused, b->no_dns > b->excused);

    if (order == 0)
        order = descending(a->bytes[UP], b->bytes[UP]);
    return order != 0 ? order : descending(a->bytes[DOWN], b->bytes[DOWN]);
}

static int compare_blocks(const void *left, const void *right)
{
    const struct device_block *const *a = left, *const *b = right;
    int first = alerts_priority(*a), second = alerts_priority(*b);
    int order = (first > second) - (first < second);

    if (order == 0)
        order = compare_tallies(&(*a)->public, &(*b)->public);
    if (order == 0)
        order = descending((*a)->local.bytes[UP], (*b)->local.bytes[UP]);
    return order != 0 ? order : memcmp(&(*a)->device->address, &(*b)->device->address,
                                        sizeof((*a)->device->address));
}

static int compare_rows(const void *left, const void *right)
{
    const struct summary_remote *a = left, *b = right;
    int order = compare_tallies(&a->tally, &b->tally);

    return order != 0 ? order : strcmp(a->label, b->label);
}

/* Those of one domain side by side, the remotes without one at the end. */
static int compare_domains(const void *left, const void *right)
{
    const struct summary_remote *a = left, *b = right;
    int order;

    if (a->domain == NULL || b->domain == NULL)
        order = (a->domain == NULL) - (b->domain == NULL);
    else
        order = strcmp(a->domain, b->domain);
    return order != 0 ? order : compare_rows(left, right);
}

/* --- rows --- */

/* One row for each domain; returns how many rows are left. */
static size_t group_domains(struct summary_remote *rows, size_t count)
{
    size_t kept = 0;

    qsort(rows, count, sizeof(*rows), compare_domains);
    for (size_t i = 0; i < count; i++)
        if (kept > 0 && rows[i].domain != NULL && rows[kept - 1].domain != NULL &&
                strcmp(rows[i].domain, rows[kept - 1].domain) == 0)
            remote_merge(&rows[kept - 1], &rows[i]);
        else
            rows[kept++] = rows[i];
    return kept;
}

/* The rows are copies; the caller frees the array. NULL: out of memory. */
static struct summary_remote *make_rows(const struct device_block *block, size_t *count)
{
    struct summary_remote *rows = malloc((HASH_COUNT(block->remotes) + 1) * sizeof(*rows));

    *count = 0;
    if (rows == NULL)
        return NULL;
    for (const struct summary_remote *remote = block->remotes; remote != NULL;
            remote = remote->hh.next)
        rows[(*count)++] = *remote;
    if (*count > ROWS_SHOWN)
        *count = group_domains(rows, *count);
    qsort(rows, *count, sizeof(*rows), compare_rows);
    return rows;
}

static void print_remote(const struct page *page, const struct summary_remote *row)
{
    char text[TEXT_SIZE];

    if (row->names > 1) {
        snprintf(text, sizeof(text), "*.%s (%zu names)", row->domain, row->names);
        screen_cell(page->to, over(text), page->remote_columns, SCREEN_KEEP_END);
    } else {
        screen_cell(page->to, cursor_over(row->label, row->label_len), page->remote_columns,
                SCREEN_KEEP_END);
    }
}

/* "DE AS64496 Example Org": the country first, as a long name is cut at its end. */
static void print_network(const struct page *page, const struct summary_remote *row)
{
    char text[TEXT_SIZE], number[16] = "";

    if (row->geo.asn != 0)
        snprintf(number, sizeof(number), "AS%u ", row->geo.asn);
    if (row->several_networks)
        snprintf(text, sizeof(text), "several networks");
    else
        snprintf(text, sizeof(text), "%s%s%s%.*s", row->geo.country,
                row->geo.country[0] != '\0' ? " " : "", number,
                row->geo.as_org != NULL ? (int)row->geo.as_org_len : 0,
                row->geo.as_org != NULL ? row->geo.as_org : "");
    screen_cell(page->to, over(text), page->network_columns, SCREEN_KEEP_START);
}

/* "tcp/8883" where the payload did not tell. */
static void name_unnamed(const struct summary_remote *row, char *out, size_t size)
{
    static const struct {
        uint8_t protocol;
        bool has_ports;
        const char *name;
    } names[] = {
        { PACKET_PROTOCOL_TCP, true, "tcp" },
        { PACKET_PROTOCOL_UDP, true, "udp" },
        { PACKET_PROTOCOL_SCTP, true, "sctp" },
        { PACKET_PROTOCOL_ICMP, false, "icmp" },
        { PACKET_PROTOCOL_ICMPV6, false, "icmp" },
    };

    snprintf(out, size, "ip/%u", row->protocol);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].protocol == row->protocol && names[i].has_ports && row->port != 0)
            snprintf(out, size, "%s/%u", names[i].name, row->port);
        else if (names[i].protocol == row->protocol)
            snprintf(out, size, "%s", names[i].name);
}

static void print_services(const struct page *page, const struct summary_remote *row)
{
    char text[TEXT_SIZE] = "", unnamed[16];
    size_t used = 0;

    name_unnamed(row, unnamed, sizeof(unnamed));
    for (unsigned i = 0; i < SERVICE_COUNT; i++)
        if ((row->services & UINT32_C(1) << i) != 0 && used < sizeof(text))
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                    used > 0 ? "," : "",
                    i == SERVICE_OTHER ? unnamed : service_name((enum service)i));
    screen_cell(page->to, over(text), SERVICE_COLUMNS, SCREEN_KEEP_START);
}

static void print_row(const struct page *page, const struct summary_remote *row)
{
    char up[SCREEN_SIZE_TEXT], down[SCREEN_SIZE_TEXT];

    screen_size(row->tally.bytes[UP], up);
    screen_size(row->tally.bytes[DOWN], down);
    fputs("  ", page->to);
    print_remote(page, row);
    fputc(' ', page->to);
    print_network(page, row);
    fputc(' ', page->to);
    print_services(page, row);
    fprintf(page->to, " %*llu %*s %*s", COUNT_COLUMNS, (unsigned long long)row->tally.connections,
            SIZE_COLUMNS, up, SIZE_COLUMNS, down);
    if (row->tally.no_dns > row->tally.excused) {
        page_paint(page, RED);
        fputs(" no DNS", page->to);
        page_unpaint(page);
    } else if (row->tally.no_dns > 0) {
        fputs(" no DNS", page->to);
    } else if (row->tally.inbound == row->tally.connections) {
        fputs(" inbound", page->to);
    }
    fputc('\n', page->to);
}

/* --- a device --- */

/* Those that fit, IPv4 first; "…" stands for the others. */
static void print_addresses(const struct page *page, const struct device_block *block,
        size_t columns)
{
    size_t used = strlen("  …"), printed = 0;
    char text[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < 2 * block->address_count; i++) {
        const struct address *address = &block->addresses[i % block->address_count];

        screen_address(address, text);
        if (address_is_v4(address) != (i < block->address_count) ||
                used + strlen(text) + 2 > columns)
            continue;
        used += strlen(text) + 2;
        fprintf(page->to, "%s%s", printed == 0 ? "  " : ", ", text);
        printed++;
    }
    if (printed < block->address_count || block->more_addresses)
        fputs(printed == 0 ? "  …" : ", …", page->to);
}

/* Name, or vendor, or address; then what was not yet said of them. */
static void print_title(const struct page *page, const struct device_block *block)
{
    const struct device *device = block->device;
    const char *name = device_name(device);
    char address[ADDRESS_TEXT_SIZE];
    size_t used;

    screen_address(&device->address, address);
    if (name[0] == '\0')
        name = device->vendor[0] != '\0' ? device->vendor : address;
    page_paint(page, BOLD);
    used = screen_print(page->to, over(name), page->remote_columns, SCREEN_KEEP_START);
    page_unpaint(page);
    if (device->has_mac) {
        fprintf(page->to, "  %s", device->mac_text);
        used += 2 + strlen(device->mac_text);
    }
    if (device->vendor[0] != '\0' && name != device->vendor) {
        fputs("  ", page->to);
        used += 2 + screen_print(page->to, over(device->vendor), VENDOR_COLUMNS,
                            SCREEN_KEEP_START);
    }
    if (name != address || block->address_count > 1)
        print_addresses(page, block, page->columns - used);
    fputc('\n', page->to);
}

static void print_fold(const struct page *page, const char *what, const struct tally *tally)
{
    if (tally->connections == 0)
        return;
    page_paint(page, DIM);
    fprintf(page->to, "  %s: ", what);
    print_tally(page, tally);
    page_unpaint(page);
    fputc('\n', page->to);
}

static void print_block(const struct page *page, const struct device_block *block)
{
    struct tally hidden = { 0 };
    char text[64];
    size_t count;
    struct summary_remote *rows = make_rows(block, &count);

    print_title(page, block);
    alerts_print(page, block);
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++)
        print_row(page, &rows[i]);
    for (size_t i = ROWS_SHOWN; i < count; i++)
        tally_add(&hidden, &rows[i].tally);
    if (count > ROWS_SHOWN) {
        snprintf(text, sizeof(text), "and %zu more", count - ROWS_SHOWN);
        print_fold(page, text, &hidden);
    }
    print_fold(page, "and more than there is room to tell apart", &block->rest);
    print_fold(page, "local and multicast", &block->local);
    free(rows);
}

/* --- the whole --- */

static void print_head(const struct page *page)
{
    page_paint(page, DIM);
    fprintf(page->to, "  %-*s %-*s %-*s %*s %*s %*s", (int)page->remote_columns, "remote",
            (int)page->network_columns, "network", SERVICE_COLUMNS, "service", COUNT_COLUMNS,
            "conns", SIZE_COLUMNS, "up", SIZE_COLUMNS, "down");
    page_unpaint(page);
    fputs("\n\n", page->to);
}

static void print_blocks(const struct page *page, const struct summary *summary)
{
    size_t count = HASH_COUNT(summary->blocks), filled = 0;
    const struct device_block **blocks = malloc((count + 1) * sizeof(*blocks));

    if (blocks == NULL)
        return;
    for (const struct device_block *block = summary->blocks; block != NULL;
            block = block->hh.next)
        blocks[filled++] = block;
    qsort(blocks, count, sizeof(*blocks), compare_blocks);
    for (size_t i = 0; i < count && i < BLOCKS_SHOWN; i++) {
        print_block(page, blocks[i]);
        fputc('\n', page->to);
    }
    if (count > BLOCKS_SHOWN)
        fprintf(page->to, "and %zu more devices\n\n", count - BLOCKS_SHOWN);
    free(blocks);
}

static struct page make_page(FILE *to, int columns, bool on_terminal)
{
    const char *no_color = getenv("NO_COLOR");
    int clamped = columns < COLUMNS_MIN   ? COLUMNS_MIN
                  : columns > COLUMNS_MAX ? COLUMNS_MAX
                                          : columns;
    size_t free_columns = (size_t)clamped - FIXED_COLUMNS;

    return (struct page){
        .to = to,
        .colour = on_terminal && (no_color == NULL || no_color[0] == '\0'),
        .columns = (size_t)clamped,
        .remote_columns = free_columns - free_columns * 9 / 20,
        .network_columns = free_columns * 9 / 20,
    };
}

void summary_print(const struct summary *summary, FILE *to, int columns, bool on_terminal)
{
    struct page page = make_page(to, columns, on_terminal);

    if (summary->all.connections > 0)
        print_head(&page);
    print_blocks(&page, summary);
    print_count(&page, HASH_COUNT(summary->blocks), "device");
    fputs(", ", to);
    print_tally(&page, &summary->all);
    fputc('\n', to);
    alerts_print_total(&page, summary);
    if (summary->crowded_out > 0) {
        print_count(&page, summary->crowded_out, "connection");
        fputs(" of further devices, for which there was no room, are not in the table\n", to);
    }
}
