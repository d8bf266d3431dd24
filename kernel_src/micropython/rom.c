/*
 * The files of the image: mounted where the stack says, made the current directory, and the places where import looks. Done in C and by
 * hand, since on the way to the app's first line each call through Python's own machinery costs time.
 */
#include <string.h>

#include "extmod/vfs.h"
#include "extmod/vfs_rom.h"
#include "py/objarray.h"
#include "py/objlist.h"
#include "py/runtime.h"
#include "unikernel/files.h"

#include "port.h"

static mp_obj_vfs_rom_t *rom; /* kept alive by its place in the mount table */

static mp_obj_t path_below(const char *mount_point, const char *name) {
    vstr_t path;
    vstr_init(&path, 16);
    vstr_add_str(&path, mount_point);
    vstr_add_str(&path, name);
    return mp_obj_new_str_from_vstr(&path);
}

bool rom_mount(void) {
    struct device *device = device_providing(INTERFACE_FILES);
    mp_sys_path = mp_obj_new_list(0, NULL);
    mp_obj_list_init(MP_OBJ_TO_PTR(mp_sys_argv), 0);
    if (device != NULL) {
        const struct files_operations *files = device->driver->operations;
        size_t length;
        const void *image = files->image(device, &length);
        const char *mount_point = files->mount_point(device);
        mp_obj_t memory = mp_obj_new_memoryview('B', length, (void *)image);
        rom = MP_OBJ_TO_PTR(mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_vfs_rom), memory));
        mp_vfs_mount_t *mount = m_new_obj(mp_vfs_mount_t);
        mount->str = mount_point;
        mount->len = strlen(mount_point);
        mount->obj = MP_OBJ_FROM_PTR(rom);
        mount->next = NULL;
        MP_STATE_VM(vfs_mount_table) = mount;
        MP_STATE_VM(vfs_cur) = mount;
        mp_obj_list_append(mp_sys_path, path_below(mount_point, ""));
        mp_obj_list_append(mp_sys_path, path_below(mount_point, "/lib"));
    }
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen));
    return device != NULL;
}

struct rom_file rom_find(const char *path) {
    struct rom_file file = {NULL, 0};
    if (mp_vfs_rom_search_filesystem(rom, path, &file.length, &file.bytes) != MP_IMPORT_STAT_FILE) {
        file.bytes = NULL;
    }
    return file;
}

