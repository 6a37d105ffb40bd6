#include "base/address.h"

#include <stdlib.h>

#include "run_suite.h"

static struct address parsed(const char *text)
{
    struct address address;

    ck_assert_msg(address_parse(text, &address), "%s", text);
    return address;
}

static bool contains(const char *prefix_string, const char *text)
{
    struct address address = parsed(text);
    struct prefix prefix;

    ck_assert_msg(prefix_parse(prefix_string, &prefix), "%s", prefix_string);
    return prefix_contains(&prefix, &address);
}

static bool is_public(const char *text)
{
    struct address address = parsed(text);

    return address_is_public(&address);
}

static bool is_unicast(const char *text)
{
    struct address address = parsed(text);

    return address_is_unicast(&address);
}

static bool is_link_local(const char *text)
{
    struct address address = parsed(text);

    return address_is_link_local(&address);
}

START_TEST(an_ipv4_address_is_kept_in_its_mapped_form)
{
    static const uint8_t v4[4] = { 192, 0, 2, 1 };
    static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
    struct address address = address_from_v4(v4), same = address_from_v6(mapped);
    struct address text = parsed("192.0.2.1"), mapped_text = parsed("::ffff:192.0.2.1");

    ck_assert_mem_eq(address.bytes, mapped, 16);
    ck_assert(address_is_v4(&address));
    ck_assert(address_equal(&address, &same));
    ck_assert(address_equal(&address, &text));
    ck_assert(address_equal(&address, &mapped_text));
}
END_TEST

START_TEST(only_mapped_addresses_are_ipv4)
{
    static const char *const v6[] = { "::", "::1", "::192.0.2.1", "2001:db8::1",
        "64:ff9b::c000:201", "::fffe:192.0.2.1", "::1:ffff:192.0.2.1" };

    for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++) {
        struct address address = parsed(v6[i]);

        ck_assert_msg(!address_is_v4(&address), "%s", v6[i]);
    }
}
END_TEST

START_TEST(what_is_no_address_is_refused_and_leaves_the_result_alone)
{
    static const char *const bad[] = { "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4",
        "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/24", "0x1.2.3.4", "1.2.3.04x", ":", ":::", "1::2::3",
        "2001:db8", "2001:db8::g", "12345::", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "[::1]",
        "::1.2.3", "localhost" };
    struct address address = parsed("192.0.2.1"), before = address;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(!address_parse(bad[i], &address), "%s", bad[i]);
        ck_assert(address_equal(&address, &before));
    }
}
END_TEST

/* Suricata prints with PrintInet(): inet_ntop() for IPv4, eight whole groups for IPv6. */
START_TEST(text_is_that_of_suricatas_eve)
{
    static const struct { const char *from, *to; } texts[] = {
        { "0.0.0.0", "0.0.0.0" },
        { "192.0.2.1", "192.0.2.1" },
        { "255.255.255.255", "255.255.255.255" },
        { "10.100.9.99", "10.100.9.99" },
        { "::ffff:10.0.0.1", "10.0.0.1" },
        { "::", "0000:0000:0000:0000:0000:0000:0000:0000" },
        { "::1", "0000:0000:0000:0000:0000:0000:0000:0001" },
        { "2001:DB8::AbCd", "2001:0db8:0000:0000:0000:0000:0000:abcd" },
        { "ff02::fb", "ff02:0000:0000:0000:0000:0000:0000:00fb" },
        { "1:22:333:4444:5:66:777:8888", "0001:0022:0333:4444:0005:0066:0777:8888" },
    };
    char text[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct address address = parsed(texts[i].from);

        ck_assert_uint_eq(address_text(&address, text), strlen(texts[i].to));
        ck_assert_str_eq(text, texts[i].to);
    }
}
END_TEST

START_TEST(text_reads_back_as_the_same_address)
{
    char text[ADDRESS_TEXT_SIZE];

    for (unsigned i = 0; i < 256; i++) {
        uint8_t v4[4] = { (uint8_t)i, (uint8_t)(255 - i), (uint8_t)(i * 7), (uint8_t)(i * 31) };
        uint8_t v6[16];
        struct address address = address_from_v4(v4), again;

        address_text(&address, text);
        again = parsed(text);
        ck_assert(address_equal(&address, &again));
        for (unsigned j = 0; j < 16; j++)
            v6[j] = (uint8_t)(i * (2 * j + 1) + j);
        address = address_from_v6(v6);
        address_text(&address, text);
        again = parsed(text);
        ck_assert(address_equal(&address, &again));
    }
}
END_TEST

