/* The serial port of a PC: provides Console, has no parameters. */
#pragma once

#include "unikernel/device.h"

extern const struct driver uart16550_driver;
