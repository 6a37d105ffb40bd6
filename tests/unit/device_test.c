#include "track/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"

#define SECOND UINT64_C(1000000)
#define NOW (1000000 * SECOND)

static struct device_budget budget;
static struct devices *devices;
static uint64_t now_us;

static const struct mac mac_a = { { 2, 0, 0, 0, 0, 10 } }, mac_b = { { 2, 0, 0, 0, 0, 11 } },
                        gateway = { { 2, 0, 0, 0, 0, 1 } };

static void identify(const void *user, const struct mac *mac, const struct address *address,
        struct device_identity *out)
{
    const struct address camera = { .bytes = { [10] = 0xff, [11] = 0xff, 192, 168, 1, 77 } };

    (void)user;
    if (address_equal(address, &camera)) {
        snprintf(out->name, sizeof(out->name), "by-address");
        snprintf(out->type, sizeof(out->type), "lamp");
    }
    if (mac == NULL)
        return;
    snprintf(out->vendor, sizeof(out->vendor), "vendor %02x", mac->bytes[5]);
    if (mac->bytes[5] == 11) {
        snprintf(out->name, sizeof(out->name), "configured");
        snprintf(out->type, sizeof(out->type), "camera");
    }
}

static void start(size_t max)
{
    devices = devices_new(max, &budget, identify, NULL);
    ck_assert_ptr_nonnull(devices);
}

static void set_up(void)
{
    now_us = NOW;
    budget = (struct device_budget){ .names = { .max_entries = 100, .max_per_device = 100 } };
    start(100);
}

static void tear_down(void)
{
    devices_free(devices);
    ck_assert_uint_eq(budget.names.entries, 0);
}

static struct address at(const char *text)
{
    struct address address = { { 0 } };

    if (text[0] != '\0')
        ck_assert(address_parse(text, &address));
    return address;
}

/* Borrowed: nobody but the table holds it. "" is the unspecified address. */
static struct device *see_with(const struct mac *mac, const char *address, uint8_t ttl,
        bool claimed)
{
    struct device_sighting sighting = { now_us, at(address), mac, ttl, claimed };
    struct device *device = devices_see(devices, &sighting);

    ck_assert(device != NULL || claimed);
    device_release(devices, device);
    return device;
}

static struct device *see(const struct mac *mac, const char *address)
{
    return see_with(mac, address, 64, false);
}

static struct device *lookup(const char *address)
{
    struct address wanted = at(address);
    struct device *device = devices_at(devices, &wanted, now_us);

    device_release(devices, device);
    return device;
}

static size_t count(void)
{
    size_t now;

    devices_count(devices, &now);
    return now;
}

static struct device_counters counters(void)
{
    size_t now;

    return devices_count(devices, &now);
}

static bool has_at(const char *address)
{
    struct address wanted = at(address);

    return devices_has_at(devices, &wanted);
}

/* --- keys --- */

