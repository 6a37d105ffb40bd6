/* Rules go on when memory runs out: what they lose is counted, and what comes later is served. */
#include "match_scene.h"

#include "run_suite.h"

#define UDP "alert udp any any -> any any "
#define RULES                                                                                      \
    UDP "(content:\"ab\"; flowbits:set,seen; sid:1;)\n"                                              \
    UDP "(iot.new_device:true; iot.hour:3; sid:2;)\n"                                                \
    UDP "(content:\"cd\"; flowbits:isset,seen; sid:3;)\n"                                            \
    "alert dns any any -> any any (dns.query; content:\"door\"; sid:4;)\n"
#define ALLOCATIONS 24 /* more than what a flow makes here */

/* --- memory that runs out: the linker has these called --- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static int fails_in; /* the so manieth allocation from now on; 0: none */
static bool armed;   /* the tests' own do not count */

static bool fails(void)
{
    return armed && fails_in > 0 && --fails_in == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

/* --- the tests --- */

static struct match_scene scene;
static struct scene_flow at;

static void open_flow(void)
{
    at = scene_open(PACKET_PROTOCOL_UDP, 1883);
    at.flow.hour = 3;
    at.flow.outlook.new_device = YES;
    at.flow.changed = CHANGED_ALL;
}

static void set_up(void)
{
    fails_in = 0;
    scene_begin(&scene, RULES, 15);
    open_flow();
}

static void tear_down(void)
{
    fails_in = 0;
    scene_close(&scene, &at);
    scene_finish(&scene);
}

static const char *said(const char *text)
{
    armed = true;
    scene_send(&scene, &at, true, text);
    armed = false;
    return scene_told(&scene);
}

/* A packet, and a message that it carries. */
static const char *asked(const char *name)
{
    const struct match_buffer buffer = { BUFFER_DNS_QUERY,
        cursor_over(name, strlen(name)) };
    const struct match_transaction transaction = { .application = APPLICATION_DNS,
        .to_server = true, .buffers = &buffer, .count = 1,
        .message = { 7, cursor_over(name, strlen(name)), { NULL, 0 } } };

    armed = true;
    scene_packet(&scene, &at, true, "", 0);
    at.packet.application = APPLICATION_DNS;
    matcher_transaction(scene.matcher, &transaction);
    matcher_settle(scene.matcher);
    armed = false;
    return scene_told(&scene);
}

START_TEST(a_flow_that_cannot_be_followed_is_counted)
{
    fails_in = 1;
    ck_assert_str_eq(said("ab"), "1"); /* which asks for nothing but the packet */
    ck_assert_ptr_null(at.match);
    ck_assert_uint_eq(matcher_count(scene.matcher).flows_lost, 1);
    ck_assert_str_eq(said("cd"), "2"); /* the flowbit had no place */
    ck_assert_ptr_nonnull(at.match);
    ck_assert_uint_eq(matcher_count(scene.matcher).flows_lost, 1);
}
END_TEST

START_TEST(a_flow_whose_features_cannot_be_watched_is_counted)
{
    fails_in = 2;
    ck_assert_str_eq(said("ab"), "1");
    ck_assert_uint_eq(matcher_count(scene.matcher).flows_lost, 1);
    ck_assert_str_eq(said("cd"), "3");
    ck_assert_uint_eq(matcher_count(scene.matcher).flows_lost, 1);
}
END_TEST

START_TEST(an_alert_is_told_though_its_message_cannot_be_kept)
{
    ck_assert_str_eq(said("ab"), "1 2");
    ck_assert_str_eq(asked("door"), "4");
    ck_assert_str_eq(scene.messages, "7 door , ");
    fails_in = 1;
    ck_assert_str_eq(asked("door"), "4");
    ck_assert_int_eq(fails_in, 0);
    ck_assert_str_eq(scene.messages, "7 door , ");
}
END_TEST

/* Wherever it is that memory runs out. */
START_TEST(the_next_flow_is_served_as_ever)
{
    fails_in = _i;
    said("ab");
    said("cd");
    asked("door");
    scene_close(&scene, &at);
    ck_assert(_i < ALLOCATIONS - 1 || fails_in > 0);
    fails_in = 0;
    open_flow();
    scene.count = 0;
    scene_told(&scene);
    ck_assert_str_eq(said("ab"), "1 2");
    ck_assert_str_eq(said("cd"), "3");
    ck_assert_str_eq(asked("door"), "4");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("no_memory");
    TCase *tests = tcase_create("all");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_flow_that_cannot_be_followed_is_counted);
    tcase_add_test(tests, a_flow_whose_features_cannot_be_watched_is_counted);
    tcase_add_test(tests, an_alert_is_told_though_its_message_cannot_be_kept);
    tcase_add_loop_test(tests, the_next_flow_is_served_as_ever, 1, ALLOCATIONS);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
