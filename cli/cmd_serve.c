/* 'tattler serve': the page of 'tattler report', kept up to date, in a browser. */
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "command.h"
#include "eve_follow.h"
#include "rules_told.h"
#include "serve.h"
#include "serve_tune.h"

#define DEFAULT_PLACE "127.0.0.1:8844"
#define LOOK_MS 1000 /* for new records */

static const char usage[] =
        "usage: tattler serve [-c tattler.yaml] [-S RULES]... [--listen ADDRESS:PORT | --socket PATH]\n"
        "                     [--token-file FILE] EVE\n"
        "\n"
        "Serves the page of 'tattler report' of an EVE file that is being written to, keeps it up to\n"
        "date, and tells Prometheus its numbers under /metrics. Open the address that it prints.\n"
        "\n"
        "  -c FILE                configuration: home networks, time zone, rules\n"
        "  -S RULES               rules to explain alerts by, a file or a folder\n"
        "  --listen ADDRESS:PORT  default: " DEFAULT_PLACE "; another machine's way in needs --token-file\n"
        "  --socket PATH          a Unix socket instead: who may open it needs no token\n"
        "  --token-file FILE      a token of your own (16 characters or more), for cookie and bearer\n"
        "  -h, --help\n"
        "\n"
        "Exit status: 0 ended by a signal, 1 it could not listen, 2 wrong usage or configuration.\n";

struct options {
    struct rule_options rules;
    const char *listen, *token_file, *source;
    struct serve_place place;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* --- arguments --- */

static int check_options(struct options *options)
{
    if (options->listen != NULL && options->place.socket_path != NULL)
        return usage_error("serve", "--listen and --socket both say where: give one of them");
    if (options->place.socket_path != NULL)
        return EXIT_DONE;
    if (!serve_place_parse(options->listen != NULL ? options->listen : DEFAULT_PLACE,
                &options->place))
        return EXIT_USAGE;
    if (!options->place.is_loopback && options->token_file == NULL)
        return usage_error("serve", "%s is within reach of others: give a token with --token-file",
                options->listen);
    return EXIT_DONE;
}

static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        { "listen", required_argument, NULL, 'l' },
        { "socket", required_argument, NULL, 's' },
        { "token-file", required_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, ":c:S:h", longs, NULL)) != -1)
        switch (option) {
        case 'c':
            options->rules.config = optarg;
            break;
        case 'S':
            if (options->rules.path_count == RULE_PATHS_MAX)
                return usage_error("serve", "more than %d options -S: give a folder",
                        RULE_PATHS_MAX);
            options->rules.paths[options->rules.path_count++] = optarg;
            break;
        case 'l':
            options->listen = optarg;
            break;
        case 's':
            options->place.socket_path = optarg;
            break;
        case 't':
            options->token_file = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return -1;
        case ':':
            return usage_error("serve", "option '%s' needs a value", argv[optind - 1]);
        default:
            return usage_error("serve", "unknown option '%s'", argv[optind - 1]);
        }
    if (argc - optind != 1)
        return usage_error("serve", optind == argc ? "no EVE given: a file such as eve.json"
                                                   : "one EVE file at a time");
    options->source = argv[optind];
    return check_options(options);
}

/* --- the work --- */

static bool take_event(void *user, struct eve_event *event)
{
    report_take(user, event);
    return true;
}

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

static void serve(struct server *server, struct eve_follow *follow, struct triage *triage,
        struct report_about *about)
{
    while (!stopped) {
        bool more = eve_follow_step(follow) | (triage != NULL && triage_step(triage));
        struct eve_counts counts = eve_follow_counts(follow);

        about->version += counts.records != about->read.records || counts.bad != about->read.bad;
        about->read = counts;
        server_turn(server, more ? 0 : LOOK_MS);
    }
}

static int run(const struct options *options, struct report *report, struct report_about *about)
{
    struct serve_access access = { .open = options->place.socket_path != NULL };
    const struct eve_reading reading = { .home = report->home, .event = take_event,
        .problem = complain_of, .user = report };
    struct server_source source = { report, about, &access, NULL };
    struct eve_follow *follow;
    struct server *server = NULL;
    int listener;

    if (options->token_file != NULL && !serve_access_read(&access, options->token_file))
        return EXIT_USAGE;
    if (!serve_access_make(&access))
        return EXIT_INPUT;
    listener = serve_listen(&options->place);
    if (listener < 0)
        return EXIT_INPUT;
    follow = eve_follow_new(options->source, &reading);
    if (options->rules.config != NULL)
        source.triage = triage_new(options->rules.config, options->source);
    about->has_triage = source.triage != NULL;
    if (follow != NULL)
        server = server_new(listener, &source);
    if (server != NULL) {
        tell_place(&options->place, listener, &access);
        serve(server, follow, source.triage, about);
    }
    if (options->place.socket_path != NULL)
        unlink(options->place.socket_path);
    server_free(server);
    triage_free(source.triage);
    eve_follow_free(follow);
    return server != NULL ? EXIT_DONE : EXIT_INPUT;
}

static int run_with(const struct options *options, const struct settings *settings)
{
    struct zone *zone = NULL;
    struct rules rules = { .set = NULL };
    struct report report;
    struct report_about about = { .sources = &options->source, .source_count = 1,
        .zone_name = settings->timezone, .is_live = true };
    char error[256];
    int status = EXIT_INPUT;

    if (zone_open(settings->timezone, &zone, error, sizeof(error)) != TATTLER_OK) {
        complain("%s", error);
        return EXIT_USAGE;
    }
    report_init(&report, zone, &settings->home_networks);
    if (rules_load_known(&options->rules, settings, &rules)) {
        about.rules = rules.set;
        status = run(options, &report, &about);
    }
    report_clear(&report);
    rules_clear(&rules);
    zone_close(zone);
    return status;
}

int command_serve(int argc, char **argv)
{
    struct options options = { .listen = NULL };
    const struct sigaction action = { .sa_handler = stop };
    struct settings settings;
    int status = read_options(argc, argv, &options);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    hash_set_seed(random_seed());
    status = EXIT_USAGE;
    if (load_settings(&settings, options.rules.config))
        status = run_with(&options, &settings);
    settings_clear(&settings);
    return status;
}
