/*
 * Blocks encrypted by AES-XTS: crypto/aes_xts.h says what that is. The data unit is 512 bytes whatever the blocks below
 * are, and its number is its place on the disk.
 *
 * A unit of zeros below reads as zeros: it was never written. So a fresh disk is seen as fresh, and can be told from
 * one under another key, which reads as noise. No unit that we write becomes zeros but by a chance of 2 to the -4096.
 */
#include "encrypted_block.h"

#include <errno.h>
#include <string.h>

#include "unikernel/block.h"
#include "unikernel/memory.h"
#include "unikernel/secret.h"

enum { BUFFER_BYTES = 16 * 1024, ALIGN = 64 };

struct encrypted_block_state {
    struct device *below;
    struct aes_xts *cipher;
    uint8_t *buffer;      /* what is written goes below from here: the caller's bytes stay as they are */
    uint32_t block_bytes; /* as below, at most BUFFER_BYTES */
};

static const struct block_operations *below_of(const struct encrypted_block_state *state) {
    return state->below->driver->operations;
}

static int start(struct encrypted_block_state *state, struct device *self, const uint8_t *key) {
    state->below = self->requirements[0];
    if (state->below->status != DEVICE_UP) {
        return -ENODEV;
    }
    state->block_bytes = below_of(state)->geometry(state->below).block_bytes;
    state->cipher = memory_take(aes_xts_bytes(), AES_XTS_ALIGN);
    state->buffer = memory_take(BUFFER_BYTES, ALIGN);
    if (state->cipher == NULL || state->buffer == NULL) {
        return -ENOMEM;
    }
    if (state->block_bytes > BUFFER_BYTES || state->block_bytes % AES_XTS_UNIT_BYTES != 0) {
        return -EINVAL;
    }
    return aes_xts_start(state->cipher, key) == 0 ? 0 : -ENOKEY; /* no key is all zeros */
}

static int init(struct device *self) {
    struct encrypted_block_parameters *parameters = (void *)(uintptr_t)self->parameters;
    struct encrypted_block_state *state = memory_take(sizeof *state, ALIGN);
    const int error = state == NULL ? -ENOMEM : start(state, self, parameters->key);
    secret_wipe(parameters, sizeof *parameters);
    self->state = state;
    return error;
}

static struct block_geometry geometry(struct device *self) {
    const struct encrypted_block_state *state = self->state;
    return below_of(state)->geometry(state->below);
}

static bool is_untouched(const uint8_t *unit) {
    for (size_t i = 0; i < AES_XTS_UNIT_BYTES; i++) {
        if (unit[i] != 0) {
            return false;
        }
    }
    return true;
}

static int read(struct device *self, uint64_t block, void *bytes, uint32_t count) {
    const struct encrypted_block_state *state = self->state;
    int error = block_check(self, block, count);
    if (error == 0) {
        error = below_of(state)->read(state->below, block, bytes, count);
    }
    if (error != 0) {
        return error;
    }
    const uint32_t per_block = state->block_bytes / AES_XTS_UNIT_BYTES;
    uint8_t *at = bytes;
    for (uint64_t unit = block * per_block; unit < (block + count) * per_block; unit++, at += AES_XTS_UNIT_BYTES) {
        if (!is_untouched(at)) {
            aes_xts_decrypt(state->cipher, unit, at, at);
        }
    }
    return 0;
}

static int write(struct device *self, uint64_t block, const void *bytes, uint32_t count) {
    const struct encrypted_block_state *state = self->state;
    int error = block_check(self, block, count);
    const uint32_t per_block = error == 0 ? state->block_bytes / AES_XTS_UNIT_BYTES : 1;
    const uint8_t *at = bytes;
    while (error == 0 && count > 0) {
        const uint32_t most = BUFFER_BYTES / state->block_bytes;
        const uint32_t some = count < most ? count : most;
        for (uint32_t i = 0; i < some * per_block; i++, at += AES_XTS_UNIT_BYTES) {
            aes_xts_encrypt(state->cipher, block * per_block + i, at, state->buffer + (size_t)i * AES_XTS_UNIT_BYTES);
        }
        error = below_of(state)->write(state->below, block, state->buffer, some);
        block += some;
        count -= some;
    }
    return error;
}

static int flush(struct device *self) {
    const struct encrypted_block_state *state = self->state;
    return self->status == DEVICE_UP ? below_of(state)->flush(state->below) : -ENODEV;
}

static int discard(struct device *self, uint64_t block, uint64_t count) {
    const struct encrypted_block_state *state = self->state;
    const int error = block_check(self, block, count);
    return error == 0 ? below_of(state)->discard(state->below, block, count) : error;
}

static void end(struct device *self) {
    aes_xts_wipe(((const struct encrypted_block_state *)self->state)->cipher);
}

static const struct block_operations operations = {
    .geometry = geometry,
    .read = read,
    .write = write,
    .flush = flush,
    .discard = discard,
};

const struct driver encrypted_block_driver = {
    .class_name = "EncryptedBlock",
    .provides = INTERFACE_BLOCK,
    .operations = &operations,
    .init = init,
    .end = end,
};
