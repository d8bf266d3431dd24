/*
 * The interface by which upstream's hashlib and cryptolib use axTLS, whose sources its archive at Debian does not
 * carry. What is behind it is ours: core/aes.c, digest.c and cipher.c.
 */
#pragma once

#include <stdint.h>

#include "core/aes.h"

/* Digests. */

enum { MD5_SIZE = 16, SHA1_SIZE = 20, DIGEST_BLOCK_BYTES = 64, DIGEST_WORDS = 5 };

typedef struct digest {
    uint32_t state[DIGEST_WORDS]; /* the first four in MD5 */
    uint64_t length;              /* bytes so far */
    uint8_t block[DIGEST_BLOCK_BYTES];
} MD5_CTX, SHA1_CTX;

void MD5_Init(MD5_CTX *digest);
void MD5_Update(MD5_CTX *digest, const uint8_t *bytes, int length);
void MD5_Final(uint8_t *result, MD5_CTX *digest);
void SHA1_Init(SHA1_CTX *digest);
void SHA1_Update(SHA1_CTX *digest, const uint8_t *bytes, int length);
void SHA1_Final(uint8_t *result, SHA1_CTX *digest);

/* AES. */

typedef enum { AES_MODE_128, AES_MODE_256 } AES_MODE;

typedef struct {
    struct aes_key key;
    uint8_t iv[AES_BLOCK_BYTES];
} AES_CTX;

void AES_set_key(AES_CTX *cipher, const uint8_t *key, const uint8_t *iv, AES_MODE mode); /* iv: NULL where none is */
void AES_convert_key(AES_CTX *cipher);                                                   /* for decryption */
void AES_encrypt(const AES_CTX *cipher, uint32_t block[4]);                              /* as big-endian words */
void AES_decrypt(const AES_CTX *cipher, uint32_t block[4]);
void AES_cbc_encrypt(AES_CTX *cipher, const uint8_t *in, uint8_t *out, int length);
void AES_cbc_decrypt(AES_CTX *cipher, const uint8_t *in, uint8_t *out, int length);
