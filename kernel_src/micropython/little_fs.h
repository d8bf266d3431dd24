/* A littlefs on a block device: provides Files. */
#pragma once

#include "unikernel/device.h"

struct little_fs_parameters {
    const char *mount_point;
};

extern const struct driver little_fs_driver;
