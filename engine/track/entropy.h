/* entropy.h - Shannon entropy of the first bytes a device sends: ciphertext and compressed data
 * come close to 8 bits a byte, text to 4 or 5.
 *
 * One histogram per flow while it fills; not locked. */
#ifndef TATTLER_TRACK_ENTROPY_H
#define TATTLER_TRACK_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENTROPY_BYTES_MAX 8192 /* later bytes tell nothing new */
/* Fewer bytes cannot fill 256 bins, which biases the estimate down by more than 0.5 bit (Miller
 * 1955: (bins - 1) / (2 n ln 2)). */
#define ENTROPY_BYTES_MIN 256

struct entropy {
    uint16_t total; /* zero is new, whatever else is there */
    union {
        uint8_t kept[ENTROPY_BYTES_MIN]; /* as long as there are fewer: most flows never send more */
        uint16_t counts[256];
    };
};

/* Takes more bytes; true when the histogram is full and further calls would do nothing. */
bool entropy_add(struct entropy *entropy, const uint8_t *data, size_t len);

/* In bits per byte; false below ENTROPY_BYTES_MIN. */
bool entropy_bits(const struct entropy *entropy, double *bits);

#endif
