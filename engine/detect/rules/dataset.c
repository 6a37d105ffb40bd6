#include "detect/rules/dataset.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "files/file_map.h"

#define LINE_MAX_BYTES 65536
#define IPV4_SIZE 4
#define IPV6_SIZE 16
#define MD5_SIZE 16
#define SHA256_SIZE 32

struct value {
    UT_hash_handle hh;
    uint8_t bytes[];
};

struct dataset {
    char *name;
    enum dataset_type type;
    struct value *values;
};

static const struct {
    const char *name;
    size_t len; /* of a value; 0: any */
} types[DATASET_TYPES] = {
    [DATASET_STRING] = { "string", 0 },
    [DATASET_IP] = { "ip", IPV6_SIZE },
    [DATASET_IPV4] = { "ipv4", IPV4_SIZE },
    [DATASET_MD5] = { "md5", MD5_SIZE },
    [DATASET_SHA256] = { "sha256", SHA256_SIZE },
};

enum tattler_status dataset_new(const char *name, enum dataset_type type, struct dataset **out)
{
    struct dataset *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return TATTLER_NO_MEMORY;
    set->type = type;
    set->name = strdup(name);
    if (set->name == NULL) {
        free(set);
        return TATTLER_NO_MEMORY;
    }
    *out = set;
    return TATTLER_OK;
}

void dataset_free(struct dataset *set)
{
    if (set == NULL)
        return;
    HASH_FREE(set->values, free);
    free(set->name);
    free(set);
}

const char *dataset_name(const struct dataset *set)
{
    return set->name;
}

enum dataset_type dataset_type(const struct dataset *set)
{
    return set->type;
}

const char *dataset_type_name(enum dataset_type type)
{
    return types[type].name;
}

/* --- values --- */

static struct value *find(const struct dataset *set, const void *bytes, size_t len)
{
    struct value *found;

    HASH_FIND(hh, set->values, bytes, len, found);
    return found;
}

static enum tattler_status keep(struct dataset *set, const void *bytes, size_t len)
{
    struct value *value;

    if (find(set, bytes, len) != NULL)
        return TATTLER_OK;
    value = malloc(sizeof(*value) + len);
    if (value == NULL)
        return TATTLER_NO_MEMORY;
    memcpy(value->bytes, bytes, len);
    HASH_ADD_KEYPTR(hh, set->values, value->bytes, len, value);
    if (value->hh.tbl != NULL)
        return TATTLER_OK;
    free(value);
    return TATTLER_NO_MEMORY;
}

static bool fits(const struct dataset *set, size_t len)
{
    return types[set->type].len == 0 || types[set->type].len == len;
}

/* The bytes that a value is kept by, NULL if it has not the length of its type. An IPv4 address among
 * those of IPv6 is filled up with zeros. */
static const void *key_of(const struct dataset *set, const void *value, size_t *len,
        uint8_t filled[IPV6_SIZE])
{
    if (set->type == DATASET_IP && *len == IPV4_SIZE) {
        memset(filled, 0, IPV6_SIZE);
        memcpy(filled, value, IPV4_SIZE);
        *len = IPV6_SIZE;
        return filled;
    }
    return fits(set, *len) ? value : NULL;
}

bool dataset_contains(const struct dataset *set, const void *value, size_t len)
{
    uint8_t filled[IPV6_SIZE];
    const void *key = key_of(set, value, &len, filled);

    return key != NULL && find(set, key, len) != NULL;
}

enum tattler_status dataset_add(struct dataset *set, const void *value, size_t len)
{
    uint8_t filled[IPV6_SIZE];
    const void *key = key_of(set, value, &len, filled);

    return key != NULL ? keep(set, key, len) : TATTLER_MALFORMED;
}

bool dataset_remove(struct dataset *set, const void *value, size_t len)
{
    struct value *found = fits(set, len) ? find(set, value, len) : NULL;

    if (found == NULL)
        return false;
    HASH_DEL(set->values, found);
    free(found);
    return true;
}

/* --- files --- */

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Of hashes in hexadecimal Suricata passes over what is none. */
static enum tattler_status add_hash(struct dataset *set, const char *line, size_t len)
{
    uint8_t bytes[SHA256_SIZE];

