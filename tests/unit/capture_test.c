#include "capture.h"

#include "parse/packet.h"

#include <archive.h>
#include <archive_entry.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <unistd.h>

#include "run_suite.h"

#define FRAMES 3
#define FRAME_BYTES 60

static char path_a[] = "/tmp/capture_test_a_XXXXXX";
static char path_b[] = "/tmp/capture_test_b_XXXXXX";
static const char *const both[] = { path_a, path_b };

static uint8_t image[1 << 18]; /* of the file to be written */
static size_t image_bytes;

static void make_name(char *path, size_t size)
{
    int descriptor;

    memset(path + size - 7, 'X', 6);
    descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
}

static void set_up(void)
{
    make_name(path_a, sizeof(path_a));
    make_name(path_b, sizeof(path_b));
    image_bytes = 0;
}

static void tear_down(void)
{
    unlink(path_a);
    unlink(path_b);
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static void read_image(const char *path)
{
    FILE *file = fopen(path, "rb");

    ck_assert_ptr_nonnull(file);
    image_bytes = fread(image, 1, sizeof(image), file);
    fclose(file);
}

/* Frames at 1, 2, 3, 1, 2 … seconds and 250 ms; the file ends up in 'image', too. */
static void write_frames(const char *path, int link_type, u_int precision, int count)
{
    u_char frame[FRAME_BYTES] = { 0x02 };
    uint32_t random = 1; /* so that compression does little */
    pcap_t *pcap = pcap_open_dead_with_tstamp_precision(link_type, 65535, precision);
    pcap_dumper_t *dumper = pcap_dump_open(pcap, path);

    ck_assert_ptr_nonnull(dumper);
    for (int i = 0; i < count; i++) {
        struct pcap_pkthdr header = { .caplen = FRAME_BYTES, .len = 1000 };

        for (size_t at = 1; at < FRAME_BYTES; at++) {
            random = random * 1664525 + 1013904223;
            frame[at] = (u_char)(random >> 24);
        }
        header.ts.tv_sec = i % FRAMES + 1;
        header.ts.tv_usec = precision == PCAP_TSTAMP_PRECISION_NANO ? 250000000 : 250000;
        pcap_dump((u_char *)dumper, &header, frame);
    }
    pcap_dump_close(dumper);
    pcap_close(pcap);
    read_image(path);
}

static void write_pcap(const char *path, int link_type, u_int precision)
{
    write_frames(path, link_type, precision, FRAMES);
}

/* For the other byte order; frames are not touched. */
static void swap_u32(size_t at)
{
    for (size_t i = 0; i < 2; i++) {
        uint8_t byte = image[at + i];

        image[at + i] = image[at + 3 - i];
        image[at + 3 - i] = byte;
    }
}

static void swap_pcap(void)
{
    for (size_t at = 0; at < 24; at += 4)
        swap_u32(at);
    for (size_t i = 4; i < 6; i++) { /* the versions have two bytes each, and changed places */
        uint8_t byte = image[i];

        image[i] = image[i + 2];
        image[i + 2] = byte;
    }
    for (size_t frame = 24; frame < image_bytes; frame += 16 + FRAME_BYTES)
        for (size_t at = frame; at < frame + 16; at += 4)
            swap_u32(at);
}

/* Reads all of 'count' paths; returns the frames, and the last trouble. */
static size_t read_all(const char *const *paths, size_t count, enum capture_event *trouble,
        char text[1024])
{
    struct capture *capture = capture_new(paths, count);
    struct captured frame;
    enum capture_event event;
    size_t frames = 0;

    ck_assert_ptr_nonnull(capture);
    *trouble = CAPTURE_END;
    while ((event = capture_next(capture, &frame)) != CAPTURE_END) {
        if (event == CAPTURE_PACKET) {
            ck_assert_uint_eq(frame.time_us, (frames % FRAMES + 1) * 1000000 + 250000);
            ck_assert_uint_eq(frame.data.left, FRAME_BYTES);
            ck_assert_uint_eq(frame.wire_bytes, 1000);
            ck_assert_uint_eq(frame.data.at[0], 0x02);
            frames++;
        } else {
            *trouble = event;
            snprintf(text, 1024, "%s", capture_trouble(capture));
        }
    }
    ck_assert_int_eq(capture_next(capture, &frame), CAPTURE_END);
    ck_assert_uint_eq(capture_progress(capture).packets, frames);
    capture_free(capture);
    return frames;
}

static void assert_reads(size_t expected)
{
    enum capture_event trouble;
    char text[1024] = "";

    ck_assert_uint_eq(read_all(both, 1, &trouble, text), expected);
    ck_assert_msg(trouble == CAPTURE_END, "%s", text);
}

static void assert_trouble(size_t expected, enum capture_event event, const char *part)
{
    enum capture_event trouble;
    char text[1024] = "";

    ck_assert_uint_eq(read_all(both, 1, &trouble, text), expected);
    ck_assert_int_eq(trouble, event);
    ck_assert_msg(strstr(text, part) != NULL, "'%s' does not say '%s'", text, part);
    ck_assert_msg(strncmp(text, path_a, strlen(path_a)) == 0, "%s", text);
}

START_TEST(pcap_is_read_in_both_precisions_and_byte_orders)
{
    write_pcap(path_a, DLT_EN10MB,
            _i & 1 ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO);
    if (_i & 2) {
        swap_pcap();
        write_file(path_a, image, image_bytes);
    }
    assert_reads(FRAMES);
}
END_TEST

static const struct {
    const char *name;
    int (*add)(struct archive *);
} filters[] = {
    { "gzip", archive_write_add_filter_gzip },
    { "bzip2", archive_write_add_filter_bzip2 },
    { "xz", archive_write_add_filter_xz },
    { "lzma", archive_write_add_filter_lzma },
    { "lz4", archive_write_add_filter_lz4 },
    { "zstd", archive_write_add_filter_zstd },
    { "compress", archive_write_add_filter_compress },
};

/* Compresses 'image' into a file. */
static void write_compressed(const char *path, int (*add)(struct archive *))
{
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();

    ck_assert_int_eq(add(archive), ARCHIVE_OK);
    archive_write_set_format_raw(archive);
    ck_assert_int_eq(archive_write_open_filename(archive, path), ARCHIVE_OK);
    archive_entry_set_pathname(entry, "capture");
    archive_entry_set_filetype(entry, AE_IFREG);
    ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_data(archive, image, image_bytes), (la_ssize_t)image_bytes);
    ck_assert_int_eq(archive_write_close(archive), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(archive);
}

START_TEST(compressed_captures_are_unpacked)
{
    write_pcap(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    write_compressed(path_a, filters[_i].add);
    assert_reads(FRAMES);
}
END_TEST

START_TEST(standard_input_may_be_a_pipe_plain_or_compressed)
{
    static const char *const dash[] = { "-" };
    enum capture_event trouble;
    char text[1024] = "";
    int ends[2], saved = dup(STDIN_FILENO);

    write_pcap(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    if (_i == 1) {
        write_compressed(path_a, archive_write_add_filter_zstd);
        read_image(path_a);
    }
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], image, image_bytes), (ssize_t)image_bytes);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    ck_assert_uint_eq(read_all(dash, 1, &trouble, text), FRAMES);
    ck_assert_msg(trouble == CAPTURE_END, "%s", text);
    dup2(saved, STDIN_FILENO);
    close(saved);
}
END_TEST

