/* A console over virtio, with channels beside it: provides Console, has no parameters here. */
#pragma once

#include "unikernel/device.h"

extern const struct driver virtio_console_driver;
