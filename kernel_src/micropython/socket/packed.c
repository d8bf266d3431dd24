/* Addresses and numbers as bytes in the order of the network. */
#include <string.h>

#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "socket.h"

static mp_obj_t no_address(void) {
    mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("it is no address"));
}

static mp_obj_t inet_aton(mp_obj_t text) {
    uint8_t bytes[ADDRESS_IPV4_BYTES];
    return socket_text_read_loose(mp_obj_str_get_str(text), bytes) ? mp_obj_new_bytes(bytes, sizeof bytes)
                                                                   : no_address();
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_inet_aton_obj, inet_aton);

static mp_obj_t inet_pton(mp_obj_t family, mp_obj_t text) {
    uint8_t bytes[ADDRESS_IPV6_BYTES];
    const char *said = mp_obj_str_get_str(text);
    switch (mp_obj_get_int(family)) {
    case AF_INET:
        return socket_text_read_four(said, bytes) ? mp_obj_new_bytes(bytes, ADDRESS_IPV4_BYTES) : no_address();
    case AF_INET6:
        return socket_text_read_six(said, bytes) ? mp_obj_new_bytes(bytes, ADDRESS_IPV6_BYTES) : no_address();
    default:
        mp_raise_OSError(MP_EAFNOSUPPORT);
    }
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_inet_pton_obj, inet_pton);

static mp_obj_t written(mp_obj_t bytes, size_t length, void (*write)(const uint8_t *bytes, vstr_t *text)) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(bytes, &buffer, MP_BUFFER_READ);
    if (buffer.len != length) {
        mp_raise_ValueError(MP_ERROR_TEXT("an address has 4 bytes, or 16"));
    }
    vstr_t text;
    vstr_init(&text, ADDRESS_TEXT_BYTES);
    write(buffer.buf, &text);
    return mp_obj_new_str_from_vstr(&text);
}

static mp_obj_t inet_ntoa(mp_obj_t bytes) {
    return written(bytes, ADDRESS_IPV4_BYTES, socket_text_four);
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_inet_ntoa_obj, inet_ntoa);

static mp_obj_t inet_ntop(mp_obj_t family, mp_obj_t bytes) {
    switch (mp_obj_get_int(family)) {
    case AF_INET:
        return inet_ntoa(bytes);
    case AF_INET6:
        return written(bytes, ADDRESS_IPV6_BYTES, socket_text_six);
    default:
        mp_raise_OSError(MP_EAFNOSUPPORT);
    }
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_inet_ntop_obj, inet_ntop);

/* This machine's numbers begin with their least byte: both ways they are turned around. */

static uint32_t within(mp_obj_t number, uint32_t most) {
    const mp_int_t value = mp_obj_get_int(number);
    if (value < 0 || (mp_uint_t)value > most) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("the number does not fit"));
    }
    return (uint32_t)value;
}

static mp_obj_t turn_short(mp_obj_t number) {
    return MP_OBJ_NEW_SMALL_INT(__builtin_bswap16(within(number, UINT16_MAX)));
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_turn_short_obj, turn_short);

static mp_obj_t turn_long(mp_obj_t number) {
    return mp_obj_new_int_from_uint(__builtin_bswap32(within(number, UINT32_MAX)));
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_turn_long_obj, turn_long);
