# A new unit test or fuzz target is one line here. Programs are made of the one file of their name
# and of what they use from these libraries; replay.c gives fuzz targets a main().
LDADD = $(PLAIN_LDFLAGS) $(REPLAY) librules.la libhost.la libgeowriter.la

FUZZ_TARGETS = \
	tests/fuzz/capture_fuzz \
	tests/fuzz/claim_fuzz \
	tests/fuzz/defrag_fuzz \
	tests/fuzz/dhcp_fuzz \
	tests/fuzz/dissect_fuzz \
	tests/fuzz/dns_fuzz \
	tests/fuzz/eve_fuzz \
	tests/fuzz/eve_message_fuzz \
	tests/fuzz/eve_read_fuzz \
	tests/fuzz/gquic_fuzz \
	tests/fuzz/http_fuzz \
	tests/fuzz/http_request_fuzz \
	tests/fuzz/matcher_fuzz \
	tests/fuzz/mdns_fuzz \
	tests/fuzz/mmdb_decode_fuzz \
	tests/fuzz/mqtt_fuzz \
	tests/fuzz/packet_fuzz \
	tests/fuzz/profile_fuzz \
	tests/fuzz/question_fuzz \
	tests/fuzz/quic_fuzz \
	tests/fuzz/rdnss_fuzz \
	tests/fuzz/risk_fuzz \
	tests/fuzz/rule_fuzz \
	tests/fuzz/service_fuzz \
	tests/fuzz/settings_fuzz \
	tests/fuzz/steps_fuzz \
	tests/fuzz/stream_fuzz \
	tests/fuzz/tls_fuzz \
	tests/fuzz/yaml_edit_fuzz
check_PROGRAMS += $(FUZZ_TARGETS)

# Its own functions stand before those that allocate.
tests_unit_no_memory_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# The parts of the stand-alone host are found by their own names.
tests_fuzz_defrag_fuzz_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_fuzz_capture_fuzz_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_fuzz_dissect_fuzz_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_fuzz_eve_read_fuzz_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_fuzz_stream_fuzz_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_fuzz_yaml_edit_fuzz_CPPFLAGS = $(libhost_la_CPPFLAGS)

if FUZZER
# libFuzzer brings a main() of its own, so only 'make fuzz-targets' is of use then.
AM_LDFLAGS += -fsanitize=fuzzer
else
check_LTLIBRARIES = libreplay.la
libreplay_la_SOURCES = tests/fuzz/replay.c
REPLAY = libreplay.la
TESTS += $(FUZZ_TARGETS)

