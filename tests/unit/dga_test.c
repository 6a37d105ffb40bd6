#include "detect/dga.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DRAWN 2000

static double score_of(const char *domain)
{
    double score = -1;

    ck_assert_msg(dga_score(domain, strlen(domain), &score), "%s is not judged", domain);
    ck_assert_msg(score >= 0 && score <= 1, "%s: %f", domain, score);
    return score;
}

/* The minimal standard generator of Park and Miller. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = (uint32_t)(UINT64_C(16807) * *seed % 2147483647);
    return *seed;
}

static void draw(uint32_t *seed, const char *alphabet, size_t len, char out[80])
{
    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[next_random(seed) % strlen(alphabet)];
    snprintf(out + len, 80 - len, ".com");
}

/* Percent of random labels that are called generated. */
static unsigned found(const char *alphabet, size_t len)
{
    uint32_t seed = 20260101;
    unsigned count = 0;
    char domain[80];

    for (unsigned i = 0; i < DRAWN; i++) {
        draw(&seed, alphabet, len, domain);
        count += score_of(domain) >= DGA_LIKELY;
    }
    return count * 100 / DRAWN;
}

static const struct {
    const char *alphabet;
    size_t len;
    unsigned percent; /* at least */
} random_labels[] = {
    { "abcdefghijklmnopqrstuvwxyz", 10, 90 },
    { "abcdefghijklmnopqrstuvwxyz", 12, 95 },
    { "abcdefghijklmnopqrstuvwxyz", 16, 97 },
    { "abcdefghijklmnopqrstuvwxyz", 30, 99 },
    { "abcdefghijklmnopqrstuvwxyz0123456789", 10, 95 },
    { "abcdefghijklmnopqrstuvwxyz0123456789", 16, 99 },
    { "abcdefghijklmnopqrstuvwxyz234567", 10, 95 },
    { "abcdefghijklmnopqrstuvwxyz234567", 16, 98 },
    { "0123456789abcdef", 10, 95 },
    { "0123456789abcdef", 16, 99 },
    { "0123456789abcdef", 32, 99 },
};

START_TEST(random_labels_of_ten_characters_and_more_are_found)
{
    unsigned percent = found(random_labels[_i].alphabet, random_labels[_i].len);

    ck_assert_msg(percent >= random_labels[_i].percent, "%zu of %s: %u %%",
            random_labels[_i].len, random_labels[_i].alphabet, percent);
}
END_TEST

/* Ramnit: 8 to 19 letters a to y from the same generator. */
START_TEST(names_made_as_ramnit_does_are_found)
{
    uint32_t seed = 1;
    unsigned made = 0, count = 0;
    char domain[80];

    while (made < DRAWN) {
        size_t len = next_random(&seed) % 12 + 8;

        draw(&seed, "abcdefghijklmnopqrstuvwxy", len, domain);
        if (len < 10)
            continue;
        made++;
        count += score_of(domain) >= DGA_LIKELY;
    }
    ck_assert_uint_ge(count * 100 / made, 90);
}
END_TEST

/* As reported of Necurs, Ramnit, Tinba, Qakbot, Murofet, Zloader, Bumblebee and others. */
static const char *const reported[] = {
    "jmtcgdiqsyubbnnvfyce.kz", "nxeddryamlfamcjha.ug", "wldlrwlygck.com", "nwuqfobauuwsyuppii.com",
    "hptvvvdgxguu.net", "psorzersqwotrbbzezdx.net", "gkprzwjfumcpzbbrj.org",
    "mxetwizxrjnwygxwzzkwrnnt.biz", "pyqmvyyqscmpfj.org", "tqjlniuxbrqote.tw",
    "prxemhujqukaxildunol.com", "x1w1ucezxydba.com", "xodvtjug3oa3qxx.com", "r967duebyji.life",
    "7f2a37fc6c4f0.tickets", "db54a845.top",
};

START_TEST(reported_generated_names_are_found)
{
    ck_assert_msg(score_of(reported[_i]) >= DGA_LIKELY, "%s: %f", reported[_i],
            score_of(reported[_i]));
}
END_TEST