START_TEST(a_device_is_its_mac_whatever_its_address)
{
    struct device *device = see(&mac_a, "192.168.1.10");

    ck_assert(device->has_mac);
    ck_assert_str_eq(device->mac_text, "02:00:00:00:00:0a");
    ck_assert_str_eq(device->vendor, "vendor 0a");
    ck_assert_ptr_eq(see(&mac_a, "fd00::10"), device);
    ck_assert_ptr_eq(see(&mac_a, "fe80::10"), device);
    ck_assert_ptr_eq(see(&mac_a, ""), device);
    ck_assert_ptr_eq(lookup("fd00::10"), device);
    ck_assert_ptr_ne(see(&mac_b, "192.168.1.11"), device);
    ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(without_a_mac_a_device_is_its_address)
{
    static const struct mac zero, multicast = { { 1, 0, 0x5e, 0, 0, 1 } };
    const struct mac *const macs[] = { NULL, &zero, &multicast };
    struct device *device = see(macs[_i], "192.168.1.10");

    ck_assert(!device->has_mac);
    ck_assert_str_eq(device->vendor, "");
    ck_assert_ptr_eq(see(macs[_i], "192.168.1.10"), device);
    ck_assert_ptr_ne(see(macs[_i], "192.168.1.11"), device);
    ck_assert(!has_at("192.168.1.10"));
}
END_TEST

START_TEST(a_device_that_shows_its_mac_replaces_the_stranger)
{
    lookup("192.168.1.10");
    ck_assert_uint_eq(count(), 1);
    see(&mac_a, "192.168.1.10");
    ck_assert_uint_eq(count(), 1);
    ck_assert_uint_eq(counters().made, 2);
    ck_assert_uint_eq(counters().evicted, 0);
    ck_assert_uint_eq(counters().merged, 1);
    ck_assert(lookup("192.168.1.10")->has_mac);
    ck_assert(has_at("192.168.1.10"));
}
END_TEST

START_TEST(an_address_moves_to_who_uses_it_last)
{
    struct device *first = see(&mac_a, "192.168.1.10"), *second = see(&mac_b, "192.168.1.10");

    ck_assert_ptr_ne(first, second);
    ck_assert_ptr_eq(lookup("192.168.1.10"), second);
}
END_TEST

START_TEST(a_device_that_joins_without_an_address_gets_its_first)
{
    struct device *device = see(&mac_a, "");
    struct address expected = at("192.168.1.10");

    ck_assert(!has_at(""));
    ck_assert_ptr_eq(see(&mac_a, "192.168.1.10"), device);
    ck_assert(address_equal(&device->address, &expected));
    see(&mac_a, "192.168.1.99");
    ck_assert(address_equal(&device->address, &expected));
}
END_TEST

START_TEST(a_claim_for_no_hosts_mac_makes_no_device)
{
    static const struct mac zero, multicast = { { 1, 0, 0x5e, 0, 0, 1 } };
    const struct mac *const macs[] = { NULL, &zero, &multicast };
    struct device_sighting sighting = { now_us, at(_i % 2 == 0 ? "" : "192.168.1.10"),
        macs[_i / 2], 0, true };

    ck_assert_ptr_null(devices_see(devices, &sighting));
    ck_assert_uint_eq(count(), 0);
}
END_TEST

/* Held by the table alone, as the others above. */
static struct device *claim(const char *address, const char *target, bool asks)
{
    struct device_sighting sighting = { now_us, at(address), &mac_a, 0, true };
    struct address other = at(target);
    struct device *device = asks ? devices_see_asker(devices, &sighting, &other)
                                 : devices_see_answer(devices, &sighting, &other);

    device_release(devices, device);
    return device;
}

START_TEST(who_asks_for_an_address_is_told_of_if_nobody_has_it)
{
    see(&mac_b, "192.168.1.11");
    ck_assert_ptr_null(claim("192.168.1.10", "192.168.1.11", true));
    ck_assert(has_at("192.168.1.10"));
    ck_assert_ptr_eq(claim("192.168.1.10", "192.168.1.12", true), lookup("192.168.1.10"));
}
END_TEST

START_TEST(who_is_answered_is_told_of_if_it_misses_somebody)
{
    struct device *asker = see(&mac_b, "192.168.1.11");

    now_us += SECOND;
    ck_assert_ptr_null(claim("192.168.1.10", "192.168.1.11", false));
    ck_assert_uint_eq(atomic_load(&asker->last_seen_us), now_us);
    ck_assert(has_at("192.168.1.10"));
    atomic_store(&asker->misses, true);
    ck_assert_ptr_eq(claim("192.168.1.10", "192.168.1.11", false), asker);
    ck_assert_ptr_null(claim("192.168.1.10", "192.168.1.12", false));
}
END_TEST

/* RFC 8981: temporary addresses come and go. */
START_TEST(the_address_unseen_for_longest_is_forgotten_first)
{
    struct device *device = see(&mac_a, "fd00::ffff");

    for (int i = 0; i < 31; i++) {
        char text[ADDRESS_TEXT_SIZE];

        snprintf(text, sizeof(text), "fd00::%x", i + 1);
        see(&mac_a, text);
    }
    see(&mac_a, "fd00::ffff"); /* still in use */
    see(&mac_a, "fd00::aaaa");
    ck_assert_ptr_eq(lookup("fd00::ffff"), device);
    ck_assert_ptr_eq(lookup("fd00::aaaa"), device);
    ck_assert_ptr_eq(lookup("fd00::2"), device);
    ck_assert(!has_at("fd00::1"));
}
END_TEST

/* --- routers --- */

START_TEST(what_a_router_forwards_is_not_its_own)
{
    struct device *router = see(&gateway, "192.168.1.1"), *behind;

    devices_note_router(devices, &gateway);
    behind = see_with(&gateway, "192.168.2.20", 63, false);
    ck_assert_ptr_ne(behind, router);
    ck_assert(!behind->has_mac);
    ck_assert_ptr_eq(see(&gateway, "192.168.1.1"), router);
    ck_assert_uint_eq(counters().routers, 1);
    devices_note_router(devices, &gateway);
    ck_assert_uint_eq(counters().routers, 1);
}
END_TEST

START_TEST(a_lowered_ttl_tells_of_a_router_before_it_is_known)
{
    static const uint8_t lowered[] = { 63, 60, 127, 124, 254, 251 };
    static const uint8_t fresh[] = { 64, 128, 255, 32 };

    ck_assert(!see_with(&gateway, "192.168.2.20", lowered[_i], false)->has_mac);
    for (size_t i = 0; i < sizeof(fresh); i++)
        ck_assert(see_with(&gateway, "192.168.1.1", fresh[i], false)->has_mac);
}
END_TEST

START_TEST(a_claim_needs_no_ttl)
{
    struct device *router;

    devices_note_router(devices, &gateway);
    router = see_with(&gateway, "192.168.1.1", 0, true);
    ck_assert(router->has_mac);
    ck_assert_ptr_eq(see_with(&gateway, "fe80::1", 1, false), router); /* never forwarded */
}
END_TEST

/* A repeater that hides hosts behind its own MAC, with their TTL. */
START_TEST(a_mac_that_goes_back_and_forth_between_hosts_speaks_for_several)
{
    static const char *const hosts[] = { "192.168.1.20", "192.168.1.21", "192.168.1.22" };

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3; i++) {
            now_us += SECOND;
            see(&mac_a, hosts[i]);
        }
    ck_assert_uint_eq(counters().routers, 1);
    ck_assert(!see(&mac_a, hosts[0])->has_mac);
    ck_assert_ptr_ne(see(&mac_a, hosts[0]), see(&mac_a, hosts[1]));
}
END_TEST

