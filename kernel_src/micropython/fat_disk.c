/*
 * The order in which a FAT reaches the disk. FAT has no commits: what a loss of power leaves is what some moment of
 * writing left. Two rules make each such moment a good one:
 *
 * - a write reaches the disk after all writes before it, so each is preceded by a flush;
 * - upstream links a new cluster to a directory first, and clears it then. So what goes into the table is held back
 *   until something is written that may need it: anything but zeros behind the table.
 *
 * What remains are clusters that belong to nobody, or that follow a file's end.
 */
#include "fat_disk.h"

#include <string.h>

#include "lib/oofatfs/diskio.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/block.h"

enum { ERASE_SECTORS = 1, SECTORS_MOST = INT32_MAX };

static MP_DEFINE_CONST_OBJ_TYPE(disk_type, MP_QSTR_Block, MP_TYPE_FLAG_NONE);

static const struct block_operations *block(const fat_disk_t *disk) {
    return disk->device->driver->operations;
}

fat_disk_t *fat_disk_new(struct device *device) {
    fat_disk_t *disk = mp_obj_malloc(fat_disk_t, &disk_type);
    disk->device = device;
    disk->written = disk->trying = disk->overrun = false;
    disk->held_count = 0;
    return disk;
}

bool fat_disk_is(mp_obj_t object) {
    return mp_obj_is_type(object, &disk_type);
}

fat_disk_t *fat_disk_of(void *drive) {
    return MP_OBJ_TO_PTR(((fs_user_mount_t *)drive)->blockdev.readblocks[1]);
}

static int flush(fat_disk_t *disk) {
    const int error = disk->written ? block(disk)->flush(disk->device) : 0;
    disk->written = disk->written && error != 0;
    return error;
}

static int put(fat_disk_t *disk, const BYTE *bytes, DWORD sector, UINT count) {
    int error = flush(disk);
    if (error == 0) {
        disk->written = true;
        error = block(disk)->write(disk->device, sector, bytes, count);
    }
    return error;
}

/* What is held, to the disk. What fails stays held, and is tried again. */
static int release(fat_disk_t *disk) {
    unsigned done = 0;
    int error = 0;
    while (done < disk->held_count && (error = put(disk, disk->held[done].bytes, disk->held[done].sector, 1)) == 0) {
        done++;
    }
    disk->held_count -= done;
    memmove(disk->held, disk->held + done, disk->held_count * sizeof *disk->held);
    return error;
}

/* Whether a sector could be held: one that comes again keeps its place only where nothing came since. */
static bool hold(fat_disk_t *disk, const BYTE *bytes, DWORD sector) {
    unsigned i = 0;
    while (i < disk->held_count && disk->held[i].sector != sector) {
        i++;
    }
    if (i == FAT_HELD_MOST || (!disk->trying && i + 1 < disk->held_count)) {
        return false;
    }
    memcpy(disk->held[i].bytes, bytes, FAT_SECTOR_BYTES);
    disk->held[i].sector = sector;
    disk->held_count = i < disk->held_count ? disk->held_count : i + 1;
    return true;
}

static bool in_table(const FATFS *fs, DWORD sector) {
    return fs->fs_type != 0 && sector >= fs->fatbase && sector < fs->fatbase + fs->n_fats * fs->fsize;
}

static bool zeros(const BYTE *bytes, size_t length) {
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

int fat_disk_sync(fat_disk_t *disk) {
    const int error = release(disk);
    return error == 0 ? flush(disk) : error;
}

void fat_disk_try(fat_disk_t *disk) {
    disk->trying = true;
    disk->overrun = false;
}

bool fat_disk_tried(fat_disk_t *disk) {
    disk->trying = false;
    return disk->held_count <= 1 && !disk->overrun;
}

void fat_disk_forget(fat_disk_t *disk) {
    disk->held_count = 0;
}

static DRESULT result_of(int error) {
    return error == 0 ? RES_OK : error == -MP_EROFS ? RES_WRPRT : RES_ERROR;
}

DRESULT disk_read(void *drive, BYTE *bytes, DWORD sector, UINT count) {
    fat_disk_t *disk = fat_disk_of(drive);
    const int error = block(disk)->read(disk->device, sector, bytes, count);
    for (unsigned i = 0; error == 0 && i < disk->held_count; i++) {
        const DWORD at = disk->held[i].sector;
        if (at >= sector && at < sector + count) {
            memcpy(bytes + (at - sector) * FAT_SECTOR_BYTES, disk->held[i].bytes, FAT_SECTOR_BYTES);
        }
    }
    return result_of(error);
}

DRESULT disk_write(void *drive, const BYTE *bytes, DWORD sector, UINT count) {
    fat_disk_t *disk = fat_disk_of(drive);
    const FATFS *fs = &((fs_user_mount_t *)drive)->fatfs;
    if (disk->trying) {
        for (UINT i = 0; i < count && !disk->overrun; i++) {
            disk->overrun = !hold(disk, bytes + (size_t)i * FAT_SECTOR_BYTES, sector + i);
        }
        return RES_OK;
    }
    int error = 0;
    if (count == 1 && in_table(fs, sector)) {
        if (!hold(disk, bytes, sector)) {
            error = release(disk);
            if (error == 0) {
                hold(disk, bytes, sector);
            }
        }
        return result_of(error);
    }
    if (sector < fs->database || !zeros(bytes, (size_t)count * FAT_SECTOR_BYTES)) {
        error = release(disk);
    }
    return result_of(error == 0 ? put(disk, bytes, sector, count) : error);
}

DRESULT disk_ioctl(void *drive, BYTE command, void *result) {
    fat_disk_t *disk = fat_disk_of(drive);
    const struct block_geometry geometry = block(disk)->geometry(disk->device);
    switch (command) {
    case CTRL_SYNC:
        return result_of(disk->trying ? 0 : fat_disk_sync(disk));
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
