/* Files of rules and their configuration. */
#include "detect/rules/rule_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detect/rules/dataset.h"
#include "run_suite.h"
#include "temporary.h"

static struct rule_vars vars;
static struct rule_set *set;
static unsigned errors, unsupported, warnings;
static unsigned last_line, last_column;
static char told[1024];

static void tell(void *user, const struct rule_problem *problem)
{
    (void)user;
    errors += problem->kind == RULE_ERROR;
    unsupported += problem->kind == RULE_UNSUPPORTED;
    warnings += problem->kind == RULE_WARNING;
    last_line = problem->line;
    last_column = problem->column;
    snprintf(told, sizeof(told), "%s", problem->text);
}

static void set_up(void)
{
    errors = unsupported = warnings = 0;
    ck_assert_int_eq(vars_default(&vars, "10.0.0.0/8"), TATTLER_OK);
    ck_assert_int_eq(rule_set_new(&vars, tell, NULL, &set), TATTLER_OK);
}

static void tear_down(void)
{
    rule_set_free(set);
    vars_clear(&vars);
}

static enum tattler_status load(const char *text)
{
    return rule_set_load_text(set, "test.rules", text, strlen(text));
}

/* Hands the bytes to a reader of files. */
static enum tattler_status read_file(enum tattler_status (*reader)(struct rule_set *, const char *),
        const char *text)
{
    char path[TEMPORARY_SIZE];
    enum tattler_status status;

    temporary_file(text, strlen(text), path);
    status = reader(set, path);
    unlink(path);
    return status;
}

#define RULE "alert tcp any any -> any any "

START_TEST(one_bad_rule_leaves_the_others)
{
    ck_assert_int_eq(load(RULE "(sid:1;)\n" RULE "(nonsense; sid:2;)\n# comment\n\n"
                          " indented\n" RULE "(sid:3;)"), TATTLER_MALFORMED);
    ck_assert_uint_eq(rule_set_count(set), 2);
    ck_assert_uint_eq(errors, 1);
    ck_assert_uint_eq(last_line, 2);
    ck_assert_uint_eq(last_column, strlen(RULE "(") + 1);
    ck_assert_uint_eq(rule_set_find(set, 1, 3)->line, 6);
    ck_assert_str_eq(rule_set_find(set, 1, 3)->file, "test.rules");
    ck_assert_str_eq(rule_set_find(set, 1, 1)->text, RULE "(sid:1;)");
}
END_TEST

START_TEST(a_keyword_of_suricata_alone_is_told_apart)
{
    ck_assert_int_eq(load(RULE "(file.data; content:\"x\"; sid:1;)\n"), TATTLER_MALFORMED);
    ck_assert_uint_eq(unsupported, 1);
    ck_assert_str_eq(told, "the keyword 'file.data' needs Suricata");
    load(RULE "(contemt:\"x\"; sid:1;)\n");
    ck_assert_uint_eq(errors, 1);
    ck_assert_str_eq(told, "unknown keyword 'contemt': did you mean 'content'?");
    load(RULE "(asn_risk:>=70; sid:1;)\n");
    ck_assert_str_eq(told, "unknown keyword 'asn_risk': did you mean 'iot.asn_risk'?");
}
END_TEST

START_TEST(a_rule_over_several_lines_is_one)
{
    ck_assert_int_eq(load(RULE "(msg:\"a\"; \\\n  # not a comment here \\\n sid:1;)\n"),
            TATTLER_MALFORMED);
    ck_assert_uint_eq(last_line, 2);
    ck_assert_uint_eq(last_column, 3);
    ck_assert_int_eq(load(RULE "(msg:\"a\"; \\\n  sid:1; \\\n)\n" RULE "(sid:2;)\n"), TATTLER_OK);
    ck_assert_uint_eq(rule_set_find(set, 1, 1)->line, 1);
    ck_assert_uint_eq(rule_set_find(set, 1, 2)->line, 4);
}
END_TEST

START_TEST(of_two_rules_with_one_number_the_newer_stays)
{
    ck_assert_int_eq(load(RULE "(msg:\"old\"; sid:1; rev:2;)\n" RULE "(msg:\"new\"; sid:1; rev:3;)\n"),
            TATTLER_OK);
    ck_assert_uint_eq(warnings, 1);
    ck_assert_uint_eq(rule_set_count(set), 1);
    ck_assert_str_eq(rule_set_find(set, 1, 1)->msg, "new");
    ck_assert_int_eq(load(RULE "(msg:\"third\"; sid:1; rev:3;)\n"), TATTLER_MALFORMED);
    ck_assert_str_eq(told, "sid 1 is already in test.rules:2");
    ck_assert_int_eq(load(RULE "(gid:2; sid:1;)\n"), TATTLER_OK);
    ck_assert_uint_eq(rule_set_count(set), 2);
}
END_TEST

