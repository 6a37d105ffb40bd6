/* schema.h - the tables of a store, as of STORE_VERSION. Times are microseconds since 1970. */
#ifndef TATTLER_STORE_SCHEMA_H
#define TATTLER_STORE_SCHEMA_H

#define STORE_APPLICATION 0x74746c72 /* "ttlr": PRAGMA application_id */
#define STORE_VERSION 1              /* PRAGMA user_version */

#define STORE_SCHEMA                                                                               \
    "CREATE TABLE device (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT, type TEXT," \
    " vendor TEXT, met_us INTEGER NOT NULL, last_us INTEGER NOT NULL, began_us INTEGER NOT NULL,"  \
    " suspect_until_us INTEGER NOT NULL, alerts INTEGER NOT NULL);"                                \
    "CREATE TABLE item (device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,"              \
    " kind TEXT NOT NULL, value TEXT NOT NULL, first_us INTEGER NOT NULL,"                         \
    " last_us INTEGER NOT NULL, times INTEGER NOT NULL, suspect INTEGER NOT NULL,"                 \
    " accused INTEGER NOT NULL, vouched INTEGER NOT NULL,"                                         \
    " PRIMARY KEY (device, kind, value)) WITHOUT ROWID;"                                           \
    "CREATE TABLE beat (device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,"              \
    " remote TEXT NOT NULL, period_s REAL NOT NULL, jitter REAL NOT NULL,"                         \
    " bytes INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL,"                \
    " PRIMARY KEY (device, remote)) WITHOUT ROWID;"                                                \
    "CREATE TABLE volume (device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,"            \
    " hour INTEGER NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL,"                          \
    " PRIMARY KEY (device, hour)) WITHOUT ROWID;"                                                  \
    "CREATE TABLE upload (device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,"            \
    " bin INTEGER NOT NULL, samples INTEGER NOT NULL,"                                             \
    " PRIMARY KEY (device, bin)) WITHOUT ROWID;"                                                   \
    "CREATE TABLE ruling (key TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL,"                 \
    " reset INTEGER NOT NULL, trusted_us INTEGER NOT NULL, frozen INTEGER NOT NULL)"               \
    " WITHOUT ROWID;"                                                                              \
    "CREATE TABLE capture (fingerprint TEXT NOT NULL PRIMARY KEY, path TEXT NOT NULL,"             \
    " packets INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL)"              \
    " WITHOUT ROWID;"

#endif
