/* A watchdog: provides Watch. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "unikernel/device.h"

struct watchdog_parameters {
    int64_t timeout_s;
};

extern const struct driver watchdog_driver;
