/* AES in blocks and in chains (NIST SP 800-38A, 6.1 and 6.2), behind axTLS's interface. */
#include <string.h>

#include "lib/axtls/crypto/crypto.h"

enum { WORDS = AES_BLOCK_BYTES / sizeof(uint32_t) };

void AES_set_key(AES_CTX *cipher, const uint8_t *key, const uint8_t *iv, AES_MODE mode) {
    aes_key_expand(&cipher->key, key, mode == AES_MODE_128 ? AES_128_KEY_BYTES : AES_256_KEY_BYTES);
    if (iv != NULL) {
        memcpy(cipher->iv, iv, AES_BLOCK_BYTES);
    }
}

void AES_convert_key(AES_CTX *cipher) {
    (void)cipher; /* a schedule is for both ways */
}

static void turn(uint32_t block[WORDS]) {
    for (size_t i = 0; i < WORDS; i++) {
        block[i] = __builtin_bswap32(block[i]);
    }
}

void AES_encrypt(const AES_CTX *cipher, uint32_t block[WORDS]) {
    turn(block);
    aes_encrypt(&cipher->key, (uint8_t *)block, (uint8_t *)block);
    turn(block);
}

void AES_decrypt(const AES_CTX *cipher, uint32_t block[WORDS]) {
    turn(block);
    aes_decrypt(&cipher->key, (uint8_t *)block, (uint8_t *)block);
    turn(block);
}

static void add(uint8_t block[AES_BLOCK_BYTES], const uint8_t *other) {
    for (int i = 0; i < AES_BLOCK_BYTES; i++) {
        block[i] ^= other[i];
    }
}

void AES_cbc_encrypt(AES_CTX *cipher, const uint8_t *in, uint8_t *out, int length) {
    for (int at = 0; at < length; at += AES_BLOCK_BYTES) {
        add(cipher->iv, in + at);
        aes_encrypt(&cipher->key, cipher->iv, cipher->iv);
        memcpy(out + at, cipher->iv, AES_BLOCK_BYTES);
    }
}

void AES_cbc_decrypt(AES_CTX *cipher, const uint8_t *in, uint8_t *out, int length) {
    for (int at = 0; at < length; at += AES_BLOCK_BYTES) {
        uint8_t next[AES_BLOCK_BYTES];
        memcpy(next, in + at, AES_BLOCK_BYTES); /* in and out may be the same */
        aes_decrypt(&cipher->key, next, out + at);
        add(out + at, cipher->iv);
        memcpy(cipher->iv, next, AES_BLOCK_BYTES);
    }
}
