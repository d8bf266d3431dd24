/*
 * MD5 (RFC 1321) and SHA-1 (RFC 3174), behind axTLS's interface. Old formats and protocols ask for them: WebSockets,
 * git. Neither resists somebody who looks for a collision.
 */
#include <string.h>

#include "lib/axtls/crypto/crypto.h"

enum { ROUNDS_MD5 = 64, ROUNDS_SHA1 = 80, LENGTH_BYTES = 8, BITS_OF_BYTE = 8 };

static uint32_t rotate(uint32_t word, int bits) {
    return word << bits | word >> (32 - bits);
}

/* RFC 1321, 3.4. */

/* clang-format off */
static const uint32_t sines[ROUNDS_MD5] = { /* 2^32 |sin(i + 1)| */
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
/* clang-format on */

static void md5_block(uint32_t state[DIGEST_WORDS], const uint8_t *bytes) {
    static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < ROUNDS_MD5; i++) {
        uint32_t mixed, word;
        int at;
        switch (i / 16) {
        case 0:
            mixed = (b & c) | (~b & d), at = i;
            break;
        case 1:
            mixed = (b & d) | (c & ~d), at = 5 * i + 1;
            break;
        case 2:
            mixed = b ^ c ^ d, at = 3 * i + 5;
            break;
        default:
            mixed = c ^ (b | ~d), at = 7 * i;
        }
        memcpy(&word, bytes + at % 16 * sizeof word, sizeof word);
        word = b + rotate(a + mixed + word + sines[i], shifts[i / 16][i % 4]);
        a = d, d = c, c = b, b = word;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

/* RFC 3174, 6.1; each word is made when its turn comes. */

static void sha1_block(uint32_t state[DIGEST_WORDS], const uint8_t *bytes) {
    uint32_t words[16];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < ROUNDS_SHA1; i++) {
        uint32_t *word = &words[i % 16];
        if (i < 16) {
            memcpy(word, bytes + i * sizeof *word, sizeof *word);
            *word = __builtin_bswap32(*word);
        } else {
            *word = rotate(words[(i - 3) % 16] ^ words[(i - 8) % 16] ^ words[(i - 14) % 16] ^ *word, 1);
        }
        uint32_t mixed;
        switch (i / 20) {
        case 0:
            mixed = ((b & c) | (~b & d)) + 0x5a827999;
            break;
        case 1:
            mixed = (b ^ c ^ d) + 0x6ed9eba1;
            break;
        case 2:
            mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
            break;
        default:
            mixed = (b ^ c ^ d) + 0xca62c1d6;
        }
        uint32_t next = rotate(a, 5) + mixed + e + *word;
        e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* Both take blocks of 64 bytes, begin alike, and end with a bit, zeros, and the length in bits. */

typedef void (*block_function)(uint32_t state[DIGEST_WORDS], const uint8_t *bytes);

static void digest_begin(struct digest *digest) {
    *digest = (struct digest){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

static void digest_add(struct digest *digest, const uint8_t *bytes, size_t length, block_function block) {
    for (size_t i = 0; i < length; i++) {
        digest->block[digest->length++ % DIGEST_BLOCK_BYTES] = bytes[i];
        if (digest->length % DIGEST_BLOCK_BYTES == 0) {
            block(digest->state, digest->block);
        }
    }
}

static void digest_end(struct digest *digest, uint64_t bits, block_function block) {
    static const uint8_t first = 0x80, more = 0;
    digest_add(digest, &first, 1, block);
    while (digest->length % DIGEST_BLOCK_BYTES != DIGEST_BLOCK_BYTES - LENGTH_BYTES) {
        digest_add(digest, &more, 1, block);
    }
    digest_add(digest, (const uint8_t *)&bits, LENGTH_BYTES, block);
}

void MD5_Init(MD5_CTX *digest) {
    digest_begin(digest);
}
void MD5_Update(MD5_CTX *digest, const uint8_t *bytes, int length) {
    digest_add(digest, bytes, length, md5_block);
}
void MD5_Final(uint8_t *result, MD5_CTX *digest) {
    digest_end(digest, digest->length * BITS_OF_BYTE, md5_block);
    memcpy(result, digest->state, MD5_SIZE);
}

void SHA1_Init(SHA1_CTX *digest) {
    digest_begin(digest);
}
void SHA1_Update(SHA1_CTX *digest, const uint8_t *bytes, int length) {
    digest_add(digest, bytes, length, sha1_block);
}
void SHA1_Final(uint8_t *result, SHA1_CTX *digest) {
    digest_end(digest, __builtin_bswap64(digest->length * BITS_OF_BYTE), sha1_block);
    for (int i = 0; i < DIGEST_WORDS; i++) {
        digest->state[i] = __builtin_bswap32(digest->state[i]);
    }
    memcpy(result, digest->state, SHA1_SIZE);
}
