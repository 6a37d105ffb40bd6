#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detect/match/steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RULE(options, sid) "alert ip any any -> any any (" options " sid:" #sid ";)\n"

static const char rules[] =
        RULE("content:\"ab\";", 1)
        RULE("content:\"aB\"; nocase; content:\"c\"; nocase; distance:-3; within:5;", 2)
        RULE("content:\"a\"; content:!\"b\"; distance:1; within:2; content:\"c\"; endswith;", 3)
        RULE("content:!\"ab\"; endswith; content:\"c\"; offset:2; depth:9;", 4)
        RULE("content:\"a\"; pcre:\"/b.*c/R\"; content:\"d\"; within:4;", 5)
        RULE("pcre:\"/a*/\"; pcre:!\"/^b/R\"; content:\"c\"; distance:0;", 6)
        RULE("byte_test:4,>,1000,-2,relative,little,bitmask 0xff00; content:\"a\";", 7)
        RULE("content:\"a\"; byte_test:10,<,77,0,relative,string; byte_test:3,&,7,1,string,hex;", 8)
        RULE("byte_jump:2,0,multiplier 3,align,post_offset -9; isdataat:2,relative;", 9)
        RULE("content:\"a\"; byte_jump:8,0,relative; byte_jump:3,-4,relative,string,from_end;", 10)
        RULE("byte_jump:8,1,from_beginning,little; content:\"a\"; distance:-9; within:3;", 11)
        RULE("http.request_body; bsize:>3; content:\"b\"; depth:70; content:\"a\"; within:9;", 12)
        RULE("dns.query; dataset:isnotset,known,type string; content:\"a\"; startswith;", 13);

/* The same bytes again tell the same, and the plainest rule is a search. */
static void check_rule(struct steps *steps, const struct rule *rule, struct cursor bytes,
        uint64_t start)
{
    bool holds = steps_hold(steps, &rule->buffers[0], bytes, start);

    if (holds != steps_hold(steps, &rule->buffers[0], bytes, start) ||
            (rule->sid == 1 && holds != (memmem(bytes.at, bytes.left, "ab", 2) != NULL)))
        abort();
}

/* The first byte says where the others begin in their buffer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rule_vars vars;
    static struct rule_set *set;
    static struct steps *steps;

    if (steps == NULL) {
        if (vars_default(&vars, "10.0.0.0/8") != TATTLER_OK ||
                rule_set_new(&vars, NULL, NULL, &set) != TATTLER_OK ||
                rule_set_load_text(set, "a.rules", rules, sizeof(rules) - 1) != TATTLER_OK)
            abort();
        steps = steps_new(set);
    }
    if (steps == NULL || size == 0)
        return 0;
    for (size_t i = 0; i < rule_set_count(set); i++)
        check_rule(steps, rule_set_rule(set, i), cursor_over(data + 1, size - 1), data[0] / 2);
    return 0;
}
