/*
 * The number that a connection's bytes count from: RFC 6528. A clock of four microseconds, and a keyed hash of both
 * ends, so that nobody who sees other connections can guess it. The hash is SipHash-2-4 (Aumasson and Bernstein, 2012).
 */
#include <string.h>

#include "lwip/opt.h"

#include "lwip/err.h"
#include "lwip/ip_addr.h"

#include "hooks.h"
#include "unikernel/clock.h"
#include "unikernel/entropy.h"

enum { NS_PER_TICK = 4000, WORD_BYTES = 8, WORD_BITS = 64, LENGTH_SHIFT = 56, ROUNDS = 2, LAST_ROUNDS = 4 };

struct sip {
    uint64_t a, b, c, d;
};

static uint64_t turned(uint64_t word, unsigned bits) {
    return word << bits | word >> (WORD_BITS - bits);
}

static void rounds(struct sip *sip, unsigned count) {
    while (count-- > 0) {
        sip->a += sip->b;
        sip->c += sip->d;
        sip->b = turned(sip->b, 13) ^ sip->a;
        sip->d = turned(sip->d, 16) ^ sip->c;
        sip->a = turned(sip->a, 32);
        sip->c += sip->b;
        sip->a += sip->d;
        sip->b = turned(sip->b, 17) ^ sip->c;
        sip->d = turned(sip->d, 21) ^ sip->a;
        sip->c = turned(sip->c, 32);
    }
}

static void word(struct sip *sip, uint64_t value) {
    sip->d ^= value;
    rounds(sip, ROUNDS);
    sip->a ^= value;
}

uint64_t tcp_hash(const uint64_t key[2], const void *bytes, size_t length) {
    struct sip sip = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                      key[1] ^ 0x7465646279746573};
    const uint8_t *at = bytes;
    size_t left = length;
    uint64_t value;
    for (; left >= WORD_BYTES; left -= WORD_BYTES, at += WORD_BYTES) {
        memcpy(&value, at, WORD_BYTES);
        word(&sip, value);
    }
    value = (uint64_t)length << LENGTH_SHIFT;
    memcpy(&value, at, left);
    word(&sip, value);
    sip.c ^= UINT8_MAX;
    rounds(&sip, LAST_ROUNDS);
    return sip.a ^ sip.b ^ sip.c ^ sip.d;
}

u32_t tcp_first_number(const ip_addr_t *local_ip, u16_t local_port, const ip_addr_t *remote_ip, u16_t remote_port) {
    static uint64_t key[2];
    if (key[0] == 0 && key[1] == 0) {
        (void)entropy_fill(key, sizeof key); /* net_start has proved it */
    }
    struct {
        ip_addr_t local_ip, remote_ip;
        u16_t local_port, remote_port;
    } ends;
    memset(&ends, 0, sizeof ends);
    ends.local_ip = *local_ip;
    ends.remote_ip = *remote_ip;
    ends.local_port = local_port;
    ends.remote_port = remote_port;
    return (u32_t)(clock_monotonic_ns() / NS_PER_TICK) + (u32_t)tcp_hash(key, &ends, sizeof ends);
}
