/*
 * The mount table: every device of the stack that provides Files, at its mount point.
 *
 * A file system is made when it is first asked for, as each piece of code that runs on the way to the app's first line
 * costs time. Until then, and for ever, an object stands in the table that hands every question on. One that cannot be
 * made raises at each use, with the reason.
 */
#include <string.h>

#include "extmod/vfs.h"
#include "extmod/vfs_rom.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/files.h"

#include "port.h"

typedef struct mounted {
    mp_obj_base_t base;
    struct device *device;
    mp_obj_t filesystem; /* MP_OBJ_NULL until it is first used */
} mounted_t;

static const struct files_operations *files(const mounted_t *self) {
    return self->device->driver->operations;
}

static mp_obj_t filesystem(mounted_t *self) {
    if (self->filesystem != MP_OBJ_NULL) {
        return self->filesystem;
    }
    if (self->device->status != DEVICE_UP) {
        raise_os_error(MP_ENODEV, "the device %s is not up: see unikernel.devices()", self->device->name);
    }
    if (files(self)->image != NULL) {
        size_t length;
        const void *image = files(self)->image(self->device, &length);
        mp_obj_t memory = mp_obj_new_memoryview('B', length, (void *)image);
        self->filesystem = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_vfs_rom), memory);
    } else {
        self->filesystem = MP_OBJ_FROM_PTR(files(self)->filesystem(self->device));
    }
    return self->filesystem;
}

static mp_import_stat_t mounted_import_stat(void *self, const char *path) {
    mp_obj_t made = filesystem(self);
    const mp_vfs_proto_t *protocol = MP_OBJ_TYPE_GET_SLOT(mp_obj_get_type(made), protocol);
    return protocol->import_stat(MP_OBJ_TO_PTR(made), path);
}

static void mounted_attr(mp_obj_t self, qstr name, mp_obj_t *result) {
    if (result[0] == MP_OBJ_NULL) {
        mp_load_method_maybe(filesystem(MP_OBJ_TO_PTR(self)), name, result);
    }
}

static const mp_vfs_proto_t mounted_protocol = {.import_stat = mounted_import_stat};
static MP_DEFINE_CONST_OBJ_TYPE(mounted_type, MP_QSTR_Files, MP_TYPE_FLAG_NONE, attr, mounted_attr, protocol,
                                &mounted_protocol);

static void mount(struct device *device, mp_vfs_mount_t ***end) {
    mounted_t *self = mp_obj_malloc(mounted_t, &mounted_type);
    self->device = device;
    self->filesystem = MP_OBJ_NULL;
    const char *where = files(self)->mount_point(device);
    size_t length = 0;
    while (where[length] != 0) { /* strlen is long, and nothing else calls it on the way to the first line */
        length++;
    }
    /* On its own, as only a pointer to the start of something keeps it. */
    mp_vfs_mount_t *entry = m_new_obj(mp_vfs_mount_t);
    *entry = (mp_vfs_mount_t){.str = where, .len = length, .obj = MP_OBJ_FROM_PTR(self), .next = NULL};
    **end = entry;
    *end = &entry->next;
}

void mounts_init(struct device *app_files) {
    mp_vfs_mount_t **end = &MP_STATE_VM(vfs_mount_table);
    *end = NULL;
    if (app_files != NULL) {
        mount(app_files, &end);
        MP_STATE_VM(vfs_cur) = MP_STATE_VM(vfs_mount_table);
    }
    for (struct device *const *each = devices; *each != NULL; each++) {
        if ((*each)->driver->provides == INTERFACE_FILES && *each != app_files) {
            mount(*each, &end);
        }
    }
}

/* os.sync: every open file of every file system that was used, then its device. */
mp_obj_t mp_os_sync(void) {
    int error = 0;
    for (mp_vfs_mount_t *each = MP_STATE_VM(vfs_mount_table); each != NULL; each = each->next) {
        if (!mp_obj_is_type(each->obj, &mounted_type)) {
            continue; /* the app mounted it, and knows how to flush it */
        }
        mounted_t *self = MP_OBJ_TO_PTR(each->obj);
        if (self->filesystem != MP_OBJ_NULL && files(self)->sync != NULL) {
            int result = files(self)->sync(self->device, MP_OBJ_TO_PTR(self->filesystem));
            error = error == 0 ? result : error;
        }
    }
    if (error != 0) {
        mp_raise_OSError(-error);
    }
    return mp_const_none;
}
