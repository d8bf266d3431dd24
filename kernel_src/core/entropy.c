/*
 * The CSPRNG: ChaCha20 under a key from the first Entropy device, with fast key erasure: each request begins by
 * replacing the key, so that what was given out cannot be computed from what is kept. D. J. Bernstein,
 * "Fast-key-erasure random-number generators", 2017.
 */
#include "unikernel/entropy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "chacha20.h"
#include "unikernel/device.h"

static uint32_t key[CHACHA20_KEY_WORDS];
static bool seeded;

static int seed(void) {
    struct device *device = device_providing(INTERFACE_ENTROPY);
    if (device == NULL) {
        return -ENODEV;
    }
    int status = ((const struct entropy_operations *)device->driver->operations)->fill(device, key, sizeof key);
    seeded = status == 0;
    return status;
}

int entropy_fill(void *bytes, size_t length) {
    if (!seeded) {
        int status = seed();
        if (status != 0) {
            return status;
        }
    }
    uint32_t block[CHACHA20_BLOCK_WORDS];
    uint64_t counter = 0;
    uint8_t *out = bytes;
    chacha20_block(key, counter++, block);
    uint32_t next[CHACHA20_KEY_WORDS];
    for (int i = 0; i < CHACHA20_KEY_WORDS; i++) {
        next[i] = block[i];
    }
    while (length > 0) {
        chacha20_block(key, counter++, block);
        size_t some = length < sizeof block ? length : sizeof block;
        for (size_t i = 0; i < some; i++) {
            *out++ = ((const uint8_t *)block)[i];
        }
        length -= some;
    }
    for (int i = 0; i < CHACHA20_KEY_WORDS; i++) {
        key[i] = next[i];
    }
    return 0;
}
