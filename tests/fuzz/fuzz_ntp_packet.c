/* sources: net/ntp_packet.c net/ntp_policy.c
 * beside: input.c */
/*
 * Answers about the time that say anything: what is believed is an answer to the question, of a server that says it
 * knows, about a time that can be; and a clock that was set is moved far only if two answers say the same.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "input.h"
#include "net/ntp_packet.h"
#include "net/ntp_policy.h"

enum { ANSWERS_MOST = 8, PACKET_MOST = 64, ORIGIN = 24, SENT = 40, STAMP = 8, SERVER = 4, STRATUM_MOST = 15 };

#define MS        1000000ll
#define NEAR_NS   (128 * MS)
#define ABSURD_NS (1000 * 1000 * MS)

static uint64_t cookie;

/* A packet as long as it is: a look beyond is seen. */
static bool answered(struct ntp_answer *answer) {
    const uint32_t length = input_below(PACKET_MOST);
    uint8_t *packet = malloc(length + (length == 0)), question[NTP_PACKET_BYTES];
    ntp_question(question, cookie);
    for (uint32_t i = 0; i < length; i++) {
        packet[i] = (uint8_t)input_number(1);
    }
    if (length >= NTP_PACKET_BYTES && input_below(4) != 0) {
        memcpy(packet + ORIGIN, question + SENT, STAMP);
    }
    const bool is = ntp_read(packet, length, cookie, answer);
    if (is) {
        CHECK(length >= NTP_PACKET_BYTES && (packet[0] & 7) == SERVER);
        CHECK(memcmp(packet + ORIGIN, question + SENT, STAMP) == 0);
        CHECK(answer->stratum == packet[1] && answer->stratum <= STRATUM_MOST);
        CHECK(answer->stratum == 0 || (answer->sent_ns >= answer->received_ns && answer->received_ns >= 0));
    }
    free(packet);
    return is;
}

static void judge(int64_t offset_ns, bool known, int64_t *doubt_ns) {
    const int64_t doubted_ns = *doubt_ns;
    const enum ntp_verdict verdict = ntp_judge(known, offset_ns, doubt_ns);
    const bool near = offset_ns <= NEAR_NS && offset_ns >= -NEAR_NS;
    const bool absurd = offset_ns > ABSURD_NS || offset_ns < -ABSURD_NS;
    CHECK(*doubt_ns == (verdict == NTP_DOUBT ? offset_ns : 0));
    if (!known) {
        CHECK(verdict == NTP_STEP);
    } else if (absurd || near) {
        CHECK(verdict == (absurd ? NTP_REFUSE : NTP_SLEW));
    } else {
        const bool said_before = doubted_ns != 0 && llabs(offset_ns - doubted_ns) <= NEAR_NS;
        CHECK(verdict == (said_before ? NTP_STEP : NTP_DOUBT));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    int64_t now_ns = (int64_t)input_number(8) / 2, doubt_ns = 0;
    bool known = false;
    cookie = input_number(8);
    for (int i = 0; i < ANSWERS_MOST && !input_over(); i++) {
        struct ntp_answer answer;
        if (answered(&answer) && answer.stratum > 0) {
            judge(answer.sent_ns - now_ns, known, &doubt_ns);
            known = true;
            now_ns = input_below(2) ? answer.sent_ns + (int64_t)input_number(5) : now_ns;
        }
    }
    return 0;
}
