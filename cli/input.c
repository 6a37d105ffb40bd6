#include "input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAGIC_BYTES = 4,
    HEAD_BYTES_MIN = 8,  /* a pipe may have no more to give for now */
    BUFFER_BYTES = 1 << 17, /* stays in the processor's cache between the kernel's copy and its use */
    ARCHIVE_BLOCK_BYTES = 1 << 18,
};

static void set_reason(char *reason, size_t size, const char *text)
{
    snprintf(reason, size, "%s", text);
}

/* Gets the next block that is not empty; false at the end or on failure, which is noted. */
static bool next_block(struct input *input)
{
    const void *data;
    size_t size;
    la_int64_t offset;

    while (input->block.left == 0) {
        int r = archive_read_data_block(input->archive, &data, &size, &offset);

        if (r == ARCHIVE_EOF)
            return false;
        if (r < ARCHIVE_WARN) {
            const char *text = archive_error_string(input->archive);

            set_reason(input->failure, sizeof(input->failure), text != NULL ? text : "damaged");
            return false;
        }
        input->block = cursor_over(data, size);
    }
    return true;
}

static size_t unpack(struct input *input, uint8_t *to, size_t room)
{
    size_t n;

    if (!next_block(input))
        return 0;
    n = input->block.left < room ? input->block.left : room;
    cursor_copy(&input->block, to, n);
    return n;
}

/* 0: the end, which is also where a signal interrupts; -1: failure, in 'errno'. */
static ssize_t read_stored(struct input *input, uint8_t *to, size_t room)
{
    ssize_t n = read(input->fd, to, room);

    return n < 0 && errno == EINTR ? 0 : n;
}

static size_t read_plain(struct input *input, uint8_t *to, size_t room)
{
    ssize_t n = read_stored(input, to, room);

    if (n < 0)
        set_reason(input->failure, sizeof(input->failure), strerror(errno));
    return n > 0 ? (size_t)n : 0;
}

/* Moves what is ready to the front of the buffer, which grows when that leaves no room: only as
 * bytes really come. */
static bool make_room(struct input *input)
{
    uint8_t *grown;

    if (input->ready.left > 0 && input->ready.at != input->buffer)
        memmove(input->buffer, input->ready.at, input->ready.left);
    if (input->ready.left == input->buffer_bytes) {
        size_t bytes = input->buffer_bytes > 0 ? 2 * input->buffer_bytes : BUFFER_BYTES;

        grown = realloc(input->buffer, bytes);
        if (grown == NULL) {
            set_reason(input->failure, sizeof(input->failure), "out of memory");
            return false;
        }
        input->buffer = grown;
        input->buffer_bytes = bytes;
    }
    input->ready.at = input->buffer;
    return true;
}

bool input_fill(struct input *input, size_t bytes)
{
    while (input->ready.left < bytes && !input->ended && make_room(input)) {
        uint8_t *to = input->buffer + input->ready.left;
        size_t room = input->buffer_bytes - input->ready.left;
        size_t n = input->archive != NULL ? unpack(input, to, room) : read_plain(input, to, room);

        input->ended = n == 0;
        input->ready.left += n;
        input->received += n;
    }
    return input->ready.left >= bytes;
}

bool input_is_at_end(struct input *input)
{
    return !input_fill(input, 1);
}

static struct archive *new_archive(void)
{
    struct archive *archive = archive_read_new();

