/* import_probe.c - imports a location database and compares what geo.h then says with what libloc
 * itself says: at random addresses, and at the edges of networks. Prints a sample of expected
 * answers, one a line, for other readers of the file:
 *
 *     ADDRESS<tab>ASN<tab>COUNTRY<tab>FLAGS<tab>ORGANISATION
 *
 * Usage: import_probe LOCATION_DB OUTPUT_MMDB SAMPLE_FILE */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libloc/database.h>

#include "enrich/geo.h"
#include "enrich/geo_import.h"

#define RANDOM_ADDRESSES 10000
#define NETWORK_STEP 40 /* edges of every 40th network */

struct probe {
    struct loc_database *database;
    struct geo *geo;
    FILE *sample;
    unsigned long compared, known, different;
    unsigned long silent; /* libloc finds nothing where we do */
    bool forgetful;       /* libloc does not find what it lists: 0.9.18 gives up too early */
};

#define NOTHING "0\t\t0\t"

static unsigned libloc_flags(struct loc_network *network)
{
    unsigned flags = 0;

    if (loc_network_has_flag(network, LOC_NETWORK_FLAG_ANYCAST))
        flags |= GEO_ANYCAST;
    if (loc_network_has_flag(network, LOC_NETWORK_FLAG_ANONYMOUS_PROXY))
        flags |= GEO_ANONYMOUS_PROXY;
    if (loc_network_has_flag(network, LOC_NETWORK_FLAG_SATELLITE_PROVIDER))
        flags |= GEO_SATELLITE;
    if (loc_network_has_flag(network, LOC_NETWORK_FLAG_DROP))
        flags |= GEO_HOSTILE;
    return flags;
}

/* What libloc says, as a line of the sample. */
static void ask_libloc(struct probe *probe, const struct in6_addr *address, char *out, size_t size)
{
    struct loc_network *network = NULL;
    struct loc_as *as = NULL;
    const char *country, *name = NULL;
    uint32_t asn;

    snprintf(out, size, NOTHING);
    if (loc_database_lookup(probe->database, address, &network) != 0 || network == NULL)
        return;
    asn = loc_network_get_asn(network);
    country = loc_network_get_country_code(network);
    if (asn != 0 && loc_database_get_as(probe->database, &as, asn) == 0 && as != NULL)
        name = loc_as_get_name(as);
    snprintf(out, size, "%u\t%s\t%u\t%s", asn, country != NULL ? country : "",
             libloc_flags(network), name != NULL ? name : "");
    if (as != NULL)
        loc_as_unref(as);
    loc_network_unref(network);
}

static void ask_geo(struct probe *probe, const struct in6_addr *address, char *out, size_t size)
{
    struct address ours = address_from_v6(address->s6_addr);
    struct geo_record found;

    probe->known += geo_lookup(probe->geo, &ours, &found);
    snprintf(out, size, "%u\t%s\t%u\t%.*s", found.asn, found.country, found.flags,
             (int)found.as_org_len, found.as_org != NULL ? found.as_org : "");
}

static void compare(struct probe *probe, const struct in6_addr *address)
{
    char text[INET6_ADDRSTRLEN], theirs[1024], ours[1024];

    if (address->s6_addr[0] == 0x20 && address->s6_addr[1] == 0x02)
        return; /* 2002::/16 is an alias of IPv4 */
    inet_ntop(AF_INET6, address, text, sizeof(text));
    ask_libloc(probe, address, theirs, sizeof(theirs));
    ask_geo(probe, address, ours, sizeof(ours));
    probe->compared++;
    if (strcmp(theirs, NOTHING) == 0 && strcmp(ours, NOTHING) != 0) {
        probe->silent++;
        return;
    }
    if (strcmp(ours, theirs) != 0 && probe->different++ < 10)
        printf("%s: libloc: %s, ours: %s\n", text, theirs, ours);
    if (probe->compared % 8 == 0)
        fprintf(probe->sample, "%s\t%s\n", text, theirs);
}

