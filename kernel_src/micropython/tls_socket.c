/* tls.SSLSocket, with the names of CPython's: tls_stream.c moves the bytes. */
#include <string.h>

#include "crypto/tls.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "tls.h"

static mp_obj_t do_handshake(mp_obj_t self_in) {
    const int status = tls_socket_handshake(MP_OBJ_TO_PTR(self_in));
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
    tls_socket_say_end(self);
    tls_socket_end(self);
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
        tls_socket_say_end(self);
    }
    mp_obj_t method[3];
    mp_load_method(self->stream, MP_QSTR_shutdown, method);
    method[2] = how;
    return mp_call_method_n_kw(1, 0, method);
}
static MP_DEFINE_CONST_FUN_OBJ_2(shutdown_obj, shutdown);

static mp_obj_t delete (mp_obj_t self_in) {
    tls_socket_end(MP_OBJ_TO_PTR(self_in)); /* in a collection nothing can be said any more */
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
    } else if (name == MP_QSTR_session) {
        destination[0] = tls_saved(self);
    } else if (name == MP_QSTR_session_reused) {
        destination[0] = mp_obj_new_bool(self->session != NULL && tls_session_resumed(self->session));
    } else if (self->stream != MP_OBJ_NULL &&
               (name == MP_QSTR_setblocking || name == MP_QSTR_settimeout || name == MP_QSTR_getpeername ||
                name == MP_QSTR_getsockname || name == MP_QSTR_setsockopt || name == MP_QSTR_fileno)) {
        mp_load_method_maybe(self->stream, name, destination);
    } else {
        destination[1] = MP_OBJ_SENTINEL; /* perhaps a method */
    }
}

MP_DEFINE_CONST_OBJ_TYPE(tls_socket_type, MP_QSTR_SSLSocket, MP_TYPE_FLAG_NONE, attr, attr, protocol,
                         &tls_stream_protocol, locals_dict, &methods);

mp_obj_t tls_socket(tls_context_object_t *context, mp_obj_t stream, const struct tls_wrap *how) {
    mp_get_stream_raise(stream, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    const char *host = how->host == mp_const_none ? NULL : mp_obj_str_get_str(how->host);
    tls_socket_object_t *self = mp_obj_malloc_with_finaliser(tls_socket_object_t, &tls_socket_type);
    self->context = context;
    self->stream = stream;
    self->session = NULL;
    self->wants = 0;
    self->host = how->host;
    self->rules = context->rules;
    self->ragged = how->ragged;
    self->busy = false;
    self->raised = MP_OBJ_NULL;
    int status = tls_session_new(context->context, host, &self->session);
    if (status == TLS_MEMORY) {
        gc_collect(); /* a session that nobody holds any more gives its memory back */
        status = tls_session_new(context->context, host, &self->session);
    }
    if (status == 0 && how->saved != mp_const_none) {
        status = tls_saved_resume(self, how->saved);
    }
    if (status != 0) {
        tls_socket_end(self);
        tls_raise(status);
    }
    if (how->handshake && (status = tls_socket_handshake(self)) != 0) {
        tls_socket_end(self); /* nobody would have it */
        tls_raise(status);
    }
    return MP_OBJ_FROM_PTR(self);
}
