/*
 * What mbedTLS 3.6 is compiled with: AES and its XTS mode, no heap, no platform; in an image with TLS that, too. Where
 * the processor has instructions for AES, and no machine of ours lacks them, they are used, and nothing that depends on
 * the key decides which memory is touched; the tables are for a processor without: constants, and the small set of
 * them.
 */
#pragma once

#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_MODE_XTS

#ifndef AES_BY_TABLES /* a test looks at the tables alone */
    #define MBEDTLS_AESNI_C
    #define MBEDTLS_HAVE_ASM
#endif

#ifdef CRYPTO_TLS /* of the build: the stack has the device MbedTls */
    #include "crypto/tls/mbedtls_config.h"
#endif
