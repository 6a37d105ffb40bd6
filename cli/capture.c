#include "capture.h"

#include "base/apart.h"
#include "capture_look.h"
#include "capture_time.h"
#include "input.h"
#include "parse/packet.h"
#include "pcap_file.h"
#include "pcapng.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct capture {
    const char *const *paths;
    size_t path_count;
    size_t opened; /* files opened so far, or tried */
    uint64_t total_bytes;

    /* The file at hand; 'input' is NULL between files. */
    struct input *input;
    struct pcap_file pcap;
    struct pcapng *pcapng; /* NULL: it is no pcapng, but pcap */
    uint64_t file_frames; /* handed out */
    uint64_t skipped_frames; /* their link type is not read */
    int skipped_link_type;

    uint64_t done_bytes; /* of the files before */
    uint64_t packets;
    char trouble[1024];
};

/* 0 unless all are regular files. */
static uint64_t total_size(const char *const *paths, size_t count)
{
    uint64_t total = 0;

    for (size_t i = 0; i < count; i++) {
        struct stat st;

        if (stat(paths[i], &st) != 0)
            continue;
        if (strcmp(paths[i], "-") == 0 || !S_ISREG(st.st_mode))
            return 0;
        total += (uint64_t)st.st_size;
    }
    return total;
}

struct capture *capture_new(const char *const *paths, size_t count)
{
    struct capture *capture = calloc(1, sizeof(*capture));

    if (capture == NULL)
        return NULL;
    capture->paths = paths;
    capture->path_count = count;
    capture->total_bytes = total_size(paths, count);
    return capture;
}

static void close_file(struct capture *capture)
{
    if (capture->input != NULL)
        capture->done_bytes += input_stored_received(capture->input);
    pcapng_free(capture->pcapng);
    input_close(capture->input);
    capture->pcapng = NULL;
    capture->input = NULL;
}

void capture_free(struct capture *capture)
{
    if (capture == NULL)
        return;
    close_file(capture);
    free(capture);
}

const char *capture_trouble(const struct capture *capture)
{
    return capture->trouble;
}

const char *capture_path(const struct capture *capture)
{
    return capture->opened > 0 ? capture->paths[capture->opened - 1] : "";
}

struct capture_progress capture_progress(const struct capture *capture)
{
    uint64_t done = capture->done_bytes;

    if (capture->input != NULL)
        done += input_stored_received(capture->input);
    return (struct capture_progress){ done, capture->total_bytes, capture->packets };
}

/* Notes the trouble and leaves the file. */
__attribute__((format(printf, 3, 4))) static enum capture_event leave(struct capture *capture,
        enum capture_event event, const char *format, ...)
{
    size_t size = sizeof(capture->trouble);
    int n = snprintf(capture->trouble, size, "%s: ", capture_path(capture));
    va_list args;

    if (n < 0 || (size_t)n >= size)
        n = 0; /* a path that fills the line: the reason matters more */
    va_start(args, format);
    vsnprintf(capture->trouble + n, size - (size_t)n, format, args);
    va_end(args);
    close_file(capture);
    return event;
}

static enum capture_event leave_unread_link_type(struct capture *capture, int link_type)
{
    return leave(capture, CAPTURE_UNREADABLE, "link type %d (%s) is not read; these are: %s",
            link_type, packet_link_name(link_type), packet_links_read());
}

static enum capture_event leave_cut_short(struct capture *capture)
{
    const char *failure = input_failure(capture->input);

    return leave(capture, CAPTURE_TRUNCATED,
            "cut short after packet %" PRIu64 ", at byte %" PRIu64 "%s%s%s%s; %" PRIu64
            " packets were read",
            capture->file_frames + capture->skipped_frames, input_received(capture->input),
            input_compression(capture->input) != NULL ? " of what was unpacked" : "",
            failure != NULL ? " (" : "", failure != NULL ? failure : "",
            failure != NULL ? ")" : "", capture->file_frames);
}

static const char *were(uint64_t packets)
{
    return packets == 1 ? " was" : "s were";
}

static enum capture_event leave_damaged(struct capture *capture, const char *problem)
{
    return leave(capture, CAPTURE_UNREADABLE,
            "damaged after packet %" PRIu64 " (%s); %" PRIu64 " packet%s read",
            capture->file_frames + capture->skipped_frames, problem, capture->file_frames,
            were(capture->file_frames));
}

static enum capture_event open_pcap(struct capture *capture)
{
    enum capture_event event = pcap_file_begin(&capture->pcap, capture->input);

    if (event == CAPTURE_TRUNCATED)
        return leave_cut_short(capture);
    if (event == CAPTURE_UNREADABLE)
        return leave(capture, event, "a damaged capture file (%s)", capture->pcap.problem);
    if (!packet_link_is_read(capture->pcap.link_type))
        return leave_unread_link_type(capture, capture->pcap.link_type);
    return CAPTURE_PACKET;
}

