# The engine, position-independent for the plugin, used as it is by the command and the tests.
noinst_LTLIBRARIES += libengine.la
libengine_la_CPPFLAGS = $(AM_CPPFLAGS)
# What runs Lua is a module of its own, which the engine opens: Suricata exports another Lua under the
# same names (detect/heuristics/module_open.c). Sanitizers refuse to open it that way: with them it is
# part of the engine.
LUA_SOURCES = \
	engine/base/nearest.c engine/base/nearest.h engine/base/value.h \
	engine/detect/heuristics/handlers.c engine/detect/heuristics/script.h \
	engine/detect/heuristics/lua/budget.c engine/detect/heuristics/lua/declare.c \
	engine/detect/heuristics/lua/finding.c engine/detect/heuristics/lua/module.c \
	engine/detect/heuristics/lua/objects.c engine/detect/heuristics/lua/sandbox.c \
	engine/detect/heuristics/lua/state.h engine/detect/heuristics/lua/strings.c
LUA_MODULE_CFLAGS = $(AM_CFLAGS) $(LUAJIT_CFLAGS)
if SANITIZED
noinst_LTLIBRARIES += liblua.la
liblua_la_CFLAGS = $(LUA_MODULE_CFLAGS)
liblua_la_SOURCES = $(LUA_SOURCES)
liblua_la_LIBADD = $(LUAJIT_LIBS)
LINKED_LUA = liblua.la
libengine_la_CPPFLAGS += -DTATTLER_LUA_LINKED
else
pkglib_LTLIBRARIES = tattler-lua.la
tattler_lua_la_CFLAGS = $(LUA_MODULE_CFLAGS)
tattler_lua_la_SOURCES = $(LUA_SOURCES)
tattler_lua_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^tattler_lua_module$$'
tattler_lua_la_LIBADD = $(LUAJIT_LIBS)
LINKED_LUA =
endif
libengine_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(ENGINE_CFLAGS)
libengine_la_LIBADD = $(LINKED_LUA) $(ENGINE_LIBS)
libengine_la_SOURCES = \
	engine/baseline.c engine/baseline.h engine/baseline_export.c engine/baseline_import.c \
	engine/base/address.c engine/base/address.h engine/base/apart.h engine/base/cursor.h engine/base/digits.h \
	engine/base/grow.h \
	engine/base/hash.c engine/base/hash.h engine/base/lock.h engine/base/lower.h engine/base/nearest.c engine/base/nearest.h \
	engine/base/pool.c engine/base/pool.h engine/base/status.h engine/base/time.h engine/base/value.h \
	engine/detect/condition.c engine/detect/condition.h \
	engine/detect/condition_internal.h engine/detect/condition_number.c engine/detect/dga.c engine/detect/dga.h engine/detect/gate.c engine/detect/gate.h \
	engine/detect/dga_model.h engine/detect/feature_get.c engine/detect/feature_get.h \
	engine/detect/features.c engine/detect/features.h \
	engine/detect/heuristics/catalog.c engine/detect/heuristics/catalog.h engine/detect/heuristics/handlers.c engine/detect/heuristics/heuristics.c engine/detect/heuristics/heuristics.h engine/detect/heuristics/heuristics_internal.h engine/detect/heuristics/module_open.c engine/detect/heuristics/needs.c engine/detect/heuristics/params.c engine/detect/heuristics/script.h engine/detect/heuristics/states.c engine/detect/suppress.c engine/detect/suppress.h \
	engine/emit/eve.c engine/emit/eve.h engine/emit/eve_common.h engine/emit/eve_dns.c \
	engine/emit/eve_dns_data.c engine/emit/eve_dns_data.h engine/emit/eve_iot.c engine/emit/iot.c engine/emit/iot.h \
	engine/emit/json.c engine/emit/json.h engine/emit/json_internal.h engine/emit/json_string.c \
	engine/enrich/domain.c engine/enrich/domain.h engine/enrich/geo.c engine/enrich/geo.h \
	engine/enrich/mmdb_decode.c engine/enrich/mmdb_decode.h \
	engine/enrich/oui.c engine/enrich/oui.h engine/enrich/problem.h engine/enrich/profile.c \
	engine/enrich/profile.h engine/enrich/profile_read.c engine/enrich/resolvers.c \
	engine/enrich/resolvers.h engine/enrich/risk.c engine/enrich/risk.h \
	engine/enrich/risk_row.c engine/enrich/risk_row.h engine/enrich/zone.c \
	engine/enrich/zone.h \
	engine/files/csv.c engine/files/csv.h engine/files/file_map.c engine/files/file_map.h \
	engine/files/folder.c engine/files/folder.h engine/files/yaml_tree.c engine/files/yaml_tree.h \
	engine/engine.c engine/engine.h engine/engine_files.c engine/engine_internal.h engine/flow_claim.c engine/flow_learn.c engine/flow_lease.c \
	engine/engine_arp.c engine/engine_events.c engine/engine_heuristics.c engine/engine_scripts.c engine/engine_scripts.h engine/engine_scripts_read.c engine/flow_burst.c engine/flow_dns.c engine/flow_no_dns.c engine/flow_open.c engine/flow_packet.c \
	engine/flow_relay.c engine/flow_remotes.c engine/flow_report.c engine/flow_silence.c \
	engine/flow_common.c engine/flow_usual.c \
	engine/parse/claim.c engine/parse/claim.h engine/parse/dhcp.c engine/parse/dhcp.h engine/parse/dns.c engine/parse/dns.h \
	engine/parse/gquic.c engine/parse/gquic.h engine/parse/http.c engine/parse/http.h engine/parse/mdns.c engine/parse/mdns.h \
	engine/parse/packet.c engine/parse/packet.h engine/parse/packet_icmp.c \
	engine/parse/packet_ip.c engine/parse/packet_layers.h engine/parse/packet_link.c \
	engine/parse/packet_names.c engine/parse/packet_ppp.c engine/parse/packet_transport.c \
	engine/parse/packet_tunnel.c engine/parse/quic.c engine/parse/quic.h \
	engine/parse/quic_packet.c engine/parse/quic_packet.h engine/parse/rdnss.c engine/parse/rdnss.h engine/parse/service.c \
	engine/parse/service.h engine/parse/service_binary.c engine/parse/service_iot.c \
	engine/parse/service_match.h engine/parse/service_p2p.c engine/parse/service_text.c \
	engine/parse/tls.c engine/parse/tls.h \
	engine/settings.c engine/settings.h engine/settings_default.c engine/settings_kind.c engine/settings_kind.h \
	engine/settings_number.c engine/settings_params.c engine/settings_suppress.c engine/settings_table.c engine/settings_yaml.c \
	engine/track/acceptance.c engine/track/acceptance.h engine/track/agenda.c engine/track/agenda.h engine/track/asked.c engine/track/asked.h engine/track/beat.c engine/track/beat.h engine/track/beat_follow.c engine/track/beat_internal.h engine/track/beat_judge.c engine/track/beat_judge.h engine/track/beat_learn.c engine/track/beat_patience.c engine/track/beat_poll.c engine/track/beat_search.c engine/track/beat_size.c \
	engine/track/binding.c engine/track/binding.h engine/track/burst.c engine/track/burst.h engine/track/calls.c engine/track/calls.h engine/track/conduct.c engine/track/conduct.h engine/track/contest.c engine/track/contest.h \
	engine/track/device.c engine/track/device.h engine/track/device_internal.h \
	engine/track/device_name.c engine/track/device_table.c engine/track/entropy.c \
	engine/track/echo.c engine/track/echo.h engine/track/entropy.h engine/track/fanout.c engine/track/fanout.h engine/track/finding.c engine/track/finding.h engine/track/insight.c engine/track/insight.h engine/track/flow.h engine/track/leases.c engine/track/leases.h engine/track/lost.c engine/track/lost.h engine/track/names.c engine/track/names.h engine/track/nxdomain.c engine/track/nxdomain.h \
	engine/track/question.c engine/track/question.h \
	engine/track/relay.c engine/track/relay.h engine/track/relay_case.c \
	engine/track/relay_case.h engine/track/relay_digest.c engine/track/relay_digest.h \
	engine/track/relay_flow.c engine/track/relay_flow.h \
	engine/track/relay_judge.c engine/track/relay_match.c engine/track/relay_match.h \
	engine/track/relay_table.h \
	engine/track/remotes.c engine/track/remotes.h engine/track/resolution.c engine/track/resolution.h engine/track/resolver.c engine/track/resolver.h engine/track/router.c \
	engine/track/router.h engine/track/symmetry.c \
	engine/track/seen.c engine/track/seen.h engine/track/strangers.c engine/track/strangers.h engine/track/symmetry.h engine/track/tunnel.c engine/track/tunnel.h engine/track/unanswered.c \
	engine/track/unanswered.h engine/track/uplink.c engine/track/uplink.h engine/track/upload.c engine/track/upload.h

