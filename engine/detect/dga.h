/* dga.h - does a domain look as if a program had made it up (a domain generation algorithm)?
 *
 * Two explanations of the registered label compete: letters as in names that people choose, by a
 * trigram model (dga_model.h), and letters drawn at random, from a to z, from letters and digits,
 * or from hexadecimal digits. The score says how much better the second one is.
 *
 * Hosts below a domain say nothing: content networks and clouds name theirs at random. That goes
 * for domains with shared hosting, too, which the public suffix list treats as suffixes: of
 * "d3p8zr0ffa9t17.cloudfront.net" it is "cloudfront" that is judged.
 *
 * Short labels are never told for sure, since brands are abbreviations. Out of reach are generators
 * that put words or syllables together (suppobox, nymaim 2, ngioweb): their names are like
 * people's. Of languages, those whose names are few in the training list fare worst: Polish, Pinyin.
 *
 * Any thread; no allocation, no state. */
#ifndef TATTLER_DETECT_DGA_H
#define TATTLER_DETECT_DGA_H

#include <stdbool.h>
#include <stddef.h>

/* From here on rules may call a name generated. Measured on names kept out of the training: 2 % of
 * the domains that a large resolver is asked for reach it, most of those random to the eye as well,
 * and 94 % of ten random letters do. */
#define DGA_LIKELY 0.8

/* 'domain' is a registrable domain as domain_registrable() gives it, 'len' bytes in any case and
 * without a final dot. 'score' is 0 to 1. False, and 'score' is left alone, where the label cannot
 * be judged: there is no dot, it holds other bytes than letters, digits, '-' and '_', or it is
 * internationalised ("xn--", RFC 5890), which is an encoding that looks random. */
bool dga_score(const char *domain, size_t len, double *score);

#endif
