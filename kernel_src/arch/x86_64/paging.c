/*
 * Page tables beyond the image, whose own entry.S has made. RAM is mapped by large pages, its ragged end by small ones;
 * device registers uncached. Intel SDM volume 3, section 4.5; addresses are identical.
 */
#include "paging.h"

#include "core/arch.h"
#include "layout.h"

enum { ENTRIES = 512, DEVICE_PAGES = 8 };

#define DEVICES_START 0xfe000000ull

#define PAGE_NO_EXECUTE (1ull << 63)
#define RAM_LIMIT       (2ull << 30) /* the directories of image.ld */

extern uint64_t directory_ram[], directory_devices[], tail_table[];

struct start_info_range arch_map_ram(struct start_info_range range) {
    const uint64_t ram = PAGE_PRESENT | PAGE_WRITE | PAGE_NO_EXECUTE;
    if (range.end > RAM_LIMIT) {
        range.end = RAM_LIMIT;
    }
    uint64_t address = (range.start + LARGE_PAGE_BYTES - 1) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
    for (; address + LARGE_PAGE_BYTES <= range.end; address += LARGE_PAGE_BYTES) {
        directory_ram[address / LARGE_PAGE_BYTES] = address | ram | PAGE_LARGE;
    }
    if (address < range.end) {
        directory_ram[address / LARGE_PAGE_BYTES] = (uintptr_t)tail_table | PAGE_PRESENT | PAGE_WRITE;
        for (uint64_t *entry = tail_table; address < range.end; address += PAGE_BYTES) {
            *entry++ = address | ram;
        }
    }
    return range;
}

/* Both APICs, and between them where microvm has its virtio windows. */
void paging_map_devices(void) {
    const uint64_t device =
        PAGE_PRESENT | PAGE_WRITE | PAGE_WRITE_THROUGH | PAGE_CACHE_DISABLE | PAGE_LARGE | PAGE_NO_EXECUTE;
    for (uint64_t address = DEVICES_START; address < DEVICES_START + DEVICE_PAGES * LARGE_PAGE_BYTES;
         address += LARGE_PAGE_BYTES) {
        directory_devices[address / LARGE_PAGE_BYTES % ENTRIES] = address | device;
    }
}
