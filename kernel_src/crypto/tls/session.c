/* Sessions: one connection each, in memory of its own. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* ssl_misc.h needs it; so does the write that was not whole */

#include <string.h>

#include "crypto/tls.h"
#include "session.h"
#include "ssl_misc.h"

static int stream_status(struct tls_session *self, int status) {
    switch (status) {
    case TLS_WANT_READ:
        self->blocked = true;
        return MBEDTLS_ERR_SSL_WANT_READ;
    case TLS_WANT_WRITE:
        self->blocked = true;
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    case TLS_STREAM:
        return TLS_STREAM; /* no error of mbedTLS is as small as that */
    default:
        return status;
    }
}

static int receive(void *of, unsigned char *bytes, size_t length) {
    struct tls_session *self = of;
    return stream_status(self, self->stream->read(self->stream->of, bytes, length));
}

/* What a client says last in a handshake comes behind what the server has chosen. */
static int send(void *of, const unsigned char *bytes, size_t length) {
    struct tls_session *self = of;
    if (self->ssl.handshake != NULL) {
        self->goes_on = self->ssl.handshake->resume != 0;
    }
    return stream_status(self, self->stream->write(self->stream->of, bytes, length));
}

/* A peer may show one that is empty: mbedTLS finds no fault in that before here. */
static bool is_self_signed(const mbedtls_x509_crt *certificate) {
    const mbedtls_x509_buf *issuer = &certificate->issuer_raw, *subject = &certificate->subject_raw;
    return subject->len > 0 && issuer->len == subject->len && memcmp(issuer->p, subject->p, subject->len) == 0;
}

/* Called for each certificate of a chain, the highest first. */
static int judge(void *of, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
    struct tls_session *self = of;
    if (!self->context->check_name) {
        *flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH;
    }
    if (!platform_clock_set()) {
        *flags |= MBEDTLS_X509_BADCERT_FUTURE;
        self->verdict.clock_unset = true;
    }
    if (*flags != 0 && self->verdict.flags == 0) {
        self->verdict.flags = *flags;
        self->verdict.from = certificate->valid_from;
        self->verdict.to = certificate->valid_to;
        self->verdict.self_signed = depth == 0 && is_self_signed(certificate);
    }
    return 0;
}

static const char *host_of(const struct tls_session *self) {
    return self->context->server ? NULL : mbedtls_ssl_get_hostname_pointer(&self->ssl);
}

static int setup(struct tls_session *self, const char *host) {
    mbedtls_ssl_init(&self->ssl);
    int error = mbedtls_ssl_setup(&self->ssl, &self->context->config);
    if (error == 0 && !self->context->server) {
        error = mbedtls_ssl_set_hostname(&self->ssl, host);
    }
    mbedtls_ssl_set_bio(&self->ssl, self, send, receive, NULL);
    mbedtls_ssl_set_verify(&self->ssl, judge, self);
    return error;
}

int tls_session_new(struct tls_context *context, const char *host, struct tls_session **made) {
    struct arena *arena = platform_session_take();
    if (arena == NULL) {
        words_begin("all sessions of TLS are in use");
        return TLS_MEMORY;
    }
    struct arena *before = platform_enter(arena);
    struct tls_session *self = tls_calloc(1, sizeof *self);
    *self = (struct tls_session){.arena = arena, .context = context}; /* a new arena has room for it */
    context_keep(context);
    const int error = setup(self, host);
    platform_enter(before);
    if (error != 0) {
        const int status = words_of_error(error, NULL);
        if (status != TLS_MEMORY) {
            words_begin("the name of a host has 255 bytes at most");
        }
        tls_session_free(self);
        return status;
    }
    *made = self;
    return 0;
}

void tls_session_free(struct tls_session *self) {
    struct tls_context *context = self->context;
    struct arena *arena = self->arena;
    const bool lacked = self->lacked;
    struct arena *before = platform_enter(arena);
    mbedtls_ssl_free(&self->ssl);
    tls_free(self);
    platform_enter(before);
    platform_session_give(arena, lacked);
    tls_context_drop(context);
}

/* Every call into mbedTLS is in the session's memory, over the caller's stream. */

static struct arena *begin(struct tls_session *self, const struct tls_stream *stream) {
    self->stream = stream;
    self->blocked = false;
    return platform_enter(self->arena);
}

/* True where mbedTLS only wants to be called again: it skipped a message, and the stream may have more. */
static bool again(const struct tls_session *self, int status) {
    return status == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET ||
           (!self->blocked && (status == MBEDTLS_ERR_SSL_WANT_READ || status == MBEDTLS_ERR_SSL_WANT_WRITE));
}

