/* Values by key in the image: provides Kv. */
#pragma once

#include "unikernel/device.h"

struct rom_kv_parameters {
    const char *folder;
};

extern const struct driver rom_kv_driver;
