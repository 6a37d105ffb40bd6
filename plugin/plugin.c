/* Entry of the plugin: checks that this Suricata is the one whose headers it was compiled with,
 * makes the engine and registers the parts. */
#include "plugin.h"

#include <sys/random.h>

#include "output.h"
#include "runmodes.h"
#include "suricata-plugin.h"
#include "suricata.h"
#include "util-debug.h"

#include "base/time.h"
#include "detect/suppress.h"

#ifndef TATTLER_VERSION
#error "TATTLER_VERSION must be the version of this build"
#endif

/* "8.0.7 RELEASE" or "8.0.8-dev (revision)". Suricata itself compares major and minor only, but
 * its structures change between patch levels. */
static bool IsSuricataOfHeaders(void)
{
    const char *running = GetProgramVersion();
    const size_t len = strlen(PROG_VER);

    return strncmp(running, PROG_VER, len) == 0 && (running[len] == ' ' || running[len] == '\0');
}

static void TellProblem(void *user, const char *what)
{
    unsigned *problems = user;

    (*problems)++;
    SCLogWarning("%s", what);
}

/* By the clock on the wall: what alerts now is not silenced by them. */
static void TellExpired(const struct settings *settings)
{
    const uint64_t now_us = (uint64_t)time(NULL) * US_PER_S;
    char name[SUPPRESS_NAME_SIZE];

    for (size_t i = 0; i < settings->suppress_count; i++) {
        suppress_name(settings, i, name);
        if (settings->suppress[i].until_us != 0 && settings->suppress[i].until_us <= now_us)
            SCLogWarning("the entry '%s' of 'suppress' has expired: its alerts are told again", name);
    }
}

/* Does not return without an engine. A file that cannot be used is left out, unless
 * engine.init-failure-fatal is set. */
static struct engine *MakeEngine(void)
{
    struct settings *settings = SCCalloc(1, sizeof(*settings)); /* the engine's for life */
    struct engine *engine;
    unsigned problems = 0;
    uint64_t seed;

    if (settings == NULL)
        FatalError("no memory for the settings");
    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        FatalError("no random number: %s", strerror(errno));
    TattlerConfigRead(settings);
    TellExpired(settings);
    engine = engine_new(settings, seed, TellProblem, &problems);
    if (engine == NULL)
        FatalError("no memory for the engine");
    TattlerBaselineUse(engine, settings);
    problems += TattlerHeuristicsLoad(engine, settings);
    if (problems > 0)
        FatalErrorOnInit("problems with data files: %u; the rest of them is used", problems);
    return engine;
}

TmEcode TattlerLoggerStart(ThreadVars *tv, const void *unused, void **state)
{
    (void)tv;
    (void)unused;
    *state = NULL;
    return TM_ECODE_OK;
}

TmEcode TattlerLoggerEnd(ThreadVars *tv, void *state)
{
    (void)tv;
    (void)state;
    return TM_ECODE_OK;
}

/* Asked for each packet, as are all loggers: so there is one for all that they tell. */
static bool TellsSomething(ThreadVars *tv, void *unused, const Packet *p)
{
    (void)tv;
    (void)unused;
    return p->alerts.cnt > 0 || TattlerClaimsIs(p);
}

static int OnPacket(ThreadVars *tv, void *unused, const Packet *p)
{
    (void)tv;
    (void)unused;
    TattlerUsualLearn(p);
    if (TattlerClaimsIs(p))
        TattlerClaimsLearn(p);
    return 0;
}

static void HearPackets(struct engine *engine)
{
    TattlerUsualUse(engine);
    TattlerClaimsUse(engine);
    if (SCOutputRegisterPacketLogger(LOGGER_USER, "tattler-packets", OnPacket, TellsSomething, NULL,
                TattlerLoggerStart, TattlerLoggerEnd) != 0)
        FatalError("Suricata refused 'tattler-packets'");
}

/* Suricata has listed the kinds of loggers in use before; one that only the plugin uses would not
 * be among them. With --unix-socket there are no loggers and no statistics yet: each capture makes
 * its own, and tells no plugin. */
static void OnLoggingReady(void *data)
{
    struct engine *engine = data;

    if (SCRunmodeGet() == RUNMODE_UNIX_SOCKET) {
        SCLogWarning("in unix-socket mode there are no names from TLS, QUIC and HTTP, no devices "
                     "from ARP and no counters: use -r for captures");
        return;
    }
    TattlerTransactionsHear();
    HearPackets(engine);
    TattlerBaselineCountersRegister();
    TattlerCountersRegister();
    TattlerSuppressCountersRegister();
    OutputClearActiveLoggers();
    OutputSetupActiveLoggers();
}

/* Several threads run apart in the time of packets as a file is read: one judges a connection before
 * another has seen the answer of DNS that explains it. */
static void ReadFilesInOrder(void)
{
    const char *mode = NULL;

    if (SCRunmodeGet() != RUNMODE_PCAP_FILE)
        return;
    if (SCConfGet("runmode", &mode) != 1 || mode == NULL || strcmp(mode, "auto") == 0) {
        SCLogInfo("captures are read in run mode single, in the order of their packets");
        SCConfSet("runmode", "single");
    } else if (strcmp(mode, "single") != 0) {
        SCLogWarning("run mode %s reads captures out of order, so that connections seem to lack DNS "
                     "and heartbeats to pause: use --runmode single",
                mode);
    }
}

static void TattlerInit(void)
{
    struct engine *engine;

    if (!IsSuricataOfHeaders()) {
        /* By these words 'tattler doctor' finds the version in the file. */
        SCLogError("built for Suricata " PROG_VER ", but this is %s: the plugin stays off. Build "
                   "it with the headers of this Suricata.",
                GetProgramVersion());
        return;
    }
    ReadFilesInOrder();
    engine = MakeEngine();
    if (!TattlerFlowRegister(engine) || !TattlerSuppressRegister(engine) || !TattlerEveRegister(engine) ||
            !TattlerKeywordsRegister() || !TattlerRecordsRegister(engine) ||
            SCRegisterOnLoggingReady(OnLoggingReady, engine) != 0)
        FatalError("Suricata refused a registration");
}

static SCPlugin plugin = {
    .version = SC_API_VERSION,
    .suricata_version = SC_PACKAGE_VERSION,
    .name = "tattler",
    .plugin_version = TATTLER_VERSION,
    .author = "The Tattler authors",
    .license = "GPL-2.0-or-later",
    .Init = TattlerInit,
};

/* The one symbol that this library exports. */
__attribute__((visibility("default"))) SCPlugin *SCPluginRegister(void);

SCPlugin *SCPluginRegister(void)
{
    return &plugin;
}
