/* Sessions of a client that go on: what the server's ticket lets the next one begin with. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* mbedtls_ssl_get_session would copy it, into memory of the session */

#include "crypto/tls.h"
#include "session.h"

size_t tls_session_save(const struct tls_session *self, void *bytes, size_t room) {
    const mbedtls_ssl_session *now = self->ssl.session;
    size_t length = 0;
    if (self->context->server || !tls_session_over(self) || now == NULL || now->ticket_len == 0) {
        return 0;
    }
    (void)mbedtls_ssl_session_save(now, bytes, room, &length); /* where the room is too small, the length is told */
    return length <= TLS_SAVED_BYTES ? length : 0;
}

int tls_session_resume(struct tls_session *self, const void *saved, size_t length) {
    struct arena *before = platform_enter(self->arena);
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    int error = mbedtls_ssl_session_load(&session, saved, length);
    if (error == 0) {
        error = mbedtls_ssl_set_session(&self->ssl, &session);
    }
    mbedtls_ssl_session_free(&session);
    self->lacked |= platform_lacked();
    platform_enter(before);
    return self->lacked ? words_of_error(MBEDTLS_ERR_SSL_ALLOC_FAILED, NULL) : 0; /* for all else it begins anew */
}

/* By its ticket a session of 1.3 goes on without certificates; one of 1.2 has those that were saved. */
bool tls_session_resumed(const struct tls_session *self) {
    const mbedtls_ssl_session *now = self->ssl.session;
    return self->goes_on && tls_session_over(self) && now != NULL &&
           (now->tls_version == MBEDTLS_SSL_VERSION_TLS1_2 || now->peer_cert == NULL);
}