static enum capture_event open_pcapng(struct capture *capture)
{
    capture->pcapng = pcapng_new(capture->input);
    if (capture->pcapng == NULL)
        return leave(capture, CAPTURE_UNREADABLE, "out of memory");
    return CAPTURE_PACKET;
}

static enum capture_event leave_stranger(struct capture *capture, struct cursor head)
{
    const char *compression = input_compression(capture->input);
    const char *failure = input_failure(capture->input);
    char description[128];

    if (head.left == 0 && failure != NULL)
        return leave(capture, CAPTURE_UNREADABLE, "cannot be unpacked (%s)", failure);
    capture_describe(head, description, sizeof(description));
    return leave(capture, CAPTURE_UNREADABLE, "not a capture file: %s%s%s", description,
            compression != NULL ? ", compressed with " : "",
            compression != NULL ? compression : "");
}

/* Opens the next file; CAPTURE_PACKET: frames may follow. */
static enum capture_event open_next(struct capture *capture)
{
    char reason[256];
    enum capture_look look;

    if (capture->opened == capture->path_count)
        return CAPTURE_END;
    capture->opened++;
    capture->file_frames = 0;
    capture->skipped_frames = 0;
    capture->input = input_open(capture_path(capture), reason, sizeof(reason));
    if (capture->input == NULL)
        return leave(capture, CAPTURE_UNREADABLE, "%s", reason);
    look = capture_look(input_head(capture->input));
    if (look == CAPTURE_LOOKS_OTHER)
        return leave_stranger(capture, input_head(capture->input));
    return look == CAPTURE_LOOKS_PCAP ? open_pcap(capture) : open_pcapng(capture);
}

/* The file is at its end; CAPTURE_END: without trouble. */
static enum capture_event leave_at_end(struct capture *capture)
{
    if (input_failure(capture->input) != NULL)
        return leave_cut_short(capture);
    if (capture->skipped_frames > 0 && capture->file_frames == 0)
        return leave_unread_link_type(capture, capture->skipped_link_type);
    if (capture->skipped_frames > 0)
        return leave(capture, CAPTURE_UNREADABLE,
                "%" PRIu64 " of %" PRIu64 " packets have link types that are not read, "
                "the first of them %d (%s); these are: %s",
                capture->skipped_frames, capture->skipped_frames + capture->file_frames,
                capture->skipped_link_type, packet_link_name(capture->skipped_link_type),
                packet_links_read());
    close_file(capture);
    return CAPTURE_END;
}

/* Each interface of a pcapng file has a link type of its own. */
static enum capture_event next_of_pcapng(struct capture *capture, struct captured *out)
{
    enum capture_event event;

    while ((event = pcapng_next(capture->pcapng, out)) == CAPTURE_PACKET &&
            !packet_link_is_read(out->link_type))
        if (capture->skipped_frames++ == 0)
            capture->skipped_link_type = out->link_type;
    return event;
}

static enum capture_event next_frame(struct capture *capture, struct captured *out)
{
    return capture->pcapng != NULL ? next_of_pcapng(capture, out)
                                   : pcap_file_next(&capture->pcap, out);
}

/* There are no more frames in this file; CAPTURE_END: all is well. */
static enum capture_event leave_file(struct capture *capture, enum capture_event why)
{
    switch (why) {
    case CAPTURE_TRUNCATED:
        return leave_cut_short(capture);
    case CAPTURE_UNREADABLE:
        return leave_damaged(capture, capture->pcapng != NULL ? pcapng_problem(capture->pcapng)
                                                              : capture->pcap.problem);
    default:
        return leave_at_end(capture);
    }
}

/* CAPTURE_END: of this file. */
static enum capture_event next_of_file(struct capture *capture, struct captured *out)
{
    enum capture_event event = next_frame(capture, out);

    if (event != CAPTURE_PACKET)
        return leave_file(capture, event);
    if (out->wire_bytes < out->data.left)
        out->wire_bytes = (uint32_t)out->data.left;
    capture->file_frames++;
    capture->packets++;
    return event;
}

/* From the first of the next files that has any. Apart: it is not for each frame. */
static APART enum capture_event next_of_others(struct capture *capture,
        struct captured *out)
{
    enum capture_event event;

    do {
        event = open_next(capture);
        if (event != CAPTURE_PACKET)
            return event;
        event = next_of_file(capture, out);
    } while (event == CAPTURE_END);
    return event;
}

enum capture_event capture_next(struct capture *capture, struct captured *out)
{
    enum capture_event event = CAPTURE_END;

    if (capture->input != NULL)
        event = next_of_file(capture, out);
    return event != CAPTURE_END ? event : next_of_others(capture, out);
}
