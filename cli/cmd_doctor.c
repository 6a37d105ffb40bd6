/* 'tattler doctor': does everything fit together, and if not, what to do. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "detect/suppress.h"
#include "doctor.h"
#include "enrich/domain.h"
#include "enrich/geo.h"
#include "enrich/oui.h"
#include "enrich/resolvers.h"
#include "enrich/risk.h"
#include "enrich/zone.h"
#include "options.h"
#include "rules.h"
#include "screen.h"

#define SURICATA_YAML "/etc/suricata/suricata.yaml"
#define GEO_DAYS_MAX 180 /* networks change hands; half a year misplaces a few in a hundred */
#define TEXT_SIZE 2048

static const char usage[] =
        "usage: tattler doctor [-c tattler.yaml] [suricata.yaml]\n"
        "\n"
        "Checks that configuration, data files and Suricata's set-up fit together, and says what\n"
        "to do where they do not. Without an argument " SURICATA_YAML "\n"
        "is looked at if it exists; its section 'tattler' counts unless -c is given.\n"
        "\n"
        "Exit status: 0 nothing but warnings, 1 problems, 2 wrong usage.\n";

/* --- the list --- */

__attribute__((format(printf, 4, 5))) void
checklist_tell(struct checklist *list, enum verdict verdict, const char *advice,
        const char *format, ...)
{
    static const char *const names[] = { "ok", "note", "warning", "problem" };
    char text[TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    list->counts[verdict]++;
    printf("%-8s ", names[verdict]);
    screen_print(stdout, cursor_over(text, strlen(text)), SCREEN_ALL, SCREEN_KEEP_START);
    putchar('\n');
    if (advice != NULL) {
        fputs("         -> ", stdout);
        screen_print(stdout, cursor_over(advice, strlen(advice)), SCREEN_ALL, SCREEN_KEEP_START);
        putchar('\n');
    }
}

/* For loaders that tell of each bad line. */
static void tell_line(void *user, const char *path, unsigned line, const char *what)
{
    if (line > 0)
        checklist_tell(user, VERDICT_WARNING, NULL, "%s:%u: %s", path, line, what);
    else
        checklist_tell(user, VERDICT_PROBLEM, "mend the file, or take it out of the configuration",
                "%s: %s", path, what);
}

void checklist_tell_place(void *list, const char *file, unsigned line, unsigned column,
        const char *what)
{
    if (line > 0)
        checklist_tell(list, VERDICT_PROBLEM, NULL, "%s:%u:%u: %s", file, line, column, what);
    else
        checklist_tell(list, VERDICT_PROBLEM, NULL, "%s: %s", file, what);
}

/* --- configuration and data files --- */

static const char *const *items_of(const struct string_list *list)
{
    return (const char *const *)list->items;
}

/* True if the file at 'path', if any, has no mistake: then its variables may be used. */
static bool check_settings(struct checklist *list, struct settings *settings, const char *path)
{
    enum tattler_status status = settings_default(settings);

    if (status == TATTLER_OK && path == NULL) {
        checklist_tell(list, VERDICT_OK, NULL, "configuration: the built-in one");
        return true;
    }
    if (status == TATTLER_OK)
        status = settings_read_yaml(settings, path, checklist_tell_place, list);
    if (status == TATTLER_OK)
        status = rules_check_vars(settings, path, checklist_tell_place, list);
    if (status == TATTLER_OK)
        checklist_tell(list, VERDICT_OK, NULL, "configuration: %s", path);
    else if (status == TATTLER_NO_MEMORY)
        checklist_tell(list, VERDICT_PROBLEM, NULL, "configuration: out of memory");
    return status == TATTLER_OK;
}

static void tell_database(struct checklist *list, const struct geo_description *database)
{
    time_t built = (time_t)database->built_s;
    double days = difftime(time(NULL), built) / DAY_S;
    char date[32] = "an unknown date";
    struct tm parts;

    if (gmtime_r(&built, &parts) != NULL)
        strftime(date, sizeof(date), "%Y-%m-%d", &parts);
    if (days > GEO_DAYS_MAX)
        checklist_tell(list, VERDICT_WARNING, "get a newer one; for Tattler's own: "
                "'sudo apt install location && sudo location update && sudo tattler geo import'",
                "networks: %s, %s of %s, is %.0f days old", database->path, database->type, date,
                days);
    else
        checklist_tell(list, VERDICT_OK, NULL, "networks: %s, %s of %s", database->path,
                database->type, date);
}

static void check_geo(struct checklist *list, const struct settings *settings)
{
    struct geo_description database;
    struct geo *geo;

    if (settings->geo.count == 0) {
        checklist_tell(list, VERDICT_WARNING, "type 'sudo apt install libloc-database && sudo "
                "tattler geo import', or name a MaxMind DB file in tattler.yaml under 'geo'",
                "networks: no database, so asn, as_org and country stay unknown");
        return;
    }
    if (geo_open(items_of(&settings->geo), settings->geo.count, tell_line, list, &geo) !=
            TATTLER_OK) {
        checklist_tell(list, VERDICT_PROBLEM, NULL, "networks: out of memory");
        return;
    }
    for (size_t i = 0; geo != NULL && geo_describe(geo, i, &database); i++)
        tell_database(list, &database);
    geo_close(geo);
}

static void check_oui(struct checklist *list, const struct settings *settings)
{
    struct oui *oui;

    if (settings->oui.count == 0) {
        checklist_tell(list, VERDICT_WARNING, "type 'sudo apt install ieee-data'",
                "vendors: no IEEE registry, so device.vendor stays unknown");
        return;
    }
    if (oui_open(items_of(&settings->oui), settings->oui.count, tell_line, list, &oui) !=
            TATTLER_OK) {
        checklist_tell(list, VERDICT_PROBLEM, NULL, "vendors: out of memory");
        return;
    }
    if (oui != NULL)
        checklist_tell(list, VERDICT_OK, NULL, "vendors: %zu assignments", oui_assignments(oui));
    oui_close(oui);
}

static void check_risk(struct checklist *list, const struct settings *settings)
{
    struct risk *risk;

    if (risk_load(items_of(&settings->risk), settings->risk.count, tell_line, list, &risk) !=
            TATTLER_OK) {
        checklist_tell(list, VERDICT_PROBLEM, NULL, "risk: too many files, or out of memory");
        return;
    }
    if (risk_rows(risk) > 0)
        checklist_tell(list, VERDICT_OK, NULL, "risk: %zu rows", risk_rows(risk));
    else
        checklist_tell(list, VERDICT_WARNING, "install Tattler's data files (make install), or "
                "name a CSV file under 'risk'", "risk: no list, so asn_risk is always 0");
    risk_free(risk);
}

static void check_resolvers(struct checklist *list, const struct settings *settings)
{
    struct resolvers *resolvers;

    if (resolvers_load(items_of(&settings->resolvers), settings->resolvers.count, tell_line, list,
                &resolvers) != TATTLER_OK) {
        checklist_tell(list, VERDICT_PROBLEM, NULL, "resolvers: out of memory");
        return;
    }
    if (resolvers_count(resolvers) > 0)
        checklist_tell(list, VERDICT_OK, NULL, "resolvers: %zu encrypted ones are known",
                resolvers_count(resolvers));
    else
        checklist_tell(list, VERDICT_WARNING, "install Tattler's data files (make install), or "
                "name a file under 'resolvers'",
                "resolvers: no list, so DNS over HTTPS is taken for any HTTPS and no_dns may be "
                "true wrongly");
    resolvers_free(resolvers);
}

static void check_domains(struct checklist *list, const struct settings *settings)
{
    const char *path = settings->public_suffix_list;
    struct domain_list *domains;
    char error[TEXT_SIZE];

    if (domain_open(path, &domains, error, sizeof(error)) != TATTLER_OK) {
        checklist_tell(list, VERDICT_PROBLEM, "type 'sudo apt install publicsuffix', or correct "
                "'public-suffix-list' in the configuration", "domains: %s", error);
        return;
    }
    checklist_tell(list, VERDICT_OK, NULL, "domains: public suffix list, %s",
            path != NULL ? path : "the system's or the one built into libpsl");
    domain_close(domains);
}

static void check_zone(struct checklist *list, const struct settings *settings)
{
    struct zone *zone;
    char error[TEXT_SIZE];

    if (zone_open(settings->timezone, &zone, error, sizeof(error)) != TATTLER_OK) {
        checklist_tell(list, VERDICT_PROBLEM, NULL, "time zone: %s", error);
        return;
    }
    checklist_tell(list, VERDICT_OK, NULL, "time zone: %s",
            settings->timezone != NULL ? settings->timezone : "the machine's");
    zone_close(zone);
}

static void check_suppress(struct checklist *list, const struct settings *settings)
{
    uint64_t now_us = clock_us();
    char name[SUPPRESS_NAME_SIZE];
    size_t expired = 0;

    for (size_t i = 0; i < settings->suppress_count; i++) {
        uint64_t until_us = settings->suppress[i].until_us;

        if (until_us == 0 || until_us > now_us)
            continue;
        expired++;
        suppress_name(settings, i, name);
        checklist_tell(list, VERDICT_WARNING, "take the entry out, or give it another 'expires' if it "
                "is still right", "suppress: %s has expired, so its alerts are told again", name);
    }
    if (settings->suppress_count > expired)
        checklist_tell(list, VERDICT_OK, NULL, "suppress: %zu entries in force",
                settings->suppress_count - expired);
}

/* --- the command --- */

static int check_all(const char *config, const char *suricata_yaml)
{
    struct checklist list = { { 0 } };
    struct settings settings;
    bool good;

    if (suricata_yaml == NULL && access(SURICATA_YAML, F_OK) == 0)
        suricata_yaml = SURICATA_YAML;
    if (config == NULL && suricata_yaml != NULL && suricata_has_section(suricata_yaml))
        config = suricata_yaml;
    good = check_settings(&list, &settings, config);
    check_geo(&list, &settings);
    check_oui(&list, &settings);
    check_risk(&list, &settings);
    check_resolvers(&list, &settings);
    check_domains(&list, &settings);
    check_zone(&list, &settings);
    check_suppress(&list, &settings);
    rules_check(&list, &settings, good ? config : NULL, suricata_yaml == NULL);
    settings_clear(&settings);
    if (suricata_yaml != NULL)
        suricata_check(&list, suricata_yaml);
    else
        checklist_tell(&list, VERDICT_NOTE, NULL,
                "Suricata: no " SURICATA_YAML " here and none named, so not looked at");
    printf("\n%u problem%s, %u warning%s\n", list.counts[VERDICT_PROBLEM],
            list.counts[VERDICT_PROBLEM] == 1 ? "" : "s", list.counts[VERDICT_WARNING],
            list.counts[VERDICT_WARNING] == 1 ? "" : "s");
    return list.counts[VERDICT_PROBLEM] > 0 ? EXIT_INPUT : EXIT_DONE;
}

int command_doctor(int argc, char **argv)
{
    const char *config = NULL;
    const struct command_option rows[] = { { OPTION_TEXT, "c", &config, NULL } };
    int status = options_read("doctor", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    if (argc - optind > 1)
        return usage_error("doctor", "'%s' is one argument too many", argv[optind + 1]);
    return check_all(config, argv[optind]);
}
