/* capture_look.h - tells from its first bytes what a file is; for captures and for what is read in their
 * place. */
#ifndef TATTLER_CLI_CAPTURE_LOOK_H
#define TATTLER_CLI_CAPTURE_LOOK_H

#include "base/cursor.h"

enum capture_look { CAPTURE_LOOKS_OTHER, CAPTURE_LOOKS_PCAP, CAPTURE_LOOKS_PCAPNG };

enum capture_look capture_look(struct cursor head);

/* For what is no capture: "it is empty", "it looks like text", "it begins with the bytes …". */
void capture_describe(struct cursor head, char *text, size_t size);

#endif
