/* FAT's way to the disk, which keeps an order: see fat_disk.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "extmod/vfs_fat.h"
#include "unikernel/device.h"

enum { FAT_SECTOR_BYTES = 512, FAT_HELD_MOST = 4 };

typedef struct fat_disk {
    mp_obj_base_t base;
    struct device *device;
    bool written; /* since the last flush */
    bool trying;  /* nothing goes to the disk */
    bool overrun; /* while trying: more than can be held */
    unsigned held_count;
    struct {
        DWORD sector;
        BYTE bytes[FAT_SECTOR_BYTES];
    } held[FAT_HELD_MOST]; /* not yet on the disk, in the order in which it goes there */
} fat_disk_t;

/* A new one, in the runtime's memory. */
fat_disk_t *fat_disk_new(struct device *device);

bool fat_disk_is(mp_obj_t object);

fat_disk_t *fat_disk_of(void *drive);

/* Everything is on the disk, and safe: 0 or -errno. */
int fat_disk_sync(fat_disk_t *disk);

/* From here on writes are held, and read again; nothing may be held before. */
void fat_disk_try(fat_disk_t *disk);

/* The end of that: whether all that was written is one sector, or nothing, and so goes to the disk whole or not at all.
 * It is held still. */
bool fat_disk_tried(fat_disk_t *disk);

/* What is held never was. */
void fat_disk_forget(fat_disk_t *disk);

/* A file's new name, without a moment at which it has none, or its clusters two. May raise OSError and MemoryError. */
FRESULT fat_rename(FATFS *fs, const TCHAR *from, const TCHAR *to);
