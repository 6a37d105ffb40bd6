/* dataset.h - sets of values that rules look things up in. */
#ifndef TATTLER_DETECT_RULES_DATASET_H
#define TATTLER_DETECT_RULES_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Values of fixed length, but for strings: 16 bytes (an IPv4 address in the first four, as in
 * Suricata), 4, 16 and 32. */
enum dataset_type { DATASET_STRING, DATASET_IP, DATASET_IPV4, DATASET_MD5, DATASET_SHA256,
    DATASET_TYPES };

struct dataset;

enum tattler_status dataset_new(const char *name, enum dataset_type type, struct dataset **out);
void dataset_free(struct dataset *set);

const char *dataset_name(const struct dataset *set);
enum dataset_type dataset_type(const struct dataset *set);
const char *dataset_type_name(enum dataset_type type);

/* What rules do, by the bytes themselves, of which there have to be as many as the type has; among
 * 'ip' also the four of an IPv4 address, which Suricata finds and adds, but does not remove. Nothing
 * is hashed: that is left to the transform 'to_md5', for example. Not for two threads at once where
 * a rule sets values. */
bool dataset_contains(const struct dataset *set, const void *value, size_t len);
enum tattler_status dataset_add(struct dataset *set, const void *value, size_t len);
/* Was it there? */
bool dataset_remove(struct dataset *set, const void *value, size_t len);

/* Adds the lines of a file: strings in base64, hashes in hexadecimal, addresses as written. On
 * failure 'error' says what is wrong in which line. */
enum tattler_status dataset_load(struct dataset *set, const char *path, char *error,
        size_t error_size);

#endif
