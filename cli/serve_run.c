/* 'tattler serve' at work: what it reads, who it is, what it may do. */
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "eve_follow.h"
#include "privileges.h"
#include "sandbox.h"
#include "serve.h"
#include "serve_tune.h"

#define LOOK_MS 1000      /* for new records */
#define USUAL_RENEW_S 60  /* hosts save as often */
#define USUAL_RETRY_S 5   /* where that failed, twice as long each time, up to: */
#define USUAL_RETRY_MAX_S 600
#define FOLDER_SIZE 4096

struct serving {
    const struct serve_options *options;
    const struct settings *settings;
    struct report report;
    struct report_about about;
    struct serve_access access;
    struct eve_follow *follow;
    struct triage *triage; /* NULL: there is no configuration to change */
    struct usual usual;
    time_t usual_due_s; /* when the store is read again */
    time_t usual_retry_s; /* 0: it could be read */
    const struct http_module *http;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void catch_signals(void)
{
    const struct sigaction action = { .sa_handler = stop };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* --- what it reads --- */

static bool take_event(void *user, struct eve_event *event)
{
    report_take(user, event);
    return true;
}

static time_t next_retry(time_t before_s)
{
    if (before_s == 0)
        return USUAL_RETRY_S;
    return 2 * before_s < USUAL_RETRY_MAX_S ? 2 * before_s : USUAL_RETRY_MAX_S;
}

/* The store, when all records there are have been read: it is asked for their devices. */
static void renew_usual(struct serving *serving)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec < serving->usual_due_s)
        return;
    usual_clear(&serving->usual);
    serving->usual_retry_s =
            usual_load(serving->settings, &serving->report, &serving->usual)
                    ? 0 : next_retry(serving->usual_retry_s);
    serving->usual_due_s = now.tv_sec +
                           (serving->usual_retry_s != 0 ? serving->usual_retry_s : USUAL_RENEW_S);
    serving->about.version += serving->usual.devices != NULL;
}

static void serve(struct serving *serving, struct http_server *server)
{
    struct report_about *about = &serving->about;

    while (!stopped) {
        bool more = eve_follow_step(serving->follow) |
                    (serving->triage != NULL && triage_step(serving->triage));
        struct eve_counts counts = eve_follow_counts(serving->follow);

        about->version += counts.records != about->read.records || counts.bad != about->read.bad;
        about->read = counts;
        if (!more)
            renew_usual(serving);
        serving->http->turn(server, more ? 0 : LOOK_MS);
    }
}

/* --- what it serves --- */

static bool write_page(void *user, FILE *to)
{
    const struct serving *serving = user;

    return report_page_write(to, &serving->report, &serving->about);
}

static bool write_metrics(void *user, FILE *to)
{
    const struct serving *serving = user;

    serve_metrics(to, &serving->report, &serving->about.read);
    return true;
}

static bool write_version(void *user, FILE *to)
{
    const struct serving *serving = user;

    fprintf(to, "%llu\n", (unsigned long long)serving->about.version);
    return true;
}

static bool write_nothing(void *user, FILE *to)
{
    (void)user;
    (void)to;
    return true;
}

static bool write_triage(void *user, FILE *to)
{
    const struct serving *serving = user;

    return triage_write(serving->triage, to, serving->access.form);
}

static void change(void *user, const struct http_change *change)
{
    const struct serving *serving = user;

    if (change->undo[0] != '\0')
        triage_undo(serving->triage, change->undo);
    else
        triage_apply(serving->triage, change->shown, change->reason);
}

#define HTML "text/html; charset=utf-8"

static const struct http_page pages[] = {
    { "/", HTML, true, write_page },
    { "/metrics", "text/plain; version=0.0.4; charset=utf-8", false, write_metrics },
    { "/version", "text/plain", false, write_version },
    { "/favicon.ico", "image/x-icon", false, write_nothing }, /* browsers complain without */
    { "/tune", HTML, false, write_triage }, /* where there is a configuration */
};

#define PAGES (sizeof(pages) / sizeof(pages[0]))

/* --- who it is --- */

/* Where the file is that 'path' names, behind links. False: it is not there. */
static bool folder_of(const char *path, char out[FOLDER_SIZE])
{
    char *whole = realpath(path, NULL), *slash = whole != NULL ? strrchr(whole, '/') : NULL;

    if (slash != NULL)
        snprintf(out, FOLDER_SIZE, "%.*s", slash == whole ? 1 : (int)(slash - whole), whole);
    free(whole);
    return slash != NULL;
}

