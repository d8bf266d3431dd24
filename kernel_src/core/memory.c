/* What memory there is, as the start info tells it; the heap is the largest piece that is free. */
#include "memory.h"

#include "arch.h"
#include "records.h"
#include "start_info.h"
#include "unikernel/memory.h"
#include "words.h"

enum {
    PAGE = START_INFO_PAGE,
    LINE_BYTES = ABI_COMMAND_LINE_BYTES,
    MODULE_LIMIT = 8,
};

extern char image_end[], stack_start[], stack_end[];

static char command_line[LINE_BYTES];
static bool closed;
static struct start_info_ram ram;

static void command_line_keep(const char *line) {
    for (size_t i = 0; line != NULL && i < LINE_BYTES - 1 && line[i] != 0; i++) {
        command_line[i] = line[i];
    }
}

void memory_init(const struct start_info *info) {
    info = arch_boot_memory((uintptr_t)info);
    if (!start_info_valid(info)) {
        machine_panic(ABI_PANIC_ASSERTION, "the start info has no memory map: this is not a PVH boot");
    }
    const struct start_info_memory *map = arch_boot_memory(info->memory_map);
    const struct start_info_module *modules = arch_boot_memory(info->module_list);
    struct start_info_range taken[MODULE_LIMIT];
    size_t count = 0;
    for (; count < info->module_count && count < MODULE_LIMIT; count++) {
        const struct start_info_module *module = &modules[count];
        taken[count] = (struct start_info_range){module->address, module->address + module->bytes};
    }
    command_line_keep(info->command_line == 0 ? NULL : arch_boot_memory(info->command_line));
    start_info_ram(&ram, map, info->memory_map_count, taken, count, (uintptr_t)image_end);
    const struct start_info_range heap = arch_map_ram(ram.free);
    records.memory = (struct abi_memory){
        .total_bytes = ram.bytes,
        .heap_start = heap.start,
        .heap_bytes = heap.end - heap.start,
        .stack_start = (uintptr_t)stack_start,
        .stack_bytes = (uintptr_t)stack_end - (uintptr_t)stack_start,
    };
}

bool memory_is_ram(uint64_t start, uint64_t end) {
    bool is_ram = false;
    for (size_t i = 0; i < ram.count; i++) {
        is_ram |= start < ram.ranges[i].end && end > ram.ranges[i].start;
    }
    return is_ram;
}

size_t memory_total_bytes(void) {
    return records.memory.total_bytes;
}

void *memory_take(size_t bytes, size_t align) {
    struct abi_memory *memory = &records.memory;
    const uint64_t start = (memory->heap_start + align - 1) & ~((uint64_t)align - 1);
    const uint64_t end = memory->heap_start + memory->heap_bytes;
    if (closed || start > end || bytes > end - start) {
        return NULL;
    }
    memory->heap_start = start + bytes;
    memory->heap_bytes = end - memory->heap_start;
    return (void *)(uintptr_t)start;
}

void memory_close(void) {
    (void)memory_take(0, PAGE);
    closed = true;
}

struct memory_range memory_heap(void) {
    return (struct memory_range){records.memory.heap_start, records.memory.heap_bytes};
}

struct memory_range memory_stack(void) {
    return (struct memory_range){records.memory.stack_start, records.memory.stack_bytes};
}

const char *memory_command_line(const char *key, size_t *length) {
    return memory_command_line_nth(key, 0, length);
}

const char *memory_command_line_nth(const char *key, unsigned nth, size_t *length) {
    return words_find(command_line, key, nth, length);
}
