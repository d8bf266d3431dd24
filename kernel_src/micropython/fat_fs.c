/*
 * FAT on a block device. Upstream's binding (MicroPython 1.25, extmod/vfs_fat.c and vfs_fat_file.c) is compiled here as
 * it is; its way to the disk is replaced by the functions below, which call the driver and never raise.
 *
 * FAT has no commits. What can be kept is the order: a write reaches the disk after all writes before it, so each is
 * preceded by a flush. A loss of power then leaves what some moment left, at worst clusters that belong to nobody.
 */
#include "fat_fs.h"

#include <string.h>

#include "extmod/vfs_fat.h"
#include "lib/oofatfs/diskio.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"
#include "unikernel/block.h"
#include "unikernel/clock.h"
#include "unikernel/files.h"

#include "blank.h"

enum { ERASE_SECTORS = 1, SECTORS_MOST = INT32_MAX };

typedef struct disk {
    mp_obj_base_t base;
    struct device *device;
    bool written; /* since the last flush */
} disk_t;

static MP_DEFINE_CONST_OBJ_TYPE(disk_type, MP_QSTR_Block, MP_TYPE_FLAG_NONE);

static const struct block_operations *block(const disk_t *disk) {
    return disk->device->driver->operations;
}

static void disk_init(mp_vfs_blockdev_t *self, mp_obj_t disk) {
    self->readblocks[1] = self->writeblocks[0] = disk; /* an upstream mount makes the latter NULL: read-only */
}

static disk_t *disk_of(void *drive) {
    return MP_OBJ_TO_PTR(((fs_user_mount_t *)drive)->blockdev.readblocks[1]);
}

static int disk_flush(disk_t *disk) {
    const int error = disk->written ? block(disk)->flush(disk->device) : 0;
    disk->written = disk->written && error != 0;
    return error;
}

DRESULT disk_read(void *drive, BYTE *bytes, DWORD sector, UINT count) {
    disk_t *disk = disk_of(drive);
    return block(disk)->read(disk->device, sector, bytes, count) == 0 ? RES_OK : RES_ERROR;
}

DRESULT disk_write(void *drive, const BYTE *bytes, DWORD sector, UINT count) {
    disk_t *disk = disk_of(drive);
    int error = disk_flush(disk);
    if (error == 0) {
        error = block(disk)->write(disk->device, sector, bytes, count);
        disk->written = true;
    }
    return error == 0 ? RES_OK : error == -MP_EROFS ? RES_WRPRT : RES_ERROR;
}

DRESULT disk_ioctl(void *drive, BYTE command, void *result) {
    disk_t *disk = disk_of(drive);
    const struct block_geometry geometry = block(disk)->geometry(disk->device);
    switch (command) {
    case CTRL_SYNC:
        return disk_flush(disk) == 0 ? RES_OK : RES_ERROR;
    case GET_SECTOR_COUNT:
        *(DWORD *)result = geometry.count < SECTORS_MOST ? geometry.count : SECTORS_MOST;
        return RES_OK;
    case GET_SECTOR_SIZE:
        *(WORD *)result = geometry.block_bytes;
        return RES_OK;
    case GET_BLOCK_SIZE:
        *(DWORD *)result = ERASE_SECTORS;
        return RES_OK;
    case IOCTL_INIT:
    case IOCTL_STATUS: {
        const bool closed = ((fs_user_mount_t *)drive)->blockdev.writeblocks[0] == MP_OBJ_NULL;
        *(DSTATUS *)result = geometry.read_only || closed ? STA_PROTECT : 0;
        return RES_OK;
    }
    default:
        return RES_PARERR;
    }
}

/* The time that a file carries: years from 1980, two seconds the finest. Microsoft, "FAT32 File System Specification",
 * 2000, date and time formats. */
