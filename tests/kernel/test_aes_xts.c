/* sources: crypto/aes_xts.c mbedtls:library/aes.c mbedtls:library/aesni.c mbedtls:library/platform_util.c */
#include "crypto/aes_xts.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"

/* IEEE 1619-2018, annex B: the vectors of XTS-AES-256, whose data unit is 512 bytes, 00 to ff twice. */
static const char key_digits[] = "2718281828459045235360287471352662497757247093699959574966967627"
                                 "3141592653589793238462643383279502884197169399375105820974944592";
static const struct {
    uint64_t unit;
    const char *first, *last; /* 32 bytes each */
} vectors[] = {
    {0xff, "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b",
     "773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151"},
    {0xffff, "77a31251618a15e6b92d1d66dffe7b50b50bad552305ba0217a610688eff7e11",
     "54fbff89eeaeea791f4a7ab1f9868294a4f9e27b42af8100cb9d59cef9645803"},
    {0xffffffffff, "64497e5a831e4a932c09be3e5393376daa599548b816031d224bbf50a818ed23",
     "6975be5e0b4efce51cd3e70c25a1fbbbd609d273ad5b0d59631c531f6a0a57b9"},
};

static void decode(uint8_t *bytes, const char *digits) {
    for (size_t i = 0; digits[2 * i] != 0; i++) {
        const char pair[] = {digits[2 * i], digits[2 * i + 1], 0};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
}

static bool is(const uint8_t *bytes, const char *digits) {
    uint8_t wanted[32];
    decode(wanted, digits);
    return memcmp(bytes, wanted, sizeof wanted) == 0;
}

static void the_vectors_hold_both_ways(struct aes_xts *cipher) {
    uint8_t plain[AES_XTS_UNIT_BYTES], unit[AES_XTS_UNIT_BYTES];
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        aes_xts_encrypt(cipher, vectors[i].unit, plain, unit);
        CHECK(is(unit, vectors[i].first));
        CHECK(is(unit + sizeof unit - 32, vectors[i].last));
        aes_xts_decrypt(cipher, vectors[i].unit, unit, unit);
        CHECK(memcmp(unit, plain, sizeof unit) == 0);
    }
}

static void equal_halves_are_no_key(struct aes_xts *cipher) {
    static const uint8_t zeros[AES_XTS_KEY_BYTES];
    CHECK(aes_xts_start(cipher, zeros) == -EINVAL);
}

static void nothing_is_left_of_the_key(const struct aes_xts *cipher) {
    for (size_t i = 0; i < aes_xts_bytes(); i++) {
        CHECK(((const uint8_t *)cipher)[i] == 0);
    }
}

int main(void) {
    struct aes_xts *cipher = aligned_alloc(AES_XTS_ALIGN, (aes_xts_bytes() + AES_XTS_ALIGN - 1) & -AES_XTS_ALIGN);
    uint8_t key[AES_XTS_KEY_BYTES];
    decode(key, key_digits);
    CHECK(aes_xts_start(cipher, key) == 0);
    the_vectors_hold_both_ways(cipher);
    aes_xts_wipe(cipher);
    nothing_is_left_of_the_key(cipher);
    equal_halves_are_no_key(cipher);
    nothing_is_left_of_the_key(cipher);
    free(cipher);
    return 0;
}
