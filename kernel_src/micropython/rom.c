/*
 * The files of the image: the current directory at the start, and the places where import looks.
 *
 * Where main.mpy lies is known at link, and another file is found by walking the image: the file system object that
 * mounts.c would make costs time on the way to the app's first line. The format: MicroPython 1.25, extmod/vfs_rom.c. A
 * record is its kind and the length of what follows, each a number of 7 bits a byte, highest first.
 */
#include <string.h>

#include "extmod/vfs.h"
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

/* The mount table, the current directory, sys.path. */

static char lib_path[PATH_BYTES];
static mp_obj_str_t paths[PATHS - 1];

bool rom_mount(void) {
    mp_obj_list_init(MP_OBJ_TO_PTR(mp_sys_argv), 0);
    mp_obj_list_t *sys_path = m_new_obj(mp_obj_list_t);
    mp_obj_list_init(sys_path, PATHS);
    mp_sys_path = MP_OBJ_FROM_PTR(sys_path);
    sys_path->items[PATHS - 1] = MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen); /* the modules that every image has */

    struct device *device = device_providing(INTERFACE_FILES);
    mounts_init(device);
    if (device == NULL) {
        sys_path->items[0] = sys_path->items[PATHS - 1];
        sys_path->len = 1;
        return false;
    }
    const struct files_operations *files = device->driver->operations;
    image = files->image(device, &image_length);
    const mp_vfs_mount_t *mount = MP_STATE_VM(vfs_mount_table);

    static const char lib[] = "/lib";
    machine_assert(mount->len + sizeof lib <= sizeof lib_path);
    memcpy(lib_path, mount->str, mount->len);
    memcpy(lib_path + mount->len, lib, sizeof lib);
    paths[0] = (mp_obj_str_t){{&mp_type_str}, 0, mount->len, (const byte *)mount->str};
    paths[1] = (mp_obj_str_t){{&mp_type_str}, 0, mount->len + sizeof lib - 1, (const byte *)lib_path};
    sys_path->items[0] = MP_OBJ_FROM_PTR(&paths[0]);
    sys_path->items[1] = MP_OBJ_FROM_PTR(&paths[1]);
    return true;
}

/* A file. */

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
