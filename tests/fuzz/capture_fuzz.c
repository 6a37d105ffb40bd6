#include "capture.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    const char *const paths[] = { path };
    int descriptor = memfd_create("capture", 0);
    struct capture *capture = capture_new(paths, 1);
    enum capture_event event = CAPTURE_END;
    struct captured frame;
    volatile uint8_t last = 0;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    if (capture != NULL && write(descriptor, data, size) == (ssize_t)size)
        event = capture_next(capture, &frame);
    while (event != CAPTURE_END) {
        for (size_t i = 0; event == CAPTURE_PACKET && i < frame.data.left; i++)
            last = frame.data.at[i]; /* touch all that is handed out */
        event = capture_next(capture, &frame);
    }
    capture_free(capture);
    close(descriptor);
    (void)last;
    return 0;
}
