#include "input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 512,    /* enough to tell what it is, tar included */
    HEAD_BYTES_MIN = 8,  /* a pipe may have no more to give for now */
    BUFFER_BYTES = 1 << 17, /* stays in the processor's cache between the kernel's copy and ours */
    ARCHIVE_BLOCK_BYTES = 1 << 18,
};

struct input {
    int fd;
    FILE *file; /* handed out by input_file() */
    char *buffer;
    struct archive *archive; /* NULL: read without it */
    uint8_t head[HEAD_BYTES];
    size_t head_len;
    size_t head_read;    /* what the stream got of it */
    struct cursor block; /* the archive's current block, after the head */
    uint64_t delivered;
    char failure[256];
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

static size_t take(struct cursor *from, void *to, size_t size)
{
    size_t n = from->left < size ? from->left : size;

    cursor_copy(from, to, n);
    return n;
}

static ssize_t read_stream(void *cookie, char *to, size_t size)
{
    struct input *input = cookie;
    struct cursor head = { input->head + input->head_read, input->head_len - input->head_read };
    size_t n = take(&head, to, size);

    input->head_read += n;
    if (n == 0 && input->failure[0] == '\0' && next_block(input))
        n = take(&input->block, to, size);
    input->delivered += n;
    return (ssize_t)n;
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

static bool open_archive(struct input *input, char *reason, size_t reason_size)
{
    struct archive_entry *entry;
    int r;

    input->archive = new_archive();
    if (input->archive == NULL) {
        set_reason(reason, reason_size, "out of memory");
        return false;
    }
    r = archive_read_open_fd(input->archive, input->fd, ARCHIVE_BLOCK_BYTES);
    if (r == ARCHIVE_OK)
        r = archive_read_next_header(input->archive, &entry);
    if (r == ARCHIVE_EOF)
        return true;
    if (r < ARCHIVE_WARN) {
        const char *text = archive_error_string(input->archive);

        snprintf(reason, reason_size, "cannot be unpacked (%s)", text != NULL ? text : "damaged");
        return false;
    }
    while (input->head_len < HEAD_BYTES_MIN && next_block(input))
        input->head_len +=
                take(&input->block, input->head + input->head_len, HEAD_BYTES - input->head_len);
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
    n = pread(input->fd, input->head, sizeof(input->head), 0);
    if (n < 0) {
        set_reason(reason, reason_size, strerror(errno));
        return false;
    }
    if (looks_compressed(input->head, (size_t)n))
        return open_archive(input, reason, reason_size);
    input->head_len = (size_t)n;
    return true;
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
    return input;
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    archive_read_free(input->archive);
    if (input->fd >= 0)
        close(input->fd);
    free(input->buffer);
    free(input);
}

FILE *input_file(struct input *input)
{
    cookie_io_functions_t functions = { .read = read_stream };
    FILE *file;

    input->buffer = malloc(BUFFER_BYTES);
    if (input->buffer == NULL)
        return NULL;
    if (input->archive != NULL) {
        file = fopencookie(input, "r", functions);
    } else {
        file = fdopen(input->fd, "r");
        if (file != NULL)
            input->fd = -1; /* the stream closes it */
    }
    if (file != NULL)
        setvbuf(file, input->buffer, _IOFBF, BUFFER_BYTES);
    input->file = file;
    return file;
}

struct cursor input_head(const struct input *input)
{
    return cursor_over(input->head, input->head_len);
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

uint64_t input_position(const struct input *input)
{
    if (input->archive == NULL)
        return input->file != NULL ? (uint64_t)ftello(input->file) : 0;
    return input->delivered;
}

uint64_t input_stored_position(const struct input *input)
{
    if (input->archive == NULL)
        return input_position(input);
    return (uint64_t)archive_filter_bytes(input->archive, -1);
}
