/* How a socket gets its ends: an address of its own, a peer, or those who come. */
#include "py/mperrno.h"
#include "py/runtime.h"

#include "socket.h"

static mp_obj_t bind(mp_obj_t object, mp_obj_t where) {
    socket_object_t *self = socket_of(object);
    struct address address;
    socket_address_read(where, self->family, &address);
    return socket_raise(self->does->bind(self->socket, &address));
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_bind_obj, bind);

static mp_obj_t listen(size_t n_args, const mp_obj_t *args) {
    socket_object_t *self = socket_of(args[0]);
    return socket_raise(self->does->listen == NULL ? -MP_EOPNOTSUPP : self->does->listen(self->socket));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_listen_obj, 1, 2, listen);

static mp_obj_t accept(mp_obj_t object_in) {
    socket_object_t *self = socket_of(object_in);
    const struct socket_deadline deadline = socket_deadline(self);
    if (self->does->accept == NULL) {
        mp_raise_OSError(MP_EOPNOTSUPP);
    }
    socket_object_t *guest = socket_object(self->base.type, self->type, self->family); /* memory first: none is lost */
    guest->does = self->does;
    int error;
    while ((error = self->does->accept(self->socket, &guest->socket)) == -MP_EAGAIN) {
        socket_wait(&deadline);
        socket_of(object_in);
    }
    socket_raise(error);
    struct address address = {.family = self->family};
    (void)self->does->peer(guest->socket, &address); /* of one that is gone already: nowhere */
    mp_obj_t items[] = {MP_OBJ_FROM_PTR(guest), socket_address_tuple(&address)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_accept_obj, accept);

/* 0 or -errno; raises only what no errno says. */
static int connect_to(socket_object_t *self, mp_obj_t where) {
    struct address address;
    socket_address_read(where, self->family, &address);
    const struct socket_deadline deadline = socket_deadline(self);
    int error = self->does->connect(self->socket, &address);
    if (error != -MP_EINPROGRESS || deadline.timeout_ms == 0) {
        return error;
    }
    while (self->does->ready(self->socket) == 0) {
        socket_wait(&deadline);
        socket_of(MP_OBJ_FROM_PTR(self));
    }
    (void)self->does->get(self->socket, SOCKET_TAKE_ERROR, &error);
    return -error;
}

static mp_obj_t connect(mp_obj_t object, mp_obj_t where) {
    return socket_raise(connect_to(socket_of(object), where));
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_connect_obj, connect);

static mp_obj_t connect_ex(mp_obj_t object, mp_obj_t where) {
    return MP_OBJ_NEW_SMALL_INT(-connect_to(socket_of(object), where));
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_connect_ex_obj, connect_ex);
