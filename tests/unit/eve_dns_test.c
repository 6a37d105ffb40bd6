/* The objects expected here are what Suricata 8.0.7 wrote for the same messages. */
#include "eve_check.h"

#include <string.h>

#include "run_suite.h"

#define BYTES(literal) cursor_over(literal, sizeof(literal) - 1)

#define WWW "\3www\7example\3com" /* behind the header: "example.com" is at 0x10 */

/* www.example.com AAAA, with a client cookie (RFC 7873) */
static const char request[] =
    "\x12\x34\1\0\0\1\0\0\0\0\0\1" WWW "\0\0\x1c\0\1"
    "\0\0\x29\4\xd0\0\0\0\0\0\x0c\0\x0a\0\x8\0\1\2\3\4\5\6\7";

/* One record of each kind that is told apart. */
static const char response[] =
    "\x12\x34\x87\xc0\0\1\0\x0f\0\1\0\2" WWW "\0\0\1\0\1"
    "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\6\3cdn\xc0\x10"
    "\3cdn\xc0\x10\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
    "\3cdn\xc0\x10\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\2"
    "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
    "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1" /* IPv4-mapped */
    "\xc0\x0c\0\x0f\0\1\0\0\0\x0a\0\x09\0\x0a\4mail\xc0\x10"
    "\xc0\x0c\0\x10\0\1\0\0\0\x0a\0\x0b\3a=1\0\5b=\"\xff\1"
    "\xc0\x0c\0\x21\0\1\0\0\0\x0a\0\x0c\0\1\0\2\x13\xc4\3sip\xc0\x10"
    "\xc0\x0c\0\6\0\1\0\0\0\x0a\0\x22\3ns1\xc0\x10\5admin\xc0\x10"
        "\x78\xa3\xf1\x75\0\0\x1c\x20\0\0\x0e\x10\0\x12\x75\0\0\0\1\x2c"
    "\xc0\x0c\0\x2c\0\1\0\0\0\x0a\0\5\1\2\xab\xcd\xef"                       /* SSHFP */
    "\xc0\x0c\0\x0a\0\1\0\0\0\x0a\0\5gr\xc3\xbcn"                            /* NULL */
    "\xc0\x0c\0\x41\0\1\0\0\0\x0a\0\x0a\0\1\0\0\1\0\3\2h2"                   /* HTTPS */
    "\xc0\x0c\0\x40\0\1\x80\0\0\1\0\3\0\1\0"                                 /* SVCB */
    "\xc0\x0c\0\1\0\1\0\0\0\x0a\0\0"                                         /* A without data */
    "\xc0\x0c\0\2\0\3\0\0\0\x0a\0\5\2ns\xc0\x10"                             /* class CHAOS */
    "\xc0\x10\0\2\0\1\0\0\x0e\x10\0\6\3ns1\xc0\x10"
    "\3ns1\xc0\x10\0\1\0\1\0\0\x0e\x10\0\4\xc0\0\2\x35"
    "\0\0\x29\4\xd0\0\0\x80\0\0\0";

#define OWNER(type) "{\"rrname\":\"www.example.com\",\"rrtype\":\"" type "\",\"ttl\":10"
#define SRV "{\"priority\":1,\"weight\":2,\"port\":5060,\"name\":\"sip.example.com\"}"
#define SSHFP "{\"fingerprint\":\"ab:cd:ef\",\"algo\":1,\"type\":2}"
#define SOA                                                                                        \
    "{\"mname\":\"ns1.example.com\",\"rname\":\"admin.example.com\",\"serial\":2024010101,"        \
    "\"refresh\":7200,\"retry\":3600,\"expire\":1209600,\"minimum\":300}"
#define V6 "2001:0db8:0000:0000:0000:0000:0000:0001"
#define MAPPED "0000:0000:0000:0000:0000:ffff:c000:0201"

