#include "track/entropy.h"

#include <math.h>

bool entropy_add(struct entropy *entropy, const uint8_t *data, size_t len)
{
    size_t room = (size_t)(ENTROPY_BYTES_MAX - entropy->total);

    if (len > room)
        len = room;
    for (size_t i = 0; i < len; i++)
        entropy->counts[data[i]]++;
    entropy->total = (uint16_t)(entropy->total + len);
    return entropy->total == ENTROPY_BYTES_MAX;
}

bool entropy_bits(const struct entropy *entropy, double *bits)
{
    float sum = 0, total = entropy->total; /* three decimals are shown, seven are kept */

    if (entropy->total < ENTROPY_BYTES_MIN)
        return false;
    for (size_t i = 0; i < 256; i++)
        if (entropy->counts[i] > 1)
            sum += entropy->counts[i] * log2f(entropy->counts[i]);
    *bits = (double)(log2f(total) - sum / total);
    if (*bits < 0) /* rounding, for one byte value repeated */
        *bits = 0;
    return true;
}
