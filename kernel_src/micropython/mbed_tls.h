/* TLS by mbedTLS: provides Tls. What an app has of it is the module tls. */
#pragma once

#include <stdint.h>

#include "unikernel/device.h"

struct mbed_tls_parameters {
    const char *roots; /* a file of the app's, in its topmost folder; "": none */
    int64_t sessions;  /* at once */
    int64_t store;     /* bytes for certificates, keys and roots */
};

extern const struct driver mbed_tls_driver;
