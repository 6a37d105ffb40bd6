/* Where 'tattler serve' listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "serve.h"

#define BACKLOG 32

static bool wrong_place(const char *text)
{
    complain("'%s' is no address and port to listen on: write 127.0.0.1:8844 or [::1]:8844", text);
    return false;
}

static bool is_loopback(const struct address *address)
{
    static const uint8_t six[16] = { [15] = 1 };

    return address_is_v4(address) ? address->bytes[12] == 127
                                  : memcmp(address->bytes, six, sizeof(six)) == 0;
}

bool serve_place_parse(const char *text, struct serve_place *place)
{
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[' && colon != NULL && colon > text + 1 && colon[-1] == ']';
    size_t skip = bracketed ? 1 : 0, len;
    struct address address;
    char *end, plain[ADDRESS_TEXT_SIZE];
    unsigned long port;

    if (colon == NULL || (len = (size_t)(colon - text)) >= sizeof(plain))
        return wrong_place(text);
    memcpy(plain, text + skip, len - 2 * skip);
    plain[len - 2 * skip] = '\0';
    port = strtoul(colon + 1, &end, 10);
    if (!address_parse(plain, &address) || address_is_v4(&address) == bracketed ||
            colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > 65535)
        return wrong_place(text);
    memcpy(place->host, text, len);
    place->host[len] = '\0';
    place->port = (unsigned)port;
    place->is_loopback = is_loopback(&address);
    return true;
}

static int give_up(int listener, const char *where, const char *port)
{
    complain("%s%s%s: %s%s", where, *port != '\0' ? ":" : "", port, strerror(errno),
            errno == EADDRINUSE ? ": is there another one? --listen and --socket take another place" : "");
    if (listener >= 0)
        close(listener);
    return -1;
}

static int listen_tcp(const struct serve_place *place)
{
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    char host[64], port[8];
    int listener = -1, on = 1;
    bool good = false;

    snprintf(port, sizeof(port), "%u", place->port);
    snprintf(host, sizeof(host), "%.*s", (int)strcspn(place->host + (place->host[0] == '['), "]"),
            place->host + (place->host[0] == '['));
    if (getaddrinfo(host, port, &hints, &found) == 0)
        listener = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener >= 0) {
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        good = bind(listener, found->ai_addr, found->ai_addrlen) == 0 &&
               listen(listener, BACKLOG) == 0;
    }
    if (found != NULL)
        freeaddrinfo(found);
    return good ? listener : give_up(listener, place->host, port);
}

/* A socket that nobody listens on is what a killed server leaves behind. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat about;
    int probe;

    if (lstat(address->sun_path, &about) != 0 || !S_ISSOCK(about.st_mode))
        return;
    probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
            errno == ECONNREFUSED)
        unlink(address->sun_path);
    if (probe >= 0)
        close(probe);
}

static int listen_unix(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener;
    mode_t before;
    bool good;

    if (strlen(path) >= sizeof(address.sun_path)) {
        complain("%s: too long for a socket's path", path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    remove_stale(&address);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    before = umask(0177);
    good = listener >= 0 &&
           bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
           listen(listener, BACKLOG) == 0;
    umask(before);
    return good ? listener : give_up(listener, path, "");
}

int serve_listen(const struct serve_place *place)
{
    return place->socket_path != NULL ? listen_unix(place->socket_path) : listen_tcp(place);
}
