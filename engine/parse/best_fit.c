#include "parse/best_fit.h"

#include <stddef.h>
#include <string.h>

/* Fullwidth forms of all printable ASCII characters. */
#define FULLWIDTH_FIRST 0xff01
#define FULLWIDTH_LAST 0xff5e

/* Runs of characters in rising order; a dot stands for one without a likeness. */
static const struct {
    uint16_t first;
    const char *likenesses;
} runs[] = {
    { 0x0100, "AaAaAaCcCcCcCcDd.dEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKk.LlLlLl."
              ".LlNnNnNn...OoOoOo..RrRrRrSsSsSs..TtTtTtUuUuUuUuUuUuWwYy.Z.Zz..."
              "b" },
    { 0x0197, "I..l....OOo.........t..TUu.....z.........|..!.........AaIiOoUuUu"
              "UuUuUu.Aa....GgGgKkOoOo..j" },
    { 0x0261, "g" },
    { 0x02b9, "'\".'.......^...'..`._" },
    { 0x0300, "`.^~..........\"" },
    { 0x0331, "__" },
    { 0x037e, ";" },
    { 0x0393, "G....T..........S..F..O.......a..de..........p..st.f" },
    { 0x04bb, "h" },
    { 0x0589, ":" },
    { 0x066a, "%" },
    { 0x2000, "       .........--.....=" },
    { 0x2032, "'..`" },
    { 0x2044, "/" },
    { 0x2074, "45678......n0123456789" },
    { 0x20a7, "P" },
    { 0x2102, "C....E..gHHHh.IILl.N..PPQRRR......Z...Z.K.BCeeEF.Mo" },
    { 0x2212, "-../\\*..v...8....|.....n" },
    { 0x2236, ":.....~" },
    { 0x2261, "=..==" },
    { 0x2303, "^" },
    { 0x2320, "().......<>" },
    { 0x2500, "-...........+...+...+...+...+" },
    { 0x252c, "-.......-.......+" },
    { 0x2550, "-.++++++++++++......------+++" },
    { 0x2584, "_" },
    { 0x2758, "|" },
    { 0x3000, " .......<>" },
    { 0x301a, "[]" },
};

uint8_t best_fit(uint32_t character)
{
    if (character >= FULLWIDTH_FIRST && character <= FULLWIDTH_LAST)
        return (uint8_t)(character - FULLWIDTH_FIRST + '!');
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]) && character >= runs[i].first; i++) {
        size_t at = character - runs[i].first;

        if (at < strlen(runs[i].likenesses))
            return runs[i].likenesses[at] != '.' ? (uint8_t)runs[i].likenesses[at] : '?';
    }
    return '?';
}