START_TEST(a_device_with_changing_leases_is_one)
{
    for (int i = 0; i < 50; i++) {
        char text[ADDRESS_TEXT_SIZE];

        snprintf(text, sizeof(text), "192.168.1.%d", 100 + i);
        now_us += SECOND;
        ck_assert(see(&mac_a, text)->has_mac);
    }
    for (int i = 0; i < 50; i++) { /* two networks */
        now_us += SECOND;
        ck_assert(see(&mac_b, i % 2 == 0 ? "192.168.1.11" : "192.168.4.1")->has_mac);
    }
    ck_assert_uint_eq(counters().routers, 0);
    ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(going_back_after_a_long_time_is_no_sign_of_several)
{
    static const char *const hosts[] = { "192.168.1.20", "192.168.1.21", "192.168.1.22" };

    for (int i = 0; i < 12; i++) {
        now_us += 601 * SECOND;
        ck_assert(see(&mac_a, hosts[i % 3])->has_mac);
    }
    ck_assert_uint_eq(counters().routers, 0);
}
END_TEST

START_TEST(a_mac_that_speaks_for_several_does_so_as_long_as_it_shows)
{
    static const char *const hosts[] = { "192.168.1.20", "192.168.1.21", "192.168.1.22" };
    const uint64_t hour = 3600 * SECOND;

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3; i++) {
            now_us += SECOND;
            see(&mac_a, hosts[i]);
        }
    for (int i = 0; i < 6; i++) { /* a repeater, for two and a half days */
        now_us += 10 * hour;
        ck_assert(!see(&mac_a, hosts[i % 2])->has_mac);
    }
    for (int i = 0; i < 23; i++) { /* a victim of a few made-up frames */
        now_us += hour;
        ck_assert(!see(&mac_a, hosts[1])->has_mac);
    }
    now_us += hour;
    ck_assert(see(&mac_a, hosts[1])->has_mac);
    ck_assert_uint_eq(counters().routers, 1);
}
END_TEST