START_TEST(what_a_rule_says_of_itself_is_kept)
{
    const struct rule *rule;

    ck_assert_int_eq(load("drop:flow udp $HOME_NET 1024: <> [192.0.2.0/24,!192.0.2.1] !53 (msg:\"a\\;b\"; "
                          "metadata:detects beacon, confidence  high; metadata:k v; target:src_ip; "
                          "reference:url,https://example.org/x; priority:4; noalert; sid:5; "
                          "rev:7; gid:3;)\n"), TATTLER_OK);
    rule = rule_set_find(set, 3, 5);
    ck_assert_ptr_nonnull(rule);
    ck_assert_int_eq(rule->action, ACTION_DROP);
    ck_assert_int_eq(rule->scope, SCOPE_WHOLE_FLOW);
    ck_assert(rule->bidirectional && !rule->alerts);
    ck_assert_str_eq(rule->msg, "a;b");
    ck_assert_uint_eq(rule->metadata_count, 3);
    ck_assert_str_eq(rule->metadata[1].value, "high");
    ck_assert_str_eq(rule->references[0].prefix, "https://");
    ck_assert_str_eq(rule->references[0].text, "example.org/x");
    ck_assert_int_eq(rule->priority, 4);
    ck_assert_uint_eq(rule->rev, 7);
    ck_assert_int_eq(rule->target, TARGET_SOURCE);
    ck_assert(port_set_contains(rule->source_ports, 1024));
    ck_assert(!port_set_contains(rule->destination_ports, 53));
    ck_assert(rule_has_ip_protocol(rule, 17) && !rule_has_ip_protocol(rule, 6));
}
END_TEST

START_TEST(conditions_on_packet_and_flow_are_kept)
{
    const struct rule *rule;

    ck_assert_int_eq(load("alert tcp any any -> any any (flow:established,to_server; tcp.flags:S+,CE; "
                          "dsize:10<>20; flow.bytes_toclient:>1kb; flowbits:isset,a|b; "
                          "flowbits:set,c; xbits:set,d,track ip_pair,expire 9; iot.no_dns:true; "
                          "threshold:type both, track by_dst, count 3, seconds 60; sid:1;)\n"),
            TATTLER_OK);
    rule = rule_set_rule(set, 0);
    ck_assert_uint_eq(rule->test_count, 6);
    ck_assert(rule->tests[0].flow_state.established);
    ck_assert_int_eq(rule->tests[1].tcp_flags.mode, FLAGS_ALL_OF);
    ck_assert_uint_eq(rule->tests[1].tcp_flags.flags, 2);
    ck_assert_uint_eq(rule->tests[1].tcp_flags.mask, 0x3f);
    ck_assert(number_accepts(&rule->tests[2].number, 11) &&
              !number_accepts(&rule->tests[2].number, 10));
    ck_assert_int_eq(rule->tests[3].flow_count.side, FLOW_TO_CLIENT);
    ck_assert_uint_eq(rule->tests[4].flowbit.bit_count, 2);
    ck_assert_str_eq(rule_set_bit_name(set, false, rule->tests[4].flowbit.bits[1]), "b");
    ck_assert_str_eq(rule->tests[5].iot.feature->name, "no_dns");
    ck_assert_uint_eq(rule->iot_changed, rule->tests[5].iot.feature->changed);
    ck_assert_uint_eq(rule->effect_count, 2);
    ck_assert(rule->effects[1].is_xbit);
    ck_assert_int_eq(rule->effects[1].track, XBIT_PAIR);
    ck_assert_uint_eq(rule->effects[1].expire_s, 9);
    ck_assert_int_eq(rule->limit.kind, LIMIT_BOTH);
    ck_assert_int_eq(rule->limit.track, TRACK_DESTINATION);
    ck_assert_uint_eq(rule->limit.count, 3);
}
END_TEST

