/* EVE records to a Unix socket that somebody listens on: one stream of lines, or one record a
 * datagram. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "sender.h"

#define SEND_S 1 /* then the other is taken for gone */

struct peer {
    struct sockaddr_un address;
    int type, descriptor;
};

static bool peer_connect(void *state, char *problem, size_t size)
{
    struct peer *peer = state;
    const struct timeval limit = { .tv_sec = SEND_S };

    peer->descriptor = socket(AF_UNIX, peer->type | SOCK_CLOEXEC, 0);
    if (peer->descriptor >= 0 &&
            setsockopt(peer->descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0 &&
            connect(peer->descriptor, (const struct sockaddr *)&peer->address,
                    sizeof(peer->address)) == 0)
        return true;
    snprintf(problem, size, "%s", strerror(errno));
    return false;
}

static void peer_disconnect(void *state)
{
    struct peer *peer = state;

    if (peer->descriptor >= 0)
        close(peer->descriptor);
    peer->descriptor = -1;
}

/* Of a stream any number of bytes, of datagrams one record. */
static size_t piece_of(const struct peer *peer, const char *records, size_t len)
{
    const char *end = peer->type == SOCK_DGRAM ? memchr(records, '\n', len) : NULL;

    return end != NULL ? (size_t)(end - records) + 1 : len;
}

static size_t peer_send(void *state, const char *records, size_t len, uint64_t *refused,
        char *problem, size_t size)
{
    const struct peer *peer = state;
    size_t done = 0;

    while (done < len) {
        size_t piece = piece_of(peer, records + done, len - done);
        ssize_t sent = send(peer->descriptor, records + done, piece, MSG_NOSIGNAL);

        if (sent < 0 && errno == EMSGSIZE) { /* a datagram larger than the socket's buffer */
            (*refused)++;
            sent = (ssize_t)piece;
        }
        if (sent < 0) {
            snprintf(problem, size, "%s", errno == EAGAIN ? "takes no records" : strerror(errno));
            return done;
        }
        done += (size_t)sent;
    }
    return done;
}

static const struct sender_target target = { peer_connect, peer_send, peer_disconnect, free };

static void *open_socket(const char *path, const struct settings *settings, int type)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    if (peer == NULL) {
        complain("out of memory");
        return NULL;
    }
    peer->address.sun_family = AF_UNIX;
    peer->type = type;
    peer->descriptor = -1;
    if (strlen(path) < sizeof(peer->address.sun_path)) {
        memcpy(peer->address.sun_path, path, strlen(path));
        return sender_new(path, &target, peer, settings->eve_buffer_bytes);
    }
    complain("%s: longer than the %zu bytes that the path of a socket may have", path,
            sizeof(peer->address.sun_path) - 1);
    free(peer);
    return NULL;
}

static void *open_stream(const char *path, const struct settings *settings)
{
    return open_socket(path, settings, SOCK_STREAM);
}

static void *open_datagram(const char *path, const struct settings *settings)
{
    return open_socket(path, settings, SOCK_DGRAM);
}

const struct output_kind output_unix_stream = { "unix_stream", "eve_unix_stream", open_stream, sender_add,
    sender_flush, NULL, sender_count, sender_close };
const struct output_kind output_unix_datagram = { "unix_dgram", "eve_unix_dgram", open_datagram, sender_add,
    sender_flush, NULL, sender_count, sender_close };
