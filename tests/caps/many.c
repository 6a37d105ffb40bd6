/* many.c - writes a capture that is too much for every table: packets that each want one more entry.
 *
 *     many flows|devices|names|hellos|fragments COUNT > capture.pcap
 *
 *   flows      SYNs of one device, each to another address
 *   devices    SYNs of as many devices, each with a MAC and an address of its own
 *   names      answers to 1024 devices in turn, each a new name for a new address
 *   hellos     connections that each send the first half of a ClientHello, after a gap
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

static void put_tcp(struct frame *frame, unsigned source_port, uint32_t sequence, unsigned flags)
{
    put16(frame, source_port);
    put16(frame, 443);
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
    put_tcp(frame, 1024 + i % 60000, 1, 0x02);
    write_frame(frame, i);
}

static void make_device(struct frame *frame, uint32_t i)
{
    const struct ends ends = { i, HOME + i, AWAY };

    put_ip(frame, &ends, 6, 20, 0, 0x4000);
    put_tcp(frame, 1024, 1, 0x02);
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
        put_tcp(frame, port, 1, 0x02);
    } else {
        put_ip(frame, &ends, 6, 20 + 1200, 0, 0x4000);
        put_tcp(frame, port, 2 + 1200, 0x18);
        put_zeros(frame, 1200);
    }
    write_frame(frame, i);
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
    { "flows", make_flow },   { "devices", make_device },     { "names", make_name },
    { "hellos", make_hello }, { "fragments", make_fragment },
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
    fputs("usage: many flows|devices|names|hellos|fragments COUNT\n", stderr);
    return EXIT_FAILURE;
}
