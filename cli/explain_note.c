/* What the author of a rule wrote right above it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

/* A line that is nothing but a comment; '#' alone and "# --- a heading" end a note. */
static const char *note_of(const char *line)
{
    if (*line != '#')
        return NULL;
    line += strspn(line, "# \t");
    return *line != '\0' && *line != '\n' && strncmp(line, "---", 3) != 0 ? line : NULL;
}

/* Leaves in the piece what stands between the last line that is none and the rule. */
static void collect_note(FILE *to, FILE *file, unsigned rule_line)
{
    char *line = NULL;
    size_t room = 0;

    for (unsigned number = 1; number < rule_line && getline(&line, &room, file) >= 0; number++) {
        const char *note = note_of(line);

        if (note == NULL)
            rewind(to);
        else
            fprintf(to, "%s%.*s", ftell(to) > 0 ? " " : "", (int)strcspn(note, "\r\n"), note);
    }
    free(line);
}

void explain_note(struct prose *prose, const struct rule *rule)
{
    FILE *file = fopen(rule->file, "re");

    if (file == NULL)
        return; /* the rule itself was read: what is missing is no more than this */
    collect_note(prose->text, file, rule->line);
    fclose(file);
    if (ftell(prose->text) > 0)
        prose_end(prose, PROSE_PARAGRAPH);
}