static const char response_json[] =
    "{\"version\":3,\"type\":\"response\",\"tx_id\":5,\"id\":4660,\"flags\":\"87c0\",\"qr\":true,"
    "\"aa\":true,\"tc\":true,\"rd\":true,\"ra\":true,\"z\":true,\"opcode\":0,"
    "\"rcode\":\"NOERROR\",\"queries\":[{\"rrname\":\"www.example.com\",\"rrtype\":\"A\"}],"
    "\"answers\":["
    "{\"rrname\":\"www.example.com\",\"rrtype\":\"CNAME\",\"ttl\":300,"
        "\"rdata\":\"cdn.example.com\"},"
    "{\"rrname\":\"cdn.example.com\",\"rrtype\":\"A\",\"ttl\":60,\"rdata\":\"192.0.2.1\"},"
    "{\"rrname\":\"cdn.example.com\",\"rrtype\":\"A\",\"ttl\":60,\"rdata\":\"192.0.2.2\"},"
    "{\"rrname\":\"www.example.com\",\"rrtype\":\"AAAA\",\"ttl\":60,\"rdata\":\"" V6 "\"},"
    "{\"rrname\":\"www.example.com\",\"rrtype\":\"AAAA\",\"ttl\":60,\"rdata\":\"" MAPPED "\"},"
    OWNER("MX") ",\"rdata\":\"mail.example.com\"},"
    OWNER("TXT") ",\"rdata\":\"a=1\"},"
    OWNER("TXT") ",\"rdata\":\"\"},"
    OWNER("TXT") ",\"rdata\":\"b=\\\"\\\\xff\\u0001\"},"
    OWNER("SRV") ",\"srv\":" SRV "},"
    OWNER("SOA") ",\"soa\":" SOA "},"
    OWNER("SSHFP") ",\"sshfp\":" SSHFP "},"
    OWNER("NULL") ",\"rdata\":\"gr\xc3\xbcn\"},"
    OWNER("HTTPS") "},"
    "{\"rrname\":\"www.example.com\",\"rrtype\":\"64\",\"ttl\":2147483649},"
    OWNER("A") ",\"rdata\":\"\"},"
    OWNER("NS") ",\"rdata\":\"ns.example.com\"}],"
    "\"grouped\":{\"A\":[\"192.0.2.1\",\"192.0.2.2\",\"\"],\"SRV\":[" SRV "],"
    "\"CNAME\":[\"cdn.example.com\"],\"SSHFP\":[" SSHFP "],\"AAAA\":[\"" V6 "\",\"" MAPPED "\"],"
    "\"SOA\":[" SOA "],\"TXT\":[\"a=1\",\"\",\"b=\\\"\\\\xff\\u0001\"],"
    "\"MX\":[\"mail.example.com\"],\"NULL\":[\"gr\xc3\xbcn\"],\"NS\":[\"ns.example.com\"]},"
    "\"authorities\":[{\"rrname\":\"example.com\",\"rrtype\":\"NS\",\"ttl\":3600,"
        "\"rdata\":\"ns1.example.com\"}],"
    "\"additionals\":[{\"rrname\":\"ns1.example.com\",\"rrtype\":\"A\",\"ttl\":3600,"
        "\"rdata\":\"192.0.2.53\"}]}";

START_TEST(a_dns_request_is_as_in_suricata)
{
    head.app_proto = "dns";
    ck_assert(eve_dns_record(&json, &head, BYTES(request)));
    check_record("{\"timestamp\":\"2023-11-14T22:13:20.000042+0000\",\"flow_id\":1365622752241858,"
                 "\"pcap_cnt\":7,\"event_type\":\"dns\",\"src_ip\":\"192.0.2.9\","
                 "\"src_port\":40000,\"dest_ip\":\"198.51.100.53\",\"dest_port\":53,"
                 "\"proto\":\"UDP\",\"ip_v\":4,\"pkt_src\":\"wire/pcap\",\"dns\":{\"version\":3,"
                 "\"type\":\"request\",\"tx_id\":0,\"id\":4660,\"flags\":\"100\",\"rd\":true,"
                 "\"opcode\":0,\"rcode\":\"NOERROR\","
                 "\"queries\":[{\"rrname\":\"www.example.com\",\"rrtype\":\"AAAA\"}],"
                 "\"additionals\":[{\"rrname\":\"\",\"rrtype\":\"OPT\",\"ttl\":0,"
                 "\"opt\":[{\"code\":10,\"data\":\"0001020304050607\"}]}]}}");
}
END_TEST

START_TEST(every_kind_of_record_is_as_in_suricata)
{
    head.transaction = 5;
    ck_assert(eve_dns_record(&json, &head, BYTES(response)));
    check_object("dns", response_json);
}
END_TEST

