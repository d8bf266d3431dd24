/* The time-stamp counter as a clock, with wall time from the CMOS: provides Clock, has no parameters. */
#pragma once

#include "unikernel/device.h"

extern const struct driver tsc_clock_driver;
