/* What Suricata's parsers found in a flow, told to the engine; it counts from the flow's next
 * packet on, since rules have seen this one. All callbacks run with the flow locked. */
#include "plugin.h"

#include <jansson.h>

#include "app-layer-htp.h"
#include "app-layer-parser.h"
#include "app-layer-ssl.h"
#include "output.h"
#include "output-eve-bindgen.h"
#include "output-tx.h"
#include "rust.h"
#include "util-debug.h"

#include "track/resolution.h"

#define ECH_EXTENSION "65037" /* encrypted_client_hello, RFC 9849 section 10.1 */

/* What a callback needs; false where there is nobody to tell. */
struct Listener {
    struct worker *worker;
    struct flow *flow;
};

static bool Listen(ThreadVars *tv, const Flow *f, struct Listener *out)
{
    struct TattlerFlow *state = TattlerFlowGet(f);

    out->worker = TattlerWorkerGet(tv);
    out->flow = state != NULL ? &state->flow : NULL;
    return out->worker != NULL && out->flow != NULL;
}

/* --- facts that only Suricata's JSON loggers give out --- */

/* Is the number in the text, which begins with another character, and whole? */
static bool HasNumber(const void *text, size_t len, const char *number)
{
    const size_t digits = strlen(number);
    const char *at = text, *end = at + len;

    while ((at = memmem(at, (size_t)(end - at), number, digits)) != NULL) {
        const bool begins = !isdigit((unsigned char)at[-1]);

        at += digits;
        if (begins && (at == end || !isdigit((unsigned char)*at)))
            return true;
    }
    return false;
}

static bool HasText(SCJsonBuilder *jb, const char *text)
{
    return memmem(SCJbPtr(jb), SCJbLen(jb), text, strlen(text)) != NULL;
}

/* --- TLS --- */

/* The logger writes "exts":[0,23,65037]. */
static bool TlsOffersEch(const HandshakeParams *hs)
{
    SCJsonBuilder *jb = SCJbNewObject();
    bool found;

    if (jb == NULL)
        return false;
    found = SCTLSHandshakeLogExtensions(hs, jb) &&
            HasNumber(SCJbPtr(jb), SCJbLen(jb), ECH_EXTENSION);
    SCJbFree(jb);
    return found;
}

static bool TlsOffersDns(const HandshakeParams *hs)
{
    struct CStringData alpn;

    for (uint32_t i = 0; SCTLSHandshakeGetALPN(hs, i, &alpn); i++)
        if (alpn.len == 3 && memcmp(alpn.data, "dot", 3) == 0)
            return true;
    return false;
}

/* Suricata also shows handshakes whose hello it never saw: of connections that have ended, or that an alert
 * of the server moved on where the capture lacks the hello. */
static int OnTls(ThreadVars *tv, void *unused, const Packet *p, Flow *f, void *state, void *tx,
        uint64_t tx_id)
{
    const SSLState *ssl = state;
    const SSLStateConnp *client = &ssl->client_connp;
    struct Listener to;
    struct hello_view hello = {
        .sni = (const char *)client->sni,
        .sni_len = client->sni != NULL ? client->sni_len : 0,
    };

    (void)unused;
    (void)p;
    (void)tx;
    (void)tx_id;
    if ((ssl->flags & SSL_AL_FLAG_STATE_CLIENT_HELLO) == 0 || !Listen(tv, f, &to))
        return 0;
    if (client->hs != NULL) {
        hello.ech = TlsOffersEch(client->hs);
        hello.dns_alpn = TlsOffersDns(client->hs);
    }
    flow_learn_hello(to.worker, to.flow, &hello);
    return 0;
}

/* --- QUIC --- */

/* The third part of a JA3, such as "771,4865-4866,0-16-65037,29-23,", with the comma before it. */
static bool Ja3HasExtension(const uint8_t *ja3, size_t len, const char *number)
{
    const uint8_t *ciphers = memchr(ja3, ',', len), *end = ja3 + len, *from, *to;

    from = ciphers != NULL ? memchr(ciphers + 1, ',', (size_t)(end - ciphers - 1)) : NULL;
    to = from != NULL ? memchr(from + 1, ',', (size_t)(end - from - 1)) : NULL;
    return from != NULL && HasNumber(from, (size_t)((to != NULL ? to : end) - from), number);
}

/* Of "q13d0310h3_..." these are the first protocol's first and last letter. */
static bool Ja4MayOfferDoq(const uint8_t *ja4, size_t len)
{
    return len < 10 || (ja4[8] == 'd' && ja4[9] == 'q');
}

/* What both fingerprints tell, which Suricata has made of a hello in any case: to have its JSON written
 * takes 36,000 instructions. False: there are none, or it must be read for more. */
