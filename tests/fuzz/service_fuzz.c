#include "parse/service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Transport, server's port, length of the client's payload; then the payloads. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cursor_over(data, size);
    struct service_view view = { .client_port = 50000 };
    uint8_t transport;
    uint16_t length;

    if (!cursor_u8(&in, &transport) || !cursor_u16be(&in, &view.server_port) ||
            !cursor_u16be(&in, &length) || !cursor_split(&in, length, &view.client))
        return 0;
    view.transport = transport % 2 == 0 ? SERVICE_TCP : SERVICE_UDP;
    view.server = in;
    (void)service_guess(&view);
    return 0;
}
