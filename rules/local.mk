# The pack, and its pages: both are installed, as the rules refer to the pages.
rulesdir = $(pkgdatadir)/rules
rules_DATA = \
	rules/behaviour.rules rules/cnc.rules rules/credentials.rules rules/destinations.rules \
	rules/dns.rules rules/exfil.rules rules/exploit.rules rules/heuristics.rules rules/lateral.rules \
	rules/p2p.rules rules/policy.rules rules/privacy.rules rules/relay.rules \
	rules/scan.rules rules/classification.config
rulepagesdir = $(pkgdatadir)/doc/rules
rulepages_DATA = \
	doc/rules/README.md doc/rules/beacon.md doc/rules/cnc.md \
	doc/rules/default-credential.md doc/rules/dga.md doc/rules/dns-bypass.md \
	doc/rules/dns-tunnel.md doc/rules/exfil.md doc/rules/exploit.md doc/rules/exposure.md \
	doc/rules/hardcoded-ip.md doc/rules/heartbeat-change.md doc/rules/irc.md \
	doc/rules/lateral.md doc/rules/leak.md doc/rules/miner.md doc/rules/new-destination.md \
	doc/rules/new-device.md doc/rules/proxy.md doc/rules/relay.md doc/rules/risky-asn.md \
	doc/rules/rogue-name.md doc/rules/scan.md doc/rules/spam.md doc/rules/tor.md \
	doc/rules/unanswered.md

# Where the pages are, in the rules.
install-data-hook:
	$(SED) -i 's|file:///usr/share/tattler/doc/|file://$(pkgdatadir)/doc/|' \
		$(DESTDIR)$(rulesdir)/*.rules

# A source for suricata-update: the archive, its checksum and an index. RULES_URL is the folder that
# they will be fetched from, RULES_PAGES the one where the pages are shown.
RULES_URL = file://$(abs_builddir)
RULES_PAGES = file://$(pkgdatadir)/doc/rules
EXTRA_DIST += build-aux/dist-rules
.PHONY: dist-rules
dist-rules:
	$(AM_V_GEN)$(srcdir)/build-aux/dist-rules '$(srcdir)' '$(PACKAGE_VERSION)' \
		'$(RULES_URL)' '$(RULES_PAGES)'
