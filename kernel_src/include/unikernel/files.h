/*
 * The Files interface: a tree of files, seen at a mount point.
 *
 * A tree is either an image in memory, in MicroPython's ROMFS format, or a file system object of the runtime that the
 * device makes when it is first used. The runtime's objects are void pointers here: the kernel knows nothing of them.
 */
#pragma once

#include <stddef.h>

struct device;

struct files_operations {
    const char *(*mount_point)(struct device *self);           /* "/rom" */
    const void *(*image)(struct device *self, size_t *length); /* or NULL: it has no image, but a file system */
    void *(*filesystem)(struct device *self);                  /* raises as the runtime does */
    int (*sync)(struct device *self, void *filesystem);        /* every open file, then the device: 0 or -errno */
};