START_TEST(types_and_codes_without_a_name_are_numbers)
{
    ck_assert(eve_dns_record(&json, &head,
            BYTES("\0\4\xa8\x0b\0\1\0\0\0\0\0\0" WWW "\0\1\1\0\1")));
    check_object("dns", "{\"version\":3,\"type\":\"response\",\"tx_id\":0,\"id\":4,"
                        "\"flags\":\"a80b\",\"qr\":true,\"opcode\":5,\"rcode\":\"11\","
                        "\"queries\":[{\"rrname\":\"www.example.com\",\"rrtype\":\"257\"}]}");
}
END_TEST

/* The SOA is one byte short; the good record behind it goes as well. */
START_TEST(sections_behind_the_answers_may_be_bad)
{
    ck_assert(eve_dns_record(&json, &head,
            BYTES("\0\2\x81\x83\0\1\0\0\0\1\0\1" WWW "\0\0\1\0\1"
                  "\xc0\x0c\0\6\0\1\0\0\0\x0a\0\x21\3ns1\xc0\x10\5admin\xc0\x10"
                  "\x78\xa3\xf1\x75\0\0\x1c\x20\0\0\x0e\x10\0\x12\x75\0\0\0\1"
                  "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\1\2\3\4")));
    check_object("dns", "{\"version\":3,\"type\":\"response\",\"tx_id\":0,\"id\":2,"
                        "\"flags\":\"8183\",\"qr\":true,\"rd\":true,\"ra\":true,\"opcode\":0,"
                        "\"rcode\":\"NXDOMAIN\","
                        "\"queries\":[{\"rrname\":\"www.example.com\",\"rrtype\":\"A\"}]}");
}
END_TEST

START_TEST(bad_answers_leave_no_record)
{
    ck_assert(!eve_dns_record(&json, &head,
            BYTES("\0\3\x81\x80\0\1\0\1\0\0\0\0" WWW "\0\0\1\0\1"
                  "\xc0\x0c\0\x21\0\1\0\0\0\x0a\0\2\0\1")));
}
END_TEST

START_TEST(impossible_headers_leave_no_record)
{
    /* a request without a question, empty and not */
    ck_assert(!eve_dns_record(&json, &head, BYTES("\0\1\1\0\0\0\0\0\0\0\0\0")));
    ck_assert(!eve_dns_record(&json, &head,
            BYTES("\0\1\1\0\0\0\0\1\0\0\0\0" WWW "\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4")));
    /* no records, but bytes; more records than bytes for them */
    ck_assert(!eve_dns_record(&json, &head, BYTES("\0\1\x81\0\0\0\0\0\0\0\0\0\0")));
    ck_assert(!eve_dns_record(&json, &head,
            BYTES("\0\1\x81\0\0\1\0\0\x7f\0\0\0" WWW "\0\0\1\0\1")));
    /* servers that cannot read a request answer with a header alone */
    ck_assert(eve_dns_record(&json, &head, BYTES("\0\1\x81\1\0\0\0\0\0\0\0\0")));
    check_object("dns", "{\"version\":3,\"type\":\"response\",\"tx_id\":0,\"id\":1,"
                        "\"flags\":\"8101\",\"qr\":true,\"rd\":true,\"opcode\":0,"
                        "\"rcode\":\"FORMERR\"}");
}
END_TEST

/* What follows the answers is left out when cut; a cut before leaves no record. */
START_TEST(every_cut_response_is_whole_or_nothing)
{
    size_t len = (size_t)_i, answers_end = sizeof(response) - 1 - 18 - 20 - 11;
    char *block = malloc(len + 1);
    json_t *record;

    memcpy(block + 1, response, len);
    ck_assert(eve_dns_record(&json, &head, cursor_over(block + 1, len)) == (len >= answers_end));
    if (len >= answers_end) {
        record = parsed();
        ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(record, "dns"),
                                  "answers")), 17);
        json_decref(record);
    }
    free(block);
}
END_TEST

/* 4,000 records of 12 bytes, each with the longest name. */
START_TEST(a_message_that_unfolds_fails_alone)
{
    static const char tail[] = "\xc0\x0c\0\x0a\0\1\0\0\0\0\0\0";
    struct cursor message;
    size_t len = 12;
    char *block = malloc(65535);

    memcpy(block, "\0\1\x80\0\0\1\x0f\xa0\0\0\0\0", len);
    for (int label = 0; label < 4; label++) {
        block[len] = label < 3 ? 63 : 61;
        memset(block + len + 1, '\1', 63);
        len += label < 3 ? 64 : 62;
    }
    memcpy(block + len, "\0\0\x0a\0\1", 5);
    len += 5;
    for (int i = 0; i < 4000; i++, len += 12)
        memcpy(block + len, tail, 12);
    message = cursor_over(block, len);
    ck_assert(!eve_dns_record(&json, &head, message) || json.failed);
    ck_assert_uint_le(json.capacity, JSON_RECORD_MAX);
    free(block);
    json_restart(&json);
    ck_assert(eve_dns_record(&json, &head, BYTES(request)));
    ck_assert(!json.failed);
}
END_TEST

