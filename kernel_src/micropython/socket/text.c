/*
 * Addresses as text and as bytes, whatever versions the image speaks. RFC 4291, section 2.2, is read, and RFC 5952
 * written.
 */
#include <string.h>

#include "socket.h"

enum { OCTAL = 8, DECIMAL = 10, HEXADECIMAL = 16 };
enum { GROUPS = 8, GROUP_DIGITS = 4, BITS = 4, BYTE_BITS = 8, MAPPED = 0xffff, NO_GAP = UINT8_MAX };

static int digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + DECIMAL
           : c >= 'A' && c <= 'F' ? c - 'A' + DECIMAL
                                  : -1;
}

bool socket_text_read_four(const char *at, uint8_t bytes[ADDRESS_IPV4_BYTES]) {
    for (unsigned i = 0; i < ADDRESS_IPV4_BYTES; i++) {
        const char *first = at;
        unsigned number = 0;
        while (*at >= '0' && *at <= '9' && number <= UINT8_MAX) {
            number = number * DECIMAL + (unsigned)(*at++ - '0');
        }
        if (at == first || (*first == '0' && at > first + 1) || number > UINT8_MAX ||
            *at != (i < ADDRESS_IPV4_BYTES - 1 ? '.' : 0)) {
            return false;
        }
        bytes[i] = (uint8_t)number;
        at++;
    }
    return true;
}

bool socket_text_read_loose(const char *at, uint8_t bytes[ADDRESS_IPV4_BYTES]) {
    uint32_t value = 0;
    for (unsigned i = 0; i < ADDRESS_IPV4_BYTES; i++) {
        const int base = *at != '0' ? DECIMAL : at[1] == 'x' || at[1] == 'X' ? HEXADECIMAL : OCTAL;
        at += base == HEXADECIMAL ? 2 : 0;
        const char *first = at;
        uint64_t number = 0;
        while (digit(*at) >= 0 && digit(*at) < base && number <= UINT32_MAX) {
            number = number * (unsigned)base + (unsigned)digit(*at++);
        }
        const uint64_t most = *at == '.' ? UINT8_MAX : UINT32_MAX >> BYTE_BITS * i;
        if (at == first || number > most) {
            return false;
        }
        if (*at != '.') {
            value = __builtin_bswap32(value | (uint32_t)number);
            memcpy(bytes, &value, sizeof value);
            return *at == 0 || *at == ' ' || (*at >= '\t' && *at <= '\r');
        }
        value |= (uint32_t)number << BYTE_BITS * (ADDRESS_IPV4_BYTES - 1 - i);
        at++;
    }
    return false;
}

bool socket_text_read_six(const char *at, uint8_t bytes[ADDRESS_IPV6_BYTES]) {
    size_t count = 0, gap = NO_GAP;
    bool ends = false;
    memset(bytes, 0, ADDRESS_IPV6_BYTES);
    if (at[0] == ':' && *++at != ':') {
        return false;
    }
    while (!ends) {
        if (*at == ':') {
            if (gap != NO_GAP) {
                return false;
            }
            gap = count;
            if (*++at == 0) {
                break;
            }
        }
        const char *first = at;
        unsigned group = 0;
        while (digit(*at) >= 0 && at < first + GROUP_DIGITS) {
            group = group << BITS | (unsigned)digit(*at++);
        }
        if (*at == '.' && count + ADDRESS_IPV4_BYTES <= ADDRESS_IPV6_BYTES &&
            socket_text_read_four(first, bytes + count)) {
            count += ADDRESS_IPV4_BYTES;
            break;
        }
        ends = *at == 0;
        if (at == first || count == ADDRESS_IPV6_BYTES || (!ends && (*at++ != ':' || *at == 0))) {
            return false;
        }
        bytes[count++] = (uint8_t)(group >> BYTE_BITS);
        bytes[count++] = (uint8_t)group;
    }
    if (gap == NO_GAP) {
        return count == ADDRESS_IPV6_BYTES;
    }
    memmove(bytes + ADDRESS_IPV6_BYTES - (count - gap), bytes + gap, count - gap);
    memset(bytes + gap, 0, ADDRESS_IPV6_BYTES - count);
    return count < ADDRESS_IPV6_BYTES; /* a gap is of one group at least */
}

static unsigned group(const uint8_t *bytes, unsigned index) {
    return (unsigned)bytes[2 * index] << BYTE_BITS | bytes[2 * index + 1];
}

void socket_text_four(const uint8_t bytes[ADDRESS_IPV4_BYTES], vstr_t *text) {
    vstr_printf(text, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

void socket_text_six(const uint8_t bytes[ADDRESS_IPV6_BYTES], vstr_t *text) {
    unsigned gap = GROUPS, length = 1; /* the first of the longest rows of zeros, of two at least */
    for (unsigned i = 0; i < GROUPS; i++) {
        unsigned row = 0;
        while (i + row < GROUPS && group(bytes, i + row) == 0) {
            row++;
        }
        if (row > length) {
            gap = i;
            length = row;
        }
    }
    const bool holds_four =
        gap == 0 && (length == GROUPS - 2 || (length == GROUPS - 3 && group(bytes, length) == MAPPED));
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == gap) {
            vstr_add_str(text, i == 0 ? "::" : ":");
            i += length - 1;
        } else if (holds_four && i == GROUPS - 2) {
            socket_text_four(bytes + ADDRESS_IPV6_BYTES - ADDRESS_IPV4_BYTES, text);
            break;
        } else {
            vstr_printf(text, i < GROUPS - 1 ? "%x:" : "%x", group(bytes, i));
        }
    }
}
