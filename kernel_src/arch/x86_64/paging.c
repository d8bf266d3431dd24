/*
 * Page tables beyond the image, whose own entry.S has made. RAM is mapped by large pages, its ragged end by small ones;
 * device registers uncached. Intel SDM volume 3, section 4.5; addresses are identical.
 */
#include "paging.h"

#include "core/arch.h"
#include "core/memory.h"
#include "interrupts.h"
#include "layout.h"
#include "unikernel/memory.h"

enum { ENTRIES = 512, DEVICE_PAGES = 8, MAP_SHIFT = 39, POINTERS_SHIFT = 30 };

#define DIRECTORY_DEVICES_START 0xc0000000ull /* the fourth GiB */
#define DEVICES_START           0xfe000000ull

#define PAGE_NO_EXECUTE (1ull << 63)
#define PAGE_ADDRESS    0x000ffffffffff000ull
#define ADDRESS_LIMIT   (1ull << 47) /* what four levels reach, without the upper half */
#define DEVICE_MOST     (16ull << 20)
#define RAM_LIMIT       (2ull << 30) /* the directories of image.ld */

extern uint64_t page_map[], directory_ram[], directory_devices[], tail_table[];

/* The null page is never there; so for a while the lowest memory is seen, to be read only, where no device lies yet. */
const void *arch_boot_memory(uint64_t address) {
    if (address >= LARGE_PAGE_BYTES) {
        return (const void *)(uintptr_t)address;
    }
    directory_devices[0] = PAGE_PRESENT | PAGE_LARGE | PAGE_NO_EXECUTE;
    return (const void *)(uintptr_t)(DIRECTORY_DEVICES_START + address);
}

static void boot_memory_end(void) {
    directory_devices[0] = 0;
    __asm__ volatile("invlpg (%0)" : : "r"(DIRECTORY_DEVICES_START) : "memory");
}

struct start_info_range arch_map_ram(struct start_info_range range) {
    boot_memory_end();
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

/* The entry for an address in a table of the next level below `table`, made of memory taken for good; NULL without. */
static uint64_t *below(uint64_t *table, uint64_t address, unsigned shift) {
    uint64_t *entry = &table[address >> shift & (ENTRIES - 1)];
    if (!(*entry & PAGE_PRESENT)) {
        uint64_t *fresh = memory_take(PAGE_BYTES, PAGE_BYTES);
        if (fresh == NULL) {
            return NULL;
        }
        for (unsigned i = 0; i < ENTRIES; i++) {
            fresh[i] = 0;
        }
        *entry = (uintptr_t)fresh | PAGE_PRESENT | PAGE_WRITE;
    }
    return (uint64_t *)(uintptr_t)(*entry & PAGE_ADDRESS);
}

static bool touches(uint64_t start, uint64_t end, uint64_t controller) {
    return start < controller + APIC_BYTES && end > controller;
}

/* Where a device cannot be: what is said of its place is not trusted, and RAM holds these tables, too. */
static bool is_ours(uint64_t start, uint64_t end) {
    return touches(start, end, IO_APIC) || touches(start, end, LOCAL_APIC) || memory_is_ram(start, end);
}

volatile void *arch_map_device(uint64_t address, uint64_t bytes) {
    const uint64_t device =
        PAGE_PRESENT | PAGE_WRITE | PAGE_WRITE_THROUGH | PAGE_CACHE_DISABLE | PAGE_LARGE | PAGE_NO_EXECUTE;
    if (address < RAM_LIMIT || bytes == 0 || bytes > DEVICE_MOST || address > ADDRESS_LIMIT - bytes ||
        is_ours(address, address + bytes)) {
        return NULL;
    }
    for (uint64_t page = address / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES; page < address + bytes;
         page += LARGE_PAGE_BYTES) {
        uint64_t *pointers = below(page_map, page, MAP_SHIFT);
        uint64_t *directory = pointers == NULL ? NULL : below(pointers, page, POINTERS_SHIFT);
        if (directory == NULL) {
            return NULL;
        }
        directory[page / LARGE_PAGE_BYTES % ENTRIES] = page | device;
    }
    return (volatile void *)(uintptr_t)address;
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
