#include "enrich/domain.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpsl.h>

#include "base/cursor.h"
#include "base/hash.h"

#define LABEL_MAX 63 /* RFC 1035 section 2.3.4 */
#define NAME_MAX_LENGTH 253

struct domain_list {
    psl_ctx_t *psl;
};

/* Names under these belong to a network or a host, not to who registered them: RFC 6762, RFC 6761,
 * RFC 3172 and 8375, ICANN's reservation of 2024, and what home routers hand out. */
static const char *const local_zones[] = { "local",    "localhost", "arpa",       "internal",
                                           "lan",      "home",      "localdomain" };

/* libpsl reads any text as a list; every real one knows "com". */
static bool is_list(const psl_ctx_t *psl)
{
    return psl_is_public_suffix2(psl, "com", PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}

enum tattler_status domain_open(const char *path, struct domain_list **out, char *error,
                                size_t error_size)
{
    struct domain_list *list = malloc(sizeof(*list));

    if (list == NULL) {
        snprintf(error, error_size, "out of memory");
        return TATTLER_NO_MEMORY;
    }
    errno = 0;
    list->psl = path != NULL ? psl_load_file(path) : psl_latest(NULL);
    if (list->psl == NULL || !is_list(list->psl)) {
        snprintf(error, error_size, "%s: %s", path != NULL ? path : "public suffix list",
                 list->psl == NULL && errno != 0 ? strerror(errno) : "not a public suffix list");
        domain_close(list);
        return TATTLER_MALFORMED;
    }
    *out = list;
    return TATTLER_OK;
}

void domain_close(struct domain_list *list)
{
    if (list == NULL)
        return;
    psl_free(list->psl);
    free(list);
}

/* Letters, digits, hyphen, and the underscore that service names have; '\0' for others. */
static char host_character(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte | 0x20);
    if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_')
        return (char)byte;
    return '\0';
}

/* Copies one label in lower case, with the dot before what follows; false if it is none. */
static bool copy_label(struct cursor *in, char *out, size_t *len)
{
    size_t start = *len;
    uint8_t byte;

    while (cursor_u8(in, &byte) && byte != '.') {
        out[*len] = host_character(byte);
        if (out[*len] == '\0' || *len - start == LABEL_MAX)
            return false;
        ++*len;
    }
    if (*len == start)
        return false;
    if (in->left > 0)
        out[(*len)++] = '.';
    return true;
}

static bool copy_name(const char *name, size_t len, char out[DOMAIN_NAME_SIZE])
{
    struct cursor in = cursor_over(name, len);
    size_t copied = 0;

    if (len > NAME_MAX_LENGTH + 1)
        return false;
    while (in.left > 0)
        if (!copy_label(&in, out, &copied))
            return false;
    out[copied] = '\0';
    return copied > 0;
}

/* Is the last label a local zone, or a number as in an IPv4 literal (RFC 3696 section 2)? */
static bool is_local(const char *name)
{
    const char *dot = strrchr(name, '.'), *last = dot != NULL ? dot + 1 : name;

    for (size_t i = 0; i < sizeof(local_zones) / sizeof(local_zones[0]); i++)
        if (strcmp(last, local_zones[i]) == 0)
            return true;
    return dot == NULL || strspn(last, "0123456789") == strlen(last);
}

size_t domain_registrable(const struct domain_list *list, const char *name, size_t len,
                          char out[DOMAIN_NAME_SIZE])
{
    const char *domain = NULL;
    size_t domain_len;

    if (copy_name(name, len, out) && !is_local(out))
        domain = psl_registrable_domain(list->psl, out);
    if (domain == NULL) {
        out[0] = '\0';
        return 0;
    }
    domain_len = strlen(domain);
    memmove(out, domain, domain_len + 1);
    return domain_len;
}

size_t domain_tail(const struct domain_list *list, struct domain_memory *memory, const char *name,
                   size_t len)
{
    uint64_t hash = hash_bytes(name, len) | 1; /* never that of a free slot */
    size_t slot = (hash >> 1) % DOMAIN_MEMORY_SLOTS;
    char domain[DOMAIN_NAME_SIZE];

    if (len == 0 || name[len - 1] == '.')
        return 0;
    if (memory->slots[slot].name_hash != hash) {
        memory->slots[slot].name_hash = hash;
        memory->slots[slot].tail = (uint8_t)domain_registrable(list, name, len, domain);
    }
    return memory->slots[slot].tail;
}

bool domain_is_customer(const struct domain_list *list, const char *domain)
{
    const char *suffix = strchr(domain, '.');

    return suffix != NULL && psl_is_public_suffix2(list->psl, suffix + 1,
                                                   PSL_TYPE_PRIVATE | PSL_TYPE_NO_STAR_RULE) == 1;
}
