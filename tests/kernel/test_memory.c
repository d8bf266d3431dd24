/* sources: core/memory.c core/start_info.c core/words.c */
#include <setjmp.h>
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "core/memory.h"
#include "core/records.h"
#include "unikernel/memory.h"

enum { PAGE = 4096, MIB = 1 << 20 };

/* What the linker script and the rest of the kernel give. */
char image_end[1], stack_start[1], stack_end[1];
struct abi_records records;
static jmp_buf panicked;

const void *arch_boot_memory(uint64_t address) {
    return (const void *)(uintptr_t)address;
}

struct start_info_range arch_map_ram(struct start_info_range range) {
    return range;
}

noreturn void machine_panic(enum abi_panic_cause cause, const char *message) {
    (void)cause, (void)message;
    longjmp(panicked, 1);
}

/* RAM begins with the image, and what follows it is free. */
#define FREE (((uintptr_t)image_end + PAGE - 1) / PAGE * PAGE)
static struct start_info_memory map[1];

static struct start_info boot(const char *line) {
    map[0] = (struct start_info_memory){FREE - MIB, 31 * MIB, MEMORY_MAP_RAM, 0};
    return (struct start_info){
        .magic = START_INFO_MAGIC,
        .version = 1,
        .command_line = (uintptr_t)line,
        .memory_map = (uintptr_t)map,
        .memory_map_count = 1,
    };
}

static int has(const char *key, const char *wanted) {
    size_t length = 0;
    const char *value = memory_command_line(key, &length);
    return value != NULL && length == strlen(wanted) && memcmp(value, wanted, length) == 0;
}

static void keys_are_found_as_whole_words(void) {
    const struct start_info info = boot("noprompt=2 prompt=1  empty= last=x");
    memory_init(&info);
    CHECK(has("prompt", "1"));
    CHECK(has("empty", ""));
    CHECK(has("last", "x"));
    size_t length;
    CHECK(memory_command_line("rompt", &length) == NULL);
    CHECK(memory_command_line("promp", &length) == NULL);
    CHECK(memory_command_line("absent", &length) == NULL);
}

static void modules_are_not_free(void) {
    const struct start_info_module module = {FREE + 19 * MIB, MIB, 0, 0};
    struct start_info info = boot(NULL);
    info.module_list = (uintptr_t)&module;
    info.module_count = 1;
    memory_init(&info);
    const struct memory_range heap = memory_heap();
    CHECK(heap.start == FREE && heap.bytes == 19 * MIB);
    CHECK(memory_total_bytes() == 31 * MIB);
}

static void ram_is_known_also_where_it_is_not_used(void) {
    const struct start_info info = boot(NULL);
    memory_init(&info);
    const uint64_t start = FREE - MIB;
    const uint64_t end = start + 31 * MIB;
    CHECK(memory_is_ram(start, start + 1) && memory_is_ram(end - 1, end + MIB) && memory_is_ram(0, end + MIB));
    CHECK(!memory_is_ram(0, start) && !memory_is_ram(end, end + MIB));
}

static void a_long_command_line_is_cut_not_overrun(void) {
    static char line[2 * PAGE];
    memset(line, 'x', sizeof line - 1);
    const struct start_info info = boot(line);
    memory_init(&info);
    size_t length;
    CHECK(memory_command_line("x", &length) == NULL);
}

static void without_a_memory_map_it_panics(void) {
    struct start_info info = boot(NULL);
    info.memory_map_count = 0;
    if (setjmp(panicked) == 0) {
        memory_init(&info);
        CHECK(!"memory_init returned");
    }
}

int main(void) {
    keys_are_found_as_whole_words();
    modules_are_not_free();
    ram_is_known_also_where_it_is_not_used();
    a_long_command_line_is_cut_not_overrun();
    without_a_memory_map_it_panics();
    return 0;
}
