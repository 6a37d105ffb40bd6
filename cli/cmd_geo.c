/* 'tattler geo': builds the database of networks, and tells what is known of an address. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "engine.h"
#include "enrich/geo.h"
#include "enrich/risk.h"
#include "options.h"
#include "screen.h"

#ifdef HAVE_LIBLOC
#include "enrich/geo_import.h"
#endif

static const char usage[] =
        "usage: tattler geo import [--from location.db] [--to FILE.mmdb]\n"
        "       tattler geo lookup [-c tattler.yaml] ADDRESS...\n"
        "\n"
        "import converts IPFire's location database to the MaxMind DB file that gives network,\n"
        "organisation and country of an address. Without --from it takes what 'location update'\n"
        "fetched, else what the package libloc-database brings (Debian); without --to the result\n"
        "goes where Tattler looks for it.\n"
        "\n"
        "lookup shows what is known of an address.\n"
        "\n"
        "Exit status: 0 done, 1 a database is missing or could not be read or written,\n"
        "2 wrong usage or configuration.\n";

#define GEO_FILE "tattler.mmdb"

static void print_date(uint64_t time_s)
{
    time_t seconds = (time_t)time_s;
    struct tm parts;
    char text[32];

    if (gmtime_r(&seconds, &parts) != NULL && strftime(text, sizeof(text), "%Y-%m-%d", &parts) > 0)
        fputs(text, stdout);
    else
        fputs("an unknown date", stdout);
}

static void print_text(const char *text, size_t len)
{
    screen_print(stdout, cursor_over(text, len), SCREEN_ALL, SCREEN_KEEP_START);
}

/* --- import --- */

#ifdef HAVE_LIBLOC

#define UPDATED_SOURCE "/var/lib/location/database.db" /* where 'location update' puts it */

/* Where the settings' default looks for it; its folder is made if there is none. */
static bool default_target(char *out, size_t size)
{
    const char *state = getenv("TATTLER_STATE");
    int len;

    if (state == NULL || state[0] == '\0')
        state = TATTLER_STATEDIR;
    len = snprintf(out, size, "%s/" GEO_FILE, state);
    if (len < 0 || (size_t)len >= size) {
        complain("the path of the state folder is too long");
        return false;
    }
    if (mkdir(state, 0755) != 0 && errno != EEXIST) {
        complain("%s: cannot make this folder: %s; use sudo, or --to FILE", state,
                strerror(errno));
        return false;
    }
    return true;
}

/* Reads the result back: what it says is what later runs see. */
static int report_import(const struct geo_import_report *report, const char *from, const char *to,
        double seconds)
{
    const char *const paths[] = { to };
    struct geo_description description;
    struct geo *geo;
    char size[SCREEN_SIZE_TEXT];

    if (geo_open(paths, 1, complain_of_file, NULL, &geo) != TATTLER_OK || geo == NULL)
        return EXIT_INPUT;
    geo_describe(geo, 0, &description);
    screen_size(report->size.bytes, size);
    printf("%s: %llu networks, %s, in %.1f s\n", to, (unsigned long long)report->networks, size,
            seconds);
    printf("from %s of ", from);
    print_date(report->created_s);
    printf("\n%s\n", description.text);
    geo_close(geo);
    return EXIT_DONE;
}

static int import(const char *from, const char *to)
{
    char target[4096], error[1024];
    struct geo_import_report report;
    uint64_t start_us;

    if (to == NULL) {
        if (!default_target(target, sizeof(target)))
            return EXIT_INPUT;
        to = target;
    }
    if (from == NULL)
        from = access(UPDATED_SOURCE, R_OK) == 0 ? UPDATED_SOURCE : GEO_IMPORT_SOURCE;
    start_us = steady_us();
    if (geo_import(from, to, &report, error, sizeof(error)) != TATTLER_OK) {
        complain("%s", error);
        return EXIT_INPUT;
    }
    return report_import(&report, from, to, (double)(steady_us() - start_us) / US_PER_S);
}

#else

static int import(const char *from, const char *to)
{
    (void)from, (void)to;
    complain("built without libloc: install libloc-dev (Debian) and build again, or name a "
             "MaxMind DB file that you have in tattler.yaml: 'geo: /path/to/file.mmdb'");
    return EXIT_INPUT;
}

#endif

