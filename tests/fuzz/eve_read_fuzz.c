#include <jansson.h>
#include <stdlib.h>

#include "eve_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever jansson takes is read as well, and what was found of it can be asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct prefix_list nobody;
    json_t *tree = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
    struct eve_event event;
    char key[EVE_DEVICE_KEY_SIZE];
    bool good = eve_event_read(&event, cursor_over(data, size), &nobody);

    /* In so few bytes nothing is nested too deep. Of a NUL byte jansson makes a blank, or an end. */
    if (!good && json_is_object(tree) && size < 64 && memchr(data, '\0', size) == NULL)
        abort();
    if (good) {
        eve_event_device_key(&event, key);
        if (eve_event_iot(&event) != NULL && !json_is_object(eve_event_iot(&event)))
            abort();
        eve_event_json(&event);
        eve_event_clear(&event);
    }
    json_decref(tree);
    return 0;
}
