/* What a device is called. */
#include <stdlib.h>
#include <string.h>

#include "track/device.h"

/* Leaves out control bytes and, where the text had to be cut, an incomplete UTF-8 character. */
static size_t copy_printable(char out[DEVICE_TEXT_SIZE], const char *text, size_t len)
{
    size_t n = 0, i;

    for (i = 0; i < len && n + 1 < DEVICE_TEXT_SIZE; i++)
        if ((unsigned char)text[i] >= ' ' && text[i] != 0x7f)
            out[n++] = text[i];
    if (i < len && ((unsigned char)text[i] & 0xc0) == 0x80) {
        while (n > 0 && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
            n--;
        if (n > 0)
            n--;
    }
    out[n] = '\0';
    return n;
}

/* One is left for each stronger source: else who reflects the names of others over mDNS would freeze
 * its own. */
static char **free_name_slot(struct device *device, enum device_name_source source)
{
    size_t count = sizeof(device->name_texts) / sizeof(device->name_texts[0]);
    size_t left_over = (size_t)(DEVICE_NAME_CONFIGURED - source);

    for (size_t i = 0; i + left_over < count; i++)
        if (device->name_texts[i] == NULL)
            return &device->name_texts[i];
    return NULL;
}

void device_set_name(struct device *device, enum device_name_source source, const char *text,
        size_t len)
{
    char name[DEVICE_TEXT_SIZE];
    char **slot;

    if (copy_printable(name, text, len) == 0)
        return;
    lock_take(&device->lock);
    slot = free_name_slot(device, source);
    if (slot != NULL && source >= device->name_source && strcmp(name, device_name(device)) != 0) {
        *slot = strdup(name);
        if (*slot != NULL) {
            atomic_store(&device->name, *slot);
            device->name_source = source;
        }
    }
    lock_release(&device->lock);
}

const char *device_name(const struct device *device)
{
    return atomic_load(&device->name);
}
