/* Contexts: certificates, keys, roots, and the rules of a session. */
#include "context.h"

#include <string.h>

#include "names.h"
#include "platform.h"
#include "words.h"

enum { TICKET_LIFE_S = 86400 };

/* AES with 128 bits first: as safe, and 10 rounds in place of 14. */
static const int suites[] = {
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    0,
};

/* P-256 first: here it takes two thirds of the time of X25519, and every peer must have it (RFC 8446, 9.1). */
static const uint16_t groups[] = {
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};

/* Of the chains, the one for the name that the client asks for; else the first that it can read, as mbedTLS chooses. */
static int choose_chain(void *of, mbedtls_ssl_context *ssl, const unsigned char *host, size_t length) {
    struct tls_context *self = of;
    for (struct chain *each = self->chains; each != NULL; each = each->next) {
        if (names_hold(&each->certificates, (const char *)host, length) &&
            mbedtls_ssl_set_hs_own_cert(ssl, &each->certificates, &each->key) != 0) {
            return MBEDTLS_ERR_SSL_ALLOC_FAILED;
        }
    }
    return 0;
}

/* Tickets: their keys change with time, and outlive the session that makes them change. */

static int ticket_write(void *of, const mbedtls_ssl_session *session, unsigned char *start, const unsigned char *end,
                        size_t *length, uint32_t *lifetime) {
    struct arena *before = platform_enter(platform_store());
    const int error = mbedtls_ssl_ticket_write(of, session, start, end, length, lifetime);
    platform_enter(before);
    return error;
}

static int ticket_parse(void *of, mbedtls_ssl_session *session, unsigned char *bytes, size_t length) {
    struct arena *before = platform_enter(platform_store());
    const int error = mbedtls_ssl_ticket_parse(of, session, bytes, length);
    platform_enter(before);
    return error;
}

static int setup(struct tls_context *self) {
    mbedtls_ssl_config *config = &self->config;
    mbedtls_ssl_config_init(config);
    mbedtls_x509_crt_init(&self->roots);
    mbedtls_ssl_ticket_init(&self->tickets);
    const int error = mbedtls_ssl_config_defaults(config, self->server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                                  MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(config, platform_random, NULL);
    mbedtls_ssl_conf_ciphersuites(config, suites);
    mbedtls_ssl_conf_groups(config, groups);
    mbedtls_ssl_conf_ca_chain(config, &self->roots, NULL);
    if (self->server) {
        mbedtls_ssl_conf_sni(config, choose_chain, self);
    } else {
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
            config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
    }
    tls_context_verify(self, self->server ? TLS_VERIFY_NONE : TLS_VERIFY_REQUIRED, !self->server);
    return error;
}

struct tls_context *tls_context_new(bool server) {
    struct arena *before = platform_enter(platform_store());
    struct tls_context *self = tls_calloc(1, sizeof *self);
    if (self != NULL) {
        self->users = 1;
        self->server = server;
        if (setup(self) != 0) {
            tls_context_drop(self);
            self = NULL;
        }
    }
    platform_enter(before);
    return self;
}

void context_keep(struct tls_context *self) {
    self->users++;
}

static void chain_free(struct chain *chain) {
    mbedtls_x509_crt_free(&chain->certificates);
    mbedtls_pk_free(&chain->key);
    tls_free(chain);
}

void tls_context_drop(struct tls_context *self) {
    if (--self->users > 0) {
        return;
    }
    mbedtls_ssl_config_free(&self->config);
    mbedtls_ssl_ticket_free(&self->tickets);
    mbedtls_x509_crt_free(&self->roots);
    while (self->chains != NULL) {
        struct chain *chain = self->chains;
        self->chains = chain->next;
        chain_free(chain);
    }
    while (self->alpn != NULL) {
        struct alpn *alpn = self->alpn;
        self->alpn = alpn->next;
        tls_free(alpn);
    }
    tls_free(self);
}

/* Certificates and keys. */

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

static int refuse(const char *what, int error) {
    if (words_of_error(error, NULL) == TLS_MEMORY) {
        words_begin("the memory for certificates and keys is full: give the device MbedTls a larger store");
        return TLS_MEMORY;
    }
    words_begin(what);
    return TLS_FAILED;
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
        return refuse("the key is none: it must be RSA, P-256 or P-384, in PEM or DER, and not encrypted", error);
    }
    error = mbedtls_pk_check_pair(&chain->certificates.pk, &chain->key, platform_random, NULL);
    return error == 0 ? 0 : refuse("the key is not that of the certificate", error);
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
        return refuse("the certificate is none: it must be X.509 in PEM or DER", error);
    }
    if (!fits(&chain->certificates)) {
        words_begin(
            "the chain is longer than the 4 KiB that are sent at once: leave the root out, or use keys on P-256");
        return TLS_FAILED;
    }
    error = load_key(chain, key, key_length);
    if (error == 0 && (error = mbedtls_ssl_conf_own_cert(&self->config, &chain->certificates, &chain->key)) != 0) {
        return refuse("", error);
    }
    return error;
}

