/*
 * A channel beside the console, in the hands of the app: unikernel.channel("metrics"), in an image that has one. It is
 * a stream of bytes both ways, unchanged; text that is written goes out as UTF-8.
 *
 *   read(n), readinto(buffer), readline(), write(bytes), flush(), close(), and select's poll
 *
 * Reading waits, by halting the machine, until something has come. But a channel that an asyncio task has polled gives
 * what has come and no more, as sys.stdin does. Writing returns when the host has the bytes.
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "unikernel/console.h"

#include "port.h"

typedef struct channel_object {
    mp_obj_base_t base;
    struct device *device;
    bool polled; /* somebody waits for input by poll */
} channel_object_t;

static const struct console_operations *console(const channel_object_t *self) {
    return self->device->driver->operations;
}

static mp_uint_t channel_read(mp_obj_t self_in, void *bytes, mp_uint_t size, int *error) {
    channel_object_t *self = MP_OBJ_TO_PTR(self_in);
    size_t length;
    while ((length = console(self)->read(self->device, bytes, size)) == 0 && size > 0) {
        if (self->polled && task_runs()) {
            *error = MP_EAGAIN;
            return MP_STREAM_ERROR;
        }
        mp_event_wait_indefinite();
    }
    return length;
}

static mp_uint_t channel_write(mp_obj_t self_in, const void *bytes, mp_uint_t size, int *error) {
    channel_object_t *self = MP_OBJ_TO_PTR(self_in);
    console(self)->write(self->device, bytes, size);
    return size;
}

static mp_uint_t channel_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t argument, int *error) {
    channel_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        self->polled |= (argument & MP_STREAM_POLL_RD) != 0;
        const bool readable = console(self)->readable(self->device);
        return argument & (MP_STREAM_POLL_WR | (readable ? MP_STREAM_POLL_RD : 0));
    }
    if (request == MP_STREAM_CLOSE || request == MP_STREAM_FLUSH) {
        return 0;
    }
    *error = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static void channel_print(const mp_print_t *out, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(out, "<Channel %s>", ((channel_object_t *)MP_OBJ_TO_PTR(self))->device->name);
}

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);

static const mp_stream_p_t stream = {.read = channel_read, .write = channel_write, .ioctl = channel_ioctl};

static MP_DEFINE_CONST_OBJ_TYPE(channel_type, MP_QSTR_channel, MP_TYPE_FLAG_ITER_IS_STREAM, print, channel_print,
                                protocol, &stream, locals_dict, &methods);

void *channel_object(const char *name) {
    struct device *device = console_channel(name);
    if (device == NULL) {
        return NULL;
    }
    channel_object_t *self = mp_obj_malloc(channel_object_t, &channel_type);
    self->device = device;
    self->polled = false;
    return self;
}
