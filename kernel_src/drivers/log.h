/* Lines with time and source on a console: provides Log. */
#pragma once

#include "unikernel/device.h"

struct log_parameters {
    const char *level; /* the least that is written: "error", "warning", "info" or "debug" */
};

extern const struct driver log_driver;
