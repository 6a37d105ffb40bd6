/* many.c - writes a capture that is too much for every table: packets that each want one more entry.
 *
 *     many KIND COUNT > capture.pcap
 *
 *   flows      SYNs of one device, each to another address
 *   devices    SYNs of as many devices, each with a MAC and an address of its own
 *   names      answers to 1024 devices in turn, each a new name for a new address
 *   hellos     connections that each send the first half of a ClientHello, after a gap
 *   hellos-in-order  connections that each send the first half of a ClientHello in order
 *   dns-tcp    connections that each send most of a DNS message in order
 *   fragments  first fragments of datagrams that never become whole
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX 1514
#define STEP_US 10 /* so that nothing times out before the end */
#define START_S 1700000000u
#define DEVICES 1024

struct frame {
    uint8_t bytes[FRAME_MAX];
    size_t len;
};

static void put8(struct frame *frame, unsigned value)
{
    if (frame->len < FRAME_MAX)
        frame->bytes[frame->len++] = (uint8_t)value;
}

static void put16(struct frame *frame, unsigned value)
{
    put8(frame, value >> 8);
    put8(frame, value);
}

static void put32(struct frame *frame, uint32_t value)
{
    put16(frame, value >> 16);
    put16(frame, value & 0xffff);
}

static void put_text(struct frame *frame, const char *text)
{
    size_t len = strlen(text);

    put8(frame, (unsigned)len);
    for (size_t i = 0; i < len; i++)
        put8(frame, (uint8_t)text[i]);
}

static void put_zeros(struct frame *frame, size_t count)
{
    while (count-- > 0)
        put8(frame, 0);
}

struct ends {
    uint32_t from_host; /* MAC 02:00 and this */
    uint32_t from, to;
};

/* Ethernet and IPv4 with room for 'payload' bytes; 'fragment' is the header's field (RFC 791). */
static void put_ip(struct frame *frame, const struct ends *ends, unsigned protocol,
        size_t payload, unsigned id, unsigned fragment)
{
    frame->len = 0;
    put16(frame, 0x0200); /* to the router */
    put32(frame, 0xffffffff);
    put16(frame, 0x0200);
    put32(frame, ends->from_host);
    put16(frame, 0x0800);
    put16(frame, 0x4500);
    put16(frame, (unsigned)(20 + payload));
    put16(frame, id);
    put16(frame, fragment);
    put8(frame, 64);
    put8(frame, protocol);
    put16(frame, 0); /* checksum: as hardware leaves it */
    put32(frame, ends->from);
    put32(frame, ends->to);
}

static void put_tcp(struct frame *frame, unsigned source_port, unsigned port, uint32_t sequence,
        unsigned flags)
{
    put16(frame, source_port);
    put16(frame, port);
    put32(frame, sequence);
    put32(frame, 0);
    put16(frame, 0x5000 | flags);
    put16(frame, 65535);
    put32(frame, 0);
}

static void write_frame(const struct frame *frame, uint64_t number)
{
    uint64_t time_us = number * STEP_US;
    const uint32_t head[] = { START_S + (uint32_t)(time_us / 1000000),
        (uint32_t)(time_us % 1000000), (uint32_t)frame->len, (uint32_t)frame->len };

    fwrite(head, sizeof(head), 1, stdout);
    fwrite(frame->bytes, frame->len, 1, stdout);
}

#define HOME UINT32_C(0x0a000000) /* 10.0.0.0/8 */
#define AWAY UINT32_C(0x0c000000)

static void make_flow(struct frame *frame, uint32_t i)
{
    const struct ends ends = { 1, HOME + 1, AWAY + i };

    put_ip(frame, &ends, 6, 20, 0, 0x4000);
    put_tcp(frame, 1024 + i % 60000, 443, 1, 0x02);
    write_frame(frame, i);
}

static void make_device(struct frame *frame, uint32_t i)
{
    const struct ends ends = { i, HOME + i, AWAY };

    put_ip(frame, &ends, 6, 20, 0, 0x4000);
    put_tcp(frame, 1024, 443, 1, 0x02);
    write_frame(frame, i);
}

