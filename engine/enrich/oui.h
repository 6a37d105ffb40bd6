/* oui.h - the vendor of a network card by its MAC address.
 *
 * Reads the IEEE registries as CSV ("Registry,Assignment,Organization Name,…"): oui.csv, mam.csv
 * and oui36.csv as Debian's ieee-data installs them. The length of the assignment (24, 28 or 36
 * bits) tells them apart, so any number of files in any order will do. Later rows win.
 *
 * oui_open() and oui_close() belong to set-up; oui_lookup() only reads, in any thread. The files
 * are mapped, not copied: replace one by rename. */
#ifndef TATTLER_ENRICH_OUI_H
#define TATTLER_ENRICH_OUI_H

#include <stddef.h>

#include "base/address.h"
#include "base/status.h"
#include "enrich/problem.h"

#define OUI_FILES_MAX 8
#define OUI_VENDOR_SIZE 64 /* a longer name is cut at a character's edge */

struct oui;

enum oui_kind {
    OUI_UNKNOWN,    /* not in the registries, or not the address of one card (multicast) */
    OUI_VENDOR,     /* found */
    OUI_RANDOMISED, /* locally administered (IEEE 802, U/L bit): no vendor gave it out */
};

/* Files that cannot be read, that hold not a single assignment or are beyond OUI_FILES_MAX are told
 * and left out; a row that is no assignment is skipped. Fails only with TATTLER_NO_MEMORY. The
 * caller owns '*out', NULL where no file was of use. */
enum tattler_status oui_open(const char *const paths[], size_t n, problem_fn problem, void *user,
                             struct oui **out);
void oui_close(struct oui *oui); /* accepts NULL */

/* The vendor by the longest matching assignment, NUL-terminated; "" unless OUI_VENDOR. */
enum oui_kind oui_lookup(const struct oui *oui, const struct mac *mac,
                         char vendor[OUI_VENDOR_SIZE]);

size_t oui_assignments(const struct oui *oui);

#endif
