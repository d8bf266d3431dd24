/* The processor's random numbers: provides Entropy, has no parameters. */
#pragma once

#include "unikernel/device.h"

extern const struct driver rdrand_driver;
