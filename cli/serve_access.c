/* The secrets of 'tattler serve'. */
#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "serve.h"

#define SECRET_BYTES 16

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
