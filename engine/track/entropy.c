#include "track/entropy.h"

#include <math.h>
#include <string.h>

#include "base/apart.h"

static inline void count_eight(uint16_t counts[256], const uint8_t *data)
{
    counts[data[0]]++;
    counts[data[1]]++;
    counts[data[2]]++;
    counts[data[3]]++;
    counts[data[4]]++;
    counts[data[5]]++;
    counts[data[6]]++;
    counts[data[7]]++;
}

/* Sixteen times the same byte, as in padding. */
static inline bool is_run(const uint8_t *data)
{
    uint64_t words[2];

    memcpy(words, data, sizeof(words));
    return words[0] == words[1] && words[0] == (words[0] << 8 | words[0] >> 56);
}

static void count(uint16_t counts[256], const uint8_t *data, size_t len)
{
    for (; len >= 16; data += 16, len -= 16) { /* the most common work of all: so in fewer steps */
        if (is_run(data)) {
            counts[*data] += 16;
            continue;
        }
        count_eight(counts, data);
        count_eight(counts, data + 8);
    }
    if (len >= 8) {
        count_eight(counts, data);
        data += 8;
        len -= 8;
    }
    while (len-- > 0)
        counts[*data++]++;
}

static APART void count_kept(struct entropy *entropy, size_t kept)
{
    uint8_t bytes[ENTROPY_BYTES_MIN];

    memcpy(bytes, entropy->kept, kept);
    memset(entropy->counts, 0, sizeof(entropy->counts));
    count(entropy->counts, bytes, kept);
}

bool entropy_add(struct entropy *entropy, const uint8_t *data, size_t len)
{
    size_t before = entropy->total, room = ENTROPY_BYTES_MAX - before;

    if (len > room)
        len = room;
    entropy->total = (uint16_t)(before + len);
    if (entropy->total < ENTROPY_BYTES_MIN) {
        memcpy(entropy->kept + before, data, len);
        return false;
    }
    if (before < ENTROPY_BYTES_MIN)
        count_kept(entropy, before);
    count(entropy->counts, data, len);
    return entropy->total == ENTROPY_BYTES_MAX;
}

/* n * log2(n): most byte values occur a few times. */
#define FEW 64
static const float few_log_few[FEW] = {
    0, 0, 2.0f, 4.7548875f, 8.0f, 11.6096405f, 15.509775f, 19.6514845f, 24.0f, 28.529325f,
    33.2192809f, 38.0537478f, 43.01955f, 48.1057163f, 53.3029689f, 58.6033589f, 64.0f, 69.4868683f,
    75.05865f, 80.7106228f, 86.4385619f, 92.2386659f, 98.1074956f, 104.041925f, 110.0391f,
    116.096405f, 122.211433f, 128.381963f, 134.605938f, 140.881449f, 147.206718f, 153.580086f,
    160.0f, 166.465006f, 172.973737f, 179.524906f, 186.1173f, 192.749775f, 199.421246f, 206.130687f,
    212.877124f, 219.659632f, 226.477332f, 233.329384f, 240.214991f, 247.133389f, 254.08385f,
    261.065676f, 268.0782f, 275.120782f, 282.192809f, 289.293692f, 296.422865f, 303.579784f,
    310.763925f, 317.974784f, 325.211876f, 332.474731f, 339.762898f, 347.07594f, 354.413436f,
    361.774978f, 369.160171f, 376.568635f,
};

static float n_log_n(unsigned count)
{
    return count < FEW ? few_log_few[count] : (float)count * log2f((float)count);
}

/* Of four counts, most of which are small in short messages: nothing, if none is above one. */
static float sum_of_four(const uint16_t counts[4])
{
    static const uint64_t above_one = UINT64_C(0xfffefffefffefffe);
    uint64_t all;

    memcpy(&all, counts, sizeof(all));
    if ((all & above_one) == 0)
        return 0;
    return n_log_n(counts[0]) + n_log_n(counts[1]) + n_log_n(counts[2]) + n_log_n(counts[3]);
}

bool entropy_bits(const struct entropy *entropy, double *bits)
{
    float sum = 0, total = entropy->total; /* three decimals are shown, seven are kept */

    if (entropy->total < ENTROPY_BYTES_MIN)
        return false;
    for (size_t i = 0; i < 256; i += 4)
        sum += sum_of_four(&entropy->counts[i]);
    *bits = (double)(log2f(total) - sum / total);
    if (*bits < 0) /* rounding, for one byte value repeated */
        *bits = 0;
    return true;
}
