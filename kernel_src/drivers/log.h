/* Lines with time and source on a console: provides Log. */
#pragma once

#include "unikernel/device.h"

struct log_parameters {
    const char *level;   /* the least grave that is written: "error", "warning", "info" or "debug" */
    const char *sources; /* "disk=debug,net=error": the same for single sources */
};

extern const struct driver log_driver;