START_TEST(classes_give_the_priority)
{
    ck_assert_int_eq(read_file(rule_set_read_classes,
                             "# comment\n  config classification: Bad-Thing,A bad thing, really,2\n"
                             "config classification: bad-thing,again,9\nnonsense\n"),
            TATTLER_MALFORMED);
    ck_assert_uint_eq(errors, 1);
    ck_assert_uint_eq(last_line, 4);
    ck_assert_int_eq(load(RULE "(classtype:BAD-thing; sid:1;)\n"
                          RULE "(classtype:bad-thing; priority:7; sid:2;)\n"
                          RULE "(classtype:no-such; sid:3;)\n" RULE "(sid:4;)\n"), TATTLER_OK);
    ck_assert_int_eq(rule_set_find(set, 1, 1)->priority, 2);
    ck_assert_str_eq(rule_set_find(set, 1, 1)->class->description, "A bad thing, really");
    ck_assert_int_eq(rule_set_find(set, 1, 2)->priority, 7);
    ck_assert_int_eq(rule_set_find(set, 1, 3)->priority, 3);
    ck_assert_ptr_null(rule_set_find(set, 1, 3)->class);
    ck_assert_int_eq(rule_set_find(set, 1, 4)->priority, 3);
}
END_TEST

START_TEST(references_get_their_prefix)
{
    ck_assert_int_eq(read_file(rule_set_read_references,
                             "config reference: CVE   https://cve.example/?name=\n"), TATTLER_OK);
    ck_assert_int_eq(load(RULE "(reference:cve,2016-10401; sid:1;)\n"), TATTLER_OK);
    ck_assert_str_eq(rule_set_rule(set, 0)->references[0].prefix, "https://cve.example/?name=");
    ck_assert_uint_eq(warnings, 0);
}
END_TEST

START_TEST(threshold_config_is_read)
{
    const struct threshold *thresholds;
    struct address inside = { { 0 } };
    size_t count;

    ck_assert_int_eq(read_file(rule_set_read_thresholds,
                             "suppress gen_id 1, sig_id 5, track by_src, ip [$HOME_NET,192.0.2.1]\n"
                             "event_filter gen_id 1, sig_id 6, type limit, track by_dst, \\\n"
                             "  count 1, seconds 60\n"
                             "rate_filter gen_id 0, sig_id 0, track by_rule, count 9, seconds 5, "
                             "new_action drop, timeout 30\n"
                             "suppress gen_id 1, sig_id 7\n"), TATTLER_OK);
    thresholds = rule_set_thresholds(set, &count);
    ck_assert_uint_eq(count, 4);
    ck_assert(address_parse("10.1.2.3", &inside));
    ck_assert_int_eq(thresholds[0].limit.kind, LIMIT_SUPPRESS);
    ck_assert(address_set_contains(thresholds[0].suppressed, &inside));
    ck_assert_int_eq(thresholds[1].limit.track, TRACK_DESTINATION);
    ck_assert_uint_eq(thresholds[1].limit.seconds, 60);
    ck_assert_int_eq(thresholds[2].action, THRESHOLD_DROP);
    ck_assert_uint_eq(thresholds[2].timeout_s, 30);
    ck_assert_int_eq(thresholds[3].limit.track, TRACK_RULE);
}
END_TEST

START_TEST(a_line_of_threshold_config_for_no_rule_is_told)
{
    ck_assert_int_eq(load(RULE "(content:\"abc\"; sid:5;)\n"), TATTLER_OK);
    warnings = 0;
    ck_assert_int_eq(read_file(rule_set_read_thresholds,
                             "suppress gen_id 1, sig_id 5\nsuppress gen_id 1, sig_id 0\n"),
            TATTLER_OK);
    ck_assert_uint_eq(warnings, 0);
    ck_assert_int_eq(read_file(rule_set_read_thresholds, "suppress gen_id 1, sig_id 6\n"),
            TATTLER_OK);
    ck_assert_uint_eq(warnings, 1);
}
END_TEST

