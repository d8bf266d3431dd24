/*
 * An address of version 6 as text: RFC 5952, sections 4 and 5. lwIP's own writes 1:2:3:4:5:6:7:0 without its last
 * group, and reads beyond the address for it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "address.h"

enum { GROUPS = 8, DIGITS = 4, DIGIT_BITS = 4, DIGIT_MASK = 15, BYTE_BITS = 8, MAPPED_AT = 5, MAPPED = 0xffff };

static unsigned group(const uint8_t *bytes, unsigned number) {
    return (unsigned)bytes[2 * number] << BYTE_BITS | bytes[2 * number + 1];
}

static unsigned zeros_from(const uint8_t *bytes, unsigned number) {
    unsigned count = 0;
    while (number + count < GROUPS && group(bytes, number + count) == 0) {
        count++;
    }
    return count;
}

/* Without the zeros before it. */
static char *put_group(char *text, unsigned value) {
    for (int shift = (DIGITS - 1) * DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        if (value >> shift != 0 || shift == 0) {
            *text++ = "0123456789abcdef"[value >> shift & DIGIT_MASK];
        }
    }
    return text;
}

void address_write_six(const uint8_t bytes[ADDRESS_IPV6_BYTES], char *text) {
    unsigned gap = GROUPS, gap_groups = 1; /* the first of the longest rows of zeros, of two at least */
    for (unsigned i = 0; i < GROUPS; i++) {
        if (zeros_from(bytes, i) > gap_groups) {
            gap = i;
            gap_groups = zeros_from(bytes, i);
        }
    }
    const bool mapped = gap == 0 && gap_groups == MAPPED_AT && group(bytes, MAPPED_AT) == MAPPED;
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == gap) {
            *text = ':';
            text += i == 0; /* behind a group one stands already */
            *text++ = ':';
            i += gap_groups - 1;
        } else if (mapped && i > MAPPED_AT) {
            ip4_addr_t four;
            memcpy(&four, bytes + ADDRESS_IPV6_BYTES - ADDRESS_IPV4_BYTES, sizeof four);
            ip4addr_ntoa_r(&four, text, IP4ADDR_STRLEN_MAX);
            return;
        } else {
            text = put_group(text, group(bytes, i));
            *text = ':';
            text += i < GROUPS - 1;
        }
    }
    *text = 0;
}
