/* Who may read what 'tattler serve' serves. */
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <nettle/base16.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "serve.h"

#define COOKIE "tattler"
#define SECRET_BYTES 16

/* --- secrets --- */

static bool make_secret(char *out)
{
    uint8_t bytes[SECRET_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        complain("no random numbers: %s", strerror(errno));
        return false;
    }
    base16_encode_update(out, sizeof(bytes), bytes);
    out[2 * SECRET_BYTES] = '\0';
    return true;
}

bool serve_access_make(struct serve_access *access)
{
    return make_secret(access->form) && (access->token[0] != '\0' || make_secret(access->token));
}

/* What may stand in a cookie and a URL as it is. */
static bool is_good_token(const char *text, size_t len)
{
    return len >= SERVE_TOKEN_MIN && len <= SERVE_TOKEN_MAX &&
           strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~") ==
                   len;
}

bool serve_access_read(struct serve_access *access, const char *path)
{
    char text[SERVE_TOKEN_MAX + 3] = "";
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = -1;

    if (file >= 0 && fstat(file, &about) == 0)
        len = read(file, text, sizeof(text) - 1);
    if (file >= 0)
        close(file);
    if (len < 0) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    if ((about.st_mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH)) != 0) {
        complain("%s: others may read it: chmod 600 %s", path, path);
        return false;
    }
    text[strcspn(text, "\r\n")] = '\0';
    if (!is_good_token(text, strlen(text))) {
        complain("%s: a token is a line of %d to %d letters, digits and '-_.~': write one with "
                 "'openssl rand -hex 16'", path, SERVE_TOKEN_MIN, SERVE_TOKEN_MAX);
        return false;
    }
    memcpy(access->token, text, strlen(text) + 1);
    return true;
}

bool serve_same_secret(const char *one, const char *other)
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
    char name[64];
    struct address address;
    size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

    if (len >= sizeof(name) || (host[len] != '\0' && host[len] != ':'))
        return false;
    memcpy(name, host, len);
    name[len] = '\0';
    if (name[0] == '[') {
        name[len - 1] = '\0';
        return address_parse(name + 1, &address);
    }
    return strcmp(name, "localhost") == 0 || address_parse(name, &address);
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
        return serve_same_secret(authorization + sizeof(bearer) - 1, access->token);
    return cookie != NULL && serve_same_secret(cookie, access->token);
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
    if (token != NULL && serve_same_secret(token, access->token))
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
    return secret != NULL && serve_same_secret(secret, access->form);
}
