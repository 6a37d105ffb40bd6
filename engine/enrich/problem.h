/* problem.h - how the loaders of data files tell what they leave out. */
#ifndef TATTLER_ENRICH_PROBLEM_H
#define TATTLER_ENRICH_PROBLEM_H

/* Told of each bad line as "what is wrong, what to write instead". 'line' counts from 1; it is 0
 * where the whole file is meant. The texts are borrowed for the call. */
typedef void (*problem_fn)(void *user, const char *path, unsigned line, const char *what);

#endif
