/* 'tattler serve': the page of 'tattler report', kept up to date, in a browser. */

#include "base/hash.h"
#include "command.h"
#include "options.h"
#include "serve.h"

#define DEFAULT_PLACE "127.0.0.1:8844"

static const char usage[] =
        "usage: tattler serve [-c tattler.yaml] [-S RULES]... [--store FILE]\n"
        "                     [--listen ADDRESS:PORT | --socket PATH] [--token-file FILE]\n"
        "                     [--user NAME] EVE\n"
        "\n"
        "Serves the page of 'tattler report' of EVE that is being written: a file, a folder of files\n"
        "that are rotated, or redis://HOST/STREAM. Keeps it up to date, and tells Prometheus its numbers\n"
        "under /metrics. Open the address that it prints.\n"
        "\n"
        "  -c FILE                configuration: home networks, time zone, rules, 'baseline'\n"
        "  -S RULES               rules to explain alerts by, a file or a folder\n"
        "  --store FILE           the store of baselines: what is usual for each device\n"
        "  --listen ADDRESS:PORT  default: " DEFAULT_PLACE "; another machine's way in needs --token-file\n"
        "  --socket PATH          a Unix socket instead: who may open it needs no token\n"
        "  --token-file FILE      a token of your own (16 characters or more), for cookie and bearer\n"
        "  --user NAME            run as this user once it listens; default if started as root: tattler,\n"
        "                         else nobody\n"
        "  -h, --help             this text\n"
        "\n"
        "Exit status: 0 ended by a signal, 1 it could not listen, 2 wrong usage or configuration.\n";

/* --- arguments --- */

static int check_options(struct serve_options *options)
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

static int read_options(int argc, char **argv, struct serve_options *options)
{
    const struct command_option rows[] = {
        { OPTION_TEXT, "c", &options->rules.config, NULL },
        { OPTION_RULES, "S", &options->rules, NULL },
        { OPTION_TEXT, "listen", &options->listen, NULL },
        { OPTION_TEXT, "socket", &options->place.socket_path, NULL },
        { OPTION_TEXT, "token-file", &options->token_file, NULL },
        { OPTION_TEXT, "store", &options->store, NULL },
        { OPTION_TEXT, "user", &options->user, NULL },
    };
    int status = options_read("serve", usage, rows, sizeof(rows) / sizeof(rows[0]), argc, argv);

    if (status != EXIT_DONE)
        return status;
    if (argc - optind != 1)
        return usage_error("serve", optind == argc ? "no EVE given: a file such as eve.json"
                                                   : "one EVE source at a time: a folder holds "
                                                     "several files");
    options->source = argv[optind];
    return check_options(options);
}

int command_serve(int argc, char **argv)
{
    struct serve_options options = { .listen = NULL };
    struct settings settings;
    int status = read_options(argc, argv, &options);

    if (status != EXIT_DONE)
        return status < 0 ? EXIT_DONE : status;
    hash_set_seed(random_seed());
    status = EXIT_USAGE;
    if (load_settings(&settings, options.rules.config) && usual_choose(&settings, options.store))
        status = serve_run(&options, &settings);
    settings_clear(&settings);
    return status;
}
