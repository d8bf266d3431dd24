/*
 * littlefs 2 on a block device. Upstream's binding (MicroPython 1.25, extmod/vfs_lfs.c) is compiled here as it is, its
 * way to the disk replaced by the functions below: they call the driver, return -errno and never raise.
 *
 * littlefs 2.8 orders nothing: the metadata that point to data may reach the disk before the data. So the last program
 * before each sync, which ends a commit and holds its checksum, is held back until all before it is flushed; then it is
 * written, and flushed. Until it is on the disk the commit does not exist.
 */
#include "little_fs.h"

#include <string.h>

#include "extmod/vfs.h"
#include "lib/littlefs/lfs2.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "unikernel/block.h"
#include "unikernel/files.h"

#include "blank.h"

enum {
    LITTLE_BLOCK_BYTES = 4096,
    PROGRAM_BYTES = 512,             /* the unit of reading and programming: a sector */
    CACHE_BYTES = 4 * PROGRAM_BYTES, /* as upstream's binding chooses it: at most so much is programmed at once */
    LOOKAHEAD_BYTES = 128,
    COUNT_MOST = INT32_MAX,
};

/* The last program, not yet on the disk. */
typedef struct disk {
    mp_obj_base_t base;
    struct device *device;
    uint32_t block_bytes;
    uint32_t held_bytes; /* 0: nothing is held */
    uint64_t held_at;    /* in bytes from the disk's start */
    unsigned char held[CACHE_BYTES];
} disk_t;

static const struct block_operations *block(const disk_t *disk) {
    return disk->device->driver->operations;
}

static int put_held(disk_t *disk) {
    const uint32_t bytes = disk->held_bytes;
    disk->held_bytes = 0;
    return bytes == 0 ? 0
                      : block(disk)->write(disk->device, disk->held_at / disk->block_bytes, disk->held,
                                           bytes / disk->block_bytes);
}

static disk_t *disk_of(mp_vfs_blockdev_t *self) {
    return MP_OBJ_TO_PTR(self->readblocks[1]);
}

static MP_DEFINE_CONST_OBJ_TYPE(disk_type, MP_QSTR_Block, MP_TYPE_FLAG_NONE);

/* An app can reach upstream's mkfs, and give it anything. */
static void disk_init(mp_vfs_blockdev_t *self, mp_obj_t disk) {
    if (!mp_obj_is_type(disk, &disk_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("a disk of the stack is needed"));
    }
    memset(self, 0, sizeof *self);
    self->readblocks[1] = disk;
}

static int disk_read(mp_vfs_blockdev_t *self, size_t number, size_t offset, size_t length, uint8_t *bytes) {
    disk_t *disk = disk_of(self);
    const uint64_t at = (uint64_t)number * LITTLE_BLOCK_BYTES + offset;
    int error = block(disk)->read(disk->device, at / disk->block_bytes, bytes, length / disk->block_bytes);
    /* What is held is newer. */
    const uint64_t start = at > disk->held_at ? at : disk->held_at;
    const uint64_t end =
        at + length < disk->held_at + disk->held_bytes ? at + length : disk->held_at + disk->held_bytes;
    if (error == 0 && start < end) {
        memcpy(bytes + (start - at), disk->held + (start - disk->held_at), end - start);
    }
    return error;
}

static int disk_program(mp_vfs_blockdev_t *self, size_t number, size_t offset, size_t length, const uint8_t *bytes) {
    disk_t *disk = disk_of(self);
    int error = put_held(disk);
    if (error == 0 && length > sizeof disk->held) {
        error = -MP_EINVAL;
    }
    if (error == 0) {
        memcpy(disk->held, bytes, length);
        disk->held_bytes = length;
        disk->held_at = (uint64_t)number * LITTLE_BLOCK_BYTES + offset;
    }
    return error;
}

static int disk_sync(disk_t *disk) {
    if (disk->held_bytes == 0) {
        return block(disk)->flush(disk->device);
    }
    int error = block(disk)->flush(disk->device);
    if (error == 0) {
        error = put_held(disk);
    }
    disk->held_bytes = 0; /* a commit that failed is never made: littlefs goes on without it */
    return error == 0 ? block(disk)->flush(disk->device) : error;
}

static mp_obj_t disk_ioctl(mp_vfs_blockdev_t *self, uintptr_t command, uintptr_t argument) {
    disk_t *disk = disk_of(self);
    (void)argument;
    switch (command) {
    case MP_BLOCKDEV_IOCTL_SYNC:
        return MP_OBJ_NEW_SMALL_INT(disk_sync(disk));
    case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: {
        const uint64_t count = block(disk)->geometry(disk->device).count / (LITTLE_BLOCK_BYTES / disk->block_bytes);
        return MP_OBJ_NEW_SMALL_INT(count < COUNT_MOST ? count : COUNT_MOST);
    }
    case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
        return MP_OBJ_NEW_SMALL_INT(LITTLE_BLOCK_BYTES);
    default:
        return MP_OBJ_NEW_SMALL_INT(0); /* a disk needs no erasing */
    }
}

