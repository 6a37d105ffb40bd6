/* undo_file.h - changes a text file as a whole, and takes changes back byte for byte.
 *
 * A change writes the new text beside the file, has it on the disk, and renames it: whoever reads sees
 * the old one or the new one. Mode and owner stay. What it replaces is kept beside, as
 * FILE.undo-NUMBER-HASH, where the hash is that of the new text: so a file that somebody else has
 * changed since is not overwritten by taking a change back. Of changes the last UNDO_LEVELS are kept. */
#ifndef TATTLER_CLI_UNDO_FILE_H
#define TATTLER_CLI_UNDO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define UNDO_LEVELS 20
#define UNDO_FILE_MAX (1024 * 1024)

struct undo_file {
    char *path; /* of the file itself, behind links */
    char *text; /* as it was read */
    size_t len;
};

/* Each of them, on failure, has told why. A file that is not there is empty if 'may_be_new'. */
bool undo_file_read(const char *path, bool may_be_new, struct undo_file *out);
/* Refuses if the file is not what was read any more. */
bool undo_file_write(const struct undo_file *file, const char *text, size_t len);
/* The last change that is kept is taken back; 'out_left': how many there are before it. */
bool undo_file_undo(const char *path, size_t *out_left);
/* How many changes could be taken back, one after the other. */
size_t undo_file_kept(const char *path);
void undo_file_clear(struct undo_file *file);

#endif
