/*
 * A socket, as CPython's: the object. What CPython does by a reference count the collector does here: a socket that
 * nobody holds is closed.
 */
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "port.h"
#include "socket.h"

enum { SHUT_RD, SHUT_WR, SHUT_RDWR, MOST_AT_ONCE = 65536 };

socket_object_t *socket_of(mp_obj_t object) {
    socket_object_t *self = MP_OBJ_TO_PTR(object);
    if (self->socket == NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

mp_obj_t socket_raise(int error) {
    if (error < 0) {
        mp_raise_OSError(-error);
    }
    return mp_const_none;
}

static socket_object_t *object(const mp_obj_type_t *type, uint8_t kind, uint8_t family) {
    static uint32_t number;
    socket_object_t *self = mp_obj_malloc_with_finaliser(socket_object_t, type);
    self->socket = NULL;
    self->timeout_ms = SOCKET_FOREVER;
    self->type = kind;
    self->family = family;
    self->number = ++number;
    return self;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { FAMILY, TYPE, PROTO, ARGUMENTS };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_family, MP_ARG_INT, {.u_int = AF_INET}},
        {MP_QSTR_type, MP_ARG_INT, {.u_int = SOCK_STREAM}},
        {MP_QSTR_proto, MP_ARG_INT, {.u_int = 0}},
    };
    mp_arg_val_t given[ARGUMENTS];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, ARGUMENTS, allowed, given);
    const mp_int_t kind = given[TYPE].u_int;
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM) {
        mp_raise_OSError(MP_EPROTONOSUPPORT);
    }
    struct device *device = device_providing(kind == SOCK_STREAM ? INTERFACE_TCP : INTERFACE_UDP);
    if (device == NULL) {
        raise_os_error(MP_ENODEV, "this stack has no such socket: add the device %s",
                       kind == SOCK_STREAM ? "TcpSockets" : "UdpSockets");
    }
    socket_object_t *self = object(type, kind, socket_family(given[FAMILY].u_int));
    self->does = device->driver->operations;
    int error = self->does->open(device, self->family, &self->socket);
    if (error == -MP_ENOBUFS) {
        gc_collect(); /* it closes what nobody holds */
        error = self->does->open(device, self->family, &self->socket);
    }
    socket_raise(error);
    return MP_OBJ_FROM_PTR(self);
}

static void print(const mp_print_t *out, mp_obj_t object, mp_print_kind_t kind) {
    const socket_object_t *self = MP_OBJ_TO_PTR(object);
    mp_printf(out, "<socket %d, %s%s>", (int)self->number, self->type == SOCK_STREAM ? "TCP" : "UDP",
              self->socket == NULL ? ", closed" : "");
}

