/* status.h - the one status type of the engine; zero is success.
 *
 * Functions that can fail return a status and hand results back through a pointer, which they
 * write only on success. Bad input is normal and gets a status; assert() is for our own mistakes. */
#ifndef TATTLER_BASE_STATUS_H
#define TATTLER_BASE_STATUS_H

enum tattler_status {
    TATTLER_OK = 0,
    TATTLER_TRUNCATED,   /* good so far, but the bytes end too early: more may help */
    TATTLER_MALFORMED,   /* not what it claims to be: more bytes will not help */
    TATTLER_UNSUPPORTED, /* well formed, but a kind or version that is not read here */
    TATTLER_NO_MEMORY,
    TATTLER_FULL,        /* a table or buffer is at its cap */
};

#endif