    if (archive == NULL)
        return NULL;
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_lzma(archive);
    archive_read_support_filter_lz4(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_compress(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    return archive;
}

static la_ssize_t feed_archive(struct archive *archive, void *user, const void **block)
{
    struct input *input = user;
    ssize_t n = read_stored(input, input->stored, ARCHIVE_BLOCK_BYTES);

    *block = input->stored;
    if (n < 0)
        archive_set_error(archive, errno, "%s", strerror(errno));
    return n;
}

static bool open_archive(struct input *input, char *reason, size_t reason_size)
{
    struct archive_entry *entry;
    int r;

    input->archive = new_archive();
    input->stored = malloc(ARCHIVE_BLOCK_BYTES);
    if (input->archive == NULL || input->stored == NULL) {
        set_reason(reason, reason_size, "out of memory");
        return false;
    }
    r = archive_read_open(input->archive, input, NULL, feed_archive, NULL);
    if (r == ARCHIVE_OK)
        r = archive_read_next_header(input->archive, &entry);
    if (r < ARCHIVE_WARN) {
        const char *text = archive_error_string(input->archive);

        snprintf(reason, reason_size, "cannot be unpacked (%s)", text != NULL ? text : "damaged");
        return false;
    }
    input->ended = r == ARCHIVE_EOF;
    return true;
}

/* Is it worth going around the archive library? */
static bool looks_compressed(const uint8_t *head, size_t len)
{
    static const struct {
        uint8_t bytes[4];
        size_t len;
    } magics[] = {
        { { 0x1f, 0x8b }, 2 },             /* gzip, RFC 1952 */
        { { 0x1f, 0x9d }, 2 },             /* compress */
        { { 'B', 'Z', 'h' }, 3 },          /* bzip2 */
        { { 0xfd, '7', 'z', 'X' }, 4 },    /* xz */
        { { 0x5d, 0x00, 0x00 }, 3 },       /* lzma */
        { { 0x04, 0x22, 0x4d, 0x18 }, 4 }, /* lz4 */
        { { 0x02, 0x21, 0x4c, 0x18 }, 4 }, /* lz4, legacy */
        { { 0x28, 0xb5, 0x2f, 0xfd }, 4 }, /* zstd, RFC 8878 */
        { { 0x50, 0x2a, 0x4d, 0x18 }, 4 }, /* zstd, skippable frame */
    };

    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        if (len >= magics[i].len && memcmp(head, magics[i].bytes, magics[i].len) == 0)
            return true;
    }
    return false;
}

static bool open_descriptor(struct input *input, bool is_stdin, char *reason, size_t reason_size)
{
    uint8_t magic[MAGIC_BYTES];
    struct stat st;
    ssize_t n;

    if (input->fd < 0 || fstat(input->fd, &st) != 0) {
        set_reason(reason, reason_size, strerror(errno));
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        set_reason(reason, reason_size, "is a directory");
        return false;
    }
    if (is_stdin || !S_ISREG(st.st_mode))
        return open_archive(input, reason, reason_size);
    n = pread(input->fd, magic, sizeof(magic), 0);
    if (n < 0) {
        set_reason(reason, reason_size, strerror(errno));
        return false;
    }
    return !looks_compressed(magic, (size_t)n) || open_archive(input, reason, reason_size);
}

struct input *input_open(const char *path, char *reason, size_t reason_size)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct input *input = calloc(1, sizeof(*input));

    if (input == NULL) {
        set_reason(reason, reason_size, "out of memory");
        return NULL;
    }
    input->fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (!open_descriptor(input, is_stdin, reason, reason_size)) {
        input_close(input);
        return NULL;
    }
    input_fill(input, HEAD_BYTES_MIN);
    return input;
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    archive_read_free(input->archive);
    if (input->fd >= 0)
        close(input->fd);
    free(input->stored);
    free(input->buffer);
    free(input);
}

struct cursor input_head(const struct input *input)
{
    return input->ready;
}

const char *input_compression(const struct input *input)
{
    if (input->archive == NULL || archive_filter_count(input->archive) < 2)
        return NULL;
    return archive_filter_name(input->archive, 0);
}

const char *input_failure(const struct input *input)
{
    return input->failure[0] != '\0' ? input->failure : NULL;
}

uint64_t input_received(const struct input *input)
{
    return input->received;
}

uint64_t input_stored_received(const struct input *input)
{
    if (input->archive == NULL)
        return input->received;
    return (uint64_t)archive_filter_bytes(input->archive, -1);
}
