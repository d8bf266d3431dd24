/*
 * tls.SSLSocket: a session of TLS over any stream, itself a stream. What the stream below answers, that it would block,
 * that it failed, an exception of Python, comes out of the call that was made on this one.
 *
 * A session that failed gives its memory back at once; one that nobody holds any more, at the next collection.
 */
#include <errno.h>
#include <string.h>

#include "crypto/tls.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "tls.h"

enum { DIRECTIONS = MP_STREAM_POLL_RD | MP_STREAM_POLL_WR };

typedef struct tls_socket_object {
    mp_obj_base_t base;
    tls_context_object_t *context;
    mp_obj_t stream;             /* MP_OBJ_NULL: closed */
    struct tls_session *session; /* NULL: closed, or it failed */
    uintptr_t wants;             /* the direction that is waited for, where it is the other one */
    bool ragged, busy;
    int error;       /* of the stream, in the call that runs */
    mp_obj_t raised; /* by the stream, in the call that runs, or MP_OBJ_NULL */
} tls_socket_object_t;

/* The stream below. What it raises must not unwind mbedTLS: it is raised again behind it. */

typedef mp_uint_t (*stream_function)(mp_obj_t stream, void *bytes, mp_uint_t length, int *error);

static int transfer(tls_socket_object_t *self, stream_function function, void *bytes, size_t length, int would_block) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        self->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
        return TLS_STREAM;
    }
    int error = 0;
    const mp_uint_t count = function(self->stream, bytes, length, &error);
    nlr_pop();
    if (count != MP_STREAM_ERROR) {
        return (int)count;
    }
    if (mp_is_nonblocking_error(error)) {
        return would_block;
    }
    self->error = error;
    return TLS_STREAM;
}

static int stream_read(void *of, void *bytes, size_t length) {
    tls_socket_object_t *self = of;
    return transfer(self, mp_get_stream(self->stream)->read, bytes, length, TLS_WANT_READ);
}

static int stream_write(void *of, const void *bytes, size_t length) {
    tls_socket_object_t *self = of;
    const stream_function write = (stream_function)(void (*)(void))mp_get_stream(self->stream)->write;
    const int count = transfer(self, write, (void *)(uintptr_t)bytes, length, TLS_WANT_WRITE);
    return count == 0 ? TLS_WANT_WRITE : count;
}

/* Calls. */

static void session_end(tls_socket_object_t *self) {
    if (self->session != NULL) {
        tls_session_free(self->session);
        self->session = NULL;
    }
}

static struct tls_stream begin(tls_socket_object_t *self) {
    if (self->session == NULL) {
        if (self->stream != MP_OBJ_NULL) {
            tls_raise_words(&mp_type_SSLError, "this session of TLS has failed before");
        }
        mp_raise_OSError(MP_EBADF);
    }
    if (self->busy) {
        mp_raise_OSError(MP_EBUSY);
    }
    tls_check_stack();
    self->busy = true;
    self->error = 0;
    self->raised = MP_OBJ_NULL;
    return (struct tls_stream){stream_read, stream_write, self};
}

/* Raises what ended the session, or the stream's exception; else returns the status. */
static int end(tls_socket_object_t *self, int status) {
    self->busy = false;
    if (status == TLS_STREAM && self->raised != MP_OBJ_NULL) {
        const mp_obj_t raised = self->raised;
        self->raised = MP_OBJ_NULL;
        nlr_raise(raised);
    }
    const bool handshake = !tls_session_over(self->session);
    if (status == TLS_MEMORY || status == TLS_UNVERIFIED || status == TLS_FAILED ||
        (handshake && (status == TLS_CUT || status == TLS_CLOSED))) {
        session_end(self);
        tls_raise(status);
    }
    return status;
}

