/* sources: core/aes.c */
#include <string.h>

#include "core/aes.h"

#include "check.h"

/* FIPS 197, appendices C.1 and C.3: key 00 01 02 …, text 00 11 22 …, and what becomes of it. */
static const uint8_t under_128[AES_BLOCK_BYTES] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                                   0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
static const uint8_t under_256[AES_BLOCK_BYTES] = {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
                                                   0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89};

static void a_block_becomes_the_standards(size_t key_bytes, const uint8_t wanted[AES_BLOCK_BYTES]) {
    uint8_t bytes[AES_256_KEY_BYTES], text[AES_BLOCK_BYTES], block[AES_BLOCK_BYTES];
    for (int i = 0; i < AES_256_KEY_BYTES; i++) {
        bytes[i] = (uint8_t)i;
    }
    for (int i = 0; i < AES_BLOCK_BYTES; i++) {
        text[i] = (uint8_t)(i * 0x11);
    }
    struct aes_key key;
    aes_key_expand(&key, bytes, key_bytes);
    aes_encrypt(&key, text, block);
    CHECK(memcmp(block, wanted, sizeof block) == 0);
    aes_decrypt(&key, block, block);
    CHECK(memcmp(block, text, sizeof block) == 0);
}

/* FIPS 197, appendices A.1 and A.3: the last word of the schedule. */
static void a_key_expands_to_the_standards(void) {
    static const uint8_t short_key[] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                        0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
    static const uint8_t long_key[] = {0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae,
                                       0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61,
                                       0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4};
    struct aes_key key;
    aes_key_expand(&key, short_key, sizeof short_key);
    CHECK(key.rounds == 10 && key.schedule[43] == 0xa60c63b6);
    aes_key_expand(&key, long_key, sizeof long_key);
    CHECK(key.rounds == 14 && key.schedule[59] == 0x1e636c70);
}

int main(void) {
    a_block_becomes_the_standards(AES_128_KEY_BYTES, under_128);
    a_block_becomes_the_standards(AES_256_KEY_BYTES, under_256);
    a_key_expands_to_the_standards();
    return 0;
}
