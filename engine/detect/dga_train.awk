# Counts which letter follows which two in the names given (words/names.txt) and prints the costs
# of dga_model.h as C. Witten-Bell smoothing: what was never seen after two letters is taken from
# what follows the one, and that from how frequent letters are.
#
#     LC_ALL=C awk -f dga_train.awk names.txt >dga_model.c

BEGIN {
    SYMBOLS = 29 # a to z, a digit, a hyphen, the edge of the name: as in dga_model.h
    EDGE = SYMBOLS - 1
    UNIT = 16
    COST_MAX = 255
    for (i = 0; i < 26; i++)
        code[sprintf("%c", 97 + i)] = i
    for (i = 0; i < 10; i++)
        code["" i] = 26
    code["-"] = 27
}

function count(a, b, c) {
    if (triples[a, b, c]++ == 0)
        kinds_after_two[a, b]++
    if (pairs[b, c]++ == 0)
        kinds_after_one[b]++
    after_two[a, b]++
    after_one[b]++
    singles[c]++
    total++
}

/^#/ || NF == 0 { next }

/[^a-z0-9-]/ || NF != 1 {
    print FILENAME ":" FNR ": not a name: " $0 >"/dev/stderr"
    failed = 1
    exit
}

{
    a = b = EDGE
    for (i = 1; i <= length($1); i++) {
        c = code[substr($1, i, 1)]
        count(a, b, c)
        a = b
        b = c
    }
    count(a, b, EDGE)
}

function mix(seen, rest, kinds, all) {
    return all > 0 ? (seen + kinds * rest) / (all + kinds) : rest
}

function cost(a, b, c,    p) {
    p = (singles[c] + 1) / (total + SYMBOLS)
    p = mix(pairs[b, c], p, kinds_after_one[b], after_one[b])
    p = mix(triples[a, b, c], p, kinds_after_two[a, b], after_two[a, b])
    c = int(-log(p) / log(2) * UNIT + 0.5)
    return c < COST_MAX ? c : COST_MAX
}

END {
    if (failed || total == 0)
        exit 1
    print "/* Made by dga_train.awk, not to be edited. */"
    print "#include \"detect/dga_model.h\"\n"
    print "const uint8_t dga_costs[DGA_SYMBOLS][DGA_SYMBOLS][DGA_SYMBOLS] = {"
    for (a = 0; a < SYMBOLS; a++) {
        print "    {"
        for (b = 0; b < SYMBOLS; b++) {
            line = ""
            for (c = 0; c < SYMBOLS; c++)
                line = line (c > 0 ? ", " : "") cost(a, b, c)
            print "        { " line " },"
        }
        print "    },"
    }
    print "};"
}