/* littlefs only asserts that a file was opened for what is done to it, and would do it. */
static lfs2_ssize_t file_read(lfs2_t *lfs, lfs2_file_t *file, void *bytes, lfs2_size_t length) {
    return file->flags & LFS2_O_RDONLY ? lfs2_file_read(lfs, file, bytes, length) : LFS2_ERR_BADF;
}

static lfs2_ssize_t file_write(lfs2_t *lfs, lfs2_file_t *file, const void *bytes, lfs2_size_t length) {
    return file->flags & LFS2_O_WRONLY ? lfs2_file_write(lfs, file, bytes, length) : LFS2_ERR_BADF;
}

#define lfs2_file_read            file_read
#define lfs2_file_write           file_write
#define mp_vfs_blockdev_init      disk_init
#define mp_vfs_blockdev_read_ext  disk_read
#define mp_vfs_blockdev_write_ext disk_program
#define mp_vfs_blockdev_ioctl     disk_ioctl
#include "extmod/vfs_lfs.c"

static struct device *disk_under(struct device *self) {
    return self->requirements[0];
}

static int init(struct device *self) {
    return disk_under(self)->status == DEVICE_UP ? 0 : -MP_ENODEV;
}

static const char *mount_point(struct device *self) {
    return ((const struct little_fs_parameters *)self->parameters)->mount_point;
}

/* mount or mkfs, with the sizes that suit a disk. */
static mp_obj_t with_sizes(mp_obj_t function, disk_t *disk) {
    const mp_obj_t arguments[] = {
        MP_OBJ_FROM_PTR(disk),
        MP_OBJ_NEW_QSTR(MP_QSTR_readsize),
        MP_OBJ_NEW_SMALL_INT(PROGRAM_BYTES),
        MP_OBJ_NEW_QSTR(MP_QSTR_progsize),
        MP_OBJ_NEW_SMALL_INT(PROGRAM_BYTES),
        MP_OBJ_NEW_QSTR(MP_QSTR_lookahead),
        MP_OBJ_NEW_SMALL_INT(LOOKAHEAD_BYTES),
    };
    return mp_call_function_n_kw(function, 1, 3, arguments);
}

static mp_obj_t mount(disk_t *disk, int *error) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t made = with_sizes(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2), disk);
        nlr_pop();
        return made;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    mp_int_t number;
    if (!mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_OSError)) ||
        !mp_obj_get_int_maybe(mp_obj_exception_get_value(exception), &number)) {
        nlr_raise(exception);
    }
    *error = number;
    return MP_OBJ_NULL;
}

static void *filesystem(struct device *self) {
    struct device *device = disk_under(self);
    disk_t *disk = mp_obj_malloc(disk_t, &disk_type);
    disk->device = device;
    disk->block_bytes = ((const struct block_operations *)device->driver->operations)->geometry(device).block_bytes;
    disk->held_bytes = 0;
    disk->held_at = 0;
    int error = 0;
    mp_obj_t made = mount(disk, &error);
    if (made == MP_OBJ_NULL && error != MP_EIO) {
        const int blank = blank_disk(device);
        if (blank < 0) {
            mp_raise_OSError(-blank);
        }
        if (blank == 0 && error == MP_EINVAL) { /* its superblock is whole, and says so */
            raise_of_another_size(self, device);
        }
        if (blank == 0) {
            raise_unusable(self, device);
        }
        with_sizes(mp_load_attr(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2), MP_QSTR_mkfs), disk);
        made = mount(disk, &error);
    }
    if (made == MP_OBJ_NULL) {
        mp_raise_OSError(error);
    }
    return MP_OBJ_TO_PTR(made);
}

static int sync(struct device *self, void *made) {
    (void)self;
    mp_obj_vfs_lfs2_t *vfs = made;
    int error = 0;
    for (struct lfs2_mlist *each = vfs->lfs.mlist; each != NULL; each = each->next) {
        if (each->type == LFS2_TYPE_REG) {
            const int result = lfs2_file_sync(&vfs->lfs, (lfs2_file_t *)each);
            error = error == 0 ? result : error;
        }
    }
    const int result = disk_sync(disk_of(&vfs->blockdev));
    return error == 0 ? result : error;
}

static const struct files_operations operations = {
    .mount_point = mount_point,
    .filesystem = filesystem,
    .sync = sync,
};

const struct driver little_fs_driver = {
    .class_name = "LittleFs",
    .provides = INTERFACE_FILES,
    .operations = &operations,
    .init = init,
};
