/*
 * TLS 1.2 (RFC 5246) and 1.3 (RFC 8446) by mbedTLS, over any stream of bytes. A context has what sessions share:
 * certificates, keys, roots, rules. A session is one connection.
 *
 * All memory was given at the start: a part of it is for contexts, and each session has a part of its own, so that no
 * session can take another's, and a peer that asks for much ends its own session alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TLS_SESSION_BYTES = 48 * 1024, /* of each session: unikernel/devices/mbed_tls.py says the same */
    TLS_ALIGN = 64,
    TLS_WORDS_BYTES = 200,
    TLS_SAVED_BYTES = 8 * 1024, /* what is longer is not saved: a ticket is as long as a server likes */
};

/* What a call can say beside a count, which is not below zero. */
enum {
    TLS_WANT_READ = -1,  /* the stream has nothing now */
    TLS_WANT_WRITE = -2, /* the stream takes nothing now */
    TLS_STREAM = -3,     /* the stream failed, and knows why */
    TLS_CLOSED = -4,     /* the peer has said that nothing follows */
    TLS_CUT = -5,        /* the stream ended, and the peer had not said that */
    TLS_MEMORY = -6,     /* the session's memory, or that of contexts, is full */
    TLS_UNVERIFIED = -7, /* a certificate was not accepted: tls_words */
    TLS_FAILED = -8,     /* all else: tls_words */
};

/* Of the last TLS_UNVERIFIED, TLS_FAILED or TLS_MEMORY, one sentence without its end. */
const char *tls_words(void);

/* Memory for so many sessions, and `store` bytes for contexts. */
size_t tls_bytes(unsigned sessions, size_t store);
int tls_start(void *memory, unsigned sessions, size_t store); /* 0, or -errno */

/* Contexts. */

enum tls_verify { TLS_VERIFY_NONE, TLS_VERIFY_OPTIONAL, TLS_VERIFY_REQUIRED };
enum tls_version { TLS_1_2 = 0x0303, TLS_1_3 = 0x0304 };

struct tls_context;

struct tls_context *tls_context_new(bool server); /* NULL: the memory of contexts is full */
void tls_context_drop(struct tls_context *self);  /* it goes when its last session has */

/* Reading PEM, as many certificates as there are, or DER; 0, or TLS_FAILED, TLS_MEMORY. More than one chain can be
 * loaded: the one whose names hold what a client asks for is shown. */
int tls_context_load_chain(struct tls_context *self, const uint8_t *certificates, size_t certificates_length,
                           const uint8_t *key, size_t key_length);
int tls_context_load_roots(struct tls_context *self, const uint8_t *roots, size_t length);
unsigned tls_context_roots(const struct tls_context *self);

void tls_context_verify(struct tls_context *self, enum tls_verify verify, bool check_name);
void tls_context_versions(struct tls_context *self, enum tls_version least, enum tls_version most);
int tls_context_alpn(struct tls_context *self, const char *const *names, size_t count); /* copied */

/* Sessions. */

struct tls_session;

/* A count of bytes, 0 where the stream has ended; or TLS_WANT_READ, TLS_WANT_WRITE, TLS_STREAM. */
struct tls_stream {
    int (*read)(void *of, void *bytes, size_t length);
    int (*write)(void *of, const void *bytes, size_t length);
    void *of;
};

/* `host` is whom a client asks for, NULL: it does not say. 0, or as tls_words says. */
int tls_session_new(struct tls_context *context, const char *host, struct tls_session **made);
void tls_session_free(struct tls_session *self);

/* Of a client whose server has given a ticket: what another can go on from, with secrets. It is for the same context,
 * whose rules have not changed, and the same host: whoever keeps it sees to that, as what was checked is not checked
 * again. How many bytes there are, written where there is `room`; 0: no ticket came, or one that is too long. */
size_t tls_session_save(const struct tls_session *self, void *bytes, size_t room);
/* Before the handshake; where server or version will not go on, the session begins anew. 0, or TLS_MEMORY. */
int tls_session_resume(struct tls_session *self, const void *saved, size_t length);
bool tls_session_resumed(const struct tls_session *self);

/* After TLS_UNVERIFIED, TLS_FAILED or TLS_MEMORY a session is of no more use. */
int tls_session_handshake(struct tls_session *self, const struct tls_stream *stream); /* 0 when it is over */
int tls_session_read(struct tls_session *self, const struct tls_stream *stream, void *bytes, size_t length);
int tls_session_write(struct tls_session *self, const struct tls_stream *stream, const void *bytes, size_t length);
int tls_session_close(struct tls_session *self, const struct tls_stream *stream); /* says that nothing follows */

bool tls_session_over(const struct tls_session *self);           /* the handshake is */
bool tls_session_pending(const struct tls_session *self);        /* a read would not ask the stream */
const char *tls_session_version(const struct tls_session *self); /* "TLSv1.3"; NULL before the handshake */
const char *tls_session_cipher(const struct tls_session *self, unsigned *bits);
const char *tls_session_alpn(const struct tls_session *self);                    /* NULL: none was agreed */
const uint8_t *tls_session_peer(const struct tls_session *self, size_t *length); /* its certificate in DER, or NULL */
size_t tls_session_most(const struct tls_session *self); /* bytes of its memory that were in use at once, at most */
