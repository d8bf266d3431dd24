/*
 * In front of mbedTLS's client of TLS 1.2. Whoever offers RSASSA-PSS, as a client of TLS 1.3 must, has to take it from
 * a server of TLS 1.2, too: RFC 8446, 4.2.3. OpenSSL's do so. mbedTLS offers it, has the code to check it, and yet
 * refuses it as none of 1.2: here it is one.
 */
#pragma once

#include "common.h"
#include "ssl_misc.h"

static inline int pss_or_supported(const mbedtls_ssl_context *ssl, uint16_t algorithm) {
    return algorithm == MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256 || algorithm == MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384 ||
           algorithm == MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512 || mbedtls_ssl_sig_alg_is_supported(ssl, algorithm);
}

#define mbedtls_ssl_sig_alg_is_supported pss_or_supported
