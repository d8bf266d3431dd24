/*
 * A file's new name on a FAT. Upstream writes the new entry, then removes the old one; a loss of power in between
 * leaves two files that share their clusters. Where both entries lie in one sector, they are written at once. Where
 * they do not, the file is copied, and the old one removed then: nothing is shared at any moment.
 *
 * A directory cannot be copied: it may be left with both names.
 */
#include "fat_disk.h"
#include "lib/oofatfs/diskio.h"
#include "py/mperrno.h"
#include "py/runtime.h"

enum { COPY_BYTES = 4096 };

#define NO_SECTOR 0xffffffffu

/* Upstream's window on the disk, written if it has to be: with nothing of it open, what is tried can be forgotten. */
static FRESULT settle(FATFS *fs) {
    if (fs->wflag) {
        if (disk_write(fs->drv, fs->win, fs->winsect, 1) != RES_OK) {
            return FR_DISK_ERR;
        }
        fs->wflag = 0;
        if (fs->n_fats == 2 && fs->winsect - fs->fatbase < fs->fsize) {
            disk_write(fs->drv, fs->win, fs->winsect + fs->fsize, 1);
        }
    }
    return fat_disk_sync(fat_disk_of(fs->drv)) == 0 ? FR_OK : FR_DISK_ERR;
}

static FRESULT copy_content(FIL *from, FIL *to, BYTE *buffer, bool *full) {
    FRESULT result;
    UINT got = COPY_BYTES, put = 0;
    do {
        result = f_read(from, buffer, COPY_BYTES, &got);
        if (result == FR_OK) {
            result = f_write(to, buffer, got, &put);
            *full = result == FR_OK && put < got;
        }
    } while (result == FR_OK && !*full && got == COPY_BYTES);
    return result;
}

static FRESULT copy(FATFS *fs, const TCHAR *from, const TCHAR *to, const FILINFO *info) {
    BYTE *buffer = m_new(BYTE, COPY_BYTES);
    FIL source, target;
    bool full = false;
    FRESULT result = f_open(fs, &source, from, FA_READ);
    if (result == FR_OK) {
        result = f_open(fs, &target, to, FA_WRITE | FA_CREATE_NEW);
    }
    if (result == FR_EXIST) { /* the same file: only the case of a letter changes */
        return f_rename(fs, from, to);
    }
    if (result == FR_OK) {
        result = copy_content(&source, &target, buffer, &full);
        const FRESULT closed = f_close(&target);
        result = result == FR_OK ? closed : result;
        result = result == FR_OK && !full ? f_utime(fs, to, info) : result;
        if (result != FR_OK || full) {
            f_unlink(fs, to);
        }
    }
    m_del(BYTE, buffer, COPY_BYTES);
    if (full) {
        mp_raise_OSError(MP_ENOSPC);
    }
    return result == FR_OK ? f_unlink(fs, from) : result;
}

FRESULT fat_rename(FATFS *fs, const TCHAR *from, const TCHAR *to) {
    FILINFO info;
    FRESULT result = f_stat(fs, from, &info);
    if (result != FR_OK || (info.fattrib & ~AM_ARC) != 0) {
        return f_rename(fs, from, to);
    }
    result = settle(fs);
    if (result != FR_OK) {
        return result;
    }
    const DWORD last = fs->last_clst, free_count = fs->free_clst;
    const BYTE flag = fs->fsi_flag;
    fat_disk_t *disk = fat_disk_of(fs->drv);
    fat_disk_try(disk);
    result = f_rename(fs, from, to);
    const bool whole = fat_disk_tried(disk);
    if (whole && result == FR_OK) {
        return fat_disk_sync(disk) == 0 ? FR_OK : FR_DISK_ERR;
    }
    fat_disk_forget(disk);
    fs->wflag = 0;
    fs->winsect = NO_SECTOR;
    fs->last_clst = last;
    fs->free_clst = free_count;
    fs->fsi_flag = flag;
    return whole ? result : copy(fs, from, to, &info);
}
