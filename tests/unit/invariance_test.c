/* What must make no difference to the features of a flow: which addresses hosts happen to have, the
 * year, the order in which flows of different devices come, the secret seed, other devices. */
#include "scene.h"

#include <stdio.h>

#include "run_suite.h"

#define DEVICES 5
#define TEXT_SIZE (128 * 1024)
#define YEAR (365 * DAY)

struct variant {
    const char *home, *internet; /* networks, the last byte to be filled in */
    unsigned remote_step;        /* remotes are numbered differently */
    uint64_t shift_us;
    uint64_t seed;
    bool one_by_one; /* device after device, else all at once */
};

enum act { RESOLVE, CONNECT, LITERAL, REFUSED, HELLO, MISMATCH, ECH, DOT, PING, INBOUND, UPLOAD };

/* What every device does, so many minutes after the start. */
static const struct {
    unsigned minute;
    enum act act;
    unsigned remote;
} script[] = {
    { 0, CONNECT, 1 },  { 1, RESOLVE, 2 },   { 1, CONNECT, 2 },  { 2, CONNECT, 3 },
    { 3, LITERAL, 4 },  { 4, INBOUND, 5 },   { 12, CONNECT, 3 }, { 13, HELLO, 2 },
    { 14, MISMATCH, 2 }, { 15, ECH, 2 },     { 16, PING, 3 },    { 17, UPLOAD, 6 },
    { 18, REFUSED, 7 }, { 70, CONNECT, 2 },  { 71, DOT, 8 },     { 72, CONNECT, 3 },
    /* a beat each minute, of which two are missed, and silence */
    { 100, CONNECT, 9 }, { 101, CONNECT, 9 }, { 102, CONNECT, 9 },
    { 103, CONNECT, 9 }, { 104, CONNECT, 9 }, { 105, CONNECT, 9 },
    { 106, CONNECT, 9 }, { 107, CONNECT, 9 }, { 108, CONNECT, 9 },
    { 109, CONNECT, 9 }, { 110, CONNECT, 9 }, { 111, CONNECT, 9 },
    { 114, CONNECT, 9 }, { 115, CONNECT, 9 },
    { 1600, CONNECT, 2 }, { 1700, CONNECT, 3 }, { 1701, RESOLVE, 3 }, { 1702, CONNECT, 3 },
};

static struct scene scene;

static const char *address_in(const char *network, unsigned number, char out[ADDRESS_TEXT_SIZE])
{
    snprintf(out, ADDRESS_TEXT_SIZE, strchr(network, ':') != NULL ? "%s%x" : "%s%u", network,
            number);
    return out;
}

static void describe(const struct flow *flow, char *out)
{
    size_t used = strlen(out);

    for (size_t i = 0; i < feature_count; i++) {
        struct feature_value value = { .number = 0 };
        bool is_known = features[i].get(flow, &value);
        bool is_text = is_known && features[i].type == FEATURE_STRING;

        ck_assert_uint_lt(used + 256, TEXT_SIZE);
        used += (size_t)snprintf(out + used, TEXT_SIZE - used, "%s=%.*s", features[i].name,
                is_text ? (int)value.len : 1, is_text ? value.text : "?");
        if (is_known && features[i].type == FEATURE_REAL)
            used += (size_t)snprintf(out + used, TEXT_SIZE - used, "%.6f", value.real);
        else if (is_known && !is_text)
            used += (size_t)snprintf(out + used, TEXT_SIZE - used, "%llu",
                    (unsigned long long)value.number);
        out[used++] = ' ';
    }
    snprintf(out + used, TEXT_SIZE - used, "changed=%x\n", flow->changed);
}

static void step_on(struct flow *flow, char *out)
{
    describe(flow, out);
    send_on(&scene, flow, DOWN, "\1\2\3", 3);
    describe(flow, out);
    scene.now_us += 2 * SECOND;
    tick(&scene, flow);
    describe(flow, out);
}

static void act(enum act act, const char *device, const char *remote, unsigned number, char *out)
{
    static const uint8_t upload[1000] = { 1, 2, 3, 4, 5 };
    char name[32];
    struct packet_view first = packet_from(&scene, device, 50000, remote, 443, TCP);
    struct flow *flow;

    snprintf(name, sizeof(name), "r%u.example", number);
    if (act == RESOLVE) {
        resolve_for(&scene, device, name, remote, 300);
        return;
    }
    if (act == PING)
        first = packet_from(&scene, device, 0, remote, 0, 1);
    else if (act == INBOUND)
        first = packet_from(&scene, remote, 50000, device, 443, TCP);
    else if (act == DOT)
        first = packet_from(&scene, device, 50000, remote, 853, TCP);
    flow = begin(&scene, &first);
    if (act == HELLO || act == DOT)
        say_hello(&scene, flow, (struct hello_view){ .sni = name });
    else if (act == MISMATCH || act == ECH)
        say_hello(&scene, flow, (struct hello_view){ .sni = "other.example", .ech = act == ECH });
    else if (act == LITERAL)
        flow_learn_http(scene.worker, flow, remote, strlen(remote));
    else if (act == UPLOAD)
        send_on(&scene, flow, UP, upload, sizeof(upload));
    else if (act == REFUSED)
        scene.now_us += SECOND;
    step_on(flow, out);
    flow_close(scene.engine, flow);
}