if HAVE_CHECK
UNIT_TESTS = \
	tests/unit/acceptance_test \
	tests/unit/address_test \
	tests/unit/agenda_test \
	tests/unit/arp_test \
	tests/unit/asked_test \
	tests/unit/baseline_test \
	tests/unit/beat_streams_test \
	tests/unit/beat_test \
	tests/unit/bits_test \
	tests/unit/burst_test \
	tests/unit/calls_test \
	tests/unit/capture_test \
	tests/unit/claim_test \
	tests/unit/contest_test \
	tests/unit/condition_test \
	tests/unit/connection_test \
	tests/unit/defrag_test \
	tests/unit/dga_test \
	tests/unit/device_test \
	tests/unit/dhcp_test \
	tests/unit/dissect_rules_test \
	tests/unit/dissect_test \
	tests/unit/dns_test \
	tests/unit/domain_test \
	tests/unit/echo_test \
	tests/unit/entropy_test \
	tests/unit/eve_dns_test \
	tests/unit/eve_event_test \
	tests/unit/eve_message_test \
	tests/unit/eve_read_test \
	tests/unit/eve_test \
	tests/unit/fanout_test \
	tests/unit/features_test \
	tests/unit/flow_learn_test \
	tests/unit/flow_test \
	tests/unit/gate_test \
	tests/unit/geo_test \
	tests/unit/gquic_test \
	tests/unit/groups_test \
	tests/unit/heads_test \
	tests/unit/held_test \
	tests/unit/heuristics_device_test \
	tests/unit/heuristics_events_test \
	tests/unit/heuristics_hostile_test \
	tests/unit/heuristics_threads_test \
	tests/unit/html_test \
	tests/unit/http_request_test \
	tests/unit/http_response_test \
	tests/unit/http_test \
	tests/unit/http_uri_test \
	tests/unit/intruder_test \
	tests/unit/invariance_test \
	tests/unit/inherit_test \
	tests/unit/json_test \
	tests/unit/json_walk_test \
	tests/unit/leases_test \
	tests/unit/limits_test \
	tests/unit/matcher_test \
	tests/unit/mdns_test \
	tests/unit/mmdb_writer_test \
	tests/unit/mqtt_test \
	tests/unit/names_test \
	tests/unit/nearest_test \
	tests/unit/no_dns_test \
	tests/unit/no_memory_test \
	tests/unit/one_way_test \
	tests/unit/nxdomain_test \
	tests/unit/oui_test \
	tests/unit/packet_test \
	tests/unit/patterns_test \
	tests/unit/pending_test \
	tests/unit/pool_test \
	tests/unit/profile_test \
	tests/unit/question_test \
	tests/unit/quic_test \
	tests/unit/rdnss_test \
	tests/unit/relay_match_test \
	tests/unit/relay_test \
	tests/unit/remotes_test \
	tests/unit/resolution_test \
	tests/unit/resolver_test \
	tests/unit/resolvers_test \
	tests/unit/risk_test \
	tests/unit/report_time_test \
	tests/unit/rule_content_test \
	tests/unit/rule_list_test \
	tests/unit/rule_number_test \
	tests/unit/rule_set_test \
	tests/unit/seen_test \
	tests/unit/series_test \
	tests/unit/service_test \
	tests/unit/settings_test \
	tests/unit/store_test \
	tests/unit/steps_test \
	tests/unit/stream_test \
	tests/unit/strangers_test \
	tests/unit/summary_test \
	tests/unit/suppress_test \
	tests/unit/symmetry_test \
	tests/unit/tcp_state_test \
	tests/unit/threads_test \
	tests/unit/tls_test \
	tests/unit/tunnel_test \
	tests/unit/unanswered_test \
	tests/unit/uplink_test \
	tests/unit/upload_day_test \
	tests/unit/upload_test \
	tests/unit/yaml_edit_test \
	tests/unit/wait_test \
	tests/unit/window_test \
	tests/unit/zone_test
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
LDADD += $(CHECK_LIBS)
# So late that only what hangs is ended: the slowest takes a minute under sanitizers, and a machine may be busy.
AM_TESTS_ENVIRONMENT = CK_DEFAULT_TIMEOUT=600; export CK_DEFAULT_TIMEOUT; \
	TATTLER_LIB=$(abs_builddir)/.libs; export TATTLER_LIB; TATTLER_LUA=/nonexistent; export TATTLER_LUA;

tests_unit_capture_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_connection_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_defrag_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_dissect_rules_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_dissect_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_eve_event_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_eve_read_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_held_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_json_walk_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_store_test_CPPFLAGS = $(libstore_la_CPPFLAGS)
tests_unit_store_test_LDADD = $(LDADD) libstore.la $(STORE_LIBS)
tests_unit_stream_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_html_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_report_time_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_summary_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_tcp_state_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
tests_unit_yaml_edit_test_CPPFLAGS = $(libhost_la_CPPFLAGS)
endif
endif

# Writes captures that fill every table, for tests/caps/run.
check_PROGRAMS += tests/caps/many
tests_caps_many_LDADD =

.PHONY: fuzz-targets
fuzz-targets: $(FUZZ_TARGETS)

# Compares the imported database with what libloc says; run by tests/geo/import_check.
if HAVE_LIBLOC
check_PROGRAMS += tests/geo/import_probe
tests_geo_import_probe_LDADD = $(GEO_IMPORT) libhost.la
endif

EXTRA_DIST += tests/unit/eve_check.h tests/unit/lua_scene.h tests/unit/match_scene.h tests/unit/quic_seal.h tests/unit/relay_lookalikes.h \
	tests/unit/relay_proxies.h tests/unit/relay_scene.h tests/unit/run_suite.h tests/unit/scene.h tests/unit/temporary.h \
	tests/fuzz/corpus \
	tests/bench/captures.py tests/bench/many_alerts.py tests/bench/many_rules.py tests/bench/measure.py tests/bench/run tests/baseline/killed.py tests/baseline/rewrite.py tests/baseline/run tests/caps/run tests/cases/run tests/cli/run tests/eve.py tests/findings/run tests/fuzz/run \
	tests/geo/import_check tests/hostile/run tests/hosts/known.tsv tests/hosts/run tests/lib.sh \
	tests/lua .busted .luacheckrc \
	tests/parity/known.tsv tests/parity/run tests/profile/run tests/property/run tests/rules tests/run \
	tests/signatures tests/browser.py tests/export tests/report tests/serve tests/schema/run tests/static/run \
	tests/suricata tests/threads/run tests/tune/run tests/score/run build-aux/suricata8
