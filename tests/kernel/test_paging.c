/* sources: arch/x86_64/paging.c */
/* Where a device's registers may be mapped, and what the page tables then say. */
#include <stdlib.h>

#include "check.h"
#include "core/arch.h"
#include "core/memory.h"
#include "unikernel/memory.h"

enum { PAGE = 4096, ENTRIES = 512, LARGE = 0x200000, POINTERS_DEVICES = 3, PRESENT = 1, TABLES = 8 };

#define GIB       (1ull << 30)
#define IO_APIC   0xfec00000ull
#define LOCAL     0xfee00000ull
#define UNCACHED  0x9bull /* present, writable, write-through, not cached, large */
#define NO_CODE   (1ull << 63)
#define RAM_START (4 * GIB)
#define RAM_END   (5 * GIB)

/* What entry.S and image.ld give. */
_Alignas(PAGE) uint64_t page_map[ENTRIES], directory_ram[2 * ENTRIES], directory_devices[ENTRIES], tail_table[ENTRIES];
static _Alignas(PAGE) uint64_t directory_pointers[ENTRIES];

static void *tables[TABLES];
static unsigned table_count, table_limit = TABLES;

void *memory_take(size_t bytes, size_t align) {
    CHECK(bytes == PAGE && align == PAGE);
    return table_count == table_limit ? NULL : (tables[table_count++] = aligned_alloc(align, bytes));
}

/* A machine of more memory than is used. */
bool memory_is_ram(uint64_t start, uint64_t end) {
    return start < RAM_END && end > RAM_START;
}

static uint64_t *next(const uint64_t *table, uint64_t address, unsigned shift) {
    return (uint64_t *)(uintptr_t)(table[address >> shift & (ENTRIES - 1)] & ~0xfffull);
}

static uint64_t entry(uint64_t address) {
    const uint64_t *directory = next(next(page_map, address, 39), address, 30);
    return directory[address / LARGE % ENTRIES];
}

static bool is_mapped(uint64_t address, uint64_t bytes) {
    volatile void *at = arch_map_device(address, bytes);
    CHECK(at == NULL || (uintptr_t)at == address);
    return at != NULL;
}

static void a_window_is_uncached_and_no_code(void) {
    CHECK(is_mapped(0xfebff000, PAGE) && entry(0xfea00000) == (0xfea00000 | UNCACHED | NO_CODE));
    CHECK(is_mapped(0x380000000000, PAGE) && entry(0x380000000000) == (0x380000000000 | UNCACHED | NO_CODE));
    CHECK(is_mapped(2 * GIB + LARGE - 4, 8) && entry(2 * GIB) != 0 && entry(2 * GIB + LARGE) != 0);
    CHECK(entry(2 * GIB + 2 * LARGE) == 0);
}

static void where_memory_is_no_device_can_be(void) {
    CHECK(!is_mapped(0, PAGE) && !is_mapped(2 * GIB - 1, 1) && is_mapped(2 * GIB, 1));
    CHECK(!is_mapped(2 * GIB - 1, 2));
    CHECK(!is_mapped(RAM_START, 1) && !is_mapped(RAM_END - 1, 1));
    CHECK(!is_mapped(RAM_START - 1, 2) && is_mapped(RAM_START - 1, 1) && is_mapped(RAM_END, 1));
}

static void where_the_interrupt_controllers_are_no_device_can_be(void) {
    static const uint64_t controllers[] = {IO_APIC, LOCAL};
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t start = controllers[i], end = start + 0x100000;
        CHECK(!is_mapped(start, 1) && !is_mapped(end - 1, 1) && !is_mapped(start + PAGE, 16));
        CHECK(!is_mapped(start - 1, 2) && !is_mapped(start - PAGE, 2 * PAGE) && !is_mapped(start - PAGE, 8u << 20));
        CHECK(is_mapped(start - 1, 1) && is_mapped(end, 1));
    }
}

static void what_no_table_reaches_is_refused(void) {
    CHECK(!is_mapped(3 * GIB, 0) && !is_mapped(3 * GIB, (16u << 20) + 1) && is_mapped(3 * GIB, 16u << 20));
    CHECK(!is_mapped(1ull << 47, 1) && !is_mapped((1ull << 47) - 1, 2) && !is_mapped(UINT64_MAX, 1));
    table_limit = table_count;
    CHECK(!is_mapped(1ull << 45, 1) && is_mapped(3 * GIB, 1)); /* no memory for a table is left */
}

int main(void) {
    page_map[0] = (uintptr_t)directory_pointers | PRESENT;
    directory_pointers[POINTERS_DEVICES] = (uintptr_t)directory_devices | PRESENT;
    a_window_is_uncached_and_no_code();
    where_memory_is_no_device_can_be();
    where_the_interrupt_controllers_are_no_device_can_be();
    what_no_table_reaches_is_refused();
    while (table_count > 0) {
        free(tables[--table_count]);
    }
    return 0;
}
