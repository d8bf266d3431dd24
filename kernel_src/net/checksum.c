/*
 * The Internet check sum of bytes, RFC 1071, as lwIP takes it: folded to 16 bits, not inverted, in the machine's order.
 * Eight bytes are added at a time: each payload passes here, both ways.
 */
#include <stddef.h>
#include <string.h>

#include "lwip/opt.h"

enum { WORD_BITS = 32, HALF_BITS = 16 };

u16_t net_checksum(const void *data, int length) {
    const unsigned char *at = data;
    u64_t sum = 0;
    for (; length >= (int)sizeof(u64_t); length -= (int)sizeof(u64_t), at += sizeof(u64_t)) {
        u64_t word;
        memcpy(&word, at, sizeof word);
        sum += word;
        sum += sum < word; /* the carry comes in again below */
    }
    u64_t rest = 0;
    memcpy(&rest, at, (size_t)length);
    sum += rest;
    sum += sum < rest;
    sum = (sum & UINT32_MAX) + (sum >> WORD_BITS);
    sum = (sum & UINT32_MAX) + (sum >> WORD_BITS);
    sum = (sum & UINT16_MAX) + (sum >> HALF_BITS);
    sum = (sum & UINT16_MAX) + (sum >> HALF_BITS);
    return (u16_t)sum;
}