static int end(struct tls_session *self, struct arena *before, int status) {
    const bool lacked = platform_lacked();
    platform_enter(before);
    self->lacked |= lacked;
    switch (status) {
    case MBEDTLS_ERR_SSL_WANT_READ:
        return TLS_WANT_READ;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return TLS_WANT_WRITE;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
        self->ended = true;
        return TLS_CLOSED;
    default:
        break;
    }
    if (status >= 0 || status == TLS_STREAM || status == TLS_UNVERIFIED || status == TLS_CUT) {
        return status;
    }
    if (lacked) { /* or else a signature that could not be computed would be a wrong one */
        return words_of_error(MBEDTLS_ERR_SSL_ALLOC_FAILED, &self->ssl);
    }
    if (self->verdict.flags != 0 && !tls_session_over(self)) {
        return words_of_verdict(&self->verdict, host_of(self));
    }
    return words_of_error(status, &self->ssl);
}

/* A client's certificate may be missing, but not wrong. */
static int check_optional(struct tls_session *self) {
    const uint32_t allowed = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    const uint32_t flags = mbedtls_ssl_get_verify_result(&self->ssl) & ~allowed;
    if (self->context->verify != TLS_VERIFY_OPTIONAL || flags == 0) {
        return 0;
    }
    self->verdict.flags |= flags;
    mbedtls_ssl_send_alert_message(&self->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, MBEDTLS_SSL_ALERT_MSG_BAD_CERT);
    return words_of_verdict(&self->verdict, NULL);
}

static int handshake(struct tls_session *self) {
    int status = 0;
    while (!tls_session_over(self)) {
        status = mbedtls_ssl_handshake(&self->ssl);
        if (status != 0 && !again(self, status)) {
            return status;
        }
        if (status == 0) {
            status = check_optional(self);
        }
    }
    return status;
}

int tls_session_handshake(struct tls_session *self, const struct tls_stream *stream) {
    struct arena *before = begin(self, stream);
    return end(self, before, handshake(self));
}

int tls_session_read(struct tls_session *self, const struct tls_stream *stream, void *bytes, size_t length) {
    if (self->ended) {
        return TLS_CLOSED;
    }
    if (length == 0) {
        return 0;
    }
    struct arena *before = begin(self, stream);
    int status = handshake(self);
    if (status == 0) {
        do {
            status = mbedtls_ssl_read(&self->ssl, bytes, length);
        } while (again(self, status));
        status = status == 0 ? TLS_CUT : status;
    }
    return end(self, before, status);
}

/* mbedTLS puts bytes into a record and then sends it. Where the stream does not take all of that, the bytes are gone
 * from the caller all the same: the write that is tried again reports them, whatever it brings. */
static int write(struct tls_session *self, const void *bytes, size_t length) {
    int status = handshake(self);
    if (status == 0 && self->ssl.out_left > 0) {
        status = mbedtls_ssl_flush_output(&self->ssl);
    }
    if (status != 0 || length == 0) {
        return status;
    }
    if (self->accepted > 0) {
        const size_t some = length < self->accepted ? length : self->accepted;
        self->accepted -= some;
        return (int)some;
    }
    do {
        status = mbedtls_ssl_write(&self->ssl, bytes, length);
    } while (status == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET);
    if (status == MBEDTLS_ERR_SSL_WANT_WRITE) {
        const int most = mbedtls_ssl_get_max_out_record_payload(&self->ssl);
        self->accepted = length < (size_t)most ? length : (size_t)most;
    }
    return status;
}

int tls_session_write(struct tls_session *self, const struct tls_stream *stream, const void *bytes, size_t length) {
    struct arena *before = begin(self, stream);
    return end(self, before, write(self, bytes, length));
}

int tls_session_close(struct tls_session *self, const struct tls_stream *stream) {
    struct arena *before = begin(self, stream);
    const int status = tls_session_over(self) ? mbedtls_ssl_close_notify(&self->ssl) : 0;
    return end(self, before, status);
}

/* What is known of it. */

bool tls_session_over(const struct tls_session *self) {
    return mbedtls_ssl_is_handshake_over((mbedtls_ssl_context *)&self->ssl) != 0;
}

bool tls_session_pending(const struct tls_session *self) {
    return self->ended || mbedtls_ssl_check_pending(&self->ssl) != 0;
}

const char *tls_session_version(const struct tls_session *self) {
    return tls_session_over(self) ? mbedtls_ssl_get_version(&self->ssl) : NULL;
}

const char *tls_session_cipher(const struct tls_session *self, unsigned *bits) {
    const char *name = tls_session_over(self) ? mbedtls_ssl_get_ciphersuite(&self->ssl) : NULL;
    *bits = name != NULL && strstr(name, "AES-256") != NULL ? 256 : 128;
    return name;
}

const char *tls_session_alpn(const struct tls_session *self) {
    return mbedtls_ssl_get_alpn_protocol(&self->ssl);
}

const uint8_t *tls_session_peer(const struct tls_session *self, size_t *length) {
    const mbedtls_x509_crt *peer = tls_session_over(self) ? mbedtls_ssl_get_peer_cert(&self->ssl) : NULL;
    *length = peer == NULL ? 0 : peer->raw.len;
    return peer == NULL ? NULL : peer->raw.p;
}

size_t tls_session_most(const struct tls_session *self) {
    return arena_most(self->arena);
}
