#include "tcp_state.h"

#include <stdlib.h>

#include "parse/packet.h"
#include "run_suite.h"

/* A connection as its segments: upper case from the client, lower case from the server; S SYN, A
 * ACK, B SYN and ACK, F FIN and ACK, R RST, D data with ACK. */
static struct tcp_track play(const char *segments)
{
    struct tcp_track track = { 0 };
    uint32_t seq = 1000;

    for (; *segments != '\0'; segments++) {
        bool from_client = *segments >= 'A' && *segments <= 'Z';
        uint8_t flags = 0;

        switch (*segments) {
        case 'S':
            flags = PACKET_TCP_SYN;
            break;
        case 'b':
            flags = PACKET_TCP_SYN | PACKET_TCP_ACK;
            break;
        case 'A':
        case 'a':
            flags = PACKET_TCP_ACK;
            break;
        case 'D':
        case 'd':
            flags = PACKET_TCP_ACK | PACKET_TCP_PSH;
            break;
        case 'F':
        case 'f':
            flags = PACKET_TCP_FIN | PACKET_TCP_ACK;
            break;
        case 'R':
        case 'r':
            flags = PACKET_TCP_RST;
            break;
        default:
            ck_abort_msg("segment %c", *segments);
        }
        tcp_track(&track, from_client, flags, seq++);
    }
    return track;
}

/* RFC 9293 section 3.3.2, as coarse as Suricata's flow states need it. */
static const struct {
    const char *segments;
    enum tcp_state state;
} courses[] = {
    { "", TCP_NONE },
    { "S", TCP_SYN_SENT },
    { "SS", TCP_SYN_SENT },
    { "Sb", TCP_SYN_RECEIVED },
    { "Sbb", TCP_SYN_RECEIVED },
    { "SbA", TCP_ESTABLISHED },
    { "SbAdDdD", TCP_ESTABLISHED },
    { "SbAS", TCP_ESTABLISHED },
    { "SbAF", TCP_CLOSE_WAIT },
    { "SbAFF", TCP_CLOSE_WAIT },
    { "SbAFa", TCP_CLOSE_WAIT },
    { "SbAFf", TCP_LAST_ACK },
    { "SbAFfA", TCP_CLOSED },
    { "SbAFdfA", TCP_CLOSED },
    { "SbAf", TCP_FIN_WAIT },
    { "SbAfA", TCP_FIN_WAIT },
    { "SbAfF", TCP_TIME_WAIT },
    { "SbAfFa", TCP_CLOSED },
    { "SbAfFA", TCP_CLOSED },
    { "SbAfFF", TCP_TIME_WAIT },
    { "Sr", TCP_CLOSED },
    { "SbR", TCP_CLOSED },
    { "SbAr", TCP_CLOSED },
    { "SbAfFr", TCP_CLOSED },
    { "SrS", TCP_CLOSED },
    /* picked up in the middle */
    { "b", TCP_SYN_RECEIVED },
    { "bA", TCP_ESTABLISHED },
    { "A", TCP_ESTABLISHED },
    { "d", TCP_ESTABLISHED },
    { "F", TCP_CLOSE_WAIT },
    { "f", TCP_FIN_WAIT },
    { "R", TCP_CLOSED },
    /* an answer that was not seen */
    { "SA", TCP_SYN_SENT },
    { "SF", TCP_SYN_SENT },
};

START_TEST(a_connection_takes_its_course)
{
    struct tcp_track track = play(courses[_i].segments);

    ck_assert_msg(track.state == courses[_i].state, "%s ends in %s", courses[_i].segments,
            tcp_state_name(track.state));
}
END_TEST

static bool is_reuse(const char *segments, bool from_client, uint8_t flags, uint32_t seq)
{
    struct tcp_track track = play(segments);

    return tcp_is_reuse(&track, from_client, flags, seq);
}