START_TEST(prefixes_end_at_the_bit)
{
    ck_assert(contains("192.0.2.0/24", "192.0.2.0") && contains("192.0.2.0/24", "192.0.2.255"));
    ck_assert(!contains("192.0.2.0/24", "192.0.1.255") && !contains("192.0.2.0/24", "192.0.3.0"));
    ck_assert(contains("172.16.0.0/12", "172.31.255.255"));
    ck_assert(!contains("172.16.0.0/12", "172.32.0.0"));
    ck_assert(!contains("172.16.0.0/12", "172.15.255.255"));
    ck_assert(contains("192.0.2.6/31", "192.0.2.7") && !contains("192.0.2.6/31", "192.0.2.8"));
    ck_assert(contains("2001:db8::/33", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
    ck_assert(!contains("2001:db8::/33", "2001:db8:8000::"));
    ck_assert(contains("fc00::/7", "fdff::1") && !contains("fc00::/7", "fe00::1"));
}
END_TEST

START_TEST(a_bare_address_is_a_prefix_of_one_host)
{
    ck_assert(contains("192.0.2.1", "192.0.2.1") && !contains("192.0.2.1", "192.0.2.0"));
    ck_assert(contains("2001:db8::1", "2001:db8::1") && !contains("2001:db8::1", "2001:db8::"));
}
END_TEST

START_TEST(zero_bits_take_all_of_one_version)
{
    ck_assert(contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "2001:db8::1"));
    ck_assert(contains("::/0", "2001:db8::1"));
    ck_assert(contains("::/0", "203.0.113.9")); /* its mapped form is one of them */
}
END_TEST

START_TEST(host_bits_are_cleared)
{
    struct address network = parsed("10.128.0.0");
    struct prefix prefix;

    ck_assert(prefix_parse("10.200.3.4/9", &prefix));
    ck_assert_uint_eq(prefix.bits, 96 + 9);
    ck_assert(address_equal(&prefix.address, &network));
    network = parsed("2001:db8:8000::");
    ck_assert(prefix_parse("2001:db8:ffff::1/33", &prefix));
    ck_assert_uint_eq(prefix.bits, 33);
    ck_assert(address_equal(&prefix.address, &network));
}
END_TEST

START_TEST(what_is_no_prefix_is_refused_and_leaves_the_result_alone)
{
    static const char *const bad[] = { "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
        "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.0/0x8", "10/8",
        "10.0.0.0/255.0.0.0", "2001:db8::/129", "2001:db8::/99999999999999999999", "!10.0.0.0/8",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8" };
    struct prefix prefix, before;

    ck_assert(prefix_parse("192.0.2.0/24", &prefix));
    before = prefix;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(!prefix_parse(bad[i], &prefix), "%s", bad[i]);
        ck_assert(address_equal(&prefix.address, &before.address) && prefix.bits == before.bits);
    }
}
END_TEST

/* The last address of each range that is not public, and its neighbour that is (or the reverse). */
START_TEST(public_begins_and_ends_at_the_registries_edges)
{
    static const struct { const char *inside, *outside; } edges[] = {
        { "0.255.255.255", "1.0.0.0" },
        { "10.0.0.0", "9.255.255.255" }, { "10.255.255.255", "11.0.0.0" },
        { "100.64.0.0", "100.63.255.255" }, { "100.127.255.255", "100.128.0.0" },
        { "127.0.0.0", "126.255.255.255" }, { "127.255.255.255", "128.0.0.0" },
        { "169.254.0.0", "169.253.255.255" }, { "169.254.255.255", "169.255.0.0" },
        { "172.16.0.0", "172.15.255.255" }, { "172.31.255.255", "172.32.0.0" },
        { "192.168.0.0", "192.167.255.255" }, { "192.168.255.255", "192.169.0.0" },
        { "224.0.0.0", "223.255.255.255" },
        { "::1", "::2" }, { "::", "::2" },
        { "fc00::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        { "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::" },
        { "fe80::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        { "ff00::", "2001:db8::" },
    };

    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        ck_assert_msg(!is_public(edges[i].inside), "%s", edges[i].inside);
        ck_assert_msg(is_public(edges[i].outside), "%s", edges[i].outside);
    }
    ck_assert(!is_public("240.0.0.1") && !is_public("255.255.255.255"));
    ck_assert(!is_public("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")); /* site-local, RFC 3879 */
}
END_TEST

START_TEST(documentation_ranges_count_as_public)
{
    ck_assert(is_public("192.0.2.1") && is_public("198.51.100.1") && is_public("203.0.113.1"));
    ck_assert(is_public("2001:db8::1"));
    ck_assert(is_public("8.8.8.8") && is_public("2001:4860:4860::8888"));
}
END_TEST

START_TEST(unicast_names_one_host)
{
    static const char *const one[] = { "192.0.2.1", "10.0.0.1", "127.0.0.1", "169.254.1.1",
        "1.0.0.0", "223.255.255.255", "255.255.255.254", "::1", "2001:db8::1", "fe80::1" };
    static const char *const many[] = { "0.0.0.0", "224.0.0.1", "239.255.255.255",
        "255.255.255.255", "::", "ff02::1" };

    for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++)
        ck_assert_msg(is_unicast(one[i]), "%s", one[i]);
    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
        ck_assert_msg(!is_unicast(many[i]), "%s", many[i]);
}
END_TEST

START_TEST(link_local_is_169_254_and_fe80_10)
{
    ck_assert(is_link_local("169.254.0.1") && is_link_local("fe80::1") && is_link_local("febf::1"));
    ck_assert(!is_link_local("169.253.0.1") && !is_link_local("fec0::1"));
    ck_assert(!is_link_local("192.168.1.1") && !is_link_local("2001:db8::1"));
}
END_TEST

START_TEST(mac_addresses_are_read_with_colons_or_dashes)
{
    static const struct mac expected = { { 0x02, 0x00, 0x5e, 0x10, 0xab, 0xff } };
    static const char *const good[] = { "02:00:5e:10:ab:ff", "02-00-5E-10-AB-FF",
        "02:00:5e-10:AB:ff" };
    char text[MAC_TEXT_SIZE];
    struct mac mac;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_msg(mac_parse(good[i], &mac), "%s", good[i]);
        ck_assert(mac_equal(&mac, &expected));
    }
    ck_assert_uint_eq(mac_text(&mac, text), 17);
    ck_assert_str_eq(text, "02:00:5e:10:ab:ff");
    ck_assert(!mac_is_zero(&mac));
    ck_assert(mac_parse("00:00:00:00:00:00", &mac) && mac_is_zero(&mac));
}
END_TEST

