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

/* What does not fit in any more makes the last range wider. */
static void keep_range(struct start_info_ram *ram, struct start_info_range range) {
    if (ram->count < START_INFO_RANGES) {
        ram->ranges[ram->count++] = range;
        return;
    }
    struct start_info_range *last = &ram->ranges[START_INFO_RANGES - 1];
    last->start = range.start < last->start ? range.start : last->start;
    last->end = range.end > last->end ? range.end : last->end;
}

static void keep_larger(struct start_info_range *best, uint64_t start, uint64_t end) {
    if (start > UINT64_MAX - START_INFO_PAGE) {
        return;
    }
    start = (start + START_INFO_PAGE - 1) / START_INFO_PAGE * START_INFO_PAGE;
    end = end / START_INFO_PAGE * START_INFO_PAGE;
    if (end > start && end - start > best->end - best->start) {
        *best = (struct start_info_range){start, end};
    }
}

void start_info_ram(struct start_info_ram *ram, const struct start_info_memory *map, size_t count,
                    const struct start_info_range *taken, size_t taken_count, uint64_t floor) {
    ram->bytes = ram->count = 0;
    ram->free = (struct start_info_range){0, 0};
    for (const struct start_info_memory *each = map; each < map + count; each++) {
        if (each->type != MEMORY_MAP_RAM) {
            continue;
        }
        const uint64_t end = end_of(each->address, each->bytes);
        ram->bytes += each->bytes;
        keep_range(ram, (struct start_info_range){each->address, end});
        uint64_t start = each->address > floor ? each->address : floor;
        while (start < end) {
            /* The next range that is taken at or after start; what lies before it is free. */
            uint64_t stop = end, next = end;
            for (size_t j = 0; j < taken_count; j++) {
                if (taken[j].end > start && taken[j].start < stop) {
                    stop = taken[j].start > start ? taken[j].start : start;
                    next = taken[j].end;
                }
            }
            keep_larger(&ram->free, start, stop);
            start = next;
        }
    }
}
