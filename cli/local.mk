# What the stand-alone host needs besides the engine; a library so that tests can use its parts.
noinst_LTLIBRARIES += libhost.la
libhost_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/cli -I$(top_srcdir)/store
libhost_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(CLI_CFLAGS)
libhost_la_SOURCES = \
	cli/application.c cli/application.h cli/capture.c cli/capture.h cli/capture_look.c \
	cli/capture_look.h cli/capture_time.h cli/clock.h cli/connection.c cli/connection.h cli/connection_key.c cli/connection_key.h cli/defrag.c \
	cli/defrag.h cli/dissect.c cli/dissect.h cli/dissect_answers.c cli/dissect_http.c \
	cli/dissect_http.h cli/dissect_http_body.c cli/dissect_http_head.c \
	cli/dissect_http_internal.h cli/dissect_internal.h cli/dissect_mqtt.c cli/dissect_mqtt.h \
	cli/dissect_records.c cli/dissect_records.h \
	cli/dissect_names.c cli/dissect_rules.c cli/dissect_tcp.c cli/eve_event.c cli/eve_event.h \
	cli/eve_folder.c cli/eve_follow.c cli/eve_follow.h cli/eve_follow_folder.c cli/eve_read.c cli/eve_read.h cli/eve_read_internal.h cli/eve_redis.c \
	cli/exchange.c cli/exchange.h \
	cli/held.c cli/held.h cli/html.c cli/html.h cli/input.c cli/input.h cli/inspect.c \
	cli/inspect.h cli/inspect_alert.c cli/inspect_found.c cli/inspect_internal.h cli/inspect_records.c \
	cli/inspect_renew.c cli/inspect_rules.c cli/interface.c cli/interface.h cli/json_walk.c \
	cli/json_walk.h cli/pcap_file.c cli/pcap_file.h cli/pcapng.c cli/pcapng.h cli/report_add.c \
	cli/report_internal.h cli/report_model.c cli/report_model.h cli/report_names.c cli/report_remotes.c \
	cli/report_time.c cli/report_time.h cli/rules.c cli/rules.h cli/screen.c cli/screen.h cli/stream.c cli/stream.h \
	cli/summary.c cli/summary.h cli/summary_alerts.c cli/summary_internal.h cli/summary_print.c \
	cli/tag_sets.c cli/tag_sets.h cli/tcp_state.c cli/tcp_state.h cli/yaml_change.c cli/yaml_change.h cli/yaml_edit.c \
	cli/yaml_edit.h cli/yaml_set.c
libhost_la_LIBADD = librules.la libstore.la libengine.la $(CLI_LIBS)

