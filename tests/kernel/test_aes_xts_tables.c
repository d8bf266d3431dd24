/* sources: crypto/aes_xts.c mbedtls:library/aes.c mbedtls:library/platform_util.c -DAES_BY_TABLES */
#include "test_aes_xts.c"