START_TEST(a_router_that_seemed_to_share_forwards_still)
{
    static const char *const hosts[] = { "192.168.1.20", "192.168.1.21", "192.168.1.22" };

    devices_note_router(devices, &gateway);
    for (int i = 0; i < 6; i++)
        see(&gateway, hosts[i % 3]);
    ck_assert(!see(&gateway, "192.168.1.1")->has_mac);
    now_us += 24 * 3600 * SECOND;
    ck_assert(see(&gateway, "192.168.1.1")->has_mac);
    ck_assert(!see_with(&gateway, "192.168.9.9", 58, false)->has_mac);
}
END_TEST

/* --- the full table --- */

static void see_number(unsigned number)
{
    struct mac mac = { { 2, 1, 0, 0, (uint8_t)(number >> 8), (uint8_t)number } };
    char text[ADDRESS_TEXT_SIZE];

    snprintf(text, sizeof(text), "10.0.%u.%u", number >> 8, number & 255);
    see(&mac, text);
}

START_TEST(a_flood_of_new_devices_does_not_push_out_those_that_are_settled)
{
    devices_free(devices);
    start(8);
    see(&mac_a, "192.168.1.10");
    see(&mac_b, "192.168.1.11");
    now_us += 180 * SECOND;
    see(&mac_a, "192.168.1.10");
    now_us -= 1;
    see(&mac_b, "192.168.1.11"); /* not yet */
    for (unsigned i = 0; i < 1000; i++)
        see_number(i);
    ck_assert_uint_eq(count(), 8);
    ck_assert(has_at("192.168.1.10"));
    ck_assert(!has_at("192.168.1.11"));
    ck_assert_uint_eq(counters().made, count() + counters().evicted);
}
END_TEST

START_TEST(the_settled_leave_a_quarter_to_who_is_new)
{
    devices_free(devices);
    start(8);
    for (unsigned i = 0; i < 8; i++)
        see_number(i);
    now_us += 180 * SECOND;
    for (unsigned i = 0; i < 8; i++)
        see_number(i);
    see(&mac_a, "192.168.1.10");
    see(&mac_b, "192.168.1.11");
    ck_assert(has_at("192.168.1.10") && has_at("192.168.1.11"));
    ck_assert(!has_at("10.0.0.0") && !has_at("10.0.0.1") && has_at("10.0.0.2"));
    see(&gateway, "192.168.1.1");
    ck_assert(!has_at("192.168.1.10") && has_at("10.0.0.2"));
}
END_TEST

START_TEST(a_full_table_forgets_the_device_unseen_for_longest)
{
    devices_free(devices);
    start(2);
    see(&mac_a, "192.168.1.10");
    see(&mac_b, "192.168.1.11");
    see(&mac_a, "192.168.1.10");
    see(&gateway, "192.168.1.1");
    ck_assert_uint_eq(count(), 2);
    ck_assert_uint_eq(counters().evicted, 1);
    ck_assert_uint_eq(counters().made, 3);
    ck_assert(has_at("192.168.1.10"));
    ck_assert(!has_at("192.168.1.11"));
}
END_TEST

START_TEST(who_is_held_outlives_the_table)
{
    struct device_sighting sighting = { NOW, at("192.168.1.10"), &mac_a, 64, false };
    struct device *device;

    devices_free(devices);
    start(1);
    device = devices_see(devices, &sighting);
    see(&mac_b, "192.168.1.11");
    ck_assert_uint_eq(count(), 1);
    device_set_name(device, DEVICE_NAME_DHCP, "late", 4);
    ck_assert_str_eq(device_name(device), "late");
    device_release(devices, device);
}
END_TEST

