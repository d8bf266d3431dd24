/* Certificates and keys of a context: PEM and DER, and what of them must be there before a session needs it. */
#include <string.h>

#include "context.h"
#include "mbedtls/platform_util.h"
#include "platform.h"
#include "words.h"

int context_refuse(const char *what, int error) {
    if (words_of_error(error, NULL) == TLS_MEMORY) {
        words_begin("the memory for certificates and keys is full: give the device MbedTls a larger store");
        return TLS_MEMORY;
    }
    words_begin(what);
    return TLS_FAILED;
}

void context_chain_free(struct chain *chain) {
    mbedtls_x509_crt_free(&chain->certificates);
    mbedtls_pk_free(&chain->key);
    tls_free(chain);
}

static const uint8_t *find(const uint8_t *bytes, size_t length, const char *text) {
    const size_t text_length = strlen(text);
    for (size_t i = 0; i + text_length <= length; i++) {
        if (bytes[i] == (uint8_t)text[0] && memcmp(bytes + i, text, text_length) == 0) {
            return bytes + i;
        }
    }
    return NULL;
}

/* mbedTLS wants a NUL behind PEM. */
static uint8_t *with_nul(const uint8_t *bytes, size_t length) {
    uint8_t *copy = tls_calloc(1, length + 1);
    return copy == NULL ? NULL : memcpy(copy, bytes, length);
}

/* One certificate after the other, so that no more than one is copied at a time. Returns how many, or mbedTLS's error.
 */
static int parse_certificates(mbedtls_x509_crt *into, const uint8_t *bytes, size_t length) {
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    const uint8_t *at = find(bytes, length, begin);
    if (at == NULL) {
        const int error = mbedtls_x509_crt_parse_der(into, bytes, length);
        return error == 0 ? 1 : error;
    }
    int count = 0;
    for (const uint8_t *limit = bytes + length; at != NULL; at = find(at, (size_t)(limit - at), begin)) {
        const uint8_t *last = find(at, (size_t)(limit - at), end);
        if (last == NULL) {
            return MBEDTLS_ERR_X509_INVALID_FORMAT;
        }
        const size_t some = (size_t)(last - at) + sizeof end - 1;
        uint8_t *copy = with_nul(at, some);
        const int error = copy == NULL ? MBEDTLS_ERR_X509_ALLOC_FAILED : mbedtls_x509_crt_parse(into, copy, some + 1);
        tls_free(copy);
        if (error != 0) {
            return error < 0 ? error : MBEDTLS_ERR_X509_INVALID_FORMAT;
        }
        at += some;
        count++;
    }
    return count;
}

/* An RSA key keeps numbers that its first uses make, and the second makes one larger: done now, they lie where the key
 * lies, and not in the memory of a session, which ends before it. */
static int warm(mbedtls_pk_context *key, bool private) {
    enum { USES = 2 };
    uint8_t bytes[MBEDTLS_PK_SIGNATURE_MAX_SIZE] = {0};
    const uint8_t hash[32] = {0};
    size_t length = mbedtls_pk_get_len(key);
    if (!mbedtls_pk_can_do(key, MBEDTLS_PK_RSA) || length > sizeof bytes) {
        return 0;
    }
    bytes[length - 1] = 2; /* a signature of nothing: that it is none is known after the number was made */
    (void)mbedtls_pk_verify(key, MBEDTLS_MD_SHA256, hash, sizeof hash, bytes, length);
    int error = 0;
    for (int i = 0; private && i < USES && error == 0; i++) {
        error = mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, sizeof hash, bytes, sizeof bytes, &length,
                                platform_random, NULL);
    }
    return error;
}

static int load_key(struct chain *chain, const uint8_t *key, size_t length) {
    int error;
    if (find(key, length, "-----BEGIN ") == NULL) {
        error = mbedtls_pk_parse_key(&chain->key, key, length, NULL, 0, platform_random, NULL);
    } else {
        uint8_t *copy = with_nul(key, length);
        error = copy == NULL ? MBEDTLS_ERR_PK_ALLOC_FAILED
                             : mbedtls_pk_parse_key(&chain->key, copy, length + 1, NULL, 0, platform_random, NULL);
        if (copy != NULL) {
            mbedtls_platform_zeroize(copy, length);
            tls_free(copy);
        }
    }
    if (error == 0) {
        error = warm(&chain->key, true);
    }
    if (error != 0) {
        return context_refuse("the key is none: it must be RSA, P-256 or P-384, in PEM or DER, and not encrypted",
                              error);
    }
    error = mbedtls_pk_check_pair(&chain->certificates.pk, &chain->key, platform_random, NULL);
    return error == 0 ? 0 : context_refuse("the key is not that of the certificate", error);
}

/* Whether the message that shows the chain goes into one record of ours: RFC 8446, 4.4.2. */
static bool fits(const mbedtls_x509_crt *certificates) {
    enum { HEAD = 16, HEAD_OF_EACH = 5 };
    size_t bytes = HEAD;
    for (const mbedtls_x509_crt *each = certificates; each != NULL; each = each->next) {
        bytes += each->raw.len + HEAD_OF_EACH;
    }
    return bytes <= MBEDTLS_SSL_OUT_CONTENT_LEN;
}

static int load_chain(struct tls_context *self, struct chain *chain, const uint8_t *certificates, size_t length,
                      const uint8_t *key, size_t key_length) {
    mbedtls_x509_crt_init(&chain->certificates);
    mbedtls_pk_init(&chain->key);
    int error = parse_certificates(&chain->certificates, certificates, length);
    if (error < 0) {
        return context_refuse("the certificate is none: it must be X.509 in PEM or DER", error);
    }
    if (!fits(&chain->certificates)) {
        words_begin(
            "the chain is longer than the 4 KiB that are sent at once: leave the root out, or use keys on P-256");
        return TLS_FAILED;
    }
    error = load_key(chain, key, key_length);
    if (error == 0 && (error = mbedtls_ssl_conf_own_cert(&self->config, &chain->certificates, &chain->key)) != 0) {
        return context_refuse("", error);
    }
    return error;
}

int tls_context_load_chain(struct tls_context *self, const uint8_t *certificates, size_t length, const uint8_t *key,
                           size_t key_length) {
    struct arena *before = platform_enter(platform_store());
    struct chain *chain = tls_calloc(1, sizeof *chain);
    int error = chain == NULL ? context_refuse("", MBEDTLS_ERR_SSL_ALLOC_FAILED) : 0;
    if (error == 0 && self->server && self->chains == NULL) {
        error = context_start_tickets(self);
    }
    if (error == 0) {
        error = load_chain(self, chain, certificates, length, key, key_length);
    }
    if (error == 0) {
        chain->next = self->chains;
        self->chains = chain;
    } else if (chain != NULL) {
        context_chain_free(chain);
    }
    platform_enter(before);
    return error;
}

int tls_context_load_roots(struct tls_context *self, const uint8_t *roots, size_t length) {
    struct arena *before = platform_enter(platform_store());
    int count = parse_certificates(&self->roots, roots, length);
    for (mbedtls_x509_crt *each = &self->roots; count > 0 && each != NULL; each = each->next) {
        (void)warm(&each->pk, false);
    }
    platform_enter(before);
    if (count < 0) {
        return context_refuse("the roots are none: they must be X.509 in PEM or DER", count);
    }
    self->root_count += (unsigned)count;
    return 0;
}

unsigned tls_context_roots(const struct tls_context *self) {
    return self->root_count;
}
