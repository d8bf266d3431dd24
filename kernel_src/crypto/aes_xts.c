/* AES-XTS by mbedTLS: this file alone sees its headers. */
#include "aes_xts.h"

#include <errno.h>
#include <string.h>

#include "mbedtls/aes.h"
#include "mbedtls/platform_util.h"

enum { KEY_BITS = AES_XTS_KEY_BYTES * 8, HALF = AES_XTS_KEY_BYTES / 2, TWEAK_BYTES = 16, BYTE_BITS = 8 };

struct aes_xts {
    mbedtls_aes_xts_context encrypting, decrypting;
};

size_t aes_xts_bytes(void) {
    return sizeof(struct aes_xts);
}

int aes_xts_start(struct aes_xts *self, const uint8_t key[AES_XTS_KEY_BYTES]) {
    mbedtls_aes_xts_init(&self->encrypting);
    mbedtls_aes_xts_init(&self->decrypting);
    if (memcmp(key, key + HALF, HALF) == 0 || mbedtls_aes_xts_setkey_enc(&self->encrypting, key, KEY_BITS) != 0 ||
        mbedtls_aes_xts_setkey_dec(&self->decrypting, key, KEY_BITS) != 0) {
        aes_xts_wipe(self);
        return -EINVAL;
    }
    return 0;
}

/* The number of the unit, least significant byte first: IEEE 1619, section 5.1. */
static void crypt(mbedtls_aes_xts_context *context, int mode, uint64_t unit, const uint8_t *in, uint8_t *out) {
    unsigned char tweak[TWEAK_BYTES] = {0};
    for (size_t i = 0; i < sizeof unit; i++) {
        tweak[i] = (unsigned char)(unit >> i * BYTE_BITS);
    }
    mbedtls_aes_crypt_xts(context, mode, AES_XTS_UNIT_BYTES, tweak, in, out); /* fails for other lengths only */
}

void aes_xts_encrypt(struct aes_xts *self, uint64_t unit, const uint8_t *in, uint8_t *out) {
    crypt(&self->encrypting, MBEDTLS_AES_ENCRYPT, unit, in, out);
}

void aes_xts_decrypt(struct aes_xts *self, uint64_t unit, const uint8_t *in, uint8_t *out) {
    crypt(&self->decrypting, MBEDTLS_AES_DECRYPT, unit, in, out);
}

void aes_xts_wipe(struct aes_xts *self) {
    mbedtls_platform_zeroize(self, sizeof *self);
}