START_TEST(a_syn_after_the_end_is_another_connection)
{
    static const char *const over[] = { "SbAFfA", "SbAFf", "SbAF", "Sr", "SbAr", "R" };

    ck_assert(is_reuse(over[_i], true, PACKET_TCP_SYN, 77));
    ck_assert(is_reuse(over[_i], false, PACKET_TCP_SYN, 77)); /* the server's turn to call */
}
END_TEST

START_TEST(a_syn_while_the_connection_lives_is_not_another)
{
    static const char *const alive[] = { "S", "Sb", "SbA", "SbAd", "SbAf" };

    ck_assert(!is_reuse(alive[_i], true, PACKET_TCP_SYN, 77));
}
END_TEST

START_TEST(a_repeated_syn_is_not_another_connection)
{
    ck_assert(!is_reuse("SbAFfA", true, PACKET_TCP_SYN, 1000));
    ck_assert(is_reuse("SbAFfA", true, PACKET_TCP_SYN, 1001));
    ck_assert(is_reuse("SbAFfA", false, PACKET_TCP_SYN, 1000)); /* the server's own number */
    ck_assert(is_reuse("A", true, PACKET_TCP_SYN, 0) == false);
}
END_TEST

START_TEST(only_a_bare_syn_starts_another_connection)
{
    static const uint8_t others[] = { 0, PACKET_TCP_ACK, PACKET_TCP_SYN | PACKET_TCP_ACK,
        PACKET_TCP_RST, PACKET_TCP_SYN | PACKET_TCP_RST, PACKET_TCP_FIN | PACKET_TCP_ACK };

    for (size_t i = 0; i < sizeof(others); i++)
        ck_assert(!is_reuse("SbAFfA", true, others[i], 77));
    ck_assert(is_reuse("SbAFfA", true, PACKET_TCP_SYN | PACKET_TCP_ECE | PACKET_TCP_CWR, 77));
}
END_TEST

START_TEST(a_syn_with_an_ack_comes_from_the_server)
{
    ck_assert(tcp_starts_at_server(PACKET_TCP_SYN | PACKET_TCP_ACK));
    ck_assert(tcp_starts_at_server(PACKET_TCP_SYN | PACKET_TCP_ACK | PACKET_TCP_ECE));
    ck_assert(!tcp_starts_at_server(PACKET_TCP_SYN));
    ck_assert(!tcp_starts_at_server(PACKET_TCP_ACK));
    ck_assert(!tcp_starts_at_server(0));
}
END_TEST

START_TEST(every_state_has_a_name)
{
    for (int state = 0; state < TCP_STATES; state++)
        for (int other = 0; other < state; other++)
            ck_assert_str_ne(tcp_state_name((enum tcp_state)state),
                    tcp_state_name((enum tcp_state)other));
}
END_TEST

/* No flags and no order of them may lead outside of the table. */
START_TEST(any_segments_lead_to_a_state)
{
    struct tcp_track track = { 0 };
    unsigned seed = 1;

    for (int i = 0; i < 20000; i++) {
        int random = rand_r(&seed);

        if (i % 7 == 0)
            track = (struct tcp_track){ 0 };
        tcp_track(&track, (random & 1) != 0, (uint8_t)(random >> 1), (uint32_t)random);
        ck_assert_uint_lt((unsigned)track.state, TCP_STATES);
        ck_assert_int_ne(track.state, TCP_NONE);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp_state");
    TCase *cases = tcase_create("tcp_state");

    tcase_add_loop_test(cases, a_connection_takes_its_course, 0,
            sizeof(courses) / sizeof(courses[0]));
    tcase_add_loop_test(cases, a_syn_after_the_end_is_another_connection, 0, 6);
    tcase_add_loop_test(cases, a_syn_while_the_connection_lives_is_not_another, 0, 5);
    tcase_add_test(cases, a_repeated_syn_is_not_another_connection);
    tcase_add_test(cases, only_a_bare_syn_starts_another_connection);
    tcase_add_test(cases, a_syn_with_an_ack_comes_from_the_server);
    tcase_add_test(cases, every_state_has_a_name);
    tcase_add_test(cases, any_segments_lead_to_a_state);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
