/* pcap_file.h - reads frames from a pcap stream (draft-ietf-opsawg-pcap).
 *
 * Micro- and nanoseconds, both byte orders, Kuznetzov's longer record headers, and versions before
 * 2.4, which have the two lengths of a frame in another order. One thread at a time. */
#ifndef TATTLER_CLI_PCAP_FILE_H
#define TATTLER_CLI_PCAP_FILE_H

#include "capture.h"
#include "input.h"

#define PCAP_FRAME_BYTES_MAX 262144 /* as in libpcap: what claims to be longer is no frame */

struct pcap_file {
    struct input *input; /* borrowed */
    bool big_endian, old, has_nanoseconds;
    size_t header_bytes; /* of each record */
    uint32_t snap_bytes; /* no frame has more; what a record has behind that is left out */
    int link_type;
    const char *problem; /* after CAPTURE_UNREADABLE: what is wrong with the file */
};

/* Reads the file's header. CAPTURE_PACKET: frames may follow. */
enum capture_event pcap_file_begin(struct pcap_file *pcap, struct input *input);

/* Writes 'out' only for CAPTURE_PACKET; its bytes are borrowed until the next call. After another
 * event comes nothing more. */
enum capture_event pcap_file_next(struct pcap_file *pcap, struct captured *out);

#endif