static mp_obj_t close(mp_obj_t object) {
    int error;
    socket_stream.ioctl(object, MP_STREAM_CLOSE, 0, &error);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(close_obj, close);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args) {
    return close(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

static mp_obj_t bind(mp_obj_t object, mp_obj_t where) {
    socket_object_t *self = socket_of(object);
    struct address address;
    socket_address_read(where, self->family, &address);
    return socket_raise(self->does->bind(self->socket, &address));
}
static MP_DEFINE_CONST_FUN_OBJ_2(bind_obj, bind);

static mp_obj_t listen(size_t n_args, const mp_obj_t *args) {
    socket_object_t *self = socket_of(args[0]);
    return socket_raise(self->does->listen == NULL ? -MP_EOPNOTSUPP : self->does->listen(self->socket));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(listen_obj, 1, 2, listen);

static mp_obj_t accept(mp_obj_t object_in) {
    socket_object_t *self = socket_of(object_in);
    const struct socket_deadline deadline = socket_deadline(self);
    if (self->does->accept == NULL) {
        mp_raise_OSError(MP_EOPNOTSUPP);
    }
    socket_object_t *guest = object(self->base.type, self->type, self->family); /* memory first: none is lost */
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
static MP_DEFINE_CONST_FUN_OBJ_1(accept_obj, accept);

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
static MP_DEFINE_CONST_FUN_OBJ_2(connect_obj, connect);

static mp_obj_t connect_ex(mp_obj_t object, mp_obj_t where) {
    return MP_OBJ_NEW_SMALL_INT(-connect_to(socket_of(object), where));
}
static MP_DEFINE_CONST_FUN_OBJ_2(connect_ex_obj, connect_ex);

/* Sending. */

static mp_obj_t send(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    return MP_OBJ_NEW_SMALL_INT(socket_send(socket_of(args[0]), buffer.buf, buffer.len, NULL));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(send_obj, 2, 3, send);

static mp_obj_t sendall(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    for (size_t sent = 0; sent < buffer.len;) {
        sent += socket_send(socket_of(args[0]), (const byte *)buffer.buf + sent, buffer.len - sent, NULL);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sendall_obj, 2, 3, sendall);

static mp_obj_t sendto(size_t n_args, const mp_obj_t *args) {
    socket_object_t *self = socket_of(args[0]);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    struct address address;
    socket_address_read(args[n_args - 1], self->family, &address);
    return MP_OBJ_NEW_SMALL_INT(socket_send(self, buffer.buf, buffer.len, &address));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sendto_obj, 3, 4, sendto);

/* Receiving. */

static mp_int_t flags_of(size_t n_args, const mp_obj_t *args, size_t index) {
    return n_args > index ? mp_obj_get_int(args[index]) : 0;
}

static mp_obj_t received(size_t n_args, const mp_obj_t *args, struct address *from) {
    socket_object_t *self = socket_of(args[0]);
    const mp_int_t most = mp_obj_get_int(args[1]);
    if (most < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a count of bytes is 0 or more"));
    }
    vstr_t bytes;
    vstr_init_len(&bytes, MIN(most, MOST_AT_ONCE));
    bytes.len = socket_receive(self, bytes.buf, bytes.len, from, flags_of(n_args, args, 2));
    return mp_obj_new_bytes_from_vstr(&bytes);
}

static mp_obj_t recv(size_t n_args, const mp_obj_t *args) {
    return received(n_args, args, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recv_obj, 2, 3, recv);

static mp_obj_t with_sender(const socket_object_t *self, mp_obj_t what, const struct address *from) {
    mp_obj_t items[] = {what, from->family == 0 ? mp_const_none : socket_address_tuple(from)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

static mp_obj_t recvfrom(size_t n_args, const mp_obj_t *args) {
    struct address from;
    mp_obj_t bytes = received(n_args, args, &from);
    return with_sender(MP_OBJ_TO_PTR(args[0]), bytes, &from);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recvfrom_obj, 2, 3, recvfrom);

static size_t received_into(size_t n_args, const mp_obj_t *args, struct address *from) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_WRITE);
    const mp_int_t most = flags_of(n_args, args, 2);
    if (most < 0 || (size_t)most > buffer.len) {
        mp_raise_ValueError(MP_ERROR_TEXT("the buffer does not hold as many bytes"));
    }
    return socket_receive(socket_of(args[0]), buffer.buf, most == 0 ? buffer.len : (size_t)most, from,
                          flags_of(n_args, args, 3));
}

static mp_obj_t recv_into(size_t n_args, const mp_obj_t *args) {
    return MP_OBJ_NEW_SMALL_INT(received_into(n_args, args, NULL));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recv_into_obj, 2, 4, recv_into);

static mp_obj_t recvfrom_into(size_t n_args, const mp_obj_t *args) {
    struct address from;
    const size_t length = received_into(n_args, args, &from);
    return with_sender(MP_OBJ_TO_PTR(args[0]), MP_OBJ_NEW_SMALL_INT(length), &from);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recvfrom_into_obj, 2, 4, recvfrom_into);

/* The rest. */

static mp_obj_t shutdown(mp_obj_t object, mp_obj_t how) {
    socket_object_t *self = socket_of(object);
    const mp_int_t which = mp_obj_get_int(how);
    if (which < SHUT_RD || which > SHUT_RDWR) {
        mp_raise_OSError(MP_EINVAL);
    }
    return socket_raise(self->does->shutdown(self->socket, which != SHUT_WR, which != SHUT_RD));
}
static MP_DEFINE_CONST_FUN_OBJ_2(shutdown_obj, shutdown);

static mp_obj_t getsockname(mp_obj_t object) {
    socket_object_t *self = socket_of(object);
    struct address address;
    socket_raise(self->does->local(self->socket, &address));
    return socket_address_tuple(&address);
}
static MP_DEFINE_CONST_FUN_OBJ_1(getsockname_obj, getsockname);

static mp_obj_t getpeername(mp_obj_t object) {
    socket_object_t *self = socket_of(object);
    struct address address;
    socket_raise(self->does->peer(self->socket, &address));
    return socket_address_tuple(&address);
}
static MP_DEFINE_CONST_FUN_OBJ_1(getpeername_obj, getpeername);

static mp_obj_t fileno(mp_obj_t object) {
    const socket_object_t *self = MP_OBJ_TO_PTR(object);
    return MP_OBJ_NEW_SMALL_INT(self->socket == NULL ? -1 : (mp_int_t)self->number);
}
static MP_DEFINE_CONST_FUN_OBJ_1(fileno_obj, fileno);

static mp_obj_t makefile(size_t n_args, const mp_obj_t *args) {
    return args[0];
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(makefile_obj, 1, 6, makefile);

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&close_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&leave_obj)},
    {MP_ROM_QSTR(MP_QSTR_accept), MP_ROM_PTR(&accept_obj)},
    {MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&bind_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&connect_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect_ex), MP_ROM_PTR(&connect_ex_obj)},
    {MP_ROM_QSTR(MP_QSTR_fileno), MP_ROM_PTR(&fileno_obj)},
    {MP_ROM_QSTR(MP_QSTR_getpeername), MP_ROM_PTR(&getpeername_obj)},
    {MP_ROM_QSTR(MP_QSTR_getsockname), MP_ROM_PTR(&getsockname_obj)},
    {MP_ROM_QSTR(MP_QSTR_getsockopt), MP_ROM_PTR(&socket_getsockopt_obj)},
    {MP_ROM_QSTR(MP_QSTR_gettimeout), MP_ROM_PTR(&socket_gettimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_listen), MP_ROM_PTR(&listen_obj)},
    {MP_ROM_QSTR(MP_QSTR_makefile), MP_ROM_PTR(&makefile_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&recv_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv_into), MP_ROM_PTR(&recv_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom), MP_ROM_PTR(&recvfrom_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom_into), MP_ROM_PTR(&recvfrom_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&send_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&sendall_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendto), MP_ROM_PTR(&sendto_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&socket_setblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_setsockopt), MP_ROM_PTR(&socket_setsockopt_obj)},
    {MP_ROM_QSTR(MP_QSTR_settimeout), MP_ROM_PTR(&socket_settimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&shutdown_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);

MP_DEFINE_CONST_OBJ_TYPE(socket_type, MP_QSTR_socket, MP_TYPE_FLAG_ITER_IS_STREAM, make_new, make_new, print, print,
                         protocol, &socket_stream, locals_dict, &methods);
