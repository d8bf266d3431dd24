/* sources: micropython/digest.c */
#include <string.h>

#include "micropython/lib/axtls/crypto/crypto.h"

#include "check.h"

static const char digits[] = "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
static const char letters[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

/* RFC 1321, A.5: nothing, and 80 bytes. */
static void md5_is_the_standards(void) {
    static const uint8_t of_nothing[] = {0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04,
                                         0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42, 0x7e};
    static const uint8_t of_digits[] = {0x57, 0xed, 0xf4, 0xa2, 0x2b, 0xe3, 0xc9, 0x55,
                                        0xac, 0x49, 0xda, 0x2e, 0x21, 0x07, 0xb6, 0x7a};
    uint8_t result[MD5_SIZE];
    MD5_CTX digest;
    MD5_Init(&digest);
    MD5_Final(result, &digest);
    CHECK(memcmp(result, of_nothing, MD5_SIZE) == 0);
    MD5_Init(&digest);
    MD5_Update(&digest, (const uint8_t *)digits, 1);
    MD5_Update(&digest, (const uint8_t *)digits + 1, sizeof digits - 2);
    MD5_Final(result, &digest);
    CHECK(memcmp(result, of_digits, MD5_SIZE) == 0);
}

/* RFC 3174, 7.3: 56 bytes, whose length has no place in their block, and a million. */
static void sha1_is_the_standards(void) {
    static const uint8_t of_letters[] = {0x84, 0x98, 0x3e, 0x44, 0x1c, 0x3b, 0xd2, 0x6e, 0xba, 0xae,
                                         0x4a, 0xa1, 0xf9, 0x51, 0x29, 0xe5, 0xe5, 0x46, 0x70, 0xf1};
    static const uint8_t of_a_million[] = {0x34, 0xaa, 0x97, 0x3c, 0xd4, 0xc4, 0xda, 0xa4, 0xf6, 0x1e,
                                           0xeb, 0x2b, 0xdb, 0xad, 0x27, 0x31, 0x65, 0x34, 0x01, 0x6f};
    uint8_t result[SHA1_SIZE];
    SHA1_CTX digest;
    SHA1_Init(&digest);
    SHA1_Update(&digest, (const uint8_t *)letters, sizeof letters - 1);
    SHA1_Final(result, &digest);
    CHECK(memcmp(result, of_letters, SHA1_SIZE) == 0);
    SHA1_Init(&digest);
    for (int i = 0; i < 100000; i++) {
        SHA1_Update(&digest, (const uint8_t *)"aaaaaaaaaa", 10);
    }
    SHA1_Final(result, &digest);
    CHECK(memcmp(result, of_a_million, SHA1_SIZE) == 0);
}

int main(void) {
    md5_is_the_standards();
    sha1_is_the_standards();
    return 0;
}
