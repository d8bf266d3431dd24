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

/* All that raises OSError is left for the next address. */
static mp_obj_t connected(mp_obj_t *info, mp_obj_t timeout, mp_obj_t source, bool last) {
    enum { FAMILY_AND_TYPE = 2, WHERE = 4 };
    mp_obj_t object = MP_OBJ_TYPE_GET_SLOT(&socket_type, make_new)(&socket_type, FAMILY_AND_TYPE, 0, info);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        mp_stream_close(object);
        if (last || !mp_obj_exception_match(MP_OBJ_FROM_PTR(nlr.ret_val), MP_OBJ_FROM_PTR(&mp_type_OSError))) {
            nlr_jump(nlr.ret_val);
        }
        return MP_OBJ_NULL;
    }
    mp_call_function_2(MP_OBJ_FROM_PTR(&socket_settimeout_obj), object, timeout);
    if (source != mp_const_none) {
        bind(object, source);
    }
    connect(object, info[WHERE]);
    nlr_pop();
    return object;
}

static mp_obj_t create_connection(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ADDRESS, TIMEOUT, SOURCE, ARGUMENTS };
    enum { HOST_AND_PORT = 2, INFO = 5 };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_address, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_timeout, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_source_address, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t given[ARGUMENTS];
    mp_arg_parse_all(n_args, args, kw_args, ARGUMENTS, allowed, given);
    mp_obj_t *ends;
    mp_obj_get_array_fixed_n(given[ADDRESS].u_obj, HOST_AND_PORT, &ends);
    const mp_obj_t asked[] = {ends[0], ends[1], MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(SOCK_STREAM)};
    mp_obj_t found = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&socket_getaddrinfo_obj), MP_ARRAY_SIZE(asked), 0, asked);
    size_t count;
    mp_obj_t *infos;
    mp_obj_get_array(found, &count, &infos);
    mp_obj_t made = MP_OBJ_NULL;
    for (size_t i = 0; i < count && made == MP_OBJ_NULL; i++) {
        mp_obj_t *info;
        mp_obj_get_array_fixed_n(infos[i], INFO, &info);
        made = connected(info, given[TIMEOUT].u_obj, given[SOURCE].u_obj, i + 1 == count);
    }
    return made;
}
MP_DEFINE_CONST_FUN_OBJ_KW(socket_create_connection_obj, 1, create_connection);
