/*
 * A block device in the hands of the app: unikernel.device("data"), in an image that has one.
 *
 *   readblocks(block, buffer)   fills the buffer, a whole number of blocks
 *   writeblocks(block, buffer)  writes it
 *   flush()                     what was written is safe from a loss of power
 *   discard(block, count)       these blocks are needed no more
 *   ioctl(operation, argument)  3 flushes, 4 is the count of blocks, 5 the bytes of one, 6 does nothing
 *
 * The first two and ioctl are the protocol of MicroPython's block devices (docs/library/os.rst, AbstractBlockDev). What
 * fails raises OSError.
 */
#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/block.h"

#include "port.h"

typedef struct block_object {
    mp_obj_base_t base;
    struct device *device;
} block_object_t;

static struct device *device_of(mp_obj_t self) {
    return ((block_object_t *)MP_OBJ_TO_PTR(self))->device;
}

static const struct block_operations *block(struct device *device) {
    if (device->status != DEVICE_UP) {
        mp_raise_OSError(MP_ENODEV);
    }
    return device->driver->operations;
}

static mp_obj_t none(int error) {
    if (error != 0) {
        mp_raise_OSError(-error);
    }
    return mp_const_none;
}

/* The count of blocks of a buffer, and their first. */
static uint32_t extent(struct device *device, mp_obj_t first, const mp_buffer_info_t *buffer, uint64_t *block_number) {
    const uint32_t block_bytes = block(device)->geometry(device).block_bytes;
    const mp_int_t number = mp_obj_get_int(first);
    if (number < 0 || buffer->len == 0 || buffer->len % block_bytes != 0 || buffer->len / block_bytes > UINT32_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError,
                          MP_ERROR_TEXT("blocks count from 0, and a buffer holds some of %d bytes"), (int)block_bytes);
    }
    *block_number = number;
    return buffer->len / block_bytes;
}

static mp_obj_t readblocks(mp_obj_t self, mp_obj_t first, mp_obj_t bytes) {
    struct device *device = device_of(self);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(bytes, &buffer, MP_BUFFER_WRITE);
    uint64_t number;
    const uint32_t count = extent(device, first, &buffer, &number);
    return none(block(device)->read(device, number, buffer.buf, count));
}
static MP_DEFINE_CONST_FUN_OBJ_3(readblocks_obj, readblocks);

static mp_obj_t writeblocks(mp_obj_t self, mp_obj_t first, mp_obj_t bytes) {
    struct device *device = device_of(self);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(bytes, &buffer, MP_BUFFER_READ);
    uint64_t number;
    const uint32_t count = extent(device, first, &buffer, &number);
    return none(block(device)->write(device, number, buffer.buf, count));
}
static MP_DEFINE_CONST_FUN_OBJ_3(writeblocks_obj, writeblocks);

static mp_obj_t flush(mp_obj_t self) {
    struct device *device = device_of(self);
    return none(block(device)->flush(device));
}
static MP_DEFINE_CONST_FUN_OBJ_1(flush_obj, flush);

static mp_obj_t discard(mp_obj_t self, mp_obj_t first, mp_obj_t count) {
    struct device *device = device_of(self);
    const mp_int_t number = mp_obj_get_int(first);
    const mp_int_t blocks = mp_obj_get_int(count);
    return none(number < 0 || blocks < 0 ? -MP_EINVAL : block(device)->discard(device, number, blocks));
}
static MP_DEFINE_CONST_FUN_OBJ_3(discard_obj, discard);

static mp_obj_t ioctl(mp_obj_t self, mp_obj_t operation, mp_obj_t argument) {
    (void)argument;
    struct device *device = device_of(self);
    switch (mp_obj_get_int(operation)) {
    case MP_BLOCKDEV_IOCTL_SYNC:
        flush(self);
        return MP_OBJ_NEW_SMALL_INT(0);
    case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
        return mp_obj_new_int_from_ull(block(device)->geometry(device).count);
    case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
        return MP_OBJ_NEW_SMALL_INT(block(device)->geometry(device).block_bytes);
    case MP_BLOCKDEV_IOCTL_INIT:
    case MP_BLOCKDEV_IOCTL_DEINIT:
    case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
        return MP_OBJ_NEW_SMALL_INT(0);
    default:
        return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(ioctl_obj, ioctl);

static void print(const mp_print_t *out, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    mp_printf(out, "<Block %s>", device_of(self)->name);
}

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&writeblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_discard), MP_ROM_PTR(&discard_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(block_type, MP_QSTR_Block, MP_TYPE_FLAG_NONE, print, print, locals_dict, &methods);

void *block_object(struct device *device) {
    block_object_t *self = mp_obj_malloc(block_object_t, &block_type);
    self->device = device;
    return self;
}