bin_PROGRAMS += tattler
tattler_CPPFLAGS = $(libhost_la_CPPFLAGS)
tattler_SOURCES = \
	cli/check_words.h cli/check_lua.c cli/baseline_file.c cli/baseline_file.h cli/baseline_progress.c cli/baseline_progress.h cli/cmd_check.c cli/cmd_devices.c cli/cmd_doctor.c \
	cli/cmd_explain.c cli/cmd_export.c cli/cmd_features.c cli/cmd_geo.c cli/cmd_learn.c cli/devices_show.c cli/devices_show.h cli/learn_eve.c cli/learn_eve.h cli/learn_inputs.c cli/learn_inputs.h cli/learn_table.c cli/learn_table.h \
	cli/cmd_live.c cli/cmd_profile.c cli/cmd_replay.c cli/cmd_report.c cli/cmd_serve.c cli/stop.c cli/stop.h cli/cmd_try.c cli/cmd_tune.c cli/command.c cli/command.h \
	cli/doctor.h cli/doctor_plugin.c cli/doctor_rules.c cli/doctor_suricata.c cli/explain.h cli/explain_header.c \
	cli/explain_note.c cli/explain_pages.c cli/explain_rule.c cli/explain_steps.c \
	cli/explain_technique.c cli/explain_tests.c cli/explain_tune.c cli/export.h \
	cli/export_choose.c cli/export_firewall.c cli/export_formats.c cli/export_guard.c cli/export_list.c cli/export_read.c cli/export_suricata.c \
	cli/export_uses.c cli/export_uses.h cli/heuristics.c cli/heuristics.h cli/live.c cli/live.h \
	cli/live_internal.h cli/live_reload.c cli/live_start.c cli/main.c cli/notify.c cli/notify.h cli/options.c cli/options.h \
	cli/output.h cli/output_file.c cli/output_redis.c cli/output_unix.c cli/outputs.c \
	cli/outputs.h cli/privileges.c cli/privileges.h cli/profile_collect.c cli/profile_print.c cli/profile_share.h cli/prose.c cli/prose.h cli/report_chart.c \
	cli/report_data.h cli/report_device.c cli/report_meanings.c cli/report_overview.c \
	cli/report_habits.c cli/report_page.c cli/report_page.h cli/report_page_internal.h cli/report_tables.c cli/report_usual.c cli/report_usual.h \
	cli/result_file.c cli/result_file.h cli/rules_find.c cli/tune.h cli/tune_apply.c cli/tune_apply.h cli/tune_history.c cli/tune_limit.c cli/tune_list.c cli/tune_json.c cli/tune_numbers.c cli/tune_param.c cli/tune_print.c cli/tune_propose.c cli/tune_session.h cli/tune_treat.c cli/tune_yaml.c cli/undo_file.c cli/undo_file.h cli/rules_told.c cli/rules_told.h cli/sandbox.c \
	cli/sandbox.h cli/sender.c cli/sender.h cli/serve.h cli/serve_access.c cli/serve_http.h \
	cli/serve_listen.c cli/serve_metrics.c cli/serve_module.c cli/serve_run.c cli/serve_tune.c cli/serve_tune.h cli/serve_tune_internal.h cli/serve_tune_page.c cli/try.h cli/try_flows.c cli/try_lua.c cli/try_print.c \
	cli/try_say.c cli/try_walk.c
tattler_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(LIVE_CFLAGS)
tattler_LDFLAGS = $(AM_LDFLAGS) $(LTO_LDFLAGS)
tattler_LDADD = libhost.la $(GEO_IMPORT) $(LINKED_HTTP) $(LIVE_LIBS)

# The web server is a module of its own (cli/serve_http.h), but with sanitizers.
HTTP_SOURCES = cli/serve_form.c cli/serve_http.c cli/serve_http.h cli/serve_http_internal.h \
	cli/serve_judge.c
if SANITIZED
noinst_LTLIBRARIES += libhttp.la
libhttp_la_CPPFLAGS = $(libhost_la_CPPFLAGS)
libhttp_la_CFLAGS = $(AM_CFLAGS) $(SERVE_CFLAGS)
libhttp_la_SOURCES = $(HTTP_SOURCES)
libhttp_la_LIBADD = $(SERVE_LIBS)
LINKED_HTTP = libhttp.la
tattler_CPPFLAGS += -DTATTLER_HTTP_LINKED
else
pkglib_LTLIBRARIES += tattler-http.la
tattler_http_la_CPPFLAGS = $(libhost_la_CPPFLAGS)
tattler_http_la_CFLAGS = $(AM_CFLAGS) $(SERVE_CFLAGS)
tattler_http_la_SOURCES = $(HTTP_SOURCES) engine/base/address.c engine/base/address.h
tattler_http_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^tattler_http_module$$'
tattler_http_la_LIBADD = $(SERVE_LIBS) $(ENGINE_LIBS)
LINKED_HTTP =
endif

# The files that a report's page is made of become arrays.
REPORT_FILES = cli/report/page.html cli/report/page.css cli/report/page.js
EXTRA_DIST += $(REPORT_FILES)
nodist_tattler_SOURCES = cli/report_data.c
CLEANFILES += cli/report_data.c
cli/report_data.c: $(REPORT_FILES) cli/local.mk
	$(AM_V_GEN)mkdir -p cli && { echo '#include "report_data.h"' && for file in $(REPORT_FILES); do \
		name=`basename $$file | tr . _` && echo "const char report_$$name[] = {" && \
		od -A n -v -t d1 $(srcdir)/$$file | $(SED) 's/[-0-9][0-9]*/&,/g' && echo '0 };' || exit 1; \
	done; } > $@.tmp && mv $@.tmp $@