static const char *const ordinary[] = {
    /* what things at home call */
    "tplinkra.com", "tplinkcloud.com", "xmcsrv.net", "xmeye.net", "ezvizlife.com",
    "hik-connect.com", "wyzecam.com", "tuyaeu.com", "tuyaus.com", "meethue.com", "xbcs.net", "myfoscam.org",
    "mydlink.com", "dahuaddns.com", "easy4ipcloud.com", "lgtvsdp.com", "samsungotn.net",
    "immedia-semi.com", "arrayent.com", "ecouser.net", "xiaomi.net", "lumiunited.com",
    "solarmanpv.com", "broadlink.com.cn", "coolkit.cc", "netatmo.net", "rokutime.com",
    /* short brands and what the network itself needs */
    "qq.com", "ntp.org", "163.com", "avm.de", "t.co", "gvt1.com", "ptb.de", "x.com", "36kr.com",
    /* content networks, telemetry, certificates */
    "gstatic.com", "ytimg.com", "fbcdn.net", "akamaized.net", "akadns.net", "edgesuite.net",
    "llnwd.net", "hwcdn.net", "wscdns.com", "alikunlun.com", "bdstatic.com", "msftncsi.com",
    "msftconnecttest.com", "footprintdns.com", "crashlytics.com", "demdex.net", "omtrdc.net",
    "symcd.com", "lencr.org", "nflxvideo.net", "azure-devices-provisioning.net",
    /* reputation look-ups */
    "mcafee.com", "sophosxl.net", "spamhaus.org", "trendmicro.com",
    /* other languages than English */
    "volksbank-raiffeisenbank.de", "bundesnetzagentur.de", "kreissparkasse.de", "deutschepost.de",
    "programme-tv.net", "allegroimg.com", "zhihu.com", "shouji.com.cn", "taobao.com", "youku.com",
    "weixinbridge.com", "verteiltesysteme.net",
};

START_TEST(ordinary_names_are_not_called_generated)
{
    ck_assert_msg(score_of(ordinary[_i]) < DGA_LIKELY, "%s: %f", ordinary[_i],
            score_of(ordinary[_i]));
}
END_TEST

START_TEST(random_hosts_of_shared_domains_say_nothing)
{
    ck_assert_double_lt(score_of("d3p8zr0ffa9t17.cloudfront.net"), 0.5);
    ck_assert_double_lt(score_of("a2xk4v9q8w7e6r-ats.iot.us-east-1.amazonaws.com"), 0.5);
    ck_assert_double_lt(score_of("xjwkqpzvhdmt.blogspot.co.uk"), 0.5);
    ck_assert_double_eq(score_of("d3p8zr0ffa9t17.cloudfront.net"), score_of("cloudfront.net"));
}
END_TEST

START_TEST(a_short_second_level_is_no_registration)
{
    ck_assert_double_ge(score_of("xjwkqpzvhdmt.co.uk"), DGA_LIKELY);
    ck_assert_double_ge(score_of("xjwkqpzvhdmt.com.cn"), DGA_LIKELY);
    ck_assert_double_eq(score_of("xjwkqpzvhdmt.co.uk"), score_of("xjwkqpzvhdmt.com"));
}
END_TEST

/* Consonants without end, but so are abbreviations. */
START_TEST(short_labels_stay_below)
{
    ck_assert_double_lt(score_of("xkqz.com"), 0.5);
    ck_assert_double_lt(score_of("wvxq.net"), 0.5);
    ck_assert_double_lt(score_of("7f2a.org"), 0.5);
    ck_assert_uint_le(found("abcdefghijklmnopqrstuvwxyz", 6), 15);
}
END_TEST

START_TEST(case_does_not_matter)
{
    ck_assert_double_eq(score_of("QfhHbbMvRk.DE"), score_of("qfhhbbmvrk.de"));
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
} unjudged[] = {
    { "", 0 }, { ".", 1 }, { "..", 2 }, { ".com", 4 }, { "localhost", 9 }, { "..com", 5 },
    { "xn--mnich-kva.com", 17 }, { "XN--80a0adav.xn--80ao21a", 24 }, { "a b.com", 7 },
    { "m\xc3\xbcnich.com", 11 }, { "a\0b.com", 7 },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com", 68 },
};

START_TEST(what_is_no_label_is_not_judged)
{
    double score = 7;

    ck_assert(!dga_score(unjudged[_i].bytes, unjudged[_i].len, &score));
    ck_assert_double_eq(score, 7);
}
END_TEST

/* Ends at the heap block's edge so a sanitizer sees overreads. */
START_TEST(every_cut_name_is_read_within_its_bounds)
{
    static const char name[] = "d3p8zr0ffa9t17.cloudfront.net";
    size_t len = (size_t)_i;
    char *block = malloc(len + 1), *cut = block + 1;
    double score;

    memcpy(cut, name, len);
    (void)dga_score(cut, len, &score);
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dga");
    TCase *cases = tcase_create("dga");

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, random_labels_of_ten_characters_and_more_are_found, 0,
            (int)COUNT(random_labels));
    tcase_add_test(cases, names_made_as_ramnit_does_are_found);
    tcase_add_loop_test(cases, reported_generated_names_are_found, 0, (int)COUNT(reported));
    tcase_add_loop_test(cases, ordinary_names_are_not_called_generated, 0, (int)COUNT(ordinary));
    tcase_add_test(cases, random_hosts_of_shared_domains_say_nothing);
    tcase_add_test(cases, a_short_second_level_is_no_registration);
    tcase_add_test(cases, short_labels_stay_below);
    tcase_add_test(cases, case_does_not_matter);
    tcase_add_loop_test(cases, what_is_no_label_is_not_judged, 0, (int)COUNT(unjudged));
    tcase_add_loop_test(cases, every_cut_name_is_read_within_its_bounds, 0, 30);
    return run_suite(suite);
}
