/* temporary.h - files that a test writes and removes again. */
#ifndef TATTLER_TESTS_TEMPORARY_H
#define TATTLER_TESTS_TEMPORARY_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEMPORARY_TEMPLATE "/tmp/tattler_test_XXXXXX"
#define TEMPORARY_SIZE sizeof(TEMPORARY_TEMPLATE)

/* Makes a file of these bytes; 'path' is its name, for unlink() at the end. */
static inline void temporary_file(const void *data, size_t len, char path[TEMPORARY_SIZE])
{
    int descriptor;

    snprintf(path, TEMPORARY_SIZE, "%s", TEMPORARY_TEMPLATE);
    descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, data, len), (ssize_t)len);
    close(descriptor);
}

#endif
