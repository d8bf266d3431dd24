/*
 * FAT on a block device. Upstream's binding (MicroPython 1.25, extmod/vfs_fat.c and vfs_fat_file.c) is compiled here as
 * it is; its way to the disk is fat_disk.c, which calls the driver and never raises.
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
#include "fat_disk.h"

/* An app can reach upstream's mkfs, and give it anything. */
static void disk_init(mp_vfs_blockdev_t *self, mp_obj_t disk) {
    if (!fat_disk_is(disk)) {
        mp_raise_TypeError(MP_ERROR_TEXT("a disk of the stack is needed"));
    }
    self->readblocks[1] = self->writeblocks[0] = disk; /* an upstream mount makes the latter NULL: read-only */
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

/* Upstream has one answer, "denied", for what must not be and for a directory or disk that is full. */
static FRESULT or_full(FATFS *fs, FRESULT result, const TCHAR *path) {
    FILINFO info;
    if (result == FR_DENIED && f_stat(fs, path, &info) == FR_NO_FILE) {
        mp_raise_OSError(MP_ENOSPC);
    }
    return result;
}

static FRESULT listed_open(FATFS *fs, FIL *file, const TCHAR *path, BYTE mode) {
    open_file_t *entry = m_new_obj(open_file_t);
    const FRESULT result = or_full(fs, f_open(fs, file, path, mode), path);
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

/* One that is open cannot be copied: it is renamed as upstream does. */
static FRESULT listed_rename(FATFS *fs, const TCHAR *from, const TCHAR *to) {
    FIL file;
    if (MP_STATE_VM(fat_open_files) != NULL && f_open(fs, &file, from, FA_READ) == FR_OK) {
        for (open_file_t *each = MP_STATE_VM(fat_open_files); each != NULL; each = each->next) {
            if (each->file->obj.fs == fs && each->file->dir_sect == file.dir_sect &&
                each->file->dir_ptr == file.dir_ptr) {
                return or_full(fs, f_rename(fs, from, to), to);
            }
        }
    }
    return or_full(fs, fat_rename(fs, from, to), to);
}

static FRESULT full_mkdir(FATFS *fs, const TCHAR *path) {
    return or_full(fs, f_mkdir(fs, path), path);
}

#define mp_vfs_blockdev_init disk_init
#define f_open               listed_open
#define f_close              listed_close
#define f_rename             listed_rename
#define f_mkdir              full_mkdir
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

static fs_user_mount_t *mount(fat_disk_t *disk) {
    return MP_OBJ_TO_PTR(mp_call_function_1(MP_OBJ_FROM_PTR(&mp_fat_vfs_type), MP_OBJ_FROM_PTR(disk)));
}

/*
 * Formatting writes the boot sector first, then the table. A loss of power in between leaves a table of zeros, which
 * mounts, but whose first entries every other system looks for: here they are written after all.
 */
static void finish_format(fs_user_mount_t *made) {
    static const BYTE first[] = {0xf8, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f};
    FATFS *fs = &made->fatfs;
    BYTE sector[FAT_SECTOR_BYTES];
    for (DWORD i = 0; fs->fs_type != 0 && i < fs->n_fats; i++) {
        const DWORD at = fs->fatbase + i * fs->fsize;
        if (disk_read(made, sector, at, 1) != RES_OK) {
            return;
        }
        for (size_t k = 0; k < sizeof sector; k++) {
            if (sector[k] != 0) {
                return;
            }
        }
        if (fs->fs_type == FS_FAT32) {
            memcpy(sector, first, sizeof first);
        } else {
            memset(sector, 0xff, fs->fs_type == FS_FAT16 ? 4 : 3);
            sector[0] = first[0];
        }
        disk_write(made, sector, at, 1);
    }
    fat_disk_sync(fat_disk_of(made));
}

static void *filesystem(struct device *self) {
    struct device *device = disk_under(self);
    fat_disk_t *disk = fat_disk_new(device);
    fs_user_mount_t *made = mount(disk);
    if (made->blockdev.flags & MP_BLOCKDEV_FLAG_NO_FILESYSTEM) {
        const int blank = blank_disk(device);
        if (blank < 0) {
            mp_raise_OSError(-blank);
        }
        if (blank == 0) {
            raise_unusable(self, device);
        }
        mp_call_function_1(mp_load_attr(MP_OBJ_FROM_PTR(&mp_fat_vfs_type), MP_QSTR_mkfs), MP_OBJ_FROM_PTR(disk));
        made = mount(disk);
    }
    const FATFS *fs = &made->fatfs;
    const uint64_t end = fs->database + (uint64_t)(fs->n_fatent - 2) * fs->csize;
    if (fs->fs_type != 0 &&
        end > ((const struct block_operations *)device->driver->operations)->geometry(device).count) {
        raise_of_another_size(self, device);
    }
    finish_format(made);
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
    const int result = fat_disk_sync(fat_disk_of(vfs));
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
