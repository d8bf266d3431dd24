/* A FAT file system on a block device: provides Files. */
#pragma once

#include "unikernel/device.h"

struct fat_fs_parameters {
    const char *mount_point;
};

extern const struct driver fat_fs_driver;