START_TEST(hostile_sightings_stay_within_the_cap)
{
    unsigned seed = 1;

    devices_free(devices);
    start(8);
    for (int i = 0; i < 20000; i++) {
        struct mac mac = { { (uint8_t)(rand_r(&seed) % 3), 0, 0, 0, 0, (uint8_t)rand_r(&seed) } };
        char text[ADDRESS_TEXT_SIZE];

        snprintf(text, sizeof(text), rand_r(&seed) % 2 == 0 ? "192.168.1.%u" : "fd00::%u",
                (unsigned)rand_r(&seed) % 256);
        now_us += (uint64_t)rand_r(&seed) % SECOND;
        see_with(rand_r(&seed) % 4 == 0 ? NULL : &mac, rand_r(&seed) % 9 == 0 ? "" : text,
                (uint8_t)(60 + rand_r(&seed) % 6), rand_r(&seed) % 5 == 0);
        if (i % 50 == 0)
            devices_note_router(devices, &mac);
        ck_assert_uint_le(count(), 8);
    }
}
END_TEST

/* --- names --- */

START_TEST(a_stronger_source_names_the_device)
{
    struct device *device = see(&mac_a, "192.168.1.10");

    ck_assert_str_eq(device_name(device), "");
    device_set_name(device, DEVICE_NAME_MDNS, "by-mdns", 7);
    ck_assert_str_eq(device_name(device), "by-mdns");
    device_set_name(device, DEVICE_NAME_DHCP, "by-dhcp", 7);
    device_set_name(device, DEVICE_NAME_MDNS, "by-mdns-again", 13);
    ck_assert_str_eq(device_name(device), "by-dhcp");
    device_set_name(device, DEVICE_NAME_DHCP, "renamed", 7);
    ck_assert_str_eq(device_name(device), "renamed");
}
END_TEST

START_TEST(the_configured_name_stays)
{
    struct device *device = see(&mac_b, "192.168.1.11");

    ck_assert_str_eq(device_name(device), "configured");
    ck_assert_str_eq(device->type, "camera");
    device_set_name(device, DEVICE_NAME_DHCP, "by-dhcp", 7);
    ck_assert_str_eq(device_name(device), "configured");
}
END_TEST

START_TEST(a_device_is_named_by_any_address_it_is_configured_by)
{
    static const char *const firsts[] = { "fe80::10", "", "192.168.1.77" };
    struct device *device = see(&mac_a, firsts[_i]);

    device_set_name(device, DEVICE_NAME_DHCP, "by-dhcp", 7);
    ck_assert_ptr_eq(see(&mac_a, "192.168.1.77"), device);
    ck_assert_str_eq(device_name(device), "by-address");
    ck_assert_str_eq(device->type, "lamp");
    ck_assert_str_eq(device->vendor, "vendor 0a");
}
END_TEST

START_TEST(a_configured_mac_is_stronger_than_a_configured_address)
{
    struct device *device = see(&mac_b, "192.168.1.11");

    see(&mac_b, "192.168.1.77");
    ck_assert_str_eq(device_name(device), "configured");
    ck_assert_str_eq(device->type, "camera");
}
END_TEST

/* A reflector repeats what all others are called. */
START_TEST(a_flood_of_weak_names_leaves_room_for_stronger_ones)
{
    struct device *device = see(&mac_a, "192.168.1.10");

    for (int i = 0; i < 20; i++) {
        char name[16];
        int len = snprintf(name, sizeof(name), "name-%d", i);

        device_set_name(device, DEVICE_NAME_MDNS, name, (size_t)len);
    }
    ck_assert_str_eq(device_name(device), "name-3");
    device_set_name(device, DEVICE_NAME_DHCP, "by-dhcp", 7);
    ck_assert_str_eq(device_name(device), "by-dhcp");
    device_set_name(device, DEVICE_NAME_DHCP, "again", 5);
    ck_assert_str_eq(device_name(device), "by-dhcp");
    see(&mac_a, "192.168.1.77");
    ck_assert_str_eq(device_name(device), "by-address");
}
END_TEST

START_TEST(an_old_name_stays_readable)
{
    struct device *device = see(&mac_a, "192.168.1.10");
    const char *first;

    device_set_name(device, DEVICE_NAME_DHCP, "first", 5);
    first = device_name(device);
    for (int i = 0; i < 100; i++) {
        char name[16];
        int len = snprintf(name, sizeof(name), "name-%d", i);

        device_set_name(device, DEVICE_NAME_DHCP, name, (size_t)len);
    }
    ck_assert_str_eq(first, "first");
    ck_assert_str_eq(device_name(device), "name-3"); /* then it was enough */
}
END_TEST