static void compare_random(struct probe *probe)
{
    srand(1);
    for (int n = 0; n < RANDOM_ADDRESSES; n++) {
        struct in6_addr address = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
        int first = n % 2 == 0 ? 12 : 1;

        if (n % 2 != 0)
            address = (struct in6_addr){ .s6_addr = { (uint8_t)(0x20 + rand() % 16) } };
        for (int i = first; i < 16; i++)
            address.s6_addr[i] = (uint8_t)(rand() >> 8);
        compare(probe, &address);
    }
}

static void note_forgotten(struct probe *probe, struct loc_network *network)
{
    char text[1024];

    ask_libloc(probe, loc_network_get_first_address(network), text, sizeof(text));
    if (strcmp(text, NOTHING) == 0 && loc_network_get_asn(network) != 0)
        probe->forgetful = true;
}

/* The address one before or after. */
static struct in6_addr beside(const struct in6_addr *address, int step)
{
    struct in6_addr next = *address;

    for (int i = 15; i >= 0; i--) {
        next.s6_addr[i] = (uint8_t)(next.s6_addr[i] + step);
        if (next.s6_addr[i] != (step > 0 ? 0 : 0xff))
            break;
    }
    return next;
}

static void compare_edges(struct probe *probe)
{
    struct loc_database_enumerator *enumerator;
    struct loc_network *network = NULL;

    if (loc_database_enumerator_new(&enumerator, probe->database, LOC_DB_ENUMERATE_NETWORKS,
                                    0) != 0)
        exit(2);
    for (int n = 0; loc_database_enumerator_next_network(enumerator, &network) == 0 &&
                    network != NULL; n++) {
        if (n % NETWORK_STEP == 0) {
            const struct in6_addr *first = loc_network_get_first_address(network);
            const struct in6_addr *last = loc_network_get_last_address(network);
            struct in6_addr before = beside(first, -1), after = beside(last, 1);

            note_forgotten(probe, network);
            compare(probe, first);
            compare(probe, last);
            compare(probe, &before);
            compare(probe, &after);
        }
        loc_network_unref(network);
        network = NULL;
    }
    loc_database_enumerator_unref(enumerator);
}

static void import(const char *location_db, const char *output)
{
    struct geo_import_report report;
    char error[512];

    if (geo_import(location_db, output, &report, error, sizeof(error)) != TATTLER_OK) {
        printf("%s\n", error);
        exit(1);
    }
    printf("imported %llu networks (%llu skipped): %u nodes, %u records, %llu bytes\n",
           (unsigned long long)report.networks, (unsigned long long)report.skipped,
           report.size.nodes, report.size.records, (unsigned long long)report.size.bytes);
}

static void tell(void *user, const char *path, unsigned line, const char *what)
{
    (void)user;
    (void)line;
    printf("%s: %s\n", path, what);
    exit(1);
}

int main(int argc, char **argv)
{
    struct probe probe = { 0 };
    struct loc_ctx *loc;
    FILE *source;

    if (argc != 4)
        return 2;
    import(argv[1], argv[2]);
    source = fopen(argv[1], "rb");
    probe.sample = fopen(argv[3], "w");
    if (source == NULL || probe.sample == NULL || loc_new(&loc) != 0 ||
        loc_database_new(loc, &probe.database, source) != 0)
        return 2;
    if (geo_open((const char *[]){ argv[2] }, 1, tell, NULL, &probe.geo) != TATTLER_OK)
        return 1;
    compare_random(&probe);
    compare_edges(&probe);
    printf("compared %lu addresses with libloc, %lu known: %lu differ, %lu it does not find%s\n",
           probe.compared, probe.known, probe.different, probe.silent,
           probe.forgetful ? " (nor others that it lists)" : "");
    if (!probe.forgetful)
        probe.different += probe.silent;
    geo_close(probe.geo);
    loc_database_unref(probe.database);
    loc_unref(loc);
    fclose(source);
    return fclose(probe.sample) != 0 || probe.different != 0 || probe.compared < 1000;
}
