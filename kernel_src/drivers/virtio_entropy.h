/* Random numbers of the host: provides Entropy, has no parameters. */
#pragma once

#include "unikernel/device.h"

extern const struct driver virtio_entropy_driver;
