/* sources: core/start_info.c */
#include "core/start_info.h"

#include "check.h"

enum { PAGE = START_INFO_PAGE, MIB = 1 << 20, RESERVED = 2 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct start_info_ram read(const struct start_info_memory *map, size_t count,
                                  const struct start_info_range *taken, size_t taken_count, uint64_t floor) {
    struct start_info_ram ram;
    start_info_ram(&ram, map, count, taken, taken_count, floor);
    return ram;
}

static struct start_info good(void) {
    return (struct start_info){.magic = START_INFO_MAGIC, .version = 1, .memory_map = PAGE, .memory_map_count = 1};
}

static void only_a_start_info_with_a_map_is_valid(void) {
    struct start_info info = good();
    CHECK(start_info_valid(&info));
    CHECK(!start_info_valid(NULL));
    info = good(), info.magic = 0;
    CHECK(!start_info_valid(&info));
    info = good(), info.version = 0;
    CHECK(!start_info_valid(&info));
    info = good(), info.memory_map = 0;
    CHECK(!start_info_valid(&info));
    info = good(), info.memory_map_count = 0;
    CHECK(!start_info_valid(&info));
}

static void the_largest_free_piece_is_found_whatever_the_order(void) {
    const struct start_info_memory map[] = {
        {8 * MIB, 8 * MIB, RESERVED, 0},
        {MIB, 7 * MIB, MEMORY_MAP_RAM, 0},
        {0, 640 * 1024, MEMORY_MAP_RAM, 0},
    };
    const struct start_info_range image = {MIB, 2 * MIB};
    const struct start_info_ram ram = read(map, COUNT(map), &image, 1, MIB);
    CHECK(ram.free.start == 2 * MIB && ram.free.end == 8 * MIB);
    CHECK(ram.bytes == 7 * MIB + 640 * 1024);
    CHECK(read(map, COUNT(map), NULL, 0, 3 * MIB).free.start == 3 * MIB);
}

static void ram_beyond_the_places_for_it_widens_the_last(void) {
    struct start_info_memory map[START_INFO_RANGES + 2];
    for (size_t i = 0; i < COUNT(map); i++) {
        map[i] = (struct start_info_memory){2 * i * MIB, MIB, MEMORY_MAP_RAM, 0};
    }
    map[1].type = RESERVED;
    const struct start_info_ram full = read(map, COUNT(map) - 1, NULL, 0, 0);
    const struct start_info_range *last = &full.ranges[START_INFO_RANGES - 1];
    CHECK(full.count == START_INFO_RANGES && full.ranges[0].end == MIB && full.ranges[1].start == 4 * MIB);
    CHECK(last->start == 2 * START_INFO_RANGES * MIB && last->end == last->start + MIB);
    map[COUNT(map) - 1] = (struct start_info_memory){MIB, UINT64_MAX, MEMORY_MAP_RAM, 0};
    const struct start_info_ram more = read(map, COUNT(map), NULL, 0, 0);
    last = &more.ranges[START_INFO_RANGES - 1];
    CHECK(more.count == START_INFO_RANGES && last->start == MIB && last->end == UINT64_MAX);
}

static void what_is_taken_splits_a_range(void) {
    const struct start_info_memory map[] = {{0, 16 * MIB, MEMORY_MAP_RAM, 0}};
    const struct start_info_range taken[] = {{10 * MIB, 11 * MIB}, {MIB, 2 * MIB}, {MIB + PAGE, 3 * MIB}};
    const struct start_info_range found = read(map, 1, taken, COUNT(taken), MIB).free;
    CHECK(found.start == 3 * MIB && found.end == 10 * MIB);
}

static void ends_are_rounded_inwards(void) {
    const struct start_info_memory map[] = {{MIB + 1, 3 * PAGE, MEMORY_MAP_RAM, 0}};
    const struct start_info_range found = read(map, 1, NULL, 0, 0).free;
    CHECK(found.start == MIB + PAGE && found.end == MIB + 3 * PAGE);
}

static void what_does_not_fit_in_64_bits_is_cut(void) {
    const struct start_info_memory map[] = {
        {UINT64_MAX - PAGE, UINT64_MAX, MEMORY_MAP_RAM, 0},
        {UINT64_MAX - 1, 1, MEMORY_MAP_RAM, 0},
    };
    const struct start_info_range found = read(map, COUNT(map), NULL, 0, 0).free;
    CHECK(found.end >= found.start);
    CHECK(found.end % PAGE == 0 && found.start % PAGE == 0);
}

static void a_map_without_free_ram_gives_nothing(void) {
    const struct start_info_memory map[] = {{MIB, MIB, MEMORY_MAP_RAM, 0}, {4 * MIB, MIB, RESERVED, 0}};
    const struct start_info_range taken = {0, 8 * MIB};
    const struct start_info_range found = read(map, COUNT(map), &taken, 1, 0).free;
    CHECK(found.start == found.end);
}

static void a_taken_range_that_ends_before_it_starts_changes_nothing_else(void) {
    const struct start_info_memory map[] = {{MIB, 3 * MIB, MEMORY_MAP_RAM, 0}};
    const struct start_info_range taken = {3 * MIB, MIB};
    const struct start_info_range found = read(map, 1, &taken, 1, 0).free;
    CHECK(found.start >= MIB && found.end <= 4 * MIB);
}

int main(void) {
    only_a_start_info_with_a_map_is_valid();
    the_largest_free_piece_is_found_whatever_the_order();
    ram_beyond_the_places_for_it_widens_the_last();
    what_is_taken_splits_a_range();
    ends_are_rounded_inwards();
    what_does_not_fit_in_64_bits_is_cut();
    a_map_without_free_ram_gives_nothing();
    a_taken_range_that_ends_before_it_starts_changes_nothing_else();
    return 0;
}
