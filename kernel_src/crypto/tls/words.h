/* Failures in words. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mbedtls/ssl.h"

/* One sentence, in pieces. */
void words_begin(const char *text);
void words_add(const char *text);
void words_add_number(int number);

/* What is known of the certificate that was not accepted. */
struct verdict {
    uint32_t flags; /* of mbedTLS; 0: all were accepted */
    bool clock_unset, self_signed;
    mbedtls_x509_time from, to;
};

/* What mbedTLS answered, as tls.h's code; the words are set where there are any. */
int words_of_error(int error, const mbedtls_ssl_context *ssl);
int words_of_verdict(const struct verdict *verdict, const char *host);
