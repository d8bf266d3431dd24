/*
 * The device RawIo: the processor's I/O ports in the hands of the app, in an image that has it and in no other.
 *
 *   read8(port), read16(port), read32(port)                       what stands there
 *   write8(port, value), write16(port, value), write32(...)       puts it there
 */
#include <string.h>

#include "py/runtime.h"

#include "unikernel/device.h"
#include "unikernel/port.h"

static mp_uint_t within(mp_obj_t number, mp_uint_t most) {
    const mp_int_t value = mp_obj_get_int(number);
    if (value < 0 || (mp_uint_t)value > most) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%d is not within 0 and %u"), value, most);
    }
    return value;
}

static uint16_t port_of(mp_obj_t number) {
    return within(number, UINT16_MAX);
}

static mp_obj_t raw_io_read8(mp_obj_t self, mp_obj_t port) {
    return MP_OBJ_NEW_SMALL_INT(port_read8(port_of(port)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(raw_io_read8_obj, raw_io_read8);

static mp_obj_t raw_io_read16(mp_obj_t self, mp_obj_t port) {
    return MP_OBJ_NEW_SMALL_INT(port_read16(port_of(port)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(raw_io_read16_obj, raw_io_read16);

static mp_obj_t raw_io_read32(mp_obj_t self, mp_obj_t port) {
    return MP_OBJ_NEW_SMALL_INT(port_read32(port_of(port)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(raw_io_read32_obj, raw_io_read32);

static mp_obj_t raw_io_write8(mp_obj_t self, mp_obj_t port, mp_obj_t value) {
    port_write8(port_of(port), within(value, UINT8_MAX));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(raw_io_write8_obj, raw_io_write8);

static mp_obj_t raw_io_write16(mp_obj_t self, mp_obj_t port, mp_obj_t value) {
    port_write16(port_of(port), within(value, UINT16_MAX));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(raw_io_write16_obj, raw_io_write16);

static mp_obj_t raw_io_write32(mp_obj_t self, mp_obj_t port, mp_obj_t value) {
    port_write32(port_of(port), within(value, UINT32_MAX));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(raw_io_write32_obj, raw_io_write32);

static const struct {
    const char *name;
    mp_const_obj_t function;
} methods[] = {
    {"read8", &raw_io_read8_obj},   {"read16", &raw_io_read16_obj},   {"read32", &raw_io_read32_obj},
    {"write8", &raw_io_write8_obj}, {"write16", &raw_io_write16_obj}, {"write32", &raw_io_write32_obj},
};

/* Not a table of interned strings: those of all devices are in every image. */
static void raw_io_attr(mp_obj_t self, qstr name, mp_obj_t *destination) {
    for (size_t i = 0; destination[0] == MP_OBJ_NULL && i < MP_ARRAY_SIZE(methods); i++) {
        if (strcmp(methods[i].name, qstr_str(name)) == 0) {
            destination[0] = MP_OBJ_FROM_PTR(methods[i].function);
            destination[1] = self;
        }
    }
}

static MP_DEFINE_CONST_OBJ_TYPE(raw_io_type, MP_QSTR_device, MP_TYPE_FLAG_NONE, attr, raw_io_attr);

static void *raw_io_object(struct device *self) {
    static const mp_obj_base_t ports = {&raw_io_type};
    return (void *)&ports;
}

static int raw_io_init(struct device *self) {
    return 0;
}

const struct driver raw_io_driver = {
    .class_name = "RawIo",
    .provides = INTERFACE_NONE,
    .init = raw_io_init,
    .object = raw_io_object,
};