START_TEST(what_is_no_mac_address_is_refused_at_its_last_byte)
{
    static const char whole[] = "02:00:5e:10:00:01";
    static const char *const bad[] = { "02:00:5e:10:00:01:", "02:00:5e:10:00:01 ",
        "02:00:5e:10:00:0g", "2:0:5e:10:0:1", "02005e100001", "0200.5e10.0001",
        "02 00 5e 10 00 01", "02:00:5e:10:00:001" };
    struct mac mac = { { 9 } };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!mac_parse(bad[i], &mac), "%s", bad[i]);
    for (size_t len = 0; len < strlen(whole); len++) {
        char *cut = malloc(len + 1);

        memcpy(cut, whole, len);
        cut[len] = '\0';
        ck_assert(!mac_parse(cut, &mac));
        free(cut);
    }
    ck_assert_uint_eq(mac.bytes[0], 9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *tests = tcase_create("address");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, an_ipv4_address_is_kept_in_its_mapped_form);
    tcase_add_test(tests, only_mapped_addresses_are_ipv4);
    tcase_add_test(tests, what_is_no_address_is_refused_and_leaves_the_result_alone);
    tcase_add_test(tests, text_is_that_of_suricatas_eve);
    tcase_add_test(tests, text_reads_back_as_the_same_address);
    tcase_add_test(tests, prefixes_end_at_the_bit);
    tcase_add_test(tests, a_bare_address_is_a_prefix_of_one_host);
    tcase_add_test(tests, zero_bits_take_all_of_one_version);
    tcase_add_test(tests, host_bits_are_cleared);
    tcase_add_test(tests, what_is_no_prefix_is_refused_and_leaves_the_result_alone);
    tcase_add_test(tests, public_begins_and_ends_at_the_registries_edges);
    tcase_add_test(tests, documentation_ranges_count_as_public);
    tcase_add_test(tests, unicast_names_one_host);
    tcase_add_test(tests, link_local_is_169_254_and_fe80_10);
    tcase_add_test(tests, mac_addresses_are_read_with_colons_or_dashes);
    tcase_add_test(tests, what_is_no_mac_address_is_refused_at_its_last_byte);
    return run_suite(suite);
}
