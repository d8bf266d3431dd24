/* The ChaCha20 block function. RFC 8439, section 2.3. */
#pragma once

#include <stdint.h>

enum { CHACHA20_KEY_WORDS = 8, CHACHA20_BLOCK_WORDS = 16 };

/* Writes the block of `counter` under `key`, with a nonce of zero. */
void chacha20_block(const uint32_t key[CHACHA20_KEY_WORDS], uint64_t counter, uint32_t block[CHACHA20_BLOCK_WORDS]);
