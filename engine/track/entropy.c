#include "track/entropy.h"

#include <math.h>

bool entropy_add(struct entropy *entropy, const uint8_t *data, size_t len)
{
    size_t room = (size_t)(ENTROPY_BYTES_MAX - entropy->total);

    if (len > room)
        len = room;
    entropy->total = (uint16_t)(entropy->total + len);
    for (; len >= 4; data += 4, len -= 4) { /* the most common work of all: so in fewer steps */
        entropy->counts[data[0]]++;
        entropy->counts[data[1]]++;
        entropy->counts[data[2]]++;
        entropy->counts[data[3]]++;
    }
    while (len-- > 0)
        entropy->counts[*data++]++;
    return entropy->total == ENTROPY_BYTES_MAX;
}

/* Most byte values occur a few times, many of them equally often: one logarithm is enough for those. */
#define FEW 64

static float n_log_n(unsigned count)
{
    return (float)count * log2f((float)count);
}

bool entropy_bits(const struct entropy *entropy, double *bits)
{
    uint16_t values[FEW] = { 0 }; /* how many byte values occur so many times */
    float sum = 0, total = entropy->total; /* three decimals are shown, seven are kept */

    if (entropy->total < ENTROPY_BYTES_MIN)
        return false;
    for (size_t i = 0; i < 256; i++)
        if (entropy->counts[i] < FEW)
            values[entropy->counts[i]]++;
        else
            sum += n_log_n(entropy->counts[i]);
    for (unsigned count = 2; count < FEW; count++)
        if (values[count] > 0)
            sum += values[count] * n_log_n(count);
    *bits = (double)(log2f(total) - sum / total);
    if (*bits < 0) /* rounding, for one byte value repeated */
        *bits = 0;
    return true;
}
