/* A watchdog in the hands of the app: unikernel.device("watchdog").feed(). */
#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/watch.h"

#include "port.h"

typedef struct watch_object {
    mp_obj_base_t base;
    struct device *device;
} watch_object_t;

static mp_obj_t feed(mp_obj_t self) {
    struct device *device = ((watch_object_t *)MP_OBJ_TO_PTR(self))->device;
    if (device->status != DEVICE_UP) {
        mp_raise_OSError(MP_ENODEV);
    }
    ((const struct watch_operations *)device->driver->operations)->feed(device);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(feed_obj, feed);

static const mp_rom_map_elem_t methods_table[] = {{MP_ROM_QSTR(MP_QSTR_feed), MP_ROM_PTR(&feed_obj)}};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(watch_type, MP_QSTR_Watchdog, MP_TYPE_FLAG_NONE, locals_dict, &methods);

void *watch_object(struct device *device) {
    watch_object_t *self = mp_obj_malloc(watch_object_t, &watch_type);
    self->device = device;
    return self;
}
