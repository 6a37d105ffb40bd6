/* replay.c - the main() of a fuzz target where there is no libFuzzer: feeds it saved inputs.
 *
 *     NAME_fuzz [FILE|DIRECTORY]...
 *
 * Without arguments, the folder tests/fuzz/corpus/NAME in 'srcdir', as automake sets it for tests.
 * Each file is fed whole and, since a cut message is what parsers get wrong, cut at every length up
 * to PREFIX_MAX. Every input ends where its heap block ends, so a sanitizer sees
 * one byte too far. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIX_MAX 4096
#define FILE_MAX (1 << 24)
#define PATH_SIZE 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static unsigned files_fed, inputs_fed;

static bool fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}

static bool feed(const uint8_t *data, size_t size)
{
    uint8_t *block = malloc(size > 0 ? size : 1);

    if (block == NULL)
        return fail("input");
    memcpy(block, data, size);
    /* An empty input keeps nothing readable: its one byte lies before the pointer. */
    LLVMFuzzerTestOneInput(size > 0 ? block : block + 1, size);
    free(block);
    inputs_fed++;
    return true;
}

static bool feed_prefixes(const uint8_t *data, size_t size)
{
    for (size_t cut = 0; cut < size && cut <= PREFIX_MAX; cut++)
        if (!feed(data, cut))
            return false;
    files_fed++;
    return feed(data, size);
}

static bool feed_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(FILE_MAX);
    bool done = false;

    if (file == NULL || data == NULL)
        fail(path);
    else {
        size_t size = fread(data, 1, FILE_MAX, file);

        done = ferror(file) ? fail(path) : feed_prefixes(data, size);
    }
    free(data);
    if (file != NULL)
        fclose(file);
    return done;
}

static bool feed_path(const char *path);

static bool feed_directory(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    bool done = count >= 0 || fail(path);

    for (int i = 0; i < count; i++) {
        char inner[PATH_SIZE];
        int len = snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);

        if (entries[i]->d_name[0] != '.' && len > 0 && (size_t)len < sizeof(inner))
            done = feed_path(inner) && done;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return done;
}

static bool feed_path(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return fail(path);
    return S_ISDIR(info.st_mode) ? feed_directory(path) : feed_file(path);
}

/* "…/dns_fuzz" replays "$srcdir/tests/fuzz/corpus/dns". */
static bool feed_own_corpus(const char *program)
{
    const char *slash = strrchr(program, '/'), *source = getenv("srcdir");
    const char *name = slash != NULL ? slash + 1 : program, *end = strstr(name, "_fuzz");
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%.*s", source != NULL ? source : ".",
            (int)(end != NULL ? (size_t)(end - name) : strlen(name)), name);
    return feed_path(path);
}

int main(int argc, char **argv)
{
    bool done = true;

    if (LLVMFuzzerInitialize != NULL)
        LLVMFuzzerInitialize(&argc, &argv);
    if (argc < 2)
        done = feed_own_corpus(argv[0]);
    for (int i = 1; i < argc; i++)
        done = feed_path(argv[i]) && done;
    printf("%u files, %u inputs\n", files_fed, inputs_fed);
    return done && files_fed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