static bool QuicFingerprints(const struct QuicTransaction *tx, struct hello_view *hello)
{
    const uint8_t *ja3, *ja4;
    uint32_t ja3_len, ja4_len;

    if (!SCQuicTxGetJa3(tx, STREAM_TOSERVER, &ja3, &ja3_len) || SCQuicTxGetJa4(tx, &ja4, &ja4_len) == 0)
        return false;
    hello->ech = Ja3HasExtension(ja3, ja3_len, ECH_EXTENSION);
    return !Ja4MayOfferDoq(ja4, ja4_len);
}

/* The logger writes "extensions":[{"type":16,"values":["h3"]},{"type":65037}]; a quote inside a
 * value is escaped. False: this transaction is no hello. */
static bool QuicJson(const void *tx, struct hello_view *hello)
{
    const EveJsonSimpleAppLayerLogger *logger = SCEveJsonSimpleGetLogger(ALPROTO_QUIC);
    SCJsonBuilder *jb = SCJbNewObject();
    bool found = false;

    if (jb == NULL)
        return false;
    if (logger != NULL && logger->LogTx != NULL && logger->LogTx(tx, jb)) {
        found = HasText(jb, "\"extensions\":[");
        hello->ech = HasText(jb, "\"type\":" ECH_EXTENSION "}");
        hello->dns_alpn = HasText(jb, "\"type\":16,\"values\":[\"doq\"");
    }
    SCJbFree(jb);
    return found;
}

/* Suricata makes a transaction of each packet with a long header; one of them is the hello. */
static int OnQuic(ThreadVars *tv, void *unused, const Packet *p, Flow *f, void *state, void *tx,
        uint64_t tx_id)
{
    struct hello_view hello = { .quic = true };
    const uint8_t *sni = NULL;
    uint32_t sni_len = 0;
    struct Listener to;

    (void)unused;
    (void)state;
    (void)tx_id;
    if (!PKT_IS_TOSERVER(p) || !Listen(tv, f, &to) || to.flow->ech != UNKNOWN)
        return 0;
    if (SCQuicTxGetSni(tx, &sni, &sni_len) != 0 && sni != NULL) {
        hello.sni = (const char *)sni;
        hello.sni_len = sni_len;
    }
    if (QuicFingerprints(tx, &hello) || QuicJson(tx, &hello) || hello.sni_len > 0)
        flow_learn_hello(to.worker, to.flow, &hello);
    return 0;
}

/* --- HTTP --- */

/* The host alone: without what HTTP/2 may join to it ("a, b" where it was sent twice), a port, or
 * the brackets of IPv6 (RFC 3986 section 3.2.2). */
static struct cursor HostOf(const uint8_t *text, size_t len)
{
    const uint8_t *comma = memchr(text, ',', len), *end = NULL;

    if (comma != NULL)
        len = (size_t)(comma - text);
    if (len > 0 && text[0] == '[') {
        text++;
        len--;
        end = memchr(text, ']', len);
    } else {
        end = memchr(text, ':', len);
    }
    return cursor_over(text, end != NULL ? (size_t)(end - text) : len);
}

static void LearnHost(ThreadVars *tv, const Flow *f, const uint8_t *text, size_t len)
{
    const struct cursor host = HostOf(text, len);
    struct Listener to;

    if (Listen(tv, f, &to) && to.flow->name_source < NAME_HTTP)
        flow_learn_http(to.worker, to.flow, (const char *)host.at, host.left);
}

static int OnHttp1(ThreadVars *tv, void *unused, const Packet *p, Flow *f, void *state, void *tx,
        uint64_t tx_id)
{
    const struct bstr *host = htp_tx_request_hostname(tx);

    (void)unused;
    (void)p;
    (void)state;
    (void)tx_id;
    if (host != NULL)
        LearnHost(tv, f, bstr_ptr(host), bstr_len(host));
    return 0;
}

static int OnHttp2(ThreadVars *tv, void *unused, const Packet *p, Flow *f, void *state, void *tx,
        uint64_t tx_id)
{
    void *joined = SCHttp2ThreadBufDataInit(NULL); /* holds the host if it was sent in parts */
    const uint8_t *host = NULL;
    uint32_t len = 0;

    (void)unused;
    (void)p;
    (void)state;
    (void)tx_id;
    if (joined == NULL)
        return 0;
    if (SCHttp2TxGetHostNorm(tx, &host, &len, joined) != 0 && host != NULL)
        LearnHost(tv, f, host, len);
    SCHttp2ThreadBufDataFree(joined);
    return 0;
}

/* --- DNS over TCP; over UDP the engine reads the payload by itself --- */

static const char *TextOf(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text != NULL ? text : "";
}

