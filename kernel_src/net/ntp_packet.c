/* Packets of the network time protocol: made and read, and never believed without need. */
#include "ntp_packet.h"

#include <stddef.h>
#include <string.h>

enum {
    HEAD = 0, /* places in a packet */
    STRATUM = 1,
    ROOT_DELAY = 4,
    ROOT_DISPERSION = 8,
    ORIGIN = 24,
    RECEIVED = 32,
    SENT = 40,

    MODE_MASK = 7,
    MODE_CLIENT = 3,
    MODE_SERVER = 4,
    VERSION_BITS = 3,
    VERSION = 4,
    OLDEST_VERSION = 3,
    LEAP_BITS = 6,
    NOT_SYNCHRONIZED = 3,
    MOST_STRATUM = 15,
    MOST_DISTANCE_S = 16, /* section 7.3: more is infinitely far */
    SHORT_BITS = 16,      /* of a second, in a short time */
    BYTE_BITS = 8,
    STAMP_BYTES = 8,
    FRACTION_BITS = 32,
};

#define NS_PER_SECOND 1000000000ull
#define FROM_1900_S   2208988800ull /* to 1970 */
#define SECOND_ERA_S  4294967296ull /* of 1900 to 2036 */

static uint64_t read_big(const uint8_t *bytes, size_t length) {
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        value = value << BYTE_BITS | bytes[i];
    }
    return value;
}

/* Seconds and their fraction; those of the lower half are of the era that begins in 2036: RFC 4330, section 3. */
static int64_t read_stamp(const uint8_t *bytes) {
    const uint64_t stamp = read_big(bytes, STAMP_BYTES);
    const uint64_t of_era = stamp >> FRACTION_BITS;
    const uint64_t seconds = of_era >> (FRACTION_BITS - 1) != 0 ? of_era : of_era + SECOND_ERA_S;
    const uint64_t fraction = (stamp & UINT32_MAX) * NS_PER_SECOND >> FRACTION_BITS;
    return (int64_t)((seconds - FROM_1900_S) * NS_PER_SECOND + fraction);
}

void ntp_question(uint8_t packet[NTP_PACKET_BYTES], uint64_t cookie) {
    memset(packet, 0, NTP_PACKET_BYTES);
    packet[HEAD] = VERSION << VERSION_BITS | MODE_CLIENT;
    for (int i = 0; i < STAMP_BYTES; i++) {
        packet[SENT + i] = (uint8_t)(cookie >> (BYTE_BITS * (STAMP_BYTES - 1 - i)));
    }
}

bool ntp_read(const uint8_t *packet, uint32_t length, uint64_t cookie, struct ntp_answer *answer) {
    if (length < NTP_PACKET_BYTES || (packet[HEAD] & MODE_MASK) != MODE_SERVER ||
        read_big(packet + ORIGIN, STAMP_BYTES) != cookie) {
        return false;
    }
    const unsigned version = packet[HEAD] >> VERSION_BITS & MODE_MASK;
    if (version < OLDEST_VERSION || version > VERSION) {
        return false;
    }
    *answer = (struct ntp_answer){.stratum = packet[STRATUM]};
    if (answer->stratum == 0) {
        return true;
    }
    const uint64_t distance =
        read_big(packet + ROOT_DELAY, sizeof(uint32_t)) / 2 + read_big(packet + ROOT_DISPERSION, sizeof(uint32_t));
    answer->received_ns = read_stamp(packet + RECEIVED);
    answer->sent_ns = read_stamp(packet + SENT);
    return packet[HEAD] >> LEAP_BITS != NOT_SYNCHRONIZED && answer->stratum <= MOST_STRATUM &&
           distance < (uint64_t)MOST_DISTANCE_S << SHORT_BITS && read_big(packet + SENT, STAMP_BYTES) != 0 &&
           read_big(packet + RECEIVED, STAMP_BYTES) != 0 && answer->received_ns >= 0 &&
           answer->sent_ns >= answer->received_ns; /* before 1970 no clock was right, and wall time is never below 0 */
}
