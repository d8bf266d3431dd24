/* The image's files: provides Files. */
#pragma once

#include "unikernel/device.h"

struct rom_files_parameters {
    const char *mount_point;
};

extern const struct driver rom_files_driver;
