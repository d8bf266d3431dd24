/* A tree of a git repository in the image: provides Files. */
#pragma once

#include "unikernel/device.h"

struct git_files_parameters {
    const char *mount_point;
};

extern const struct driver git_files_driver;
