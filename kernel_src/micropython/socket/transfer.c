/* Bytes and datagrams, out of a socket and into it. */
#include "py/runtime.h"

#include "socket.h"

enum { MOST_AT_ONCE = 65536 };

/* Sending. */

static mp_obj_t send(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    return MP_OBJ_NEW_SMALL_INT(socket_send(socket_of(args[0]), buffer.buf, buffer.len, NULL));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_send_obj, 2, 3, send);

static mp_obj_t sendall(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    for (size_t sent = 0; sent < buffer.len;) {
        sent += socket_send(socket_of(args[0]), (const byte *)buffer.buf + sent, buffer.len - sent, NULL);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_sendall_obj, 2, 3, sendall);

static mp_obj_t sendto(size_t n_args, const mp_obj_t *args) {
    socket_object_t *self = socket_of(args[0]);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[1], &buffer, MP_BUFFER_READ);
    struct address address;
    socket_address_read(args[n_args - 1], self->family, &address);
    return MP_OBJ_NEW_SMALL_INT(socket_send(self, buffer.buf, buffer.len, &address));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_sendto_obj, 3, 4, sendto);

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
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recv_obj, 2, 3, recv);

static mp_obj_t with_sender(const socket_object_t *self, mp_obj_t what, const struct address *from) {
    mp_obj_t items[] = {what, from->family == 0 ? mp_const_none : socket_address_tuple(from)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

static mp_obj_t recvfrom(size_t n_args, const mp_obj_t *args) {
    struct address from;
    mp_obj_t bytes = received(n_args, args, &from);
    return with_sender(MP_OBJ_TO_PTR(args[0]), bytes, &from);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recvfrom_obj, 2, 3, recvfrom);

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
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recv_into_obj, 2, 4, recv_into);

static mp_obj_t recvfrom_into(size_t n_args, const mp_obj_t *args) {
    struct address from;
    const size_t length = received_into(n_args, args, &from);
    return with_sender(MP_OBJ_TO_PTR(args[0]), MP_OBJ_NEW_SMALL_INT(length), &from);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recvfrom_into_obj, 2, 4, recvfrom_into);