static mp_uint_t count_of(tls_socket_object_t *self, int status, uintptr_t direction, int *error) {
    self->wants = 0;
    if (status >= 0) {
        return status;
    }
    switch (status) {
    case TLS_CLOSED:
        return 0;
    case TLS_CUT:
        if (!self->ragged) {
            tls_raise(status);
        }
        return 0;
    case TLS_STREAM:
        *error = self->error;
        return MP_STREAM_ERROR;
    default: {
        const uintptr_t needed = status == TLS_WANT_READ ? MP_STREAM_POLL_RD : MP_STREAM_POLL_WR;
        self->wants = needed == direction ? 0 : needed;
        *error = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    }
}

static mp_uint_t socket_read(mp_obj_t self_in, void *bytes, mp_uint_t length, int *error) {
    tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    const struct tls_stream stream = begin(self);
    const int status = end(self, tls_session_read(self->session, &stream, bytes, length));
    return count_of(self, status, MP_STREAM_POLL_RD, error);
}

static mp_uint_t socket_write(mp_obj_t self_in, const void *bytes, mp_uint_t length, int *error) {
    tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    const struct tls_stream stream = begin(self);
    const int status = end(self, tls_session_write(self->session, &stream, bytes, length));
    return count_of(self, status, MP_STREAM_POLL_WR, error);
}

static mp_uint_t below(tls_socket_object_t *self, mp_uint_t request, uintptr_t argument, int *error) {
    return mp_get_stream(self->stream)->ioctl(self->stream, request, argument, error);
}

static mp_uint_t socket_poll(tls_socket_object_t *self, uintptr_t flags, int *error) {
    if (self->session == NULL) {
        return MP_STREAM_POLL_NVAL;
    }
    const uintptr_t asked = flags & DIRECTIONS;
    mp_uint_t ready = 0;
    if (self->wants != 0 && asked != 0) {
        flags = (flags & ~asked) | self->wants;
    }
    if ((flags & MP_STREAM_POLL_RD) && tls_session_pending(self->session)) {
        ready = MP_STREAM_POLL_RD;
        if (flags == MP_STREAM_POLL_RD) {
            return ready;
        }
    }
    ready |= below(self, MP_STREAM_POLL, flags, error);
    /* The direction that is waited for is there: what was asked will get further. */
    return ready & self->wants ? ready | asked : ready;
}

/* Says that nothing follows, where the stream takes it at once: nobody waits for a peer that does not listen. */
static void say_end(tls_socket_object_t *self) {
    nlr_buf_t nlr;
    if (self->session == NULL || !tls_session_over(self->session) || nlr_push(&nlr) != 0) {
        return;
    }
    int error = 0;
    if (below(self, MP_STREAM_POLL, MP_STREAM_POLL_WR, &error) == MP_STREAM_POLL_WR) {
        const struct tls_stream stream = begin(self);
        (void)tls_session_close(self->session, &stream);
    }
    nlr_pop();
    self->busy = false;
}

static mp_uint_t socket_close(tls_socket_object_t *self, int *error) {
    if (self->stream == MP_OBJ_NULL) {
        return 0;
    }
    if (self->busy) {
        *error = MP_EBUSY;
        return MP_STREAM_ERROR;
    }
    say_end(self);
    session_end(self);
    const mp_obj_t stream = self->stream;
    self->stream = MP_OBJ_NULL;
    return mp_get_stream(stream)->ioctl(stream, MP_STREAM_CLOSE, 0, error);
}

static mp_uint_t socket_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t argument, int *error) {
    tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
    case MP_STREAM_POLL:
        return socket_poll(self, argument, error);
    case MP_STREAM_CLOSE:
        return socket_close(self, error);
    case MP_STREAM_FLUSH:
        return 0;
    default:
        *error = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
}

/* Methods. */

static int handshake(tls_socket_object_t *self) {
    const struct tls_stream stream = begin(self);
    const int status = end(self, tls_session_handshake(self->session, &stream));
    if (status == TLS_STREAM) {
        mp_raise_OSError(self->error);
    }
    self->wants = status == TLS_WANT_READ ? MP_STREAM_POLL_RD : status == TLS_WANT_WRITE ? MP_STREAM_POLL_WR : 0;
    return status;
}

