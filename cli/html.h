/* html.h - text for a page, the one way by which anything from outside gets into it.
 *
 * Names, addresses and messages are hostile: whoever is on the network chooses them. Here they lose
 * what a browser could take for markup, and what makes a reader see another text than there is:
 * control characters, characters without a width (bidirectional controls, joiners) and whatever is
 * not valid UTF-8 become U+FFFD. Needs LC_CTYPE to be a UTF-8 locale, as screen.h does. */
#ifndef TATTLER_CLI_HTML_H
#define TATTLER_CLI_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "base/cursor.h"

/* Writes it for use between tags and in quoted attributes. */
void html_bytes(FILE *to, struct cursor text);
void html_text(FILE *to, const char *text); /* NUL-terminated */

/* At most so many characters of it; "…" stands for the rest. Of a host name the end is kept: the
 * front is what an attacker may choose. */
enum html_keep { HTML_KEEP_START, HTML_KEEP_END };
void html_cut(FILE *to, const char *text, size_t characters, enum html_keep keep);

/* "1.2 MB", with a space that does not break. */
void html_size(FILE *to, uint64_t bytes);
/* "12,345" */
void html_count(FILE *to, uint64_t count);
/* "1 connection", "12 connections" */
void html_plural(FILE *to, uint64_t count, const char *one, const char *many);
/* "45 s", "3.5 min", "2 h", "7 days" */
void html_duration(FILE *to, double seconds);

#endif
