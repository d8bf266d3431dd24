/* Values by key on a littlefs: provides Kv. */
#pragma once

#include "unikernel/device.h"

struct little_kv_parameters {
    const char *folder;
};

extern const struct driver little_kv_driver;
