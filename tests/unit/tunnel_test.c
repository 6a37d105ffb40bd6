#include "track/tunnel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND UINT64_C(1000000)
#define NOW (UINT64_C(1700000000) * SECOND)

#define BASE32 "abcdefghijklmnopqrstuvwxyz012345"
#define HEX "0123456789abcdef"

static struct tunnel *tunnel;
static uint32_t seed;

static void set_up(void)
{
    tunnel = NULL;
    seed = 1;
}

static void tear_down(void)
{
    tunnel_free(tunnel);
}

static struct tunnel_view look(const char *name, uint64_t now_us)
{
    struct question question;
    struct tunnel_view view = { .bits_per_s = -1 };

    question_set(&question, name, strlen(name), 0);
    ck_assert(tunnel_note(&tunnel, &question, now_us, &view));
    return view;
}

static double ask(const char *name, uint64_t now_us)
{
    return look(name, now_us).bits_per_s;
}

/* The minimal standard generator of Park and Miller. */
static void draw(const char *alphabet, size_t len, char out[64])
{
    for (size_t i = 0; i < len; i++) {
        seed = (uint32_t)(UINT64_C(16807) * seed % 2147483647);
        out[i] = alphabet[seed % strlen(alphabet)];
    }
    out[len] = '\0';
}

/* Asks for "<head><random><tail>" at a steady pace; the highest rate in ten minutes. */
static double ask_random(const char *alphabet, size_t len, const char *tail, uint64_t every_us)
{
    char hidden[64], name[256];
    double rate, most = 0;

    for (uint64_t now_us = 0; now_us < 600 * SECOND; now_us += every_us) {
        draw(alphabet, len, hidden);
        snprintf(name, sizeof(name), "%s%s", hidden, tail);
        rate = ask(name, NOW + now_us);
        most = rate > most ? rate : most;
    }
    return most;
}

/* 63 letters of five bits a second hold 315 bits; names of 255 hold more. */
START_TEST(data_in_names_is_measured)
{
    double rate = ask_random(BASE32, 63, ".t.example.com", SECOND);

    ck_assert_double_gt(rate, 250);
    ck_assert_double_lt(rate, 315);
}
END_TEST

START_TEST(a_domain_is_not_needed)
{
    ck_assert_double_gt(ask_random(HEX, 40, ".0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f", SECOND), 100);
}
END_TEST

static const struct {
    const char *alphabet;
    size_t len;
    const char *tail;
    uint64_t every_us;
    double most;
} services[] = {
    { HEX, 16, ".telemetry.example.com", 30 * SECOND, 0 },   /* too few to be told */
    { BASE32, 11, "-ats.iot.us-east-1.amazonaws.com", 10 * SECOND, 0 },
    { BASE32, 14, ".cloudfront.net", 5 * SECOND, 15 },
    { HEX, 32, ".i.02.s.sophosxl.net", 5 * SECOND, 30 },     /* a file hash each */
    { BASE32, 26, ".avqs.mcafee.com", 5 * SECOND, 30 },
    { HEX, 32, ".i.02.s.sophosxl.net", SECOND, 130 },        /* while it scans */
};

START_TEST(services_stay_far_below_tunnels)
{
    double most = ask_random(services[_i].alphabet, services[_i].len, services[_i].tail,
            services[_i].every_us);

    ck_assert_double_le(most, services[_i].most);
}
END_TEST

START_TEST(names_asked_again_carry_nothing)
{
    char name[64];
    double rate = 0;

    for (unsigned round = 0; round < 100; round++)
        for (unsigned host = 0; host < 20; host++) {
            snprintf(name, sizeof(name), "host-%c%u.example.com", 'a' + (int)host, host * 7919);
            rate = ask(name, NOW + (round * 20 + host) * SECOND);
        }
    ck_assert_double_eq(rate, 0);
}
END_TEST

/* Case is a resolver's way to guard against forgery (draft-vixie-dnsext-dns0x20). */
START_TEST(case_carries_nothing)
{
    char name[64] = "www.example.com";
    double rate = 0;

    for (unsigned i = 0; i < 200; i++) {
        for (size_t c = 0; c < 3; c++)
            name[c] = (char)((i >> c & 1) != 0 ? 'W' : 'w');
        rate = ask(name, NOW + i * SECOND / 4);
    }
    ck_assert_double_eq(rate, 0);
}
END_TEST

START_TEST(a_counter_carries_little)
{
    char name[64];
    double rate = 0;

    for (unsigned i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "snapshot-%u.camera.example.com", 1000 + i);
        rate = ask(name, NOW + i * SECOND);
    }
    ck_assert_double_lt(rate, 2);
}
END_TEST

/* Behind a number. */
static const char *const uncounted[] = { ".0.168.192.in-addr.arpa", ".3.2.1.zen.spamhaus.org",
    "-host.lan", "-host.local", "-host" };

