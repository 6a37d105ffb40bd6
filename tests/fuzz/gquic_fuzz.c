#include "parse/gquic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tls_hello hello;

    (void)gquic_hello_parse(cursor_over(data, size), &hello);
    return 0;
}
