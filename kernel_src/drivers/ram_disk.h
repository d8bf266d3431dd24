/* A disk in memory: provides Block. */
#pragma once

#include <stdint.h>

#include "unikernel/device.h"

struct ram_disk_parameters {
    int64_t size;
};

extern const struct driver ram_disk_driver;
