# What a service needs, below the prefix: systemd looks there as well. And the manual's page.
systemdunitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
tattler_configdir = $(sysconfdir)/tattler
served = etc/tattler@.service etc/tattler.logrotate etc/tattler.yaml etc/tattler.1
nodist_systemdunit_DATA = etc/tattler@.service
nodist_man_MANS = etc/tattler.1
CLEANFILES += $(served)
EXTRA_DIST += etc/tattler@.service.in etc/tattler.logrotate.in etc/tattler.yaml.in etc/tattler.1.in \
	etc/tattler.sysusers
noinst_DATA = $(served)

$(served): Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && $(SED) -e 's|@bindir[@]|$(bindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@pkgdatadir[@]|$(pkgdatadir)|g' \
		-e 's|@localstatedir[@]|$(localstatedir)|g' $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
etc/tattler@.service: $(srcdir)/etc/tattler@.service.in
etc/tattler.logrotate: $(srcdir)/etc/tattler.logrotate.in
etc/tattler.yaml: $(srcdir)/etc/tattler.yaml.in
etc/tattler.1: $(srcdir)/etc/tattler.1.in

# A configuration that somebody has changed is left alone.
install-data-local: $(served)
	$(MKDIR_P) "$(DESTDIR)$(sysusersdir)" "$(DESTDIR)$(sysconfdir)/logrotate.d" \
		"$(DESTDIR)$(tattler_configdir)"
	$(INSTALL_DATA) $(srcdir)/etc/tattler.sysusers "$(DESTDIR)$(sysusersdir)/tattler.conf"
	$(INSTALL_DATA) etc/tattler.logrotate "$(DESTDIR)$(sysconfdir)/logrotate.d/tattler"
	test -e "$(DESTDIR)$(tattler_configdir)/tattler.yaml" || \
		$(INSTALL_DATA) etc/tattler.yaml "$(DESTDIR)$(tattler_configdir)/tattler.yaml"

uninstall-local:
	rm -f "$(DESTDIR)$(sysusersdir)/tattler.conf" "$(DESTDIR)$(sysconfdir)/logrotate.d/tattler"
	cmp -s etc/tattler.yaml "$(DESTDIR)$(tattler_configdir)/tattler.yaml" && \
		rm -f "$(DESTDIR)$(tattler_configdir)/tattler.yaml" || :