/* Suricata writes the mnemonics of the IANA registry "DNS RCODEs". */
static uint8_t RcodeOf(const char *name)
{
    static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
        "REFUSED" };
    uint8_t i = 0;

    while (i < sizeof(names) / sizeof(names[0]) && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static void AddAnswer(struct resolution *resolution, const json_t *record)
{
    const char *type = TextOf(record, "rrtype"), *data = TextOf(record, "rdata");
    const json_int_t ttl_s = json_integer_value(json_object_get(record, "ttl"));
    struct address address;

    if (strcmp(type, "CNAME") == 0)
        resolution_add_alias(resolution, data, strlen(data));
    else if ((strcmp(type, "A") == 0 || strcmp(type, "AAAA") == 0) &&
             address_parse(data, &address))
        resolution_add_address(resolution, &address, (uint32_t)ttl_s);
}

/* {"dns":{"type":"response","rcode":"NOERROR","queries":[{"rrname":…}],
 *   "answers":[{"rrname":…,"rrtype":"A","ttl":60,"rdata":…}]}} */
static bool ReadResponse(const json_t *record, struct resolution *out)
{
    const json_t *dns = json_object_get(record, "dns");
    const json_t *answers = json_object_get(dns, "answers");
    const char *asked = TextOf(json_array_get(json_object_get(dns, "queries"), 0), "rrname");

    if (strcmp(TextOf(dns, "type"), "response") != 0)
        return false;
    memset(out, 0, sizeof(*out));
    out->is_answer = true;
    out->rcode = RcodeOf(TextOf(dns, "rcode"));
    resolution_ask(out, asked, strlen(asked));
    for (size_t i = 0; i < json_array_size(answers); i++)
        AddAnswer(out, json_array_get(answers, i));
    return true;
}

static bool ResolutionOf(const struct DNSTransaction *tx, struct resolution *out)
{
    SCJsonBuilder *jb = SCJbNewObject();
    json_t *record = NULL;
    bool is_response;

    if (jb == NULL)
        return false;
    if (SCDnsLogJson(tx, UINT64_MAX, jb) && SCJbClose(jb))
        record = json_loadb((const char *)SCJbPtr(jb), SCJbLen(jb), 0, NULL);
    is_response = record != NULL && ReadResponse(record, out);
    json_decref(record);
    SCJbFree(jb);
    return is_response;
}

static int OnDns(ThreadVars *tv, void *unused, const Packet *p, Flow *f, void *state, void *tx,
        uint64_t tx_id)
{
    struct resolution resolution;
    struct Listener to;

    (void)unused;
    (void)p;
    (void)state;
    (void)tx_id;
    if (f->proto == IPPROTO_TCP && Listen(tv, f, &to) && ResolutionOf(tx, &resolution))
        flow_learn_dns(to.worker, to.flow, &resolution);
    return 0;
}

/* --- registration --- */

/* Progress of each side at which the callback is due, once a transaction. */
static const struct {
    const char *name;
    AppProto alproto;
    uint8_t ipproto;
    TxLogger hear;
    int to_client, to_server;
} listeners[] = {
    { "tattler-tls", ALPROTO_TLS, IPPROTO_TCP, OnTls, 0, TLS_STATE_CLIENT_HELLO_DONE },
    { "tattler-quic", ALPROTO_QUIC, IPPROTO_UDP, OnQuic, 0, 0 },
    { "tattler-http1", ALPROTO_HTTP1, IPPROTO_TCP, OnHttp1, 0, HTP_REQUEST_PROGRESS_BODY },
    { "tattler-http2", ALPROTO_HTTP2, IPPROTO_TCP, OnHttp2, 0, 1 }, /* HTTP2StateOpen */
    { "tattler-dns", ALPROTO_DNS, IPPROTO_TCP, OnDns, 0, 0 },
};

/* A transaction is freed when every logger that Suricata expects has seen it: ours must be among
 * them wherever it is called, which is wherever its protocol has any logger. */
static void Expect(uint8_t ipproto, AppProto alproto, bool wanted)
{
    if (!wanted && !AppLayerParserProtocolHasLogger(ipproto, alproto))
        return;
    SCAppLayerParserRegisterLogger(ipproto, alproto);
    AppLayerParserRegisterLoggerBits(ipproto, alproto,
            AppLayerParserProtocolGetLoggerBits(ipproto, alproto) | BIT_U32(LOGGER_USER));
}

void TattlerTransactionsHear(void)
{
    for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
        const AppProto alproto = listeners[i].alproto;

        if (!AppLayerParserIsEnabled(alproto)) {
            SCLogConfig("%s is disabled in app-layer.protocols: names from it are missing",
                    AppProtoToString(alproto));
            continue;
        }
        if (SCOutputRegisterTxLogger(LOGGER_USER, listeners[i].name, alproto, listeners[i].hear,
                    NULL, listeners[i].to_client, listeners[i].to_server, NULL, TattlerLoggerStart,
                    TattlerLoggerEnd) != 0)
            FatalError("Suricata refused '%s'", listeners[i].name);
        Expect(IPPROTO_TCP, alproto, listeners[i].ipproto == IPPROTO_TCP);
        Expect(IPPROTO_UDP, alproto, listeners[i].ipproto == IPPROTO_UDP);
    }
}
