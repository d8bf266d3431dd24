/*
 * The CSPRNG: ChaCha20 under a key from the app's Entropy device, with fast key erasure: each request ends by
 * replacing the key, so that what was given out cannot be computed from what is kept. D. J. Bernstein,
 * "Fast-key-erasure random-number generators", 2017.
 *
 * What the device gives is added to the key, never put in its place: a device that lies makes nothing worse.
 */
#include "unikernel/entropy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "chacha20.h"
#include "unikernel/device.h"

enum { RESEED_BYTES = 1 << 20 };

static uint32_t key[CHACHA20_KEY_WORDS];
static bool seeded;
static size_t given; /* bytes since the key was seeded last */

int entropy_reseed(void) {
    struct device *device = device_providing(INTERFACE_ENTROPY);
    if (device == NULL) {
        return -ENODEV;
    }
    uint32_t fresh[CHACHA20_KEY_WORDS];
    int status = ((const struct entropy_operations *)device->driver->operations)->fill(device, fresh, sizeof fresh);
    if (status == 0) {
        for (int i = 0; i < CHACHA20_KEY_WORDS; i++) {
            key[i] ^= fresh[i]; /* each block hashes it */
        }
        seeded = true;
        given = 0;
    }
    return status;
}

int entropy_fill(void *bytes, size_t length) {
    if (!seeded || given >= RESEED_BYTES) {
        int status = entropy_reseed();
        if (!seeded) {
            return status; /* later the key is as good as it was */
        }
    }
    given += length;
    uint32_t block[CHACHA20_BLOCK_WORDS];
    uint64_t counter = 0;
    uint8_t *out = bytes;
    while (length > 0) {
        chacha20_block(key, ++counter, block);
        for (size_t i = 0; i < sizeof block && length > 0; i++, length--) {
            *out++ = ((const uint8_t *)block)[i];
        }
    }
    chacha20_block(key, 0, block); /* which was not given out */
    for (int i = 0; i < CHACHA20_KEY_WORDS; i++) {
        key[i] = block[i];
    }
    return 0;
}