START_TEST(what_is_not_printable_is_left_out_of_a_name)
{
    struct device *device = see(&mac_a, "192.168.1.10");

    device_set_name(device, DEVICE_NAME_DHCP, "", 0);
    device_set_name(device, DEVICE_NAME_DHCP, "\0\r\n\x7f", 4);
    ck_assert_str_eq(device_name(device), "");
    device_set_name(device, DEVICE_NAME_DHCP, "a\x1b[31m\0b\n\xc3\xa9", 11);
    ck_assert_str_eq(device_name(device), "a[31mb\xc3\xa9");
}
END_TEST

/* A name is cut between characters of UTF-8, not inside one. */
START_TEST(a_long_name_is_cut_between_characters)
{
    struct device *device = see(&mac_a, "192.168.1.10");
    char name[80];

    memset(name, 'a', sizeof(name));
    memcpy(name + _i, "\xe2\x82\xac", 3); /* the euro sign */
    device_set_name(device, DEVICE_NAME_DHCP, name, sizeof(name));
    ck_assert_uint_eq(strlen(device_name(device)),
            _i + 3 <= DEVICE_TEXT_SIZE - 1 || _i >= DEVICE_TEXT_SIZE - 1 ? DEVICE_TEXT_SIZE - 1
                                                                        : (size_t)_i);
}
END_TEST

static void add_number(struct device *device, void *user)
{
    char *text = user;
    size_t used = strlen(text);

    snprintf(text + used, 32 - used, "%x", device->mac.bytes[5]);
}

START_TEST(devices_are_visited_in_the_order_they_were_made)
{
    char text[32] = "";

    see(&mac_b, "192.168.1.11");
    see(&mac_a, "192.168.1.10");
    see(&gateway, "192.168.1.1");
    see(&mac_b, "192.168.1.11");
    devices_each(devices, add_number, text);
    ck_assert_str_eq(text, "ba1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_device_is_its_mac_whatever_its_address,
        a_device_that_shows_its_mac_replaces_the_stranger,
        an_address_moves_to_who_uses_it_last,
        who_asks_for_an_address_is_told_of_if_nobody_has_it,
        who_is_answered_is_told_of_if_it_misses_somebody,
        a_device_that_joins_without_an_address_gets_its_first,
        the_address_unseen_for_longest_is_forgotten_first,
        what_a_router_forwards_is_not_its_own,
        a_claim_needs_no_ttl,
        a_mac_that_goes_back_and_forth_between_hosts_speaks_for_several,
        a_device_with_changing_leases_is_one,
        going_back_after_a_long_time_is_no_sign_of_several,
        a_mac_that_speaks_for_several_does_so_as_long_as_it_shows,
        a_router_that_seemed_to_share_forwards_still,
        a_flood_of_new_devices_does_not_push_out_those_that_are_settled,
        the_settled_leave_a_quarter_to_who_is_new,
        a_full_table_forgets_the_device_unseen_for_longest,
        who_is_held_outlives_the_table,
        hostile_sightings_stay_within_the_cap,
        a_stronger_source_names_the_device,
        the_configured_name_stays,
        a_configured_mac_is_stronger_than_a_configured_address,
        a_flood_of_weak_names_leaves_room_for_stronger_ones,
        an_old_name_stays_readable,
        what_is_not_printable_is_left_out_of_a_name,
        devices_are_visited_in_the_order_they_were_made,
    };
    Suite *suite = suite_create("device");
    TCase *cases = tcase_create("device");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, without_a_mac_a_device_is_its_address, 0, 3);
    tcase_add_loop_test(cases, a_claim_for_no_hosts_mac_makes_no_device, 0, 6);
    tcase_add_loop_test(cases, a_lowered_ttl_tells_of_a_router_before_it_is_known, 0, 6);
    tcase_add_loop_test(cases, a_device_is_named_by_any_address_it_is_configured_by, 0, 3);
    tcase_add_loop_test(cases, a_long_name_is_cut_between_characters, 55, 70);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
