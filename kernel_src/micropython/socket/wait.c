/* What of a socket may wait, and the stream that MicroPython makes of it. */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "socket.h"

enum { MSG_PEEK = 2, MSG_DONTWAIT = 0x40 };

struct socket_deadline socket_deadline(const socket_object_t *self) {
    return (struct socket_deadline){self->timeout_ms, self->timeout_ms > 0 ? mp_hal_ticks_ms() : 0};
}

void socket_wait(const struct socket_deadline *deadline) {
    if (deadline->timeout_ms == 0) {
        mp_raise_OSError(MP_EAGAIN);
    }
    if (deadline->timeout_ms == SOCKET_FOREVER) {
        mp_event_wait_indefinite();
        return;
    }
    const mp_uint_t elapsed_ms = mp_hal_ticks_ms() - deadline->began_ms;
    if (elapsed_ms >= (mp_uint_t)deadline->timeout_ms) {
        nlr_raise(mp_obj_new_exception_arg1(&socket_timeout_type, MP_OBJ_NEW_SMALL_INT(MP_ETIMEDOUT)));
    }
    mp_event_wait_ms(deadline->timeout_ms - elapsed_ms);
}

size_t socket_receive(socket_object_t *self, void *bytes, size_t length, struct address *from, mp_int_t flags) {
    struct socket_deadline deadline = socket_deadline(self);
    if (flags & MSG_DONTWAIT) {
        deadline.timeout_ms = 0;
    }
    for (;;) {
        const int64_t received = self->does->receive(self->socket, bytes, length, from, flags & MSG_PEEK);
        if (received >= 0) {
            return received;
        }
        if (received != -MP_EAGAIN) {
            mp_raise_OSError(-(int)received);
        }
        socket_wait(&deadline);
        self = socket_of(MP_OBJ_FROM_PTR(self)); /* it may have been closed meanwhile */
    }
}

size_t socket_send(socket_object_t *self, const void *bytes, size_t length, const struct address *to) {
    const struct socket_deadline deadline = socket_deadline(self);
    for (;;) {
        const int64_t sent = self->does->send(self->socket, bytes, length, to);
        if (sent >= 0) {
            return sent;
        }
        if (sent != -MP_EAGAIN) {
            mp_raise_OSError(-(int)sent);
        }
        socket_wait(&deadline);
        self = socket_of(MP_OBJ_FROM_PTR(self));
    }
}

/* The stream: an error is returned, as a stream's caller may have something already. */

static mp_uint_t none_yet(const socket_object_t *self, const struct socket_deadline *deadline, int64_t result,
                          int *error) {
    if (result == -MP_EAGAIN && deadline->timeout_ms != 0) {
        socket_wait(deadline);
        if (self->socket != NULL) {
            return 0;
        }
        result = -MP_EBADF;
    }
    *error = -(int)result;
    return MP_STREAM_ERROR;
}

static mp_uint_t stream_read(mp_obj_t object, void *bytes, mp_uint_t size, int *error) {
    socket_object_t *self = socket_of(object);
    const struct socket_deadline deadline = socket_deadline(self);
    for (;;) {
        const int64_t received = self->does->receive(self->socket, bytes, size, NULL, false);
        if (received >= 0) {
            return received;
        }
        if (none_yet(self, &deadline, received, error) == MP_STREAM_ERROR) {
            return MP_STREAM_ERROR;
        }
    }
}

static mp_uint_t stream_write(mp_obj_t object, const void *bytes, mp_uint_t size, int *error) {
    socket_object_t *self = socket_of(object);
    const struct socket_deadline deadline = socket_deadline(self);
    for (;;) {
        const int64_t sent = self->does->send(self->socket, bytes, size, NULL);
        if (sent >= 0) {
            return sent;
        }
        if (none_yet(self, &deadline, sent, error) == MP_STREAM_ERROR) {
            return MP_STREAM_ERROR;
        }
    }
}

static mp_uint_t stream_ioctl(mp_obj_t object, mp_uint_t request, uintptr_t argument, int *error) {
    socket_object_t *self = MP_OBJ_TO_PTR(object);
    switch (request) {
    case MP_STREAM_POLL:
        if (self->socket == NULL) {
            return MP_STREAM_POLL_NVAL;
        }
        return self->does->ready(self->socket) & (argument | MP_STREAM_POLL_ERR | MP_STREAM_POLL_HUP);
    case MP_STREAM_CLOSE:
        if (self->socket != NULL) {
            self->does->close(self->socket);
            self->socket = NULL;
        }
        return 0;
    case MP_STREAM_FLUSH:
        return 0;
    default:
        *error = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
}

const mp_stream_p_t socket_stream = {.read = stream_read, .write = stream_write, .ioctl = stream_ioctl};
