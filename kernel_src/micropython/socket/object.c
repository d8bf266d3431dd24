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

enum { SHUT_RD, SHUT_WR, SHUT_RDWR };

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

socket_object_t *socket_object(const mp_obj_type_t *type, uint8_t kind, uint8_t family) {
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
    socket_object_t *self = socket_object(type, kind, socket_family(given[FAMILY].u_int));
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
    {MP_ROM_QSTR(MP_QSTR_accept), MP_ROM_PTR(&socket_accept_obj)},
    {MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&socket_bind_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&socket_connect_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect_ex), MP_ROM_PTR(&socket_connect_ex_obj)},
    {MP_ROM_QSTR(MP_QSTR_fileno), MP_ROM_PTR(&fileno_obj)},
    {MP_ROM_QSTR(MP_QSTR_getblocking), MP_ROM_PTR(&socket_getblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_getpeername), MP_ROM_PTR(&getpeername_obj)},
    {MP_ROM_QSTR(MP_QSTR_getsockname), MP_ROM_PTR(&getsockname_obj)},
    {MP_ROM_QSTR(MP_QSTR_getsockopt), MP_ROM_PTR(&socket_getsockopt_obj)},
    {MP_ROM_QSTR(MP_QSTR_gettimeout), MP_ROM_PTR(&socket_gettimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_listen), MP_ROM_PTR(&socket_listen_obj)},
    {MP_ROM_QSTR(MP_QSTR_makefile), MP_ROM_PTR(&makefile_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&socket_recv_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv_into), MP_ROM_PTR(&socket_recv_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom), MP_ROM_PTR(&socket_recvfrom_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom_into), MP_ROM_PTR(&socket_recvfrom_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&socket_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&socket_sendall_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendto), MP_ROM_PTR(&socket_sendto_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&socket_setblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_setsockopt), MP_ROM_PTR(&socket_setsockopt_obj)},
    {MP_ROM_QSTR(MP_QSTR_settimeout), MP_ROM_PTR(&socket_settimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&shutdown_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);

MP_DEFINE_CONST_OBJ_TYPE(socket_type, MP_QSTR_socket, MP_TYPE_FLAG_ITER_IS_STREAM, make_new, make_new, print, print,
                         protocol, &socket_stream, locals_dict, &methods);
