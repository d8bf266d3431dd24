/* AES, one block. FIPS 197. In and out may be the same. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { AES_BLOCK_BYTES = 16, AES_128_KEY_BYTES = 16, AES_256_KEY_BYTES = 32, AES_SCHEDULE_WORDS = 60 };

struct aes_key {
    int rounds;
    uint32_t schedule[AES_SCHEDULE_WORDS];
};

/* A key of AES_128_KEY_BYTES or AES_256_KEY_BYTES, for both ways. */
void aes_key_expand(struct aes_key *key, const uint8_t *bytes, size_t length);

void aes_encrypt(const struct aes_key *key, const uint8_t in[AES_BLOCK_BYTES], uint8_t out[AES_BLOCK_BYTES]);
void aes_decrypt(const struct aes_key *key, const uint8_t in[AES_BLOCK_BYTES], uint8_t out[AES_BLOCK_BYTES]);
