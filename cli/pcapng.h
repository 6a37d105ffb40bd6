/* pcapng.h - reads frames from a pcapng stream (draft-ietf-opsawg-pcapng).
 *
 * Unlike libpcap it takes interfaces of different link types in one file, as captures on several
 * interfaces have them. Several sections may follow each other, in either byte order. Blocks other
 * than those for frames and interfaces are skipped. One thread at a time.
 *
 * Bounds: blocks of 16 MiB (as libpcap has it), PCAPNG_INTERFACES_MAX interfaces a section. */
#ifndef TATTLER_CLI_PCAPNG_H
#define TATTLER_CLI_PCAPNG_H

#include "capture.h"
#include "input.h"

#define PCAPNG_INTERFACES_MAX 65536

struct pcapng;

/* 'input' is borrowed and stands at a section header. NULL: out of memory. */
struct pcapng *pcapng_new(struct input *input);
void pcapng_free(struct pcapng *pcapng); /* accepts NULL */

/* Writes 'out' only for CAPTURE_PACKET; its bytes are borrowed until the next call and its link
 * type may be any. Frames without a time have 0. After another event comes nothing more. */
enum capture_event pcapng_next(struct pcapng *pcapng, struct captured *out);

/* After CAPTURE_UNREADABLE: what is wrong with the file. */
const char *pcapng_problem(const struct pcapng *pcapng);

#endif
