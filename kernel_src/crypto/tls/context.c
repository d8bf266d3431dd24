/* Contexts: what sessions share, and the rules that they keep. certificates.c loads what is shown and trusted. */
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
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(config,
                                                                 MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
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
        context_chain_free(chain);
    }
    while (self->alpn != NULL) {
        struct alpn *alpn = self->alpn;
        self->alpn = alpn->next;
        tls_free(alpn);
    }
    tls_free(self);
}

int context_start_tickets(struct tls_context *self) {
    const int error =
        mbedtls_ssl_ticket_setup(&self->tickets, platform_random, NULL, MBEDTLS_CIPHER_AES_128_GCM, TICKET_LIFE_S);
    if (error == 0) {
        mbedtls_ssl_conf_session_tickets_cb(&self->config, ticket_write, ticket_parse, &self->tickets);
    }
    return error == 0 ? 0 : context_refuse("the generator of random numbers failed", error);
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
        return context_refuse("", MBEDTLS_ERR_SSL_ALLOC_FAILED);
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