START_TEST(a_file_with_trouble_does_not_stop_the_next)
{
    static const char *const paths[] = { "/nonexistent/x.pcap", path_a, "/", path_b };
    enum capture_event trouble;
    char text[1024] = "";

    write_pcap(path_a, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    write_pcap(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_NANO);
    ck_assert_uint_eq(read_all(paths, 4, &trouble, text), 2 * FRAMES);
    ck_assert_int_eq(trouble, CAPTURE_UNREADABLE);
    ck_assert_str_eq(text, "/: is a directory");
    ck_assert_uint_eq(read_all(paths, 1, &trouble, text), 0);
    ck_assert_str_eq(text, "/nonexistent/x.pcap: No such file or directory");
}
END_TEST

START_TEST(a_file_cut_anywhere_gives_its_whole_frames)
{
    write_pcap(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    for (size_t len = 4; len < image_bytes; len++) {
        size_t whole = len < 24 ? 0 : (len - 24) / (16 + FRAME_BYTES);

        write_file(path_a, image, len);
        if (len >= 24 && (len - 24) % (16 + FRAME_BYTES) == 0)
            assert_reads(whole);
        else
            assert_trouble(whole, CAPTURE_TRUNCATED, "cut short after packet");
    }
    write_file(path_a, image, image_bytes - 1);
    assert_trouble(2, CAPTURE_TRUNCATED,
            "cut short after packet 2, at byte 251; 2 packets were read");
}
END_TEST

START_TEST(a_compressed_file_that_is_cut_gives_what_can_be_unpacked)
{
    enum capture_event trouble;
    char text[1024] = "";
    size_t frames;

    write_frames(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO, 3000);
    write_compressed(path_a, archive_write_add_filter_gzip);
    read_image(path_a);
    write_file(path_a, image, image_bytes - 10);
    frames = read_all(both, 1, &trouble, text);
    ck_assert_uint_gt(frames, 2000);
    ck_assert_uint_lt(frames, 3000);
    ck_assert_int_eq(trouble, CAPTURE_TRUNCATED);
    ck_assert_msg(strstr(text, "of what was unpacked (truncated gzip input)") != NULL, "%s", text);
    write_file(path_a, image, 100);
    assert_trouble(0, CAPTURE_UNREADABLE, "cannot be unpacked (truncated gzip input)");
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
    const char *part;
} strangers[] = {
    { "", 0, "it is empty" },
    { "timestamp,source,destination\n", 29, "it looks like text" },
    { "\x7f" "ELF\x02\x01\x01", 7, "it looks like an ELF program" },
    { "PK\x03\x04\x14\x00", 6, "zip archive: unpack it first" },
    { "snoop\0\0\0\0\0\0\2", 12, "Solaris snoop capture" },
    { "\x01\x02\x03\x04\x05", 5, "it begins with the bytes 01 02 03 04" },
    { "\x01", 1, "it has only 1 bytes" },
};

START_TEST(what_is_no_capture_is_named)
{
    write_file(path_a, strangers[_i].bytes, strangers[_i].len);
    assert_trouble(0, CAPTURE_UNREADABLE, strangers[_i].part);
}
END_TEST

START_TEST(compressed_text_is_named)
{
    memcpy(image, "no capture at all\n", 18);
    image_bytes = 18;
    write_compressed(path_a, archive_write_add_filter_gzip);
    assert_trouble(0, CAPTURE_UNREADABLE, "it looks like text, compressed with gzip");
}
END_TEST

START_TEST(link_types_that_are_not_read_are_named)
{
    write_pcap(path_a, DLT_IEEE802_11_RADIO, PCAP_TSTAMP_PRECISION_MICRO);
    assert_trouble(0, CAPTURE_UNREADABLE,
            "link type 127 (IEEE 802.11 with radiotap header) is not read; these are: Ethernet");
}
END_TEST

START_TEST(a_damaged_file_is_read_up_to_the_damage)
{
    write_pcap(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    memset(image + 24 + 16 + FRAME_BYTES + 8, 0x7f, 4); /* the second frame's length */
    write_file(path_a, image, image_bytes);
    assert_trouble(1, CAPTURE_UNREADABLE, "damaged after packet 1 (");
    image[4] = 99; /* the version */
    write_file(path_a, image, image_bytes);
    assert_trouble(0, CAPTURE_UNREADABLE, "a damaged capture file (");
}
END_TEST

START_TEST(odd_times_are_clamped)
{
    struct capture *capture = capture_new(both, 1);
    struct captured frame;

    write_pcap(path_b, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    memset(image + 24, 0xff, 4); /* in the year 2106 */
    memset(image + 24 + 16 + FRAME_BYTES + 4, 0x7f, 4); /* 35 minutes of microseconds */
    write_file(path_a, image, image_bytes);
    ck_assert_int_eq(capture_next(capture, &frame), CAPTURE_PACKET);
    ck_assert_uint_eq(frame.time_us / 1000000, UINT32_MAX);
    ck_assert_int_eq(capture_next(capture, &frame), CAPTURE_PACKET);
    ck_assert_uint_eq(frame.time_us, 2999999);
    capture_free(capture);
}
END_TEST

/* Numbers in the byte order that is asked for. */
static bool big_endian;

static void put(uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        image[image_bytes++] = (uint8_t)(value >> 8 * (big_endian ? bytes - 1 - i : i));
}

static void put_pcap_header(uint32_t magic, uint16_t minor, uint32_t snap_bytes)
{
    put(magic, 4);
    put(2, 2);
    put(minor, 2);
    put(0, 8);
    put(snap_bytes, 4);
    put(DLT_EN10MB, 4);
}

static void put_pcap_frame(uint32_t captured, uint32_t wire_bytes)
{
    put(1, 4);
    put(250000, 4);
    put(captured, 4);
    put(wire_bytes, 4);
}

static void put_payload(size_t bytes)
{
    memset(image + image_bytes, 0x02, bytes);
    image_bytes += bytes;
}

START_TEST(record_headers_of_modified_pcap_are_longer)
{
    big_endian = _i == 1;
    put_pcap_header(0xa1b2cd34, 4, 65535);
    put_pcap_frame(FRAME_BYTES, 1000);
    put(0, 8);
    put_payload(FRAME_BYTES);
    write_file(path_a, image, image_bytes);
    assert_reads(1);
}
END_TEST

START_TEST(old_pcap_may_have_its_lengths_in_the_other_order)
{
    big_endian = _i == 1;
    put_pcap_header(0xa1b2c3d4, 2, 65535);
    put_pcap_frame(1000, FRAME_BYTES);
    put_payload(FRAME_BYTES);
    write_file(path_a, image, image_bytes);
    assert_reads(1);
}
END_TEST

START_TEST(what_is_behind_the_snap_length_is_left_out)
{
    big_endian = false;
    put_pcap_header(0xa1b2c3d4, 4, FRAME_BYTES);
    put_pcap_frame(FRAME_BYTES + 10, 1000);
    put_payload(FRAME_BYTES + 10);
    write_file(path_a, image, image_bytes);
    assert_reads(1);
}
END_TEST

/* Longer than what is read at once. */
START_TEST(a_frame_may_have_262144_bytes)
{
    uint32_t bytes = 262144 + (uint32_t)_i;
    struct capture *capture = capture_new(both, 1);
    struct captured frame;
    FILE *file = fopen(path_a, "wb");

    big_endian = false;
    put_pcap_header(0xa1b2c3d4, 4, 0);
    put_pcap_frame(bytes, bytes);
    fwrite(image, 1, image_bytes, file);
    for (uint32_t i = 0; i < bytes; i++)
        putc(i == bytes - 1 ? 7 : 2, file);
    fclose(file);
    if (_i == 0) {
        ck_assert_int_eq(capture_next(capture, &frame), CAPTURE_PACKET);
        ck_assert_uint_eq(frame.data.left, bytes);
        ck_assert_uint_eq(frame.data.at[0], 2);
        ck_assert_uint_eq(frame.data.at[bytes - 1], 7);
    } else {
        ck_assert_int_eq(capture_next(capture, &frame), CAPTURE_UNREADABLE);
    }
    ck_assert_int_eq(capture_next(capture, &frame), CAPTURE_END);
    capture_free(capture);
}
END_TEST

START_TEST(progress_counts_stored_bytes)
{
    struct capture *capture;
    struct captured frame;

    write_pcap(path_a, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO);
    write_compressed(path_b, archive_write_add_filter_xz);
    capture = capture_new(both, 2);
    ck_assert_uint_eq(capture_progress(capture).done_bytes, 0);
    while (capture_next(capture, &frame) == CAPTURE_PACKET)
        ck_assert_str_eq(capture_path(capture),
                both[capture_progress(capture).packets > FRAMES ? 1 : 0]);
    ck_assert_uint_gt(capture_progress(capture).total_bytes, image_bytes);
    ck_assert_uint_eq(capture_progress(capture).done_bytes,
            capture_progress(capture).total_bytes);
    capture_free(capture);
}
END_TEST

/* --- pcapng, draft-ietf-opsawg-pcapng section 4 --- */

static size_t begin_block(uint32_t type)
{
    put(type, 4);
    put(0, 4);
    return image_bytes - 8;
}

static void end_block(size_t start)
{
    size_t length, end;

    while (image_bytes % 4 != 0)
        put(0, 1);
    length = image_bytes + 4 - start;
    put(length, 4);
    end = image_bytes;
    image_bytes = start + 4;
    put(length, 4);
    image_bytes = end;
}

static void put_section(void)
{
    size_t start = begin_block(0x0a0d0d0a);

    put(0x1a2b3c4d, 4);
    put(1, 2);
    put(0, 2);
    put(UINT64_MAX, 8);
    end_block(start);
}

static void put_interface(uint16_t link_type, uint8_t resolution, uint64_t offset_s)
{
    size_t start = begin_block(1);

    put(link_type, 2);
    put(0, 2);
    put(0, 4);
    put(9, 2);
    put(1, 2);
    put(resolution, 1);
    put(0, 3);
    put(14, 2);
    put(8, 2);
    put(offset_s, 8);
    put(0, 4);
    end_block(start);
}

static void put_frame(uint32_t interface, uint64_t ticks)
{
    size_t start = begin_block(6);

    put(interface, 4);
    put(ticks >> 32, 4);
    put(ticks & 0xffffffff, 4);
    put(FRAME_BYTES, 4);
    put(1000, 4);
    put(0x02, 1);
    put(0, 8);
    image_bytes += FRAME_BYTES - 9;
    end_block(start);
}

START_TEST(pcapng_interfaces_may_differ_in_link_type_and_time)
{
    big_endian = _i == 1;
    memset(image, 0, sizeof(image));
    put_section();
    put_interface(PACKET_LINK_ETHERNET, 6, 0);
    put_interface(PACKET_LINK_LINUX_SLL, 9, 1);
    put_interface(PACKET_LINK_RAW, 0x80 | 20, 0);
    put_frame(0, 1250000);
    put_frame(1, UINT64_C(1250000000));
    put_frame(2, (UINT64_C(3) << 20) + (1 << 18));
    write_file(path_a, image, image_bytes);
    assert_reads(FRAMES);
}
END_TEST

START_TEST(pcapng_sections_may_differ_in_byte_order)
{
    memset(image, 0, sizeof(image));
    for (unsigned int i = 0; i < FRAMES; i++) {
        big_endian = i == 1;
        put_section();
        put_interface(PACKET_LINK_ETHERNET, 6, 0);
        put_frame(0, (i + 1) * 1000000 + 250000);
    }
    write_file(path_a, image, image_bytes);
    assert_reads(FRAMES);
    write_file(path_a, image, image_bytes - 3);
    assert_trouble(2, CAPTURE_TRUNCATED, "cut short after packet 2");
}
END_TEST

START_TEST(pcapng_frames_of_unread_link_types_are_counted)
{
    big_endian = false;
    memset(image, 0, sizeof(image));
    put_section();
    put_interface(PACKET_LINK_ETHERNET, 6, 0);
    put_interface(189, 6, 0);
    put_frame(1, 0);
    put_frame(0, 1250000);
    put_frame(1, 0);
    write_file(path_a, image, image_bytes);
    assert_trouble(1, CAPTURE_UNREADABLE,
            "2 of 3 packets have link types that are not read, the first of them 189 (Linux USB)");
}
END_TEST

START_TEST(pcapng_damage_is_told)
{
    big_endian = false;
    memset(image, 0, sizeof(image));
    put_section();
    put_interface(PACKET_LINK_ETHERNET, 6, 0);
    put_frame(0, 1250000);
    put_frame(7, 2250000);
    write_file(path_a, image, image_bytes);
    assert_trouble(1, CAPTURE_UNREADABLE, "an interface that is not described");
    image[image_bytes - 4] ^= 4;
    write_file(path_a, image, image_bytes);
    assert_trouble(1, CAPTURE_UNREADABLE, "the two lengths of a block differ");
}
END_TEST

/* Every length: no more than a truncation, whatever is missing. */
START_TEST(pcapng_cut_anywhere_is_told)
{
    size_t end_of_first;

    big_endian = false;
    memset(image, 0, sizeof(image));
    put_section();
    put_interface(PACKET_LINK_ETHERNET, 6, 0);
    put_frame(0, 1250000);
    end_of_first = image_bytes;
    put_frame(0, 2250000);
    for (size_t len = end_of_first + 1; len < image_bytes; len++) {
        write_file(path_a, image, len);
        assert_trouble(1, CAPTURE_TRUNCATED, "cut short after packet 1");
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, pcap_is_read_in_both_precisions_and_byte_orders, 0, 4);
    tcase_add_loop_test(tcase, compressed_captures_are_unpacked, 0,
            (int)(sizeof(filters) / sizeof(filters[0])));
    tcase_add_loop_test(tcase, standard_input_may_be_a_pipe_plain_or_compressed, 0, 2);
    tcase_add_test(tcase, a_file_with_trouble_does_not_stop_the_next);
    tcase_add_test(tcase, a_file_cut_anywhere_gives_its_whole_frames);
    tcase_add_test(tcase, a_compressed_file_that_is_cut_gives_what_can_be_unpacked);
    tcase_add_loop_test(tcase, what_is_no_capture_is_named, 0,
            (int)(sizeof(strangers) / sizeof(strangers[0])));
    tcase_add_test(tcase, compressed_text_is_named);
    tcase_add_test(tcase, link_types_that_are_not_read_are_named);
    tcase_add_test(tcase, a_damaged_file_is_read_up_to_the_damage);
    tcase_add_test(tcase, odd_times_are_clamped);
    tcase_add_test(tcase, progress_counts_stored_bytes);
    tcase_add_loop_test(tcase, record_headers_of_modified_pcap_are_longer, 0, 2);
    tcase_add_loop_test(tcase, old_pcap_may_have_its_lengths_in_the_other_order, 0, 2);
    tcase_add_test(tcase, what_is_behind_the_snap_length_is_left_out);
    tcase_add_loop_test(tcase, a_frame_may_have_262144_bytes, 0, 2);
    tcase_add_loop_test(tcase, pcapng_interfaces_may_differ_in_link_type_and_time, 0, 2);
    tcase_add_test(tcase, pcapng_sections_may_differ_in_byte_order);
    tcase_add_test(tcase, pcapng_frames_of_unread_link_types_are_counted);
    tcase_add_test(tcase, pcapng_damage_is_told);
    tcase_add_test(tcase, pcapng_cut_anywhere_is_told);
}

int main(void)
{
    Suite *suite = suite_create("capture");
    TCase *tcase = tcase_create("capture");

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    add_tests(tcase);
    return run_suite(suite);
}
