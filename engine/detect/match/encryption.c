/* Where TLS and SSH begin to be encrypted: in packets, as rules look at those. */
#include <string.h>

#include "detect/match/matcher_internal.h"

/* The head of a TLS record (RFC 8446 section 5.1): its type, the version, which begins with 3, its length. */
#define TLS_APPLICATION_DATA 23
#define TLS_MAJOR_VERSION 3
#define TLS_TYPE_AND_VERSION 3

/* Does a record of application data begin in it? */
static bool begins_tls_data(struct cursor payload)
{
    struct cursor head;
    uint16_t length;

    while (cursor_split(&payload, TLS_TYPE_AND_VERSION, &head) && head.at[1] == TLS_MAJOR_VERSION) {
        if (head.at[0] == TLS_APPLICATION_DATA)
            return true;
        if (!cursor_u16be(&payload, &length) || !cursor_skip(&payload, length))
            return false;
    }
    return false;
}

/* The head of a message of SSH: its length without these four bytes, that of its padding, its kind (RFC 4253
 * sections 6, 12 and 4.2: a line in clear stands in front of the first). */
#define SSH_LINE "SSH-"
#define SSH_NEWKEYS 21

static void skip_ssh_line(struct cursor *payload)
{
    const uint8_t *end = NULL;

    if (payload->left >= strlen(SSH_LINE) && memcmp(payload->at, SSH_LINE, strlen(SSH_LINE)) == 0)
        end = memchr(payload->at, '\n', payload->left);
    if (end != NULL)
        cursor_skip(payload, (size_t)(end + 1 - payload->at));
}

static bool ends_clear_ssh(struct ssh_side *side, struct cursor payload)
{
    uint8_t padding, kind;

    skip_ssh_line(&payload);
    while (payload.left > 0) {
        size_t part = side->left < payload.left ? side->left : payload.left;

        cursor_skip(&payload, part);
        side->left -= (uint32_t)part;
        if (payload.left == 0)
            return false;
        if (!cursor_u32be(&payload, &side->left) || !cursor_u8(&payload, &padding) ||
                !cursor_u8(&payload, &kind) || side->left < 2) {
            side->left = 0;
            return false;
        }
        if (kind == SSH_NEWKEYS)
            return true;
        side->left -= 2;
    }
    return false;
}

bool encryption_begins(struct match_flow *flow, const struct match_packet *packet, unsigned way)
{
    struct ssh_side *side = &flow->ssh[way];

    if (packet->application == APPLICATION_TLS)
        return begins_tls_data(packet->payload);
    if (!side->has_keys)
        side->has_keys = ends_clear_ssh(side, packet->payload);
    return side->has_keys && flow->ssh[1 - way].has_keys;
}