static void enter_sandbox(const struct serve_options *options)
{
    const char *const files[] = { options->rules.config, options->place.socket_path };
    char folders[2][FOLDER_SIZE];
    const char *writable[2];
    size_t count = 0;

    for (size_t i = 0; i < 2; i++)
        if (files[i] != NULL && folder_of(files[i], folders[count])) {
            writable[count] = folders[count];
            count++;
        }
    sandbox_enter(writable, count);
}

static bool give_up_rights(const struct serving *serving)
{
    const char *config = serving->options->rules.config;
    struct identity identity;

    if (!identity_find(serving->options->user, &identity) || !privileges_drop(&identity))
        return false;
    if (identity.is_other)
        complain("running as user '%s', who has to be able to read the records%s; another user: "
                 "--user NAME", identity.name, config != NULL ? " and to write the configuration" : "");
    if (serving->settings->live.sandbox)
        enter_sandbox(serving->options);
    return true;
}

/* --- all of it --- */

/* Where to look, when it was asked for any free port too. */
static void tell_place(const struct serve_place *place, int listener,
        const struct serve_access *access)
{
    struct sockaddr_in6 bound; /* its port is where IPv4 has it, too */
    socklen_t len = sizeof(bound);

    if (place->socket_path != NULL) {
        printf("serving on the socket %s\n", place->socket_path);
    } else if (getsockname(listener, (struct sockaddr *)&bound, &len) == 0) {
        printf("http://%s:%u/?token=%s\n", place->host, ntohs(bound.sin6_port), access->token);
    }
    fflush(stdout);
}

/* Takes the listener over. */
static int serve_on(struct serving *serving, int listener)
{
    const struct serve_options *options = serving->options;
    const struct eve_reading reading = { .home = serving->report.home, .event = take_event,
        .problem = complain_of, .user = &serving->report };
    struct http_site site = { .access = &serving->access, .pages = pages, .page_count = PAGES - 1,
        .version = &serving->about.version, .user = serving };
    struct http_server *server = NULL;

    serving->follow = eve_follow_new(options->source, &reading);
    if (options->rules.config != NULL)
        serving->triage = triage_new(options->rules.config, options->source);
    if (serving->triage != NULL) {
        site.page_count = PAGES;
        site.change = change;
        serving->about.has_triage = true;
    }
    if (serving->follow != NULL)
        server = serving->http->start(listener, &site);
    if (server != NULL) {
        tell_place(&options->place, listener, &serving->access);
        serve(serving, server);
    } else {
        complain("the web server does not start");
    }
    if (options->place.socket_path != NULL)
        unlink(options->place.socket_path);
    serving->http->stop(server);
    triage_free(serving->triage);
    eve_follow_free(serving->follow);
    return server != NULL ? EXIT_DONE : EXIT_INPUT;
}

static int run(struct serving *serving)
{
    const struct serve_options *options = serving->options;
    int listener;

    serving->http = serve_module();
    if (serving->http == NULL)
        return EXIT_INPUT;
    if (options->token_file != NULL && !serve_access_read(&serving->access, options->token_file))
        return EXIT_USAGE;
    if (!serve_access_make(&serving->access))
        return EXIT_INPUT;
    listener = serve_listen(&options->place);
    if (listener < 0)
        return EXIT_INPUT;
    if (give_up_rights(serving))
        return serve_on(serving, listener);
    close(listener);
    return EXIT_USAGE;
}

int serve_run(const struct serve_options *options, const struct settings *settings)
{
    struct zone *zone = NULL;
    struct rules rules = { .set = NULL };
    struct rules_told told;
    struct serving serving = {
        .options = options,
        .settings = settings,
        .access = { .open = options->place.socket_path != NULL },
        .about = { .sources = &options->source, .source_count = 1,
            .zone_name = settings->timezone, .is_live = true },
    };
    char error[256];
    int status = EXIT_INPUT;

    catch_signals();
    if (zone_open(settings->timezone, &zone, error, sizeof(error)) != TATTLER_OK) {
        complain("%s", error);
        return EXIT_USAGE;
    }
    report_init(&serving.report, zone, &settings->home_networks);
    if (rules_load_known(&options->rules, settings, &rules, &told)) {
        serving.about.rules = rules.set;
        serving.about.usual = &serving.usual;
        status = run(&serving);
    }
    usual_clear(&serving.usual);
    report_clear(&serving.report);
    rules_clear(&rules);
    zone_close(zone);
    return status;
}
