/*
 * From a Kv device to the object that the app uses. What it does is Python: kernel_src/modules/_kv.py, which the device
 * brings into the image.
 */
#include "kv.h"

#include <string.h>

#include "py/runtime.h"
#include "unikernel/files.h"

void *kv_object(struct device *self, const char *folder) {
    struct device *files = self->requirements[0];
    const char *parts[] = {
        ((const struct files_operations *)files->driver->operations)->mount_point(files),
        "/",
        *folder != 0 ? folder : self->name,
    };
    vstr_t path;
    vstr_init(&path, 0);
    for (size_t i = 0; i < MP_ARRAY_SIZE(parts); i++) {
        vstr_add_str(&path, parts[i]);
    }
    mp_obj_t module = mp_import_name(MP_QSTR__kv, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    mp_obj_t class = mp_load_attr(module, qstr_from_str(self->driver->class_name));
    mp_obj_t name = mp_obj_new_str(self->name, strlen(self->name));
    return MP_OBJ_TO_PTR(mp_call_function_2(class, name, mp_obj_new_str_from_vstr(&path)));
}
