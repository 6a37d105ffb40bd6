/* prose.h - running text for people: wrapped for a terminal, as Markdown, or as HTML.
 *
 * A piece is written into 'text' with fprintf() and the like, then prose_end() prints it. It may
 * quote anything: see screen.h and html.h. One thread. */
#ifndef TATTLER_CLI_PROSE_H
#define TATTLER_CLI_PROSE_H

#include <stdbool.h>
#include <stdio.h>

enum prose_style { PROSE_TERMINAL, PROSE_MARKDOWN, PROSE_HTML };

enum prose_piece {
    PROSE_TITLE,
    PROSE_HEADING,
    PROSE_PARAGRAPH,
    PROSE_ITEM,
    PROSE_LINK,
    PROSE_CODE, /* lines to be copied: neither wrapped nor escaped */
};

struct prose {
    FILE *text;
    FILE *to;
    enum prose_style style;
    enum prose_piece last;
    bool in_list; /* of HTML */
    char *bytes;
    size_t len;
};

/* False: out of memory. */
bool prose_open(struct prose *prose, FILE *to, enum prose_style style);
void prose_end(struct prose *prose, enum prose_piece piece);
/* The same for a text that is there. */
void prose_print(struct prose *prose, enum prose_piece piece, const char *text);
/* Ends what is open in the text as well; 'to' stays. */
void prose_close(struct prose *prose);

#endif
