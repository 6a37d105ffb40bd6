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

/* Suricata's own JSON is short: no number of it fills this. */
#define NUMBER_SIZE 32

static void sample_take(struct sample *sample, struct cursor number)
{
    uint64_t at = sample->seen++;
    char text[NUMBER_SIZE];

    if (at >= SAMPLE_SIZE)
        at = scramble(at) % (at + 1);
    if (at >= SAMPLE_SIZE)
        return;
    memcpy(text, number.at, number.left);
    text[number.left] = '\0';
    sample->values[at] = strtof(text, NULL);
}

static bool is_number(const struct feature *feature)
{
    return feature->type == FEATURE_NUMBER || feature->type == FEATURE_REAL;
}

struct taking {
    struct sample *samples;
    size_t next; /* feature: records have them in the table's order */
};

static bool is_called(const struct feature *feature, struct cursor name)
{
    return strncmp(feature->name, (const char *)name.at, name.left) == 0 &&
           feature->name[name.left] == '\0';
}

static void take_value(void *user, const struct json_value *value)
{
    struct taking *taking = user;

    if (value->kind != JSON_NUMERIC || value->text.left >= NUMBER_SIZE)
        return;
    for (size_t i = 0; i < feature_count; i++) {
        size_t at = (taking->next + i) % feature_count;

        if (!is_called(&features[at], value->path))
            continue;
        if (is_number(&features[at]))
            sample_take(&taking->samples[at], value->text);
        taking->next = at + 1;
        return;
    }
}

void numbers_take(struct numbers *numbers, const struct eve_event *event)
{
    struct taking taking = { numbers->samples, 0 };

    if (taking.samples == NULL)
        taking.samples = numbers->samples = calloc(feature_count, sizeof(*numbers->samples));
    if (taking.samples != NULL && event->iot_text.left > 0)
        json_walk(event->iot_text, take_value, &taking);
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
