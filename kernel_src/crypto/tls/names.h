/* The names that a certificate is for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mbedtls/x509_crt.h"

/* Whether a host of that name may show it: RFC 6125, 6.4. */
bool names_hold(const mbedtls_x509_crt *certificate, const char *host, size_t length);
