/* sources: net/ntp_packet.c net/ntp_policy.c */
#include <string.h>

#include "net/ntp_packet.h"
#include "net/ntp_policy.h"

#include "check.h"

enum { ORIGIN = 24, RECEIVED = 32, SENT = 40, NS_PER_SECOND = 1000000000 };

static const uint64_t cookie = 0x0123456789abcdef;

/* A good answer: received at half a second, sent a quarter of a second later, of that second since 1900 in its era. */
static void answer(uint8_t packet[NTP_PACKET_BYTES], uint32_t second) {
    memset(packet, 0, NTP_PACKET_BYTES);
    packet[0] = 4 << 3 | 4;
    packet[1] = 2;
    for (int i = 0; i < 8; i++) {
        packet[ORIGIN + i] = (uint8_t)(cookie >> (56 - 8 * i));
    }
    for (int i = 0; i < 4; i++) {
        packet[RECEIVED + i] = packet[SENT + i] = (uint8_t)(second >> (24 - 8 * i));
    }
    packet[RECEIVED + 4] = 0x80;
    packet[SENT + 4] = 0xc0;
}

static bool reads(const uint8_t *packet) {
    struct ntp_answer found;
    return ntp_read(packet, NTP_PACKET_BYTES, cookie, &found);
}

static void a_question_says_nothing_but_the_cookie(void) {
    uint8_t packet[NTP_PACKET_BYTES];
    ntp_question(packet, cookie);
    CHECK(packet[0] == (4 << 3 | 3));
    for (int i = 1; i < SENT; i++) {
        CHECK(packet[i] == 0);
    }
    CHECK(packet[SENT] == 0x01 && packet[SENT + 7] == 0xef);
}

static void times_are_read_in_both_eras(void) {
    uint8_t packet[NTP_PACKET_BYTES];
    struct ntp_answer found;
    answer(packet, 3976992000u); /* 2026-01-10 */
    CHECK(ntp_read(packet, sizeof packet, cookie, &found));
    CHECK(found.received_ns == 1768003200ll * NS_PER_SECOND + NS_PER_SECOND / 2);
    CHECK(found.sent_ns - found.received_ns == NS_PER_SECOND / 4);
    CHECK(found.stratum == 2);
    answer(packet, 4294967295u); /* the last second of the first era, and the first of the second: 2036-02-07 */
    CHECK(ntp_read(packet, sizeof packet, cookie, &found) && found.received_ns / NS_PER_SECOND == 2085978495);
    answer(packet, 1);
    CHECK(ntp_read(packet, sizeof packet, cookie, &found) && found.received_ns / NS_PER_SECOND == 2085978497);
}

static void a_time_before_1970_is_refused(void) {
    uint8_t packet[NTP_PACKET_BYTES];
    answer(packet, 2208988799u); /* half a second before */
    CHECK(!reads(packet));
    answer(packet, 2208988800u);
    CHECK(reads(packet));
    answer(packet, 1u << 31); /* 1968-01-20, where the first era's upper half begins */
    CHECK(!reads(packet));
}

static void what_is_no_answer_is_refused(void) {
    uint8_t packet[NTP_PACKET_BYTES];
    struct ntp_answer found;
    answer(packet, 3976992000u);
    CHECK(reads(packet));
    CHECK(!ntp_read(packet, NTP_PACKET_BYTES - 1, cookie, &found));
    CHECK(!ntp_read(packet, NTP_PACKET_BYTES, cookie + 1, &found));
    static const struct {
        uint8_t place, value;
    } wrong[] = {
        {0, 4 << 3 | 3},          /* a client */
        {0, 4 << 3 | 5},          /* a broadcast */
        {0, 3 << 6 | 4 << 3 | 4}, /* not synchronized */
        {0, 2 << 3 | 4},          /* an old version, a new one */
        {0, 5 << 3 | 4},
        {1, 16},              /* too far from any clock */
        {5, 32},              /* 32 s from the root, half of which counts */
        {9, 16},              /* uncertain by 16 s */
        {RECEIVED + 3, 0xff}, /* sent before it was received */
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        answer(packet, 3976992000u);
        packet[wrong[i].place] = wrong[i].value;
        CHECK(!reads(packet));
    }
    answer(packet, 3976992000u);
    memset(packet + SENT, 0, 8);
    CHECK(!reads(packet));
    answer(packet, 3976992000u);
    packet[1] = 0; /* asks not to be asked: told, whatever else it says */
    memset(packet + RECEIVED, 0, 16);
    CHECK(ntp_read(packet, sizeof packet, cookie, &found) && found.stratum == 0);
}

static void near_is_slewed_far_is_said_twice_and_absurd_refused(void) {
    int64_t doubt = 0;
    const int64_t ms = 1000000, year = 31536000ll * NS_PER_SECOND;
    CHECK(ntp_judge(false, 50 * year, &doubt) == NTP_STEP);
    CHECK(ntp_judge(true, 128 * ms, &doubt) == NTP_SLEW && ntp_judge(true, -128 * ms, &doubt) == NTP_SLEW);
    CHECK(ntp_judge(true, 129 * ms, &doubt) == NTP_DOUBT && ntp_judge(true, 200 * ms, &doubt) == NTP_STEP);
    CHECK(ntp_judge(true, -500 * ms, &doubt) == NTP_DOUBT && ntp_judge(true, 500 * ms, &doubt) == NTP_DOUBT);
    CHECK(ntp_judge(true, 5 * ms, &doubt) == NTP_SLEW && ntp_judge(true, 500 * ms, &doubt) == NTP_DOUBT);
    CHECK(ntp_judge(true, 1001 * 1000 * ms, &doubt) == NTP_REFUSE && ntp_judge(true, -year, &doubt) == NTP_REFUSE);
    CHECK(ntp_judge(true, 500 * ms, &doubt) == NTP_DOUBT); /* what was doubted before the absurd is forgotten */
}

int main(void) {
    a_question_says_nothing_but_the_cookie();
    times_are_read_in_both_eras();
    a_time_before_1970_is_refused();
    what_is_no_answer_is_refused();
    near_is_slewed_far_is_said_twice_and_absurd_refused();
    return 0;
}
