/* What the files of the module tls share. */
#pragma once

#include "py/obj.h"
#include "py/objexcept.h"
#include "py/stream.h"

#include "port.h"

/* mbed_tls.c */
bool tls_device_up(void);
struct rom_file tls_device_roots(void); /* no bytes: the stack names none */

/* Raises RuntimeError where the stack has no room for what mbedTLS takes at most, twice what was measured. */
void tls_check_stack(void);

/* tls_error.c: ssl's exceptions, and what raises them. */
extern const mp_obj_type_t mp_type_SSLError, mp_type_SSLCertVerificationError, mp_type_SSLEOFError,
    mp_type_SSLWantReadError, mp_type_SSLWantWriteError;
void tls_raise(int status) __attribute__((__noreturn__)); /* of crypto/tls.h, which has the words */
void tls_raise_words(const mp_obj_type_t *type, const char *words) __attribute__((__noreturn__));

/* tls_context.c */
typedef struct tls_context_object {
    mp_obj_base_t base;
    struct tls_context *context; /* NULL once it is gone */
    bool server, check_hostname;
    int verify, least, most;
    unsigned rules; /* how often they have changed, certificates and roots among them */
} tls_context_object_t;
extern const mp_obj_type_t tls_context_type;

/* tls_stream.c */
typedef struct tls_socket_object {
    mp_obj_base_t base;
    tls_context_object_t *context;
    mp_obj_t stream;             /* MP_OBJ_NULL: closed */
    struct tls_session *session; /* NULL: closed, or it failed */
    uintptr_t wants;             /* the direction that is waited for, where it is the other one */
    bool ragged, busy;
    mp_obj_t host;   /* or None */
    unsigned rules;  /* of the context, when it began */
    int error;       /* of the stream, in the call that runs */
    mp_obj_t raised; /* by the stream, in the call that runs, or MP_OBJ_NULL */
} tls_socket_object_t;
void tls_socket_end(tls_socket_object_t *self);      /* its session; the stream below stays open */
void tls_socket_say_end(tls_socket_object_t *self);  /* to the peer, where the stream takes it at once */
int tls_socket_handshake(tls_socket_object_t *self); /* 0, or TLS_WANT_READ, TLS_WANT_WRITE; else it raises */
extern const mp_stream_p_t tls_stream_protocol;

/* tls_socket.c */
struct tls_wrap {
    bool server, handshake, ragged;
    mp_obj_t host;  /* or None */
    mp_obj_t saved; /* an SSLSession, or None */
};
mp_obj_t tls_socket(tls_context_object_t *context, mp_obj_t stream, const struct tls_wrap *how);
extern const mp_obj_type_t tls_socket_type;

/* tls_saved.c: tls.SSLSession. */
extern const mp_obj_type_t tls_saved_type;
mp_obj_t tls_saved(const tls_socket_object_t *self);                       /* or None */
void tls_saved_check(const tls_context_object_t *context, mp_obj_t saved); /* raises, if it is not for that */
int tls_saved_resume(const tls_socket_object_t *self, mp_obj_t saved);     /* 0, or a status of crypto/tls.h */