    if (len != 2 * types[set->type].len)
        return TATTLER_UNSUPPORTED;
    for (size_t i = 0; i < len; i++) {
        if (!isxdigit((unsigned char)line[i]))
            return TATTLER_UNSUPPORTED;
        bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | hex_digit(line[i]));
    }
    return keep(set, bytes, len / 2);
}

static enum tattler_status add_address(struct dataset *set, const char *line)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    uint8_t bytes[16] = { 0 };

    if (set->type == DATASET_IPV4)
        return inet_pton(AF_INET, line, bytes) == 1 ? keep(set, bytes, 4) : TATTLER_MALFORMED;
    if (inet_pton(AF_INET6, line, bytes) != 1)
        return TATTLER_MALFORMED;
    if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
        memmove(bytes, bytes + sizeof(mapped), 4);
        memset(bytes + 4, 0, sizeof(bytes) - 4);
    }
    return keep(set, bytes, sizeof(bytes));
}

/* With padding, as the standard alphabet of RFC 4648 has it. */
static enum tattler_status add_base64(struct dataset *set, const char *line, size_t len)
{
    uint8_t bytes[BASE64_DECODE_LENGTH(LINE_MAX_BYTES)];
    struct base64_decode_ctx context;
    size_t size = sizeof(bytes);

    base64_decode_init(&context);
    if (len % 4 != 0 || !base64_decode_update(&context, &size, bytes, len, line) ||
            !base64_decode_final(&context))
        return TATTLER_MALFORMED;
    return keep(set, bytes, size);
}

static enum tattler_status add_line(struct dataset *set, const char *line, size_t len)
{
    switch (set->type) {
    case DATASET_STRING:
        return add_base64(set, line, len);
    case DATASET_MD5:
    case DATASET_SHA256:
        return add_hash(set, line, len);
    default:
        return add_address(set, line);
    }
}

static bool take_line(struct cursor *text, struct cursor *line)
{
    const uint8_t *end = text->left > 0 ? memchr(text->at, '\n', text->left) : NULL;
    size_t len = end != NULL ? (size_t)(end - text->at) : text->left;

    if (text->left == 0)
        return false;
    cursor_split(text, len, line);
    cursor_skip(text, 1);
    while (line->left > 0 && line->at[line->left - 1] == '\r')
        line->left--;
    return true;
}

static const char *problem_of(const struct dataset *set, enum tattler_status status)
{
    static const char *const problems[DATASET_TYPES] = {
        [DATASET_STRING] = "not a text in base64: 'printf NAME | base64' makes one",
        [DATASET_IP] = "not an IPv6 address; an IPv4 address is written as '::ffff:192.0.2.1'",
        [DATASET_IPV4] = "not an IPv4 address",
    };

    return status == TATTLER_NO_MEMORY ? "out of memory" : problems[set->type];
}

static enum tattler_status add_lines(struct dataset *set, const char *path, struct cursor text,
        char *error, size_t error_size)
{
    char copy[LINE_MAX_BYTES];
    struct cursor line = { NULL, 0 };

    for (unsigned number = 1; take_line(&text, &line); number++) {
        enum tattler_status status = TATTLER_MALFORMED;
        size_t len = line.left;

        if (len < sizeof(copy) && memchr(line.at, '\0', len) == NULL) {
            memcpy(copy, line.at, len);
            copy[len] = '\0';
            if (strchr(copy, ',') != NULL) {
                snprintf(error, error_size, "%s:%u: values with a reputation need Suricata", path,
                        number);
                return TATTLER_UNSUPPORTED;
            }
            status = add_line(set, copy, len);
        }
        if (status == TATTLER_MALFORMED || status == TATTLER_NO_MEMORY) {
            snprintf(error, error_size, "%s:%u: %s", path, number, problem_of(set, status));
            return status;
        }
    }
    return TATTLER_OK;
}

enum tattler_status dataset_load(struct dataset *set, const char *path, char *error,
        size_t error_size)
{
    enum tattler_status status;
    struct cursor text;

    if (!file_map(path, &text)) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return TATTLER_MALFORMED;
    }
    status = add_lines(set, path, text, error, error_size);
    file_unmap(&text);
    return status;
}
