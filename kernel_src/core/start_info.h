/*
 * What the PVH protocol hands over: Xen's public/arch-x86/hvm/start_info.h. Parsed apart from the rest, so that it is
 * tested on the host.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define START_INFO_MAGIC 0x336ec578u

enum { MEMORY_MAP_RAM = 1, START_INFO_PAGE = 4096, START_INFO_RANGES = 8 };

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

/* What the map says of RAM. */
struct start_info_ram {
    uint64_t bytes;               /* all of it */
    struct start_info_range free; /* its largest free piece, of whole pages */
    size_t count;
    struct start_info_range ranges[START_INFO_RANGES]; /* in the map's order; beyond so many, the last holds the rest */
};

/* Reads the map. Free is what lies at or above `floor` and in none of the `taken` ranges. */
void start_info_ram(struct start_info_ram *ram, const struct start_info_memory *map, size_t count,
                    const struct start_info_range *taken, size_t taken_count, uint64_t floor);
