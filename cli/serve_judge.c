/* Who may read what 'tattler serve' serves. */
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>

#include "base/address.h"
#include "serve_http_internal.h"

#define COOKIE "tattler"

/* Equal, told in a time that depends on neither. */
static bool is_same_secret(const char *one, const char *other)
{
    struct sha256_ctx hash;
    uint8_t digests[2][SHA256_DIGEST_SIZE];
    const char *const secrets[] = { one, other };

    for (size_t i = 0; i < 2; i++) {
        sha256_init(&hash);
        sha256_update(&hash, strlen(secrets[i]), (const uint8_t *)secrets[i]);
        sha256_digest(&hash, SHA256_DIGEST_SIZE, digests[i]);
    }
    return memeql_sec(digests[0], digests[1], SHA256_DIGEST_SIZE) != 0;
}

/* --- requests --- */

/* An address, or localhost: names that no one else can have lead here. */
static bool is_own_host(const char *host)
{
    bool bracketed = host[0] == '[';
    const char *begin = host + (bracketed ? 1 : 0);
    size_t len = strcspn(begin, bracketed ? "]" : ":");
    const char *behind = begin + len;
    struct address address;
    char name[64];

    if (len >= sizeof(name) || (bracketed && *behind++ != ']') ||
            (*behind != '\0' && *behind != ':'))
        return false;
    memcpy(name, begin, len);
    name[len] = '\0';
    return (!bracketed && strcmp(name, "localhost") == 0) || address_parse(name, &address);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool brings_token(const struct serve_access *access, struct MHD_Connection *connection)
{
    static const char bearer[] = "Bearer ";
    const char *authorization = header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    const char *cookie = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE);

    if (authorization != NULL && strncmp(authorization, bearer, sizeof(bearer) - 1) == 0)
        return is_same_secret(authorization + sizeof(bearer) - 1, access->token);
    return cookie != NULL && is_same_secret(cookie, access->token);
}

enum serve_verdict serve_judge(const struct serve_access *access,
        struct MHD_Connection *connection)
{
    const char *host = header_of(connection, MHD_HTTP_HEADER_HOST);
    const char *token = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "token");

    if (access->open)
        return SERVE_WELCOME;
    if (host == NULL || !is_own_host(host))
        return SERVE_MISDIRECTED;
    if (token != NULL && is_same_secret(token, access->token))
        return SERVE_LOGS_IN;
    return brings_token(access, connection) ? SERVE_WELCOME : SERVE_STRANGER;
}

bool serve_is_own_form(const struct serve_access *access, struct MHD_Connection *connection,
        const char *secret)
{
    const char *origin = header_of(connection, MHD_HTTP_HEADER_ORIGIN);
    const char *host = header_of(connection, MHD_HTTP_HEADER_HOST);
    const char *behind = origin != NULL ? strstr(origin, "://") : NULL;

    if (origin != NULL && (behind == NULL || host == NULL || strcmp(behind + 3, host) != 0))
        return false;
    return secret != NULL && is_same_secret(secret, access->form);
}