/* --- mdns --- */

START_TEST(an_mdns_request_is_as_in_suricata)
{
    head.app_proto = "mdns";
    ck_assert(eve_dns_record(&json, &head,
            BYTES("\0\0\0\0\0\1\0\1\0\0\0\0\4_hap\4_tcp\5local\0\0\x0c\x80\1"
                  "\xc0\x0c\0\x0c\0\1\0\0\x11\x94\0\7\4plug\xc0\x0c")));
    check_object("mdns", "{\"type\":\"request\",\"id\":0,\"opcode\":0,\"rcode\":0,"
                         "\"queries\":[{\"rrname\":\"_hap._tcp.local\",\"rrtype\":\"ptr\"}],"
                         "\"answers\":[{\"rrname\":\"_hap._tcp.local\","
                         "\"ptr\":\"plug._hap._tcp.local\"}]}");
}
END_TEST

START_TEST(an_mdns_response_is_as_in_suricata)
{
    head.app_proto = "mdns";
    ck_assert(eve_dns_record(&json, &head,
            BYTES("\0\0\x84\x70\0\0\0\1\0\1\0\5"
                  "\4_hap\4_tcp\5local\0\0\x0c\0\1\0\0\x11\x94\0\7\4plug\xc0\x0c"
                  "\4plug\xc0\x0c\0\x10\x80\1\0\0\x11\x94\0\x9\4ff=1\3c#2"
                  "\4plug\xc0\x0c\0\x21\x80\1\0\0\0\x78\0\x0a\0\0\0\0\0\x50\1h\xc0\x16"
                  "\1h\xc0\x16\0\1\x80\1\0\0\0\x78\0\4\xc0\0\2\x9"
                  "\1h\xc0\x16\0\x2f\x80\1\0\0\0\x78\0\5\xc0\x0c\0\1\x40"
                  "\0\0\x29\5\xa0\0\0\0\0\0\6\0\4\0\2\1\2"
                  "\0\0\x29\5\xa0\0\0\0\0\0\0")));
    check_object("mdns", "{\"type\":\"response\",\"id\":0,\"flags\":[\"aa\",\"z\",\"ad\",\"cd\"],"
                         "\"opcode\":0,\"rcode\":0,\"answers\":[{\"rrname\":\"_hap._tcp.local\","
                         "\"ptr\":\"plug._hap._tcp.local\"}],\"authorities\":["
                         "{\"rrname\":\"plug._hap._tcp.local\",\"txt\":[\"ff=1\",\"c#2\"]}],"
                         "\"additionals\":[{\"rrname\":\"plug._hap._tcp.local\","
                         "\"srv\":{\"priority\":0,\"weight\":0,\"port\":80,"
                         "\"name\":\"h.local\"}},{\"rrname\":\"h.local\",\"a\":\"192.0.2.9\"},"
                         "{\"rrname\":\"h.local\",\"nsec\":\"\\\\xc0\\f\\u0000\\u0001@\"},"
                         "{\"rrname\":\"\",\"opt\":[{\"code\":4,\"data\":\"0102\"}]}]}");
    check_key_absent("dns");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eve_dns");
    TCase *cases = tcase_create("eve_dns");

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_dns_request_is_as_in_suricata);
    tcase_add_test(cases, every_kind_of_record_is_as_in_suricata);
    tcase_add_test(cases, types_and_codes_without_a_name_are_numbers);
    tcase_add_test(cases, sections_behind_the_answers_may_be_bad);
    tcase_add_test(cases, bad_answers_leave_no_record);
    tcase_add_test(cases, impossible_headers_leave_no_record);
    tcase_add_loop_test(cases, every_cut_response_is_whole_or_nothing, 0, (int)sizeof(response));
    tcase_add_test(cases, a_message_that_unfolds_fails_alone);
    tcase_add_test(cases, an_mdns_request_is_as_in_suricata);
    tcase_add_test(cases, an_mdns_response_is_as_in_suricata);
    return run_suite(suite);
}
