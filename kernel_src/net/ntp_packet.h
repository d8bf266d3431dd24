/* A packet of the network time protocol, as a simple client needs it: RFC 5905, section 7.3; RFC 4330. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { NTP_PORT = 123, NTP_PACKET_BYTES = 48 };

struct ntp_answer {
    int64_t received_ns, sent_ns; /* when the server got the question, and sent this, since 1970 */
    uint8_t stratum;              /* 0: it asks not to be asked */
};

/* A question. It says nothing of this machine but 64 bits that nobody can guess, which the answer repeats. */
void ntp_question(uint8_t packet[NTP_PACKET_BYTES], uint64_t cookie);

/* What an answer to that question says; false: it is none, or of a server that does not know the time itself. */
bool ntp_read(const uint8_t *packet, uint32_t length, uint64_t cookie, struct ntp_answer *answer);
