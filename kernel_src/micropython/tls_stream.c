/*
 * The stream of tls.SSLSocket: a session of TLS over any stream, itself a stream. What the stream below answers, that
 * it would block, that it failed, an exception of Python, comes out of the call that was made on this one.
 *
 * A session that failed gives its memory back at once; one that nobody holds any more, at the next collection.
 */
#include <errno.h>
#include <string.h>

#include "crypto/tls.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "tls.h"

enum { DIRECTIONS = MP_STREAM_POLL_RD | MP_STREAM_POLL_WR };

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

void tls_socket_end(tls_socket_object_t *self) {
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
        tls_socket_end(self);
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
void tls_socket_say_end(tls_socket_object_t *self) {
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
    tls_socket_say_end(self);
    tls_socket_end(self);
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

int tls_socket_handshake(tls_socket_object_t *self) {
    const struct tls_stream stream = begin(self);
    const int status = end(self, tls_session_handshake(self->session, &stream));
    if (status == TLS_STREAM) {
        mp_raise_OSError(self->error);
    }
    self->wants = status == TLS_WANT_READ ? MP_STREAM_POLL_RD : status == TLS_WANT_WRITE ? MP_STREAM_POLL_WR : 0;
    return status;
}

const mp_stream_p_t tls_stream_protocol = {.read = socket_read, .write = socket_write, .ioctl = socket_ioctl};