DWORD get_fattime(void) {
    enum { NS_PER_S = 1000000000, FIRST_YEAR = 1980, YEAR = 25, MONTH = 21, DAY = 16, HOUR = 11, MINUTE = 5 };
    const int64_t ns = clock_wall_ns();
    timeutils_struct_time_t now;
    timeutils_seconds_since_epoch_to_struct_time(ns < 0 ? 0 : ns / NS_PER_S, &now);
    const DWORD year = now.tm_year < FIRST_YEAR ? 0 : now.tm_year - FIRST_YEAR;
    return year << YEAR | now.tm_mon << MONTH | now.tm_mday << DAY | now.tm_hour << HOUR | now.tm_min << MINUTE |
           now.tm_sec / 2;
}

/*
 * The open files, for os.sync. A list entry points into a file's object, not at its start, so it keeps no file alive;
 * closing takes it out, and a file that nobody has any more is closed when it is collected.
 */
typedef struct open_file {
    FIL *file;
    struct open_file *next;
} open_file_t;

MP_REGISTER_ROOT_POINTER(struct open_file *fat_open_files);

static FRESULT listed_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode) {
    open_file_t *entry = m_new_obj(open_file_t);
    const FRESULT result = f_open(fs, file, path, mode);
    if (result == FR_OK) {
        *entry = (open_file_t){file, MP_STATE_VM(fat_open_files)};
        MP_STATE_VM(fat_open_files) = entry;
    }
    return result;
}

static FRESULT listed_close(FIL *file) {
    for (open_file_t **link = &MP_STATE_VM(fat_open_files); *link != NULL; link = &(*link)->next) {
        if ((*link)->file == file) {
            *link = (*link)->next;
            break;
        }
    }
    return f_close(file);
}

#define mp_vfs_blockdev_init disk_init
#define f_open               listed_open
#define f_close              listed_close
#include "extmod/vfs_fat.c"
#include "extmod/vfs_fat_file.c"

static struct device *disk_under(struct device *self) {
    return self->requirements[0];
}

static int init(struct device *self) {
    return disk_under(self)->status == DEVICE_UP ? 0 : -MP_ENODEV;
}

static const char *mount_point(struct device *self) {
    return ((const struct fat_fs_parameters *)self->parameters)->mount_point;
}

static fs_user_mount_t *mount(disk_t *disk) {
    return MP_OBJ_TO_PTR(mp_call_function_1(MP_OBJ_FROM_PTR(&mp_fat_vfs_type), MP_OBJ_FROM_PTR(disk)));
}

static void *filesystem(struct device *self) {
    struct device *device = disk_under(self);
    disk_t *disk = mp_obj_malloc(disk_t, &disk_type);
    disk->device = device;
    disk->written = false;
    fs_user_mount_t *made = mount(disk);
    if (made->blockdev.flags & MP_BLOCKDEV_FLAG_NO_FILESYSTEM) {
        const int blank = blank_disk(device);
        if (blank < 0) {
            mp_raise_OSError(-blank);
        }
        if (blank == 0) {
            raise_unusable(self, device, MP_ENODEV);
        }
        mp_call_function_1(mp_load_attr(MP_OBJ_FROM_PTR(&mp_fat_vfs_type), MP_QSTR_mkfs), MP_OBJ_FROM_PTR(disk));
        made = mount(disk);
    }
    return made;
}

static int sync(struct device *self, void *made) {
    (void)self;
    fs_user_mount_t *vfs = made;
    int error = 0;
    for (open_file_t *each = MP_STATE_VM(fat_open_files); each != NULL; each = each->next) {
        if (each->file->obj.fs == &vfs->fatfs) {
            const FRESULT result = f_sync(each->file);
            error = error == 0 ? -fresult_to_errno_table[result] : error;
        }
    }
    const int result = disk_flush(disk_of(vfs));
    return error == 0 ? result : error;
}

static const struct files_operations operations = {
    .mount_point = mount_point,
    .filesystem = filesystem,
    .sync = sync,
};

const struct driver fat_fs_driver = {
    .class_name = "FatFs",
    .provides = INTERFACE_FILES,
    .operations = &operations,
    .init = init,
};
