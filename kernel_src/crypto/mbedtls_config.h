/*
 * What mbedTLS 3.6 is compiled with: AES and its XTS mode, no heap, no platform. The tables are constants; the small
 * set of them is one KiB a direction, as every cache line that a lookup may touch tells something of the key.
 */
#pragma once

#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_MODE_XTS