START_TEST(local_and_reverse_names_never_count)
{
    struct question question;
    char name[64];
    struct tunnel_view view = { .bits_per_s = 7 };

    for (unsigned i = 0; i < 256; i++) {
        snprintf(name, sizeof(name), "%u%s", i, uncounted[_i]);
        question_set(&question, name, strlen(name), 0);
        ck_assert(!tunnel_note(&tunnel, &question, NOW + i * SECOND / 10, &view));
    }
    ck_assert_double_eq(view.bits_per_s, 7);
    ck_assert_ptr_null(tunnel);
}
END_TEST

/* Names are a counter, answers bring 1,000 bits each. */
START_TEST(data_in_answers_is_measured)
{
    struct question question;
    char name[64];
    struct tunnel_view view = { 0 };

    for (unsigned i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "l.%u.ns.example.com", i);
        question_set(&question, name, strlen(name), 0);
        question.data_bits = 1000;
        question.data_hash = i + 1;
        ck_assert(tunnel_note(&tunnel, &question, NOW + i * SECOND, &view));
        ck_assert(tunnel_note(&tunnel, &question, NOW + i * SECOND, &view)); /* sent again */
    }
    ck_assert_double_gt(view.bits_per_s, 900);
    ck_assert_double_lt(view.bits_per_s, 1050);
}
END_TEST

START_TEST(what_was_said_is_forgotten_after_a_minute)
{
    ck_assert_double_gt(ask_random(BASE32, 40, ".t.example.com", SECOND), 100);
    ck_assert_double_eq(ask("www.t.example.com", NOW + 700 * SECOND), 0);
}
END_TEST

/* More domains than places: browsing does not push a tunnel out. */
START_TEST(the_domain_with_the_least_said_makes_room)
{
    char hidden[64], name[256];
    double rate = 0;

    for (unsigned i = 0; i < 120; i++) {
        draw(BASE32, 50, hidden);
        snprintf(name, sizeof(name), "%s.t.example.com", hidden);
        rate = ask(name, NOW + i * SECOND);
        for (unsigned site = 0; site < 20; site++) {
            snprintf(name, sizeof(name), "www.site%c.example", 'a' + (int)site);
            ask(name, NOW + i * SECOND);
        }
    }
    ck_assert_double_gt(rate, 200);
}
END_TEST

/* A few letters each, every half minute, while the device goes about its business with a dozen others. */
START_TEST(who_takes_his_time_needs_ever_new_names)
{
    struct tunnel_view view = { 0 };
    char hidden[64], name[256];

    for (unsigned i = 0; i < 200; i++) {
        uint64_t now_us = NOW + i * 30 * SECOND;

        draw(BASE32, 12, hidden);
        snprintf(name, sizeof(name), "%s.t.example.com", hidden);
        view = look(name, now_us);
        for (unsigned site = 0; site < 12; site++) {
            snprintf(name, sizeof(name), "api.site%c.example", 'a' + (int)site);
            ck_assert_uint_le(look(name, now_us).names, 4); /* some are forgotten meanwhile */
        }
    }
    ck_assert_double_eq(view.bits_per_s, 0);
    ck_assert_uint_ge(view.names, 100); /* of 120 in an hour: five slots of six, and what the last holds */
    ck_assert_uint_le(view.names, 120);
    ck_assert_uint_le(look("www.t.example.com", NOW + 3 * 3600 * SECOND).names, 1);
}
END_TEST

START_TEST(time_that_steps_back_counts_as_the_newest)
{
    double rate = 0;
    char hidden[64], name[256];

    for (unsigned i = 0; i < 60; i++) {
        draw(BASE32, 50, hidden);
        snprintf(name, sizeof(name), "%s.t.example.com", hidden);
        rate = ask(name, i % 2 == 0 ? NOW : NOW - 3600 * SECOND);
    }
    ck_assert_double_gt(rate, 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tunnel");
    TCase *cases = tcase_create("tunnel");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, data_in_names_is_measured);
    tcase_add_test(cases, a_domain_is_not_needed);
    tcase_add_loop_test(cases, services_stay_far_below_tunnels, 0, (int)COUNT(services));
    tcase_add_test(cases, names_asked_again_carry_nothing);
    tcase_add_test(cases, case_carries_nothing);
    tcase_add_test(cases, a_counter_carries_little);
    tcase_add_loop_test(cases, local_and_reverse_names_never_count, 0, (int)COUNT(uncounted));
    tcase_add_test(cases, data_in_answers_is_measured);
    tcase_add_test(cases, what_was_said_is_forgotten_after_a_minute);
    tcase_add_test(cases, the_domain_with_the_least_said_makes_room);
    tcase_add_test(cases, who_takes_his_time_needs_ever_new_names);
    tcase_add_test(cases, time_that_steps_back_counts_as_the_newest);
    return run_suite(suite);
}