static int command_import(int argc, char **argv)
{
    const char *from = NULL, *to = NULL;
    const struct command_option rows[] = {
        { OPTION_TEXT, "from", &from, NULL },
        { OPTION_TEXT, "to", &to, NULL },
    };
    int status = options_read("geo", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (optind < argc)
        return usage_error("geo", "'%s' is one argument too many", argv[optind]);
    return import(from, to);
}

/* --- lookup --- */

static bool is_home(const struct settings *settings, const struct address *address)
{
    for (size_t i = 0; i < settings->home_networks.count; i++)
        if (prefix_contains(&settings->home_networks.items[i], address))
            return true;
    return false;
}

static void print_flags(unsigned flags)
{
    static const struct {
        enum geo_flag flag;
        const char *name; /* as risk lists spell it */
    } names[] = {
        { GEO_ANYCAST, "anycast" },
        { GEO_ANONYMOUS_PROXY, "anonymous-proxy" },
        { GEO_SATELLITE, "satellite" },
        { GEO_HOSTILE, "hostile" },
    };
    const char *separator = "  flags    ";

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((flags & names[i].flag) != 0) {
            printf("%s%s", separator, names[i].name);
            separator = ", ";
        }
    if (flags != 0)
        putchar('\n');
}

static void print_geo(const struct geo_record *record)
{
    if (record->asn != 0)
        printf("  network  AS%u ", record->asn);
    else
        fputs("  network  unknown ", stdout);
    print_text(record->as_org, record->as_org_len);
    printf("\n  country  %s\n", record->country[0] != '\0' ? record->country : "unknown");
    print_flags(record->flags);
}

static void print_risk(const struct risk_verdict *verdict)
{
    printf("  risk     %u of 100", verdict->score);
    if (verdict->comment[0] != '\0')
        fputs(": ", stdout);
    print_text(verdict->comment, strlen(verdict->comment));
    if (verdict->source[0] != '\0')
        fputs("\n           see ", stdout);
    print_text(verdict->source, strlen(verdict->source));
    putchar('\n');
}

static void print_address(const struct engine *engine, const struct settings *settings,
        const struct address *address)
{
    bool home = is_home(settings, address);
    struct geo_record record = { 0 };
    struct risk_verdict verdict;
    char text[ADDRESS_TEXT_SIZE];

    screen_address(address, text);
    printf("%s\n  home     %s\n", text,
            home                         ? "yes: its hosts are devices"
            : address_is_public(address) ? "no"
                                         : "no, and not a public address");
    if (home || !address_is_public(address))
        return; /* the engine asks no database about it either */
    if (engine_geo(engine) != NULL) {
        geo_lookup(engine_geo(engine), address, &record);
        print_geo(&record);
    }
    if (engine_risk(engine) != NULL) {
        verdict = risk_lookup(engine_risk(engine), record.asn, address, record.flags);
        print_risk(&verdict);
    }
}

/* The exit status: without a database half of the answer is missing. */
static int print_databases(const struct geo *geo)
{
    struct geo_description description;

    if (geo == NULL) {
        complain("no database of networks: type 'sudo tattler geo import', or name a MaxMind DB "
                 "file in tattler.yaml: 'geo: /path/to/file.mmdb'");
        return EXIT_INPUT;
    }
    for (size_t i = 0; geo_describe(geo, i, &description); i++) {
        printf("%s%s: ", i == 0 ? "\n" : "", description.path);
        print_text(description.type, strlen(description.type));
        fputs(" of ", stdout);
        print_date(description.built_s);
        putchar('\n');
    }
    return EXIT_DONE;
}

static int lookup(const struct settings *settings, char *const texts[])
{
    struct engine *engine = engine_new(settings, random_seed(), complain_of, NULL);
    struct address address;
    int status;

    if (engine == NULL) {
        complain("out of memory");
        return EXIT_INPUT;
    }
    for (size_t i = 0; texts[i] != NULL; i++)
        if (address_parse(texts[i], &address))
            print_address(engine, settings, &address);
    status = print_databases(engine_geo(engine));
    engine_free(engine);
    return status;
}

static int command_lookup(int argc, char **argv)
{
    const char *config = NULL;
    const struct command_option rows[] = { { OPTION_TEXT, "c", &config, NULL } };
    int status = options_read("geo", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);
    struct settings settings;
    struct address address;

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (optind == argc)
        return usage_error("geo", "no address given");
    for (int i = optind; i < argc; i++)
        if (!address_parse(argv[i], &address))
            return usage_error("geo", "'%s' is not an IP address: write one like 192.0.2.1 or "
                                      "2001:db8::1", argv[i]);
    status = load_settings(&settings, config) ? lookup(&settings, argv + optind) : EXIT_USAGE;
    settings_clear(&settings);
    return status;
}

int command_geo(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "import") == 0)
        return command_import(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "lookup") == 0)
        return command_lookup(argc - 1, argv + 1);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return EXIT_DONE;
    }
    if (argc > 1)
        return usage_error("geo", "'%s': write 'import' or 'lookup'", argv[1]);
    return usage_error("geo", "'import' or 'lookup' is missing");
}
