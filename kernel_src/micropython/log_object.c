/*
 * A log in the hands of the app: unikernel.device("log"), in an image that has one.
 *
 *   line(level, source, text)   a line with the time, where the log's parameters let that level of that source through;
 *                               the level is "error", "warning", "info" or "debug"
 */
#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/log.h"

#include "port.h"

typedef struct log_object {
    mp_obj_base_t base;
    struct device *device;
} log_object_t;

static mp_obj_t line(size_t count, const mp_obj_t *arguments) {
    (void)count;
    const log_object_t *self = MP_OBJ_TO_PTR(arguments[0]);
    size_t length;
    const char *name = mp_obj_str_get_data(arguments[1], &length);
    const int level = log_level_named(name, length);
    if (level < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a level is error, warning, info or debug"));
    }
    if (self->device->status != DEVICE_UP) {
        mp_raise_OSError(MP_ENODEV);
    }
    const char *source = mp_obj_str_get_str(arguments[2]);
    const char *text = mp_obj_str_get_str(arguments[3]);
    ((const struct log_operations *)self->device->driver->operations)->line(self->device, level, source, text);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(line_obj, 4, 4, line);

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_line), MP_ROM_PTR(&line_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(log_type, MP_QSTR_log, MP_TYPE_FLAG_NONE, locals_dict, &methods);

void *log_object(struct device *device) {
    log_object_t *self = mp_obj_malloc(log_object_t, &log_type);
    self->device = device;
    return self;
}
