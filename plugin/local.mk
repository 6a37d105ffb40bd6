# The Suricata plugin, when configure was given Suricata's headers. It exports one symbol.
PLUGIN_SOURCES = \
	plugin/baseline.c plugin/buffers.c plugin/claims.c plugin/config.c plugin/eve.c plugin/flow.c \
	plugin/group.c plugin/group_setup.c plugin/heuristics.c plugin/keywords.c plugin/others.c plugin/payload.c \
	plugin/plugin.c \
	plugin/plugin.h plugin/records.c plugin/rule.c plugin/rule.h plugin/suppress.c plugin/transactions.c \
	plugin/usual.c plugin/wait.c
EXTRA_DIST += $(PLUGIN_SOURCES)

if PLUGIN
plugindir = $(libdir)/suricata
plugin_LTLIBRARIES = tattler.la
tattler_la_SOURCES = $(PLUGIN_SOURCES)
# Suricata's headers are written for GNU C and are not ours to warn about. What is called without being
# declared would be taken for an int, whatever it is.
tattler_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugin -I$(top_srcdir)/store $(SURICATA_CPPFLAGS) \
	-DTATTLER_VERSION='"$(PACKAGE_VERSION)"'
tattler_la_CFLAGS = $(SANITIZER_CFLAGS) $(LTO_CFLAGS) -std=gnu11 -fvisibility=hidden -Wall -Wextra \
	-Wno-unused-parameter -Werror=implicit-function-declaration -Werror=incompatible-pointer-types
tattler_la_LDFLAGS = $(AM_LDFLAGS) $(LTO_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^SCPluginRegister$$'
tattler_la_LIBADD = libstore.la libengine.la
endif
