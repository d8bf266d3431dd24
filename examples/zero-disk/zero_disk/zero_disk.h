/* A disk of zeros: provides Block. */
#pragma once

#include <stdint.h>

#include "unikernel/device.h"

struct zero_disk_parameters {
    int64_t size;
};

extern const struct driver zero_disk_driver;
