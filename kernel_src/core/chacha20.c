/* ChaCha20. RFC 8439, sections 2.1 (quarter round) and 2.3 (block); the counter takes the first half of the nonce too.
 */
#include "chacha20.h"

enum { DOUBLE_ROUNDS = 10 };

static uint32_t rotate(uint32_t value, int bits) {
    return value << bits | value >> (32 - bits);
}

static void quarter(uint32_t *s, int a, int b, int c, int d) {
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

void chacha20_block(const uint32_t key[CHACHA20_KEY_WORDS], uint64_t counter, uint32_t block[CHACHA20_BLOCK_WORDS]) {
    static const uint32_t constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    uint32_t state[CHACHA20_BLOCK_WORDS] = {[12] = (uint32_t)counter, [13] = (uint32_t)(counter >> 32)};
    for (int i = 0; i < 4; i++) {
        state[i] = constants[i];
    }
    for (int i = 0; i < CHACHA20_KEY_WORDS; i++) {
        state[4 + i] = key[i];
    }
    for (int i = 0; i < CHACHA20_BLOCK_WORDS; i++) {
        block[i] = state[i];
    }
    for (int round = 0; round < DOUBLE_ROUNDS; round++) {
        for (int i = 0; i < 4; i++) {
            quarter(block, i, 4 + i, 8 + i, 12 + i);
        }
        for (int i = 0; i < 4; i++) {
            quarter(block, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }
    for (int i = 0; i < CHACHA20_BLOCK_WORDS; i++) {
        block[i] += state[i];
    }
}
