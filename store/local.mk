# Baselines in a file, for both hosts; the engine links no database.
noinst_LTLIBRARIES += libstore.la
libstore_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/store
libstore_la_CFLAGS = $(AM_CFLAGS) $(STORE_CFLAGS)
libstore_la_LIBADD = $(STORE_LIBS)
libstore_la_SOURCES = \
	store/keeper.c store/keeper.h store/load.c store/save.c store/schema.h store/store.c store/store.h store/store_internal.h
