/* A socket's options, with Linux's numbers, and how long it waits. */
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "socket.h"

enum { LEVEL_IP = 0, LEVEL_SOCKET = 1, LEVEL_TCP = IPPROTO_TCP, LEVEL_IPV6 = 41 };
enum { IP_ADD_MEMBERSHIP = 35, IP_DROP_MEMBERSHIP = 36, IPV6_JOIN_GROUP = 20, IPV6_LEAVE_GROUP = 21 };
enum { INT_BYTES = 4, FLOAT_MOST_S = 2000000 };

static const struct {
    uint8_t level, number, option;
} options[] = {
    {LEVEL_SOCKET, 2, SOCKET_REUSE_ADDRESS}, {LEVEL_SOCKET, 4, SOCKET_TAKE_ERROR},
    {LEVEL_SOCKET, 6, SOCKET_BROADCAST},     {LEVEL_SOCKET, 7, SOCKET_SEND_BYTES},
    {LEVEL_SOCKET, 8, SOCKET_RECEIVE_BYTES}, {LEVEL_SOCKET, 9, SOCKET_KEEP_ALIVE},
    {LEVEL_SOCKET, 13, SOCKET_RESETS},       {LEVEL_SOCKET, 15, SOCKET_REUSE_ADDRESS},
    {LEVEL_SOCKET, 30, SOCKET_LISTENS},      {LEVEL_TCP, 1, SOCKET_NO_DELAY},
    {LEVEL_TCP, 4, SOCKET_KEEP_IDLE_S},      {LEVEL_TCP, 5, SOCKET_KEEP_INTERVAL_S},
    {LEVEL_TCP, 6, SOCKET_KEEP_COUNT},       {LEVEL_IP, 2, SOCKET_TIME_TO_LIVE},
    {LEVEL_IP, 33, SOCKET_GROUP_LIVE},       {LEVEL_IP, 34, SOCKET_GROUP_LOOP},
    {LEVEL_IPV6, 16, SOCKET_TIME_TO_LIVE},   {LEVEL_IPV6, 18, SOCKET_GROUP_LIVE},
    {LEVEL_IPV6, 19, SOCKET_GROUP_LOOP},
};

static enum socket_option option_of(mp_obj_t level, mp_obj_t number) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(options); i++) {
        if (mp_obj_get_int(level) == options[i].level && mp_obj_get_int(number) == options[i].number) {
            return options[i].option;
        }
    }
    socket_raise(-MP_ENOPROTOOPT);
    return 0;
}

/* struct ip_mreq and ip_mreqn, struct ipv6_mreq: the group first, then the link. */
static bool group(socket_object_t *self, mp_obj_t level, mp_obj_t number, mp_obj_t value) {
    const mp_int_t which = mp_obj_get_int(number);
    const bool six = mp_obj_get_int(level) == LEVEL_IPV6;
    const bool joins = six ? which == IPV6_JOIN_GROUP : which == IP_ADD_MEMBERSHIP;
    const bool leaves = six ? which == IPV6_LEAVE_GROUP : which == IP_DROP_MEMBERSHIP;
    if ((!six && mp_obj_get_int(level) != LEVEL_IP) || (!joins && !leaves)) {
        return false;
    }
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(value, &buffer, MP_BUFFER_READ);
    const size_t bytes = six ? ADDRESS_IPV6_BYTES : ADDRESS_IPV4_BYTES;
    if (buffer.len < bytes + INT_BYTES) {
        socket_raise(-MP_EINVAL);
    }
    struct address to = {.family = six ? ADDRESS_IPV6 : ADDRESS_IPV4};
    struct address link = {.family = to.family};
    memcpy(to.bytes, buffer.buf, bytes);
    if (six) {
        link.zone = ((const uint8_t *)buffer.buf)[bytes];
    } else {
        memcpy(link.bytes, (const uint8_t *)buffer.buf + bytes, bytes);
    }
    socket_raise(self->does->group == NULL ? -MP_ENOPROTOOPT : self->does->group(self->socket, &to, &link, joins));
    return true;
}

/* struct linger: on, and for how many seconds. For none is a reset; longer, nobody waits here, and all is sent. */
static bool resets(const mp_buffer_info_t *buffer) {
    int linger[2];
    if (buffer->len < sizeof linger) {
        socket_raise(-MP_EINVAL);
    }
    memcpy(linger, buffer->buf, sizeof linger);
    return linger[0] != 0 && linger[1] == 0;
}

static mp_obj_t setsockopt(size_t n_args, const mp_obj_t *args) {
    socket_object_t *self = socket_of(args[0]);
    if (group(self, args[1], args[2], args[3])) {
        return mp_const_none;
    }
    const enum socket_option option = option_of(args[1], args[2]);
    int value = 0;
    if (mp_obj_is_int(args[3]) || mp_obj_is_bool(args[3])) {
        value = mp_obj_get_int(args[3]);
    } else {
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(args[3], &buffer, MP_BUFFER_READ);
        memcpy(&value, buffer.buf, buffer.len < sizeof value ? buffer.len : sizeof value);
        if (option == SOCKET_RESETS) {
            value = resets(&buffer);
        }
    }
    if (option == SOCKET_SEND_BYTES || option == SOCKET_RECEIVE_BYTES) {
        return mp_const_none; /* a wish, as on Linux */
    }
    return socket_raise(self->does->set(self->socket, option, value));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_setsockopt_obj, 4, 4, setsockopt);

static mp_obj_t getsockopt(size_t n_args, const mp_obj_t *args) {
    socket_object_t *self = socket_of(args[0]);
    int value;
    socket_raise(self->does->get(self->socket, option_of(args[1], args[2]), &value));
    if (n_args == 3) {
        return mp_obj_new_int(value);
    }
    return mp_obj_new_bytes((const byte *)&value, MIN((size_t)mp_obj_get_int(args[3]), sizeof value));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_getsockopt_obj, 3, 4, getsockopt);

static mp_obj_t settimeout(mp_obj_t object, mp_obj_t seconds) {
    socket_object_t *self = MP_OBJ_TO_PTR(object);
    if (seconds == mp_const_none) {
        self->timeout_ms = SOCKET_FOREVER;
        return mp_const_none;
    }
    const mp_float_t given = mp_obj_get_float(seconds);
    if (!(given >= 0)) {
        mp_raise_ValueError(MP_ERROR_TEXT("a timeout is 0 or more"));
    }
    const mp_float_t ms = MIN(given, FLOAT_MOST_S) * 1000;
    self->timeout_ms = ms > 0 && ms < 1 ? 1 : (mp_int_t)ms;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_settimeout_obj, settimeout);

static mp_obj_t setblocking(mp_obj_t object, mp_obj_t wanted) {
    ((socket_object_t *)MP_OBJ_TO_PTR(object))->timeout_ms = mp_obj_is_true(wanted) ? SOCKET_FOREVER : 0;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_setblocking_obj, setblocking);

static mp_obj_t gettimeout(mp_obj_t object) {
    const socket_object_t *self = MP_OBJ_TO_PTR(object);
    return self->timeout_ms == SOCKET_FOREVER ? mp_const_none : mp_obj_new_float((mp_float_t)self->timeout_ms / 1000);
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_gettimeout_obj, gettimeout);

static mp_obj_t getblocking(mp_obj_t object) {
    return mp_obj_new_bool(((const socket_object_t *)MP_OBJ_TO_PTR(object))->timeout_ms != 0);
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_getblocking_obj, getblocking);