static mp_obj_t do_handshake(mp_obj_t self_in) {
    const int status = handshake(MP_OBJ_TO_PTR(self_in));
    if (status != 0) {
        tls_raise(status);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(do_handshake_obj, do_handshake);

static mp_obj_t text(const char *chars) {
    return chars == NULL ? mp_const_none : mp_obj_new_str(chars, strlen(chars));
}

static const struct tls_session *session_of(mp_obj_t self_in) {
    const tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->session == NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    return self->session;
}

static mp_obj_t version(mp_obj_t self_in) {
    return text(tls_session_version(session_of(self_in)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(version_obj, version);

static mp_obj_t cipher(mp_obj_t self_in) {
    const struct tls_session *session = session_of(self_in);
    unsigned bits;
    const char *name = tls_session_cipher(session, &bits);
    if (name == NULL) {
        return mp_const_none;
    }
    const mp_obj_t row[] = {text(name), text(tls_session_version(session)), MP_OBJ_NEW_SMALL_INT(bits)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(row), row);
}
static MP_DEFINE_CONST_FUN_OBJ_1(cipher_obj, cipher);

static mp_obj_t selected_alpn_protocol(mp_obj_t self_in) {
    return text(tls_session_alpn(session_of(self_in)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(selected_alpn_protocol_obj, selected_alpn_protocol);

static mp_obj_t getpeercert(size_t count, const mp_obj_t *arguments) {
    size_t length;
    const uint8_t *certificate = tls_session_peer(session_of(arguments[0]), &length);
    if (count < 2 || !mp_obj_is_true(arguments[1])) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("the certificate is there as it came: getpeercert(True)"));
    }
    return certificate == NULL ? mp_const_none : mp_obj_new_bytes(certificate, length);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(getpeercert_obj, 1, 2, getpeercert);

static mp_obj_t pending(mp_obj_t self_in) {
    return mp_obj_new_bool(tls_session_pending(session_of(self_in)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(pending_obj, pending);

/* The stream goes on without TLS. */
static mp_obj_t unwrap(mp_obj_t self_in) {
    tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    session_of(self_in);
    say_end(self);
    session_end(self);
    const mp_obj_t stream = self->stream;
    self->stream = MP_OBJ_NULL;
    return stream;
}
static MP_DEFINE_CONST_FUN_OBJ_1(unwrap_obj, unwrap);

static mp_obj_t shutdown(mp_obj_t self_in, mp_obj_t how) {
    enum { SHUT_RD = 0 };
    tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->stream == MP_OBJ_NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    if (mp_obj_get_int(how) != SHUT_RD) {
        say_end(self);
    }
    mp_obj_t method[3];
    mp_load_method(self->stream, MP_QSTR_shutdown, method);
    method[2] = how;
    return mp_call_method_n_kw(1, 0, method);
}
static MP_DEFINE_CONST_FUN_OBJ_2(shutdown_obj, shutdown);

static mp_obj_t delete (mp_obj_t self_in) {
    session_end(MP_OBJ_TO_PTR(self_in)); /* in a collection nothing can be said any more */
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(delete_obj, delete);

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&mp_stream_read1_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv_into), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&mp_stream_write1_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&delete_obj)},
    {MP_ROM_QSTR(MP_QSTR_do_handshake), MP_ROM_PTR(&do_handshake_obj)},
    {MP_ROM_QSTR(MP_QSTR_version), MP_ROM_PTR(&version_obj)},
    {MP_ROM_QSTR(MP_QSTR_cipher), MP_ROM_PTR(&cipher_obj)},
    {MP_ROM_QSTR(MP_QSTR_selected_alpn_protocol), MP_ROM_PTR(&selected_alpn_protocol_obj)},
    {MP_ROM_QSTR(MP_QSTR_getpeercert), MP_ROM_PTR(&getpeercert_obj)},
    {MP_ROM_QSTR(MP_QSTR_pending), MP_ROM_PTR(&pending_obj)},
    {MP_ROM_QSTR(MP_QSTR_unwrap), MP_ROM_PTR(&unwrap_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&shutdown_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);

/* What says nothing of the bytes is the stream's own affair, where it has it; all that moves them is not. */
static void attr(mp_obj_t self_in, qstr name, mp_obj_t *destination) {
    const tls_socket_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (destination[0] != MP_OBJ_NULL) {
        return;
    }
    if (name == MP_QSTR_context) {
        destination[0] = MP_OBJ_FROM_PTR(self->context);
    } else if (self->stream != MP_OBJ_NULL &&
               (name == MP_QSTR_setblocking || name == MP_QSTR_settimeout || name == MP_QSTR_getpeername ||
                name == MP_QSTR_getsockname || name == MP_QSTR_setsockopt || name == MP_QSTR_fileno)) {
        mp_load_method_maybe(self->stream, name, destination);
    } else {
        destination[1] = MP_OBJ_SENTINEL; /* perhaps a method */
    }
}

static const mp_stream_p_t stream_protocol = {.read = socket_read, .write = socket_write, .ioctl = socket_ioctl};

MP_DEFINE_CONST_OBJ_TYPE(tls_socket_type, MP_QSTR_SSLSocket, MP_TYPE_FLAG_NONE, attr, attr, protocol, &stream_protocol,
                         locals_dict, &methods);

mp_obj_t tls_socket(tls_context_object_t *context, mp_obj_t stream, const struct tls_wrap *how) {
    mp_get_stream_raise(stream, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    const char *host = how->host == mp_const_none ? NULL : mp_obj_str_get_str(how->host);
    tls_socket_object_t *self = mp_obj_malloc_with_finaliser(tls_socket_object_t, &tls_socket_type);
    self->context = context;
    self->stream = stream;
    self->session = NULL;
    self->wants = 0;
    self->ragged = how->ragged;
    self->busy = false;
    self->raised = MP_OBJ_NULL;
    int status = tls_session_new(context->context, host, &self->session);
    if (status == TLS_MEMORY) {
        gc_collect(); /* a session that nobody holds any more gives its memory back */
        status = tls_session_new(context->context, host, &self->session);
    }
    if (status != 0) {
        tls_raise(status);
    }
    if (how->handshake && (status = handshake(self)) != 0) {
        session_end(self); /* nobody would have it */
        tls_raise(status);
    }
    return MP_OBJ_FROM_PTR(self);
}
