/* The start info's memory map. Nothing in it is assumed: not its order, not that ranges are apart, not that they fit in
 * 64 bits. */
#include "start_info.h"

bool start_info_valid(const struct start_info *info) {
    return info != NULL && info->magic == START_INFO_MAGIC && info->version >= 1 && info->memory_map != 0 &&
           info->memory_map_count > 0;
}

static uint64_t end_of(uint64_t start, uint64_t bytes) {
    return bytes > UINT64_MAX - start ? UINT64_MAX : start + bytes;
}

uint64_t start_info_ram(const struct start_info_memory *map, size_t count) {
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (map[i].type == MEMORY_MAP_RAM) {
            total += map[i].bytes;
        }
    }
    return total;
}

size_t start_info_ram_ranges(const struct start_info_memory *map, size_t count, struct start_info_range *ranges,
                             size_t most) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_MAP_RAM) {
            continue;
        }
        const struct start_info_range range = {map[i].address, end_of(map[i].address, map[i].bytes)};
        if (found < most) {
            ranges[found++] = range;
            continue;
        }
        struct start_info_range *last = &ranges[most - 1];
        last->start = range.start < last->start ? range.start : last->start;
        last->end = range.end > last->end ? range.end : last->end;
    }
    return found;
}

static void keep_larger(struct start_info_range *best, uint64_t start, uint64_t end, uint64_t page) {
    if (start > UINT64_MAX - page) {
        return;
    }
    start = (start + page - 1) / page * page;
    end = end / page * page;
    if (end > start && end - start > best->end - best->start) {
        *best = (struct start_info_range){start, end};
    }
}

struct start_info_range start_info_free(const struct start_info_memory *map, size_t count,
                                        const struct start_info_range *taken, size_t taken_count, uint64_t floor,
                                        uint64_t page) {
    struct start_info_range best = {0, 0};
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_MAP_RAM) {
            continue;
        }
        uint64_t start = map[i].address > floor ? map[i].address : floor;
        const uint64_t end = end_of(map[i].address, map[i].bytes);
        while (start < end) {
            /* The next range that is taken at or after start; what lies before it is free. */
            uint64_t stop = end, next = end;
            for (size_t j = 0; j < taken_count; j++) {
                if (taken[j].end > start && taken[j].start < stop) {
                    stop = taken[j].start > start ? taken[j].start : start;
                    next = taken[j].end;
                }
            }
            keep_larger(&best, start, stop, page);
            start = next;
        }
    }
    return best;
}