# The letters of names that people choose, counted while building.
nodist_libengine_la_SOURCES = engine/detect/dga_model.c
CLEANFILES += engine/detect/dga_model.c
EXTRA_DIST += engine/detect/dga_train.awk engine/detect/words/names.txt
engine/detect/dga_model.c: $(srcdir)/engine/detect/dga_train.awk \
		$(srcdir)/engine/detect/words/names.txt
	$(AM_V_GEN)$(MKDIR_P) engine/detect && LC_ALL=C $(AWK) \
		-f $(srcdir)/engine/detect/dga_train.awk $(srcdir)/engine/detect/words/names.txt \
		>$@.tmp && mv $@.tmp $@

# The rule language and what only rules look at: the command and its tests need it, as Suricata reads
# rules and applications by itself.
noinst_LTLIBRARIES += librules.la
librules_la_CPPFLAGS = $(AM_CPPFLAGS)
librules_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(RULES_CFLAGS)
librules_la_LIBADD = libengine.la $(RULES_LIBS)
librules_la_SOURCES = \
	engine/detect/match/address_rules.c engine/detect/match/address_rules.h \
	engine/detect/match/bits.c engine/detect/match/bits.h engine/detect/match/limit_count.c \
	engine/detect/match/inherit.c engine/detect/match/inherit.h engine/detect/match/limit_count.h engine/detect/match/limit_plans.c \
	engine/detect/match/limit_plans.h engine/detect/match/limits.c engine/detect/match/limits.h \
	engine/detect/match/xbits.c engine/detect/match/candidates.c \
	engine/detect/match/cases.c engine/detect/match/cases.h engine/detect/match/encryption.c engine/detect/match/runs.c engine/detect/match/fired.c engine/detect/match/found.c \
	engine/detect/match/group.c engine/detect/match/group.h engine/detect/match/groups.c \
	engine/detect/match/groups.h engine/detect/match/heads.c \
	engine/detect/match/heads.h engine/detect/match/look.c engine/detect/match/look.h \
	engine/detect/match/matcher.c engine/detect/match/matcher.h \
	engine/detect/match/matcher_internal.h \
	engine/detect/match/messages.c engine/detect/match/messages.h \
	engine/detect/match/packets.c engine/detect/match/patterns.c engine/detect/match/patterns.h engine/detect/match/pending.c \
	engine/detect/match/plan.c engine/detect/match/plan_order.c \
	engine/detect/match/plan.h engine/detect/match/transaction.h \
	engine/detect/match/wait.c engine/detect/match/wait.h engine/detect/match/window.c \
	engine/detect/match/window.h \
	engine/emit/eve_alert.c engine/emit/eve_alert.h engine/emit/eve_http.c engine/emit/eve_message.c \
	engine/emit/eve_message.h engine/emit/eve_mqtt.c \
	engine/detect/match/steps.c engine/detect/match/steps.h \
	engine/detect/match/steps_content.c engine/detect/match/steps_internal.h \
	engine/detect/match/steps_number.c engine/detect/match/steps_pcre.c \
	engine/detect/match/transforms.c engine/detect/match/transforms.h \
	engine/detect/rules/address_set.h engine/detect/rules/arena.c engine/detect/rules/arena.h \
	engine/detect/rules/bit_names.c engine/detect/rules/bit_names.h \
	engine/detect/rules/bounds.c engine/detect/rules/bounds.h \
	engine/detect/rules/buffers.c engine/detect/rules/buffers.h engine/detect/rules/classes.c \
	engine/detect/rules/classes.h engine/detect/rules/dataset.c engine/detect/rules/dataset.h \
	engine/detect/rules/datasets.c engine/detect/rules/datasets.h engine/detect/rules/draft.c engine/detect/rules/draft_values.c \
	engine/detect/rules/draft.h engine/detect/rules/findings.c engine/detect/rules/findings.h \
	engine/detect/rules/finish.c engine/detect/rules/foreign_keywords.c \
	engine/detect/rules/header_sets.c engine/detect/rules/header_sets.h \
	engine/detect/rules/keyword.c engine/detect/rules/keyword.h \
	engine/detect/rules/keyword_about.c engine/detect/rules/keyword_bits.c \
	engine/detect/rules/keyword_buffer.c engine/detect/rules/keyword_bytes.c \
	engine/detect/rules/keyword_content.c engine/detect/rules/keyword_dataset.c \
	engine/detect/rules/keyword_flow.c engine/detect/rules/keyword_iot.c \
	engine/detect/rules/keyword_limit.c engine/detect/rules/keyword_packet.c \
	engine/detect/rules/keyword_pcre.c engine/detect/rules/keyword_position.c \
	engine/detect/rules/kinds.c engine/detect/rules/kinds.h \
	engine/detect/rules/lines.c engine/detect/rules/lines.h engine/detect/rules/list.c \
	engine/detect/rules/list.h engine/detect/rules/list_plain.c engine/detect/rules/list_sum.c \
	engine/detect/rules/number.c engine/detect/rules/number.h engine/detect/rules/pcre_codes.c \
	engine/detect/rules/pcre_codes.h engine/detect/rules/port_set.h \
	engine/detect/rules/ranges.c engine/detect/rules/ranges.h \
	engine/detect/rules/read_header.c engine/detect/rules/read_options.c \
	engine/detect/rules/rule.h engine/detect/rules/rule_set.c engine/detect/rules/rule_set.h \
	engine/detect/rules/thresholds.h engine/detect/rules/thresholds_read.c \
	engine/detect/rules/thresholds_read.h engine/detect/rules/utf8.h \
	engine/detect/rules/validate.c engine/detect/rules/vars.c engine/detect/rules/vars.h \
	engine/detect/rules/vars_internal.h engine/detect/rules/vars_yaml.c \
	engine/parse/best_fit.c engine/parse/best_fit.h engine/parse/http_fields.c \
	engine/parse/http_fields.h engine/parse/http_request.c \
	engine/parse/http_request.h engine/parse/http_response.c engine/parse/http_response.h \
	engine/parse/http_text.h engine/parse/http_uri.c engine/parse/http_uri.h engine/parse/mqtt.c \
	engine/parse/mqtt.h

# Writes MMDB files: only the command and its tests need it.
noinst_LTLIBRARIES += libgeowriter.la
libgeowriter_la_CFLAGS = $(AM_CFLAGS)
libgeowriter_la_SOURCES = \
	engine/enrich/mmdb_encode.c engine/enrich/mmdb_encode.h engine/enrich/mmdb_pool.c \
	engine/enrich/mmdb_pool.h engine/enrich/mmdb_record.c engine/enrich/mmdb_record.h \
	engine/enrich/mmdb_writer.c engine/enrich/mmdb_writer.h
libgeowriter_la_LIBADD = libengine.la

if HAVE_LIBLOC
noinst_LTLIBRARIES += libgeoimport.la
libgeoimport_la_CFLAGS = $(AM_CFLAGS)
libgeoimport_la_SOURCES = engine/enrich/geo_import.c engine/enrich/geo_import.h
libgeoimport_la_LIBADD = libgeowriter.la $(LIBLOC_LIBS)
GEO_IMPORT = libgeoimport.la
else
EXTRA_DIST += engine/enrich/geo_import.c engine/enrich/geo_import.h
GEO_IMPORT =
endif
