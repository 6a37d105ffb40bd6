#include "detect/rules/pcre_codes.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <stdlib.h>

#include "base/grow.h"

bool pcre_codes_keep(struct pcre_codes *codes, void *code)
{
    void *items = grow(codes->items, &codes->room, codes->count + 1, sizeof(*codes->items));

    if (items == NULL) {
        pcre2_code_free(code);
        return false;
    }
    codes->items = items;
    codes->items[codes->count++] = code;
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return true;
}

void pcre_codes_cut(struct pcre_codes *codes, size_t count)
{
    while (codes->count > count)
        pcre2_code_free(codes->items[--codes->count]);
}

void pcre_codes_clear(struct pcre_codes *codes)
{
    pcre_codes_cut(codes, 0);
    free(codes->items);
    *codes = (struct pcre_codes){ 0 };
}

void *pcre_limits_new(void)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);

    if (context != NULL) {
        pcre2_set_match_limit(context, PCRE_MATCH_LIMIT);
        pcre2_set_depth_limit(context, PCRE_DEPTH_LIMIT);
    }
    return context;
}

void pcre_limits_free(void *context)
{
    pcre2_match_context_free(context);
}
