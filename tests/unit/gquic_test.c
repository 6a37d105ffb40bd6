#include "parse/gquic.h"

#include <stdlib.h>

#include "run_suite.h"

/* Laid out by hand after Google's specifications: flags, connection ID, version, packet number;
 * hash; stream frame; CHLO with PAD and SNI. */
#define CHLO                                                                                       \
    'C', 'H', 'L', 'O', 2, 0, 0, 0, 'P', 'A', 'D', 0, 2, 0, 0, 0, 'S', 'N', 'I', 0, 11, 0, 0, 0,   \
    '-', '-', 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e'
#define HASH 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12

static const uint8_t q043[] = { 0x0d, 1, 2, 3, 4, 5, 6, 7, 8, 'Q', '0', '4', '3', 1, HASH, 0xa0, 1,
    0, 35, CHLO };
static const uint8_t q034[] = { 0x39, 1, 2, 3, 4, 5, 6, 7, 8, 'Q', '0', '3', '4', 1, 0, 0, 0, 0, 0,
    HASH, 0x81, 1, 0, CHLO };
static const uint8_t q046[] = { 0xc3, 'Q', '0', '4', '6', 0x50, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1,
    HASH, 0xa4, 1, 4, 0, 0, 35, CHLO };

enum { Q043_LENGTH = sizeof(q043), CHLO_AT = 30, SNI_ENTRY_AT = CHLO_AT + 16 };

static struct tls_hello hello;

/* From the end of a heap block. */
static enum tattler_status parse(const uint8_t *bytes, size_t length)
{
    uint8_t *block = malloc(length + 1);
    enum tattler_status status;

    ck_assert_ptr_nonnull(block);
    memset(&hello, 0, sizeof(hello));
    memcpy(block + 1, bytes, length);
    status = gquic_hello_parse(cursor_over(block + 1, length), &hello);
    free(block);
    return status;
}

START_TEST(every_clear_version_is_read)
{
    ck_assert_int_eq(parse(q043, sizeof(q043)), TATTLER_OK);
    ck_assert_str_eq(hello.sni, "a.example");
    ck_assert_uint_eq(hello.sni_length, 9);
    ck_assert_int_eq(parse(q034, sizeof(q034)), TATTLER_OK);
    ck_assert_str_eq(hello.sni, "a.example");
    ck_assert_int_eq(parse(q046, sizeof(q046)), TATTLER_OK);
    ck_assert_str_eq(hello.sni, "a.example");
}
END_TEST

START_TEST(no_cut_datagram_is_read)
{
    ck_assert_int_eq(parse(q043, (size_t)_i),
            _i < CHLO_AT + 4 ? TATTLER_UNSUPPORTED : TATTLER_MALFORMED);
}
END_TEST

START_TEST(a_hello_may_have_no_name)
{
    uint8_t changed[sizeof(q043)];

    memcpy(changed, q043, sizeof(q043));
    changed[SNI_ENTRY_AT] = 'X';
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_OK);
    ck_assert_uint_eq(hello.sni_length, 0);
}
END_TEST

START_TEST(offsets_cannot_lead_outside)
{
    uint8_t changed[sizeof(q043)];

    memcpy(changed, q043, sizeof(q043));
    changed[SNI_ENTRY_AT + 4] = 12;
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_MALFORMED);
    changed[SNI_ENTRY_AT + 4] = 1;
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_MALFORMED);
    changed[CHLO_AT + 4] = 0xff;
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_MALFORMED);
}
END_TEST

START_TEST(what_is_no_clear_hello_is_unsupported)
{
    uint8_t changed[sizeof(q043)];

    memcpy(changed, q043, sizeof(q043));
    changed[11] = '5'; /* Q053 */
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_UNSUPPORTED);
    memcpy(changed, q043, sizeof(q043));
    changed[0] = 0x08; /* no version: behind the handshake */
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_UNSUPPORTED);
    memcpy(changed, q043, sizeof(q043));
    changed[CHLO_AT] = 'X';
    ck_assert_int_eq(parse(changed, sizeof(changed)), TATTLER_UNSUPPORTED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gquic");
    TCase *tests = tcase_create("gquic");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, every_clear_version_is_read);
    tcase_add_loop_test(tests, no_cut_datagram_is_read, 0, Q043_LENGTH);
    tcase_add_test(tests, a_hello_may_have_no_name);
    tcase_add_test(tests, offsets_cannot_lead_outside);
    tcase_add_test(tests, what_is_no_clear_hello_is_unsupported);
    return run_suite(suite);
}
