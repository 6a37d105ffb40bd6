#include "screen.h"

#include <arpa/inet.h>
#include <sys/ioctl.h>
#include <wchar.h>

#define WIDTH_DEFAULT 100
#define WIDTH_MIN 40 /* a narrower one wraps lines anyway */

struct piece {
    struct cursor bytes; /* to be printed */
    size_t columns;
};

/* --- text --- */

/* The next character as it may be shown; false at the end. */
static bool next_piece(struct cursor *text, struct piece *out)
{
    mbstate_t state = { 0 };
    wchar_t character;
    size_t len;
    int columns;

    if (text->left == 0)
        return false;
    len = mbrtowc(&character, (const char *)text->at, text->left, &state);
    if (len == 0 || len > text->left) { /* a NUL, or broken or cut: one byte of it is skipped */
        len = 1;
        columns = -1;
    } else {
        columns = wcwidth(character);
    }
    cursor_split(text, len, &out->bytes);
    out->columns = columns > 0 ? (size_t)columns : 1;
    if (columns <= 0)
        out->bytes = cursor_over("?", 1);
    return true;
}

static size_t columns_of(struct cursor text)
{
    struct piece piece;
    size_t columns = 0;

    while (next_piece(&text, &piece))
        columns += piece.columns;
    return columns;
}

static size_t print_pieces(FILE *to, struct cursor text, size_t columns)
{
    struct piece piece;
    size_t used = 0;

    while (next_piece(&text, &piece) && used + piece.columns <= columns) {
        fwrite(piece.bytes.at, 1, piece.bytes.left, to);
        used += piece.columns;
    }
    return used;
}

size_t screen_print(FILE *to, struct cursor text, size_t columns, enum screen_keep keep)
{
    size_t all = columns_of(text);
    struct piece piece;
    size_t used;

    if (all <= columns)
        return print_pieces(to, text, columns);
    if (columns == 0)
        return 0;
    if (keep == SCREEN_KEEP_START) {
        used = print_pieces(to, text, columns - 1);
        fputs("…", to);
        return used + 1;
    }
    while (all > columns - 1 && next_piece(&text, &piece))
        all -= piece.columns;
    fputs("…", to);
    return 1 + print_pieces(to, text, columns - 1);
}

void screen_cell(FILE *to, struct cursor text, size_t columns, enum screen_keep keep)
{
    size_t used = screen_print(to, text, columns, keep);

    fprintf(to, "%*s", (int)(columns - used), "");
}

/* --- the rest --- */

int screen_width(FILE *to)
{
    struct winsize size;

    if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col > WIDTH_MIN ? size.ws_col : WIDTH_MIN;
}

void screen_address(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    if (address_is_v4(address)) /* not by inet_ntop(), which prints: for each flow this counts */
        address_text(address, out);
    else
        inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT_SIZE);
}

void screen_size(uint64_t bytes, char out[SCREEN_SIZE_TEXT])
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1000;
        unit++;
    }
    snprintf(out, SCREEN_SIZE_TEXT, "%.*f %s", unit > 0 && value < 9.95 ? 1 : 0, value,
            units[unit]);
}