static int start_tickets(struct tls_context *self) {
    const int error =
        mbedtls_ssl_ticket_setup(&self->tickets, platform_random, NULL, MBEDTLS_CIPHER_AES_128_GCM, TICKET_LIFE_S);
    if (error == 0) {
        mbedtls_ssl_conf_session_tickets_cb(&self->config, ticket_write, ticket_parse, &self->tickets);
    }
    return error == 0 ? 0 : refuse("the generator of random numbers failed", error);
}

int tls_context_load_chain(struct tls_context *self, const uint8_t *certificates, size_t length, const uint8_t *key,
                           size_t key_length) {
    struct arena *before = platform_enter(platform_store());
    struct chain *chain = tls_calloc(1, sizeof *chain);
    int error = chain == NULL ? refuse("", MBEDTLS_ERR_SSL_ALLOC_FAILED) : 0;
    if (error == 0 && self->server && self->chains == NULL) {
        error = start_tickets(self);
    }
    if (error == 0) {
        error = load_chain(self, chain, certificates, length, key, key_length);
    }
    if (error == 0) {
        chain->next = self->chains;
        self->chains = chain;
    } else if (chain != NULL) {
        chain_free(chain);
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
        return refuse("the roots are none: they must be X.509 in PEM or DER", count);
    }
    self->root_count += (unsigned)count;
    return 0;
}

unsigned tls_context_roots(const struct tls_context *self) {
    return self->root_count;
}

/* Rules. */

void tls_context_verify(struct tls_context *self, enum tls_verify verify, bool check_name) {
    static const int modes[] = {MBEDTLS_SSL_VERIFY_NONE, MBEDTLS_SSL_VERIFY_OPTIONAL, MBEDTLS_SSL_VERIFY_REQUIRED};
    /* To a client both say the same: a server always shows a certificate. */
    self->verify = !self->server && verify != TLS_VERIFY_NONE ? TLS_VERIFY_REQUIRED : verify;
    self->check_name = check_name;
    mbedtls_ssl_conf_authmode(&self->config, modes[self->verify]);
}

void tls_context_versions(struct tls_context *self, enum tls_version least, enum tls_version most) {
    mbedtls_ssl_conf_min_tls_version(&self->config, (mbedtls_ssl_protocol_version)least);
    mbedtls_ssl_conf_max_tls_version(&self->config, (mbedtls_ssl_protocol_version)most);
}

int tls_context_alpn(struct tls_context *self, const char *const *names, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += strlen(names[i]) + 1;
    }
    struct arena *before = platform_enter(platform_store());
    struct alpn *list = tls_calloc(1, sizeof *list + (count + 1) * sizeof *list->names + bytes);
    platform_enter(before);
    if (list == NULL) {
        return refuse("", MBEDTLS_ERR_SSL_ALLOC_FAILED);
    }
    char *text = (char *)(list->names + count + 1);
    for (size_t i = 0; i < count; i++) {
        list->names[i] = strcpy(text, names[i]);
        text += strlen(names[i]) + 1;
    }
    if (mbedtls_ssl_conf_alpn_protocols(&self->config, list->names) != 0) {
        tls_free(list);
        words_begin("a protocol's name (ALPN) has 1 to 255 bytes");
        return TLS_FAILED;
    }
    list->next = self->alpn;
    self->alpn = list;
    return 0;
}