static void play_step(const struct variant *variant, unsigned device, size_t step, char *out)
{
    char home[ADDRESS_TEXT_SIZE], remote[ADDRESS_TEXT_SIZE];

    scene.now_us = START_US + variant->shift_us + script[step].minute * MINUTE +
                   device * 7 * SECOND;
    act(script[step].act, address_in(variant->home, 20 + device, home),
            address_in(variant->internet,
                    10 + device * 16 + script[step].remote * variant->remote_step % 16, remote),
            script[step].remote, out);
}

/* Writes what each of 'devices' devices' flows say; free() it. */
static char (*play(const struct variant *variant, unsigned devices))[TEXT_SIZE]
{
    const size_t steps = sizeof(script) / sizeof(script[0]);
    char(*texts)[TEXT_SIZE] = calloc(DEVICES, TEXT_SIZE);

    ck_assert_ptr_nonnull(texts);
    scene_settings(&scene.settings);
    scene_start(&scene, variant->seed);
    for (size_t i = 0; i < steps * devices; i++) {
        unsigned device = (unsigned)(variant->one_by_one ? i / steps : i % devices);
        size_t step = variant->one_by_one ? i % steps : i / devices;

        play_step(variant, device, step, texts[device]);
    }
    scene_close(&scene);
    return texts;
}

static const struct variant plain = { "192.168.1.", "203.0.113.", 1, 0, 1, false };

/* Tells the first feature that differs. */
static void assert_same(const char *found, const char *expected)
{
    size_t same = 0, start;

    while (found[same] == expected[same] && found[same] != '\0')
        same++;
    if (found[same] == expected[same])
        return;
    for (start = same; start > 0 && found[start - 1] != ' ' && found[start - 1] != '\n'; start--)
        ;
    ck_abort_msg("%.40s, not %.40s", found + start, expected + start);
}

START_TEST(features_stay_the_same)
{
    static const struct variant variants[] = {
        { "192.168.77.", "203.0.113.", 1, 0, 1, false },
        { "10.200.3.", "198.51.100.", 1, 0, 1, false },
        { "fd00::", "2001:db8::", 1, 0, 1, false },
        { "192.168.1.", "192.0.2.", 5, 0, 1, false },
        { "192.168.1.", "203.0.113.", 1, YEAR, 1, false },
        { "192.168.1.", "203.0.113.", 1, 0, 1, true },
        { "192.168.1.", "203.0.113.", 1, 0, UINT64_MAX / 3, false },
        { "172.20.0.", "198.51.100.", 3, 4 * YEAR, 77, true },
    };
    char(*expected)[TEXT_SIZE] = play(&plain, DEVICES);
    char(*texts)[TEXT_SIZE] = play(&variants[_i], DEVICES);

    for (unsigned i = 0; i < DEVICES; i++) {
        ck_assert_uint_gt(strlen(expected[i]), 1000);
        assert_same(texts[i], expected[i]);
    }
    free(texts);
    free(expected);
}
END_TEST

START_TEST(other_devices_make_no_difference)
{
    char(*expected)[TEXT_SIZE] = play(&plain, DEVICES);
    char(*texts)[TEXT_SIZE] = play(&plain, 1);

    assert_same(texts[0], expected[0]);
    free(texts);
    free(expected);
}
END_TEST

/* Else the comparisons above would prove nothing. */
START_TEST(the_script_shows_every_verdict)
{
    static const char *const verdicts[] = { " no_dns=?1 ", " no_dns=?0 ", " no_dns=? ",
        " sni_mismatch=?1 ", " sni_mismatch=?0 ", " sni_mismatch=? ", " ech=?1 ",
        "\nname=r2.example ", " entropy=?0", " heartbeat.state=?2 ", " heartbeat.period_s=?60.",
        " unanswered=?0 ", " upload_burst=?0." };
    char(*texts)[TEXT_SIZE] = play(&plain, 1);

    ck_assert_msg(strstr(texts[0], verdicts[_i]) != NULL, "%s", verdicts[_i]);
    free(texts);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invariance");
    TCase *cases = tcase_create("invariance");

    tcase_add_loop_test(cases, features_stay_the_same, 0, 8);
    tcase_add_test(cases, other_devices_make_no_difference);
    tcase_add_loop_test(cases, the_script_shows_every_verdict, 0, 13);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
