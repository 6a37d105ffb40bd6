/* Who gives resolvers by DHCPv6, or the rest by DHCPv4, that are not the network's. */
#include "parse/dhcp.h"

#include "engine_internal.h"

#include "run_suite.h"
#include "scene.h"

#define SERVER "fe80::66"
#define CLIENT "fe80::20"
#define ELSEWHERE "fd00::53"

static struct scene scene;
static uint8_t transaction;

static void set_up(void)
{
    scene_open(&scene);
    transaction = 1;
}

static void tear_down(void)
{
    scene_close(&scene);
}

/* The host says by ARP or neighbour discovery that this is its address. */
static void shows(const char *host, const char *address)
{
    struct address from = at(host);
    struct neighbour_view said = { false, mac_of(&from), at(address), at("192.168.1.20") };

    engine_learn_neighbour(scene.engine, &said, scene.now_us);
}

/* The router resolves in IPv4, as everybody has seen. */
static void router_resolves(void)
{
    shows(ROUTER, ROUTER);
    resolve(&scene, "www.news.example", REMOTE);
}

/* The host answers the client's question, and gives this resolver; NULL: none. */
static void gives(const char *host, const char *resolver, uint8_t type)
{
    uint8_t bytes[] = "\7\0\0\0" "\0\1\0\x0a\0\3\0\1\2\0\0\0\0\x20" "\0\x17\0\x10................";
    size_t length = sizeof(bytes) - 1;
    struct packet_view packet = packet_from(&scene, host, DHCP6_PORT_SERVER, CLIENT, DHCP6_PORT_CLIENT, UDP);
    struct address address = at(resolver != NULL ? resolver : "::");

    bytes[0] = type;
    bytes[3] = transaction;
    memcpy(bytes + length - 16, address.bytes, 16);
    packet.payload = cursor_over(bytes, resolver != NULL ? length : length - 20);
    flow_close(scene.engine, begin(&scene, &packet));
}

static bool intrudes(const char *host)
{
    struct flow *flow = connect_from(&scene, host, REMOTE, 443);
    struct feature_value value;
    bool told = known(flow, "dhcp_claimed", &value);

    flow_close(scene.engine, flow);
    return told;
}

START_TEST(who_gives_itself_is_told)
{
    router_resolves();
    gives(SERVER, SERVER, DHCP6_ADVERTISE);
    ck_assert(intrudes(SERVER));
    scene.now_us += HOUR;
    ck_assert(!intrudes(SERVER));
}
END_TEST

START_TEST(another_address_of_its_own_is_itself)
{
    router_resolves();
    shows(SERVER, "fd00::66");
    gives(SERVER, "fd00::66", DHCP6_REPLY);
    ck_assert(intrudes(SERVER));
}
END_TEST

START_TEST(who_gives_another_or_none_is_not_told)
{
    router_resolves();
    gives(SERVER, ELSEWHERE, DHCP6_REPLY);
    gives(SERVER, NULL, DHCP6_REPLY);
    ck_assert(!intrudes(SERVER));
}
END_TEST

START_TEST(who_resolves_in_ipv4_may_give_itself)
{
    router_resolves();
    shows(ROUTER, "fe80::1");
    gives("fe80::1", "fe80::1", DHCP6_REPLY);
    ck_assert(!intrudes("fe80::1"));
}
END_TEST

START_TEST(nobody_is_told_before_it_is_known_who_resolves)
{
    gives(SERVER, SERVER, DHCP6_REPLY);
    resolve(&scene, "www.news.example", REMOTE);
    ck_assert(!intrudes(SERVER));
}
END_TEST

START_TEST(of_two_who_answer_the_later_one_is_told)
{
    gives("fe80::2", ELSEWHERE, DHCP6_REPLY);
    transaction++;
    gives(SERVER, "2001:db8:66::53", DHCP6_ADVERTISE);
    gives("fe80::2", ELSEWHERE, DHCP6_ADVERTISE);
    ck_assert(intrudes(SERVER));
    ck_assert(!intrudes("fe80::2"));
}
END_TEST

START_TEST(two_who_say_the_same_are_a_pair)
{
    gives("fe80::2", ELSEWHERE, DHCP6_REPLY);
    transaction++;
    gives(SERVER, ELSEWHERE, DHCP6_ADVERTISE);
    gives("fe80::2", ELSEWHERE, DHCP6_ADVERTISE);
    ck_assert(!intrudes(SERVER));
}
END_TEST

START_TEST(what_an_intruder_gives_is_not_the_networks)
{
    const struct address itself = at(SERVER), other = at(ELSEWHERE);

    router_resolves();
    gives(SERVER, SERVER, DHCP6_REPLY);
    ck_assert(!resolver_is_own(&scene.engine->network_resolvers, &itself));
    transaction++;
    gives("fe80::2", ELSEWHERE, DHCP6_REPLY);
    ck_assert(resolver_is_own(&scene.engine->network_resolvers, &other));
}
END_TEST

/* The host tells who has an address, and asks for the rest (DHCPINFORM), this; it need not repeat the
 * address. */
static void informs(const char *host, const char *option, size_t length)
{
    uint8_t bytes[300] = { 2, 1, 6, 0, 7, [28] = 2, [33] = 0x20, [236] = 0x63, 0x82, 0x53, 0x63, 53, 1, 5,
        54, 4, 192, 168, 1 };
    struct packet_view packet =
            packet_from(&scene, host, DHCP_PORT_SERVER, "192.168.1.20", DHCP_PORT_CLIENT, UDP);

    bytes[7] = transaction;
    bytes[248] = packet.source.bytes[15];
    memcpy(bytes + 249, option, length);
    bytes[249 + length] = 255;
    packet.payload = cursor_over(bytes, sizeof(bytes));
    flow_close(scene.engine, begin(&scene, &packet));
}

#define GIVES(host, option) informs(host, option, sizeof(option) - 1)

START_TEST(who_tells_of_a_proxy_is_told)
{
    GIVES(ROUTER, "\3\4\xc0\xa8\1\1");
    transaction++;
    GIVES(ROUTER, "\3\4\xc0\xa8\1\1");
    GIVES(DEVICE, "\xfc\x09http://w/");
    ck_assert(intrudes(DEVICE));
    ck_assert(!intrudes(ROUTER));
}
END_TEST

START_TEST(who_only_tells_how_to_start_is_not_told)
{
    GIVES(ROUTER, "\3\4\xc0\xa8\1\1");
    transaction++;
    GIVES(ROUTER, "\3\4\xc0\xa8\1\1");
    GIVES(DEVICE, "\x3c\x09PXEClient");
    ck_assert(!intrudes(DEVICE));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intruder");
    TCase *cases = tcase_create("intruder");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, who_gives_itself_is_told);
    tcase_add_test(cases, another_address_of_its_own_is_itself);
    tcase_add_test(cases, who_gives_another_or_none_is_not_told);
    tcase_add_test(cases, who_resolves_in_ipv4_may_give_itself);
    tcase_add_test(cases, nobody_is_told_before_it_is_known_who_resolves);
    tcase_add_test(cases, of_two_who_answer_the_later_one_is_told);
    tcase_add_test(cases, two_who_say_the_same_are_a_pair);
    tcase_add_test(cases, what_an_intruder_gives_is_not_the_networks);
    tcase_add_test(cases, who_tells_of_a_proxy_is_told);
    tcase_add_test(cases, who_only_tells_how_to_start_is_not_told);
    return run_suite(suite);
}
