/* The Files interface of this version: a read-only filesystem image in memory, in MicroPython's ROMFS format. */
#pragma once

#include <stddef.h>

struct device;

struct files_operations {
    const void *(*image)(struct device *self, size_t *length);
    const char *(*mount_point)(struct device *self); /* "/rom" */
};
