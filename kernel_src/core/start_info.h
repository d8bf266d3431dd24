/*
 * What the PVH protocol hands over: Xen's public/arch-x86/hvm/start_info.h. Parsed apart from the rest, so that it is
 * tested on the host.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define START_INFO_MAGIC 0x336ec578u

enum { MEMORY_MAP_RAM = 1 };

struct start_info {
    uint32_t magic;
    uint32_t version; /* the memory map is there from 1 on */
    uint32_t flags;
    uint32_t module_count;
    uint64_t module_list;
    uint64_t command_line;
    uint64_t rsdp;
    uint64_t memory_map;
    uint32_t memory_map_count;
    uint32_t reserved;
};

struct start_info_module {
    uint64_t address;
    uint64_t bytes;
    uint64_t command_line;
    uint64_t reserved;
};

struct start_info_memory {
    uint64_t address;
    uint64_t bytes;
    uint32_t type;
    uint32_t reserved;
};

struct start_info_range {
    uint64_t start;
    uint64_t end;
};

/* True if it is a start info with a memory map. */
bool start_info_valid(const struct start_info *info);

/* All RAM of the map, in bytes. */
uint64_t start_info_ram(const struct start_info_memory *map, size_t count);

/* The pieces of RAM, into `ranges`: how many. Beyond `most`, the last one is widened to hold the rest. */
size_t start_info_ram_ranges(const struct start_info_memory *map, size_t count, struct start_info_range *ranges,
                             size_t most);

/* The largest piece of RAM at or above `floor` that none of the `taken` ranges touches, its ends rounded inwards to
 * `page` bytes. */
struct start_info_range start_info_free(const struct start_info_memory *map, size_t count,
                                        const struct start_info_range *taken, size_t taken_count, uint64_t floor,
                                        uint64_t page);
