#include <stdlib.h>

#include "detect/features.h"
#include "json_walk.h"
#include "tune.h"

/* --- taking --- */

/* The same records give the same sample. */
static uint64_t scramble(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static void sample_take(struct sample *sample, double value)
{
    uint64_t at = sample->seen++;

    if (at >= SAMPLE_SIZE)
        at = scramble(at) % (at + 1);
    if (at < SAMPLE_SIZE)
        sample->values[at] = (float)value;
}

static bool is_number(const struct feature *feature)
{
    return feature->type == FEATURE_NUMBER || feature->type == FEATURE_REAL;
}

/* Suricata's own JSON is short: no number of it fills this. */
static void take_value(void *user, const struct json_value *value)
{
    struct numbers *numbers = user;
    char path[64], text[32];
    const struct feature *feature;

    if (value->kind != JSON_NUMERIC || value->path.left >= sizeof(path) ||
            value->text.left >= sizeof(text))
        return;
    memcpy(path, value->path.at, value->path.left);
    path[value->path.left] = '\0';
    memcpy(text, value->text.at, value->text.left);
    text[value->text.left] = '\0';
    feature = feature_find(path);
    if (feature != NULL && is_number(feature))
        sample_take(&numbers->samples[feature - features], strtod(text, NULL));
}

void numbers_take(struct numbers *numbers, const struct eve_event *event)
{
    if (numbers->samples == NULL)
        numbers->samples = calloc(feature_count, sizeof(*numbers->samples));
    if (numbers->samples != NULL && event->iot_text.left > 0)
        json_walk(event->iot_text, take_value, numbers);
}

void numbers_clear(struct numbers *numbers)
{
    free(numbers->samples);
    numbers->samples = NULL;
}

/* --- telling --- */

static int compare(const void *a, const void *b)
{
    float one = *(const float *)a, other = *(const float *)b;

    return (one > other) - (one < other);
}

bool numbers_spread(const struct numbers *numbers, size_t feature, struct spread *out)
{
    const struct sample *sample;
    float values[SAMPLE_SIZE];
    size_t count;

    if (numbers->samples == NULL || numbers->samples[feature].seen == 0)
        return false;
    sample = &numbers->samples[feature];
    count = sample->seen < SAMPLE_SIZE ? (size_t)sample->seen : SAMPLE_SIZE;
    memcpy(values, sample->values, sizeof(values));
    qsort(values, count, sizeof(values[0]), compare);
    *out = (struct spread){ values[0], values[count / 2], values[count - 1] };
    return true;
}
