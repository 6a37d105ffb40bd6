#include "pcapng.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    FILE *file = copy != NULL && size > 0 ? fmemopen(memcpy(copy, data, size), size, "rb") : NULL;
    struct pcapng *pcapng = file != NULL ? pcapng_new(file) : NULL;
    struct captured frame;
    volatile uint8_t last = 0;

    while (pcapng != NULL && pcapng_next(pcapng, &frame) == CAPTURE_PACKET) {
        for (size_t i = 0; i < frame.data.left; i++)
            last = frame.data.at[i]; /* touch all that is handed out */
    }
    pcapng_free(pcapng);
    if (file != NULL)
        fclose(file);
    free(copy);
    (void)last;
    return 0;
}
