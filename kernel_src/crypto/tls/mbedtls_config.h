/*
 * TLS of mbedTLS 3.6, what of it is compiled, and why; docs/tls.md has the sizes. Certificates are X.509
 * with RSA, P-256 or P-384; keys are agreed on P-256, X25519 or P-384; records are AES-GCM. All of these any peer of
 * today has, so nothing else pays for its bytes: ChaCha20 and CCM (AES is in the processor), CBC (its padding is where
 * TLS broke), static RSA and finite fields (no forward secrecy, or slow), encrypted private keys.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The world around it: platform.c. */
void *tls_calloc(size_t count, size_t bytes);
void *tls_calloc_keys(size_t count, size_t bytes); /* for what all sessions share: the build says which file */
void tls_free(void *place);
int64_t tls_time(int64_t *seconds);
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#ifndef MBEDTLS_PLATFORM_CALLOC_MACRO
    #define MBEDTLS_PLATFORM_CALLOC_MACRO tls_calloc
#endif
#define MBEDTLS_PLATFORM_FREE_MACRO tls_free
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_TIME_MACRO      tls_time
#define MBEDTLS_PLATFORM_TIME_TYPE_MACRO int64_t
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_PLATFORM_GMTIME_R_ALT

/* Both versions, both ends. Of a record 16 KiB can come, as any peer may send them; we send 4 KiB. */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE /* what stands between may know 1.2 alone */
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED /* a session goes on by its ticket */
#define MBEDTLS_SSL_SESSION_TICKETS
#define MBEDTLS_SSL_TICKET_C
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE /* getpeercert */

/* TLS 1.3 speaks to the cryptography by PSA, 1.2 and X.509 by the older interface: both by PSA are 11 KB more. Keys are
 * in memory alone, and each call has its buffers for itself: nobody else runs meanwhile. */
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG /* the kernel's own generator, and no other */
#define MBEDTLS_PSA_KEY_STORE_DYNAMIC   /* a slot for every key that sessions have: platform.c says how many */
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_NO_UDBL_DIVISION /* the compiler would call its own library, which is not linked */
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_SHA512_SMALLER
#define MBEDTLS_SHA1_C  /* a fifth of the roots sign themselves by it, which nobody checks; no signature by it is taken \
                         */
#define MBEDTLS_HKDF_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21

#define MBEDTLS_OID_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_TEST_SW_INET_PTON /* addresses are read by mbedTLS's own code: there are no sockets below it */
#define MBEDTLS_X509_REMOVE_INFO  /* words.c has the words */
