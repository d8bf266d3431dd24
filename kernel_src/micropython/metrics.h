/* What a machine counts of itself: provides Metrics. */
#pragma once

#include <stdint.h>

#include "unikernel/device.h"

struct metrics_parameters {
    int64_t every_s;     /* between two lines; 0: none */
    const char *channel; /* that they go to; empty: the console */
};

extern const struct driver metrics_driver;
