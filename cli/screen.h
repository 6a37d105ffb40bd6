/* screen.h - what a person reads on a terminal: text from elsewhere, widths, sizes.
 *
 * Text that came from the network or a file may hold anything. Here it loses what a terminal could
 * take for a command: whatever is not valid UTF-8 or not printable becomes '?', as do characters
 * without a width of their own (combining marks, bidirectional controls). Needs LC_CTYPE to be a
 * UTF-8 locale, which main() sets; in another one all that is not ASCII becomes '?'. */
#ifndef TATTLER_CLI_SCREEN_H
#define TATTLER_CLI_SCREEN_H

#include <stdio.h>

#include "base/address.h"
#include "base/cursor.h"

#define SCREEN_ALL SIZE_MAX /* columns: print the whole text */
#define SCREEN_SIZE_TEXT 8  /* "1.2 MB" with its NUL, and then some */

/* What stays of a text that is too long; "…" stands for the rest. Of a host name the end matters:
 * the front is what an attacker may choose. */
enum screen_keep { SCREEN_KEEP_START, SCREEN_KEEP_END };

/* Prints 'text' in at most 'columns' columns and returns how many it took. */
size_t screen_print(FILE *to, struct cursor text, size_t columns, enum screen_keep keep);
/* The same, filled up with blanks to exactly 'columns'. */
void screen_cell(FILE *to, struct cursor text, size_t columns, enum screen_keep keep);

/* Columns of the terminal that 'to' writes to; 100 where it is none or does not say. */
int screen_width(FILE *to);

/* As people write it: IPv6 in its short form (RFC 5952). */
void screen_address(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

/* "512 B", "1.2 MB", "34 GB": powers of 1000, at most six columns up to the exabytes. */
void screen_size(uint64_t bytes, char out[SCREEN_SIZE_TEXT]);

#endif