/* RFC 1035: "x<i>.example A", asked by a device or answered with AWAY+i and a TTL of one day. */
static void make_message(struct frame *frame, uint32_t i, bool answers)
{
    const uint32_t device = HOME + 1 + i % DEVICES, resolver = HOME + 0xffffff;
    const struct ends ends = { answers ? 0xffffffff : 1 + i % DEVICES,
        answers ? resolver : device, answers ? device : resolver };
    const uint16_t client = (uint16_t)(1024 + i % 60000);
    char label[16];
    size_t len;

    snprintf(label, sizeof(label), "x%u", i);
    len = 8 + 12 + 1 + strlen(label) + 9 + 4 + (answers ? 16 : 0);
    put_ip(frame, &ends, 17, len, 0, 0x4000);
    put16(frame, answers ? 53 : client);
    put16(frame, answers ? client : 53);
    put16(frame, (unsigned)len);
    put16(frame, 0);
    put16(frame, i & 0xffff);
    put16(frame, answers ? 0x8180 : 0x0100);
    put16(frame, 1);
    put16(frame, answers ? 1 : 0);
    put32(frame, 0);
    put_text(frame, label);
    put_text(frame, "example");
    put8(frame, 0);
    put32(frame, 0x00010001);
    if (answers) {
        put16(frame, 0xc00c);
        put32(frame, 0x00010001);
        put32(frame, 86400);
        put16(frame, 4);
        put32(frame, AWAY + i);
    }
    write_frame(frame, i);
}

static void make_name(struct frame *frame, uint32_t i)
{
    make_message(frame, i, false);
    make_message(frame, i, true);
}

/* A ClientHello of 16 KiB (RFC 8446 section 5.1) whose first segment is missing. */
static void make_hello(struct frame *frame, uint32_t i)
{
    const struct ends ends = { 1, HOME + 1, AWAY + i / 2 };
    const unsigned port = 1024 + i / 2 % 60000;

    if (i % 2 == 0) {
        put_ip(frame, &ends, 6, 20, 0, 0x4000);
        put_tcp(frame, port, 443, 1, 0x02);
    } else {
        put_ip(frame, &ends, 6, 20 + 1200, 0, 0x4000);
        put_tcp(frame, port, 443, 2 + 1200, 0x18);
        put_zeros(frame, 1200);
    }
    write_frame(frame, i);
}

#define SEGMENT 1200

/* What client 'i / (1 + segments)' sends: a SYN and segments, the first of which starts with 'head'. */
static void make_segment(struct frame *frame, uint32_t i, unsigned port, uint32_t segments,
        const uint8_t *head, size_t head_len)
{
    const uint32_t flow = i / (1 + segments), at = i % (1 + segments);
    const struct ends ends = { 1, HOME + 1, AWAY + flow };

    put_ip(frame, &ends, 6, at == 0 ? 20 : 20 + SEGMENT, 0, 0x4000);
    if (at == 0) {
        put_tcp(frame, 1024 + flow % 60000, port, 1, 0x02);
    } else {
        put_tcp(frame, 1024 + flow % 60000, port, 2 + (at - 1) * SEGMENT, 0x18);
        for (size_t k = 0; k < head_len && at == 1; k++)
            put8(frame, head[k]);
        put_zeros(frame, SEGMENT - (at == 1 ? head_len : 0));
    }
    write_frame(frame, i);
}

/* A record of 16 KiB with a ClientHello of almost 32 (RFC 8446 sections 4 and 5.1). */
static void make_hello_in_order(struct frame *frame, uint32_t i)
{
    static const uint8_t head[] = { 22, 3, 1, 0x40, 0, 1, 0, 0x7f, 0xf0 };

    make_segment(frame, i, 443, 13, head, sizeof(head));
}

/* The longest message (RFC 1035 section 4.2.2), which begins as a question for "example A". */
static void make_dns_tcp(struct frame *frame, uint32_t i)
{
    static const uint8_t head[] = { 0xff, 0xff, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 'e', 'x', 'a',
        'm', 'p', 'l', 'e', 0, 0, 1, 0, 1 };

    make_segment(frame, i, 53, 54, head, sizeof(head));
}

static void make_fragment(struct frame *frame, uint32_t i)
{
    const struct ends ends = { 1, HOME + 1, AWAY + i / 65536 };

    put_ip(frame, &ends, 17, 1200, i & 0xffff, 0x2000);
    put_zeros(frame, 1200);
    write_frame(frame, i);
}

static const struct {
    const char *name;
    void (*make)(struct frame *frame, uint32_t i);
} kinds[] = {
    { "flows", make_flow },
    { "devices", make_device },
    { "names", make_name },
    { "hellos", make_hello },
    { "hellos-in-order", make_hello_in_order },
    { "dns-tcp", make_dns_tcp },
    { "fragments", make_fragment },
};

int main(int argc, char **argv)
{
    static const uint32_t file_head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, FRAME_MAX, 1 };
    struct frame frame;

    for (size_t k = 0; argc == 3 && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (strcmp(argv[1], kinds[k].name) != 0)
            continue;
        fwrite(file_head, sizeof(file_head), 1, stdout);
        for (uint32_t i = 0; i < strtoul(argv[2], NULL, 10) && !ferror(stdout); i++)
            kinds[k].make(&frame, i);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    fputs("usage: many KIND COUNT, with KIND one of", stderr);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        fprintf(stderr, " %s", kinds[k].name);
    fputs("\n", stderr);
    return EXIT_FAILURE;
}
