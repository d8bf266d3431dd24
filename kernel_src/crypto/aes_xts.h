/*
 * AES-256 in XTS mode over the sectors of a disk: IEEE 1619-2018 and NIST SP 800-38E, with 512 bytes as the data unit
 * and its number on the disk as the tweak. It hides what a sector holds; it does not notice that one was changed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { AES_XTS_KEY_BYTES = 64, AES_XTS_UNIT_BYTES = 512, AES_XTS_ALIGN = 16 };

struct aes_xts;

size_t aes_xts_bytes(void); /* of a struct aes_xts, aligned to AES_XTS_ALIGN */

/* The two keys, one after the other. 0; -EINVAL where they are equal, which SP 800-38E's sources forbid. */
int aes_xts_start(struct aes_xts *self, const uint8_t key[AES_XTS_KEY_BYTES]);

/* One data unit; `in` and `out` may be the same. */
void aes_xts_encrypt(struct aes_xts *self, uint64_t unit, const uint8_t *in, uint8_t *out);
void aes_xts_decrypt(struct aes_xts *self, uint64_t unit, const uint8_t *in, uint8_t *out);

/* Leaves nothing of the keys. */
void aes_xts_wipe(struct aes_xts *self);