START_TEST(wrong_lines_of_threshold_config_are_told)
{
    static const struct {
        const char *line, *told;
    } cases[] = {
        { "suppres gen_id 1, sig_id 5\n", "a line begins with 'suppress'" },
        { "suppress gen_id 0, sig_id 5\n", "goes with a 'gen_id'" },
        { "suppress gen_id 1, sig_id 4294967296\n", "has to be 4294967295 at most" },
        { "suppress gen_id 1, sig_id five\n", "here has to stand a number" },
        { "suppress gen_id 1, sig_id 5, track by_src, ip !192.0.2.1\n", "without '!'" },
        { "suppress gen_id 1, sig_id 5, track by_both, ip 192.0.2.1\n", "'by_either'" },
        { "threshold gen_id 1, sig_id 5, type limit, track by_src, count 0, seconds 60\n",
            "larger than 0" },
        { "threshold gen_id 1, sig_id 5, type limitt, track by_src, count 1, seconds 60\n",
            "'limit'" },
        { "threshold gen_id 1, sig_id 5, type limit, track by_srcs, count 1, seconds 60\n",
            "'by_src'" },
        { "threshold gen_id 1, sig_id 5\n", "here has to stand ','" },
        { "suppress gen_id 1, sig_id 5, track by_src, ip\n", "a list of addresses" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_msg(read_file(rule_set_read_thresholds, cases[i].line) == TATTLER_MALFORMED, "%s",
                cases[i].line);
        ck_assert_msg(strstr(told, cases[i].told) != NULL, "%s is told as: %s", cases[i].line, told);
    }
}
END_TEST

START_TEST(a_dataset_is_loaded_and_shared)
{
    char path[TEMPORARY_SIZE], text[512];
    const struct rule *rule;

    temporary_file("ZXhhbXBsZS5vcmc=\nYWJj\n", 22, path);
    snprintf(text, sizeof(text), RULE "(dns.query; dataset:isset,bad,type string,load %s; sid:1;)\n"
             RULE "(tls.sni; dataset:isnotset,bad; sid:2;)\n", path);
    ck_assert_msg(load(text) == TATTLER_OK, "%s", told);
    unlink(path);
    rule = rule_set_rule(set, 0);
    ck_assert(dataset_contains(rule->buffers[0].steps[0].dataset.dataset, "example.org", 11));
    ck_assert(!dataset_contains(rule->buffers[0].steps[0].dataset.dataset, "example.com", 11));
    ck_assert_ptr_eq(rule_set_rule(set, 1)->buffers[0].steps[0].dataset.dataset,
            rule->buffers[0].steps[0].dataset.dataset);
    ck_assert_int_eq(load(RULE "(dns.query; dataset:isset,new,type string,load missing; sid:3;)\n"),
            TATTLER_MALFORMED);
}
END_TEST

/* As Suricata has it, without a transform in front a value is a digest itself. */
START_TEST(a_dataset_of_hashes_is_asked_by_the_digest)
{
    static const char lines[] = "6162636465666768696a6b6c6d6e6f70\n";
    char path[TEMPORARY_SIZE], error[256];
    struct dataset *hashes;

    ck_assert_int_eq(dataset_new("h", DATASET_MD5, &hashes), TATTLER_OK);
    temporary_file(lines, strlen(lines), path);
    ck_assert_int_eq(dataset_load(hashes, path, error, sizeof(error)), TATTLER_OK);
    unlink(path);
    ck_assert(dataset_contains(hashes, "abcdefghijklmnop", 16));
    ck_assert(!dataset_contains(hashes, "abcdefghijklmno", 15));
    ck_assert_int_eq(dataset_add(hashes, "abd", 3), TATTLER_MALFORMED);
    dataset_remove(hashes, "abcdefghijklmnop", 16);
    ck_assert(!dataset_contains(hashes, "abcdefghijklmnop", 16));
    dataset_free(hashes);
}
END_TEST

START_TEST(an_address_of_four_bytes_is_one_of_sixteen)
{
    static const char lines[] = "6162:6364::\n::ffff:1.2.3.4\n";
    char path[TEMPORARY_SIZE], error[256];
    struct dataset *addresses;

    ck_assert_int_eq(dataset_new("a", DATASET_IP, &addresses), TATTLER_OK);
    temporary_file(lines, strlen(lines), path);
    ck_assert_int_eq(dataset_load(addresses, path, error, sizeof(error)), TATTLER_OK);
    unlink(path);
    ck_assert(dataset_contains(addresses, "abcd", 4));
    ck_assert(dataset_contains(addresses, "\x01\x02\x03\x04", 4));
    ck_assert(!dataset_contains(addresses, "abc", 3));
    dataset_free(addresses);
}
END_TEST

START_TEST(what_is_no_text_is_refused)
{
    ck_assert_int_eq(load(RULE "(msg:\"\x01\"; sid:1;)\n"), TATTLER_MALFORMED);
    ck_assert_int_eq(load(RULE "(msg:\"\xc3\x28\"; sid:1;)\n"), TATTLER_MALFORMED);
    ck_assert_int_eq(load(RULE "(msg:\"\xc3\xbc\"; sid:1;)\n"), TATTLER_OK);
}
END_TEST

/* Suricata cuts such a line; the one behind it counts again. */
START_TEST(a_line_of_a_megabyte_is_refused_alone)
{
    static char text[1024 * 1024];

    memset(text, 'a', sizeof(text) - 64);
    memcpy(text, RULE, strlen(RULE));
    memcpy(text + sizeof(text) - 64, "\n" RULE "(sid:2;)\n", strlen("\n" RULE "(sid:2;)\n") + 1);
    ck_assert_int_eq(load(text), TATTLER_MALFORMED);
    ck_assert_uint_eq(errors, 1);
    ck_assert_uint_eq(last_column, RULE_TEXT_MAX + 1);
    ck_assert_uint_eq(rule_set_find(set, 1, 2)->line, 2);
}
END_TEST

/* Suricata reads RULE_TEXT_MAX bytes at a time: what is cut off of a comment is the next line to it, but
 * the end of a line alone is none. */
START_TEST(the_end_of_a_line_may_stand_behind_what_is_read_at_once)
{
    static char text[RULE_TEXT_MAX + 64];
    static const char tail[] = "\"; sid:1;)\n";

    memset(text, 'a', RULE_TEXT_MAX);
    memcpy(text, RULE "(msg:\"", strlen(RULE "(msg:\""));
    memcpy(text + RULE_TEXT_MAX + 1 - strlen(tail), tail, sizeof(tail));
    ck_assert_int_eq(load(text), TATTLER_OK);
    memset(text, '#', RULE_TEXT_MAX);
    memcpy(text + RULE_TEXT_MAX, "\n" RULE "(sid:2;)\n", sizeof("\n" RULE "(sid:2;)\n"));
    ck_assert_int_eq(load(text), TATTLER_OK);
    memcpy(text + RULE_TEXT_MAX, "#\n" RULE "(sid:3;)\n", sizeof("#\n" RULE "(sid:3;)\n"));
    ck_assert_int_eq(load(text), TATTLER_MALFORMED);
    ck_assert_uint_eq(last_column, RULE_TEXT_MAX + 1);
    ck_assert_ptr_nonnull(rule_set_find(set, 1, 3));
}
END_TEST

/* Each ends at the end of an exactly sized block. */
START_TEST(every_truncation_is_read_without_harm)
{
    static const char rule[] = "alert http [$HOME_NET,!10.0.0.1] any -> any ![80,81] (msg:\"a\"; "
            "http.uri; content:\"|2f|x\\;\"; nocase; pcre:\"/a(b|c)/U\"; flowbits:isset,a|b; "
            "byte_test:2,>,5,0,relative; reference:url,example.org; sid:1; rev:2;)";

    for (size_t len = 0; len < sizeof(rule); len++) {
        char *text = malloc(len + 1);

        memcpy(text, rule, len);
        rule_set_load_text(set, "cut.rules", text, len);
        free(text);
    }
    ck_assert_uint_ge(errors, 100);
    ck_assert_uint_eq(rule_set_count(set), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule_set");
    TCase *cases = tcase_create("all");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, one_bad_rule_leaves_the_others);
    tcase_add_test(cases, a_keyword_of_suricata_alone_is_told_apart);
    tcase_add_test(cases, a_rule_over_several_lines_is_one);
    tcase_add_test(cases, of_two_rules_with_one_number_the_newer_stays);
    tcase_add_test(cases, what_a_rule_says_of_itself_is_kept);
    tcase_add_test(cases, conditions_on_packet_and_flow_are_kept);
    tcase_add_test(cases, classes_give_the_priority);
    tcase_add_test(cases, references_get_their_prefix);
    tcase_add_test(cases, threshold_config_is_read);
    tcase_add_test(cases, a_line_of_threshold_config_for_no_rule_is_told);
    tcase_add_test(cases, wrong_lines_of_threshold_config_are_told);
    tcase_add_test(cases, a_dataset_is_loaded_and_shared);
    tcase_add_test(cases, a_dataset_of_hashes_is_asked_by_the_digest);
    tcase_add_test(cases, an_address_of_four_bytes_is_one_of_sixteen);
    tcase_add_test(cases, what_is_no_text_is_refused);
    tcase_add_test(cases, a_line_of_a_megabyte_is_refused_alone);
    tcase_add_test(cases, the_end_of_a_line_may_stand_behind_what_is_read_at_once);
    tcase_add_test(cases, every_truncation_is_read_without_harm);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
