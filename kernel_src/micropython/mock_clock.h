/* A clock for tests, whose time passes where the app sleeps or says so, and at once: provides Clock. */
#pragma once

#include "unikernel/device.h"

struct mock_clock_parameters {
    int64_t start_s; /* wall time at the machine's start, since 1970 */
};

extern const struct driver mock_clock_driver;
