/*
 * The files of the image: mounted where the stack says, made the current directory, and the places where import looks.
 *
 * On the way to the app's first line each piece of code that runs for the first time costs time (an emulator translates
 * it then), so the file system object of the runtime is made only when a file is asked for; main.mpy itself is found by
 * walking the image. Its format: MicroPython 1.25, extmod/vfs_rom.c. A record is its kind and the length of what
 * follows, each a number of 7 bits a byte, highest first.
 */
#include <string.h>

#include "extmod/vfs.h"
#include "extmod/vfs_rom.h"
#include "py/objarray.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "unikernel/files.h"
#include "unikernel/machine.h"

#include "port.h"

enum {
    RECORD_DATA = 2,
    RECORD_FILE = 5,
    NUMBER_BITS = 7,
    NUMBER_MORE = 0x80,
    PATHS = 3,
    PATH_BYTES = 64,
};

static const unsigned char *image;
static size_t image_length;

/* The file system, made at its first use. It stands in the mount table as an object that hands every question on. */

static mp_obj_t filesystem(void) {
    if (MP_STATE_VM(rom_filesystem) == MP_OBJ_NULL) {
        mp_obj_t memory = mp_obj_new_memoryview('B', image_length, (void *)image);
        MP_STATE_VM(rom_filesystem) = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_vfs_rom), memory);
    }
    return MP_STATE_VM(rom_filesystem);
}

static mp_import_stat_t rom_import_stat(void *self, const char *path) {
    (void)self;
    const mp_vfs_proto_t *protocol = MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_rom, protocol);
    return protocol->import_stat(MP_OBJ_TO_PTR(filesystem()), path);
}

static void rom_attr(mp_obj_t self, qstr name, mp_obj_t *result) {
    (void)self;
    if (result[0] == MP_OBJ_NULL) {
        mp_load_method_maybe(filesystem(), name, result);
    }
}

static const mp_vfs_proto_t rom_protocol = {.import_stat = rom_import_stat};
static MP_DEFINE_CONST_OBJ_TYPE(rom_type, MP_QSTR_VfsRom, MP_TYPE_FLAG_NONE, attr, rom_attr, protocol, &rom_protocol);
static const mp_obj_base_t rom = {&rom_type};

/* The mount table, the current directory, sys.path. */

static mp_vfs_mount_t mount;
static char lib_path[PATH_BYTES];
static mp_obj_str_t paths[PATHS - 1];

bool rom_mount(void) {
    MP_STATE_VM(rom_filesystem) = MP_OBJ_NULL;
    mp_obj_list_init(MP_OBJ_TO_PTR(mp_sys_argv), 0);
    mp_obj_list_t *sys_path = m_new_obj(mp_obj_list_t);
    mp_obj_list_init(sys_path, PATHS);
    mp_sys_path = MP_OBJ_FROM_PTR(sys_path);
    sys_path->items[PATHS - 1] = MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen); /* the modules that every image has */

    struct device *device = device_providing(INTERFACE_FILES);
    if (device == NULL) {
        sys_path->items[0] = sys_path->items[PATHS - 1];
        sys_path->len = 1;
        return false;
    }
    const struct files_operations *files = device->driver->operations;
    image = files->image(device, &image_length);
    const char *mount_point = files->mount_point(device);
    mount.str = mount_point;
    mount.len = 0;
    while (mount_point[mount.len] !=
           '\0') { /* strlen is long, and nothing else calls it on the way to the first line */
        mount.len++;
    }
    mount.obj = MP_OBJ_FROM_PTR(&rom);
    mount.next = NULL;
    MP_STATE_VM(vfs_mount_table) = &mount;
    MP_STATE_VM(vfs_cur) = &mount;

    static const char lib[] = "/lib";
    machine_assert(mount.len + sizeof lib <= sizeof lib_path);
    memcpy(lib_path, mount_point, mount.len);
    memcpy(lib_path + mount.len, lib, sizeof lib);
    paths[0] = (mp_obj_str_t){{&mp_type_str}, 0, mount.len, (const byte *)mount_point};
    paths[1] = (mp_obj_str_t){{&mp_type_str}, 0, mount.len + sizeof lib - 1, (const byte *)lib_path};
    sys_path->items[0] = MP_OBJ_FROM_PTR(&paths[0]);
    sys_path->items[1] = MP_OBJ_FROM_PTR(&paths[1]);
    return true;
}

/* The app. */

static size_t number(const unsigned char **at) {
    size_t value = 0;
    unsigned char byte;
    do {
        byte = *(*at)++;
        value = value << NUMBER_BITS | (byte & ~NUMBER_MORE);
    } while (byte & NUMBER_MORE);
    return value;
}

struct rom_file rom_find(const char *name, size_t name_length) {
    const unsigned char *at = image;
    number(&at); /* the kind of the whole */
    const unsigned char *end = at + number(&at);
    while (at < end) {
        size_t kind = number(&at);
        size_t length = number(&at);
        const unsigned char *next = at + length;
        if (kind == RECORD_FILE && number(&at) == name_length && strncmp((const char *)at, name, name_length) == 0) {
            at += name_length;
            if (number(&at) == RECORD_DATA) {
                length = number(&at);
                return (struct rom_file){at, length};
            }
        }
        at = next;
    }
    return (struct rom_file){NULL, 0};
}

MP_REGISTER_ROOT_POINTER(mp_obj_t rom_filesystem);
