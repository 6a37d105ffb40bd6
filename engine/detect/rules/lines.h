/* lines.h - the lines of rule and configuration files, as Suricata takes them from fgets(). Set-up
 * only. */
#ifndef TATTLER_DETECT_RULES_LINES_H
#define TATTLER_DETECT_RULES_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"

#define LINE_SIZE 8192 /* of a line, with those that continue it and a NUL */

/* Where a piece of a joined line stands in the file. */
struct line_piece {
    size_t offset;
    unsigned line;
};

/* Rules do not begin with a blank: Suricata passes over lines that do. */
enum lines_form { LINES_RULES, LINES_INDENTED };

struct lines {
    enum lines_form form;
    struct cursor text; /* what is left */
    unsigned line;      /* of the file, read so far */
    /* The line as joined: a '\' at the end of a line puts the next one in its place. It ends at the
     * first NUL. Without its end of line; it may be changed. */
    char joined[LINE_SIZE];
    size_t len;
    struct line_piece *pieces;
    size_t piece_count, piece_room;
};

enum lines_found { LINES_LINE, LINES_TOO_LONG, LINES_END, LINES_NO_MEMORY };

void lines_start(struct lines *lines, const char *text, size_t len, enum lines_form form);
void lines_clear(struct lines *lines);
/* The next line that is neither empty nor a comment. Of one that is too long the first part is
 * 'joined', and the rest is passed over. */
enum lines_found lines_next(struct lines *lines);
/* Where the byte at 'offset' of the joined line stands; both count from 1. */
void lines_place(const struct lines *lines, size_t offset, unsigned *line, unsigned *column);

#endif
