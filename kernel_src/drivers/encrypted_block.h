/* An encrypted disk over another: provides Block, its first requirement is the disk below. */
#pragma once

#include <stdint.h>

#include "crypto/aes_xts.h"
#include "unikernel/device.h"

struct encrypted_block_parameters {
    uint8_t key[AES_XTS_KEY_BYTES]; /* a secret; wiped by init */
};

extern const struct driver encrypted_block_driver;
